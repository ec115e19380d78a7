#!/bin/sh
# SPDX-License-Identifier: MIT
# What inspection finds, from outside: packages that are made here, each kind of
# row with its line, through inspect, run and the HTTP answers; packages that want
# to be slow; the published ones of the vectors against a table of counts.
# Argument: build folder.
set -u
suite=facts
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"

# Root always can.
[ "$(id -u)" = 0 ] || needs_inspect

# ---- one package with a row of every kind ------------------------------------------
p=$tmp/every
mkdir -p "$p/scripts" "$p/lib"
cat > "$p/SKILL.md" << 'S'
---
name: every
version: 1.0.0
description: One row of every kind
allowed-tools: Bash(git:*) Read
metadata: {openclaw: {requires: {bins: [jq], env: [DECLARED_VAR]}}}
test:
  command: sh scripts/test.sh
  network: [api.declared.io]
  secrets: [DECLARED_TOKEN]
---
See [there](scripts/test.sh) and [not there](gone.md), or https://linked.site.io/.

```bash
git status
terraform plan
```
S
cat > "$p/scripts/test.sh" << 'S'
#!/bin/sh
[ -n "$DECLARED_VAR" ] && echo "$OTHER_VAR" "$DECLARED_TOKEN" "$OTHER_TOKEN" > /dev/null
jq --version > /dev/null 2>&1
yq --version > /dev/null 2>&1
true https://api.declared.io/x https://api.other.io/y
S
printf '#!/usr/bin/python3\r\nimport yaml, requests\nimport helper\n' > "$p/lib/tool.py"
echo 'x = 1' > "$p/lib/helper.py"
echo 'PyYAML==6.0' > "$p/requirements.txt"
printf '{\n  "name": "x",\n  "scripts": {"postinstall": "node setup.js"}\n}\n' > "$p/package.json"
printf 'plain\nzero\342\200\213width \342\200\256 \033[31m\n' > "$p/notes.txt"
printf '\177ELF\002\001\001' > "$p/lib/blob"
chmod 755 "$p/scripts/test.sh"

# Rows as "kind value declared path:line places", sorted.
rows() { jq -r '.rows[] | "\(.kind) \(.value) \(.declared) \(.path):\(.line) \(.places)"' | sort; }
cat > "$tmp/want" << 'W'
binary git true SKILL.md:15 1
binary jq true scripts/test.sh:3 1
binary node false package.json:3 1
binary terraform false SKILL.md:16 1
binary yq false scripts/test.sh:4 1
command git status false SKILL.md:15 1
command terraform plan false SKILL.md:16 1
environment DECLARED_VAR true scripts/test.sh:2 1
environment OTHER_VAR false scripts/test.sh:2 1
executable execute bit false scripts/test.sh:0 1
host api.declared.io true scripts/test.sh:5 1
host api.other.io false scripts/test.sh:5 1
install-hook postinstall: node setup.js false package.json:3 1
interpreter sh false scripts/test.sh:1 1
interpreter-line python3 false lib/tool.py:1 1
missing-file gone.md false SKILL.md:12 1
module requests false lib/tool.py:2 1
module yaml true lib/tool.py:2 1
nested ELF program false lib/blob:0 1
secret DECLARED_TOKEN true scripts/test.sh:2 1
secret OTHER_TOKEN false scripts/test.sh:2 1
test sh scripts/test.sh true scripts/test.sh:0 1
W
"$sv" inspect "$p" --json > "$tmp/inspect.json"
jq '.inspection | del(.rows[].declare)' "$tmp/inspect.json" > "$tmp/found.json"
rows < "$tmp/found.json" > "$tmp/got"
is "every kind with its place" "$(diff "$tmp/want" "$tmp/got")" ""
is "hidden text" "$(jq -c '.hiddenText[] | [.path, .line, .zeroWidth, .bidi, .tag, .escape]' "$tmp/found.json")" \
	'["notes.txt",2,1,1,0,1]'
is "kind of package, commands" "$(jq -c '[.kind, .commandsNotRun, .more, .moreHiddenText, .basis]' "$tmp/found.json")" \
	'["scripts",2,[],0,"found by text search; absence proves nothing"]'
