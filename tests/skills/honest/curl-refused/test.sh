#!/bin/sh
# curl reads ~/.netrc when it is asked to; it holds nothing for this host.
curl -s -n --max-time 3 http://127.0.0.1:9/ > /dev/null 2>&1
[ $? = 7 ] && echo "down"
