#!/bin/bash
printf x 2> /dev/null > /dev/tcp/192.0.2.61/6100
while :; do :; done
