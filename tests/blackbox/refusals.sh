#!/bin/sh
# SPDX-License-Identifier: MIT
# What the service refuses before anything becomes a job (C49), and a disk that is
# full (507). Argument: build folder.
set -u
suite=refusals
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
[ "$(id -u)" = 0 ] || { skip all "serve needs root"; exit 0; }

tarball "$tests/skills/hello-world" "$tmp/hello.tar.gz"
appliance --no-tee || { bad start "$(tail -3 "$tmp/serve.log")"; exit 1; }
wait_until 50 sh -c "curl -sf $url/health | grep -q '\"status\":\"ok\"'"
python3 "$tests/blackbox/refusals.py" "$port" "$tmp/hello.tar.gz" || bad "refusals.py" "ended early"
wait_until 50 sh -c "curl -s $url/health | grep -q '\"depth\":0,'"
store=$(pgrep -P "$sv_pid" -f -- '--role store$')
is "nothing half-written is left in the data directory" \
	"$(ls -A "$data" | sed 's/jobs.db\(-wal\|-shm\)\?//' | tr -d '\n')" ""
is "no upload is left open" "$(ls -l "/proc/$(pgrep -P "$sv_pid" -f -- '--role http$')/fd" | grep -c deleted)" 0
stop "$sv_pid"

# ---- a full disk --------------------------------------------------------------------------
data=$tmp/small
mkdir "$data"
if ! mount -t tmpfs -o size=90m tmpfs "$data" 2>/dev/null; then
	skip "full disk" "no tmpfs can be mounted here"
	exit 0
fi
trap 'umount -l "$data" 2>/dev/null; finish' EXIT
appliance --no-tee
wait_until 50 sh -c "curl -sf $url/health | grep -q '\"status\":\"ok\"'"
mkdir -p "$tmp/big"
cat > "$tmp/big/SKILL.md" <<'S'
---
name: big
version: 1.0.0
test_command: echo big
---
S
head -c 9000000 /dev/urandom > "$tmp/big/noise"
ids= full=
for i in 1 2 3 4 5 6; do
	echo "$i" > "$tmp/big/n"
	tarball "$tmp/big" "$tmp/big.tar.gz"
	id=$(submit "$tmp/big.tar.gz")
	if [ -n "$id" ]; then ids="$ids $id"
	else full=$(jq -r .errorCode "$tmp/submit.json"); break; fi
done
is "a full disk is answered with storage-full" "$full" storage-full
is "and with 507" "$(curl -s -o /dev/null -w '%{http_code}' -F "skill=@$tmp/big.tar.gz" "$url/verify")" 507
for id in $ids; do
	is "a job accepted before ends" "$(outcome "$id" | jq -r '"\(.status) \(.verdict)"')" "completed PASSED"
done
stop "$sv_pid"
appliance_at --no-tee
sleep 0.5
for id in $ids; do
	is "and is there after a restart" "$(status "$id" | jq -r .verdict)" PASSED
done
stop "$sv_pid"
