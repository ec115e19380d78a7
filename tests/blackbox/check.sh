#!/bin/sh
# SPDX-License-Identifier: MIT
# `check attestation` as a relying party uses it (C1 to C10): what each link needs,
# what each change to the bundle or to the expectations does to the verdict, and
# that nothing is ever fetched. Argument: build folder.
set -u
suite=check
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
[ "$(id -u)" = 0 ] || { skip all "serve needs root"; exit 0; }

nonce=00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff
simulator agent
appliance --agent "$tmp/agent.sock" --observe none || { bad start "$(tail -3 "$tmp/serve.log")"; exit 1; }
wait_until 50 sh -c "curl -sf $url/health | grep -q '\"status\":\"ok\"'"
mkdir -p "$tmp/pkg/tool/lib"
printf -- '---\nname: tool\nversion: 1.0.0\ntest_command: sh lib/t.sh\n---\n' > "$tmp/pkg/tool/SKILL.md"
echo 'echo fine' > "$tmp/pkg/tool/lib/t.sh"
echo 'About.' > "$tmp/pkg/tool/README.md"
tarball "$tmp/pkg/tool" "$tmp/tool.tar.gz"
bundle() { outcome "$1" > /dev/null; curl -s -o "$2" "$url/attestation/$1"; }
bundle "$(submit "$tmp/tool.tar.gz" -F nonce=$nonce)" "$tmp/b.json"
for pair in fail:'exit 4' none: ; do
	name=${pair%%:*}
	mkdir -p "$tmp/pkg/$name"
	printf -- '---\nname: %s\nversion: 1.0.0\n%s\n---\n' "$name" "${pair#*:}" |
		sed 's/^exit/test_command: exit/' > "$tmp/pkg/$name/SKILL.md"
	tarball "$tmp/pkg/$name" "$tmp/$name.tar.gz"
	bundle "$(submit "$tmp/$name.tar.gz")" "$tmp/$name.json"
done
stop "$sv_pid"

O=$tmp/agent
hash=$(cat "$O/compose-hash.txt")
# c FILE OPTIONS...: exit status, PROOF line, and the links that do not hold
c() {
	f=$1
	shift
	"$sv" check attestation "$f" --json "$@" > "$tmp/r.json" 2> "$tmp/r.err"
	echo "$? $(jq -r '.proof' "$tmp/r.json" 2>/dev/null)"
}
links() { jq -r --arg s "$1" '[.links[] | select(.state == $s and (.decides or $s == "fail") and (.waived | not)) | .name] | join(" ")' "$tmp/r.json"; }
full="--root $O/root.der --collateral $O/collateral.json --compose-hash $hash --measurements $O/measurements.json"

