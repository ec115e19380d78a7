#!/bin/sh
# SPDX-License-Identifier: MIT
# Packages without a test: what comes of starting their scripts. Every outcome,
# scripts that are hostile, runtimes for languages, the deadline of all, what one
# probe leaves for the next; through run, the appliance, the statement and the page.
# Argument: build folder.
set -u
suite=probes
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"

# pack NAME: begins a package without a test in $tmp/NAME, which becomes $p.
pack() {
	p=$tmp/$1
	mkdir -p "$p/scripts"
	printf -- '---\nname: %s\nversion: 1.0.0\ndescription: Nothing is declared\n---\n' "$1" > "$p/SKILL.md"
}
# put PATH: standard input becomes a file of $p.
put() { cat > "$p/$1"; }
# try ARGUMENTS: runs $p; the statement's predicate is in $tmp/pred.json.
try() {
	rm -f "$tmp/st.json"
	"$sv" run "$p" --observe none --json --out "$tmp/st.json" "$@" > "$tmp/run.json" 2> "$tmp/run.err"
	code=$?
	[ ! -s "$tmp/st.json" ] || jq .predicate "$tmp/st.json" > "$tmp/pred.json"
}
# rows: "KIND OUTCOME PATH DETAIL" of each row
rows() { jq -r '.probe[] | "\(.kind) \(.outcome) \(.path) \(.detail)"' "$tmp/pred.json"; }
# row PATH: "OUTCOME DETAIL" of its start
row() { jq -r --arg p "$1" '.probe[] | select(.path == $p and .kind == "help") | "\(.outcome) \(.detail)"' "$tmp/pred.json"; }
probed() { jq -c "[.probed.scripts, .probed.notStarted, .probed.parseChecked]" "$tmp/pred.json"; }

# ---- every outcome -------------------------------------------------------------------
pack outcomes
put scripts/usage.sh << 'S'
#!/bin/sh
[ "$1" = --help ] && echo "Usage: $0 FILE" && exit 2
S
echo 'echo plain' | put scripts/plain.sh
printf '#!/bin/sh\n:\n' | put scripts/silent.sh
printf '#!/bin/sh\njqq .\n' | put scripts/tool.sh
printf '#!/usr/bin/env bash\n[[ x =~ x ]] && jqq . || true\n' | put scripts/goes-on.sh
printf '#!/bin/sh\nsleep 60\n' | put scripts/slow.sh
printf '#!/bin/sh\necho first >&2; echo "went wrong" >&2; exit 3\n' | put scripts/error.sh
printf 'if then\n' | put scripts/broken.sh
printf '#!/usr/bin/env ruby\n' | put scripts/other
echo 'nothing' | put scripts/data.txt
try
if [ ! -s "$tmp/st.json" ]; then
	skip all "no sandbox on this machine: $(tail -1 "$tmp/run.err")"
	exit 0
fi
is "exit code stays that of NO_TEST" $code 2
cat > "$tmp/want" << 'W'
help needs-tool scripts/goes-on.sh jqq
help error scripts/error.sh went wrong
help needs-tool scripts/other ruby
help silent scripts/silent.sh null
help timeout scripts/slow.sh null
help needs-tool scripts/tool.sh jqq
help started scripts/usage.sh usage text
parse error scripts/broken.sh line 1: syntax error near unexpected token `then'
help error scripts/broken.sh scripts/broken.sh: line 1: syntax error near unexpected token `then'
help started scripts/plain.sh null
W
rows | sort > "$tmp/got"
is "every outcome" "$(sort "$tmp/want" | diff - "$tmp/got")" ""
is "counts" "$(probed)" "[9,0,8]"
is "the verdict is what it was" "$(jq -c '[.verdict, .passed, .reasons]' "$tmp/run.json")" '["NO_TEST",null,[]]'
is "nobody watched" "$(jq -c .warnings "$tmp/pred.json")" '["unmonitored"]'
is "runtime and version" "$(jq -r '.probe[] | select(.path == "scripts/usage.sh") | "\(.interpreter) \(.version) \(.runtime) \(.exit)"' "$tmp/pred.json" |
	sed 's/v[0-9.]* /V /')" 'sh BusyBox V base {"code":2,"kind":"exited"}'
