#!/bin/sh
# SPDX-License-Identifier: MIT
# An ordinary user: run and inspect work where the kernel lets users have user
# namespaces; where it does not, one sentence names the setting. serve says that
# it needs root. Also root with the few capabilities of C45. Argument: build folder.
set -u
suite=user
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"

# A copy that every user can read, wherever this checkout is.
own_copy
skill eater 'test: {command: "a=xxxxxxxxxxxxxxxx; while :; do a=$a$a; done", timeout: 20s}'
skill whoami 'test_command: "id -u; id -g; cat /proc/self/uid_map | tr -s \" \""'
skill writes 'test_command: "echo a >> SKILL.md && touch new /tmp/t && ! touch /usr/t 2>/dev/null"'
skill slow 'test: {command: "(setsid sleep 77 &); sleep 9", timeout: 500ms}'
chmod -R a+rX "$tmp/app" "$tmp/s"
mine=$(id -u)
if [ "$mine" = 0 ]; then
	user() { setpriv --reuid=65534 --regid=65534 --clear-groups --no-new-privs "$@"; }
else
	user() { "$@"; }
fi
cd / || exit 1
# verdict NAME OPTION...: exit code 77 is a program that has nothing to try (../sandbox/README.md).
verdict() {
	name=$1
	shift
	user "$sv" run --json "$@" "$tmp/s/$name" 2> "$tmp/err" > "$tmp/verdict.json"
	if jq -e '.runs[-1] | .value == 77 and .exitKind == "exited"' "$tmp/verdict.json" > /dev/null; then echo skipped
	else ended "$tmp/verdict.json"; fi
}

# ---- works --------------------------------------------------------------------------
is "inspect" "$(user "$sv" inspect --json "$tmp/s/hello-world" | jq -r .outcome)" accepted
if user unshare -Ur true 2> /dev/null; then
	user "$sv" run "$tmp/s/hello-world" > "$tmp/out" 2>&1
	is "run: exit status" $? 0
	has "run: the test ran" "$(cat "$tmp/out")" "Good morning"
	is "run: ids of the test" "$(user "$sv" run --json "$tmp/s/whoami" | jq -r .runs[0].stdout.text | tr '\n' ' ')" \
		"1000 1000  1000 0 1  "
	is "run: writes to its own places only" "$(verdict writes)" "PASSED:"
	is "run: the package on disk is as it was" "$(find "$tmp/s/writes" -type f | wc -l) $(tail -c 4 "$tmp/s/writes/SKILL.md")" "1 ---"
	# Without control groups the shell may meet its own limit before we see the sum.
	got=$(verdict eater)
	case $got in LIMIT:memory | FAILED:*) ok "run: memory is limited" ;; *) bad "run: memory is limited" "$got" ;; esac
	is "run: time is limited" "$(verdict slow)" "TIMEOUT:wall-time"
	is "run: nothing of a test is left" "$(pgrep -c -f '^sleep 77')" 0
	is "run: --runtime host" "$(user "$sv" run --runtime host --json "$tmp/s/hello-world" | jq -r .verdict)" PASSED
	user "$sv" run --out "$tmp/refused/out.json" "$tmp/s/hello-world" > /dev/null 2> "$tmp/err"
	is "run: --out that cannot be written" $? 3
	# The hostile programs meet the same walls. Without control groups a limit of memory
	# answers the program instead of ending it, and that of processes is seen only by
	# chance, because counting looks every 20 ms; the programs themselves check it.
	counted=$(user "$sv" run "$tmp/s/hello-world" | grep -o 'accounting [a-z0-9-]*')
	for f in "$tests"/sandbox/*.c; do
		n=$(basename "$f" .c)
		case $n in 07_* | 08_*) continue ;; esac
		[ -x "$build/hostile/$n" ] || { skip "hostile $n" "not built: make test"; continue; }
		mkdir -p "$tmp/s/h"
		cp "$build/hostile/$n" "$tmp/s/h/t"
		limit=$(sed -n 's/^ \* Timeout: *//p' "$f")
		setup=$(sed -n 's/^ \* Setup: *//p' "$f")
		skill h "test: {command: [./t], timeout: ${limit:-20s}${setup:+, deps: $setup}}"
		chmod -R a+rX "$tmp/s/h"
		want=$(sed -n 's/^ \* Outcome: *//p' "$f")
		# Memory of no process is absent where nothing counts it.
		case $n:$counted in 10_*:*rlimit*) want=PASSED: ;; esac
		# shellcheck disable=SC2046
		got=$(verdict h $(grep -q '^ \* Watched: ' "$f" && echo --observe none) $(for l in $(sed -n 's/^ \* Limits: *//p' "$f"); do echo "--limit $l"; done))
		[ "$got" != skipped ] || { skip "hostile $n" "nothing to try it on here"; rm -rf "$tmp/s/h"; continue; }
		case $n:$counted in 01_*rlimit* | 06_*rlimit*) got=${got%limit-hit:pids} want=${want%limit-hit:pids} ;; esac
		is "hostile $n" "$got" "$want"
		rm -rf "$tmp/s/h"
	done
