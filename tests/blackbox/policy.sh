#!/bin/sh
# SPDX-License-Identifier: MIT
# Policy files: every key accepts and refuses, whatever is not understood stops
# with its line, options go before it, and `policy init` writes one that holds.
# Argument: build folder.
set -u
suite=policy
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
[ "$(id -u)" = 0 ] || { skip all "serve needs root"; exit 0; }

tool_package
made none
made kms --key-provider kms
O=$tmp/none
hash=$(cat "$O/compose-hash.txt")
args="--root $O/root.der --collateral $O/collateral.json"

# ---- policy init ------------------------------------------------------------------------
# shellcheck disable=SC2086
{
"$sv" policy init --from "$tmp/none.json" $args --out "$tmp/p.ini" 2> "$tmp/shown"
is "init: writes" "$? $(grep -c '^compose-hash = '"$hash" "$tmp/p.ini")" "0 1"
has "init: shows the compose hash first" "$(cat "$tmp/shown")" "compose hash       $hash"
has "init: says that nobody reviewed it" "$(cat "$tmp/shown")" "read the text before you use it"
is "init: to standard output" "$("$sv" policy init --from "$tmp/none.json" $args 2> /dev/null | sha256sum)" "$(sha256sum < "$tmp/p.ini")"
is "init: no key without a comment" "$(awk '/^[a-z].*=/ { if (!told) n++ } { told = /^;/ || (told && !/^$/) || /^\[os seen/ } END { print n + 0 }' "$tmp/p.ini")" 0
jq -c '.reportData |= "00" + .[2:]' "$tmp/none.json" > "$tmp/bad.json"
"$sv" policy init --from "$tmp/bad.json" $args --out "$tmp/q.ini" 2> "$tmp/err"
is "init: nothing out of a refuted bundle" "$? $([ -e "$tmp/q.ini" ] && echo there)" "1 "
has "init: and says which link" "$(cat "$tmp/err")" "binding: two copies of one fact differ"
"$sv" policy init --from "$tmp/none.json" > /dev/null 2>&1
is "init: nothing under another root" $? 1
"$sv" policy > /dev/null 2>&1
is "init: usage" $? 3

# ---- it is used --------------------------------------------------------------------------
# c FILE POLICY OPTIONS...: exit, verdict and links that fail or are left open
c() {
	f=$1 p=$2
	shift 2
	"$sv" check "$f" --policy "$p" --json "$@" > "$tmp/r.json" 2> "$tmp/r.err"
	echo "$? $(jq -r '.proof + ([.links[] | select((.state == "fail") or (.state == "skip" and .decides and (.waived | not))) | " " + .name] | join(""))' "$tmp/r.json" 2>/dev/null)"
}
is "what init wrote accepts the bundle" "$(c "$tmp/none.json" "$tmp/p.ini" $args)" "0 genuine"
is "the report names it" "$(jq -r .policy.sha256 "$tmp/r.json") $(jq -c .policy.overridden "$tmp/r.json")" "$(sha256sum < "$tmp/p.ini" | cut -d' ' -f1) []"
has "the text names it" "$("$sv" check "$tmp/none.json" --policy "$tmp/p.ini" $args)" "Policy sha256 $(sha256sum < "$tmp/p.ini" | cut -d' ' -f1)"
"$sv" check "$tmp/none.json" --policy "$tmp/p.ini" $args --html "$tmp/p.html" > /dev/null
has "the page names it" "$(cat "$tmp/p.html")" "<dt>Policy</dt><dd><code>sha256 $(sha256sum < "$tmp/p.ini" | cut -d' ' -f1)"
is "without collateral it decides nothing" "$(c "$tmp/none.json" "$tmp/p.ini" --root "$O/root.der")" "2 not decided tcb"

# edit SED: the policy changed, in $tmp/e.ini
edit() { sed "$1" "$tmp/p.ini" > "$tmp/e.ini"; cmp -s "$tmp/p.ini" "$tmp/e.ini" && bad "edit $1" "changes nothing"; }
with() { edit "$2"; is "$1" "$(c "$tmp/none.json" "$tmp/e.ini" $args)" "$3"; }
zeros=$(printf '%064d' 0)
with "compose hash: another" "s/^compose-hash = .*/compose-hash = $zeros/" "1 refuted identity"
with "compose hash: one of two" "s/^compose-hash = \(.*\)/compose-hash = $zeros\ncompose-hash = \1/" "0 genuine"
with "compose hash: none" "/^compose-hash/d" "2 not decided identity"
with "compose hash: until a day to come" "s/^compose-hash = .*/& until 2999-12-31/" "0 genuine"
with "compose hash: until today" "s/^compose-hash = .*/& until $(date -u +%F)/" "0 genuine"
with "compose hash: until a day that is past" "s/^compose-hash = .*/& until 2026-01-01/" "1 refuted identity"
has "compose hash: and the date is told" "$(jq -r '.links[] | select(.name == "identity").text' "$tmp/r.json")" "was accepted until 2026-01-01"
with "application id: another" "s/^app-id = ../app-id = 00/" "1 refuted identity"
with "image: another" "s/^image = .*/image = sha256:$(printf '%064d' 1)/" "1 refuted images"
with "image: one of two" "s/^image = \(.*\)/image = $(printf '%064d' 1)\nimage = sha256:\1/" "0 genuine"
with "system: another" "s/^rtmr1 = ../rtmr1 = 00/" "1 refuted os"
with "system: without MRSEAM" "/^mrseam/d" "0 genuine"
with "system: none" "/^\[os seen\]/,/^$/d" "2 not decided os"
with "system: none, and that is fine" "/^\[os seen\]/,/^$/d; /^\[os\]/,/^$/s/= no/= yes/" "0 genuine"
with "evaluation: newer demanded" "s/^min-evaluation = .*/min-evaluation = 99/" "1 refuted tcb"
with "date: newer demanded" "s/^min-date = .*/min-date = 2026-11-01/" "1 refuted tcb"
with "advisories: none may be open, none is" "s/^min-date.*/&\nallow-advisory = none/" "0 genuine"
with "tier: T1 demanded" "s/^weakest-tier.*/weakest-tier = T1/" "$([ "$(jq -r '.envelope.payload | @base64d | fromjson | .predicate.sandbox.tier' "$tmp/none.json")" = T1 ] && echo "0 genuine" || echo "1 refuted sandbox")"
with "no collateral is fine" "s/^accept-unevaluated = no/accept-unevaluated = yes/" "0 genuine"
is "no collateral is fine: without" "$(c "$tmp/none.json" "$tmp/e.ini" --root "$O/root.der")" "0 genuine"

# ---- out of a running application ------------------------------------------------------------
# again COMMAND...: an appliance quotes for strangers only so often; who asks too soon asks again.
again() {
	tries=20
	while :; do
		"$@" 2> "$tmp/again.err"
		code=$?
		tries=$((tries - 1))
		[ $code = 3 ] && [ $tries -gt 0 ] && grep -q ': 429 for ' "$tmp/again.err" || break
		sleep 1
	done
	return $code
}
init() { again "$sv" policy init --out "$tmp/l.ini" "$@"; code=$?; echo "$code $([ -e "$tmp/l.ini" ] && echo written)"; }
data=$tmp/data-live
sim_name=none
appliance --agent "$tmp/none.sock" || { bad start "$(tail -3 "$tmp/serve.log")"; exit 1; }
wait_until 50 sh -c "curl -sf $url/health | grep -q '\"status\":\"ok\"'"
is "live: writes" "$(init --from "$url" $args)" "0 written"
cp "$tmp/again.err" "$tmp/shown"
has "live: shows what it would accept" "$(cat "$tmp/shown")" "compose hash       $hash"
has "live: and what was proved" "$(sed -n '/was proved:/,/not proved/p' "$tmp/shown")" "  freshness          the quote was made after the question"
has "live: and what was not" "$(sed -n '/not proved/,$p' "$tmp/shown")" "  domain             the name leads to whoever"
has "live: the file says what was left open" "$(sed -n '/^; Not decided/,/^$/p' "$tmp/l.ini")" ";   os: no known registers"
has "live: and that the root is no root" "$(cat "$tmp/l.ini")" "; Made under a test root"
is "live: keys and values are those of a bundle" "$(grep -v '^;' "$tmp/l.ini" | sed '/^$/d' | sha256sum)" "$(grep -v '^;' "$tmp/p.ini" | sed '/^$/d' | sha256sum)"
is "live: no key without a comment" "$(awk '/^[a-z].*=/ { if (!told) n++ } { told = /^;/ || (told && !/^$/) || /^\[os seen/ } END { print n + 0 }' "$tmp/l.ini")" 0
again "$sv" check app "$url" --policy "$tmp/l.ini" $args > "$tmp/out"
is "live: it accepts the application" "$? $(grep -c '^PROOF genuine' "$tmp/out")" "0 1"
is "live: and a result of it" "$(c "$tmp/none.json" "$tmp/l.ini" $args)" "0 genuine"
sed "s/^rtmr1 = ../rtmr1 = 00/" "$tmp/l.ini" > "$tmp/e.ini"
again "$sv" check app "$url" --policy "$tmp/e.ini" $args > "$tmp/out"
is "live: changed, it does not" "$? $(grep -c '^\[FAIL\] os' "$tmp/out")" "1 1"
rm "$tmp/l.ini"
is "live: without collateral it says so" "$(init --from "$url" --root "$O/root.der") $(grep -c '^;   tcb: no collateral\|^; Nothing was evaluated' "$tmp/l.ini")" "0 written 2"
rm "$tmp/l.ini"
is "live: nothing under another root" "$(init --from "$url")" "1 "
# An agent that lies to the appliance: it is asked again, or there is no answer.
for lie in foreign-quote wrong-report-data; do
	fault $lie 1000
	is "live: agent: $lie" "$(init --from "$url" $args --timeout 10)" "3 "
	fault all 0
done
# Somebody between: with the nonce passed on, each answer is bent in one place.
cat > "$tmp/between.py" <<'P'
import http.client, http.server, json, socket, sys, urllib.error, urllib.request
url, tmp = sys.argv[1:3]
def agent(call, body):
    c = http.client.HTTPConnection("dstack")
    c.sock = socket.socket(socket.AF_UNIX)
    c.sock.connect(tmp + "/none.sock")
    c.request("POST", "/" + call, json.dumps(body), {"content-type": "application/json"})
    return c.getresponse().read()
class H(http.server.BaseHTTPRequestHandler):
    def log_message(self, *a): pass
    def do_GET(self):
        lie = open(tmp + "/lie").read().strip()
        path = self.path
        if lie == "nonce": path = "/quote?nonce=" + "5a" * 32
        if lie == "other":
            return self.answer(200, agent("GetQuote", {"report_data": path.split("=")[1]}) if "=" in path else agent("Info", {}))
        try: body, status = urllib.request.urlopen(url + path).read(), 200
        except urllib.error.HTTPError as e: body, status = e.read(), e.code
        if lie == "silent" and path == "/info": body, status = b'{"tcb_info":""}', 200
        elif status == 200:
            a = json.loads(body)
            if lie == "quote": a["quote"] = open(tmp + "/foreign").read().strip()
            if lie == "text": a["appCompose"] += " "
            if lie == "log": a["eventLog"] = a["eventLog"][:-1]
            if lie == "silent": del a["appCompose"]
            if lie == "none": a = {}
            body = json.dumps(a).encode()
        self.answer(status, body)
    def answer(self, status, body):
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
s = http.server.HTTPServer(("127.0.0.1", 0), H)
open(tmp + "/between.port", "w").write("%d\n" % s.server_port)
s.serve_forever()
P
python3 "$tmp/between.py" "$url" "$tmp" 2> "$tmp/between.log" &
between_pid=$!
started_pid $between_pid
wait_until 50 test -s "$tmp/between.port"
between=http://127.0.0.1:$(cat "$tmp/between.port")
curl -s --unix-socket "$tmp/kms.sock" -H 'content-type: application/json' -d "{\"report_data\":\"00\"}" http://dstack/GetQuote | jq -r .quote > "$tmp/foreign"
lies() { echo "$1" > "$tmp/lie"; is "live: between: $1" "$(init --from "$between" $args) $(sed -n 's/^skill-verifier policy: \([a-z]*\): .*/\1/p' "$tmp/again.err" | tr '\n' ' ')" "$2"; }
lies nonce "1  binding "
lies quote "1  binding log "
lies text "1  compose "
lies log "1  log "
lies silent "2  "
has "live: and says what is missing" "$(cat "$tmp/again.err")" "the application does not show its text"
lies none "3  "
lies nothing "0 written "
rm "$tmp/l.ini"
# Not a lie: another program behind the same agent, asked in its own way.
echo other > "$tmp/lie"
is "live: another program" "$(init --from "$between" $args --quote-path "/attest?data={nonce}" --report-data raw --info "$between/prpc/Info")" "0 written"
is "live: another program: the same policy" "$(grep -v '^;' "$tmp/l.ini" | sed '/^$/d' | sha256sum)" "$(grep -v '^;' "$tmp/p.ini" | sed '/^$/d' | sha256sum)"
rm "$tmp/l.ini"
is "live: another program, asked as ours" "$(init --from "$between" $args --quote-path "/attest?data={nonce}" --info "$between/prpc/Info")" "1 "
stop $between_pid
stop "$sv_pid"
is "live: nobody is there" "$(init --from "$url" $args)" "3 "
for wrong in "--from $tmp/none.json --info $url" "--from $tmp/none.json --timeout 3" "--from $url --report-data x" "--from $url --quote-path x" "--from http://" "--from $url --nonce $zeros"; do
	is "live: usage: $(echo "$wrong" | sed "s|$tmp|TMP|g; s|$url|URL|g" | cut -c1-60)" "$(init $wrong) $(wc -l < "$tmp/again.err")" "3  1"
done

# ---- KMS ------------------------------------------------------------------------------------
K=$tmp/kms
"$sv" policy init --from "$tmp/kms.json" --root "$K/root.der" --collateral "$K/collateral.json" --out "$tmp/k.ini" 2> /dev/null
kargs="--root $K/root.der --collateral $K/collateral.json"
is "KMS: the one that was seen" "$(c "$tmp/kms.json" "$tmp/k.ini" $kargs) $(jq -r '.links[] | select(.name == "kms").state' "$tmp/r.json")" "0 genuine ok"
sed 's/^kms-root = ../kms-root = 31/' "$tmp/k.ini" > "$tmp/e.ini"
is "KMS: another" "$(c "$tmp/kms.json" "$tmp/e.ini" $kargs)" "1 refuted kms"
sed '/^kms-root/d' "$tmp/k.ini" > "$tmp/e.ini"
is "KMS: not named" "$(c "$tmp/kms.json" "$tmp/e.ini" $kargs)" "0 genuine"

# ---- the command line goes before ---------------------------------------------------------------
over() { jq -c .policy.overridden "$tmp/r.json"; }
is "override: compose hash" "$(c "$tmp/none.json" "$tmp/p.ini" $args --compose-hash $zeros) $(over)" '1 refuted identity ["--compose-hash"]'
is "override: evaluation" "$(c "$tmp/none.json" "$tmp/p.ini" $args --min-tcb-eval 0) $(over)" '0 genuine ["--min-tcb-eval"]'
edit "s/^min-evaluation = .*/min-evaluation = 99/"
is "override: evaluation, lower" "$(c "$tmp/none.json" "$tmp/e.ini" $args --min-tcb-eval 1)" "0 genuine"
edit "s/^rtmr1 = ../rtmr1 = 00/"
is "override: systems" "$(c "$tmp/none.json" "$tmp/e.ini" $args --measurements "$O/measurements.json") $(over)" '0 genuine ["--measurements"]'
edit "s/^weakest-tier.*/weakest-tier = T1/"
is "override: tier" "$(c "$tmp/none.json" "$tmp/e.ini" $args --allow-tier T4) $(over)" '0 genuine ["--allow-tier"]'
is "override: image" "$(c "$tmp/none.json" "$tmp/p.ini" $args --image "$(printf '%064d' 1)") $(over)" '1 refuted images ["--image"]'
}

