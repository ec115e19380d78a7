#!/bin/sh
# SPDX-License-Identifier: MIT
# What watching costs a test: the same test unwatched and watched, taking turns, by
# the duration of its phase that the result states. That has whole milliseconds, so a
# figure is the mean of the middle half of all runs: ROUNDS of what takes a fifth of a
# second, ten times as many of what takes a few milliseconds. Both do the same: a test
# that nobody watches has no network but local sockets, so the connects that are compared
# go to a local socket of the test's own, and those by TCP stand beside the same outside
# of a sandbox.
set -u
# shellcheck source=tests/bench/figures.sh
. "$(dirname "$0")/figures.sh"
[ "$(id -u)" = 0 ] || { echo "# observe: needs root"; exit 1; }
rounds=${ROUNDS:-20}
d=$tmp/acts
mkdir -p "$d"
cp "$build/observe/acts" "$d/t"

# middle FILE: mean of the middle half.
middle() {
	sort -n "$1" | awk '{ v[NR] = $1 } END { for (i = int(NR / 4) + 1; i <= NR - int(NR / 4); i++) { s += v[i]; n++ } print s / n }'
}
# timed COMMAND HOW...: sets the file of each HOW. A run that did not pass has no time.
timed() {
	printf -- '---\nname: acts\nversion: 1.0.0\ntest: {command: %s, timeout: 120s}\n---\n' "$1" > "$d/SKILL.md"
	name=$1
	shift
	for how in "$@"; do : > "$tmp/$how"; done
	r=0
	while [ $r -lt "$rounds" ]; do
		for how in "$@"; do
			"$sv" run --observe "$how" $runtime --json "$d" > "$tmp/out.json" 2> "$tmp/err"
			[ "$(jq -r .verdict "$tmp/out.json")" = PASSED ] || { echo "# $name: $(head -c 300 "$tmp/out.json")"; exit 1; }
			jq -r '.runs[-1].durationMs' "$tmp/out.json" >> "$tmp/$how"
		done
		r=$((r + 1))
	done
}
runtime=
timed '["./t", "mixed", "1000"]' none calls
peer_times "1000 execs, 1000 connects, watched" "$(middle "$tmp/calls")" ms 1.25 "unwatched" "$(middle "$tmp/none")"
timed '["./t", "execs", "1000"]' none calls files
peer_times "1000 execs, watched" "$(middle "$tmp/calls")" ms 1.25 "unwatched" "$(middle "$tmp/none")"
figure "1000 execs, files too" "$(middle "$tmp/files")" ms - "unwatched" "$(middle "$tmp/none")"
timed '["./t", "served", "1000"]' none calls
figure "1000 local connects, watched" "$(middle "$tmp/calls")" ms - "unwatched" "$(middle "$tmp/none")"
timed '["./t", "outside", "1000"]' calls
figure "1000 connects into the sinkhole" "$(middle "$tmp/calls")" ms - "-" 0
printf -- '---\nname: acts\nversion: 1.0.0\ntest: {command: ["./t", "served-tcp", "1000"], timeout: 120s}\n---\n' > "$d/SKILL.md"
: > "$tmp/inside"
: > "$tmp/outside"
r=0
while [ $r -lt "$rounds" ]; do
	"$sv" run --observe calls --json "$d" 2> "$tmp/err" | jq -r '.runs[-1].stdout.text' | grep . >> "$tmp/inside"
	"$d/t" served-tcp 1000 >> "$tmp/outside"
	r=$((r + 1))
done
figure "1000 connects by TCP, watched" "$(middle "$tmp/inside")" us - "outside of a sandbox" "$(middle "$tmp/outside")"

rounds=$((rounds * 10))
runtime="--runtime host"
if [ -x /usr/bin/python3 ]; then
	what="python3 -c print, host runtime"
	timed '["/usr/bin/python3", "-c", "print(\"hello world\")"]' none calls files
else
	what="sh -c echo, host runtime"
	timed '["/bin/sh", "-c", "echo hello world"]' none calls files
fi
peer_times "$what, watched" "$(middle "$tmp/calls")" ms 1.05 "unwatched" "$(middle "$tmp/none")"
figure "$what, files" "$(middle "$tmp/files")" ms - "unwatched" "$(middle "$tmp/none")"

runtime=
rounds=3
timed '["./t", "flood", "100000"]' calls
figure "100000 calls that are looked at" "$(middle "$tmp/calls")" ms - "-" 0
jq -r '.behaviour | "# of 100000 calls and one exec \(.notifications) were looked at, \(.dropped) dropped, complete: \(.complete), rows count \([.rows[] | .count] | add)"' "$tmp/out.json"
