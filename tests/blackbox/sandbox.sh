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
before="$(stale_groups)"
mounts=$(wc -l < /proc/self/mountinfo)

# First unwatched, then with somebody watching: how a run ends may not differ. OBSERVE=files
# takes that way of watching instead of the default.
watching=${OBSERVE:-calls}
OBSERVE=none how=
run_json() { "$sv" run --json --observe "$OBSERVE" "$@"; }

# shellcheck source=tests/sandbox/cases.sh
. "$tests/sandbox/cases.sh"
outside="$tmp/sentinel $sv $build/../runtimes/base/manifest.json /proc/sys/kernel/random/boot_id"
# start NAME ARGUMENT...: runs a program as its source says; sets got and took.
start() {
	name=$1 d=$tmp/s/$1
	shift
	case_package "$name" "$d" "$@"
	t=$(now_ms)
	# shellcheck disable=SC2046
	run_json $(case_limits "$name") "$d" > "$tmp/out.json" 2> "$tmp/err"
	took=$(($(now_ms) - t))
	got=$(case_got < "$tmp/out.json")
}
try() {
	watched=$(stated Watched "$1")
	if [ "$OBSERVE" != none ] && [ -n "$watched" ]; then
		took=0
		# It was run unwatched before.
		return
	fi
	start "$@"
	skipped=$(jq -r '.runs[-1] | select(.exitKind == "exited" and .value == 77) | .stdout.text' "$tmp/out.json" 2> /dev/null | case_skip)
	if [ -n "$skipped" ]; then skip "$how$name" "$skipped"
	elif is_stated "$got" "$name"; then ok "$how$name"
	else bad "$how$name" "'$got', want '$(stated_outcome "$name")': $(jq -r '.runs[-1] | .stdout.text, .stage // empty' "$tmp/out.json" 2> /dev/null | sort | uniq -c | head -5) $(head -c 200 "$tmp/err")"; fi
	# Whatever holds the tree together: its end is not later than its limit and a second.
	case $got in TIMEOUT*)
		late=$(jq -r '.runs[-1].durationMs' "$tmp/out.json")
		over=$((late - $(case_timeout "$name" | sed 's/ms$//; s/\([0-9]\)s$/\1000/')))
		if [ "$over" -lt 1000 ]; then ok "$how$name: ends at its limit"
		else bad "$how$name: ends at its limit" "$over ms later"; fi ;;
	esac
	rm -rf "$d"
}
each_case try
OBSERVE=$watching how="watched, "
each_case try
OBSERVE=none how=

# glibc's posix_spawn, which make uses, leaves its own signals ignored in what it starts.
case_package 86_clean_start "$tmp/s/spawned"
python3 -c 'import os, sys
p = os.posix_spawn(sys.argv[1], sys.argv[1:], os.environ)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(p, 0)[1]))' "$sv" run --json --observe none "$tmp/s/spawned" > "$tmp/out.json"
is "86_clean_start, started by posix_spawn" "$(case_got < "$tmp/out.json")" PASSED:

# ---- what is judged before or beside a program -----------------------------------------
# manifest NAME LINES: a package without a program; prints its folder.
manifest() {
	mkdir -p "$tmp/m/$1"
	printf -- '---\nname: %s\nversion: 1.0.0\n%s\n---\n' "$1" "$2" > "$tmp/m/$1/SKILL.md"
	echo "$tmp/m/$1"
}
judged() { run_json "$1" 2> /dev/null | jq -r '"\(.verdict):\(.reasons | join(",")):\(.runs[-1].exitKind) \(.runs[-1].value)"'; }
# 27, H72: commands that cannot be executed.
d=$(manifest absent 'test_command: ["./absent"]')
is "27 a command that is not there" "$(judged "$d")" "ERROR:command-not-found:exec-failed 2"
d=$(manifest name 'test_command: ["no-such-command"]')
is "27 a name that PATH does not have" "$(judged "$d")" "ERROR:command-not-found:exec-failed 2"
d=$(manifest folder 'test_command: ["./sub"]')
mkdir -p "$d/sub"
is "27 a directory" "$(judged "$d")" "ERROR:exec-failed:exec-failed 13"
d=$(manifest text 'test_command: ["./SKILL.md"]')
is "27 a file without the right" "$(judged "$d")" "ERROR:exec-failed:exec-failed 13"
d=$(manifest empty 'test_command: ["./t"]')
: > "$d/t" && chmod 755 "$d/t"
is "27 an empty file" "$(judged "$d")" "ERROR:exec-failed:exec-failed 8"
# The machine of an ELF file stands in its bytes 18 and 19: ARM.
cp "$build/hostile/15_sleep_forever" "$d/t"
printf '\050\000' | dd of="$d/t" bs=1 seek=18 conv=notrunc 2> /dev/null
is "27 a program of another processor" "$(judged "$d")" "ERROR:exec-failed:exec-failed 8"
printf '#!/no/such/interpreter\n' > "$d/t"
is "27 an interpreter that is not there" "$(judged "$d")" "ERROR:command-not-found:exec-failed 2"
printf '#!./t\n' > "$d/t"
is "27 an interpreter that is itself" "$(judged "$d")" "ERROR:exec-failed:exec-failed 40"
d=$(manifest shell 'test_command: "no-such-command"')
is "27 only a shell says 127" "$(judged "$d")" "FAILED:exit-status:exited 127"
# 37: working directories (CVE-2024-21626).
wrong=
for w in /proc/self/fd/7 /proc/self/cwd .. ../.. sub/../../x / /tmp "a//../../b" '"a\\0b"'; do
	d=$(manifest workdir "test: {command: [pwd], workdir: $w}")
	got=$(run_json "$d" 2> /dev/null | jq -r .outcome)
	[ "$got" = rejected ] || wrong="$wrong $w: $got;"
