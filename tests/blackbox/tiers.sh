#!/bin/sh
# SPDX-License-Identifier: MIT
# What `doctor` says of a place is what `serve` then does there, for places that
# lack one thing each; tier T3, where no procfs can be mounted, runs only when it
# is asked for, and the hostile programs meet the same walls in it; T4, where
# namespaces are refused, runs nothing. Argument: build folder.
set -u
suite=tiers
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
[ "$(id -u)" = 0 ] || { skip all "needs root to make the places"; exit 0; }

own_copy

# ---- places: each runs a command with something missing --------------------------------
# Programs, not functions: what is started in the background has to be the command itself.
mkdir -p "$tmp/in"
place() {
	printf '#!/bin/sh\n%s\n' "$2" > "$tmp/in/$1"
	chmod 755 "$tmp/in/$1"
}
place plain 'exec "$@"'
place few 'exec setpriv --bounding-set=-all,+setuid,+setgid,+setfcap --inh-caps=-all "$@"'
# As container engines do: something is mounted over parts of /proc.
place masked 'exec unshare -m sh -c "mount -t tmpfs none /proc/sys && { [ ! -e /proc/sysrq-trigger ] || mount --bind /dev/null /proc/sysrq-trigger; } && exec \"\$@\"" - "$@"'
place masked_few "exec '$tmp/in/masked' '$tmp/in/few' \"\$@\""
place user 'exec setpriv --reuid=65534 --regid=65534 --clear-groups "$@"'
place no_namespaces 'exec unshare -Ur sh -c "echo 0 > /proc/sys/user/max_user_namespaces &&
	exec setpriv --bounding-set=-all --inh-caps=-all \"\$@\"" - "$@"'
place small_disk "exec unshare -m sh -c \"mount -t tmpfs -o size=1m,mode=755 none '$tmp/no' && exec \\\"\\\$@\\\"\" - \"\$@\""
place read_only "exec unshare -m sh -c \"mount -t tmpfs -o size=900m,ro none '$tmp/no' && exec \\\"\\\$@\\\"\" - \"\$@\""
place stock "exec setpriv --bounding-set=-all,+chown,+dac_override,+fowner,+fsetid,+kill,+setgid,+setuid,+setpcap,\\
+net_bind_service,+net_raw,+sys_chroot,+mknod,+audit_write,+setfcap --inh-caps=-all '$build/roles/stock_profile' \"\$@\""
place stock_admin "exec '$build/roles/stock_profile' \"\$@\""

doctor() { # PLACE OPTIONS...: the report in $tmp/doctor.json, its exit status
	place=$1
	shift
	"$tmp/in/$place" "$sv" doctor --json --data "$tmp/no/data" --agent "$tmp/agent.sock" "$@" > "$tmp/doctor.json" 2> "$tmp/err"
}
item() { jq -r --arg i "$1" '.items[] | select(.item == $i) | "\(.ok) \(.needed) \(.text)"' "$tmp/doctor.json"; }
missing() { jq -r '[.items[] | select(.needed and (.ok | not)) | .item] | join(" ")' "$tmp/doctor.json"; }

mkdir -p "$tmp/no"
chmod 755 "$tmp/no"
simulator agent
doctor plain
is "doctor: exit status" $? 0
is "doctor: nothing is missing" "$(missing)" ""
is "doctor: what is there needs no mending" "$(jq -c '[.items[] | select(.ok and .mend != "")]' "$tmp/doctor.json")" "[]"
is "doctor: the agent" "$(item agent)" "true false $tmp/agent.sock: answers"
for i in self-test clock agent data disk binary root runtimes clone3 pidfd-wait openat2 close-range seccomp-kill \
	seccomp-notify namespaces mount-namespace pid-namespace network-namespace ipc-namespace host-name-namespace \
	cgroup-namespace user-namespace tmpfs pivot-root proc-mount landlock-rules overlay speculation user-ids landlock \
	user-limits own-user-namespace control-groups; do
	is "doctor: one line about $i" "$(jq -r --arg i $i '[.items[] | select(.item == $i)] | length' "$tmp/doctor.json")" 1
