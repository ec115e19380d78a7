#!/bin/sh
set -e
[ "$(sh greet.sh Ada)" = "Good morning, Ada" ]
[ "$(sh greet.sh)" = "Good morning, you" ]
echo "2 of 2 held"
