#!/bin/sh
python3 -m pip list --disable-pip-version-check > list.txt 2> /dev/null || exit 1
python3 -m pip config list > /dev/null 2>&1
echo "packages: listed"
