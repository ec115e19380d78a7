# SPDX-License-Identifier: MIT
# What is not there, and how a program sees it: a clear refusal, never a hang. When
# one of these works, the table of ../README.md is wrong.
# Runtime: host
# Needs: python3 free script strace
set -eu
cd /tmp
# says TEXT COMMAND...: it fails and says so.
says() {
	want=$1
	shift
	if "$@" > out 2>&1; then echo "works: $*"; exit 1; fi
	grep -q -e "$want" out || { echo "says something else: $*"; cat out; exit 1; }
}
# /proc holds processes only
says meminfo free
for file in cpuinfo stat uptime loadavg mounts sys/kernel/osrelease; do test ! -e /proc/$file; done
# no terminals
says pseudo-terminal script -qc true /dev/null
says 'No such file' python3 -c 'import os; os.openpty()'
says 'No such file' python3 -c 'open("/dev/tty")'
# no loopback: neither servers nor clients
says 'Permission denied' python3 -c 'import socket; socket.create_server(("127.0.0.1", 0))'
says 'Permission denied\|unreachable' python3 -c 'import socket; socket.create_connection(("127.0.0.1", 9))'
# no process looks into another
says 'not permitted' strace true
# other users, other namespaces, other machines' clocks
says 'Invalid argument' python3 -c 'import os; os.setuid(1)'
says 'not permitted' unshare --user true
echo ok
