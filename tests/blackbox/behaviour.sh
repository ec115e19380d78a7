#!/bin/sh
# SPDX-License-Identifier: MIT
# What reports say of skills that mean harm and of honest ones (tests/skills): each is
# run and watched, and judged by its file `expect`. Arguments: build folder, then the
# names of skills when not all are wanted.
set -u
suite=behaviour
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
[ "$(id -u)" = 0 ] || { skip all "needs root"; exit 0; }
[ -x "$build/skills/tripwires" ] || { skip all "the programs of the skills are not built: make test"; exit 0; }
umask 022
shift
python3 "$tests/blackbox/behaviour.py" "$sv" "$build" "$tests/skills" "$tmp" "$@" || bad "behaviour.py" "ended early"