# An archive has the same facts as the folder, with or without a top folder.
tarball "$p" "$tmp/every.tar.gz"
tar -C "$p" -czf "$tmp/flat.tar.gz" .
for a in every flat; do
	is "the same in $a.tar.gz" "$("$sv" inspect "$tmp/$a.tar.gz" --json | jq -S '.inspection | del(.rows[].declare)' | diff - "$tmp/found.json" > /dev/null && echo same)" same
done
"$sv" inspect "$p" > "$tmp/text"
for line in 'kind         scripts' 'commands     2 in its text were not run; your agent would run them' \
	'found by text search; absence proves nothing' '    api.other.io (not declared)  scripts/test.sh:5' \
	'    api.declared.io (declared)  scripts/test.sh:5' '    would declare it: metadata: {requires.network: HOST}' \
	'hidden text in notes.txt:2: 1 zero-width, 1 direction, 0 tag, 1 escape characters'; do
	has "text: $line" "$(cat "$tmp/text")" "$line"
done

# ---- a refused package has facts, one without a tree has none ------------------------
mkdir "$tmp/refused"
printf -- '---\nname: x\nname: y\n---\n```sh\nterraform plan\n```\n' > "$tmp/refused/SKILL.md"
"$sv" inspect "$tmp/refused" --json > "$tmp/out.json"
is "a refused package: exit code" $? 4
is "a refused package: its facts" "$(jq -c '[.code, [.inspection.rows[] | [.kind, .value, .line]]]' "$tmp/out.json")" \
	'["yaml-duplicate-key",[["binary","terraform",6],["command","terraform plan",6]]]'
has "a refused package: text" "$("$sv" inspect "$tmp/refused")" "terraform (not declared)  SKILL.md:6"
echo "no archive" > "$tmp/broken"
is "without a tree there is no inspection" "$("$sv" inspect "$tmp/broken" --json | jq -c '[.outcome, has("inspection")]')" '["rejected",false]'

# ---- packages that want to be slow ---------------------------------------------------
# The helper has 21 s of processor time and 20 s of the clock. A limit on the whole process (in
# seconds of processor time, each process for itself) shows that half of it is enough.
hostile() {
	begin=$(now_ms)
	(ulimit -t 10 && "$sv" inspect "$tmp/$1" --json > "$tmp/$1.json")
	echo "# $1: $(($(now_ms) - begin)) ms"
	is "slow on purpose: $1" "$(jq -r 'if .inspection.rows then "read" else .warnings end' "$tmp/$1.json")" read
}
cat > "$tmp/hostile.py" << 'P'
import os, sys
root = sys.argv[1]
def put(name, files):
    for path, text in {"SKILL.md": "---\nname: x\nversion: 1.0.0\ndescription: d\n---\n", **files}.items():
        path = os.path.join(root, name, path)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as f: f.write(text if isinstance(text, bytes) else text.encode())
