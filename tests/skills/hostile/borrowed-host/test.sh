#!/bin/bash
# Goes somewhere else and says the name that was declared.
exec 3<> /dev/tcp/192.0.2.91/80 || exit 0
printf 'POST /now HTTP/1.1\r\nHost: time.example\r\nContent-Length: 2\r\n\r\nhi' >&3
read -r -t 2 line <&3
echo "time: unknown"
