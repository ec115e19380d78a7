#!/bin/sh
# SPDX-License-Identifier: MIT
# Memory of all roles together when nothing happens: PSS, so that pages which
# they share count once. The peer serves files and does nothing else.
set -u
# shellcheck source=tests/bench/figures.sh
. "$(dirname "$0")/figures.sh"

served
peer_port=$(free_port)
mkdir "$tmp/empty"
"$python" -m http.server --bind 127.0.0.1 --directory "$tmp/empty" "$peer_port" > /dev/null 2>&1 &
peer=$!
started_pid $peer
wait_until 50 curl -s -o /dev/null "http://127.0.0.1:$peer_port/"
sleep 1
mib() { pss "$1" | awk '{ print $1 / 1024 }'; }
theirs=$(mib $peer)
figure "memory of all idle roles (PSS)" "$(mib "$sv_pid")" MiB 8 "peer: python3 -m http.server, idle" "$theirs"
"$client" job "$port" "$tmp/hello.tar.gz" 50 > /dev/null || exit 1
sleep 1
figure "the same after 50 jobs" "$(mib "$sv_pid")" MiB 8 "peer: python3 -m http.server, idle" "$theirs"
