#!/bin/sh
# All variables are read, its own are printed.
env | grep '^APP_' | sort
[ "$(env | grep -c '^APP_')" = 2 ]
