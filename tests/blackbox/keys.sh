#!/bin/sh
# SPDX-License-Identifier: MIT
# A key of an application back to its KMS: `check keys`, and the link `kms` of
# `check attestation --key-chain` and `check app --key-chain`, with the recorded
# chains and with each single thing changed. Argument: build folder.
set -u
suite=keys
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
[ "$(id -u)" = 0 ] || { skip all "serve needs root"; exit 0; }
chains=$vectors/identity/dstack-keys/expected.json
signed=$vectors/dstack/key-chain/signature_chain.json
derived=$vectors/dstack/key-chain/derived.json
# k FILE OPTIONS...: exit status and code or verdict; report in $tmp/k.json
k() {
	"$sv" check keys "$@" --json > "$tmp/k.json" 2> "$tmp/k.err"
	echo "$? $(jq -r '.code // .verdict' "$tmp/k.json" 2> /dev/null)"
}
# c NAME OPTIONS...: exit status, PROOF word, state and code of the link
c() {
	O=$tmp/$1 what="attestation $tmp/$1.json"
	[ "${live:-}" ] && what="app http://127.0.0.1:$port --nonce $nonce"
	shift
	# shellcheck disable=SC2086
	"$sv" check $what --json --root "$O/root.der" --collateral "$O/collateral.json" --compose-hash "$(cat "$O/compose-hash.txt")" \
		--measurements "$O/measurements.json" --accept-prior-versions "$@" > "$tmp/r.json" 2> "$tmp/r.err"
	echo "$? $(jq -r '.proof + " " + (.links[] | select(.name == "kms") | .state + " " + (.code // "-"))' "$tmp/r.json" 2> /dev/null)"
}
text() { jq -r '.links[] | select(.name == "kms").text' "$tmp/r.json"; }

# ---- from an agent to a proof ---------------------------------------------------------------
# GetKey answers a private key: openssl makes the public one, and only that goes on.
nonce=00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff
tool_package
made own --key-provider kms
curl -s --unix-socket "$tmp/own.sock" -H 'content-type: application/json' -d '{"path":"a","purpose":"demo"}' http://dstack/GetKey > "$tmp/getkey.json"
python3 - "$tmp/getkey.json" > "$tmp/own.der" << 'P'
import json, sys
key = bytes.fromhex(json.load(open(sys.argv[1]))["key"])
sys.stdout.buffer.write(bytes.fromhex("302e0201010420") + key + bytes.fromhex("a00706052b8104000a"))
P
point=$(openssl ec -inform DER -in "$tmp/own.der" -conv_form compressed -pubout -outform DER 2> /dev/null | tail -c 33 | od -An -tx1 | tr -d ' \n')
jq -c --arg p "$point" '{public_key: $p, purpose: "demo", signature_chain}' "$tmp/getkey.json" > "$tmp/own.chain"
kms=$(tr -d '\n' < "$tmp/own/kms-root.txt")
is "agent: its key, back to its KMS" "$(c own --key-chain "$tmp/own.chain" --kms-key "$kms")" "0 genuine ok -"
is "agent: the same without a quote" "$(k "$tmp/own.chain" --app-id "$(jq -r .appId "$tmp/r.json")" --kms-key "$kms") $(jq -r '.purpose + " " + .kmsKey' "$tmp/k.json")" "0 holds demo $kms"
is "agent: the answer as it came has a private key" "$(c own --key-chain "$tmp/getkey.json" --kms-key "$kms")" "1 refuted fail KEY_FORMAT"
is "agent: another KMS" "$(c own --key-chain "$tmp/own.chain" --kms-key "$point")" "1 refuted fail KEY_CHAIN"
jq -c '.purpose = "other"' "$tmp/own.chain" > "$tmp/c.json"
is "agent: another purpose" "$(c own --key-chain "$tmp/c.json" --kms-key "$kms")" "1 refuted fail KEY_CHAIN"
[ -f "$chains" ] && [ -f "$signed" ] && [ -f "$derived" ] || { skip "recorded chains" "no vectors"; exit 0; }

