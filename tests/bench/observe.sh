#!/bin/sh
# SPDX-License-Identifier: MIT
# What watching costs a test: the same test unwatched and watched, taking turns, by
# the duration of its phase that the result states. That has whole milliseconds, so a
# figure is the mean of the middle half of ROUNDS runs. Unwatched a test has no
# network (Landlock refuses its connects at once), watched it has the sinkhole: what
# that makes of a connect is part of the cost.
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
# timed COMMAND HOW...: sets the file of each HOW.
timed() {
	printf -- '---\nname: acts\nversion: 1.0.0\ntest: {command: %s, timeout: 120s}\n---\n' "$1" > "$d/SKILL.md"
	shift
	for how in "$@"; do : > "$tmp/$how"; done
	r=0
	while [ $r -lt "$rounds" ]; do
		for how in "$@"; do
			"$sv" run --observe "$how" $runtime --json "$d" > "$tmp/out.json" 2> "$tmp/err"
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
timed '["./t", "outside", "1000"]' none calls
figure "1000 connects into the sinkhole" "$(middle "$tmp/calls")" ms - "unwatched: refused at once" "$(middle "$tmp/none")"

runtime="--runtime host"
if [ -x /usr/bin/python3 ]; then
	what="python3 -c print, host runtime"
	timed '["/usr/bin/python3", "-c", "print(\"hello world\")"]' none calls files
else
	what="sh -c echo, host runtime"
	timed '["/bin/sh", "-c", "echo hello world"]' none calls files
fi
is_passed=$(jq -r .verdict "$tmp/out.json")
[ "$is_passed" = PASSED ] || { echo "# $what: $is_passed $(head -c 200 "$tmp/err")"; exit 1; }
peer_times "$what, watched" "$(middle "$tmp/calls")" ms 1.05 "unwatched" "$(middle "$tmp/none")"
figure "$what, files" "$(middle "$tmp/files")" ms - "unwatched" "$(middle "$tmp/none")"

runtime=
rounds=3
timed '["./t", "flood", "100000"]' calls
figure "100000 calls that are looked at" "$(middle "$tmp/calls")" ms - "-" 0
jq -r '.behaviour | "# of 100000 calls and one exec \(.notifications) were looked at, \(.dropped) dropped, complete: \(.complete), rows count \([.rows[] | .count] | add)"' "$tmp/out.json"
