#!/bin/sh
[ "$(jq -c -f pick.jq list.json)" = '["b"]' ] && echo "pick: ok"