is "the runtime of the statement is the one on disk" "$(jq -r '.probed.runtimes[0].sha256' "$tmp/pred.json")" \
	"$(sha256sum "$build/../runtimes/base/manifest.json" | cut -d' ' -f1)"
is "nothing ran for a tool that is not there" "$(jq -c '.probe[] | select(.path == "scripts/other") | [.exit, .runtime, .version, .durationMs]' "$tmp/pred.json")" \
	'[null,null,null,0]'
is "run --json says the same" "$(jq -S '[.probe, .probed]' "$tmp/run.json" | sed 's/"durationMs": [0-9]*//' | sha256sum)" \
	"$(jq -S '[.probe, .probed]' "$tmp/pred.json" | sed 's/"durationMs": [0-9]*//' | sha256sum)"

# ---- text ----------------------------------------------------------------------------
rm "$p/scripts/slow.sh"
"$sv" run "$p" > "$tmp/text"
for line in 'tried: 7 of 8 scripts, each started once with --help and no network; 7 parsed' \
	'  needs-tool    scripts/other: ruby (ruby)' '  parse failed  scripts/broken.sh: line 1: syntax error' \
	'  started       scripts/usage.sh: usage text (sh BusyBox v' \
	'No test is declared'; do
	has "text: $line" "$(cat "$tmp/text")" "$line"
done

# ---- one probe leaves nothing for the next ----------------------------------------------
pack alone
for n in 1 2 3; do
	put "scripts/$n.sh" << 'S'
#!/bin/sh
for d in /skill /tmp /var/tmp /run /home/skill /dev/shm; do
	[ ! -e "$d/mark" ] || { echo "found $d/mark" >&2; exit 9; }
	echo x > "$d/mark" || { echo "cannot write $d" >&2; exit 8; }
done
echo '#' >> /skill/scripts/1.sh && rm /skill/SKILL.md && echo fine
S
done
try
is "each finds what was submitted, and may write" "$(rows | sort | uniq -c | awk '{ print $1, $2, $3, $4, $5 }')" "1 help started scripts/1.sh null
1 help started scripts/2.sh null
1 help started scripts/3.sh null"

# ---- observed ------------------------------------------------------------------------------
# Each probe finds its own decoys; what it does is a row of the phase "probe". Parsers are ours.
pack watched
printf '#!/bin/sh\nbase64 ~/.aws/credentials\necho x > /tmp/new\n' | put scripts/1.sh
printf '#!/bin/sh\n[ ! -e /tmp/new ] && cat ~/.aws/credentials > /dev/null\n' | put scripts/2.sh
try --observe calls
is "observed: decoys of every probe" "$(jq -c '[.behaviour.rows[] | select(.kind | test("^canary")) | [.phase, .kind, .value, .count]]' "$tmp/pred.json")" \
	'[["probe","canary-read","~/.aws/credentials",2],["probe","canary-leaked","~/.aws/credentials",1]]'
is "observed: files of all probes" "$(jq -c '[.behaviour.complete, .behaviour.written.files]' "$tmp/pred.json")" "[true,1]"
is "observed: parsers and versions are no rows" "$(jq -r '[.behaviour.rows[] | select(.kind == "exec") | .detail] | map(select(test("-n|--version|^--help"))) | length' "$tmp/pred.json")" 0
is "observed: the verdict is NO_TEST, and nothing is unwatched" "$(jq -c '[.verdict, .warnings]' "$tmp/pred.json")" '["NO_TEST",[]]'
# What a script says on its way out is shown, but no decoy's token.
pack telling
printf '#!/bin/sh\ncat ~/.npmrc >&2\nexit 3\n' | put scripts/1.sh
try --observe calls
has "observed: its last words" "$(jq -r '.probe[0].detail' "$tmp/pred.json")" "//npm.build.internal/:_authToken=****"
is "observed: without the token" "$(jq -r '.probe[0].detail' "$tmp/pred.json" | sed 's/.*_authToken=//' | tr -d '*')" ""

