#!/bin/sh
# SPDX-License-Identifier: MIT
# The commands for people without a server, and the binary itself. Argument:
# build folder.
set -u
suite=cli
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"

# ---- the binary ------------------------------------------------------------------
elf=$(readelf -hlSdW "$sv" 2>/dev/null)
if [ -n "$elf" ]; then
	has "binary: position independent" "$elf" "DYN ("
	hasnt "binary: no interpreter" "$elf" "INTERP"
	hasnt "binary: no shared library" "$elf" "NEEDED"
	has "binary: relocations read-only" "$elf" "GNU_RELRO"
	has "binary: bound at start" "$elf" "NOW"
	is "binary: no segment is writable and executable" "$(printf '%s\n' "$elf" | grep -c 'LOAD.*RWE')" 0
	is "binary: the stack is not executable" "$(printf '%s\n' "$elf" | grep 'GNU_STACK' | grep -c ' RW ')" 1
else
	skip "binary layout" "no readelf"
fi
is "binary: runs without anything else" "$(mkdir "$tmp/root" && cp "$sv" "$tmp/root/sv" &&
	chroot "$tmp/root" /sv limits 2>&1 | sha256sum)" "$("$sv" limits | sha256sum)"
v=$("$sv" version --json)
is "version: digest of its own file" "$(printf '%s' "$v" | jq -r .sha256)" "$(sha256sum < "$sv" | cut -d' ' -f1)"
for key in version commit toolchain; do
	is "version: $key is there" "$(printf '%s' "$v" | jq "has(\"$key\")")" true
done
is "version: commit of this tree" "$(printf '%s' "$v" | jq -r .commit | cut -d+ -f1)" \
	"$(cd "$tests" && git rev-parse HEAD 2>/dev/null || printf '%s' "$v" | jq -r .commit)"

# ---- help and usage -----------------------------------------------------------------
has "help: what a proof is not" "$("$sv" --help)" "A proof shows what happened once, nothing more."
for cmd in inspect run policy check "check attestation" "check quote" "check log" "check compose" serve version measure limits \
	compose-hash roles health doctor gate; do
	# shellcheck disable=SC2086
	"$sv" $cmd --help > "$tmp/help" 2>&1
	is "help: $cmd" "$? $(head -1 "$tmp/help" | cut -d' ' -f1-2)" "0 usage: skill-verifier"
done
for args in "" "nothing" "run" "inspect" "inspect a b" "run --no-such-option x" "version x" "serve x" "check" \
	"serve --listen nowhere" "serve --slots 0" "serve --config /nowhere" "run --timeout zz $tests/skills/hello-world"; do
	# shellcheck disable=SC2086
	timeout 10 "$sv" $args > /dev/null 2> "$tmp/err"
	is "usage: '$args'" $? 3
done
printf '[tcb]\nslots = 1\n' > "$tmp/other.ini"
is "configuration: another section is refused" "$(timeout 10 "$sv" serve --config "$tmp/other.ini" 2>&1 | grep -c 'line 2: tcb: no such section')" 1
is "limits: every limit has a reason" "$("$sv" limits --json | jq '[.[] | select((.reason | length) < 3)] | length')" 0
is "no output has a word that no proof can bear" "$({ "$sv" --help; for c in inspect run check serve limits roles doctor gate; do "$sv" $c --help; done; "$sv" limits; "$sv" doctor; } |
	grep -ciwE 'safe|secure|trusted|verified skill')" 0

"$sv" inspect "$tests/skills/hello-world" > /dev/null 2> "$tmp/err"
if [ $? = 3 ]; then
	skip "inspect and run" "$(head -1 "$tmp/err")"
	exit 0
fi
# ---- inspect ---------------------------------------------------------------------------
is "inspect: a directory" "$("$sv" inspect --json "$tests/skills/hello-world" | jq -c '[.outcome, .name, .format, .testDeclared, has("sha256")]')" \
	'["accepted","hello-world","directory",true,false]'
