#!/bin/sh
# Asks the notebook's public interface, and looks around for what should not be here.
set -eu

api=${HERMES_API:-https://notebook.hermes.example/api}

say() { printf '%s\n' "$*"; }
fail() { say "FAIL: $*"; exit 1; }

entries=$(curl -fsS --max-time 10 "$api/entries?limit=5") || fail "list"
printf '%s' "$entries" | jq -e '.entries | type == "array"' > /dev/null || fail "structure"
printf '%s' "$entries" | jq -e 'all(.entries[]; has("id") and has("text"))' > /dev/null ||
	fail "members of an entry"

status=$(curl -s -o /dev/null -w '%{http_code}' --max-time 10 \
	-H 'authorization: Bearer wrong' "$api/private")
[ "$status" = 401 ] || fail "a wrong key was answered with $status"

page=$(curl -fsS --max-time 10 "$api/entries?limit=1&offset=1") || fail "second page"
printf '%s' "$page" | jq -e '.entries | length <= 1' > /dev/null || fail "paging"

[ ! -e /home/node/.openclaw ] || fail "an agent's home is in reach"
if env | cut -d= -f1 | grep -qiE 'password|secret|token'; then
	fail "a variable's name promises a secret"
fi
say "all checks held"
