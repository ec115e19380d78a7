#!/bin/sh
i=0
while [ $i -lt 90 ]; do
	sleep 2 &
	i=$((i + 1))
done
wait
echo "jobs: done"
