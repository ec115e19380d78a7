#!/bin/sh
# SPDX-License-Identifier: MIT
# Pid 1 where nobody has mounted anything: an empty root in namespaces of its
# own. What it mounts, what it leaves alone, and that no /proc is the end. The
# whole machine is tests/vm. Argument: build folder.
set -u
suite=machine
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
[ "$(id -u)" = 0 ] || { skip all "needs root"; exit 0; }
unshare --mount true 2> /dev/null || { skip all "no mount namespaces here"; exit 0; }

# first ROOT OPTIONS: as pid 1 in this root, mounted with these options. It is moved
# to "/": the kernel gives no user namespaces to who is only in a chroot.
first() {
	exec unshare --pid --fork --mount --kill-child sh -c \
		'mount --bind "$1" "$1" && { [ -z "$2" ] || mount -o "remount,bind,$2" "$1"; } && cd "$1" && mount --move . / &&
		exec chroot . /usr/bin/skill-verifier serve --no-tee --listen "127.0.0.1:$3" --data /data' \
		- "$1" "$2" "$port" 2> "$tmp/serve.log"
}
make_root() {
	mkdir -p "$1/usr/bin" "$1/usr/share/skill-verifier" "$1/run"
	cp "$sv" "$1/usr/bin/"
	base_runtime "$1/usr/share/skill-verifier/runtimes"
	echo kept > "$1/run/agent"
}
port=$(free_port)
make_root "$tmp/full"
first "$tmp/full" "" &
started_pid $!
outer=$!
wait_until 100 sh -c "curl -s http://127.0.0.1:$port/health | grep -q '\"status\":\"ok\"'"
pid=$(pgrep -P $outer)
at() { awk -v at="$1" '$5 == at { for (i = 7; $i != "-"; i++) ; print $(i + 1), $6 }' "/proc/$pid/mountinfo"; }
is "/proc" "$(at /proc)" "proc rw,nosuid,nodev,noexec,relatime"
is "/sys" "$(at /sys)" "sysfs ro,nosuid,nodev,noexec,relatime"
is "control groups" "$(at /sys/fs/cgroup)" "cgroup2 rw,nosuid,nodev,noexec,relatime"
is "/dev" "$(at /dev)" "tmpfs rw,nosuid,noexec,relatime"
is "/dev holds what is needed" "$(cd "/proc/$pid/root/dev" && stat -c '%n %t:%T %a' ./*)" "./full 1:7 666
./null 1:3 666
./random 1:8 666
./shm 0:0 1777
./urandom 1:9 666
./zero 1:5 666"
is "/tmp" "$(at /tmp)" "tmpfs rw,nosuid,nodev,noexec,relatime"
is "nothing over files: /run" "$(at /run)" ""
is "the file in /run" "$(cat "/proc/$pid/root/run/agent")" kept
is "it serves" "$(curl -s "http://127.0.0.1:$port/health" | jq -r .status)" ok
is "mounts are said" "$(grep -o 'machine.mounted path=.*' "$tmp/serve.log" | tr '\n' ' ')" \
	"machine.mounted path=/proc machine.mounted path=/sys machine.mounted path=/sys/fs/cgroup machine.mounted path=/dev machine.mounted path=/dev/shm machine.mounted path=/tmp "
kill "${pid:-$outer}"
forget_pid $outer
wait $outer
is "its exit status is the container's" $? 0

make_root "$tmp/bare"
(first "$tmp/bare" ro)
is "without /proc it does not start" $? 3
is "and says so in one line" "$(grep -v machine.not-mounted "$tmp/serve.log")" "skill-verifier serve: the configuration is not valid: there is no /proc, and none can be mounted; mount one before the start"
