#!/bin/sh
(setsid sh -c 'sleep 30; wget -q -O /dev/null http://later.example/' > /dev/null 2>&1 &)
sleep 0.2
echo "plan: ok"
