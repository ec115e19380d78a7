#!/bin/sh
# SPDX-License-Identifier: MIT
# The appliance as pid 1 of a container without Docker: the image's OCI layout unpacked
# by umoci, started by runc and by crun with the options of compose/docker-compose.yml.in.
# Start, tier, rights, the example skills with their proofs, health, stop in mid-job.
# Argument: build folder. With NEED_ENGINE set, what is missing is a failure.
set -u
suite=oci
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/container/skills.sh
. "$tests/container/skills.sh"
absent() {
	if [ -n "${NEED_ENGINE:-}" ]; then bad engine "$1"; exit 1; fi
	skip all "$1"
	exit 0
}
[ "$(id -u)" = 0 ] || absent "needs root"
layout=$build/../image/full
[ -d "$layout" ] || absent "no image: make image"
for tool in umoci node nsenter; do command -v $tool > /dev/null || absent "no $tool: vendor/deps container"; done
umask 022
export NODE_PATH="${NODE_PATH:-}:/usr/share/nodejs"
oci=
trap 'oci_stop; finish' EXIT

# The service listens in the container's network namespace, which has no way out.
url=http://127.0.0.1:3000
curl() { nsenter -n -t "$container_pid" curl "$@"; }
ready() { curl -sf --max-time 6 "$url/health" | grep -q '"ready":true.*"attestReady":true'; }
runtime() { "$oci" --root "$tmp/$oci" "$@"; }

# oci_start: sets runtime_pid, the runtime that waits for the container, and container_pid.
oci_start() {
	runtime run --bundle "$tmp/bundle" "sv-$oci" < /dev/null > "$tmp/oci.log" 2>&1 &
	runtime_pid=$!
	started_pid $runtime_pid
	runs() { runtime state "sv-$oci" 2> /dev/null | grep -q '"status": "running"'; }
	wait_until 100 runs || return 1
	container_pid=$(runtime state "sv-$oci" | jq .pid)
	wait_until 100 ready
}
# oci_stop: whatever is left of the container and its groups.
oci_stop() {
	[ -n "$oci" ] || return 0
	runtime delete --force "sv-$oci" > /dev/null 2>&1
	find /sys/fs/cgroup -depth -maxdepth 4 -type d -path "*/sv-oci.$$*" -exec rmdir {} + 2> /dev/null
	oci=
}
container_pids() { runtime ps "sv-$oci" 2> /dev/null | awk 'NR > 1 && $2 ~ /^[0-9]+$/ { print $2 } NR > 1 && NF == 1 { print $1 }'; }
field() { sed -n "s/^$1:[[:space:]]*//p" "/proc/$2/status"; }

umoci unpack --image "$layout:full" "$tmp/bundle" > "$tmp/out" 2>&1 || { bad "umoci unpack" "$(tail -2 "$tmp/out")"; exit 1; }
cp "$tmp/bundle/config.json" "$tmp/umoci.json"
"$tests/../compose/pin" "$layout" localhost/skill-verifier "$tmp/compose" > "$tmp/out" 2>&1 || { bad pin "$(cat "$tmp/out")"; exit 1; }
user=$(readlink /proc/self/ns/user)

