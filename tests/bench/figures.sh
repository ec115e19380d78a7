# SPDX-License-Identifier: MIT
# Shared by the benchmarks; sourced, not run: medians and the line of a figure.
# shellcheck shell=sh
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
client=$build/bench/client
# The interpreter itself: "python3" may be a script that chooses one.
python=$(python3 -c 'import os, sys; print(os.path.realpath(sys.executable))')

# quantile FILE [PERCENT]: of the numbers in FILE, one a line; the median without PERCENT.
quantile() {
	sort -n "$1" | awk -v p="${2:-50}" '{ v[NR] = $1 }
		END { if (NR) { i = int(NR * p / 100 + 0.5); print v[i < 1 ? 1 : i] } }'
}
sum() { awk '{ n += $1 } END { print n + 0 }'; }

# figure WHAT OURS UNIT TARGET NAME THEIRS: a target of - is none.
figure() {
	awk -v what="$1" -v ours="$2" -v unit="$3" -v target="$4" -v name="$5" -v theirs="$6" 'BEGIN {
		digits = (unit == "ms" || unit == "MiB") ? 2 : 0
		verdict = (target == "-") ? "-" : sprintf("%g %s %s", target, unit, (ours + 0 <= target + 0 ? "met" : "missed"))
		printf "%-34s %12s  %-19s %-38s %12s %8s\n", what, sprintf("%.*f %s", digits, ours, unit),
			verdict, name, sprintf("%.*f %s", digits, theirs, unit),
			(theirs + 0 == 0 ? "-" : sprintf("%.2fx", ours / theirs)) }'
}
# peer_times WHAT OURS UNIT FACTOR NAME THEIRS: the target is a multiple of the peer's figure.
peer_times() {
	figure "$1" "$2" "$3" "$(awk -v f="$4" -v t="$6" 'BEGIN { printf "%.2f", f * t }')" "$5" "$6"
}
# kept WHAT BEFORE AFTER UNIT [SLACK]: a figure that has to stay where it was.
kept() {
	printf '%-34s %12s  %-19s %-38s %12s %8s\n' "$1" "$3 $4" \
		"$([ "$3" -le $(($2 + ${5:-0})) ] && echo "unchanged met" || echo "unchanged missed")" \
		"before them" "$2 $4" "$(awk -v a="$3" -v b="$2" 'BEGIN { printf (b + 0 == 0 ? "-" : "%.2fx"), a / (b + 0 == 0 ? 1 : b) }')"
}

# tree PID: the process and all below it.
tree() {
	echo "$1"
	for child in $(pgrep -P "$1"); do tree "$child"; done
}
# pss PID: KiB of the process and all below it, shared pages counted once.
pss() {
	for p in $(tree "$1"); do
		awk '/^Pss:/ { print $2 }' "/proc/$p/smaps_rollup" 2>/dev/null
	done | sum
}
# served OPTIONS...: simulator and appliance, ready to attest.
served() {
	simulator agent
	appliance --agent "$tmp/agent.sock" "$@" || { tail -3 "$tmp/serve.log" >&2; exit 1; }
	wait_until 50 sh -c "curl -sf $url/health | grep -q '\"attestReady\":true'" || exit 1
	tarball "$tests/skills/hello-world" "$tmp/hello.tar.gz"
}
