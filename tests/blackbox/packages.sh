#!/bin/sh
# SPDX-License-Identifier: MIT
# Packages that mean harm (tests/hostile): H01 to H63 of specs/skills.md 8 through
# `inspect`, a sample through a running service, H64 through `run`. Argument:
# build folder.
set -u
suite=packages
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
"$sv" inspect "$tests/skills/hello-world" > /dev/null 2> "$tmp/err"
if [ $? = 3 ]; then
	skip all "$(head -1 "$tmp/err")"
	exit 0
fi
export PYTHONDONTWRITEBYTECODE=1

# Mounts of others must not look like ours.
if [ "$(id -u)" = 0 ] && unshare -m true 2> /dev/null; then set -- unshare -m --propagation private; else set --; fi
mkdir "$tmp/inspect"
"$@" python3 "$tests/hostile/run.py" "$sv" "$tmp/inspect" || bad "run.py" "ended early"

# ---- H64: what a test prints ------------------------------------------------------------------
# printing NAME COMMAND: runs it; the outcome is in $tmp/out.json.
printing() {
	mkdir -p "$tmp/s/$1"
	printf -- '---\nname: h\nversion: 1.0.0\ntest: {command: %s, timeout: 30s}\n---\n' "$2" > "$tmp/s/$1/SKILL.md"
	"$sv" run --json "$tmp/s/$1" > "$tmp/out.json" 2> "$tmp/err"
	"$sv" run "$tmp/s/$1" > "$tmp/out.txt" 2>&1
}
# exact NAME OUTPUT-AS-PRINTF: prints it; digest and length are those of the bytes, JSON and terminal are clean.
exact() {
	# shellcheck disable=SC2059
	printf "$2" > "$tmp/expected"
	mkdir -p "$tmp/s/$1"
	cp "$tmp/expected" "$tmp/s/$1/bytes"
	printing "$1" '"cat bytes; cat bytes >&2"'
	is "H64-$1: verdict" "$(jq -r .verdict "$tmp/out.json")" PASSED
	want="$(sha256sum < "$tmp/expected" | cut -d' ' -f1) $(wc -c < "$tmp/expected")"
	is "H64-$1: stdout, byte by byte" "$(jq -r '.runs[-1].stdout | "\(.sha256) \(.bytes)"' "$tmp/out.json")" "$want"
	is "H64-$1: stderr, byte by byte" "$(jq -r '.runs[-1].stderr | "\(.sha256) \(.bytes)"' "$tmp/out.json")" "$want"
	is "H64-$1: JSON is UTF-8" "$(iconv -f UTF-8 -t UTF-8 "$tmp/out.json" > /dev/null 2>&1; echo $?)" 0
	is "H64-$1: nothing raw on the terminal" "$(cat "$tmp/out.txt" "$tmp/out.json" | tr -d '\n' | tr -cd '\000-\037\177' | wc -c)" 0
}
if [ -f "$build/../runtimes/base/manifest.json" ]; then
	t=$(now_ms)
	# Ten GiB, were it allowed to.
	printing flood '"head -c 10737418240 /dev/zero"'
	took=$(($(now_ms) - t))
	is "H64-10-gib: ended at the limit" "$(ended "$tmp/out.json")" "LIMIT:output"
	if [ $took -lt 20000 ]; then ok "H64-10-gib: in time"; else bad "H64-10-gib: in time" "$took ms for two runs"; fi
	exact no-newline 'no newline at the end'
	exact escape 'a\033[31mred\033]0;title\007\033[2J\n'
	exact html '<script>alert(1)</script>&quot;\n'
	exact noncharacter 'a\357\277\276b\n'
	exact not-utf-8 'a\377\376\300\257\355\240\200b\000c\n'
else
	skip "H64" "no runtime is built"
fi

# ---- through the service -----------------------------------------------------------------------------
[ "$(id -u)" = 0 ] || { skip "serve" "needs root"; exit 0; }
appliance --no-tee || { bad "serve: start" "$(tail -3 "$tmp/serve.log")"; exit 1; }
wait_until 50 sh -c "curl -sf $url/health | grep -q '\"status\":\"ok\"'"
roles() { pgrep -P "$sv_pid" | sort | tr '\n' ' '; }
before=$(roles)
mkdir "$tmp/serve"
python3 "$tests/hostile/run.py" "$sv" "$tmp/serve" "$url" || bad "run.py" "ended early"
is "serve: the same processes are alive" "$(roles)" "$before"
is "serve: no control byte in the log" "$(tr -d '\n' < "$tmp/serve.log" | tr -cd '\000-\037\177' | wc -c)" 0
stop "$sv_pid"
is "serve: an orderly end" $? 0
