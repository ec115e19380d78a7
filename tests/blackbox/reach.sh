#!/bin/sh
# SPDX-License-Identifier: MIT
# C18 on a running appliance: what a taken-over runner and a payload can reach of
# the guest agent, the data directory and the other roles. Argument: build folder.
set -u
suite=reach
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
[ "$(id -u)" = 0 ] || { skip all "serve needs root"; exit 0; }
[ -x "$build/roles/taken_runner" ] || { skip all "not built: make test"; exit 0; }

simulator agent
appliance --agent "$tmp/agent.sock" || { bad start "$(tail -3 "$tmp/serve.log")"; exit 1; }
wait_until 50 sh -c "curl -sf $url/health | grep -q '\"status\":\"ok\"'"
# Somebody listens on an abstract name, as services of a machine do.
name=reach.$$
python3 - "$name" "$tmp/listening" <<'P' &
import socket, sys, time
s = socket.socket(socket.AF_UNIX)
s.bind("\0" + sys.argv[1])
s.listen()
open(sys.argv[2], "w").close()
time.sleep(120)
P
started_pid $!
wait_until 50 test -e "$tmp/listening"
pids="$sv_pid $(pgrep -P "$sv_pid" | tr '\n' ' ')"
is "five processes to look for" "$(echo "$pids" | wc -w)" 5
# The same attempts succeed from outside, so a refusal means something.
is "the agent's socket is there" "$(curl -s -o /dev/null -w '%{http_code}' --unix-socket "$tmp/agent.sock" http://dstack/Info)" 200
is "the abstract socket is there" "$(python3 -c "
import socket
socket.socket(socket.AF_UNIX).connect('\0$name')
print('yes')")" yes

# shellcheck disable=SC2086
"$build/roles/taken_runner" "$tmp/agent.sock" "$data" "$port" "$name" $pids > "$tmp/root.out"
is "runner (root): nothing was reached" $? 0
# shellcheck disable=SC2086
setpriv --bounding-set=-all,+setuid,+setgid,+setfcap --inh-caps=-all \
	"$build/roles/taken_runner" --outer "$tmp/agent.sock" "$data" "$port" "$name" $pids > "$tmp/few.out"
is "runner (C45): nothing was reached" $? 0
# The role without its filter: what the user namespace alone keeps from it.
# shellcheck disable=SC2086
"$build/roles/taken_runner" --unfiltered "$tmp/agent.sock" "$data" "$port" "$name" $pids > "$tmp/bare.out"
is "runner (no filter): nothing was reached" $? 0
sort -u "$tmp/root.out" "$tmp/few.out" "$tmp/bare.out"
mkdir -p "$tmp/payload"
cp "$build/hostile/69_appliance" "$tmp/payload/t"
printf -- '---\nname: reach\nversion: 1.0.0\ntest_command: ["./t", "%s", "%s", "%s", "%s"%s]\n---\n' \
	"$tmp/agent.sock" "$data" "$port" "$name" "$(for p in $pids; do printf ', "%s"' "$p"; done)" > "$tmp/payload/SKILL.md"
tarball "$tmp/payload" "$tmp/payload.tgz"
got=$(outcome "$(submit "$tmp/payload.tgz")")
is "a payload reaches none of it" "$(printf %s "$got" | jq -r '"\(.verdict) \(.result.result.stdout)"')" "PASSED "
has "all is well afterwards" "$(curl -s "$url/health")" '"status":"ok"'
is "the same processes run" "$sv_pid $(pgrep -P "$sv_pid" | tr '\n' ' ')" "$pids"
stop "$sv_pid"

# ---- `run` has walls of the same kind: descriptors of its confined processes -------------
mkdir -p "$tmp/slow"
printf -- '---\nname: slow\nversion: 1.0.0\ntest_command: ["sleep", "2"]\n---\n' > "$tmp/slow/SKILL.md"
"$sv" run "$tmp/slow" > /dev/null &
run=$!
started_pid $run
sleep 1
cat > "$tmp/up.py" <<'P'
import os, sys
def children(pid):
    for p in filter(str.isdigit, os.listdir("/proc")):
        try:
            if open(f"/proc/{p}/stat").read().rsplit(")", 1)[1].split()[1] == pid:
                yield p
                yield from children(p)
        except OSError:
            pass
own, seen, up = os.readlink("/proc/self/ns/mnt"), 0, []
for p in children(sys.argv[1]):
    if os.readlink(f"/proc/{p}/ns/mnt") == own: continue
    seen += 1
    up += [f"{p}: {os.readlink(f'/proc/{p}/fd/{n}')}" for n in os.listdir(f"/proc/{p}/fd") if int(n) > 2 and
           os.path.isdir(f"/proc/{p}/fd/{n}") and os.path.exists(f"/proc/{p}/fd/{n}/" + "../" * 16 + sys.argv[2])]
print(seen >= 3, up)
P
is "run: no descriptor leads out" "$(python3 "$tmp/up.py" $run "$tmp/up.py")" "True []"
wait $run
is "run: it passed" $? 0
forget_pid $run

# ---- C11: who reads a package after its digests cannot change it ---------------------
if command -v strace > /dev/null; then
	mkdir -p "$tmp/read" && cp -a "$tests/skills/hello-world" "$tmp/read/" && echo '{}' > "$tmp/read/hello-world/skill.oms.sig"
	tarball "$tmp/read/hello-world" "$tmp/read.tgz"
	strace -f -e trace=setresuid,execveat,fchownat -o "$tmp/trace" "$sv" inspect "$tmp/read.tgz" > /dev/null
	owner=$(sed -n 's/.*fchownat([0-9]*, "[^"]*", \([0-9]*\), .* = 0$/\1/p' "$tmp/trace" | sort -u)
	is "files belong to one id" "$(echo "$owner" | grep -c "^[1-9]")" 1
	for helper in manifest inspect signature; do
		pid=$(sed -n "s/^\([0-9]*\) .*\"--helper\", \"$helper\".*/\1/p" "$tmp/trace")
		reader=$(sed -n "s/^$pid *setresuid(\([0-9]*\),.*/\1/p" "$tmp/trace" | tail -1)
		if [ -n "$reader" ] && [ "$reader" != "$owner" ] && [ "$reader" != 0 ]; then ok "$helper is no owner of the files"
		else bad "$helper is no owner of the files" "reader '$reader', owner '$owner'"; fi
	done
else skip "who reads a package" "no strace"; fi
