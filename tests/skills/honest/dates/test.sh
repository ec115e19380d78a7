#!/bin/sh
a=$(date -u -d 2026-03-01 +%s) b=$(date -u -d 2026-02-01 +%s)
[ $(((a - b) / 86400)) = 28 ] && echo "28 days"
