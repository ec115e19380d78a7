#!/bin/sh
# SPDX-License-Identifier: MIT
# hello-world from POST to completed: upload, four synced commits, two helper
# processes, sandbox, signature, quote of the simulator. RUNS rounds of 20 jobs.
set -u
# shellcheck source=tests/bench/figures.sh
. "$(dirname "$0")/figures.sh"

served
# On the disk of the data directory, with the command of the package.
mkdir "$tmp/floor"
say="echo Good morning from inside the sandbox && exit 0"
root=$build/../runtimes/base/root
i=0
while [ $i -lt "${RUNS:-10}" ]; do
	"$client" job "$port" "$tmp/hello.tar.gz" 20 >> "$tmp/ours" || exit 1
	"$client" durable 20 "$tmp/floor" sh -c "$say" >> "$tmp/durable" || exit 1
	"$client" run 20 bwrap --unshare-all --die-with-parent --ro-bind "$root" / --proc /proc --dev /dev \
		--tmpfs /tmp sh -c "$say" >> "$tmp/bwrap" || exit 1
	i=$((i + 1))
done
ours=$(quantile "$tmp/ours")
figure "hello-world, POST to completed" "$ours" ms 30 "floor: sh, fsync, SQLite commit" "$(quantile "$tmp/durable")"
figure "hello-world, POST to completed" "$ours" ms 30 "peer: bwrap, no record, no proof" "$(quantile "$tmp/bwrap")"
figure "the same, 90th percentile" "$(quantile "$tmp/ours" 90)" ms - "peer: bwrap" "$(quantile "$tmp/bwrap" 90)"
