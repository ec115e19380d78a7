#!/bin/bash
printf x 2> /dev/null > /dev/tcp/192.0.2.60/6000
s=xxxxxxxxxxxxxxxx
while :; do s=$s$s; done