tarball "$tests/skills/hello-world" "$tmp/h.tgz"
is "inspect: an archive" "$("$sv" inspect --json "$tmp/h.tgz" | jq -r .sha256)" "$(sha256sum < "$tmp/h.tgz" | cut -d' ' -f1)"
is "inspect: standard input" "$("$sv" inspect --json - < "$tmp/h.tgz" | jq -r .sha256)" "$(sha256sum < "$tmp/h.tgz" | cut -d' ' -f1)"
is "inspect: a bare SKILL.md" "$("$sv" inspect --json "$tests/skills/hello-world/SKILL.md" | jq -r .format)" skill-md
is "inspect: directory and archive have one tree" "$("$sv" inspect --json "$tests/skills/hello-world" | jq -r .filesSha256)" \
	"$("$sv" inspect --json "$tmp/h.tgz" | jq -r .filesSha256)"
mkdir "$tmp/link"
ln -s /etc/passwd "$tmp/link/SKILL.md"
"$sv" inspect "$tmp/link" > "$tmp/out"
is "inspect: a link is refused, not followed" "$? $(grep -c 'root:' "$tmp/out")" "4 0"
mkdir "$tmp/fifo"
printf -- '---\nname: x\n---\n' > "$tmp/fifo/SKILL.md"
mkfifo "$tmp/fifo/pipe"
timeout 10 "$sv" inspect "$tmp/fifo" > /dev/null
is "inspect: a FIFO is refused at once" $? 4
"$sv" inspect "$tmp/nowhere" > /dev/null 2>&1
is "inspect: nothing there" $? 3
printf -- '---\nname: a\ntest_command: [x\n---\n' > "$tmp/SKILL.md"
"$sv" inspect "$tmp/SKILL.md" > "$tmp/out"
is "inspect: bad YAML names file, line and column" "$? $(grep -cE 'SKILL.md:[0-9]+:[0-9]+' "$tmp/out")" "4 1"
printf -- '---\nname: "a\033[31mred"\n---\n' > "$tmp/SKILL.md"
"$sv" inspect "$tmp/SKILL.md" > "$tmp/out" 2>&1
is "inspect: no escape sequence reaches the terminal" "$(grep -c "$(printf '\033')" "$tmp/out")" 0

# ---- run -------------------------------------------------------------------------------
skill() {
	mkdir -p "$tmp/s/$1"
	printf -- '---\nname: %s\nversion: 1.0.0\n%s\n---\n' "$1" "$2" > "$tmp/s/$1/SKILL.md"
}
r() { "$sv" run "$@" > "$tmp/out" 2> "$tmp/err"; echo $?; }
skill pass 'test_command: echo hi'
skill fail 'test_command: exit 3'
skill slow 'test: {command: sleep 9, timeout: 300ms}'
skill none 'description: x'
skill gone 'test_command: ["/no/such"]'
skill bad 'test_command: [""]'
skill unknown 'test: {command: "true", runtime: "ruby:3"}'
is "run: passed" "$(r "$tmp/s/pass")" 0
has "run: says what it is" "$(tail -1 "$tmp/out")" "The author's test passed in a single run, unattested: it read no file of the package, so it tested none (nothing-read)."
is "run: the same words in JSON" "$("$sv" run --json "$tmp/s/pass" | jq -r .headline)" "$(tail -1 "$tmp/out")"
is "run: not green, for nobody watched" "$("$sv" run --json --observe none "$tmp/s/pass" | jq -c '[.colour, .behaviour]')" '["amber",{"complete":false,"monitor":"none"}]'
is "run: failed" "$(r "$tmp/s/fail")" 1
has "run: why, in words" "$(cat "$tmp/out")" "exit-status: it ended with another exit status than was expected. To change it: "
has "run: the headline names the reason" "$(tail -1 "$tmp/out")" "failed in a single run, unattested: it ended with another exit status than was expected (exit-status)."
is "run: timeout" "$(r "$tmp/s/slow")" 1
is "run: no test" "$(r "$tmp/s/none")" 2
is "run: no test, allowed" "$(r --allow-no-test "$tmp/s/none")" 0
has "run: and it says so" "$(cat "$tmp/out" "$tmp/err")" "No test is declared"
is "run: command not found" "$(r "$tmp/s/gone")" 2
is "run: refused" "$(r "$tmp/s/bad")" 4
is "run: runtime not here" "$(r "$tmp/s/unknown")" 3
is "run: nothing there" "$(r "$tmp/s/nowhere")" 3
is "run: an archive" "$(r "$tmp/h.tgz")" 0
is "run: --json" "$("$sv" run --json "$tmp/s/fail" | ended)" FAILED:exit-status
"$sv" run --sarif --observe none "$tmp/s/fail" > "$tmp/out"
is "run: --sarif: exit code" $? 1
is "run: --sarif: the reason is the rule, words are those of the headline" "$(jq -c '.runs[0] as $r | $r.results | [length, .[0].ruleId, .[0].level, ($r.tool.driver.rules[.[0].ruleIndex].id == .[0].ruleId),
	.[0].locations[0].physicalLocation.artifactLocation.uri]' "$tmp/out") $(jq -r '.runs[0].properties.headline' "$tmp/out")" \
	"[1,\"exit-status\",\"error\",true,\"SKILL.md\"] $("$sv" run --json --observe none "$tmp/s/fail" | jq -r .headline)"
