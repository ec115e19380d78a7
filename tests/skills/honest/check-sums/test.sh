#!/bin/sh
set -e
sha256sum data > sums
sha256sum -c sums
echo changed > data
! sha256sum -c sums 2> /dev/null
echo "both as expected"