# ---- hostile ---------------------------------------------------------------------------
pack hostile
printf '#!/bin/sh\nf() { f | f & }; f; f\n' | put scripts/a-fork.sh
printf '#!/bin/sh\ntrap "" TERM INT HUP; while :; do sleep 1; done\n' | put scripts/b-deaf.sh
printf '#!/bin/sh\nyes flood\n' | put scripts/c-flood.sh
printf '#!/bin/sh\nsleep 30.75 & sleep 30.75 < /dev/null > /dev/null 2>&1 &\necho left\n' | put scripts/d-survivor.sh
put scripts/e-text.sh << 'S'
#!/bin/sh
printf '\033[31mred\\ \001\377\342\200\256<b>&"%0300d\n' 1 >&2
exit 1
S
put scripts/f-lie.sh << 'S'
#!/bin/sh
printf "ModuleNotFoundError: No module named '\033]0;x'\nsh: line 1: \$(id): command not found\n" >&2
exit 1
S
printf '#!/bin/sh\nx=x; while :; do x=$x$x; done\n' | put scripts/g-memory.sh
printf '#!/bin/sh\ndd if=/dev/zero of=/tmp/x bs=1M count=64 2>&1 | tail -1; kill -SEGV $$\n' | put scripts/h-disk.sh
printf '#!/bin/sh\nexec 3<> /dev/tcp/127.0.0.1/80; wget -q -O - http://198.18.0.1/ && echo reached; exit 4\n' | put scripts/i-net.sh
printf '#!/bin/\033[31m/../evil\033 x\n' | put scripts/j-line
printf -- '#!/bin/sh\necho "Usage: x"\n' | put -k.sh
begin=$(now_ms)
try
took=$(($(now_ms) - begin))
echo "# hostile: $took ms"
is "hostile: it ends in time" "$([ $took -lt 40000 ] && echo yes || echo "$took ms")" yes
is "hostile: ignores signals" "$(row scripts/b-deaf.sh)" "timeout null"
is "hostile: floods" "$(row scripts/c-flood.sh)" "error more output than a probe may write"
is "hostile: leaves processes behind" "$(row scripts/d-survivor.sh)" "started null"
is "hostile: text of errors" "$(row scripts/e-text.sh | cut -c1-41)" 'error \x1b[31mred\\ \x01\xff\u{202e}<b>&"'
is "hostile: text of errors is cut" "$(row scripts/e-text.sh | tail -c 4)" "..."
is "hostile: what it claims is a word, or nothing" "$(row scripts/f-lie.sh | tr -d '\n' | grep -c '[^ -~]')" 0
is "hostile: memory" "$(row scripts/g-memory.sh | cut -d' ' -f1)" error
is "hostile: disk, and a signal" "$(jq -c '.probe[] | select(.path == "scripts/h-disk.sh" and .kind == "help") | [.outcome, .exit]' "$tmp/pred.json")" \
	'["error",{"kind":"signaled","signal":11}]'
is "hostile: network" "$(row scripts/i-net.sh | cut -d' ' -f1)" error
is "hostile: a #! line" "$(row scripts/j-line)" 'needs-tool evil\x1b'
is "hostile: a name that begins with a dash" "$(row -k.sh)" "started usage text"
is "hostile: processes" "$(row scripts/a-fork.sh | grep -cE '^(started|silent|error|timeout)')" 1
is "hostile: no group is left" "$(stale_groups)" ""
is "hostile: nobody is left" "$(pgrep -f '^(yes flood|sleep 30.75)' | wc -l)" 0

# ---- many ------------------------------------------------------------------------------
pack many
i=0
while [ $i -lt 100 ]; do
	printf '#!/bin/sh\necho %s\n' $i | put "scripts/$(printf %03d $i).sh"
	i=$((i + 1))
done
try
is "a hundred: 32 are tried" "$(probed)" "[100,68,32]"
is "a hundred: each of them once" "$(jq '[.probe[].path] | unique | length' "$tmp/pred.json")" 32
# Six that wait take all the time there is; the rest is counted, not guessed.
pack waiting
i=0
while [ $i -lt 10 ]; do
	printf '#!/bin/sh\nexec sleep 60.25\n' | put "scripts/$i.sh"
	i=$((i + 1))
