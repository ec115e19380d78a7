#!/bin/sh
# SPDX-License-Identifier: MIT
# The appliance as pid 1 of a container, started by a real engine with exactly the
# options of compose/docker-compose.yml.in: tier and namespaces, the whole hostile
# set over HTTP, what is left behind, stop and restart, health check, the proof.
# Argument: build folder. With NEED_ENGINE set, what is missing is a failure.
set -u
suite=container
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
absent() {
	if [ -n "${NEED_ENGINE:-}" ]; then bad engine "$1"; exit 1; fi
	skip all "$1"
	exit 0
}
[ "$(id -u)" = 0 ] || absent "needs root"
[ -x "$build/hostile/01_fork_bomb" ] || absent "the hostile programs are not built: make test-container"
command -v dockerd > /dev/null || absent "no dockerd: vendor/deps container"
# shellcheck source=tests/container/engine.sh
. "$tests/container/engine.sh"
# shellcheck source=tests/container/skills.sh
. "$tests/container/skills.sh"
# shellcheck source=tests/sandbox/cases.sh
. "$tests/sandbox/cases.sh"
lowered=no soon=5000
umask 022
engine_start || absent "the engine does not start: $(tail -1 "$engine/log")"
image_load core || { bad image "$(tail -1 "$engine/log")"; exit 1; }
ready() { curl -sf --max-time 6 "$url/health" | grep -q '"ready":true.*"attestReady":true'; }

# ---- the compose file ---------------------------------------------------------------
is "the text pins all that runs" "$("$sv" check compose --json "$tmp/compose/app-compose.json" | jq -r .verdict)" pinned
is "what an auditor is told to look at" "$("$sv" check compose --json "$tmp/compose/app-compose.json" |
	jq -r '[.findings[] | select(.weight != "note") | .code] | unique | join(" ")')" \
	"cap-add key-provider-unpinned security-opt"
if "$tests/../compose/render" localhost/skill-verifier:latest "$tmp/tag" 2> "$tmp/err"; then bad "a tag is refused" "rendered"
else has "a tag is refused" "$(cat "$tmp/err")" "does not pin an image"; fi
if container_create other volume tty=true 2> "$tmp/err"; then bad "an unknown option is refused" "taken"
else has "an unknown option is refused" "$(cat "$tmp/err")" "'tty' is not known here"; fi

simulator agent --app-compose "$tmp/compose/app-compose.json"

# ---- a container that lacks something says what ----------------------------------------
# lacks WHAT WORDS KEY=JSON: ends by itself, with these words and status 3.
lacks() {
	container_create poor poor restart=null "$3" && container_start poor
	stopped() { [ "$(docker inspect -f '{{.State.Status}} {{.State.ExitCode}}' poor)" = "exited 3" ]; }
	if wait_until 100 stopped; then has "without $1" "$(docker logs poor 2>&1 | grep ' error ')" "$2"
	else bad "without $1" "$(docker inspect -f '{{json .State}}' poor)"; fi
	docker rm -f -v poor > /dev/null
}
lacks SETUID SETUID 'cap_add=["SETFCAP","SETGID"]'
lacks SETFCAP "--cap-add SETFCAP" 'cap_add=["SETGID","SETUID"]'
lacks seccomp=unconfined "seccomp=unconfined" 'security_opt=["systempaths=unconfined"]'
lacks "a volume" "/var/lib/skill-verifier" 'volumes=["/var/run/dstack.sock:/var/run/dstack.sock"]'

# ---- start --------------------------------------------------------------------------
container_create app data || { bad create "$(cat "$tmp/created.json")"; exit 1; }
layer=$(docker diff app | sort)
container_start app || { bad start "$(cat "$tmp/start.err")"; exit 1; }
if wait_until 100 ready; then ok "it serves"; else bad "it serves" "$(docker logs app 2>&1 | tail -3)"; exit 1; fi
curl -s "$url/info" > "$tmp/info.json"
runner() { jq -r ".runner.$1" "$tmp/info.json"; }
version=$(docker info -f '{{.CgroupVersion}}')
echo "# control groups of version $version, Landlock ABI $(runner landlockAbi)"
# The engine shows them read-only; they are ours all the same (src/proc/cgroup_view.h).
is "tier and control groups" "$(runner tier) $(runner cgroup)" "$([ "$version" = 2 ] && echo T1 v2 || echo T2 v1)"
is "every wall was found by trying" "$(jq -r '[.runner.probe[] | select(.ok | not) | .item] | join(" ")' "$tmp/info.json")" ""

