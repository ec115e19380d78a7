#!/bin/sh
# SPDX-License-Identifier: MIT
# Limits of a test: each is lowered and then met, with the verdict, the reason and
# the words of the statement; none is faked by exit codes or signals; a worker
# that hangs is ended. Argument: build folder.
set -u
suite=limits
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
[ "$(id -u)" = 0 ] || { skip all "needs root"; exit 0; }
[ -x "$build/hostile/01_fork_bomb" ] || { skip all "the hostile programs are not built: make test-sandbox"; exit 0; }

# package NAME MANIFEST-LINE [PROGRAM]
package() {
	mkdir -p "$tmp/s/$1"
	[ -z "${3:-}" ] || cp "$build/hostile/$3" "$tmp/s/$1/t"
	printf -- '---\nname: limits\nversion: 1.0.0\n%s\n---\n' "$2" > "$tmp/s/$1/SKILL.md"
}

# ---- a worker that hangs, while the rest goes on ---------------------------------------
package hung 'test: {command: "(setsid sleep 987653 &) ; sleep 987653", timeout: 2s}'
tarball "$tmp/s/hung" "$tmp/hung.tgz"
printf '[serve]\ntimeout-cap-ms = 2000\n' > "$tmp/hung.ini"
appliance --no-tee --config "$tmp/hung.ini" || { bad start "$(tail -3 "$tmp/serve.log")"; exit 1; }
wait_until 50 sh -c "curl -sf $url/health | grep -q '\"status\":\"ok\"'"
payloads() { pgrep -c -f '^sleep 987653'; }
hung=$(submit "$tmp/hung.tgz")
runner=$(pgrep -P "$sv_pid" -f -- '--role runner$')
wait_until 50 sh -c 'test "$(pgrep -c -f "^sleep 987653")" = 2'
# The newest: another child compares runtimes after the start.
worker=$(pgrep -n -P "$runner")
kill -STOP "$worker"
stopped=$(now_ms)

# ---- endings that look like limits -------------------------------------------------------
# faked ARGUMENT WANT: exit codes and signals are what they are.
faked() {
	package faked "test: {command: [\"./t\", \"$1\"], timeout: 500ms}" 26_signals
	got=$("$sv" run --json "$tmp/s/faked" 2> /dev/null |
		tee "$tmp/faked.json" | ended):$(jq -r '.runs[-1] | "\(.exitKind) \(.value)"' "$tmp/faked.json")
	[ "$got" = "$2" ] || wrong="$wrong $1: $got;"
}
wrong=
for n in 1 2 77 124 125 126 127 128 137 139 152 153 255; do
	faked "e$n" "FAILED:exit-status:exited $n"
done
is "exit codes mean nothing but failure" "$wrong" ""
wrong=
for n in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 24 25 26 27 29 30 32 33 34 63 64; do
	faked "$n" "FAILED:signal:signaled $n"
done
is "signals of its own are no limit" "$wrong" ""
wrong=
faked 31 "FAILED:sigsys:signaled 31"
faked 17 "FAILED:exit-status:exited 3"
faked 19 "TIMEOUT:wall-time:timeout-wall 0"
is "SIGSYS, a signal that is ignored, and a stop" "$wrong" ""

