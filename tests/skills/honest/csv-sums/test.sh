#!/bin/sh
[ "$(awk -F , -v column=people -f sum.awk data.csv)" = 42 ] && echo "sum: ok"