# ---- what the container has ----------------------------------------------------------
# field NAME PID: a line of /proc/PID/status. 00000000800000c0: SETGID, SETUID, SETFCAP.
field() { sed -n "s/^$1:[[:space:]]*//p" "/proc/$2/status"; }
is "nothing can be gained by executing" "$(field NoNewPrivs "$container_pid")" 1
user=$(readlink /proc/self/ns/user)
is "no process is in the machine's user namespace" "$(for p in $(container_pids app); do
	[ "$(readlink "/proc/$p/ns/user")" != "$user" ] || tr '\0' ' ' < "/proc/$p/cmdline"
done)" ""
is "five processes" "$(container_pids app | wc -l)" 5
docker exec app /runtimes/base/root/bin/busybox sleep 60 &
started_pid $!
visitor() { docker top app -eo pid,comm | awk '$2 == "busybox" { print $1 }' | grep .; }
wait_until 50 visitor
visitor=$(visitor)
is "rights in the machine's user namespace: SETGID, SETUID, SETFCAP" "$(field CapBnd "$visitor") $(readlink "/proc/$visitor/ns/user")" "00000000800000c0 $user"
kill "$visitor"
is "what it can write to" "$(awk '$6 ~ /^rw/ && $5 !~ /^\/(proc|dev|sys)(\/|$)/ { print $5 }' "/proc/$container_pid/mountinfo" | sort | tr '\n' ' ')" \
	"/var/lib/skill-verifier /var/run/dstack.sock "
is "devices" "$(find "/proc/$container_pid/root/dev" \( -type b -o -type c \) -printf '%f\n' | sort | tr '\n' ' ')" \
	"full null ptmx random tty urandom zero "

# ---- a job has namespaces of its own ------------------------------------------------
# sleeper SECONDS: a package whose test takes that long.
sleeper() {
	mkdir -p "$tmp/sleeper"
	printf -- '---\nname: sleeper\nversion: 1.0.0\ntest: {command: ["sleep", "%s"], timeout: 60s}\n---\n' "$1" > "$tmp/sleeper/SKILL.md"
	tarball "$tmp/sleeper" "$tmp/sleeper.tgz"
}
runs() { docker top app -eo pid,args | awk -v a="sleep $1" '$2 " " $3 == a { print $1; exit }' | grep .; }
sleeper 3.1
job=$(submit "$tmp/sleeper.tgz")
if wait_until 100 runs 3.1; then
	p=$(runs 3.1)
	for ns in user mnt pid net ipc uts cgroup; do
		mine=$(readlink "/proc/$p/ns/$ns")
		case $mine in
		"" | "$(readlink "/proc/$container_pid/ns/$ns")" | "$(readlink "/proc/self/ns/$ns")") bad "a job's $ns namespace is its own" "$mine" ;;
		*) ok "a job's $ns namespace is its own" ;;
		esac
	done
	is "a job has no capability and a filter" "$(field CapEff "$p") $(field CapBnd "$p") $(field Seccomp "$p") $(field NoNewPrivs "$p")" \
		"0000000000000000 0000000000000000 2 1"
	is "a job's user is nobody's here" "$([ "$(field Uid "$p" | cut -f1)" -ge 65536 ] && echo yes)" yes
else
	bad "a job runs" "$(docker logs app 2>&1 | tail -3)"
fi
is "that job" "$(outcome "$job" | jq -r .verdict)" PASSED

