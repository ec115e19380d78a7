#!/bin/bash
set -u
failed=0
for f in golden/*.in; do
	sort "$f" | paste -s -d, - | sed 's/,/, /g' | diff - "${f%.in}.out" > /dev/null || { echo "differs: $f"; failed=1; }
done
[ $failed = 0 ] && echo "2 files are as they should be"
