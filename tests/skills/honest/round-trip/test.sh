#!/bin/sh
set -e
w=$(mktemp -d)
trap 'rm -rf "$w"' EXIT
mkdir "$w/in" "$w/out"
seq 1000 > "$w/in/numbers"
tar -C "$w/in" -czf "$w/a.tar.gz" .
tar -C "$w/out" -xzf "$w/a.tar.gz"
cmp "$w/in/numbers" "$w/out/numbers"
bzip2 < "$w/in/numbers" | bunzip2 | cmp - "$w/in/numbers"
echo "round trip: ok"
