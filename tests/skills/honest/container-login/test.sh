#!/bin/sh
# Yes or no, not who.
if grep -q '"auth"' ~/.docker/config.json 2> /dev/null; then echo "login: there"; else echo "login: none"; fi
