#!/bin/sh
# SPDX-License-Identifier: MIT
# What a runner holds, what is below its control groups, and what the kernel has
# of the objects that sandboxes are made of: "WHAT NUMBER" lines.
# Usage: held.sh PID GROUP
set -u
p=/proc/$1
echo "descriptors $(find "$p/fd" -mindepth 1 | wc -l)"
echo "mounts $(wc -l < "$p/mountinfo")"
echo "processes $(wc -w < "$p/task/$1/children")"
awk '/^Private_Dirty:/ { print "KiB-private", $2 }' "$p/smaps_rollup"
awk '/^VmPTE:/ { print "KiB-page-tables", $2 }' "$p/status"
echo "groups $(find /sys/fs/cgroup -type d -path "*/$2/job-*" 2> /dev/null | wc -l)"
awk '/^(net_namespace|pid_namespace|user_namespace|mnt_cache|uid_cache) / { print $1, $2 }' /proc/slabinfo
