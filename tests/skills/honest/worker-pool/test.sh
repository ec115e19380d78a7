#!/bin/bash
for i in 1 2 3 4; do (sleep 0.1; echo "$i" > "/tmp/part.$i") & done
wait
[ "$(cat /tmp/part.* | paste -s -d+ - | bc)" = 10 ] && echo "sum: 10"
