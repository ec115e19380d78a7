#!/bin/sh
# SPDX-License-Identifier: MIT
# What an application's contract allows: `check governance`, and the link of
# `check attestation --rpc`, against chain nodes on loopback (net.py) that repeat
# answers recorded from the real contracts, and that lie. Argument: build folder.
set -u
suite=chain
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
[ "$(id -u)" = 0 ] || { skip all "serve needs root"; exit 0; }
recorded=$vectors/trust-chain/onchain-rpc.json
[ -f "$recorded" ] || { skip all "no vectors"; exit 0; }

app=0x79183957be84c0f4da451e534d5ba5ba3fb9c696
kms=0xcfeb869f69431e42cdb54a4f4f105c19c080a601
version=8054dd675d0d0933da2951b962bde5dfed483a30a2b40de5b6aac163d68a9027
os=bd369a8c2f9edb2b52dad48ac8e0b32dde5f1337c423a506b48d07403a7d8033
simulator agent --app-id ${app#0x} --key-provider kms
O=$tmp/agent
hash=$(cat "$O/compose-hash.txt")
mkdir "$tmp/node"
jq -c --arg h "$hash" '{recorded: ., allow: [$h]}' "$recorded" > "$tmp/node/chain.json"
python3 "$tests/blackbox/net.py" "$tmp/node" 2> "$tmp/net.log" &
started_pid $!
wait_until 100 test -f "$tmp/node/ports.json" || { bad start "$(tail -3 "$tmp/net.log")"; exit 1; }
node=http://127.0.0.1:$(jq -r .http "$tmp/node/ports.json")/rpc

# ---- the contract alone -----------------------------------------------------------------
# g OPTIONS...: exit status and code; report in $tmp/g.json
g() {
	"$sv" check governance --json "$@" > "$tmp/g.json" 2> "$tmp/g.err"
	echo "$? $(jq -r '.code // .verdict' "$tmp/g.json" 2> /dev/null)"
}
one="--contract $app --compose-hash $version"
# shellcheck disable=SC2086
{
is "recorded contract allows the recorded version" "$(g --rpc "$node/good" $one)" "0 allowed"
is "block, pinned and told" "$(jq -r '"\(.chain) \(.blockNumber) \(.blockHash)"' "$tmp/g.json")" "8453 4660 $(printf '%064x' 45324)"
is "owner and implementation" "$(jq -r '.facts.owner[24:] + " " + .facts.appImplementation[24:] + " \(.upgradable) \(.ownerIsKey)"' "$tmp/g.json")" \
	"$(jq -r '._meta.owner[2:] + " " + ._meta.appImpl[2:]' "$recorded") true true"
is "and not another version" "$(g --rpc "$node/good" --contract $app --compose-hash "$(printf 'ab%.0s' $(seq 32))")" "1 NOT_ALLOWED"
is "with its KMS" "$(g --rpc "$node/good" $one --kms-contract $kms --os-image $os)" "0 allowed"
is "another OS image" "$(g --rpc "$node/good" $one --kms-contract $kms --os-image $version)" "1 NOT_ALLOWED"
is "another KMS address" "$(g --rpc "$node/good" $one --kms-contract 0xffcf8fdee72ac11b5c542428b35eef5769c409f0)" "1 NO_CONTRACT"
is "the chain that is meant" "$(g --rpc "$node/good" $one --chain 8453)" "0 allowed"
is "another chain" "$(g --rpc "$node/chain1" $one --chain 8453)" "1 CHAIN_OTHER"
is "an address without code" "$(g --rpc "$node/nocode" $one)" "1 NO_CONTRACT"
is "a user's address" "$(g --rpc "$node/good" --contract 0xffcf8fdee72ac11b5c542428b35eef5769c409f0 --compose-hash $version)" "1 NO_CONTRACT"
is "0x is an error, not false" "$(g --rpc "$node/eoa" $one)" "1 NO_CONTRACT"
is "two nodes agree" "$(g --rpc "$node/good" --rpc="$node/two" $one) $(jq .nodes "$tmp/g.json")" "0 allowed 2"
for how in fork lies chain1 anydevice frozen nobody nocode; do
	is "two nodes disagree: $how" "$(g --rpc "$node/good" --rpc "$node/$how" $one)" "1 RPC_DISAGREE"
done
is "the second lacks the block" "$(g --rpc "$node/good" --rpc "$node/noblock" $one) $(grep -c 'does not have this block' "$tmp/g.err")" "3  1"
is "an old contract without two getters" "$(g --rpc "$node/old" $one) $(jq -c '[.facts.requireTcbUpToDate, .facts.appVersion]' "$tmp/g.json")" "0 allowed [null,null]"
is "owner, proxy and key service, one line each" "$("$sv" check governance --rpc "$node/good" $one --kms-contract $kms --os-image $os |
	grep -cE '^  (owner|appImplementation|ownerCode|anyDevice|requireTcbUpToDate|kmsInfo|gatewayAppId|kmsAppImplementation|kmsOwner|kmsOwnerCode) +[^ ]')" 10
has "the gateway of the key service" "$("$sv" check governance --rpc "$node/good" $one --kms-contract $kms)" "gatewayAppId          0x79183957be84c0f4da451e534d5ba5ba3fb9c696"
is "an empty kmsInfo is none" "$(g --rpc "$node/good" $one --kms-contract $kms) $(jq -c '[.kmsKey, .kmsCa, .gatewayAppId]' "$tmp/g.json")" "0 allowed [null,null,\"$app\"]"
is "a device that is listed" "$(g --rpc "$node/good" $one --device "$(printf '11%.0s' $(seq 32))") $(jq -r '.facts.deviceAllowed[63:]' "$tmp/g.json")" "0 allowed 1"
is "a device that is not" "$(g --rpc "$node/good" $one --device $version) $(jq -r .detail "$tmp/g.json")" "1 NOT_ALLOWED allowedDeviceIds says no"
is "a device where any may" "$(g --rpc "$node/anydevice" $one --device $version)" "0 allowed"
is "two nodes disagree: kmsInfo" "$(g --rpc "$node/good" --rpc "$node/otherkms" $one --kms-contract $kms) $(jq -r .detail "$tmp/g.json")" "1 RPC_DISAGREE kmsInfo"
is "two nodes disagree: implementation" "$(g --rpc "$node/good" --rpc "$node/otherimpl" $one --kms-contract $kms) $(jq -r .detail "$tmp/g.json")" "1 RPC_DISAGREE kmsAppImplementation"
is "upgrades disabled is seen" "$(g --rpc "$node/frozen" $one) $(jq -c '[.upgradable, .ownerIsKey]' "$tmp/g.json")" "0 allowed [false,true]"
is "an owner that is a contract" "$(g --rpc "$node/safe" $one) $(jq -c '[.upgradable, .ownerIsKey]' "$tmp/g.json")" "0 allowed [false,false]"
is "a node that limits is asked again" "$(g --rpc "$node/limit" $one)" "0 allowed"
for how in reverts rpcerror wrongid notbool short long double down html noblock; do
	is "cannot be asked: $how" "$(g --rpc "$node/$how" $one) $(wc -l < "$tmp/g.err") $(grep -c "$(printf '\033')" "$tmp/g.err")" "3  1 0"
done
is "a redirect is not followed" "$(g --rpc "${node%rpc}redirect" $one) $(grep -c 'not followed' "$tmp/g.err")" "3  1"
is "nobody there" "$(g --rpc "http://127.0.0.1:$(free_port)/" $one)" "3 "
is "plain http to another machine" "$(g --rpc "http://192.0.2.1/" $one) $(grep -c 'only for this machine' "$tmp/g.err")" "3  1"
nine=$(for i in 1 2 3 4 5 6 7 8 9; do printf -- '--rpc %s/good ' "$node"; done)
is "eight nodes at most" "$(g $nine $one) $(grep -c 'option --rpc is given too often' "$tmp/g.err")" "3  1"
is "eight nodes" "$(g ${nine#--rpc * } $one) $(jq .nodes "$tmp/g.json")" "0 allowed 8"
has "for people: the risk" "$("$sv" check governance --rpc "$node/good" --rpc "$node/two" $one)" "One key can allow any other version, or replace the rules"
for args in "" "--rpc $node/good" "$one" "--rpc ftp://x $one" "--rpc $node/good --contract 12 --compose-hash $version" \
	"--rpc $node/good --contract $app --compose-hash 12" "--rpc" "--rpc $node/good $one --chain x"; do
	"$sv" check governance $args > /dev/null 2> "$tmp/g.err"
	is "cannot run: check governance $(printf %s "$args" | sed "s|$node|N|g")" "$? $(wc -l < "$tmp/g.err")" "3 1"
done

# ---- the link of a proof -----------------------------------------------------------------------
appliance --agent "$tmp/agent.sock" || { bad start "$(tail -3 "$tmp/serve.log")"; exit 1; }
wait_until 50 sh -c "curl -sf $url/health | grep -q '\"status\":\"ok\"'"
tool_package
id=$(submit "$tmp/tool.tar.gz")
outcome "$id" > /dev/null
curl -s -o "$tmp/b.json" "$url/attestation/$id"
stop "$sv_pid"
full="--root $O/root.der --collateral $O/collateral.json --compose-hash $hash --measurements $O/measurements.json"
# c OPTIONS...: exit status, PROOF word, state and code of the link
c() {
	"$sv" check attestation "$tmp/b.json" --json $full "$@" > "$tmp/r.json" 2> "$tmp/r.err"
	echo "$? $(jq -r '.proof + " " + (.links[] | select(.name == "governance") | .state + " " + (.code // "-"))' "$tmp/r.json" 2> /dev/null)"
}
# allows COMPOSE-HASHES OS DEVICES: what the contracts of the node allow
allows() {
	jq -c --argjson a "$1" --argjson o "$2" --argjson d "$3" '.allow = $a | .os = $o | .devices = $d' "$tmp/node/chain.json" > "$tmp/node/chain.new" &&
		mv "$tmp/node/chain.new" "$tmp/node/chain.json"
}
state() { jq -r '.links[] | select(.name == "state") | .state + " " + .text' "$tmp/r.json"; }
link() { jq -r --arg n "$1" '.links[] | select(.name == $n) | .state + " " + (.code // "-")' "$tmp/r.json"; }
# What the evidence says of itself: device, OS image, CA key of the KMS.
c > /dev/null
device=$(jq -r .quote.fields.ppid "$tmp/r.json" | python3 -c 'import hashlib, sys; print(hashlib.sha256(bytes.fromhex(sys.stdin.read())).hexdigest())')
image=$(jq -r '.links[] | select(.name == "os") | .values[] | select(.what | startswith("os image")).found' "$tmp/r.json")
ca=$(jq -r '.links[] | select(.name == "kms") | .values[] | select(.what == "key provider'"'"'s id").found' "$tmp/r.json")
allows "[\"$hash\"]" "[\"$image\"]" "[\"$device\"]"
jq -c --arg ca "$ca" '.kmsInfo = ["0318f228673448772dd4835a82149a9d475db8095234469a8fcc85cfa18b85abbc", $ca]' "$tmp/node/chain.json" > "$tmp/node/chain.new" && mv "$tmp/node/chain.new" "$tmp/node/chain.json"
text() { jq -r '.links[] | select(.name == "governance") | .text + " " + (.advice // "")' "$tmp/r.json"; }
is "not asked: no weight" "$(c)" "0 genuine skip -"
is "allowed" "$(c --rpc "$node/good" --rpc "$node/two")" "0 genuine ok -"
has "what was compared" "$(text)" "allowed by contract $app on chain 8453 at block 4660 0x$(printf '%064x' 45324)"
is "and for machines" "$(jq -c '.governance | [.chain, .blockNumber, .upgradable]' "$tmp/r.json")" "[8453,4660,true]"
has "that two agree" "$(text)" "2 nodes agree"
has "who can change it" "$(text)" "upgradable"
has "and the risk" "$(text)" "One key can allow any other version"
is "the contract, named" "$(c --rpc "$node/good" --contract $app)" "0 genuine ok -"
is "another contract, named" "$(c --rpc "$node/good" --contract $kms)" "1 refuted fail CONTRACT_OTHER"
is "isAppAllowed was asked, with all of it" "$(c --rpc "$node/good") $(jq -r '.governance.facts.appAllows[63:]' "$tmp/r.json")" "0 genuine ok - 1"
is "isAppAllowed says no" "$(c --rpc "$node/refuses") $(text | grep -c 'isAppAllowed says no: no .x1b.31m<b>')" "1 refuted fail NOT_ALLOWED 1"
is "isAppAllowed, two reasons" "$(c --rpc "$node/refuses" --rpc "$node/otherwise")" "1 refuted fail RPC_DISAGREE"
is "the key service's answer" "$(c --rpc "$node/good" --kms-contract $kms) $(jq -r '.governance.facts.kmsAllows[63:]' "$tmp/r.json")" "0 genuine ok - 1"
# Two owners are keys: that they have no code is an answer without a digest.
is "a line for each answer, in the text" "$("$sv" check attestation "$tmp/b.json" $full --rpc "$node/good" --kms-contract $kms | sed '1,/^What the contract answers/d;/^$/,$d' | wc -l)" \
	"$(jq "[.governance.facts[] | select(.)] | length + 2" "$tmp/r.json")"
is "and in the values of the link" "$(jq '.links[] | select(.name == "governance").values | length' "$tmp/r.json")" "$(jq "[.governance.facts[] | select(.)] | length + 2" "$tmp/r.json")"
"$sv" check attestation "$tmp/b.json" $full --rpc "$node/good" --kms-contract $kms --html "$tmp/g.html" > /dev/null
is "and on the page" "$(for f in kmsInfo gatewayAppId kmsAllows appAllows deviceAllowed owner; do grep -o ">$f<" "$tmp/g.html" | head -1; done | wc -l)" 6
allows "[\"$hash\"]" "[\"$image\"]" '[]'
is "a device that is not seen in the list" "$(c --rpc "$node/good")" "2 not decided skip DEVICE_UNKNOWN"
is "named: it is not in the list" "$(c --rpc "$node/good" --device "$device")" "1 refuted fail NOT_ALLOWED"
is "any device may" "$(c --rpc "$node/anydevice")" "0 genuine ok -"
allows "[\"$hash\"]" "[\"$image\"]" "[\"$device\"]"

# ---- the key service: its keys by its contract ------------------------------------------------------
is "kms: the measured provider is the contract's" "$(c --rpc "$node/good" --kms-contract $kms) $(link kms)" "0 genuine ok - ok -"
is "kms: another key service's contract" "$(c --rpc "$node/otherkms" --kms-contract $kms) $(link kms)" "1 refuted ok - fail CONTRACT_OTHER"
is "kms: nobody was asked" "$(c) $(link kms)" "0 genuine skip - skip -"

# ---- state: every version that was ever allowed (C8) --------------------------------------------------
printf '[application]\ncompose-hash = %s\ncompose-hash = %s\n' "$hash" "$version" > "$tmp/both.ini"
printf '[application]\ncompose-hash = %s\n' "$hash" > "$tmp/one.ini"
full=$(echo "$full" | sed "s/--compose-hash $hash//")
both="--policy $tmp/both.ini --kms-contract $kms"
is "state: open without the chain" "$(c --policy "$tmp/both.ini" > /dev/null; state | cut -d' ' -f1)" "skip"
c --rpc "$node/good" --rpc "$node/two" $both > /dev/null
is "state: every version is in the policy" "$(state)" "ok every version that the contract ever allowed is named: 2"
is "state: the versions, for machines" "$(jq -c '.governance.versions' "$tmp/r.json")" "[\"$version\",\"$hash\"]"
s() { c "$@" > /dev/null; state; }
has "state: one version is not in the policy" "$(s --rpc "$node/good" --policy "$tmp/one.ini" --kms-contract $kms)" "skip key provider kms serves every authorised version of this application; the contract once allowed a version that you do not name"
has "state: a node without history" "$(s --rpc "$node/good" --rpc "$node/nologs" $both)" "; a node does not give the contract's whole history"
has "state: rules that were replaced" "$(s --rpc "$node/upgraded" $both)" "; the contract's rules were replaced at least once"
has "state: code that the key service does not deploy" "$(s --rpc "$node/otherimpl" $both)" "; the contract's code is not the one that its key service deploys"
has "state: a history without what runs" "$(s --rpc "$node/hides" $both)" "; the history lacks the version that runs"
is "state: two histories" "$(c --rpc "$node/good" --rpc "$node/hides" $both)" "1 refuted fail RPC_DISAGREE"
has "state: without the key service's contract" "$(s --rpc "$node/good" --policy "$tmp/both.ini")" "skip key provider kms serves every authorised version of this application"
jq -c '.kmsInfo[1] = ""' "$tmp/node/chain.json" > "$tmp/node/chain.new" && mv "$tmp/node/chain.new" "$tmp/node/chain.json"
has "state: a key service without keys" "$(s --rpc "$node/good" $both)" "; kmsInfo does not name the measured key provider"
full="$full --compose-hash $hash"
jq -c '.allow = []' "$tmp/node/chain.json" > "$tmp/node/chain.new" && mv "$tmp/node/chain.new" "$tmp/node/chain.json"
is "not allowed any more" "$(c --rpc "$node/good")" "1 refuted fail NOT_ALLOWED"
is "a node that lies" "$(c --rpc "$node/good" --rpc "$node/notbool")" "2 not decided skip ABI_FORMAT"
is "nobody answers: open, not genuine" "$(c --rpc "http://127.0.0.1:$(free_port)/")" "2 not decided skip connect-failed"
has "and the sentence says so" "$(jq -r .sentence "$tmp/r.json")" "governance left open"
simulator plain
"$sv" check attestation "$tmp/b.json" $full --rpc "ftp://x" > /dev/null 2>&1
is "a URL that is none" $? 3
}
