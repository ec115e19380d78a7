# SPDX-License-Identifier: MIT
# A Docker engine for one test, and containers of the appliance in it; sourced after
# ../lib.sh. The engine has its own folders, socket, control group and mount
# namespace, no bridge and no packet filter; it ends with the test.
# shellcheck shell=sh disable=SC2034,SC2154
export NODE_PATH="${NODE_PATH:-}:/usr/share/nodejs"
engine=$tmp/engine
export DOCKER_HOST="unix://$engine/sock"
engine_pid=
# Debian's client, whatever else the machine has.
docker() { /usr/bin/docker "$@"; }
# shellcheck disable=SC2064
trap 'engine_stop; finish' EXIT

# The engine leaves a key in /etc/docker and mounts in many places: both stay its own.
engine_start() {
	mkdir -p "$engine"
	unshare -m sh -c 'mkdir -p /etc/docker && mount -t tmpfs none /etc/docker && exec dockerd "$@"' dockerd \
		--iptables=false --ip6tables=false --bridge=none --cgroup-parent="/sv-engine.$$" \
		--data-root "$engine/data" --exec-root "$engine/exec" --pidfile "$engine/pid" \
		--host "$DOCKER_HOST" --log-level error > "$engine/log" 2>&1 &
	engine_pid=$!
	tries=600
	while [ $tries -gt 0 ] && kill -0 $engine_pid 2> /dev/null; do
		docker version > /dev/null 2>&1 && return 0
		tries=$((tries - 1))
		sleep 0.1
	done
	return 1
}

engine_stop() {
	[ -n "$engine_pid" ] || return 0
	for c in $(docker ps -aq 2> /dev/null); do docker rm -f "$c" > /dev/null 2>&1; done
	kill "$engine_pid" 2> /dev/null
	wait "$engine_pid" 2> /dev/null
	find /sys/fs/cgroup -depth -maxdepth 3 -type d -path "*/sv-engine.$$*" -exec rmdir {} + 2> /dev/null
	engine_pid=
}

# image_load FLAVOUR: that flavour of `make image`; sets image to its id, and pins it in $tmp/compose.
image_load() {
	docker load -q -i "$build/../image/$1.tar" > "$tmp/load" 2>&1 || { tail -1 "$tmp/load" >&2; return 1; }
	image=$(docker image inspect -f '{{.Id}}' "skill-verifier:$1")
	"$tests/../compose/render" "localhost/skill-verifier@$image" "$tmp/compose"
}

# container_create NAME VOLUME [KEY=JSON]...: with the options of the compose file.
container_create() {
	c_name=$1 c_volume=$2
	shift 2
	node "$tests/container/create.js" "$tmp/compose/docker-compose.yml" "$tmp/agent.sock" "$c_volume" "$@" \
		> "$tmp/create.json" || return 1
	command curl -s --unix-socket "$engine/sock" -H 'content-type: application/json' --data-binary "@$tmp/create.json" \
		"http://engine/containers/create?name=$c_name" > "$tmp/created.json"
	jq -er .Id "$tmp/created.json" > /dev/null
}

# container_start NAME: also sets container_pid, the number of its first process here,
# 0 when that has ended already.
container_start() {
	docker start "$1" > /dev/null 2> "$tmp/start.err" || return 1
	container_pid=$(docker inspect -f '{{.State.Pid}}' "$1")
}

# The service listens in the container's network namespace, which has no way out: every
# request of the tests is made in there.
url=http://127.0.0.1:3000
curl() { nsenter -n -t "$container_pid" curl "$@"; }

# Pids, as seen here, of everything that runs in the container.
container_pids() { docker top "$1" -eo pid | tail -n +2 | tr -d ' '; }
