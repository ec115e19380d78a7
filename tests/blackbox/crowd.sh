#!/bin/sh
# SPDX-License-Identifier: MIT
# 32 jobs at once, of four kinds: each gets its own verdict, and what watches a
# job takes at most 3 MiB (case 95). Argument: build folder.
set -u
suite=crowd
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
[ "$(id -u)" = 0 ] || { skip all "serve needs root"; exit 0; }

simulator agent
appliance --agent "$tmp/agent.sock" --slots 32 || { bad start "$(tail -3 "$tmp/serve.log")"; exit 1; }
wait_until 50 sh -c "curl -sf $url/health | grep -q '\"status\":\"ok\"'"

# skill NAME COMMAND TIMEOUT
skill() {
	mkdir -p "$tmp/s/$1"
	printf -- '---\nname: %s\nversion: 1.0.0\ntest: {command: "%s", timeout: %s}\n---\n' "$1" "$2" "$3" > "$tmp/s/$1/SKILL.md"
	tarball "$tmp/s/$1" "$tmp/$1.tgz"
}
skill pass 'sleep 8; exit 0' 60s
skill fail 'sleep 8; exit 3' 60s
skill timeout 'sleep 77' 8s
# tail keeps the last line in memory, and this one has no end.
skill memory 'sleep 8; tail /dev/zero' 120s
wanted() {
	case $1 in
	pass) echo "PASSED:" ;;
	fail) echo "FAILED:exit-status" ;;
	timeout) echo "TIMEOUT:wall-time" ;;
	memory) echo "LIMIT:memory" ;;
	esac
}

# Four that fill 512 MiB each; of the others as many as make 32.
jobs= posts=
for i in 1 2 3 4 5 6 7 8; do
	for s in pass fail timeout; do jobs="$jobs $s"; done
	if [ $((i % 2)) = 0 ]; then jobs="$jobs memory"; else jobs="$jobs pass"; fi
done
n=0
for s in $jobs; do
	n=$((n + 1))
	# All at once: one after the other the first would be done before the last begins.
	curl -s --max-time 30 -F "skill=@$tmp/$s.tgz" "$url/verify" > "$tmp/$n.json" &
	posts="$posts $!"
done
for p in $posts; do wait "$p"; done
is "jobs accepted" "$(cat "$tmp"/*.json | jq -r '.jobId // empty' | wc -l)" 32

# Workers are children of the runner; below each is the init of its job.
runner=$(pgrep -P "$sv_pid" -f -- '--role runner$')
pss_of() { awk '/^Pss:/ { print $2 }' "/proc/$1/smaps_rollup" 2> /dev/null || echo 0; }
all_run() { [ "$(pgrep -c -P "$runner")" -ge 32 ]; }
if wait_until 100 all_run; then ok "32 workers at once"
else bad "32 workers at once" "$(pgrep -c -P "$runner")"; fi
most=0
for w in $(pgrep -P "$runner"); do
	kib=$(pss_of "$w")
	# The payload below init is the test's own.
	for i in $(pgrep -P "$w"); do kib=$((${kib:-0} + $(pss_of "$i"))); done
	[ "${kib:-0}" -le "$most" ] || most=$kib
done
echo "# the watcher of a job takes at most $most KiB"
if [ "$most" -gt 0 ] && [ "$most" -le 3072 ]; then ok "at most 3 MiB for each job"
else bad "at most 3 MiB for each job" "$most KiB"; fi

n=0
for s in $jobs; do
	n=$((n + 1))
	got=$(outcome "$(jq -r .jobId "$tmp/$n.json")" 1200 | ended)
	is "job $n, $s" "$got" "$(wanted "$s")"
done
is "no role had to be restarted" "$(grep -c 'role.ended' "$tmp/serve.log")" 0
is "no sandbox is left" "$(pgrep -c -P "$runner")" 0
