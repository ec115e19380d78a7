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

# shellcheck source=tests/sandbox/cases.sh
. "$tests/sandbox/cases.sh"
outside="$tmp/sentinel $sv $build/../runtimes/base/manifest.json /proc/sys/kernel/random/boot_id"
try() {
	name=$1 d=$tmp/s/$1
	shift
	case_package "$name" "$d" "$@"
	t=$(now_ms)
	"$sv" run --json "$d" > "$tmp/out.json" 2> "$tmp/err"
	took=$(($(now_ms) - t))
	got=$(jq -r '"\(.verdict):\(.reasons | join(","))"' "$tmp/out.json" 2> /dev/null)
	if is_stated "$got" "$name"; then ok "$name"
	else bad "$name" "'$got', want '$(stated_outcome "$name")': $(jq -r '.runs[-1] | .stdout.text, .stage // empty' "$tmp/out.json" 2> /dev/null | sort | uniq -c | head -5) $(head -c 200 "$tmp/err")"; fi
	rm -rf "$d"
}
each_case try

# ---- the machine is as it was -------------------------------------------------------
is "the file outside" "$(cat "$tmp/sentinel")" untouched
is "the binary" "$(sha256sum < "$sv")" "$digest"
is "the runtime" "$(cd "$build/../runtimes/base/root" && find . -type f -exec sha256sum {} + | sort | sha256sum)" "$runtime"
is "no control group is left" "$(stale)" "$before"
is "no mount is left" "$(wc -l < /proc/self/mountinfo)" "$mounts"
is "no process is left" "$(pgrep -c -x t)" 0
is "no core file" "$(find "$tmp" -name 'core*' | wc -l)" 0
is "the next test runs" "$("$sv" run --json "$tests/skills/hello-world" | jq -r .verdict)" PASSED