done
begin=$(now_ms)
try
took=$(($(now_ms) - begin))
echo "# waiting: $took ms, $(probed)"
is "a deadline for all: over before the worker's own" "$([ $took -lt 36000 ] && echo yes || echo "$took ms")" yes
is "a deadline for all: rows and counts agree" "$(jq -c '(.probe | length) as $n | [$n >= 4 and $n <= 6, $n + .probed.notStarted]' "$tmp/pred.json")" "[true,10]"
is "a deadline for all: every row had its five seconds" "$(jq '[.probe[] | select(.durationMs < 5000)] | length' "$tmp/pred.json")" 0

# An ended command takes its probe along and starts no other.
"$sv" run "$p" > "$tmp/ended" 2>&1 &
ended=$!
started_pid $ended
wait_until 40 pgrep -f '^sleep 60.25' > /dev/null
kill "$ended" && wait "$ended" 2> /dev/null
sleep 1
is "ended: nothing goes on" "$(pgrep -f '^sleep 60.25' | wc -l)" 0

# ---- names, and what is no file ----------------------------------------------------------
pack names
printf '#!/bin/sh\necho "Usage: x"\n' > "$p/scripts/a b's.sh"
printf '#!/bin/sh\necho "Usage: x"\n' > "$p/scripts/$(printf '\303\274').sh"
try
is "names: blanks, quotes, other letters" "$(rows)" "help started scripts/a b's.sh usage text
help started scripts/$(printf '\303\274').sh usage text"
mkfifo "$p/scripts/fifo.sh"
try
is "names: a FIFO is no package" "$code $(jq -r .code "$tmp/run.json")" "4 package-member-type"
rm "$p/scripts/fifo.sh"
printf 'echo\n' > "$p/scripts/$(printf 'a\nb').sh"
try
is "names: a line feed is no package" "$code $(jq -r .code "$tmp/run.json")" "4 path-invalid"

# ---- languages ---------------------------------------------------------------------------
# The machine's own interpreters stand for runtimes of these names.
pack languages
echo 'import not_there_at_all' | put scripts/module.py
printf '"""x"""\ndef f(:\n' | put scripts/broken.py
# Parsing must run nothing: not the file, nothing beside it, no module of a name that Python loads.
for m in ast sitecustomize usercustomize encodings warnings; do
	printf 'open("/tmp/ran", "w")\nraise SystemExit(0)\n' | put "$m.py"
done
printf 'import argparse\nargparse.ArgumentParser().parse_args()\n' | put scripts/good.py
printf 'require("not-there-at-all");\n' | put scripts/module.js
printf 'process.exit(0)\nlet x = ;\n' | put scripts/broken.js
printf '{"type": "commonjs", "main": "x.js"}\n' | put package.json
printf 'x: number = 1\n' | put scripts/types.ts
if [ -x /usr/bin/python3 ] && [ -x /usr/bin/node ]; then
	try --runtime host
	is "python: a module" "$(row scripts/module.py)" "needs-module not_there_at_all"
	is "python: usage" "$(row scripts/good.py)" "started usage text"
	is "python: a parse failure" "$(jq -r '.probe[] | select(.kind == "parse" and .path == "scripts/broken.py") | "\(.outcome) \(.detail) \(.interpreter) \(.version)"' "$tmp/pred.json")" \
		"error line 2: SyntaxError: invalid syntax python3 $(/usr/bin/python3 -c 'import platform; print(platform.python_version())')"
	is "node: a module" "$(row scripts/module.js)" "needs-module not-there-at-all"
	is "node: a parse failure runs nothing" "$(jq -r '.probe[] | select(.kind == "parse" and .path == "scripts/broken.js") | "\(.outcome) \(.detail) \(.interpreter) \(.version)"' "$tmp/pred.json")" \
		"error line 2: SyntaxError: Unexpected token ';' node $(/usr/bin/node --version | tr -d v)"
	is "typescript: the tool that is missing" "$(row scripts/types.ts)" "needs-tool tsx"
	is "parse: only failures are listed" "$(jq -r '[.probe[] | select(.kind == "parse") | .path] | sort | join(" ")' "$tmp/pred.json")" \
		"scripts/broken.js scripts/broken.py"
	is "parse: all were checked" "$(probed)" "[11,0,10]"
