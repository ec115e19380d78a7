#!/bin/sh
set -e
w=$(mktemp -d)
cd "$w"
git config --global user.name "A Person"
git config --global user.email person@host.example
git init -q -b main
echo text > file
git add file
git commit -q -m "notes: add a file"
[ "$(git log --format=%s)" = "notes: add a file" ]
[ -z "$(git status --porcelain)" ]
echo "commit: ok"
