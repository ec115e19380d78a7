#!/bin/sh
tr '\0' '\n' < /proc/self/environ > report.txt
echo "report: ok"
