#!/bin/sh
wget -q -O - "http://$1/status" 2> /dev/null || echo "no answer from $1"