# ---- refused, with its line -----------------------------------------------------------------------
# no NAME LINE-TEXT PRINTF-TEXT
no() {
	# shellcheck disable=SC2059
	printf "$3" > "$tmp/x.ini"
	"$sv" check "$tmp/none.json" --policy "$tmp/x.ini" > "$tmp/out" 2> "$tmp/err"
	is "refused: $1" "$? $(wc -c < "$tmp/out") $(sed "s|.*x.ini ||" "$tmp/err")" "3 0 $2"
}
no "section" "line 2: no such section" '\n[nothing]\n'
no "section without settings" "line 1: no such section" '[nothing]'
no "section, cut" "line 1: not a section's name" '[tcb'
no "text behind a section" "line 1: not a section's name" '[tcb] accept = OutOfDate'
no "key" "line 3: acept: no such setting" '[tcb]\n\nacept = OutOfDate\n'
no "key of another section" "line 2: image: no such setting" '[tcb]\nimage = 00\n'
no "key without section" "line 1: accept: no such setting" 'accept = OutOfDate\n'
no "line without =" 'line 2: "key = value" or "[section]" is needed' '[tcb]\naccept OutOfDate\n'
no "status" "line 2: accept: no such status" '[tcb]\naccept = outofdate\n'
no "Revoked" "line 2: accept: Revoked is never accepted" '[tcb]\naccept = Revoked\n'
no "comment behind a value" "line 2: accept: no such status" '[tcb]\naccept = OutOfDate ; for now\n'
no "date" "line 2: min-date: a date is needed: YYYY-MM-DD" '[tcb]\nmin-date = 2025-02-30\n'
no "number" "line 2: min-evaluation: a number is needed" '[tcb]\nmin-evaluation = -1\n'
no "twice" "line 3: min-evaluation: stands there twice" '[tcb]\nmin-evaluation = 1\nmin-evaluation = 1\n'
no "flag" "line 2: accept-unevaluated: yes or no is needed" '[os]\naccept-unevaluated = true\n'
no "hash" "line 2: compose-hash: 64 hex digits are needed" '[application]\ncompose-hash = 00\n'
no "until" 'line 2: compose-hash: behind the hash only "until YYYY-MM-DD" may stand' "[application]\ncompose-hash = $zeros for ever\n"
no "application id" "line 2: app-id: 40 hex digits are needed" '[application]\napp-id = 00\n'
no "tier" "line 2: weakest-tier: T1, T2, T3 or T4 is needed" '[sandbox]\nweakest-tier = T5\n'
no "system without name" "line 1: a system needs a name" '[os ]\n'
no "system without registers" "a system has no registers" '[os a]\n'
no "system, in part" "at the end: a: mrtd, rtmr0, rtmr1 and rtmr2 are needed" "[os a]\nmrtd = $(printf '%096d' 0)\n"
no "system twice" "line 2: a system stands there twice" '[os a]\n[os a]\n'
no "register" "line 2: rtmr3: no such setting" "[os a]\nrtmr3 = $(printf '%096d' 0)\n"
no "long line" "line 2: too long" "[tcb]\n; $(printf '%0600d' 0)\n"
no "NUL" "it is not a text" '[tcb]\n\0[os]\n'
"$sv" check "$tmp/none.json" --policy "$tmp/nowhere.ini" > /dev/null 2>&1
is "refused: no such file" $? 3
