#!/bin/bash
. ./version.sh
n=0 failed=0
t() {
	n=$((n + 1))
	if "${@:2}"; then echo "ok $n - $1"; else echo "not ok $n - $1"; failed=1; fi
}
not() { ! "$@"; }
echo "1..3"
t "ten is newer than nine" newer 1.10 1.9
t "older is not newer" not newer 1.2 1.3
t "same is not newer" not newer 1.0 1.0
exit $failed