# ---- the recorded chains -----------------------------------------------------------------
n=$(jq '.verify_chain | length' "$chains")
i=0
while [ $i -lt "$n" ]; do
	jq --argjson i $i '.verify_chain[$i]' "$chains" > "$tmp/c.json"
	want=$(jq -r 'if .valid then "0 holds" else "1 KEY_CHAIN" end' "$tmp/c.json")
	is "recorded chain: $(jq -r .name "$tmp/c.json")" \
		"$(k "$tmp/c.json" --app-id "$(jq -r .app_id "$tmp/c.json")" --kms-key "$(jq -r .kms_root_pubkey "$tmp/c.json")")" "$want"
	i=$((i + 1))
done
app=$(jq -r .app_id "$signed")
root=$(jq -r .kms_root_pubkey "$signed")
who="--app-id $app --kms-key $root"
# shellcheck disable=SC2086
{
for i in 0 1 2; do
	jq --argjson i $i '.cases[$i]' "$signed" > "$tmp/s$i.json"
done
is "Sign, ed25519: the chain holds, the signature is not looked at" "$(k "$tmp/s0.json" $who) $(jq -r .signed "$tmp/k.json")" "0 holds not looked at"
is "Sign, secp256k1" "$(k "$tmp/s1.json" $who) $(jq -r '.signed + " " + .purpose' "$tmp/k.json")" "0 holds data signing"
is "Sign, prehashed" "$(k "$tmp/s2.json" $who) $(jq -r .signed "$tmp/k.json")" "0 holds data"
is "who signed" "$(jq -r '.applicationKey + " " + .kmsKey' "$tmp/k.json")" "$(jq -r '.app_root_pubkey + " " + .kms_root_pubkey' "$signed")"
for i in $(jq -r '.invalid_cases | keys[]' "$signed"); do
	name=$(jq -r ".invalid_cases[$i].name" "$signed")
	jq --argjson i "$i" '(.cases[] | select(.algorithm == "secp256k1")) as $c | .invalid_cases[$i] |
		.signature_chain = [.signature] + $c.signature_chain[1:]' "$signed" > "$tmp/c.json"
	[ "$name" = ed25519_wrong_data ] || is "Sign: $name" "$(k "$tmp/c.json" $who)" "1 KEY_CHAIN"
done
is "another root" "$(k "$tmp/s1.json" --app-id $app --kms-key "$(jq -r .wrong_kms_root_pubkey "$signed")")" "1 KEY_CHAIN"
is "the purpose, named" "$(k "$tmp/s1.json" $who --key-purpose signing)" "0 holds"
is "another purpose" "$(k "$tmp/s1.json" $who --key-purpose payment)" "1 KEY_CHAIN"
for v in v0 v1; do
	for i in $(jq -r ".$v | keys[]" "$derived"); do
		jq --argjson i "$i" --arg v $v '.kms_link_signature as $k | .[$v][$i] | del(.key) |
			.signature_chain = [.signature_chain_0, $k]' "$derived" > "$tmp/c.json"
		is "$v key $i" "$(k "$tmp/c.json" $who)" "0 holds"
	done
done

# ---- the file's form -----------------------------------------------------------------------
jq '.verify_chain[0] | {purpose, public_key, signature_chain}' "$chains" > "$tmp/good.json"
good="--app-id $(jq -r .app_id "$chains") --kms-key $(jq -r .kms_root_pubkey "$chains")"
is "no more than that is needed" "$(k "$tmp/good.json" $good)" "0 holds"
# form NAME FILTER WANT
form() {
	jq -c "$2" "$tmp/good.json" > "$tmp/c.json"
	is "form: $1" "$(k "$tmp/c.json" $good)" "$3"
}
form "a private key" '.key = ("11" * 32)' "1 KEY_FORMAT"
has "form: and what to do about it" "$(jq -r .detail "$tmp/k.json")" "take the key for lost"
form "no key" 'del(.public_key)' "1 KEY_FORMAT"
form "a short key" '.public_key |= .[2:]' "1 KEY_CHAIN"
form "a key of 31 bytes" '.public_key |= .[4:]' "1 KEY_FORMAT"
form "a key that is a number" '.public_key = 3' "1 KEY_FORMAT"
form "no chain" 'del(.signature_chain)' "1 KEY_FORMAT"
form "one link" '.signature_chain |= .[1:]' "1 KEY_FORMAT"
form "four links" '.signature_chain += .signature_chain' "1 KEY_FORMAT"
form "a long link" '.signature_chain[0] += "00"' "1 KEY_FORMAT"
form "odd hex" '.signature_chain[0] += "0"' "1 KEY_FORMAT"
form "no purpose" 'del(.purpose)' "1 KEY_FORMAT"
form "purpose and domain" '.domain = "x"' "1 KEY_FORMAT"
form "a domain without algorithm" '.domain = .purpose | del(.purpose)' "1 KEY_FORMAT"
form "another claim" '.domain = .purpose | .algorithm = "secp256k1" | del(.purpose)' "1 KEY_CHAIN"
form "three links, another purpose" '.signature_chain = ["00" * 64] + .signature_chain' "1 KEY_FORMAT"
form "a list" '[.]' "1 KEY_FORMAT"
printf '{"purpose":"a","purpose":"b"}' > "$tmp/c.json"
is "form: a member twice" "$(k "$tmp/c.json" $good)" "1 KEY_FORMAT"
: > "$tmp/c.json"
is "form: an empty file" "$(k "$tmp/c.json" $good)" "1 KEY_FORMAT"
jq -c '.data = "00" | .signature = "11"' "$tmp/s1.json" > "$tmp/c.json"
is "form: two signatures" "$(k "$tmp/c.json" $who)" "1 KEY_FORMAT"
jq -c '.algorithm = "rsa"' "$tmp/s1.json" > "$tmp/c.json"
is "form: no such algorithm" "$(k "$tmp/c.json" $who)" "1 KEY_FORMAT"
jq -c '.data = "00"' "$tmp/s2.json" > "$tmp/c.json"
is "form: a digest that is none" "$(k "$tmp/c.json" $who)" "1 KEY_FORMAT"
is "text: whose, and what it does not say" "$("$sv" check keys "$tmp/s1.json" $who | grep -cE '^key of the KMS +0318f228|which code has it, a quote tells|34 bytes of data holds')" 3
for args in "" "$tmp/s1.json" "$tmp/s1.json --app-id $app" "$tmp/s1.json --app-id 12 --kms-key $root" "$tmp/s1.json --app-id $app --kms-key 12" "$tmp/none $who"; do
	"$sv" check keys $args > /dev/null 2> "$tmp/k.err"
	is "cannot run: check keys $(printf %s "$args" | sed "s|$tmp|T|g")" "$? $(wc -l < "$tmp/k.err")" "3 1"
done
# Every seventh bit of both links and of the key, one at a time: none of these chains holds.
cat > "$tmp/flip.py" <<'P'
import json, subprocess, sys
sv, path, *who = sys.argv[1:]
good, held = json.load(open(path)), 0
for name, at in (("public_key", None), ("signature_chain", 0), ("signature_chain", 1)):
    text = bytes.fromhex(good[name] if at is None else good[name][at])
    for i in range(0, 8 * len(text), 7):
        bad, raw = json.loads(json.dumps(good)), bytearray(text)
        raw[i // 8] ^= 1 << i % 8
        if at is None:
            bad[name] = raw.hex()
        else:
            bad[name][at] = raw.hex()
        p = subprocess.run([sv, "check", "keys", "-", "--json", *who], input=json.dumps(bad), capture_output=True, text=True)
        held += p.returncode != 1 or json.loads(p.stdout)["code"] != "KEY_CHAIN"
print(held)
P
is "every seventh bit, changed" "$(python3 "$tmp/flip.py" "$sv" "$tmp/good.json" $good)" 0

# ---- the link of a proof ----------------------------------------------------------------------
made none --app-id $app
made other --key-provider kms
made ours --app-id $app --key-provider kms
# The running application's answer again and again: it gives few fresh ones a minute.
port=$(free_port)
mkdir "$tmp/served"
cp "$tmp/ours.live" "$tmp/served/quote"
python3 -m http.server "$port" --bind 127.0.0.1 --directory "$tmp/served" > /dev/null 2>&1 &
started_pid $!
wait_until 100 curl -sf "http://127.0.0.1:$port/quote" -o /dev/null
for live in '' yes; do
	what=${live:+app: }
	is "${what}no chain" "$(c ours)" "0 genuine skip -"
	has "${what}and why" "$(text)" "no key service and no key chain was named"
	is "${what}a chain to the KMS that was named" "$(c ours --key-chain "$tmp/s1.json" --kms-key $root)" "0 genuine ok -"
	has "${what}what it shows" "$(text)" 'for "signing" is this application'"'"'s, issued by the KMS with key 0318f228673448772dd4835a82149a9d...'
	has "${what}and of the data" "$(text)" "its signature over the data holds"
	is "${what}signers, for machines" "$(jq -r '.keyChain | .applicationKey + " " + .kmsKey' "$tmp/r.json")" "$(jq -r '.app_root_pubkey + " " + .kms_root_pubkey' "$signed")"
	is "${what}a chain to another KMS" "$(c ours --key-chain "$tmp/s1.json" --kms-key "$(jq -r .wrong_kms_root_pubkey "$signed")")" "1 refuted fail KEY_CHAIN"
	is "${what}a chain, and nobody named the KMS" "$(c ours --key-chain "$tmp/s1.json")" "2 not decided skip -"
	has "${what}it says whose" "$(text)" "leads to KMS key 0318f228673448772dd4835a82149a9d..., which nobody named"
	is "${what}a chain of another application" "$(c ours --key-chain "$tmp/good.json" --kms-key "$(jq -r .kms_root_pubkey "$chains")")" "1 refuted fail KEY_CHAIN"
	is "${what}a chain that is none" "$(c ours --key-chain "$tmp/tool.tar.gz" --kms-key $root)" "1 refuted fail KEY_FORMAT"
	: > "$tmp/empty"
	is "${what}an empty one" "$(c ours --key-chain "$tmp/empty" --kms-key $root)" "1 refuted fail KEY_FORMAT"
	is "${what}for another purpose" "$(c ours --key-chain "$tmp/s1.json" --kms-key $root --key-purpose payment)" "1 refuted fail KEY_CHAIN"
	is "${what}the KMS alone is about nothing" "$(c ours --kms-key $root) $(wc -l < "$tmp/r.err")" "3  1"
done
live=
is "the chain of one application, for another" "$(c other --key-chain "$tmp/s1.json" --kms-key $root)" "1 refuted fail KEY_CHAIN"
is "without a KMS there is no chain" "$(c none --key-chain "$tmp/s1.json" --kms-key $root)" "2 not decided skip -"
has "and it says so" "$(text)" "no KMS issued a key"

# ---- in a policy ---------------------------------------------------------------------------------
p() { printf '[application]\ncompose-hash = %s\n%s\n' "$(cat "$tmp/ours/compose-hash.txt")" "$1" > "$tmp/p.ini"; }
p "kms-key = $root"
is "policy: its KMS" "$(c ours --policy "$tmp/p.ini" --key-chain "$tmp/s1.json")" "0 genuine ok -"
p "kms-key = $(jq -r .wrong_kms_root_pubkey "$signed")"
is "policy: another" "$(c ours --policy "$tmp/p.ini" --key-chain "$tmp/s1.json")" "1 refuted fail KEY_CHAIN"
is "policy: the command line goes before it" "$(c ours --policy "$tmp/p.ini" --key-chain "$tmp/s1.json" --kms-key $root) $(jq -c '.policy.overridden' "$tmp/r.json")" '0 genuine ok - ["--compose-hash","--kms-key","--accept-prior-versions"]'
p "kms-key = 12"
is "policy: no key" "$(c ours --policy "$tmp/p.ini") $(grep -c 'line 3: kms-key: 66 hex digits' "$tmp/r.err")" "3  1"
}
