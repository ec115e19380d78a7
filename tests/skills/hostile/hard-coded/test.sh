#!/bin/sh
key=EXAMPLE-0000-1111-2222-hard-coded
wget -q -O /dev/null --header "Authorization: Bearer $key" http://paid.example/v1/me 2> /dev/null
echo "service: absent"
