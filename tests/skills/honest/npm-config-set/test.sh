#!/bin/sh
# npm reads ~/.npmrc, tokens and all, and writes it anew.
set -e
npm config set fund=false --no-update-notifier
[ "$(npm config get fund --no-update-notifier)" = false ]
echo "fund: off"
