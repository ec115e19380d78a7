#!/bin/sh
set -e
npm config get registry --no-update-notifier
npm test --no-update-notifier
