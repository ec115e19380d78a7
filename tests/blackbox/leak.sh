#!/bin/sh
# SPDX-License-Identifier: MIT
# Thirty jobs of all kinds leave descriptors, mounts, control groups, processes
# and folders where they were. Argument: build folder.
set -u
suite=leak
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
[ "$(id -u)" = 0 ] || { skip all "serve needs root"; exit 0; }

simulator agent
appliance --agent "$tmp/agent.sock" --slots 2 || { bad start "$(tail -3 "$tmp/serve.log")"; exit 1; }
wait_until 50 sh -c "curl -sf $url/health | grep -q '\"status\":\"ok\"'"

skill() {
	mkdir -p "$tmp/s/$1"
	printf -- '---\nname: %s\nversion: 1.0.0\n%s\n---\n' "$1" "$2" > "$tmp/s/$1/SKILL.md"
	tarball "$tmp/s/$1" "$tmp/$1.tgz"
}
skill pass 'test_command: echo hi'
skill fail 'test_command: exit 3'
skill daemon 'test_command: "(setsid sleep 999 &) ; (setsid sleep 999 &) ; exit 0"'
skill slow 'test: {command: "sleep 9", timeout: 200ms}'
# Much to clean up: the next job is there before this one's worker is gone.
skill files 'test_command: "for i in $(seq 20000); do echo > /tmp/$i; done"'
skill setup 'test: {command: "cat made", deps: "echo yes > made"}'
skill gone 'test_command: ["/no/such"]'
skill none 'description: no test'
skill refused 'test_command: [""]'
skill killed 'test_command: ["sh", "-c", "kill -9 $$"]'
# Ten kinds; submit answers with nothing for what is refused at once.
round() {
	ids=
	for s in pass fail daemon slow files setup gone none refused killed; do
		ids="$ids $(submit "$tmp/$s.tgz")"
	done
	for id in $ids; do outcome "$id" > /dev/null; done
}

# What the appliance holds, without numbers that differ from job to job.
state() {
	for p in $sv_pid $(pgrep -P "$sv_pid"); do
		echo "pid $p"
		for fd in "/proc/$p/fd/"*; do readlink "$fd" | sed 's/:\[[0-9]*\]/:/; s/ (deleted)//'; done | sort | uniq -c
		echo "mounts $(wc -l < "/proc/$p/mountinfo")"
		echo "threads $(find "/proc/$p/task" -maxdepth 1 | wc -l)"
		echo "children $(pgrep -P "$p" | wc -l)"
		# Uploads and results pass through memory files: none may stay mapped.
		echo "mapped $(grep -c memfd "/proc/$p/maps")"
	done
	echo "groups $(find /sys/fs/cgroup -type d -path "*skill-verifier.$sv_pid*" | wc -l)"
	echo "host mounts $(grep -c "$tmp\|skill-verifier" /proc/self/mountinfo)"
	echo "folders $(find "$tmp" -maxdepth 1 | wc -l) $(find "$data" -type d | wc -l)"
	echo "daemons $(pgrep -c -f '^sleep 999')"
}
# The http role keeps a connection until it has seen its end.
settled() { state > "$tmp/now.txt"; cmp -s "$tmp/now.txt" "$tmp/state.txt"; }

round
sleep 1
touch "$tmp/now.txt" "$tmp/state.txt" "$tmp/submit.json" "$tmp/status.json"
state > "$tmp/state.txt"
round
round
round
if wait_until 50 settled; then ok "thirty jobs leave nothing behind"
else bad "thirty jobs leave nothing behind" "$(diff "$tmp/state.txt" "$tmp/now.txt" | head -20)"; fi
is "jobs" "$(curl -s "$url/health" | jq -r '.jobs.completed + .jobs.failed')" "$(curl -s "$url/health" | jq -r .jobs.total)"
# Only the refused ones fail, and none needed a second attempt to get its slot.
is "no job failed but the refused ones" "$(curl -s "$url/health" | jq -r .jobs.failed)" 4
is "no attempt was wasted" "$(grep -c 'runner.bad-request\|worker-died' "$tmp/serve.log")" 0
is "no group of a job is left" "$(find /sys/fs/cgroup -type d -path "*skill-verifier.$sv_pid/job-*" | wc -l)" 0
is "nothing was logged about undead jobs or busy groups" "$(grep -c 'sandbox.undead\|group-busy' "$tmp/serve.log")" 0
pid=$sv_pid
stop "$sv_pid"
is "an orderly end" $? 0
is "no group is left at the end" "$(find /sys/fs/cgroup -maxdepth 4 -type d -name "skill-verifier.$pid" | wc -l)" 0
