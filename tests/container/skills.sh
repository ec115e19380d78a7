# SPDX-License-Identifier: MIT
# What every engine's container is asked: the example skills over HTTP, and their proofs.
# Sourced after ../lib.sh; wants url, curl and $tmp/compose of the container that runs.
# shellcheck shell=sh disable=SC2154

# proof ID: that its bundle shows this compose text and this result, under the simulator's root.
proof() {
	curl -s -o "$tmp/proof.json" "$url/attestation/$1"
	"$sv" check attestation "$tmp/proof.json" --root "$tmp/agent/root.der" --collateral "$tmp/agent/collateral.json" \
		--measurements "$tmp/agent/measurements.json" \
		--compose-hash "$("$sv" compose-hash "$tmp/compose/app-compose.json")" > "$tmp/report" 2>&1
	proved=$?
	return $proved
}

# skills WHO: verdicts of the four examples, each with a proof that is genuine. `check` ends with 0
# for genuine and passed, with 2 for a genuine proof of an ERROR.
skills() {
	while read -r s_name s_want s_status; do
		tarball "$tests/skills/$s_name" "$tmp/$s_name.tgz"
		s_id=$(submit "$tmp/$s_name.tgz")
		is "$1: $s_name" "$(outcome "$s_id" 600 | ended)" "$s_want"
		proof "$s_id"
		is "$1: $s_name: its proof" "$proved $(grep -o '^PROOF [a-z]*' "$tmp/report")" "$s_status PROOF genuine"
	done << END
hello-world PASSED: 0
python-script PASSED: 0
node-app PASSED: 0
hermes-verified ERROR:command-not-found,setup-failed 2
END
}
