#!/bin/bash
# A server of one answer on loopback, and its client.
printf 'HTTP/1.0 200 OK\r\n\r\nup\n' | nc -l -p 8099 127.0.0.1 > /dev/null &
server=$!
for _ in 1 2 3 4 5 6 7 8 9 10; do
	got=$(wget -q -O - http://127.0.0.1:8099/ 2> /dev/null) && break
	sleep 0.1
done
wait $server
[ "$got" = up ] && echo "server: up"
