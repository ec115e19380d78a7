#!/bin/sh
# SPDX-License-Identifier: MIT
# The roles of a running appliance against the tables that they enforce: what
# /proc says of each, what happens when one is killed, and what a role that was
# taken over could reach (C12, C18). Argument: build folder.
set -u
suite=roles
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
[ "$(id -u)" = 0 ] || { skip all "needs root to look at the roles"; exit 0; }

role_pid() { pgrep -P "$sv_pid" -f -- "--role $1\$"; }

simulator agent
appliance --agent "$tmp/agent.sock" || { bad start "$(tail -3 "$tmp/serve.log")"; exit 1; }
"$sv" roles --json > "$tmp/roles.json"
tarball "$tests/skills/hello-world" "$tmp/hello.tar.gz"
wait_until 50 sh -c "curl -sf $url/health | grep -q '\"status\":\"ok\"'"

# ---- the table ------------------------------------------------------------------
cat > "$tmp/table.py" <<'P'
import fnmatch, json, os, sys
role = next(r for r in json.load(open(sys.argv[1])) if r["name"] == sys.argv[2])
pid = sys.argv[3]
NS = {"mnt": 0x20000, "uts": 0x4000000, "ipc": 0x8000000, "pid": 0x20000000, "net": 0x40000000}
status = dict(l.rstrip("\n").split(":\t", 1) for l in open(f"/proc/{pid}/status") if ":\t" in l)
def check(name, got, want):
    good = got == want
    print(("ok" if good else "not ok") + f" roles {role['name']} {name}" +
          ("" if good else f": got {got}, want {want}"))
for f in ("Uid", "Gid"):
    check(f, status[f].split("\t"), [str(role["uid"])] * 4)
check("Groups", status["Groups"].strip(), "")
for f in ("CapEff", "CapPrm", "CapBnd"):
    check(f, int(status[f], 16), role["capabilities"])
for f in ("CapInh", "CapAmb"):
    check(f, int(status[f], 16), 0)
check("NoNewPrivs", status["NoNewPrivs"], "1")
check("Seccomp", status["Seccomp"], "2")
for name, bit in NS.items():
    own = os.readlink(f"/proc/{pid}/ns/{name}") != os.readlink(f"/proc/self/ns/{name}")
    check(f"namespace {name}", own, bool(role["namespaces"] & bit))
own = os.readlink(f"/proc/{pid}/ns/user") != os.readlink("/proc/self/ns/user")
check("user namespace", own, role["ownUserNamespace"])
# Ids mean the same inside, all of them.
check("ids", open(f"/proc/{pid}/uid_map").read().split(), open("/proc/self/uid_map").read().split())
limit = next(l for l in open(f"/proc/{pid}/limits") if l.startswith("Max open files")).split()
check("descriptor limit", limit[3:5], [str(role["files"])] * 2)
fds = {int(n): os.readlink(f"/proc/{pid}/fd/{n}") for n in os.listdir(f"/proc/{pid}/fd")}
check("descriptor 0", fds.get(0), "/dev/null")
extra = [f"{n} {t}" for n, t in sorted(fds.items()) if n > 2 and
         not any(fnmatch.fnmatchcase(t, p) for p in role["descriptors"].split())]
check("descriptors", extra, [])
up = [t for n, t in fds.items() if n > 2 and os.path.isdir(f"/proc/{pid}/fd/{n}") and
      os.path.exists(f"/proc/{pid}/fd/{n}/" + "../" * 16 + "etc/passwd")]
check("no descriptor leads out of the root", up, [])
mounts = []
for line in open(f"/proc/{pid}/mountinfo"):
    left, right = line.split(" - ")
    mounts.append((left.split()[4], right.split()[0], left.split()[5].split(",")[0],
                   left.split()[5]))
left = list(mounts)
for want in role["mounts"].split():
    point, kind, mode = want.lstrip("?").split(":")
    hit = next((m for m in left if m[0] == point and kind in ("*", m[1]) and m[2] == mode), None)
    if hit: left.remove(hit)
    if not want.startswith("?"): check(f"mount {point}", hit is not None, True)
check("no other mount", left, [])
check("no set-user-id through mounts", [m[0] for m in mounts if "nosuid" not in m[3]], [])
if role["root"] == "empty":
    check("root is empty", os.listdir(f"/proc/{pid}/root/"), [])
if role["root"] == "agent":
    check("root holds the socket only", os.listdir(f"/proc/{pid}/root/"), ["agent.sock"])
if role["root"] == "data":
    check("root is the data directory", os.stat(f"/proc/{pid}/root/").st_ino,
          os.stat(sys.argv[4]).st_ino)
env = open(f"/proc/{pid}/environ", "rb").read()
check("environment is empty", env.strip(b"\0"), b"")
P
for role in store http runner attest; do
	python3 "$tmp/table.py" "$tmp/roles.json" $role "$(role_pid $role)" "$data" ||
		bad "$role table" "could not be compared"
done
is "one process a role and init" "$(pgrep -c -P "$sv_pid")" 4

# ---- C18: what the runner could reach, tried as its root ---------------------------
runner=$(role_pid runner)
has "the runner's network is empty" \
	"$(nsenter -t "$runner" -n ip -o link 2>&1 | wc -l)" "1"
is "no data directory in the runner's tree" \
	"$(find "/proc/$runner/root/" -xdev -name 'jobs.db*' 2>/dev/null | wc -l)" 0