else
	skip "languages" "no python3 or node in /usr/bin"
fi
mkdir "$tmp/rt"
cp -a "$build/../runtimes/base" "$tmp/rt/"
try --runtimes "$tmp/rt"
is "no runtime for a language" "$(row scripts/good.py) $(row scripts/module.js)" "needs-tool python3 needs-tool node"

# Ours: each language in its runtime, shells in the default one.
if [ -d "$build/../runtimes/python" ] && [ -d "$build/../runtimes/node" ]; then
	echo 'echo "Usage: x"' | put scripts/x.sh
	try
	is "runtimes: of each language" "$(jq -r '.probe[] | select(.path | test("good.py|module.js|x.sh")) | "\(.outcome) \(.detail) \(.runtime) \(.version != null)"' "$tmp/pred.json" | sort)" \
		"needs-module not-there-at-all node true
started usage text base true
started usage text python true"
	is "runtimes: named with what they are" "$(jq -r '.probed.runtimes[] | "\(.sha256)  \(.name)"' "$tmp/pred.json" | sort)" \
		"$(cd "$build/../runtimes" && sha256sum base/manifest.json node/manifest.json python/manifest.json | sed 's:/manifest.json::' | sort)"
	cp -a "$build/../runtimes/python" "$tmp/rt/"
	echo x >> "$tmp/rt/python/root/usr/changed"
	try --runtimes "$tmp/rt"
	is "runtimes: nothing is started in one that differs from its manifest" "$(row scripts/good.py)" "needs-tool python3"
else
	skip "runtimes" "python and node are not built"
fi

# ---- a package with a test is not tried -----------------------------------------------------
pack tested
printf -- '---\nname: tested\nversion: 1.0.0\ntest_command: echo fine\n---\n' | put SKILL.md
printf '#!/bin/sh\n' | put scripts/a.sh
try
is "with a test: nothing is tried" "$code $(jq -c '[.probe, .probed]' "$tmp/pred.json")" "0 [[],null]"
pack prose
rmdir "$p/scripts"
try
is "without scripts: tried, and nothing found" "$code $(jq -c '[.probe, .probed.scripts, .probed.runtimes, .warnings]' "$tmp/pred.json")" "2 [[],0,[],[]]"

