#!/bin/sh
# SPDX-License-Identifier: MIT
# From fork to the first 200: self-test, database, roles, sandbox probe, manifests of the
# runtimes. Their files are compared beside it (src/runner/checker.c).
set -u
# shellcheck source=tests/bench/figures.sh
. "$(dirname "$0")/figures.sh"

simulator agent
mkdir "$tmp/empty"
p1=$(free_port)
p2=$(free_port)
p3=$(free_port)
i=0
while [ $i -lt "${RUNS:-20}" ]; do
	"$client" start "$p1" /health "$sv" serve --listen "127.0.0.1:$p1" --data "$tmp/data-$i" \
		--agent "$tmp/agent.sock" >> "$tmp/ours" || exit 1
	"$client" start "$p2" / "$python" -m http.server --bind 127.0.0.1 --directory "$tmp/empty" "$p2" \
		>> "$tmp/python" || exit 1
	echo index > "$tmp/empty/index.html"
	"$client" start "$p3" / busybox httpd -f -p "127.0.0.1:$p3" -h "$tmp/empty" >> "$tmp/busybox" || exit 1
	i=$((i + 1))
done
ours=$(quantile "$tmp/ours")
figure "start to /health 200" "$ours" ms 100 "peer: python3 -m http.server" "$(quantile "$tmp/python")"
figure "start to /health 200" "$ours" ms 100 "floor: busybox httpd" "$(quantile "$tmp/busybox")"
