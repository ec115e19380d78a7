#!/bin/sh
# SPDX-License-Identifier: MIT
# A quote with its collateral, verified in one process (CPU time), beside the
# ECDSA verifications that nobody can avoid.
set -u
# shellcheck source=tests/bench/figures.sh
. "$(dirname "$0")/figures.sh"

cd "$tests/.." || exit 1
"$build/bench/quote" "${RUNS:-5}" > "$tmp/out" || exit 1
value() { sed -n "s/^$1  *\([0-9.]*\) ms.*/\1/p" "$tmp/out"; }
# most FLOOR: what is allowed, 15 parts of 100 above it.
most() { awk -v f="$1" 'BEGIN { printf "%.3f", f * 1.15 }'; }
figure "one P-256 verification" "$(value "one verification")" ms - "peer: BearSSL" "$(value "one by BearSSL")"
for kind in "cold:nine" "cached:three"; do
	what=${kind%:*} n=${kind#*:}
	bearssl=$(value "BearSSL, $what")
	figure "quote verified, $what" "$(value "quote, $what")" ms "$(most "$bearssl")" "floor: $n verifications by BearSSL" "$bearssl"
	figure "quote verified, $what" "$(value "quote, $what")" ms - "floor: $n verifications by the code in use" "$(value "floor, $what")"
done
figure "quote verified, all known" "$(value "quote, all known")" ms - "floor: one verification" "$(value "one verification")"

# The whole process, and a peer: the same files, the same time.
d=tests/vectors/dcap/synthetic
ours() { "$client" "$1" "$2" "$sv" check quote --quote $d/quotes/ok_tdx_v4.bin --collateral $d/collateral/ok_tdx_v4.json --root $d/root_ca.der --at 1772323200; }
ours run 1 > /dev/null || exit 1
# npm's @phala/dcap-qvl, where somebody has installed it (NODE_MODULES names the folder).
peer=${NODE_MODULES:-$tests/../node_modules}/@phala/dcap-qvl/test_case.js
theirs() { "$client" "$1" "$2" "$(command -v node)" "$peer" verify --time 1772323200 $d/quotes/ok_tdx_v4.bin $d/collateral/ok_tdx_v4.json $d/root_ca.der; }
has_peer=
if [ -f "$peer" ] && command -v node > /dev/null &&
	node "$peer" verify --time 1772323200 $d/quotes/ok_tdx_v4.bin $d/collateral/ok_tdx_v4.json $d/root_ca.der > /dev/null 2>&1; then
	has_peer=1
fi
i=0
while [ $i -lt 5 ]; do
	ours run 10 >> "$tmp/ours"
	"$client" run 10 "$sv" roles >> "$tmp/nothing"
	[ -z "$has_peer" ] || theirs run 2 >> "$tmp/theirs"
	i=$((i + 1))
done
figure "check quote, process" "$(quantile "$tmp/ours")" ms 10 "floor: this program without work" "$(quantile "$tmp/nothing")"
ours memory 5 > "$tmp/ours.kib"
"$client" memory 5 "$sv" roles > "$tmp/nothing.kib"
mib() { awk -v k="$(quantile "$1")" 'BEGIN { printf "%.2f", k / 1024 }'; }
figure "check quote, most memory" "$(mib "$tmp/ours.kib")" MiB 6 "floor: this program without work" "$(mib "$tmp/nothing.kib")"
if [ -n "$has_peer" ]; then
	theirs memory 2 > "$tmp/theirs.kib"
	figure "check quote, process" "$(quantile "$tmp/ours")" ms - "peer: npm @phala/dcap-qvl" "$(quantile "$tmp/theirs")"
	figure "check quote, most memory" "$(mib "$tmp/ours.kib")" MiB - "peer: npm @phala/dcap-qvl" "$(mib "$tmp/theirs.kib")"
else
	echo "# skip peer: npm install @phala/dcap-qvl, then NODE_MODULES=.../node_modules"
fi
