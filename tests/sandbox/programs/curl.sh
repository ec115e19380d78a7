# SPDX-License-Identifier: MIT
# There is no network: every way fails at once, with the exit codes of curl's manual.
# Runtime: host
# Needs: curl
set -eu
cd /tmp
code() { curl -sS --max-time 20 -o body "$@" 2> err && echo 0 || echo $?; }
start=$(date +%s)
test "$(code http://example.com/)" = 6
test "$(code http://192.0.2.1/)" = 7
test "$(code http://127.0.0.1:8080/)" = 7
test "$(code 'http://[2001:db8::1]/')" = 7
test $(($(date +%s) - start)) -lt 10
echo here > file
test "$(code file:///tmp/file)" = 0
test "$(cat body)" = here
echo ok