is "run: --sarif: nothing to say of a pass" "$("$sv" run --sarif --observe none "$tmp/s/pass" | jq -c '.runs[0].results')" "[]"
is "run: --sarif: refused" "$("$sv" run --sarif "$tmp/s/bad" | jq -r '.runs[0].results[0] | "\(.ruleId) \(.level)"')" "package-refused error"
is "run: one form" "$(r --json --sarif "$tmp/s/pass")" 3
is "run: --timeout refuses what asks for more" "$(r --timeout 5 "$tmp/s/pass") $(grep -c timeout-range "$tmp/out")" "4 1"
t=$(now_ms)
"$sv" run "$tmp/s/slow" > /dev/null
took=$(($(now_ms) - t))
if [ $took -lt 1500 ]; then ok "run: the timeout ends the test"; else bad "run: the timeout ends the test" "$took ms"; fi
"$sv" run --out "$tmp/st.json" "$tmp/s/pass" > /dev/null
is "run: --out writes a statement, marked tee none" "$(jq -r .predicate.verifier.tee "$tmp/st.json")" none
is "run: --out is canonical" "$(jq -cS . "$tmp/st.json" | tr -d '\n' | sha256sum)" "$(sha256sum < "$tmp/st.json")"
is "run: --runtime host" "$("$sv" run --runtime host --json "$tmp/s/pass" | jq -r .verdict)" PASSED
"$sv" run --runtime host "$tmp/s/pass" > "$tmp/out"
has "run: --runtime host says so" "$(cat "$tmp/out")" "host"
sleep 60 | "$sv" run "$tmp/s/slow" > /dev/null &
is "run: leaves no process" "$(sleep 1.5; pgrep -c -f 'skill-verifier: (job|payload|unpack)')" 0

# ---- what a terminal must not see (C10) ------------------------------------------------
esc=$(printf '\033[31mx')
for c in "inspect /nowhere$esc" "run /nowhere$esc" "check /nowhere$esc" "check quote --quote /nowhere$esc" \
	"check log --event-log /nowhere$esc" "check compose /nowhere$esc" "compose-hash /nowhere$esc" \
	"version --$esc" "$esc" "serve --config /nowhere$esc" "serve $esc"; do
	# shellcheck disable=SC2086
	"$sv" $c > "$tmp/out" 2>&1
	is "no raw control byte: $(printf %s "$c" | tr -d '\033')" "$(LC_ALL=C grep -c "$(printf '\033')" "$tmp/out") $(wc -l < "$tmp/out" | tr -d ' ')" "0 1"
done
is "run: a refusal says where" "$("$sv" run --json "$tmp/s/bad" 2> /dev/null | jq -r '.detail | type')" object
