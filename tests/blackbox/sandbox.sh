#!/bin/sh
# SPDX-License-Identifier: MIT
# Hostile programs (tests/sandbox) as tests of skills: each is packed, run by
# `run` as root and judged by the outcome that its source states; afterwards the
# machine is as it was. Argument: build folder.
set -u
suite=sandbox
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
[ "$(id -u)" = 0 ] || { skip all "needs root"; exit 0; }
[ -x "$build/hostile/01_fork_bomb" ] || { skip all "the hostile programs are not built: make test-sandbox"; exit 0; }

umask 022
# What whoever started us ignores must not be ignored in a test (86_clean_start).
trap '' QUIT USR1 USR2
echo untouched > "$tmp/sentinel"
chmod 666 "$tmp/sentinel"
digest=$(sha256sum < "$sv")
runtime=$(cd "$build/../runtimes/base/root" && find . -type f -exec sha256sum {} + | sort | sha256sum)
# Groups whose appliance or command is gone; others may be at work on this machine.
stale() {
	for g in $(find /sys/fs/cgroup -maxdepth 4 -type d -name 'skill-verifier.*'); do
		kill -0 "${g##*.}" 2> /dev/null || echo "$g"
	done
}
before="$(stale)"
mounts=$(wc -l < /proc/self/mountinfo)

# stated FIELD SOURCE: what the source's comment says.
stated() { sed -n "s/^ \* $1: *//p" "$2"; }
try() {
	name=$1
	source=$tests/sandbox/$name.c
	shift
	d=$tmp/s/$name
	mkdir -p "$d"
	cp "$build/hostile/$name" "$d/t"
	limit=$(stated Timeout "$source")
	printf -- '---\nname: hostile\nversion: 1.0.0\ntest: {command: ["./t"%s], timeout: %s}\n---\n' \
		"$(for a in "$@"; do printf ', "%s"' "$a"; done)" "${limit:-20s}" > "$d/SKILL.md"
	t=$(now_ms)
	"$sv" run --json "$d" > "$tmp/out.json" 2> "$tmp/err"
	took=$(($(now_ms) - t))
	got=$(jq -r '"\(.verdict):\(.reasons | join(","))"' "$tmp/out.json" 2> /dev/null)
	want=$(stated Outcome "$source")
	if [ "$got" = "$want" ]; then ok "$name"
	else bad "$name" "'$got', want '$want': $(jq -r '.runs[-1] | .stdout.text, .stage // empty' "$tmp/out.json" 2> /dev/null | sort | uniq -c | head -5) $(head -c 200 "$tmp/err")"; fi
	rm -rf "$d"
}
for f in "$tests"/sandbox/*.c; do
	n=$(basename "$f" .c)
	case $n in
	35_*) try "$n" "$tmp/sentinel" "$sv" "$build/../runtimes/base/manifest.json" /proc/sys/kernel/random/boot_id ;;
	02_* | 03_* | 04_*) # none waits for what it started
		try "$n"
		if [ "$took" -lt 2000 ]; then ok "$n: its tree ends at once"; else bad "$n: its tree ends at once" "$took ms"; fi ;;
	81_*) try "$n"; try "$n" ;;
	*) try "$n" ;;
	esac
done

# ---- the machine is as it was -------------------------------------------------------
is "the file outside" "$(cat "$tmp/sentinel")" untouched
is "the binary" "$(sha256sum < "$sv")" "$digest"
is "the runtime" "$(cd "$build/../runtimes/base/root" && find . -type f -exec sha256sum {} + | sort | sha256sum)" "$runtime"
is "no control group is left" "$(stale)" "$before"
is "no mount is left" "$(wc -l < /proc/self/mountinfo)" "$mounts"
is "no process is left" "$(pgrep -c -x t)" 0
is "no core file" "$(find "$tmp" -name 'core*' | wc -l)" 0
is "the next test runs" "$("$sv" run --json "$tests/skills/hello-world" | jq -r .verdict)" PASSED
