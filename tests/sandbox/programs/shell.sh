# SPDX-License-Identifier: MIT
# bash and what surrounds it: jobs, pipes, FIFOs, coprocesses, locks, limits, priorities.
# Runtime: host
# Needs: bash flock timeout taskset chrt script
set -eu
cd /tmp
set -m
sleep 60 &
kill -STOP %1
for _ in 1 2 3 4 5 6 7 8 9 10; do
	jobs > jobs.txt
	grep -q Stopped jobs.txt && break
	sleep 0.1
done
grep -q Stopped jobs.txt
bg > bg.txt
kill %1
wait %1 && exit 1 || test $? = 143
(exit 7) &
wait $! && exit 1 || test $? = 7
set +m
coproc cat
echo there and back >&"${COPROC[1]}"
read -r line <&"${COPROC[0]}"
test "$line" = "there and back"
mkfifo fifo
echo through > fifo &
test "$(cat fifo)" = through
diff <(echo a) <(echo a)
flock lock true
exec 9> lock
flock 9
if flock -n lock true; then exit 1; fi
test "$(timeout 0.1 sleep 60; echo $?)" = 124
trap 'echo caught > trap.txt' USR1
kill -USR1 $$
test "$(cat trap.txt)" = caught
test "$(printf '%s\n' 1 2 3 4 | xargs -P 2 -n 1 echo | sort | tr -d '\n')" = 1234
taskset -c 0 true
nice -n 5 true
chrt --batch 0 true
ulimit -n 64
sync
df -P /tmp > df.txt
cmp /etc/mtab /proc/self/mounts
/sbin/ldconfig -p | grep 'libc\.so' > libraries.txt
test "$(bash -ic 'echo interactive' 2> /dev/null)" = interactive
echo ok
