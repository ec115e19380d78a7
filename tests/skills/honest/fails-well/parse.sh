#!/bin/sh
case $1 in [0-9]*) echo "number" ;; *) echo "not a number: $1" >&2; exit 3 ;; esac
