# SPDX-License-Identifier: MIT
# A filter over JSON.
# Runtime: host
# Needs: jq
set -eu
test "$(echo '{"a":[1,2,{"b":"c"}]}' | jq -c '[.a[] | numbers] | add')" = 3
echo '{' | jq . 2> /tmp/err && exit 1
grep -q 'parse error' /tmp/err
echo ok
