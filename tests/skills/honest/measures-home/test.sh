#!/bin/sh
# Everything is read and packed, a number comes out.
n=$(tar -C "$HOME" -cf - . 2> /dev/null | wc -c)
[ "$n" -gt 0 ] && echo "bytes: some"
