#!/bin/sh
# SPDX-License-Identifier: MIT
# One proof checked from the package to the root: ten signatures, of which the
# quote and its collateral need nine. The peer verifies as many and nothing else.
set -u
# shellcheck source=tests/bench/figures.sh
. "$(dirname "$0")/figures.sh"

served
id=$(submit "$tmp/hello.tar.gz")
outcome "$id" > /dev/null
curl -s -o "$tmp/b.json" "$url/attestation/$id"
check() {
	"$client" run "$1" "$sv" check attestation "$tmp/b.json" --package "$tmp/hello.tar.gz" \
		--root "$tmp/agent/root.der" --collateral "$tmp/agent/collateral.json" \
		--measurements "$tmp/agent/measurements.json" \
		--compose-hash "$(cat "$tmp/agent/compose-hash.txt")"
}
"$sv" check attestation "$tmp/b.json" --package "$tmp/hello.tar.gz" --root "$tmp/agent/root.der" \
	--collateral "$tmp/agent/collateral.json" --measurements "$tmp/agent/measurements.json" \
	--compose-hash "$(cat "$tmp/agent/compose-hash.txt")" > /dev/null || exit 1
i=0
while [ $i -lt "${RUNS:-5}" ]; do
	check 20 >> "$tmp/ours" || exit 1
	openssl speed -mr -seconds 1 ecdsap256 2>/dev/null | awk -F: '/^\+F4:/ { print 10 * 1000 / $5 }' >> "$tmp/openssl"
	"$client" run 20 openssl version >> "$tmp/nothing" || exit 1
	i=$((i + 1))
done
ours=$(quantile "$tmp/ours")
figure "check attestation, one bundle" "$ours" ms - "peer: openssl, ten verifications" "$(quantile "$tmp/openssl")"
figure "check attestation, one bundle" "$ours" ms - "floor: openssl version, no work" "$(quantile "$tmp/nothing")"