# ---- the hostile set ----------------------------------------------------------------
roles() { container_pids app | sort -n | tr '\n' ' '; }
mounts() { for p in $(roles); do wc -l < "/proc/$p/mountinfo"; done | tr '\n' ' '; }
before="$(roles)" before_mounts="$(mounts)"
outside="/skill-verifier /runtimes/base/manifest.json /var/lib/skill-verifier/jobs.db /proc/sys/kernel/random/boot_id"
try() {
	name=$1 dir=$tmp/s/$1
	shift
	case_package "$name" "$dir" "$@"
	tarball "$dir" "$tmp/s/$name.tgz"
	t=$(now_ms)
	# Who must find no network, or no decoys, is run by the command, beside the service.
	if [ -n "$(stated Watched "$name")" ]; then
		docker exec -i app /skill-verifier run --json --observe none - < "$tmp/s/$name.tgz" > "$tmp/out.json" 2> "$tmp/err"
	else outcome "$(submit "$tmp/s/$name.tgz")" > "$tmp/out.json"; fi
	took=$(($(now_ms) - t))
	got=$(case_got < "$tmp/out.json")
	skipped=$(jq -r '[.. | .stdout? | strings] | first // empty' "$tmp/out.json" 2> /dev/null | case_skip)
	if [ -n "$skipped" ] && [ "$got" = FAILED:exit-status ]; then skip "$name" "$skipped"
	elif is_stated "$got" "$name"; then ok "$name"
	else bad "$name" "'$got', want '$(stated_outcome "$name")': $(head -c 1000 "$tmp/out.json")"; fi
	rm -rf "$dir" "$tmp/s/$name.tgz"
}
each_case try

is "the same processes" "$(roles)" "$before"
# The engine lists no zombies: those whose parent is one of the container's processes.
zombies() { ps -eo ppid=,pid=,stat=,comm= | awk -v of=" $(roles)" '$3 ~ /^Z/ && index(of, " " $1 " ")'; }
is "no process is a zombie" "$(zombies)" ""
is "no mount is left" "$(mounts)" "$before_mounts"
# What differs are the places of the two mounts, which the engine makes when it starts.
is "no file of the image was touched" "$(docker diff app | sed '/^A .*\/\(skill-verifier\|dstack.sock\)$/d; /^[AC] \/var\(\/lib\|\/run\)\?$/d')" "$layer"
is "only the database is in the volume" "$(find "/proc/$container_pid/root/var/lib/skill-verifier" -type f -printf '%f\n' | sed 's/-shm$//; s/-wal$//' | sort -u)" jobs.db

# ---- pid 1 --------------------------------------------------------------------------
box=/runtimes/base/root/bin/busybox
docker exec -d app $box sh -c "$box sleep 2.5 & $box sleep 2.5 & :"
orphans() { ps --ppid "$container_pid" -o pid=,stat=,comm= | grep busybox; }
adopted() { [ "$(orphans | wc -l)" = 2 ]; }
if wait_until 20 adopted; then ok "orphans become pid 1's"; else bad "orphans become pid 1's" "$(orphans)"; fi
no_orphans() { [ -z "$(orphans)" ]; }
if wait_until 50 no_orphans; then ok "orphans are reaped"; else bad "orphans are reaped" "$(orphans)"; fi

# ---- a proof ------------------------------------------------------------------------
tarball "$tests/skills/hello-world" "$tmp/hello.tgz"
id=$(submit "$tmp/hello.tgz")
is "a result" "$(outcome "$id" | jq -r .verdict)" PASSED
if proof "$id"; then ok "its proof holds"; else bad "its proof holds" "$(grep -v '^\[OK' "$tmp/report")"; fi

# ---- stop and start -----------------------------------------------------------------
# running SECONDS: submits a job and waits until its test executes; sets job.
running() {
	sleeper "$1"
	job=$(submit "$tmp/sleeper.tgz")
	wait_until 100 runs "$1"
}
# again WHAT ATTEMPT: the container starts on the same volume, and the job ends once more.
again() {
	container_start app
	wait_until 100 ready
	is "$1: the job runs again" "$(outcome "$job" | jq -r '"\(.verdict) \(.attempt)"')" "PASSED $2"
	if proof "$job"; then ok "$1: its proof holds"; else bad "$1: its proof holds" "$(grep -v '^\[OK' "$tmp/report")"; fi
	is "$1: what was there before is" "$(status "$id" | jq -r .verdict)" PASSED
}
running 4.1 || bad "stop: a job runs" "$(tail -c 200 "$tmp/submit.json")"
t=$(now_ms)
docker stop -t 10 app > /dev/null
took=$(($(now_ms) - t))
echo "# docker stop took $took ms"
is "stop: status of its own accord" "$(docker inspect -f '{{.State.ExitCode}} {{.State.OOMKilled}}' app)" "0 false"
if [ "$took" -lt 10000 ]; then ok "stop: within the engine's 10 s"; else bad "stop: within the engine's 10 s" "$took ms"; fi
again stop 2
running 4.2 || bad "kill: a job runs" "$(tail -c 200 "$tmp/submit.json")"
docker kill app > /dev/null
again kill 2

