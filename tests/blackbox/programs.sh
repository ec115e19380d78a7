#!/bin/sh
# SPDX-License-Identifier: MIT
# Real programs keep working in the sandbox: those of tests/sandbox/programs and
# CPython's own test modules, each the test of a skill, in four lanes because most
# of them wait. Argument: build folder.
set -u
suite=programs
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
[ "$(id -u)" = 0 ] || { skip all "needs root"; exit 0; }
umask 022
programs=$tests/sandbox/programs

# stated FIELD FILE: what a program's head says.
stated() { sed -n "s,^[#/]* $1: *,,p" "$2"; }
# missing NAME...: the first that a test's PATH does not have.
missing() {
	for p in "$@"; do
		PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin command -v "$p" > /dev/null ||
			{ echo "$p"; return; }
	done
}
# run NAME RUNTIME COMMAND: the folder $tmp/NAME as a skill with this command.
run() {
	printf -- '---\nname: program\nversion: 1.0.0\ntest: {command: [%s], timeout: 120s}\n---\n' "$3" > "$tmp/$1/SKILL.md"
	set -- "$1" "$([ "$2" = base ] || echo "--runtime $2")"
	# shellcheck disable=SC2086
	"$sv" run --json --observe "$observe" $2 "$tmp/$1" > "$tmp/$1.json" 2> "$tmp/$1.err"
	got=$(ended "$tmp/$1.json" 2> /dev/null)
	if [ "$got" = PASSED: ]; then
		ok "$how$1"
		jq -r '.runs[-1].stdout.text' "$tmp/$1.json" | sed -n 's/^[a-z_.]*: \([0-9]* hold.*\)/# &/p'
	else
		bad "$how$1" "'$got', $(cat "$tmp/$1.err") $(jq -r '.runs[-1] | .stdout.text, .stderr.text' "$tmp/$1.json" 2> /dev/null |
			grep -E '^(ERROR|FAIL|not ok|excluded|works|says)|Error' | head -5)
			$(jq -r '.runs[-1] | .stdout.text, .stderr.text' "$tmp/$1.json" 2> /dev/null | tail -3)"
	fi
	rm -rf "${tmp:?}/$1"
}
program() {
	name=${1%%.*}
	# shellcheck disable=SC2046
	lacks=$(missing $(stated Needs "$programs/$1"))
	[ -z "$lacks" ] || { skip "$name" "$lacks is not installed"; return; }
	mkdir "$tmp/$name"
	cp "$programs/$1" "$tmp/$name/"
	case $1 in
	node.*) cp "$programs/node_child.js" "$tmp/$name/"; command='"node", "--test"' ;;
	*) command="\"bash\", \"$1\"" ;;
	esac
	run "$name" "$(stated Runtime "$programs/$1")" "$command"
}
python_test() {
	/usr/bin/python3 -c "import test.test_json" 2> /dev/null ||
		{ skip "$1" "Python's tests are not installed"; return; }
	mkdir "$tmp/$1"
	cp "$programs/python.py" "$programs/excluded.tsv" "$tmp/$1/"
	run "$1" host "\"python3\", \"python.py\", \"$1\""
}
lane() {
	for t in "$@"; do
		case $t in test_*) python_test "$t" ;; *) program "$t" ;; esac
	done
}
start=$(now_ms)
observe=none how=
asyncio=test_asyncio.test_
lane test_subprocess test_json test_hashlib test_os git.sh gcc.sh make.sh tar.sh > "$tmp/1" &
lanes=$!
lane ${asyncio}tasks ${asyncio}futures ${asyncio}locks ${asyncio}queues test_posix sqlite3.sh perl.sh jq.sh curl.sh > "$tmp/2" &
lanes="$lanes $!"
lane ${asyncio}subprocess ${asyncio}taskgroups test_select test_mmap node.test.js npm.sh shell.sh absent.sh > "$tmp/3" &
lanes="$lanes $!"
lane ${asyncio}base_events test_threading ${asyncio}unix_events ${asyncio}selector_events ${asyncio}runners \
	test_fcntl test_resource test_tempfile python.sh base.sh > "$tmp/4" &
lanes="$lanes $!"
for p in $lanes; do wait "$p"; done
cat "$tmp/1" "$tmp/2" "$tmp/3" "$tmp/4"
echo "# $(($(now_ms) - start)) ms"

# Nothing of programs/ is forgotten by the lanes.
is "every program ran" "$(cat "$tmp/1" "$tmp/2" "$tmp/3" "$tmp/4" | grep -c -E '^(ok|not ok|skip) programs [a-z0-9]+(:|$)')" \
	"$(grep -l 'Runtime: ' "$programs"/*.sh "$programs"/*.js | wc -l)"

# The same with somebody watching, but for those that look for an empty network (their lists of
# what cannot work name what works on a sinkhole).
observe=calls how="watched "
lane test_subprocess test_json test_hashlib gcc.sh make.sh tar.sh python.sh > "$tmp/5" &
lanes=$!
lane ${asyncio}tasks ${asyncio}subprocess test_threading sqlite3.sh perl.sh jq.sh npm.sh shell.sh > "$tmp/6" &
lanes="$lanes $!"
for p in $lanes; do wait "$p"; done
cat "$tmp/5" "$tmp/6"