# ---- each limit, lowered --------------------------------------------------------------
# meets PROGRAM LIMIT OUTCOME HIT: HIT is what the statement has in run[].limitsHit.
meets() {
	package "$1" "test: {command: [\"./t\"], timeout: 10s}" "$1"
	"$sv" run --json --limit "$2" --out "$tmp/statement.json" "$tmp/s/$1" > "$tmp/out.json" 2> "$tmp/err"
	is "$2: $1" "$(ended "$tmp/out.json" 2> /dev/null)" "$3"
	is "$2: limits hit, in the statement" "$(jq -r '.predicate.run[-1].limitsHit | join(",")' "$tmp/statement.json")" "$4"
}
in_force() { jq -r ".predicate.limits.$1" "$tmp/statement.json"; }
meets 07_mem_hog memory-bytes=33554432 LIMIT:memory ""
is "memory in force" "$(in_force memoryBytes)" 33554432
meets 12_cpu_time cpu-ms=200 TIMEOUT:cpu-time ""
is "processor time in force" "$(in_force cpuMs)" 200
used=$(jq '.runs[-1].cpuMs' "$tmp/out.json")
# Seen ten times a second, and two processors may be at work.
if [ "$used" -ge 200 ] && [ "$used" -lt 1000 ]; then ok "processor time used"; else bad "processor time used" "$used ms"; fi
meets 01_fork_bomb pids=16 PASSED:limit-hit:pids pids
meets 06_zombie_flood pids=16 PASSED:limit-hit:pids pids
meets 17_fd_exhaust files=64 PASSED:limit-hit:files files
is "descriptors in force" "$(in_force files)" 64
meets 09_tmpfs_fill write-bytes=1048576 PASSED:limit-hit:disk disk
meets 19_disk_hidden write-bytes=1048576 PASSED:limit-hit:disk disk
meets 18_inode_bomb inodes=512 PASSED:limit-hit:disk disk
meets 19_file_size file-bytes=8192 PASSED: ""
is "size of a file in force" "$(in_force fileBytes)" 8192
meets 22_output_flood output-total-bytes=65536 LIMIT:output ""
is "output in force" "$(in_force outputTotalBytes)" 65536
meets 25_odd_output output-bytes=1024 PASSED: ""
is "kept of the output" "$(jq -c '.runs[-1].stdout | [.bytes, .totalBytes > 500000]' "$tmp/out.json")" "[1024,true]"
package share 'test: {command: ["./t"], timeout: 1s}' 03_ignore_term
used=$("$sv" run --json --limit cpu-percent=10 "$tmp/s/share" | jq '.runs[-1].cpuMs')
if [ "$used" -lt 500 ]; then ok "a tenth of a processor"; else bad "a tenth of a processor" "$used of 1000 ms"; fi
# A quiet test near its limits has met none.
package quiet 'test_command: "sleep 0.5; exit 0"'
is "a test that meets none" "$("$sv" run --json --observe none --limit files=16 --limit pids=4 --limit inodes=64 --limit write-bytes=1048576 \
	--limit memory-bytes=16777216 --limit cpu-ms=1000 "$tmp/s/quiet" | jq -c '[.verdict, .reasons]')" '["PASSED",[]]'

# ---- what is refused, in the command and in the file -----------------------------------
for l in pids=257 pids=3 pids= pids pid=4 memory-bytes=536870913 cpu-ms=0 files=1025 output-total-bytes=67108865 write-bytes=-1; do
	"$sv" run --limit "$l" "$tmp/s/quiet" > /dev/null 2> "$tmp/err"
	is "run --limit $l: exit status" $? 3
	[ -s "$tmp/err" ] || bad "run --limit $l" "says nothing"
done
printf '[serve]\nfiles = 1025\n' > "$tmp/bad.ini"
"$sv" serve --no-tee --data "$tmp/none" --config "$tmp/bad.ini" > /dev/null 2> "$tmp/err"
is "a file that raises a limit: exit status" $? 3
has "and the line" "$(cat "$tmp/err")" "line 2: files: a number from 16 to 1024 is needed"
keys=$("$sv" run --help | sed -n '/^Limits by NAME/,/^Exit/p' | tr -c 'a-z-' '\n' | grep -- '-\|^files$\|^inodes$\|^pids$' | sort | tr '\n' ' ')
is "the names in --help" "$keys" "cpu-ms cpu-percent file-bytes files inodes memory-bytes output-bytes output-total-bytes pids write-bytes "

# ---- the end of the worker that hangs ------------------------------------------------------
# Set-up 10 s, the cap 2 s, the end 5 s, a margin of 5 s; what was written 2 s, its search 20 s.
wait_until 600 grep -q runner.worker-hung "$tmp/serve.log"
took=$(($(now_ms) - stopped))
if [ "$took" -gt 15000 ] && [ "$took" -lt 60000 ]; then ok "a worker that hangs is ended"
else bad "a worker that hangs is ended" "$took ms, $(tail -2 "$tmp/serve.log")"; fi
got=$(outcome "$hung" 200)
is "its job runs again" "$(printf %s "$got" | jq -r '"\(.verdict) \(.attempt)"')" "TIMEOUT 2"
is "nothing is left of the first attempt" "$(payloads)" 0
is "the worker is gone" "$(kill -0 "$worker" 2> /dev/null && echo there)" ""
is "and its groups" "$(find /sys/fs/cgroup -maxdepth 6 -path "*skill-verifier.$sv_pid/job-*" -type d | wc -l)" 0
stop "$sv_pid"