is "no agent socket in the runner's tree" \
	"$(find "/proc/$runner/root/" -xdev -type s 2>/dev/null | wc -l)" 0
# The runner's own /proc shows its own processes and nobody else's.
is "the runner sees only its own processes" \
	"$(nsenter -t "$runner" -p -m -r /proc/self/exe 2>/dev/null; ls "/proc/$runner/root/proc" | grep -c '^[0-9]')" \
	"$(pgrep -c --ns "$runner" --nslist pid .)"

# ---- killing each role in the middle of work ----------------------------------------
mkdir -p "$tmp/slow"
cat > "$tmp/slow/SKILL.md" <<'S'
---
name: slow
version: 1.0.0
test_command: ["sh", "-c", "sleep 1; echo done"]
---
S
tarball "$tmp/slow" "$tmp/slow.tar.gz"
renewed() {
	now=$(role_pid "$1")
	[ -n "$now" ] && [ "$now" != "$2" ]
}
for role in store http runner attest; do
	fault slow 1 GetQuote
	id=$(submit "$tmp/slow.tar.gz")
	[ -n "$id" ] || { bad "kill $role" "not accepted: $(cat "$tmp/submit.json")"; continue; }
	if [ $role = attest ]; then sleep 1.5; else sleep 0.4; fi
	before=$(role_pid $role)
	kill -9 "$before"
	if wait_until 100 curl -sf "$url/health"; then ok "$role killed: ready again"
	else bad "$role killed: ready again" "$(curl -s "$url/health")"; fi
	# Health does not wait for attest.
	if wait_until 50 renewed $role "$before"; then ok "$role killed: a new process"
	else bad "$role killed: a new process" "'$before' then '$(role_pid $role)'"; fi
	got=$(outcome "$id" 400)
	is "$role killed: the job ends" "$(printf "%s" "$got" | jq -r '"\(.status) \(.verdict)"')" "completed PASSED"
	case $role in
	http | attest) ;;
	*) is "$role killed: a second attempt, with its reason" \
		"$(curl -s "$url/attestation/$id?format=statement" | jq -c '[.predicate.job.attempt,
			(.predicate.job.attemptReason != null)]')" "[2,true]" ;;
	esac
	"$sv" check attestation "$url" > /dev/null 2>&1
	curl -s -o "$tmp/b.json" "$url/attestation/$id"
	is "$role killed: the proof holds" "$("$sv" check attestation "$tmp/b.json" \
		--root "$tmp/agent/root.der" --collateral "$tmp/agent/collateral.json" \
		--measurements "$tmp/agent/measurements.json" \
		--compose-hash "$(cat "$tmp/agent/compose-hash.txt")" | grep -o '^PROOF genuine')" "PROOF genuine"
done
fault all 0

# ---- what a killed runner leaves is not in the way of the next -------------------------
id=$(submit "$tmp/slow.tar.gz")
sleep 0.4
kill -9 "$(role_pid runner)"
wait_until 50 sh -c "curl -s '$url/verify/$id' | grep -q '\"attempt\":2,\"phase\":\"test\"'"
sleep 0.2
kill -9 "$(role_pid runner)"
is "runner killed twice in one job: the third attempt ends" \
	"$(outcome "$id" 100 | jq -r '"\(.status) \(.attempt)"')" "completed 3"

# ---- an orderly end -----------------------------------------------------------------
id=$(submit "$tmp/slow.tar.gz")
sleep 0.3
roles=$(pgrep -P "$sv_pid")
t=$(now_ms)
stop "$sv_pid"
is "SIGTERM: exit status" $? 0
took=$(($(now_ms) - t))
if [ "$took" -lt 5000 ]; then ok "SIGTERM: ends within 5 s"; else bad "SIGTERM" "$took ms"; fi
is "nothing is left of it" "$(for p in $roles; do kill -0 "$p" 2> /dev/null && echo "$p"; done)" ""
is "no control group is left" "$(find /sys/fs/cgroup -maxdepth 3 -name "skill-verifier.$sv_pid" 2>/dev/null | wc -l)" 0
appliance_at --agent "$tmp/agent.sock"
is "the stopped job is finished after the restart" \
	"$(outcome "$id" | jq -r '"\(.status) \(.verdict)"')" "completed PASSED"
stop "$sv_pid"

# ---- a place where no wall can be built ---------------------------------------------
# Below chroot no process gets a root of its own: nothing runs, and the log says why.
mkdir -p "$tmp/jail/tmp" "$tmp/jail/dev" "$tmp/jail/proc"
cp "$sv" "$tmp/jail/sv"
unshare -m sh -c "mount --bind /dev '$tmp/jail/dev' && mount --bind /proc '$tmp/jail/proc' &&
	exec chroot '$tmp/jail' /sv serve --listen 127.0.0.1:$(free_port) --data /tmp/d --no-tee \
	--runtimes /tmp" > /dev/null 2> "$tmp/jail.log" &
jail_pid=$!
started_pid $jail_pid
if wait_until 50 sh -c "! kill -0 $jail_pid"; then wait $jail_pid; is "not confinable: exit status" $? 3
else bad "not confinable" "it goes on"; stop $jail_pid; fi
forget_pid $jail_pid
has "not confinable: the log names the wall" "$(cat "$tmp/jail.log")" role.not-confined