done
# Somebody else's command may have been killed in between; doctor would leave one every time.
clean() {
	stale_groups > "$tmp/left"
	"$sv" doctor > /dev/null
	! stale_groups | grep -qvxFf "$tmp/left"
}
if clean || clean || clean; then ok "doctor: no control group is left"; else bad "doctor: no control group is left" "$(stale_groups)"; fi
# In a mount namespace where nobody else is at work.
is "doctor: no mount is left" "$(unshare -m sh -c 'wc -l < /proc/self/mountinfo; "$@" > /dev/null; wc -l < /proc/self/mountinfo' - "$sv" doctor | uniq | wc -l)" 1
is "doctor: no directory was made" "$(ls "$tmp/no")" ""
tier=$(jq -r .tier "$tmp/doctor.json")
has "doctor: in words" "$("$sv" doctor --data "$tmp/no/data" --agent "$tmp/agent.sock")" "serve would run here, in tier $tier."
"$sv" doctor x > /dev/null 2>&1
is "doctor: usage" $? 3

# ---- one thing missing, named with what mends it ---------------------------------------
lacks() { # NAME ITEM WORDS-OF-MEND
	is "$1: exit status" "$status" 3
	is "$1: the one line" "$(missing)" "$2"
	has "$1: what mends it" "$(jq -r --arg i "$2" '.items[] | select(.item == $i) | .mend' "$tmp/doctor.json")" "$3"
}
doctor plain --agent "$tmp/nobody.sock"
is "no agent: serve would run" $? 0
has "no agent: said" "$(item agent)" "false false $tmp/nobody.sock: No such file"
mkdir -p "$tmp/empty"
doctor plain --runtimes "$tmp/empty"
status=$?
lacks "no runtime" runtimes "--runtimes DIR"
cp -a "$tmp/app/runtimes" "$tmp/broken"
chmod u+w "$tmp/broken/base/root/etc/passwd" && echo x >> "$tmp/broken/base/root/etc/passwd"
doctor plain --runtimes "$tmp/broken"
status=$?
lacks "a runtime that was changed" runtimes "--runtimes DIR"
doctor small_disk
status=$?
lacks "little room" disk "more room"
doctor read_only
status=$?
lacks "nowhere to write" data "a volume"
doctor user
status=$?
is "an ordinary user: exit status" $status 3
has "an ordinary user: why" "$(jq -r '.items[] | select(.item == "root") | .mend' "$tmp/doctor.json")" "serve needs root"
doctor no_namespaces
is "no user namespace: exit status" $? 3
has "no user namespace: what mends it" "$(jq -r '.items[] | select(.item == "root") | .mend' "$tmp/doctor.json")" "user.max_user_namespaces"
doctor masked_few
status=$?
lacks "a masked /proc, few capabilities" proc-mount "systempaths=unconfined"
is "a masked /proc, few capabilities: tier" "$(jq -r .tier "$tmp/doctor.json")" T3

# ---- doctor is right: serve does what it says -----------------------------------------
# serving PLACE OPTIONS...: starts serve there; true when it becomes ready.
serving() {
	place=$1
	shift
	port=$(free_port)
	url=http://127.0.0.1:$port
	data=$tmp/data.$place
	: > "$tmp/serve.log"
	"$tmp/in/$place" "$sv" serve --listen "127.0.0.1:$port" --data "$data" "$@" 2>> "$tmp/serve.log" &
	sv_pid=$!
	started_pid $sv_pid
	wait_until 100 sh -c "curl -sf $url/health | grep -q '\"status\":\"ok\"' || ! kill -0 $sv_pid 2> /dev/null"
	curl -sf -o /dev/null "$url/health"
}
for place in plain few masked; do
	doctor $place
	is "$place: doctor" $? 0
	if serving $place --agent "$tmp/agent.sock"; then ok "$place: serve runs"; else bad "$place: serve runs" "$(tail -2 "$tmp/serve.log")"; fi
	curl -s "$url/info" > "$tmp/info.json"
	is "$place: same tier in /info" "$(jq -r .runner.tier "$tmp/info.json")" "$(jq -r .tier "$tmp/doctor.json")"
	is "$place: same lines in /info" "$(jq -c '[.runner.probe[] | [.item, .ok]]' "$tmp/info.json")" \
		"$(jq -c '[.items[] | [.item, .ok]] | .[(map(.[0]) | index("clone3")):]' "$tmp/doctor.json")"
	is "$place: same lines in the log" "$(grep -c 'sandbox.probe item=' "$tmp/serve.log")" "$(jq '.runner.probe | length' "$tmp/info.json")"
	is "$place: the runner's own namespace" "$(jq -r '.runner.probe[] | select(.item == "own-user-namespace") | .ok' "$tmp/info.json")" true
	tarball "$tmp/s/hello-world" "$tmp/h.tgz"
	is "$place: a test passes" "$(outcome "$(submit "$tmp/h.tgz")" | jq -r .verdict)" PASSED
	stop $sv_pid
	is "$place: serve ends" $? 0
