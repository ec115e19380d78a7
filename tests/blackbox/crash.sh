#!/bin/sh
# SPDX-License-Identifier: MIT
# SIGKILL of the whole appliance at 120 random moments (C28). Argument: build
# folder. KILLS and SEED choose another number and another sequence.
set -u
suite=crash
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
[ "$(id -u)" = 0 ] || { skip all "serve needs root"; exit 0; }

simulator agent
port=$(free_port)
url=http://127.0.0.1:$port
tarball "$tests/skills/hello-world" "$tmp/hello.tar.gz"
kills=${KILLS:-120}
seed=${SEED:-$(date +%N | sed 's/^0*//')}
stale_groups > "$tmp/groups"
mounts=$(wc -l < /proc/self/mountinfo)
roles=$(pgrep -c -f -- "--role (store|http|runner|attest)")
python3 "$tests/blackbox/crash.py" "$sv" "$tmp/agent.sock" "$data" "$port" "$tmp/hello.tar.gz" \
	"$kills" "$seed" > "$tmp/result.json" || { bad "seed $seed" "$(tail -2 "$data.log")"; exit 1; }
sv_pid=$(jq .pid "$tmp/result.json")
started_pid "$sv_pid"
echo "# seed $seed: $(jq -c '{kills, accepted, outcomes}' "$tmp/result.json")"
is "kills done (seed $seed)" "$(jq .kills "$tmp/result.json")" "$kills"
[ "$(jq .accepted "$tmp/result.json")" -ge "$((kills / 4))" ] && ok "enough jobs were accepted" ||
	bad "enough jobs were accepted" "$(jq .accepted "$tmp/result.json")"
is "every accepted job has ended" "$(jq -c '[.unfinished, .open]' "$tmp/result.json")" "[0,0]"
is "what was once said stays true" "$(jq -c .broken "$tmp/result.json")" "[]"
is "outcomes are completed or poison" "$(jq -c .unexpected "$tmp/result.json")" "[]"
n_ok=0 n_all=0
for id in $(jq -r '.sample[]' "$tmp/result.json"); do
	curl -s -o "$tmp/b.json" "$url/attestation/$id"
	"$sv" check attestation "$tmp/b.json" --root "$tmp/agent/root.der" \
		--collateral "$tmp/agent/collateral.json" --measurements "$tmp/agent/measurements.json" \
		--compose-hash "$(cat "$tmp/agent/compose-hash.txt")" > /dev/null && n_ok=$((n_ok + 1))
	n_all=$((n_all + 1))
done
is "the proofs of the last results hold" $n_ok $n_all
kill "$sv_pid"
wait_until 60 sh -c "! kill -0 $sv_pid"
forget_pid "$sv_pid"
is "no mount is left" "$(wc -l < /proc/self/mountinfo)" "$mounts"
is "no process is left" "$(pgrep -c -f -- "--role (store|http|runner|attest)")" "$roles"
is "no control group is left" "$(stale_groups | grep -vxFf "$tmp/groups")" ""
is "the data directory holds the database only" "$(find "$data" -type f | sed 's/.*\///; s/-shm$//; s/-wal$//' | sort -u | tr '\n' ' ')" "jobs.db "
