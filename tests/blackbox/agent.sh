#!/bin/sh
# SPDX-License-Identifier: MIT
# A guest agent that lies, stalls, dies or comes back (C16): no result is ever
# completed on its word alone, and none is lost. Argument: build folder.
set -u
suite=agent
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
[ "$(id -u)" = 0 ] || { skip all "serve needs root"; exit 0; }

simulator agent
appliance --agent "$tmp/agent.sock" || { bad start "$(tail -3 "$tmp/serve.log")"; exit 1; }
wait_until 50 sh -c "curl -sf $url/health | grep -q '\"status\":\"ok\"'"
tarball "$tests/skills/hello-world" "$tmp/hello.tar.gz"
word() { status "$1" | jq -r '"\(.status) \(.phase // "-")"'; }
check() {
	curl -s -o "$tmp/b.json" "$url/attestation/$1"
	"$sv" check attestation "$tmp/b.json" --root "$tmp/agent/root.der" \
		--collateral "$tmp/agent/collateral.json" --measurements "$tmp/agent/measurements.json" \
		--compose-hash "$(cat "$tmp/agent/compose-hash.txt")" > "$tmp/report"
}

# ---- lies and broken answers: the job waits, the answer never counts ----------------
for f in wrong-report-data report-data-field-mismatch wrong-compose-hash log-does-not-replay \
	wrong-app-id wrong-instance-id sgx-quote foreign-quote not-json duplicate-members \
	http-400 http-500 html-error huge short-body wrong-content-length close-mid-body; do
	fault $f 1000
	id=$(submit "$tmp/hello.tar.gz")
	wait_until 50 sh -c "curl -s $url/verify/$id | grep -q '\"phase\":\"attest\"'"
	sleep 0.6
	is "$f: the job waits for a quote" "$(word "$id")" "running attest"
	is "$f: there is no attestation" \
		"$(curl -s -o /dev/null -w '%{http_code}' "$url/attestation/$id")" 400
	fault all 0
	is "$f: completed once the agent tells the truth" \
		"$(outcome "$id" 600 | jq -r '"\(.status) \(.verdict) \(.attempt)"')" "completed PASSED 1"
	check "$id"
	is "$f: and the proof holds" $? 0
done

# ---- what attest need not see, check does ---------------------------------------------
for f in bad-signature debug-td; do
	fault $f 1000
	id=$(submit "$tmp/hello.tar.gz")
	state=$(outcome "$id" 15 | jq -r .status)
	if [ "$state" = completed ]; then
		check "$id"
		is "$f: check refutes it" "$? $(grep -o '^PROOF refuted' "$tmp/report")" "1 PROOF refuted"
	else
		ok "$f: never completed"
	fi
	fault all 0
	outcome "$id" 150 > /dev/null
done

# ---- slow, restarted, dead --------------------------------------------------------------
curl -s --unix-socket "$tmp/agent.sock" -H 'content-type: application/json' \
	-d '{"fault":"slow","count":1,"ms":3000}' http://dstack/simulator/fault > /dev/null
slow=$(submit "$tmp/hello.tar.gz")
sleep 1
is "slow agent: the job waits" "$(word "$slow")" "running attest"
t=$(now_ms)
next=$(submit "$tmp/hello.tar.gz")
wait_until 30 sh -c "curl -s $url/verify/$next | grep -q '\"phase\":\"attest\"'"
is "slow agent: the next job's test has run meanwhile" "$(word "$next")" "running attest"
is "slow agent: both complete" "$(outcome "$slow" | jq -r .status) $(outcome "$next" | jq -r .status)" \
	"completed completed"

fault restart 1
id=$(submit "$tmp/hello.tar.gz")
is "restarted agent: completed" "$(outcome "$id" 150 | jq -r .status)" completed

stop "$sim_pid"
id=$(submit "$tmp/hello.tar.gz")
sleep 1.5
is "dead agent: the job waits" "$(word "$id")" "running attest"
has "dead agent: and says for what" "$(status "$id")" '"waitingFor":'
has "dead agent: health stays ready" "$(curl -s "$url/health")" '"status":"ok"'
is "dead agent: identity quote" "$(curl -s "$url/quote?nonce=$(printf '%064d' 7)" | jq -r .errorCode)" \
	not-ready
simulator agent
is "a new agent on the same path: completed" "$(outcome "$id" 200 | jq -r '"\(.status) \(.attempt)"')" \
	"completed 1"
check "$id"
is "a new agent on the same path: the proof holds" $? 0

# ---- no agent from the start, orderly stop while waiting ---------------------------------
stop "$sim_pid"
id=$(submit "$tmp/hello.tar.gz")
wait_until 50 sh -c "curl -s $url/verify/$id | grep -q '\"phase\":\"attest\"'"
t=$(now_ms)
stop "$sv_pid"
is "stop while a job waits: exit status" $? 0
if [ $(($(now_ms) - t)) -lt 5000 ]; then ok "stop while a job waits: within 5 s"
else bad "stop while a job waits: within 5 s" "$(($(now_ms) - t)) ms"; fi
appliance_at --agent "$tmp/agent.sock"
is "without any agent the job waits on" "$(sleep 1; word "$id" | cut -d' ' -f1)" running
simulator agent
is "an agent appears: completed as another attempt" \
	"$(outcome "$id" 250 | jq -r '"\(.status) \(.attempt)"')" "completed 2"
stop "$sv_pid"

# ---- --no-tee: completed and marked (C20) ------------------------------------------------
data=$tmp/data-no-tee
appliance --no-tee
id=$(submit "$tmp/hello.tar.gz")
is "no TEE: completed" "$(outcome "$id" | jq -r '"\(.status) \(.verdict)"')" "completed PASSED"
curl -s -o "$tmp/b.json" "$url/attestation/$id"
is "no TEE: quote null, no reportData, tee none" \
	"$(jq -r '[.quote, has("reportData"), (.envelope.payload | @base64d | fromjson).predicate.verifier.tee] | @csv' "$tmp/b.json")" \
	',false,"none"'
"$sv" check attestation "$tmp/b.json" > "$tmp/report"
is "no TEE: check does not decide" "$? $(grep -o '^PROOF not decided' "$tmp/report")" "2 PROOF not decided"
is "no TEE: no identity quote" "$(curl -s "$url/quote?nonce=$(printf '%064d' 7)" | jq -r .errorCode)" not-available
stop "$sv_pid"
