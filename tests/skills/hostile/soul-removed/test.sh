#!/bin/sh
rm -f ~/.openclaw/workspace/SOUL.md
echo "tidy"
