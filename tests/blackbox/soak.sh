#!/bin/sh
# SPDX-License-Identifier: MIT
# Sandboxes in a row leave nothing in the runner, below its control groups and in
# the kernel (case 94; tests/bench does the same with as many as one likes), and
# a thousand processes die with their job. Argument: build folder.
set -u
suite=soak
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
[ "$(id -u)" = 0 ] || { skip all "a runner needs root"; exit 0; }
[ -x "$build/bench/sandbox" ] || { skip all "the benchmark is not built: make test"; exit 0; }

mkdir -p "$tmp/runtimes/base"
cp -a "$build/../runtimes/base/root" "$tmp/runtimes/base/root"
cp "$build/bench/programs/nothing" "$build/bench/programs/forest" "$tmp/runtimes/base/root/bin/"

count=${SOAK:-300}
if ! "$build/bench/sandbox" soak "$tmp/runtimes" "$count" "$tests/bench/held.sh" > "$tmp/held" 2> "$tmp/err"; then
	bad "$count sandboxes" "$(tail -2 "$tmp/err")"
	exit 1
fi
ok "$count sandboxes in a row give the right result"
# "WHAT BEFORE AFTER" for each of them.
awk '/^(before|after)$/ { when = $1; next } when == "before" { n[$1] = $2 } when == "after" { print $1, n[$1], $2 }' \
	"$tmp/held" > "$tmp/soak"
# The kernel's objects are everybody's: other programs come and go while we count.
while read -r what before after; do
	case $what in
	*_*) most=$((before + count / 2)) ;;
	KiB-*) most=$((before + 24)) ;;
	*) most=$before ;;
	esac
	if [ "$after" -le "$most" ]; then ok "$what stay where they were"
	else bad "$what stay where they were" "$before before, $after after $count sandboxes"; fi
done < "$tmp/soak"
is "all was counted" "$(wc -l < "$tmp/soak")" 11

# Not a figure (make bench-sandbox has it): that it is no matter of seconds.
"$build/bench/sandbox" forest "$tmp/runtimes" 1000 1 > "$tmp/forest" 2> "$tmp/err"
slowest=$(sort -k 2 -n "$tmp/forest" | tail -1 | awk '{ print int($2) }')
if [ -n "$slowest" ] && [ "$slowest" -lt 1000 ]; then ok "a thousand processes die with their job"
else bad "a thousand processes die with their job" "${slowest:-no answer: $(tail -1 "$tmp/err")} ms"; fi
