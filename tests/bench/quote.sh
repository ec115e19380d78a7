#!/bin/sh
# SPDX-License-Identifier: MIT
# A quote with its collateral, verified in one process; CPU time.
set -u
# shellcheck source=tests/bench/figures.sh
. "$(dirname "$0")/figures.sh"

cd "$tests/.." || exit 1
"$build/bench/quote" "${RUNS:-50}" > "$tmp/out" || exit 1
value() { sed -n "s/^$1  *\([0-9.]*\) ms.*/\1/p" "$tmp/out"; }
floor=$(value "nine P-256 verifications")
figure "quote verified" "$(value "quote, cold")" ms - "floor: its nine ECDSA verifications" "$floor"
figure "quote, signatures known" "$(value "quote, signatures known")" ms - "floor: its nine ECDSA verifications" "$floor"