else
	user "$sv" run "$tmp/s/hello-world" > /dev/null 2> "$tmp/err"
	is "run: refused, exit status" $? 3
	has "run: says what to change" "$(cat "$tmp/err")" "as root: sysctl -w"
fi

# ---- refusals name the one thing to change --------------------------------------------
user "$sv" serve --no-tee --listen "127.0.0.1:$(free_port)" --data "$tmp/refused" > "$tmp/out" 2>&1
is "serve: exit status" $? 3
has "serve: why" "$(cat "$tmp/out")" "serve needs root"
is "serve: leaves nothing" "$(find "$tmp/refused" 2> /dev/null | wc -l)" 0
# max_user_namespaces counts in every user namespace, so one of our own shows the refusal.
if unshare -Ur true 2> /dev/null; then
	unshare -Ur sh -c "echo 0 > /proc/sys/user/max_user_namespaces
		exec setpriv --bounding-set=-all --inh-caps=-all '$sv' run '$tmp/s/hello-world'" > /dev/null 2> "$tmp/err"
	is "no user namespace left: exit status" $? 3
	has "no user namespace left: the setting" "$(cat "$tmp/err")" "user.max_user_namespaces"
else
	skip "no user namespace left" "this machine lets nobody make one"
fi

# ---- root with few capabilities (C45) ---------------------------------------------------
[ "$mine" = 0 ] || { skip "few capabilities" "needs root"; exit 0; }
bare() { c=$1; shift; setpriv --bounding-set="-all$c" --inh-caps=-all "$@"; }
bare "" "$sv" run "$tmp/s/hello-world" > /dev/null 2> "$tmp/err"
is "root without capabilities: exit status" $? 3
has "root without capabilities: the flags" "$(cat "$tmp/err")" "--cap-add SETFCAP"
bare ,+setuid,+setgid,+setfcap "$sv" run "$tmp/s/hello-world" > "$tmp/out" 2>&1
is "SETUID, SETGID, SETFCAP suffice for run" $? 0
has "and it is a full sandbox" "$(cat "$tmp/out")" "sandbox T"
port=$(free_port)
url=http://127.0.0.1:$port
setpriv --bounding-set=-all,+setuid,+setgid,+setfcap --inh-caps=-all "$sv" serve --no-tee \
	--listen "127.0.0.1:$port" --data "$tmp/few" > "$tmp/serve.log" 2>&1 &
few=$!
started_pid $few
wait_until 50 sh -c "curl -sf $url/health | grep -q '\"status\":\"ok\"'"
tarball "$tmp/s/hello-world" "$tmp/h.tgz"
is "they suffice for serve" "$(outcome "$(submit "$tmp/h.tgz")" | jq -r .verdict)" PASSED
stop $few
is "serve ends" $? 0