# ---- health check -------------------------------------------------------------------
health() { jq -r '.Healthcheck.Test[1:] | join(" ")' "$tmp/create.json"; }
# shellcheck disable=SC2046
check() { timeout 20 docker exec app $(health) > /dev/null 2>&1; echo $?; }
is "the health check says yes" "$(check)" 0
healthy() { [ "$(docker inspect -f '{{.State.Health.Status}}' app)" = healthy ]; }
if wait_until 300 healthy; then ok "the engine says healthy"
else bad "the engine says healthy" "$(docker inspect -f '{{json .State.Health}}' app)"; fi
http=$(docker top app -eo pid,args | awk '/--role http/ { print $1; exit }')
kill -STOP "$http"
is "the health check says no of a service that hangs" "$([ "$(check)" = 0 ] || echo no)" no
wait_until 200 ready
is "the role that hung was replaced" "$(check)" 0
is "the container is the same" "$(docker inspect -f '{{.RestartCount}} {{.State.Pid}}' app)" "0 $container_pid"

# ---- a guest agent that was replaced: the mounted socket is nobody's any more --------
stop "$sim_pid"
simulator agent --app-compose "$tmp/compose/app-compose.json"
id=$(submit "$tmp/hello.tgz")
executed() { status "$id" | grep -q '"phase":"attest"'; }
if wait_until 100 executed; then ok "a result waits for its quote"; else bad "a result waits for its quote" "$(status "$id" | head -c 300)"; fi
docker restart app > /dev/null
container_pid=$(docker inspect -f '{{.State.Pid}}' app)
wait_until 100 ready
is "the container's restart runs it again" "$(outcome "$id" | jq -r '"\(.verdict) \(.attempt)"')" "PASSED 2"
if proof "$id"; then ok "and the proof holds"; else bad "and the proof holds" "$(grep -v '^\[OK' "$tmp/report")"; fi
docker stop app > /dev/null

# ---- where nobody counts ------------------------------------------------------------
# Control groups that cannot be had at all: other outcomes, each stated in its source.
container_create bare bare 'tmpfs=["/sys/fs/cgroup:ro"]'
container_start bare
if wait_until 100 ready; then ok "it serves without control groups"; else bad "it serves without control groups" "$(docker logs bare 2>&1 | tail -3)"; fi
is "tier without control groups" "$(curl -s "$url/info" | jq -r '.runner | "\(.tier) \(.cgroup) \(.accounting)"')" "T2 none rlimit"
counted=no
for f in $(grep -l "Outcome without control groups" "$tests"/sandbox/*.c); do try "$(basename "$f" .c)"; done
is "the engine ended nobody" "$(docker inspect -f '{{.State.Running}} {{.State.OOMKilled}}' bare)" "true false"
stop "$sim_pid"

# ---- the flavour with all runtimes: the example skills, and every file of it ------------
docker rm -f -v bare > /dev/null
image_load full || bad "full: docker load" "$(cat "$tmp/load")"
is "full: it is the image that was built" "$image" "$(jq -r '.[0].Config | "sha256:" + sub(".*/"; "")' << END
$(tar -xOf "$build/../image/full.tar" manifest.json)
END
)"
is "full: every runtime is whole in there" "$(docker run --rm --network none --read-only skill-verifier:full measure --json | jq -c .)" \
	"$("$sv" measure --json | jq -c .)"
simulator agent --app-compose "$tmp/compose/app-compose.json"
container_create full full && container_start full
if wait_until 100 ready; then skills full; else bad "full: it serves" "$(docker logs full 2>&1 | tail -3)"; fi
docker stop -t 10 full > /dev/null
is "full: stop: status of its own accord" "$(docker inspect -f '{{.State.ExitCode}}' full)" 0
stop "$sim_pid"
engine_stop
is "nothing of the engine is left" "$(find /sys/fs/cgroup -maxdepth 2 -name "sv-engine.$$") $(grep -c "$engine" /proc/self/mountinfo)" " 0"
