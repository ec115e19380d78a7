# SPDX-License-Identifier: MIT
# Shared by the shell tests and the demo; sourced, not run. Sets up $tmp (removed
# at the end), finds the build and the vectors, starts and stops the simulator and
# the appliance on loopback, and ends only what it started.
# shellcheck shell=sh disable=SC2034
export LC_ALL=C
tests=$(cd "${TESTS:-$(dirname "$0")}" && while [ ! -f lib.sh ] && [ "$PWD" != / ]; do cd ..; done && pwd)
build=$(cd "${1:-$tests/../build/release}" && pwd) || exit 1
sv=$build/skill-verifier
sim_bin=$build/dstack-simulator
vectors=${VECTORS:-$tests/../../shared/vectors}
case $vectors in /*) ;; *) vectors=$tests/../$vectors ;; esac

tmp=$(mktemp -d)
chmod 755 "$tmp"
started=
# shellcheck disable=SC2064
trap 'finish' EXIT
trap 'exit 1' INT TERM HUP

finish() {
	for p in $started; do kill "$p" 2>/dev/null; done
	for p in $started; do wait "$p" 2>/dev/null; done
	rm -rf "$tmp"
}
started_pid() { started="$started $1"; }
forget_pid() {
	started=$(echo " $started " | sed "s/ $1 / /")
}

# What a test says. suite is set by the test.
ok() { echo "ok $suite $1"; }
bad() { echo "not ok $suite $1: $(printf %s "$2" | tr '\n' ' ' | cut -c1-300)"; }
skip() { echo "skip $suite $1: $2"; }
is() { if [ "$2" = "$3" ]; then ok "$1"; else bad "$1" "got '$2', want '$3'"; fi; }
has() { case "$2" in *"$3"*) ok "$1" ;; *) bad "$1" "no '$3' in: $2" ;; esac; }
hasnt() { case "$2" in *"$3"*) bad "$1" "'$3' in: $2" ;; *) ok "$1" ;; esac; }
# How a run ended, of an answer on standard input: verdict and the reasons of C21. A watched run
# (the default) has others too, for what it was seen to do; other suites judge those.
ends='exit-status|signal|sigsys|wall-time|cpu-time|memory|output|observation-flood|command-not-found|exec-failed|sandbox-setup|setup-failed|internal|network-not-permitted|limit-hit:.*'
ended() { jq -r --arg ends "^($ends)\$" '"\(.verdict):\([.reasons[]? | select(test($ends))] | join(","))"' "$@" 2> /dev/null; }
now_ms() { date +%s%3N; }

# A port on loopback that nobody listens on now.
free_port() {
	while :; do
		p=$(shuf -i 20000-32000 -n 1)
		curl -s -o /dev/null --max-time 1 "http://127.0.0.1:$p/" && continue
		[ $? = 7 ] && echo "$p" && return
	done
}

# simulator NAME OPTIONS...: guest agent on $tmp/NAME.sock, files in $tmp/NAME/; sets sim_pid.
simulator() {
	sim_name=$1
	shift
	: > "$tmp/$sim_name.ready"
	"$sim_bin" --socket "$tmp/$sim_name.sock" --app-compose "$tests/simulator/app-compose.json" \
		--out "$tmp/$sim_name" "$@" > "$tmp/$sim_name.ready" 2>> "$tmp/$sim_name.log" &
	sim_pid=$!
	started_pid $sim_pid
	wait_until 100 grep -q ready "$tmp/$sim_name.ready" || echo "# the simulator did not start" >&2
}
fault() {
	curl -s --unix-socket "$tmp/$sim_name.sock" -H 'content-type: application/json' \
		-d "{\"fault\":\"$1\",\"count\":$2${3:+,\"method\":\"$3\"}}" http://dstack/simulator/fault > /dev/null
}

# wait_until TENTHS COMMAND...: true as soon as the command is.
wait_until() {
	n=$1
	shift
	while ! "$@" > /dev/null 2>&1; do
		n=$((n - 1))
		[ "$n" -gt 0 ] || return 1
		sleep 0.1
	done
}

# appliance OPTIONS...: serve on a free port; sets url and sv_pid. Data in $data.
data=$tmp/data
appliance() {
	port=$(free_port)
	url=http://127.0.0.1:$port
	appliance_at "$@"
}
appliance_at() {
	"$sv" serve --listen "127.0.0.1:$port" --data "$data" "$@" 2>> "$tmp/serve.log" &
	sv_pid=$!
	started_pid $sv_pid
	i=0
	while [ $i -lt 1000 ]; do
		curl -s -o /dev/null --max-time 2 -f "$url/health" && return 0
		kill -0 $sv_pid 2>/dev/null || return 1
		sleep 0.01
		i=$((i + 1))
	done
	return 1
}
# stop PID: SIGTERM and wait; the exit status is its own.
stop() {
	forget_pid "$1"
	kill "$1" 2>/dev/null
	wait "$1"
}

# submit FILE CURL-OPTIONS...: posts a package, prints the job id or the whole answer.
submit() {
	f=$1
	shift
	curl -s --max-time 30 -F "skill=@$f" "$@" "$url/verify" > "$tmp/submit.json"
	jq -r '.jobId // empty' "$tmp/submit.json"
}
status() { curl -s --max-time 10 "$url/verify/$1"; }
# outcome ID [TENTHS]: waits for a terminal state; prints the whole answer.
outcome() {
	n=${2:-300}
	while :; do
		status "$1" > "$tmp/status.json"
		case $(jq -r .status "$tmp/status.json") in completed | failed) break ;; esac
		n=$((n - 1))
		[ "$n" -gt 0 ] || break
		sleep 0.1
	done
	cat "$tmp/status.json"
}
# tarball DIR FILE: packs a skill's directory as people do.
tarball() { tar -C "$(dirname "$1")" -czf "$2" "$(basename "$1")"; }
# made NAME OPTIONS...: a simulator with these options in $tmp/NAME, a bundle of it in
# $tmp/NAME.json, and with $nonce set what its running appliance answers to that in
# $tmp/NAME.live; the package is tool_package's.
made() {
	made_name=$1
	shift
	data=$tmp/data-$made_name
	simulator "$made_name" "$@"
	appliance --agent "$tmp/$made_name.sock" || { bad start "$(tail -3 "$tmp/serve.log")"; exit 1; }
	wait_until 50 sh -c "curl -sf $url/health | grep -q '\"status\":\"ok\"'"
	id=$(submit "$tmp/tool.tar.gz" ${nonce:+-F nonce=$nonce})
	outcome "$id" > /dev/null
	curl -s -o "$tmp/$made_name.json" "$url/attestation/$id"
	[ -z "${nonce:-}" ] || wait_until 100 sh -c "curl -sf '$url/quote?nonce=$nonce' > '$tmp/$made_name.live'"
	stop "$sv_pid"
}
# tool_package: a package that passes, in $tmp/tool.tar.gz.
tool_package() {
	mkdir -p "$tmp/tool"
	printf -- '---\nname: tool\nversion: 1.0.0\ntest_command: echo fine\n---\n' > "$tmp/tool/SKILL.md"
	tarball "$tmp/tool" "$tmp/tool.tar.gz"
}
# needs_inspect: ends the suite where inspect itself cannot run.
needs_inspect() {
	"$sv" inspect "$tests/skills/hello-world" > /dev/null 2> "$tmp/err"
	[ $? = 3 ] || return 0
	skip all "$(head -1 "$tmp/err")"
	exit 0
}
# stale_groups: control groups of ours whose appliance or command is gone, below the group
# that we are in: what stands beside it is somebody else's.
stale_groups() {
	sg_top=/sys/fs/cgroup/memory$(sed -n 's/^[0-9]*:memory://p' /proc/self/cgroup)
	[ -d "$sg_top" ] || sg_top=/sys/fs/cgroup$(sed -n 's/^0:://p' /proc/self/cgroup)
	find "$sg_top" -maxdepth 2 -type d -name 'skill-verifier.*' 2> /dev/null | while read -r sg_dir; do
		kill -0 "${sg_dir##*.}" 2> /dev/null || echo "$sg_dir"
	done
}
# base_runtime DIR: the runtime base below DIR; the others are large, and few tests want them.
base_runtime() { mkdir -p "$1" && cp -a "$build/../runtimes/base" "$1/"; }
# own_copy: the program with the runtime base in $tmp/app, which becomes $sv, and hello-world in
# $tmp/s, beside the skills of `skill NAME LINES`: a place that every user can be let into.
own_copy() {
	mkdir -p "$tmp/app/bin" "$tmp/s"
	cp "$sv" "$tmp/app/bin/"
	base_runtime "$tmp/app/runtimes"
	cp -a "$tests/skills/hello-world" "$tmp/s/"
	sv=$tmp/app/bin/skill-verifier
	skill() {
		mkdir -p "$tmp/s/$1"
		printf -- '---\nname: %s\nversion: 1.0.0\n%s\n---\n' "$1" "$2" > "$tmp/s/$1/SKILL.md"
	}
}
