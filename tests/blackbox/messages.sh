#!/bin/sh
# SPDX-License-Identifier: MIT
# What people read when their SKILL.md is refused: file, line, column, and what to
# write instead; for every code of a manifest. Argument: build folder.
set -u
suite=messages
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
"$sv" inspect "$tests/skills/hello-world" > /dev/null 2> "$tmp/err"
if [ $? = 3 ]; then
	skip all "$(head -1 "$tmp/err")"
	exit 0
fi
mkdir "$tmp/messages"
python3 "$tests/blackbox/messages.py" "$sv" "$tmp/messages" "$tests/../src/base/err_list.h" || bad "messages.py" "ended early"