# ---- published packages ---------------------------------------------------------------------
n=0 scripts=0 bad=
for d in "$vectors"/skills/real/*/package; do
	[ -d "$d" ] || continue
	find "$d" -name '*.sh' -o -name '*.py' -o -name '*.js' | grep -q . || continue
	p=$d
	try
	[ "$code" = 2 ] || [ "$code" = 4 ] || bad="$bad $(basename "$(dirname "$d")"):$code"
	[ "$code" = 2 ] || continue
	n=$((n + 1))
	scripts=$((scripts + $(jq .probed.scripts "$tmp/pred.json")))
	jq -e '.probed.scripts == (.probed.notStarted + ([.probe[] | select(.kind == "help")] | length)) and
		all(.probe[]; .outcome != "error" or .exit.kind != "setup-error")' "$tmp/pred.json" > /dev/null ||
		bad="$bad $(basename "$(dirname "$d")")"
done
if [ -d "$vectors/skills/real" ]; then
	echo "# published packages with scripts: $n, scripts: $scripts"
	is "published packages: some have scripts, all are tried" "$bad $([ $n -gt 0 ] && [ $scripts -gt 0 ] && echo some)" " some"
else
	skip "published packages" "no vectors at $vectors"
fi

# ---- the appliance, the signed statement, the page ---------------------------------------------
[ "$(id -u)" = 0 ] || { skip "appliance" "serve needs root"; exit 0; }
p=$tmp/outcomes
printf '#!/bin/sh\nprintf "<script>alert(1)</script>\\047\\042&\\n" >&2; exit 1\n' > "$p/scripts/page.sh"
tarball "$p" "$tmp/outcomes.tar.gz"
pack phase
printf '#!/bin/sh\nsleep 60\n' | put scripts/wait.sh
tarball "$p" "$tmp/phase.tar.gz"
simulator agent
if ! appliance --agent "$tmp/agent.sock"; then
	bad "appliance" "$(tail -3 "$tmp/serve.log")"
	exit 0
fi
outcome "$(submit "$tmp/outcomes.tar.gz")" > "$tmp/job.json"
id=$(jq -r .jobId "$tmp/job.json")
is "answer: verdict" "$(jq -c '[.status, .verdict, .result.result.passed]' "$tmp/job.json")" '["completed","NO_TEST",null]'
is "answer: counts" "$(jq -c '[.result.probed.scripts, (.result.probe | length)]' "$tmp/job.json")" '[9,10]'
curl -s "$url/attestation/$id" > "$tmp/bundle.json"
jq '.envelope.payload | @base64d | fromjson | .predicate' "$tmp/bundle.json" > "$tmp/pred.json"
is "the signed statement says the same" "$(jq -S '[.probe, .probed]' "$tmp/pred.json" | sha256sum)" \
	"$(jq -S '[.result.probe, .result.probed]' "$tmp/job.json" | sha256sum)"
"$sv" check "$tmp/bundle.json" --root "$tmp/agent/root.der" --html "$tmp/page.html" > "$tmp/check.txt" 2>&1
is "check: result" "$(grep -o '^RESULT no test' "$tmp/check.txt")" "RESULT no test"
is "check: the statement does not contradict itself" "$(grep -c '^\[OK\] *statement' "$tmp/check.txt")" 1
for text in '<h2 id="tried">Tried without a test</h2>' '8 of 9 scripts were started, each once with <code>--help</code>' \
	'<li><code>scripts/tool.sh</code> <b>needs-tool</b>: jqq (sh BusyBox' \
	'<li><code>scripts/broken.sh</code> <b>parse failed</b>: line 1: syntax error' \
	'&lt;script&gt;alert(1)&lt;/script&gt;&#39;&quot;&amp;'; do
	has "page: $text" "$(cat "$tmp/page.html")" "$text"
done
is "page: no markup of a script" "$(grep -c '<script' "$tmp/page.html")" 0
id=$(submit "$tmp/phase.tar.gz")
is "a phase of its own" "$(wait_until 40 sh -c "curl -s $url/verify/$id | grep -q '\"phase\":\"probe\"'" && echo seen)" seen
is "and it ends" "$(outcome "$id" | jq -r '.result.probe[0].outcome')" timeout
stop "$sv_pid"

# ---- switched off --------------------------------------------------------------------------------
printf '[serve]\nprobes = no\n' > "$tmp/off.ini"
if appliance --agent "$tmp/agent.sock" --config "$tmp/off.ini"; then
	outcome "$(submit "$tmp/outcomes.tar.gz")" > "$tmp/off.json"
	is "switched off: nothing is tried" "$(jq -c '[.verdict, .result.probe, .result.probed, .warnings]' "$tmp/off.json")" '["NO_TEST",[],null,[]]'
	curl -s "$url/attestation/$(jq -r .jobId "$tmp/off.json")" | jq '.envelope.payload | @base64d | fromjson | .predicate' > "$tmp/off-pred.json"
	policy() { jq -r '.configuration[] | select(.name == "sandbox-policy") | .digest.sha256' "$1"; }
	is "switched off: that is another policy" "$([ "$(policy "$tmp/off-pred.json")" != "$(policy "$tmp/pred.json")" ] && echo other)" other
	stop "$sv_pid"
else
	bad "switched off" "$(tail -3 "$tmp/serve.log")"
fi
printf '[serve]\nprobes = maybe\n' > "$tmp/wrong.ini"
has "switched to what is neither" "$("$sv" serve --config "$tmp/wrong.ini" 2>&1)" "probes: yes or no is needed"
