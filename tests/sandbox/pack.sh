# SPDX-License-Identifier: MIT
# Hostile programs as packages, and what their sources state; sourced after
# tests/lib.sh by those who run them (sandbox.sh here, tests/vm in a machine).
# shellcheck shell=sh

# stated FIELD SOURCE: what the source's comment says.
stated() { sed -n "s/^ \* $1: *//p" "$2"; }

# hostile_pack NAME DIR TIMEOUT ARGS...: the skill whose test is this program;
# TIMEOUT counts where the source states none.
hostile_pack() {
	hp_name=$1 hp_dir=$2 hp_limit=$(stated Timeout "$tests/sandbox/$1.c")
	hp_limit=${hp_limit:-$3}
	shift 3
	hp_setup=$(stated Setup "$tests/sandbox/$hp_name.c")
	mkdir -p "$hp_dir"
	cp "$build/hostile/$hp_name" "$hp_dir/t"
	printf -- '---\nname: hostile\nversion: 1.0.0\ntest: {command: ["./t"%s], timeout: %s%s}\n---\n' \
		"$(for a in "$@"; do printf ', "%s"' "$a"; done)" "$hp_limit" "${hp_setup:+, deps: $hp_setup}" > "$hp_dir/SKILL.md"
}

# hostile_got: verdict and reasons of an answer on standard input, as sources state them.
hostile_got() { jq -r '"\(.verdict):\(.reasons | join(","))"' 2> /dev/null; }
