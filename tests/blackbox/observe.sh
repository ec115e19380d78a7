#!/bin/sh
# SPDX-License-Identifier: MIT
# Watching a test's system calls: what acts (../observe/acts.c) did inside jobs is
# compared with what the watcher says of it; acts go as they go without one. Argument: build folder.
set -u
suite=observe
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
[ "$(id -u)" = 0 ] || { skip all "needs root"; exit 0; }
[ -x "$build/observe/acts" ] || { skip all "the acts are not built: make test"; exit 0; }

umask 022
d=$tmp/s/acts
mkdir -p "$d"
cp "$build/observe/acts" "$d/t"
before="$(stale_groups)"

# act NAME NUMBER [MONITOR]: runs it watched; its record is in $tmp/out.json.
package() {
	printf -- '---\nname: acts\nversion: 1.0.0\ntest: {command: %s, timeout: 120s}\n---\n' "$1" > "$d/SKILL.md"
}
act() {
	package "[\"./t\", \"$1\", \"$2\"]"
	"$sv" run --observe "${3:-calls}" --json "$d" > "$tmp/out.json" 2> "$tmp/err"
	asked "$tmp/out.json" '"\(.verdict) \(.behaviour.complete) \(.behaviour.dropped)\(.runs[-1].stdout.text)"' > "$tmp/got"
	is "$1: goes as it should, and nothing is lost" "$(cat "$tmp/got")" "PASSED true 0"
}
# The act before, unwatched. Those that connect find no sinkhole then, so they are not compared.
same() { is "$1 unwatched goes the same way" "$("$sv" run --json "$d" 2> /dev/null | jq -r '"\(.verdict)\(.runs[-1].stdout.text)"')" PASSED; }
asked() { jq -r "$2" "$1" 2> /dev/null; }
# rows KIND [FIELDS]: of that kind, as lines, sorted.
rows() {
	asked "$tmp/out.json" ".behaviour.rows[] | select(.kind == \"$1\") | \"${2:-\\(.value)|\\(.detail)|\\(.count)}\"" | LC_ALL=C sort
}
number() { asked "$tmp/out.json" .behaviour.notifications; }
# lines WANT...: each a line.
lines() { printf '%s\n' "$@"; }

# ---- programs ------------------------------------------------------------------------
act starts 1
same starts
is "starts: each way of starting a program" "$(rows exec)" \
	"$(lines '/skill/t|nothing at|1' '/skill/t|nothing fork|1' '/skill/t|nothing spawn|1' '/skill/t|nothing vfork|1' '/skill/t|starts 1|1')"
is "starts: all of them the package's own" "$(rows exec '\(.origin) \(.sha256)' | sort -u)" "package null"
is "starts: what is read from memory is called advisory" "$(rows exec '\(.advisory)' | sort -u)" true
is "starts: a program that is not there is asked about, and no row" "$(number)" 6
act files 1
same files
is "files: a file of its own, one that is gone, one without a name" "$(rows exec '\(.value)|\(.origin)|\(.sha256 != null)' | tail -4)" \
	"$(lines '/memfd:x (deleted)|written-in-run|true' '/skill/t|package|false' '/tmp/own (deleted)|written-in-run|true' '/tmp/own|written-in-run|true')"
is "files: the digest is that of the file" "$(rows exec '\(.sha256)' | grep -v null | sort -u)" "$(sha256sum < "$d/t" | cut -d' ' -f1)"
act changed 1
same changed
is "changed: another content is another row" "$(rows exec '\(.value)|\(.detail)' | tail -2)" "$(lines '/tmp/x|nothing' '/tmp/x|nothing (changed)')"
is "changed: with another digest" "$(rows exec '\(.sha256)' | grep -v null | sort -u | wc -l)" 2
act execs 100
same execs
is "execs: each one is counted" "$(rows exec | tail -1)" "/skill/t|nothing|100"
package '["sh", "-c", "exit 0"]'
"$sv" run --observe calls --json "$d" > "$tmp/out.json" 2> /dev/null
is "a program of the runtime" "$(rows exec '\(.origin) \(.sha256) \(.detail)')" "runtime null -c exit 0"
package '["sh", "-c", "cp t u; echo more >> t; ./t; ./u nothing"]'
"$sv" run --observe calls --json "$d" > "$tmp/out.json" 2> /dev/null
is "a changed file is no longer the package's, and a copy never was" \
	"$(rows exec '\(.value) \(.origin)' | grep /skill)" "$(lines '/skill/t written-in-run' '/skill/u written-in-run')"
is "the package is what it was" "$(cmp "$build/observe/acts" "$d/t" && echo same)" same