# under NAME: everything, with this runtime.
under() {
	oci=$1
	rm -rf "$tmp/data-$oci"
	mkdir -p "$tmp/data-$oci"
	node "$tests/container/create.js" "$tmp/compose/docker-compose.yml" "$tmp/agent.sock" "$tmp/data-$oci" > "$tmp/create.json" &&
		node "$tests/container/bundle.js" "$tmp/create.json" "$tmp/umoci.json" "/sv-oci.$$/$oci" > "$tmp/bundle/config.json" ||
		{ bad "$oci: options" "refused"; return; }
	if ! oci_start; then
		# The one thing that is crun's and not ours: it runs nothing at all on such a machine.
		case $(cat "$tmp/oci.log") in
		*"cgroups in hybrid mode not supported"*) skip "$oci" "$(head -1 "$tmp/oci.log")" ;;
		*) bad "$oci: it serves" "$(tail -3 "$tmp/oci.log")" ;;
		esac
		oci_stop
		return
	fi
	echo "# $("$oci" --version | head -1)"
	curl -s "$url/info" > "$tmp/info.json"
	v2=$(stat -fc %T /sys/fs/cgroup)
	is "$oci: tier and control groups" "$(jq -r '.runner | "\(.tier) \(.cgroup)"' "$tmp/info.json")" "$([ "$v2" = cgroup2fs ] && echo T1 v2 || echo T2 v1)"
	is "$oci: every wall was found by trying" "$(jq -r '[.runner.probe[] | select(.ok | not) | .item] | join(" ")' "$tmp/info.json")" ""
	whole() { curl -s "$url/info" | jq '[.runner.runtimes[] | select(.checked and .ok)] | length' | grep -qx 3; }
	if wait_until 300 whole; then ok "$oci: every file of three runtimes was compared"
	else bad "$oci: every file of three runtimes was compared" "$(curl -s "$url/info" | jq -c .runner.runtimes)"; fi
	pids=$(container_pids)
	is "$oci: five processes" "$(echo "$pids" | grep -c .)" 5
	is "$oci: none in the machine's user namespace" "$(for p in $pids; do [ "$(readlink "/proc/$p/ns/user")" != "$user" ] || echo "$p"; done)" ""
	is "$oci: nothing can be gained by executing" "$(field NoNewPrivs "$container_pid")" 1
	is "$oci: what it can write to" "$(awk '$6 ~ /^rw/ && $5 !~ /^\/(proc|dev|sys)(\/|$)/ { print $5 }' "/proc/$container_pid/mountinfo" | sort | tr '\n' ' ')" \
		"/var/lib/skill-verifier /var/run/dstack.sock "
	skills "$oci"
	is "$oci: the health check says yes" "$(runtime exec "sv-$oci" /skill-verifier health > /dev/null 2>&1; echo $?)" 0

	is "$oci: doctor in there finds nothing missing" "$(runtime exec "sv-$oci" /skill-verifier doctor > "$tmp/doctor" 2>&1; echo $?) $(grep -c '^serve would run here' "$tmp/doctor")" "0 1"

	# Stopped while a test runs: nothing is lost.
	mkdir -p "$tmp/sleeper"
	printf -- '---\nname: sleeper\nversion: 1.0.0\ntest: {command: ["sleep", "4.3"], timeout: 60s}\n---\n' > "$tmp/sleeper/SKILL.md"
	tarball "$tmp/sleeper" "$tmp/sleeper.tgz"
	job=$(submit "$tmp/sleeper.tgz")
	asleep() { runtime ps "sv-$oci" | grep -q 'sleep 4[.]3'; }
	if wait_until 100 asleep; then ok "$oci: a job runs"; else bad "$oci: a job runs" "$(status "$job" | head -c 200)"; fi
	forget_pid $runtime_pid
	t=$(now_ms)
	runtime kill "sv-$oci" TERM
	wait $runtime_pid
	is "$oci: stop: status of its own accord" $? 0
	took=$(($(now_ms) - t))
	if [ $took -lt 10000 ]; then ok "$oci: stop: within 10 s"; else bad "$oci: stop: within 10 s" "$took ms"; fi
	oci_name=$oci
	oci_stop
	oci=$oci_name
	if oci_start; then ok "$oci: it starts again"; else bad "$oci: it starts again" "$(tail -3 "$tmp/oci.log")"; oci_stop; return; fi
	is "$oci: the job runs again" "$(outcome "$job" | jq -r '"\(.verdict) \(.attempt)"')" "PASSED 2"
	proof "$job"
	is "$oci: and has its proof" "$proved" 0
	forget_pid $runtime_pid
	runtime kill "sv-$oci" TERM
	wait $runtime_pid
	is "$oci: it ends" $? 0
	oci_stop
	is "$oci_name: no group is left" "$(find /sys/fs/cgroup -maxdepth 3 -path "*/sv-oci.$$*" | head -3)" ""
}

simulator agent --app-compose "$tmp/compose/app-compose.json"
for name in runc crun; do
	if command -v $name > /dev/null; then under $name
	elif [ -n "${NEED_ENGINE:-}" ]; then bad $name "not installed"
	else skip $name "not installed: vendor/deps container"; fi
done
stop "$sim_pid"
