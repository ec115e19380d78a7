#!/bin/sh
# SPDX-License-Identifier: MIT
# inspect of every made package as an archive: admitted, unpacked into a sandbox,
# read by two confined processes, hashed. The peer only lists the names.
set -u
# shellcheck source=tests/bench/figures.sh
. "$(dirname "$0")/figures.sh"

for d in "$tests"/vectors/skills/made/*/package; do
	name=$(basename "$(dirname "$d")")
	tar -C "$d" -czf "$tmp/$name.tar.gz" . || exit 1
done
i=0
while [ $i -lt "${RUNS:-2}" ]; do
	for f in "$tmp"/*.tar.gz; do
		"$client" run 2 "$sv" inspect "$f" >> "$tmp/ours" || exit 1
		"$client" run 2 tar tf "$f" >> "$tmp/tar" || exit 1
		"$client" run 2 "$python" -c 'import sys, tarfile; tarfile.open(sys.argv[1]).getnames()' "$f" >> "$tmp/python" || exit 1
	done
	i=$((i + 1))
done
ours=$(quantile "$tmp/ours")
figure "inspect, one made package" "$ours" ms - "peer: tar tf" "$(quantile "$tmp/tar")"
figure "inspect, one made package" "$ours" ms - "peer: python3, tarfile.getnames" "$(quantile "$tmp/python")"
