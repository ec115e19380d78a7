#!/bin/sh
# SPDX-License-Identifier: MIT
# Our reading of frontmatters beside two other YAML readers: the packages of the
# test data and COUNT generated files. SEED repeats a run. Argument: build folder.
set -u
suite=differential
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
seed=${SEED:-$(od -An -N4 -tu4 /dev/urandom | tr -d ' ')}
count=${COUNT:-20000}
# Debian's modules; node itself may come from elsewhere and not look there.
export NODE_PATH="${NODE_PATH:-}:/usr/share/nodejs"

node -e 'require("js-yaml"); require("yaml")' 2> /dev/null || {
	skip "frontmatters" "no node with js-yaml and yaml (Debian: nodejs node-js-yaml node-yaml)"
	exit 0
}
[ -x "$build/differential/manifests" ] || {
	skip "frontmatters" "$build/differential/manifests is not built"
	exit 0
}
echo "# SEED=$seed COUNT=$count"
find "$tests/vectors" "$tests/skills" "$vectors/skills" -type f -iname 'skill*.md' 2> /dev/null |
	LC_ALL=C sort > "$tmp/files"
xargs -d "\n" timeout $((60 + count / 200)) node "$tests/differential/compare.js" \
	"$build/differential/manifests" "$seed" "$count" < "$tmp/files" > "$tmp/out" 2> "$tmp/err"
status=$?
cat "$tmp/out"
[ $status = 0 ] || bad "the comparison runs to its end" "status $status, $(tail -3 "$tmp/err")"
