#!/bin/sh
# SPDX-License-Identifier: MIT
# A bundle and real boot logs with one thing changed never pass, but for the
# changes in tests/mutation/*.table. Argument: build folder.
set -u
suite=mutation
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
tables=$tests/mutation

# judged NAME ARGUMENTS...
judged() {
	what=$1
	shift
	if "$build/mutate" "$@" > "$tmp/out" 2>&1; then
		ok "$what: $(tail -1 "$tmp/out")"
	else
		bad "$what" "$(tail -1 "$tmp/out"); $(head -3 "$tmp/out")"
	fi
}

if [ "$(id -u)" = 0 ]; then
	mkdir -p "$tmp/tool/lib"
	printf -- '---\nname: tool\nversion: 1.0.0\ntest_command: sh lib/t.sh\n---\n' > "$tmp/tool/SKILL.md"
	echo 'echo fine' > "$tmp/tool/lib/t.sh"
	tarball "$tmp/tool" "$tmp/tool.tar.gz"
	simulator agent
	appliance --agent "$tmp/agent.sock" || { bad start "$(tail -3 "$tmp/serve.log")"; exit 1; }
	wait_until 50 sh -c "curl -sf $url/health | grep -q '\"status\":\"ok\"'"
	id=$(submit "$tmp/tool.tar.gz" -F nonce=00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff)
	outcome "$id" > /dev/null
	curl -s "$url/attestation/$id" | tr -d '\n' > "$tmp/b.json"
	stop "$sv_pid"
	judged "a bundle" bundle "$tables/bundle.table" "$tmp/b.json" "$tmp/agent/root.der" \
		"$tmp/agent/collateral.json" "$tmp/agent/measurements.json" \
		"$(cat "$tmp/agent/compose-hash.txt")" "$(date +%s)"
else
	skip "a bundle" "serve needs root"
fi
n=0
for d in near-2026-08-14 near-2026-03-25-no-storage-fs; do
	[ -f "$vectors/dstack/$d/event_log.json" ] || continue
	n=$((n + 1))
	jq -c . "$vectors/dstack/$d/event_log.json" | tr -d '\n' > "$tmp/log.json"
	judged "log $d" log "$tables/log.table" "$vectors/dstack/$d/quote.bin" "$tmp/log.json"
done
[ $n -gt 0 ] || skip "real logs" "vectors/dstack not found"