done
is "37 working directories outside the package" "$wrong" ""
# A link of the package may not lead out; one that the setup command makes leads nowhere else.
d=$(manifest workdir 'test: {command: [pwd], workdir: link}')
ln -sfn / "$d/link"
is "37 a link out of the package" "$(run_json "$d" 2> /dev/null | jq -r .outcome)" rejected
wrong=
for n in 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30; do
	d=$(manifest made "test: {command: [pwd], workdir: sub, deps: \"rm -r /skill/sub; ln -s /proc/self/fd/$n /skill/sub\"}")
	mkdir -p "$d/sub" && touch "$d/sub/file"
	got=$(judged "$d")
	case $got in "ERROR:sandbox-setup:setup-error 40" | "ERROR:sandbox-setup:setup-error 2") ;; *) wrong="$wrong $n: $got;" ;; esac
done
is "37 a descriptor of ours as the working directory" "$wrong" ""
# 87: programs, libraries and settings of the package's own are not used by anybody but on request.
d=$(manifest own 'test_command: "echo real"')
mkdir -p "$d/bin" "$d/usr/bin" "$d/lib" "$d/etc"
for f in sh bin/sh usr/bin/env lib/ld-musl-x86_64.so.1 lib/libc.so.6 echo; do
	printf '#!/bin/sh\necho false\n' > "$d/$f" && chmod 755 "$d/$f"
done
echo /skill/lib/libc.so.6 > "$d/etc/ld.so.preload"
is "87 a package's own sh and libraries" "$(run_json "$d" | jq -r '"\(.verdict) \(.runs[-1].stdout.text)"')" "PASSED real"
# 143: CVE-2021-21261 (flatpak) and CVE-2025-23266 (NVIDIA's toolkit): variables of the guest
# reached processes of the host. Those of the loader are refused, others reach the test alone.
for v in LD_PRELOAD LD_LIBRARY_PATH LD_AUDIT; do
	d=$(manifest variable "test: {command: env, environment: [\"$v=/skill/x.so\"]}")
	is "143 $v is refused" "$(run_json "$d" 2> /dev/null | jq -r .code)" environment-reserved
done
d=$(manifest variable 'test: {command: ["/bin/sh", "-c", "echo $PATH $TMPDIR"], environment: ["TMPDIR=/", "HOME=/proc/1/root", "PATH=/skill", "GLIBC_TUNABLES=x"]}')
printf '#!/bin/sh\necho false\n' > "$d/sh" && chmod 755 "$d/sh"
is "143 others reach the test alone" "$(run_json "$d" | jq -r '"\(.verdict) \(.runs[-1].stdout.text)"')" "PASSED /skill /"
# 144: CVE-2021-43784 (runc): a length of 16 bits was less than the text. Arguments arrive whole.
long=$(head -c 30000 /dev/zero | tr '\0' x)
d=$(manifest long "test: {command: [\"sh\", \"-c\", 'echo \$#:\${#1}', sh, \"$long\"]}")
is "144 an argument of 30000 bytes" "$(run_json "$d" | jq -r '.runs[-1].stdout.text')" "1:30000"
long=$(head -c 70000 /dev/zero | tr '\0' x)
d=$(manifest long "test: {command: [\"true\", \"$long\"]}")
is "144 one of 70000 bytes" "$(run_json "$d" 2> /dev/null | jq -r .outcome)" rejected
# H69: what a test writes over its package changes no digest of the package.
d=$(manifest same 'test_command: "echo changed > SKILL.md; rm -f other; echo more > another"')
echo other > "$d/other"
one=$("$sv" inspect --json "$d" | jq -r '.. | .dirHash1? // empty' | head -1)
is "H69 digests are those of the upload" "$(run_json "$d" | jq -r '"\(.verdict) \(.dirHash1)"')" "PASSED $one"

# ---- the machine is as it was -------------------------------------------------------
is "the file outside" "$(cat "$tmp/sentinel")" untouched
is "the binary" "$(sha256sum < "$sv")" "$digest"
is "the runtime" "$(cd "$build/../runtimes/base/root" && find . -type f -exec sha256sum {} + | sort | sha256sum)" "$runtime"
echo "$before" > "$tmp/before"
is "no control group is left" "$(stale_groups | grep -vxFf "$tmp/before")" ""
is "no mount is left" "$(wc -l < /proc/self/mountinfo)" "$mounts"
# Others may run these programs too: at some moment nobody does.
none() { [ "$(pgrep -c -x t)" = 0 ]; }
if wait_until 300 none; then ok "no process is left"; else bad "no process is left" "$(pgrep -a -x t)"; fi
is "no core file" "$(find "$tmp" -name 'core*' | wc -l)" 0
is "the next test runs" "$(run_json "$tests/skills/hello-world" | jq -r .verdict)" PASSED
