#!/bin/sh
# SPDX-License-Identifier: MIT
# The network of observed jobs, as whole jobs (tests/unit/test_sinkhole.c has its
# parts): names, the process that answers them, its end, and what is left of many.
# Argument: build folder. JOBS: how many leave nothing behind (100).
set -u
suite=sinkhole
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
[ "$(id -u)" = 0 ] || { skip all "needs root"; exit 0; }

# skill NAME LINES: a package without a program; prints its folder.
skill() {
	mkdir -p "$tmp/s/$1"
	printf -- '---\nname: %s\nversion: 1.0.0\n%s\n---\n' "$1" "$2" > "$tmp/s/$1/SKILL.md"
	echo "$tmp/s/$1"
}
# observe FOLDER OPTIONS...: runs it watched; the statement is in $tmp/st.
observe() {
	d=$1
	shift
	"$sv" run --json --observe calls --out "$tmp/st" "$@" "$d" > "$tmp/out" 2> "$tmp/err"
}
# Without what is said of every test that asks for names and reads no file of its package.
verdict() { jq -r '"\(.verdict):\(.reasons - ["nothing-read", "undeclared-network"] | join(","))"' "$tmp/out"; }
text() { jq -r '.runs[-1].stdout.text' "$tmp/out"; }
network() { jq -r .predicate.sandbox.network "$tmp/st"; }
names() { jq -r '.predicate.behaviour.rows[] | select(.kind == "name") | "\(.phase) \(.value) \(.detail)"' "$tmp/st" | sort | tr '\n' ';'; }

# ---- names ------------------------------------------------------------------------------------
d=$(skill names 'test: {command: "nslookup -type=a test.example", deps: "nslookup -type=a setup.example"}')
observe "$d"
is "a resolver answers in each phase" "$(verdict) $(names)" "PASSED: setup setup.example A;test test.example A;"
has "with an address of nobody" "$(text)" "Address: 198.18.0.1"
is "the statement says sinkhole" "$(network)" sinkhole
"$sv" run --observe none --json --out "$tmp/st" "$d" > "$tmp/out" 2> "$tmp/err"
is "nobody answers where nobody watches" "$(network) $(jq -r '.runs[0].value > 0' "$tmp/out")" "none true"
d=$(skill quiet 'test_command: "cat /proc/self/net/tcp /proc/self/net/udp /proc/self/net/if_inet6 | grep -vc local_address"')
"$sv" run --observe none --json "$d" > "$tmp/out" 2> "$tmp/err"
is "without it no socket and no address, as ever" "$(text)" 0
d=$(skill glibc 'test_command: "getent ahostsv4 glibc.example | head -1"')
observe "$d" --runtime host
is "glibc finds a name" "$(text | tr -s ' ')" "198.18.0.1 STREAM glibc.example"
is "and it is a row" "$(names)" "test glibc.example A;"

# ---- the process ---------------------------------------------------------------------------------
children() { for p in $1; do echo "$p"; children "$(pgrep -P "$p" | tr '\n' ' ')"; done; }
# Sets keeper: of the processes of job $pid, the third of its namespace.
find_keeper() {
	keeper=
	for p in $(children "$pid"); do
		grep -q '^NSpid:.*	3$' "/proc/$p/status" 2> /dev/null && keeper=$p
	done
	[ -n "$keeper" ]
}
status() { sed -n "s/^$1:[[:space:]]*//p" "/proc/$keeper/status"; }
slow() {
	rm -f "$tmp/out"
	"$sv" run --json --observe calls --out "$tmp/st" "$1" > "$tmp/out" 2> "$tmp/err" &
	pid=$!
	started_pid $pid
	wait_until 100 find_keeper
	# Ready, not just born: its filter is loaded.
	wait_until 100 sh -c "grep -q '^Seccomp:.*2' /proc/$keeper/status && grep -q '^CapEff:.*0000000000000000' /proc/$keeper/status"
}
ended() {
	begin=$(now_ms)
	wait "$pid"
	took=$(($(now_ms) - begin))
	forget_pid "$pid"
}
d=$(skill slow 'test_command: "test -e /proc/3 || echo hidden; cat /proc/3/status; kill -9 3; kill -9 -1; sleep 2"')
slow "$d"
is "no capability, filter, no new rights" "$(status CapPrm) $(status CapEff) $(status CapBnd) $(status CapAmb) $(status Seccomp) $(status NoNewPrivs)" \
	"0000000000000000 0000000000000000 0000000000000000 0000000000000000 2 1"
uid=$(status Uid | cut -f1)
is "an id of its own" "$(for p in $(children "$pid"); do sed -n 's/^Uid:\t\([0-9]*\).*/\1/p' "/proc/$p/status"; done | grep -c "^$uid\$")" 1
is "its descriptors are sockets" "$(find "/proc/$keeper/fd" -type l -printf '%l\n' | sed 's/\[.*//' | sort -u)" "socket:"
is "its network is the job's" "$(readlink "/proc/$keeper/ns/net")" "$(readlink "/proc/$(pgrep -P "$(status PPid)" | grep -v "^$keeper\$" | head -1)/ns/net")"
ended
is "the test neither sees it nor ends it" "$(verdict) $(text)" "PASSED: hidden"

d=$(skill slower 'test_command: "sleep 2"')
slow "$d"
kill -STOP "$keeper"
ended
is "one that hangs does not hold the job" "$(verdict) $([ "$took" -lt 5000 ] && echo soon)" "PASSED:monitor-incomplete soon"
is "and makes the observation incomplete" "$(jq -r .predicate.behaviour.complete "$tmp/st")" false
slow "$d"
kill -KILL "$keeper"
ended
is "nor does one that is gone" "$(verdict) $(jq -r .predicate.behaviour.complete "$tmp/st")" "PASSED:monitor-incomplete false"
d=$(skill limit 'test: {command: "sleep 60", timeout: 500ms}')
observe "$d"
is "the time limit is the test's" "$(verdict)" TIMEOUT:wall-time,monitor-incomplete
d=$(skill status 'test_command: "exit 3"')
observe "$d"
is "the exit status is the test's" "$(verdict)" FAILED:exit-status

# ---- what is left ------------------------------------------------------------------------------------
d=$(skill left 'test_command: "nslookup -type=a left.example > /dev/null; exit 0"')
# The kernel takes network namespaces apart in the background, and others have some too.
namespaces() { awk '/^net_namespace / { print $2 }' /proc/slabinfo; }
jobs=${JOBS:-100} before=$(namespaces)
few() { [ "$(namespaces)" -lt $((before + jobs / 4)) ]; }
wrong=0 n=0
while [ $n -lt "$jobs" ]; do
	n=$((n + 1))
	nice "$sv" run --observe calls "$d" > /dev/null 2>&1 || wrong=$((wrong + 1))
done
is "$n observed jobs in a row" "$wrong" 0
is "no control group is left" "$(stale_groups)" ""
left() { pgrep -f "^$sv run --observe calls $d\$" | wc -l; }
is "no process" "$(left)" 0
wait_until 100 few
is "no network namespace" "$(few && echo none || echo "$before before, $(namespaces) after")" none
