#!/bin/sh
# SPDX-License-Identifier: MIT
# What is left of JOBS jobs: descriptors, mounts, control groups, processes,
# memory. The first jobs fill caches of fixed size (SQLite's has 1 MiB).
set -u
# shellcheck source=tests/bench/figures.sh
. "$(dirname "$0")/figures.sh"

jobs=${JOBS:-500}
served
count() {
	for p in $(tree "$sv_pid"); do ls "/proc/$p/fd"; done | wc -l > "$tmp/$1-descriptors"
	for p in $(tree "$sv_pid"); do cat "/proc/$p/mountinfo"; done | wc -l > "$tmp/$1-mounts"
	find /sys/fs/cgroup -path "*skill-verifier[.-]*/job-*" -prune -print 2>/dev/null |
		grep -c "skill-verifier.$sv_pid/" > "$tmp/$1-groups"
	tree "$sv_pid" | wc -l > "$tmp/$1-processes"
	pss "$sv_pid" > "$tmp/$1-memory"
	for p in $(pgrep -P "$sv_pid"); do awk '/^(Private_Dirty|Swap):/ { print $2 }' "/proc/$p/smaps_rollup"; done |
		sum > "$tmp/$1-private"
}
"$client" job "$port" "$tmp/hello.tar.gz" 200 > /dev/null || exit 1
sleep 1
count before
"$client" job "$port" "$tmp/hello.tar.gz" "$jobs" > /dev/null || exit 1
sleep 1
count after
for what in descriptors mounts groups processes; do
	kept "$what after $jobs jobs" "$(cat "$tmp/before-$what")" "$(cat "$tmp/after-$what")" ""
done
# Allocators round: two pages for each of the five processes are no leak of 500 jobs.
kept "memory after $jobs jobs (PSS)" "$(cat "$tmp/before-memory")" "$(cat "$tmp/after-memory")" KiB 40
kept "memory of its own after $jobs jobs" "$(cat "$tmp/before-private")" "$(cat "$tmp/after-private")" KiB 40