# shellcheck disable=SC2086
{
# ---- everything named -----------------------------------------------------------------
is "all expectations named" "$(c "$tmp/b.json" $full --package "$tmp/tool.tar.gz" --nonce $nonce)" "0 genuine"
is "and every deciding link holds" "$(links skip)$(links fail)" ""
has "C4: the test root is named" "$(jq -r .sentence "$tmp/r.json")" "under test root $(sha256sum < "$O/root.der" | cut -d' ' -f1): proves nothing about hardware"
has "C41: as of when" "$(jq -r .sentence "$tmp/r.json")" "as of $(date -u +%F), TCB evaluation"
is "PEM root" "$(c "$tmp/b.json" --root "$O/root.pem" ${full#* * })" "0 genuine"
"$sv" check "$tmp/b.json" $full > "$tmp/text"
is "C5: the two last lines" "$(tail -2 "$tmp/text" | cut -d' ' -f1-2 | tr '\n' ' ')" "PROOF genuine, RESULT passed: "
has "C5: argv, expected exit, runtime and package" "$(tail -1 "$tmp/text")" "'/bin/sh' '-c' 'sh lib/t.sh', expected exit 0, runtime pkg:generic/skill-verifier-runtime-base@"
is "the headline above them, in the words of --json" "$(tail -3 "$tmp/text" | head -1)" "$(jq -r .result.headline "$tmp/r.json")"
has "it was a single run" "$(jq -r .result.headline "$tmp/r.json")" "The author's test passed in a single run, attested"
is "C25: not green, for nobody watched" "$(jq -r .result.colour "$tmp/r.json")" amber
has "C5: package digest" "$(tail -1 "$tmp/text")" "$(sha256sum < "$tmp/tool.tar.gz" | cut -d' ' -f1)"
is "from standard input" "$("$sv" check - $full < "$tmp/b.json" > /dev/null; echo $?)" 0
is "C5: no forbidden word" "$(grep -ciE '\b(safe|secure|trusted|verified skill)\b' "$tmp/text")" 0

# ---- what is not named is not decided, and says so ---------------------------------------
is "C1: no compose hash" "$(c "$tmp/b.json" --root "$O/root.der" --collateral "$O/collateral.json" --measurements "$O/measurements.json") $(links skip)" "2 not decided identity"
is "C1: --app-compose is an anchor" "$(c "$tmp/b.json" --root "$O/root.der" --collateral "$O/collateral.json" --measurements "$O/measurements.json" --app-compose "$tests/simulator/app-compose.json")" "0 genuine"
is "C1: --image is none" "$(c "$tmp/b.json" --root "$O/root.der" --collateral "$O/collateral.json" --measurements "$O/measurements.json" --image "$(printf '%064d' 0)") $(links skip)" "2 not decided identity"
is "C2: no measurements" "$(c "$tmp/b.json" --root "$O/root.der" --collateral "$O/collateral.json" --compose-hash $hash) $(links skip)" "2 not decided os"
is "C2: waived" "$(c "$tmp/b.json" --root "$O/root.der" --collateral "$O/collateral.json" --compose-hash $hash --accept-unevaluated-os)" "0 genuine"
has "C2: and the sentence says so" "$(jq -r .sentence "$tmp/r.json")" "operating system not evaluated"
is "C3: no collateral" "$(c "$tmp/b.json" --root "$O/root.der" --compose-hash $hash --measurements "$O/measurements.json") $(links skip)" "2 not decided tcb"
is "C3: waived" "$(c "$tmp/b.json" --root "$O/root.der" --compose-hash $hash --measurements "$O/measurements.json" --accept-unevaluated-tcb)" "0 genuine"
has "C3: and the sentence says so" "$(jq -r .sentence "$tmp/r.json")" "firmware level and revocation not evaluated"
is "C4: under Intel's root the simulator is refuted" "$(c "$tmp/b.json" --compose-hash $hash) $(links fail)" "1 refuted quote"
is "C6: no package named" "$(c "$tmp/b.json" $full) $(jq -r '.links[] | select(.name == "package") | .state' "$tmp/r.json")" "0 genuine skip"
is "C7: no nonce named" "$(jq -r '.links[] | select(.name == "freshness") | .state + " " + (.text | split(";")[0])' "$tmp/r.json")" "skip age unknown"
is "C9: history is never claimed" "$(jq -r '.links[] | select(.name == "history") | .state + " " + .text' "$tmp/r.json")" "skip other results may exist"

# ---- C5: exit codes ------------------------------------------------------------------------
is "genuine and failed" "$(c "$tmp/fail.json" $full) $(jq -r .result.verdict "$tmp/r.json")" "1 genuine FAILED"
is "genuine without a test" "$(c "$tmp/none.json" $full) $(jq -r .result.verdict "$tmp/r.json")" "2 genuine NO_TEST"
is "--evidence-only: failed" "$(c "$tmp/fail.json" $full --evidence-only)" "0 genuine"
is "--evidence-only: refuted" "$(c "$tmp/fail.json" --evidence-only --compose-hash $hash)" "1 refuted"

# ---- other expectations ----------------------------------------------------------------------
is "another compose hash" "$(c "$tmp/b.json" ${full%--comp*} --measurements "$O/measurements.json" --compose-hash "$(printf '%064d' 1)") $(links fail)" "1 refuted identity"
is "another image" "$(c "$tmp/b.json" $full --image "$(printf '%064d' 1)") $(links fail)" "1 refuted images"
is "another nonce" "$(c "$tmp/b.json" $full --nonce "$(printf '%064d' 1)") $(links fail)" "1 refuted freshness"
is "a nonce for a result without one" "$(c "$tmp/fail.json" $full --nonce $nonce) $(links fail)" "1 refuted freshness"
sed 's/"rtmr1":"../"rtmr1":"00/' "$O/measurements.json" > "$tmp/m.json"
is "another OS" "$(c "$tmp/b.json" ${full%--meas*} --measurements "$tmp/m.json") $(links fail)" "1 refuted os"
is "collateral of another time" "$(c "$tmp/b.json" $full --at 2040-01-01T00:00:00Z) $(links fail)" "1 refuted tcb"
is "certificates of another time" "$(c "$tmp/b.json" $full --at 2000-01-01T00:00:00Z) $(links fail)" "1 refuted quote"
is "newer TCB evaluation demanded" "$(c "$tmp/b.json" $full --min-tcb-eval 9999) $(links fail)" "1 refuted tcb"
is "another archive" "$(c "$tmp/b.json" $full --package "$tmp/fail.tar.gz") $(links fail)" "1 refuted package"
is "another archive, by digest" "$(c "$tmp/b.json" $full --sha256 "$(printf '%064d' 1)") $(links fail)" "1 refuted package"

# ---- C27: an installed directory ----------------------------------------------------------------
pkg() { jq -r '.links[] | select(.name == "package") | .state + ": " + .text' "$tmp/r.json"; }
cp -r "$tmp/pkg/tool" "$tmp/inst"
is "directory, as tested" "$(c "$tmp/b.json" $full --package "$tmp/inst") $(pkg)" "0 genuine ok: 3 of 3 files identical"
rm "$tmp/inst/README.md"
mkdir "$tmp/inst/.clawhub"
echo '{}' > "$tmp/inst/.clawhub/origin.json"
is "directory, as installers leave it" "$(c "$tmp/b.json" $full --package "$tmp/inst") $(pkg)" \
	"0 genuine ok: 2 of 3 files identical, README.md absent, .clawhub/origin.json added"
echo '{}' > "$tmp/inst/.clawhub/other.json"
is "directory with a file more" "$(c "$tmp/b.json" $full --package "$tmp/inst") $(links fail)" "1 refuted package"
rm "$tmp/inst/.clawhub/other.json"
chmod +x "$tmp/inst/lib/t.sh"
is "directory with another mode" "$(c "$tmp/b.json" $full --package "$tmp/inst") $(links fail)" "1 refuted package"
chmod -x "$tmp/inst/lib/t.sh"
echo 'echo Fine' > "$tmp/inst/lib/t.sh"
is "directory with a changed byte" "$(c "$tmp/b.json" $full --package "$tmp/inst") $(pkg)" \
	"1 refuted fail: the statement is about another package: 1 of 3 files identical, lib/t.sh changed"
cp "$tmp/pkg/tool/lib/t.sh" "$tmp/inst/lib/t.sh"
ln -s /etc/passwd "$tmp/inst/link"
is "directory with a link cannot be compared" "$(c "$tmp/b.json" $full --package "$tmp/inst" | cut -d' ' -f1)" 3

# ---- changes to the bundle -------------------------------------------------------------------------
# change NAME LINKS JQ-PROGRAM: the bundle after the program is refuted at exactly these links
change() {
	jq -c "$3" "$tmp/b.json" > "$tmp/x.json" || { bad "$1" "jq"; return; }
	is "changed: $1" "$(c "$tmp/x.json" $full --nonce $nonce) $(links fail)" "1 refuted $2"
}
st='.envelope.payload |= (@base64d | fromjson | (PROG) | tojson | @base64)'
s() { change "$1" "$2" "$(printf %s "$st" | sed "s/PROG/$(printf %s "$3" | sed 's/[&/]/\\&/g')/")"; }
s "verdict" "envelope verdict binding" '.predicate.verdict = "FAILED"'
s "exit code" "envelope verdict binding" '.predicate.run[0].exit.code = 1'
s "result" "envelope verdict binding" '.predicate.result = "PASSED"'
s "a reason made up" "envelope verdict binding" '.predicate.reasons = ["canary-leaked"]'
s "a watch made up" "envelope statement binding" '.predicate.behaviour.complete = true'
s "a monitor made up" "envelope statement verdict binding" '.predicate.behaviour = {complete: true, monitor: "calls"}'
s "a sinkhole made up" "envelope statement binding" '.predicate.sandbox.network = "sinkhole"'
s "a warning dropped" "envelope statement binding" '.predicate.warnings -= ["unmonitored"]'
s "package digest in one place" "envelope statement binding" '.predicate.package.sha256 = ("0" * 64)'
s "file list digest in both places" "envelope statement binding" '.predicate.package.filesSha256 = ("0" * 64) | .subject[1].digest.sha256 = ("0" * 64)'
s "a member more" "statement" '.predicate.zz = true'
s "a member less" "statement" 'del(.predicate.sandbox)'
s "a member with a dotted name" "statement" '.predicate |= (to_entries + [{key: "job.id", value: "00112233445566778899aabbccddeeff"}] | sort_by(.key) | from_entries)'
s "weaker tier" "envelope sandbox binding" '.predicate.sandbox.tier = "T3"'
s "nonce" "envelope binding freshness" '.predicate.job.nonce = ("1" * 64)'
s "compose hash" "envelope binding identity" '.predicate.verifier.composeHash = ("1" * 64)'
s "instance" "envelope binding identity" '.predicate.verifier.instanceId = ("1" * 40)'
s "attempt" "envelope statement binding" '.predicate.job.attempt = 2'
s "tee none" "envelope statement binding" '.predicate.verifier.tee = "none"'
change "not canonical" "envelope" '.envelope.payload |= (@base64d | sub("\\{"; "{ ") | @base64)'
change "two signatures" "envelope" '.envelope.signatures += .envelope.signatures'
change "another payload type" "envelope" '.envelope.payloadType = "text/plain"'
change "keyid" "envelope" '.envelope.signatures[0].keyid |= (.[1:] + .[0:1])'
change "reportData" "binding" '.reportData |= (if .[0:1] == "0" then "1" else "0" end) + .[1:]'
change "compose text" "compose" '.appCompose |= sub("skill-verifier"; "skill-verifies")'
change "a file in the list" "statement" '.files[0].size += 1'
change "an event dropped" "log" '.eventLog |= del(.[-1])'
change "two events swapped" "log" '.eventLog |= (.[0:-2] + [.[-1], .[-2]])'
change "an event doubled" "log" '.eventLog += [.eventLog[-1]]'
change "payload of the compose-hash event" "log" '(.eventLog[] | select(.event == "compose-hash") | .event_payload) = ("1" * 64)'
change "os image of vmConfig, with the event" "log" '.eventLog += [{"imr":3,"event_type":134217729,"digest":"","event":"os-image-hash","event_payload":("2" * 64)}]'
change "a member more in the bundle" "envelope" '.more = 1'
change "a member less in the bundle" "envelope" 'del(.vmConfig)'
change "no quote" "envelope" '.quote = null'
change "quote cut" "quote" '.quote |= .[0:-200]'
change "report data in the quote" "binding quote" '.quote |= .[0:1136] + "00" + .[1138:]'
change "RTMR3 in the quote" "quote log" '.quote |= .[0:1040] + "0011" + .[1044:]'
change "MRTD in the quote" "quote os" '.quote |= .[0:368] + "0011" + .[372:]'
change "debug bit in the quote" "quote" '.quote |= .[0:336] + "01" + .[338:]'
printf 'x' > "$tmp/x.json"
is "not JSON" "$(c "$tmp/x.json" $full) $(links fail)" "1 refuted envelope"
sed 's/"mediaType":/"quote":null,"mediaType":/' "$tmp/b.json" > "$tmp/x.json"
is "a member twice" "$(c "$tmp/x.json" $full) $(links fail)" "1 refuted envelope"
curl -s -o /dev/null "$url" # the appliance is gone: nothing below asks it
jq -c .envelope "$tmp/b.json" > "$tmp/x.json"
is "an envelope alone is not decided" "$(c "$tmp/x.json" $full)" "2 not decided"
}

# ---- usage ----------------------------------------------------------------------------------------------
for args in "" "a b" "--nothing x" "$tmp/b.json --compose-hash zz" "$tmp/b.json --nonce 12" "$tmp/b.json --at never" \
	"$tmp/b.json --root /nowhere" "$tmp/nowhere.json" "$tmp/b.json --allow-tier T9" "$tmp/b.json --package $tmp/x --sha256 $hash"; do
	# shellcheck disable=SC2086
	"$sv" check attestation $args > /dev/null 2> "$tmp/err"
	is "cannot run: check attestation $(printf %s "$args" | sed "s|$tmp/||g")" "$? $(wc -l < "$tmp/err")" "3 1"
done

# ---- offline: no network, no socket -----------------------------------------------------------------------
# shellcheck disable=SC2086
if command -v strace > /dev/null; then
	unshare -n strace -f -e trace=network -o "$tmp/trace" "$sv" check "$tmp/b.json" $full > /dev/null
	is "offline: exit 0 in an empty network namespace, no network call" "$? $(grep -v '^[0-9]* *[+]' "$tmp/trace")" "0 "
else
	unshare -n "$sv" check "$tmp/b.json" $full > /dev/null
	is "offline: exit 0 in an empty network namespace" $? 0
fi