done

# ---- T3: only when it is asked for -------------------------------------------------------
"$tmp/in/masked_few" "$sv" run "$tmp/s/hello-world" > "$tmp/out" 2> "$tmp/err"
is "T3, not asked for: exit status of run" $? 3
is "T3, not asked for: one line" "$(wc -l < "$tmp/err") $(wc -l < "$tmp/out")" "1 0"
has "T3, not asked for: what mends it" "$(cat "$tmp/err")" "systempaths=unconfined"
has "T3, not asked for: what permits it" "$(cat "$tmp/err")" "--allow-tier T3 permits it"
serving masked_few --agent "$tmp/agent.sock"
is "T3, not asked for: serve does not serve" $? 7
if wait_until 50 sh -c "! kill -0 $sv_pid 2> /dev/null"; then
	wait $sv_pid
	is "T3, not asked for: exit status of serve" $? 3
else bad "T3, not asked for: serve ends" "it goes on"; stop $sv_pid; fi
forget_pid $sv_pid
is "T3, not asked for: one line of the log says why" "$(grep -c 'only tier T3 holds here' "$tmp/serve.log")" 1

"$tmp/in/masked_few" "$sv" run --allow-tier T3 --out "$tmp/statement.json" "$tmp/s/hello-world" > "$tmp/out" 2>&1
is "T3: exit status of run" $? 0
has "T3: said" "$(cat "$tmp/out")" "sandbox T3"
is "T3: in the statement" "$(jq -r .predicate.sandbox.tier "$tmp/statement.json")" T3
"$sv" run --allow-tier T9 "$tmp/s/hello-world" > /dev/null 2>&1
is "no such tier" $? 3
"$sv" run --allow-tier T1 "$tmp/s/hello-world" > "$tmp/out" 2>&1
status=$?
if [ "$tier" = T1 ]; then is "T1 is asked for and holds" $status 0
else is "T1 is asked for and does not hold" "$status $(grep -c 'only T2 holds here' "$tmp/out")" "3 1"; fi
verdict() { # SKILL OPTION...
	skill=$tmp/s/$1
	shift
	"$tmp/in/masked_few" "$sv" run --allow-tier T3 --json "$@" "$skill" > "$tmp/run.json" 2> "$tmp/err"
	ended "$tmp/run.json"
}
exit_value() { jq -r '.runs[-1] | select(.exitKind == "exited") | .value' "$tmp/run.json"; }
stated() { sed -n "s/^ \* $1: *//p" "$2"; }
skill proc "test_command: 'test -z \"\$(ls -A /proc)\" && ! touch /proc/x && ! mkdir /proc/y && echo a > /tmp/a'"
is "T3: /proc of a test is empty and stays so" "$(verdict proc)" PASSED:
skill many 'test: {command: "i=0; while [ $i -lt 400 ]; do sleep 9 & i=$((i + 1)); done; exit 0", timeout: 9s}'
has "T3: processes are limited" "$(verdict many)" limit-hit:pids
for f in "$tests"/sandbox/*.c; do
	n=$(basename "$f" .c)
	[ -x "$build/hostile/$n" ] || { skip "T3 hostile $n" "not built: make test"; continue; }
	mkdir -p "$tmp/s/h"
	cp "$build/hostile/$n" "$tmp/s/h/t"
	limit=$(stated Timeout "$f")
	setup=$(stated Setup "$f")
	skill h "test: {command: [./t], timeout: ${limit:-20s}${setup:+, deps: $setup}}"
	# shellcheck disable=SC2046
	got=$(verdict h $(for l in $(stated Limits "$f"); do echo "--limit $l"; done))
	# 77 says why there is nothing to try: no /proc, which is what T3 means, no swap.
	[ "$(exit_value)" = 77 ] || is "T3 hostile $n" "$got" "$(stated Outcome "$f")"
	rm -rf "$tmp/s/h"
done

if serving masked_few --allow-tier T3 --agent "$tmp/agent.sock"; then ok "T3: serve runs"; else bad "T3: serve runs" "$(tail -2 "$tmp/serve.log")"; fi
is "T3: in /info" "$(curl -s "$url/info" | jq -c '[.runner.tier, (.runner.probe[] | select(.item == "proc-mount") | .ok)]')" '["T3",false]'
id=$(submit "$tmp/h.tgz")
is "T3: a job ends" "$(outcome "$id" | jq -r .verdict)" PASSED
curl -s -o "$tmp/b.json" "$url/attestation/$id"
check() {
	"$sv" check attestation "$tmp/b.json" --root "$tmp/agent/root.der" --collateral "$tmp/agent/collateral.json" \
		--measurements "$tmp/agent/measurements.json" --compose-hash "$(cat "$tmp/agent/compose-hash.txt")" "$@"
}
has "T3: refused by whoever does not accept it" "$(check)" "PROOF refuted"
has "T3: genuine for who does" "$(check --allow-tier T3)" "PROOF genuine"
# The appliance's processes and files, from inside.
mkdir -p "$tmp/s/reach"
cp "$build/hostile/69_appliance" "$tmp/s/reach/t"
printf -- '---\nname: reach\nversion: 1.0.0\ntest_command: ["./t", "%s", "%s", "%s", "nobody"%s]\n---\n' "$tmp/agent.sock" "$data" "$port" \
	"$(for p in $sv_pid $(pgrep -P "$sv_pid"); do printf ', "%s"' "$p"; done)" > "$tmp/s/reach/SKILL.md"
tarball "$tmp/s/reach" "$tmp/reach.tgz"
is "T3: a payload reaches nothing of the appliance" \
	"$(outcome "$(submit "$tmp/reach.tgz")" | jq -r '"\(.verdict) \(.result.result.stdout)"')" "PASSED "
# The runner, taken over there.
# shellcheck disable=SC2046
"$tmp/in/masked_few" "$build/roles/taken_runner" --outer "$tmp/agent.sock" "$data" "$port" nobody $(pgrep -P "$sv_pid") > "$tmp/out"
is "T3: a runner reaches nothing" "$? $(grep -v '^ok' "$tmp/out" | head -3)" "0 "
stop $sv_pid
is "T3: serve ends" $? 0

# ---- T4: found, named, and refused with what to change ---------------------------------
[ -x "$build/roles/stock_profile" ] || { skip T4 "not built: make test"; exit 0; }
for place in stock stock_admin; do
	doctor $place
	is "$place: doctor" "$? $(jq -r '"\(.wouldServe) \(.tier)"' "$tmp/doctor.json")" "3 false T4"
	is "$place: which namespaces" "$(jq -r '[.items[] | select(.ok | not) | .item | select(endswith("-namespace"))] | length' "$tmp/doctor.json")" 8
	is "$place: what is not refused works" "$(jq -c '[.items[] | select(.item | IN("pidfd-wait", "openat2", "close-range", "seccomp-kill", "seccomp-notify", "self-test", "landlock-rules")) | .ok] | all' "$tmp/doctor.json")" true
	is "$place: clone3" "$(item clone3)" "false false Function not implemented"
	for flag in "" "--allow-tier T4"; do
		# shellcheck disable=SC2086
		"$tmp/in/$place" "$sv" run $flag "$tmp/s/hello-world" > "$tmp/out" 2> "$tmp/err"
		is "$place: run $flag: exit status" "$? $(wc -l < "$tmp/out") $(wc -l < "$tmp/err")" "3 0 1"
		has "$place: run $flag: what to change" "$(cat "$tmp/err")" "--security-opt seccomp=unconfined"
		# shellcheck disable=SC2086
		"$tmp/in/$place" "$sv" serve $flag --no-tee --listen "127.0.0.1:$(free_port)" --data "$tmp/no/data" > /dev/null 2> "$tmp/serve.log"
		is "$place: serve $flag: exit status" $? 3
		has "$place: serve $flag: what to change" "$(grep init.cannot-serve "$tmp/serve.log")" "--security-opt seccomp=unconfined"
		case $flag in
		?*) is "$place: $flag is no way around" "$(cat "$tmp/err" "$tmp/serve.log" | grep -c 'tier T4 is not built in this version')" 2 ;;
		*) is "$place: nobody speaks of tiers unasked" "$(cat "$tmp/err" "$tmp/serve.log" | grep -c 'T4')" 0 ;;
		esac
	done
	rm -rf "$tmp/no/data"
	"$tmp/in/$place" "$sv" inspect "$tmp/s/hello-world" > /dev/null 2> "$tmp/err"
	has "$place: inspect says the same" "$? $(cat "$tmp/err")" "--security-opt seccomp=unconfined"
done
