# SPDX-License-Identifier: MIT
# The hostile programs as packages with a stated outcome; sourced after ../lib.sh by
# the suites that run them (../blackbox/sandbox.sh, ../container/run.sh). A suite
# sets outside to the paths that 35_host_files looks for, counted to "no" where no
# control group counts, lowered to "no" where a job cannot
# have limits of its own, soon to the milliseconds in which a tree of processes ends, and
# usual to the time limit of a program that states none.
# shellcheck shell=sh disable=SC2034,SC2154
counted=yes
lowered=yes
soon=2000
usual=20s
outside=

# stated FIELD NAME: what the program's comment says.
stated() { sed -n "s/^ \* $1: *//p" "$tests/sandbox/$2.c"; }

# Verdict and reasons, with a colon between. Where a limit cannot be counted without
# control groups the source states what is then to be seen, "or" between what may be.
stated_outcome() {
	{ [ "$counted" = no ] && stated "Outcome without control groups" "$1" | grep .; } ||
		{ [ "$lowered" = no ] && stated "Outcome with default limits" "$1" | grep .; } || stated Outcome "$1"
}
# is_stated GOT NAME
is_stated() {
	case " or $(stated_outcome "$2") or " in *" or $1 or "*) return 0 ;; *) return 1 ;; esac
}

# case_timeout NAME: what the skill declares.
case_timeout() { stated Timeout "$1" | grep . || echo "$usual"; }
# case_limits NAME: options of run that lower limits.
case_limits() { for case_limit in $(stated Limits "$1"); do echo "--limit $case_limit"; done; }
# case_skip: of a test that ended with 77 its output is read; why there was nothing to try.
case_skip() { sed -n 's/^SKIP: //p'; }

# case_got: verdict and reasons of an answer on standard input, as sources state them. An
# unwatched run is held to all the reasons that it has.
case_got() {
	if [ "${OBSERVE:-calls}" = none ]; then jq -r '"\(.verdict):\(.reasons | join(","))"' 2> /dev/null
	else ended; fi
}

# case_package NAME DIR ARGS...: a skill whose test is this program.
case_package() {
	mkdir -p "$2"
	cp "$build/hostile/$1" "$2/t"
	case_md=$2/SKILL.md case_timeout=$(case_timeout "$1") case_setup=$(stated Setup "$1")
	shift 2
	printf -- '---\nname: hostile\nversion: 1.0.0\ntest: {command: ["./t"%s], timeout: %s%s}\n---\n' \
		"$(for a in "$@"; do printf ', "%s"' "$a"; done)" "$case_timeout" "${case_setup:+, deps: $case_setup}" > "$case_md"
}

# each_case TRY: TRY NAME ARGS... for every program; it sets took, in milliseconds.
each_case() {
	for case_file in "$tests"/sandbox/*.c; do
		case_name=$(basename "$case_file" .c)
		case $case_name in
		35_*)
			# shellcheck disable=SC2086
			"$1" "$case_name" $outside ;;
		02_* | 08_* | 23_* | 47_*) # nobody waits for what they started
			"$1" "$case_name"
			if [ "$took" -lt "$soon" ]; then ok "$case_name: its tree ends at once"
			else bad "$case_name: its tree ends at once" "$took ms"; fi ;;
		81_*) "$1" "$case_name"; "$1" "$case_name" ;;
		*) "$1" "$case_name" ;;
		esac
	done
}