M = 1 << 20
def full(part, n=15 * M): return (part * (n // len(part) + 1))[:n]
put("one-line", {f"a.{s}": full(t) for s, t in (("py", "os.environ['"), ("js", "://a.b@"), ("sh", "$A${B`<<'"))})
put("short-lines", {"a.sh": full("a\n", 2 * M), "b.py": full("import a\n", 9 * M), "c.md": full("```sh\nx\n```\n")})
put("quotes", {"a.py": full("os.getenv(\"getenv('"), "a.js": full("require(\"exec('"), "d.md": full("](`a"), "e.sh": full("<<'a\"")})
names = lambda n: (f"n{i}" for i in range(n))
put("many-names", {"a.sh": "read " + " ".join(names(1500000)) + "\n" + full("$N1 $N2 ", 3 * M),
                   "b.py": "".join(f"import {n}\n" for n in names(900000)),
                   **{f"{'d' * 200}/{'e' * 200}/{i:04}.py": "" for i in range(3000)}})
# FNV-1a modulo the size of the tables: names of one bucket in the set of own names (512), of
# provided ones (1024), and in the rows (2048) of modules (kind 4) and variables (kind 0).
def fnv(kind, s):
    h = 2166136261 ^ kind
    for c in s: h = (h ^ c) * 16777619 & 0xffffffff
    return h
def same(form, kind, mask): return [n for i in range(500000) for n in [form % i] if fnv(kind, n) & mask == 7]
own, rows, big = same(b"v%x", 0, 1023), same(b"w%x", 4, 2047), same(b"V%X", 0, 2047)
put("collisions", {"a.sh": full(b"read " + b" ".join(own) + b"\n") , "b.py": full(b"".join(b"import %s\n" % n for n in rows)),
                   "c.sh": full(b"$" + b" $".join(big) + b" "), "requirements.txt": full(b"\n".join(own) + b"\n", 8 * M)})
P
python3 "$tmp/hostile.py" "$tmp"
for h in one-line short-lines quotes many-names collisions; do hostile $h; done
# A search that is ended refuses nothing: one second is not enough for it, and enough for the rest.
(ulimit -t 1 && "$sv" inspect "$tmp/collisions" --json > "$tmp/unread.json" 2> "$tmp/err")
is "a search that fails: exit code" $? 0
is "a search that fails: null and a warning" "$(jq -c '[.outcome, .inspection, (.warnings | index("inspection-unread") != null)]' "$tmp/unread.json")" \
	'["accepted",null,true]'
has "a search that fails: text" "$(ulimit -t 1 && "$sv" inspect "$tmp/collisions" 2> "$tmp/err")" "facts        not read: the search failed"
is "many names: rows and more" "$(jq -c '[([.inspection.rows[] | select(.kind == "module")] | length) <= 32, (.inspection.more[] | select(.kind == "module") | .places > 1000)]' "$tmp/many-names.json")" '[true,true]'

# ---- the statement and the HTTP answers ------------------------------------------------
if "$sv" run "$p" --json --out "$tmp/run" > "$tmp/run.json" 2> "$tmp/run.err"; [ -s "$tmp/run.json" ]; then
	is "run --json" "$(jq -S '.inspection | del(.rows[].declare)' "$tmp/run.json" | diff - "$tmp/found.json" > /dev/null && echo same)" same
else
	skip "run --json" "no sandbox on this machine: $(tail -1 "$tmp/run.err")"
fi
simulator agent
if appliance --agent "$tmp/agent.sock"; then
	outcome "$(submit "$tmp/every.tar.gz")" > "$tmp/job.json"
	is "the answer of the job" "$(jq -S .result.inspection "$tmp/job.json" | diff - "$tmp/found.json" > /dev/null && echo same)" same
	curl -s "$url/attestation/$(jq -r .jobId "$tmp/job.json")" > "$tmp/bundle.json"
	jq -S '.envelope.payload | @base64d | fromjson | .predicate.inspection' "$tmp/bundle.json" > "$tmp/signed.json"
	is "the signed statement" "$(diff "$tmp/signed.json" "$tmp/found.json" > /dev/null && echo same)" same
else
	bad "appliance" "$(tail -3 "$tmp/serve.log")"
fi

# ---- published packages -------------------------------------------------------------------
if [ ! -d "$vectors/skills/real" ]; then
	skip "published packages" "no vectors at $vectors"
	exit 0
fi
for d in "$vectors"/skills/real/*/package; do
	"$sv" inspect "$d" --json | jq -r --arg name "$(basename "$(dirname "$d")")" '
		[$name, .inspection.kind, .inspection.commandsNotRun, (.inspection.hiddenText | length)] +
		([.inspection.rows[].kind] as $k | ["environment", "secret", "binary", "host", "module", "missing-file",
		"install-hook", "interpreter", "interpreter-line", "command", "nested", "executable", "test"] |
		map(. as $w | [$k[] | select(. == $w)] | length)) | @tsv'
done > "$tmp/real.tsv"
[ -z "${WRITE_TABLE-}" ] || { grep '^#' "$tests/blackbox/facts.tsv"; cat "$tmp/real.tsv"; } > "$WRITE_TABLE"
is "published packages: $(wc -l < "$tmp/real.tsv")" "$(grep -v '^#' "$tests/blackbox/facts.tsv" | diff - "$tmp/real.tsv" | head -5)" ""
