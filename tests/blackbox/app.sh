#!/bin/sh
# SPDX-License-Identifier: MIT
# `check app`: a running appliance on loopback, proved over a fresh nonce; another
# program that passes its agent's quotes on; and servers that replay, exchange or
# bend answers. Argument: build folder.
set -u
suite=app
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
[ "$(id -u)" = 0 ] || { skip all "serve needs root"; exit 0; }

simulator agent
O=$tmp/agent
hash=$(cat "$O/compose-hash.txt")
full="--root $O/root.der --collateral $O/collateral.json --compose-hash $hash --measurements $O/measurements.json"
appliance --agent "$tmp/agent.sock" || { bad start "$(tail -3 "$tmp/serve.log")"; exit 1; }
wait_until 50 sh -c "curl -sf $url/health | grep -q '\"status\":\"ok\"'"
# A server of files: it answers whatever stands there, asked or not.
mkdir -p "$tmp/www/prpc"
(cd "$tmp/www" && exec python3 -c '
import http.server, os
class H(http.server.SimpleHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    def log_message(self, *a): open("../asked", "a").write(self.path + "\n")
s = http.server.HTTPServer(("127.0.0.1", 0), H)
open("../www.port", "w").write("%d\n" % s.server_port)
s.serve_forever()') 2> "$tmp/www.log" &
started_pid $!
wait_until 50 test -s "$tmp/www.port"
www=http://127.0.0.1:$(cat "$tmp/www.port")

# a OPTIONS...: exit status, PROOF word and the links that fail; report in $tmp/r.json
# An appliance quotes for strangers only so often; a test that asks too soon asks again.
a() {
	tries=20
	while :; do
		"$sv" check app --json "$@" > "$tmp/r.json" 2> "$tmp/r.err"
		code=$?
		tries=$((tries - 1))
		[ $code = 3 ] && [ $tries -gt 0 ] && grep -q ': 429 for ' "$tmp/r.err" || break
		sleep 1
	done
	(exit $code)
	echo "$? $(jq -r '.proof + " " + ([.links[] | select(.state == "fail") | .name] | join(" "))' "$tmp/r.json" 2> /dev/null)"
}
state() { jq -r --arg n "$1" '.links[] | select(.name == $n) | .state + " " + .text' "$tmp/r.json"; }

# shellcheck disable=SC2086
{
# ---- ours --------------------------------------------------------------------------------
is "a running appliance" "$(a "$url" $full)" "0 genuine "
has "bound to its key and the nonce" "$(state binding)" "ok report data is of the key"
has "fresh" "$(state freshness)" "ok the quote was made after the question"
nonce1=$(state freshness)
is "a new nonce each time" "$(a "$url/" $full) $([ "$nonce1" = "$(state freshness)" ] && echo same)" "0 genuine  "
is "links of a result are left out" "$(jq -r '[.links[].name] | map(select(. == "envelope" or . == "verdict" or . == "package")) | length' "$tmp/r.json")" 0
sleep 3
"$sv" check "$url" $full > "$tmp/text"
is "check URL is the same" "$? $(tail -2 "$tmp/text" | cut -d' ' -f1-2 | tr '\n' ' ')" "0 PROOF genuine, RESULT none: "
is "C5: no forbidden word" "$(grep -ciE '\b(safe|secure|trusted|verified skill)\b' "$tmp/text")" 0
is "C1: no compose hash" "$(a "$url" --root "$O/root.der" --collateral "$O/collateral.json" --measurements "$O/measurements.json")" "2 not decided "
is "C3: no collateral" "$(a "$url" --root "$O/root.der" --compose-hash $hash --measurements "$O/measurements.json")" "2 not decided "
is "C4: under Intel's root" "$(a "$url" --compose-hash $hash)" "1 refuted quote"
is "another application is expected" "$(a "$url" ${full%--comp*} --measurements "$O/measurements.json" --compose-hash "$(printf '%064d' 1)")" "1 refuted identity"
is "the nonce can be named" "$(a "$url" $full --nonce "$(printf 'ab%.0s' $(seq 32))") $(state freshness)" "0 genuine  ok the quote was made after the question, nonce abababababababababababababababab..."
is "governance is asked for it too" "$(a "$url" $full --rpc "$www")" "2 not decided "

# ---- an agent that lies to the appliance: no answer, never a wrong one ---------------------------
for lie in foreign-quote wrong-report-data; do
	fault $lie 1
	got=$(a "$url" $full --timeout 20)
	case $got in "3 " | "0 genuine ") ok "agent: $lie" ;; *) bad "agent: $lie" "$got" ;; esac
done
fault all 0
sleep 1

# ---- somebody else's answers -----------------------------------------------------------------------
nonce=$(printf '5a%.0s' $(seq 32))
wait_until 50 sh -c "curl -sf '$url/quote?nonce=$nonce' > $tmp/good.json"
put() { jq -c "$1" "$tmp/good.json" > "$tmp/www/quote"; }
put .
is "an answer, passed on in time" "$(a "$www" $full --nonce $nonce)" "0 genuine "
is "asked with the nonce" "$(tail -1 "$tmp/asked")" "/quote?nonce=$nonce"
is "a replayed answer" "$(a "$www" $full)" "1 refuted binding"
has "and why" "$(state binding)" "the nonce is another one"
openssl ecparam -genkey -name prime256v1 -noout 2> /dev/null | openssl ec -pubout > "$tmp/key.pem" 2> /dev/null
jq -c --rawfile k "$tmp/key.pem" '.publicKey = $k' "$tmp/good.json" > "$tmp/www/quote"
is "another key" "$(a "$www" $full --nonce $nonce)" "1 refuted binding"
put 'del(.publicKey)'
is "no key" "$(a "$www" $full --nonce $nonce)" "1 refuted binding"
put '.reportData |= (if .[0:1] == "0" then "1" else "0" end) + .[1:]'
is "reportData of another quote" "$(a "$www" $full --nonce $nonce)" "1 refuted binding"
put '.quote |= .[0:1136] + "00" + .[1138:]'
is "report data changed in the quote" "$(a "$www" $full --nonce $nonce)" "1 refuted binding quote"
put '.quote |= .[0:368] + "0011" + .[372:]'
is "MRTD changed in the quote" "$(a "$www" $full --nonce $nonce)" "1 refuted quote os"
put '.eventLog |= del(.[-1])'
is "an event dropped" "$(a "$www" $full --nonce $nonce)" "1 refuted log"
put '.appCompose |= sub("skill-verifier"; "skill-verifies")'
is "another compose text" "$(a "$www" $full --nonce $nonce)" "1 refuted compose"
for bend in '.quote = null' '.quote = "zz"' '.eventLog = {}' '.appCompose = 1' '.publicKey = "x"' 'del(.eventLog)' '[.]'; do
	put "$bend"
	is "no answer of an application: $bend" "$(a "$www" $full --nonce $nonce) $(wc -l < "$tmp/r.err")" "3  1"
done
sed 's/"quote":/"quote":"00","quote":/' "$tmp/good.json" > "$tmp/www/quote"
is "a member twice" "$(a "$www" $full --nonce $nonce) $(wc -l < "$tmp/r.err")" "3  1"
# Another machine of the same application: its own quote over the same nonce, everything else mixed.
simulator other --seed 00ff
curl -s --unix-socket "$tmp/other.sock" -H 'content-type: application/json' -d "{\"report_data\":\"$nonce\"}" http://dstack/GetQuote > "$tmp/o.json"
jq -c --slurpfile o "$tmp/o.json" '.quote = $o[0].quote' "$tmp/good.json" > "$tmp/www/quote"
is "the quote of another root" "$(a "$www" $full --nonce $nonce)" "1 refuted binding quote log"

# ---- another program behind a dstack agent ------------------------------------------------------------
sim_name=agent
# agent_quote DATA: what such a program answers
agent_quote() {
	curl -s --unix-socket "$tmp/agent.sock" -H 'content-type: application/json' -d "{\"report_data\":\"$1\"}" \
		http://dstack/GetQuote > "$tmp/www/attest"
}
curl -s --unix-socket "$tmp/agent.sock" -H 'content-type: application/json' -d '{}' http://dstack/Info > "$tmp/www/prpc/Info"
cp "$tmp/www/prpc/Info" "$tmp/www/info"
foreign="$full --nonce $nonce --quote-path /attest?data={nonce}"
agent_quote "$nonce"
is "a raw nonce" "$(a "$www" $foreign --report-data raw --info "$www/prpc/Info")" "0 genuine "
is "what is asked" "$(tail -2 "$tmp/asked" | tr '\n' ' ')" "/attest?data=$nonce /prpc/Info "
is "its /info" "$(a "$www" $foreign --report-data raw) $(tail -1 "$tmp/asked")" "0 genuine  /info"
is "not what was said" "$(a "$www" $foreign --report-data hex-ascii)" "1 refuted binding"
is "not our appliance" "$(a "$www" $foreign)" "1 refuted binding"
agent_quote "$(printf %s "$nonce" | od -v -An -tx1 | tr -d ' \n')"
is "a nonce as hex text" "$(a "$www" $foreign --report-data hex-ascii)" "0 genuine "
is "not raw" "$(a "$www" $foreign --report-data raw)" "1 refuted binding"
agent_quote "${nonce}01"
is "something behind the nonce" "$(a "$www" $foreign --report-data raw)" "1 refuted binding"
agent_quote "$nonce"
is "replayed" "$(a "$www" $full --quote-path /attest?data= --report-data raw --info "$www/info" --nonce "$(printf '11%.0s' $(seq 32))")" "1 refuted binding"
jq -c '.tcb_info = ""' "$tmp/www/prpc/Info" > "$tmp/www/info"
is "a guest that shows no text" "$(a "$www" $foreign --report-data raw)" "2 not decided "
jq -c '.tcb_info |= (fromjson | .app_compose += " " | tojson)' "$tmp/www/prpc/Info" > "$tmp/www/info"
is "a guest that shows another text" "$(a "$www" $foreign --report-data raw)" "1 refuted compose"
is "two texts that differ" "$(put .; a "$www" $full --nonce $nonce --info "$www/info")" "1 refuted compose"
is "two texts that agree" "$(a "$www" $full --nonce $nonce --info "$www/prpc/Info")" "0 genuine "
echo '[1]' > "$tmp/www/info"
is "public information that is none" "$(a "$www" $foreign --report-data raw)" "3 "
rm "$tmp/www/info"
is "no public information" "$(a "$www" $foreign --report-data raw)" "3 "

# ---- a gateway's URL --------------------------------------------------------------------------------------
# Names below localhost are this machine's where the resolver follows RFC 6761; a line in hosts else.
id=$(jq -r .app_id "$tmp/www/prpc/Info")
if [ "$(unshare -m true && echo yes)" = yes ]; then
	gate() {
		first=$1
		shift
		printf '127.0.0.1 localhost %s-3000.gate.example %s-8090.gate.example\n' "$first" "$first" > "$tmp/hosts"
		unshare -m sh -c 'mount --bind "$0" /etc/hosts && shift 0 && exec "$@"' "$tmp/hosts" \
			"$sv" check app --json "http://$first-3000.gate.example:${www##*:}" "$@" > "$tmp/r.json" 2> "$tmp/r.err"
		echo "$? $(jq -r '.proof + " " + ([.links[] | select(.state == "fail") | .name] | join(" "))' "$tmp/r.json" 2> /dev/null)"
	}
	is "information behind the gateway" "$(gate "$id" $foreign --report-data raw) $(tail -1 "$tmp/asked")" "0 genuine  /prpc/Info"
	has "the name is the application's" "$(state domain)" "skip the URL names this application"
	is "the name of another application" "$(gate "$(printf '00%.0s' $(seq 20))" $foreign --report-data raw)" "1 refuted domain"
else
	skip "a gateway's URL" "no mount namespaces"
fi
stop "$sv_pid"
}
for args in "" "a b" "ftp://x" "$www --nonce 12" "$www --nonce $(printf '%064d' 0)" "$www --report-data x" "$www --quote-path x" \
	"$www --root /nowhere" "https://127.0.0.1/" "$www --info ftp://x --quote-path /attest" "http://127.0.0.1:$(free_port)"; do
	# shellcheck disable=SC2086
	"$sv" check app $args > /dev/null 2> "$tmp/err"
	is "cannot run: check app $(printf %s "$args" | sed "s|$www|URL|g; s|:[0-9]*$||")" "$? $(wc -l < "$tmp/err")" "3 1"
done