# ---- addresses -----------------------------------------------------------------------
act speaks 1
is "speaks: to whom" "$(rows connect)" "$(lines 'tcp [::1]:2005||1' 'udp 127.0.0.1:2001||2' 'udp 127.0.0.1:2002||1' 'udp 127.0.0.1:2003||1')"
is "speaks: where it listens" "$(rows listen)" "udp 127.0.0.1:2004||1"
is "speaks: local sockets" "$(rows local-socket)" "$(lines '/tmp/socket||1' '@name||1')"
act connects 200
is "connects: each one is counted" "$(rows connect)" "tcp 127.0.0.1:1||200"
act becomes 1
is "becomes: each call is read in the memory that its task has then" "$(rows connect)" "$(lines 'tcp 127.0.0.1:3001||1' 'tcp 127.0.0.1:3002||1')"
act served 50
is "served: a server of its own" "$(rows local-socket) $(rows listen)" "/tmp/server||50 unix /tmp/server||1"
package '["sh", "-c", "wget -q -O - http://203.0.113.7:8080/path; true"]'
"$sv" run --observe calls --json "$d" > "$tmp/out.json" 2> /dev/null
# The connection was made: what was read before it is no longer all that speaks for it.
is "what is connected to outside is taken by the sinkhole" "$(rows connect '\(.value) \(.confirmed) \(.advisory)')" "tcp 203.0.113.7:8080 1 false"
is "and what it is asked for" "$(rows request '\(.value)')" "http GET 203.0.113.7:8080/path"

# ---- refusals ------------------------------------------------------------------------
act tripwires 1
same tripwires
is "tripwires: each is a row, none of them advisory" "$(rows denied '\(.value)|\(.detail)|\(.advisory)')" \
	"$(lines 'chroot||false' 'clone|flags 0x10000011|false' 'keyctl|command 1|false' 'mount|flags 0x0|false' 'pidfd_getfd||false' 'unshare|flags 0x40000000|false')"
act listener 5
is "listener: that it asked for one of its own is a row" "$(rows denied)" "seccomp|flags 0x8|1"

# ---- what happens at the same time ---------------------------------------------------
act threads 100
is "threads: all of them are counted" "$(rows connect)" "tcp 127.0.0.1:1||400"
is "threads: a thread's exec" "$(rows exec | grep -c 'nothing thread')" 1
act exits 20
act signals 5000
is "signals: no call is counted twice" "$(rows connect) $(number)" "udp 127.0.0.1:9||5000 5001"
act race-connect 2000
is "race-connect: one of the two each time, and called advisory" \
	"$(rows connect '\(.advisory)' | sort -u) $(rows connect '\(.count)' | awk '{ n += $1 } END { print n }')" "true 2000"
is "race-connect: nothing else" "$(rows connect '\(.value)' | grep -vx 'tcp 127.0.0.1:1111\|tcp 127.0.0.1:2222')" ""
act race-exec 200
same race-exec
is "race-exec: one of the two each time, and called advisory" \
	"$(rows exec '\(.advisory)' | sort -u) $(rows exec '\(.value) \(.count)' | awk '/[ab] / { n += $2 } END { print n }')" "true 200"
act garbage 1
is "garbage: what cannot be read is a row without a name" "$(rows exec '\(.value)|\(.count)' | head -1)" "-|4"
act survivors 7
same survivors
is "survivors: who lived on" "$(rows survivor) $(asked "$tmp/out.json" .behaviour.survivors)" "$(lines 'even||4' 'odd||3') 7"
is "survivors: their end is not waited for" "$(asked "$tmp/out.json" '.runs[-1].durationMs < 2000')" true

# ---- files by path -------------------------------------------------------------------
act opens 1 files
same opens
is "opens: paths, joined and taken apart" "$(rows path)" "$(lines '/proc/self/cwd|read|1' '/skill/SKILL.md|read|1' \
	'/skill/t|read|1' '/skill|read|1' '/tmp/file|write|3' '/tmp/other|write|2' '/var/tmp/none/id|absent|1')"

# ---- floods --------------------------------------------------------------------------
act flood 100000
is "flood: of 100,000 none is lost" "$(rows connect) $(number)" "udp 127.0.0.1:9||100000 100001"
package '["./t", "flood", "1000000"]'
"$sv" run --observe calls --json "$d" > "$tmp/out.json" 2> /dev/null
is "more than 200,000 end the job, and it says why" \
	"$(asked "$tmp/out.json" '"\(.verdict) \(.reasons[0]) \(.runs[-1].exitKind) \(.behaviour.complete)"')" "LIMIT observation-flood observation-flood false"

# ---- the filter that is loaded is the one that is named ------------------------------
package '["./t", "nothing"]'
for how in none calls files; do
	"$sv" run --observe $how --out "$tmp/$how.json" "$d" > /dev/null 2>&1
	jq -r '"\(.predicate.sandbox.seccompSha256) \(.predicate.behaviour.monitor)"' "$tmp/$how.json"
done > "$tmp/filters"
is "each way of watching has its own filter" "$(cut -d' ' -f1 "$tmp/filters" | sort -u | wc -l) $(cut -d' ' -f2 "$tmp/filters" | xargs)" "3 none calls files"

# ---- nobody outlives the watch -------------------------------------------------------
package '["sleep", "987654"]'
"$sv" run --observe calls --json "$d" > /dev/null 2>&1 &
run=$!
started_pid $run
wait_until 50 sh -c "pgrep -f '^sleep 987654' > /dev/null"
payload=$(pgrep -f '^sleep 987654' | head -1)
watcher=$(ps -o ppid= -p "$(ps -o ppid= -p "$payload" | tr -d ' ')" | tr -d ' ')
kill -9 "$watcher"
if wait_until 20 sh -c "! kill -0 $payload 2> /dev/null"; then ok "the watcher's death ends the job"
else bad "the watcher's death ends the job" "the payload lives"; fi
wait $run
forget_pid $run
echo "$before" > "$tmp/before"
is "no control group is left" "$(stale_groups | grep -vxFf "$tmp/before")" ""
