#!/bin/sh
# SPDX-License-Identifier: MIT
# Signed packages from end to end, with certificates and signatures made by
# openssl: inspect, run, the appliance with an anchor in its configuration, the
# statement and its check. Argument: build folder.
set -u
suite=signature
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"

if ! command -v openssl > /dev/null || ! command -v python3 > /dev/null; then
	skip "signed packages" "no openssl or no python3"
	exit 0
fi
if [ "$(id -u)" != 0 ] && ! "$sv" inspect "$tests/skills/hello-world" > /dev/null 2>&1; then
	skip "signed packages" "this machine lets ordinary users make no user namespace"
	exit 0
fi

# cert NAME ISSUER EXTENSIONS: a P-384 key and certificate, valid for two days from yesterday.
cert() {
	openssl ecparam -name secp384r1 -genkey -noout -out "$tmp/$1.key" 2> /dev/null
	openssl req -new -sha384 -key "$tmp/$1.key" -subj "/C=US/CN=$1" -out "$tmp/$1.csr" 2> /dev/null
	printf '%b' "$3" > "$tmp/$1.ext"
	if [ "$1" = "$2" ]; then by="-signkey $tmp/$1.key"; else by="-CA $tmp/$2.pem -CAkey $tmp/$2.key -CAcreateserial"; fi
	# shellcheck disable=SC2086
	openssl x509 -req -sha384 -days 2 -in "$tmp/$1.csr" $by -extfile "$tmp/$1.ext" -out "$tmp/$1.pem" 2> /dev/null
}
ca='basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign,cRLSign\n'
cert Root Root "$ca"
cert CA Root "$ca"
cert Signer CA 'basicConstraints=critical,CA:FALSE\nkeyUsage=critical,digitalSignature\n'
cert Other Other "$ca"

# sign FOLDER: writes its skill.oms.sig as the format says, with openssl alone.
cat > "$tmp/sign.py" << 'P'
import base64, hashlib, json, os, subprocess, sys
from pathlib import PurePosixPath
folder, keys = sys.argv[1], sys.argv[2]
names = sorted(PurePosixPath(os.path.relpath(os.path.join(d, f), folder))
               for d, _, files in os.walk(folder) for f in files if f != "skill.oms.sig")
digest = lambda n: hashlib.sha256(open(os.path.join(folder, n), "rb").read())
payload = json.dumps({"_type": "https://in-toto.io/Statement/v1",
    "subject": [{"name": "x", "digest": {"sha256":
        hashlib.sha256(b"".join(digest(n).digest() for n in names)).hexdigest()}}],
    "predicateType": "https://model_signing/signature/v1.0",
    "predicate": {"serialization": {"method": "files", "ignore_paths": [".git", ".github"],
                                    "hash_type": "sha256", "allow_symlinks": False},
                  "resources": [{"name": str(n), "algorithm": "sha256", "digest": digest(n).hexdigest()} for n in names]}}).encode()
kind = "application/vnd.in-toto+json"
pae = b"DSSEv1 %d %s %d %s" % (len(kind), kind.encode(), len(payload), payload)
run = lambda *a, data=None: subprocess.run(a, input=data, capture_output=True, check=True).stdout
sig = run("openssl", "dgst", "-sha384", "-sign", keys + "/Signer.key", data=pae)
der = [run("openssl", "x509", "-in", f"{keys}/{n}.pem", "-outform", "DER") for n in ("Signer", "CA", "Root")]
b64 = lambda b: base64.b64encode(b).decode()
json.dump({"mediaType": "application/vnd.dev.sigstore.bundle.v0.3+json",
    "verificationMaterial": {"x509CertificateChain": {"certificates": [{"rawBytes": b64(d)} for d in der]}, "tlogEntries": []},
    "dsseEnvelope": {"payload": b64(payload), "payloadType": kind, "signatures": [{"sig": b64(sig), "keyid": ""}]}},
    open(folder + "/skill.oms.sig", "w"))
print(json.loads(payload)["subject"][0]["digest"]["sha256"])
P
p=$tmp/signed
mkdir -p "$p/a"
printf -- '---\nname: signed\nversion: 1.0.0\ndescription: d\nmetadata:\n  verifier.test_command: cat a-c a/b\n---\n' > "$p/SKILL.md"
echo one > "$p/a-c"
echo two > "$p/a/b"
subject=$(python3 "$tmp/sign.py" "$p" "$tmp")
anchor=$(openssl x509 -in "$tmp/Root.pem" -outform DER | sha256sum | cut -d' ' -f1)
leaf=$(openssl x509 -in "$tmp/Signer.pem" -outform DER | sha256sum | cut -d' ' -f1)

# ---- inspect and run ---------------------------------------------------------------------
short='[.signature.verified, .signature.reason]'
"$sv" inspect --json --anchor "$tmp/Root.pem" "$p" > "$tmp/i.json"
is "inspect: tree digest in the order of folders" "$(jq -r .oms "$tmp/i.json")" "$subject"
is "inspect: verified, by whom, under which anchor" \
	"$(jq -c '.signature | [.verified, .leaf.subject, .leaf.sha256, .anchorSha256, .sha256]' "$tmp/i.json")" \
	"[true,\"CN=Signer,C=US\",\"$leaf\",\"$anchor\",\"$(sha256sum < "$p/skill.oms.sig" | cut -d' ' -f1)\"]"
is "inspect: another root" "$("$sv" inspect --json --anchor "$tmp/Other.pem" "$p" | jq -c "$short")" '[false,"signature-anchor"]'
is "inspect: two anchors" "$("$sv" inspect --json --anchor "$tmp/Other.pem" "$p" --anchor="$tmp/CA.pem" | jq -c "$short")" '[true,null]'
is "inspect: an unsigned package" "$("$sv" inspect --json "$tests/skills/hello-world" | jq -c '[.signature, (.oms | length)]')" '[null,64]'
for f in "$tmp/nowhere" "$tmp/Signer.pem" "$tmp/Root.key" "$p/SKILL.md"; do
	"$sv" inspect --anchor "$f" "$p" > /dev/null 2>&1
	is "inspect: no anchor is $(basename "$f")" $? 3
done
"$sv" inspect "$p" --anchor > /dev/null 2>&1
is "inspect: an anchor needs a file" $? 3
has "inspect: people see it" "$("$sv" inspect --anchor "$tmp/Root.pem" "$p")" "verified under anchor $anchor"
# Text that costs memory or time, in a file that may be large.
for shape in '"[0" + ",0" * 500000' '"[" * 1000000' '"{" + ",".join("\"%d\":0" % i for i in range(100000)) + "}"' '"\"" + "\\u0041" * 150000 + "\""'; do
	python3 -c "import sys; sys.stdout.write($shape)" > "$tmp/hostile"
	cp -R "$p" "$tmp/h" && cp "$tmp/hostile" "$tmp/h/skill.oms.sig"
	is "inspect: hostile $(printf %s "$shape" | cut -c1-12)" "$("$sv" inspect --json "$tmp/h" | jq -c "[.outcome, .signature.reason]")" \
		'["accepted","signature-format"]'
	rm -rf "$tmp/h"
done
"$sv" run --json --anchor "$tmp/Root.pem" --out "$tmp/s.json" "$p" > "$tmp/r.json" 2> "$tmp/err"
is "run: verified, in the statement too" "$(jq -c "$short" "$tmp/r.json") $(jq -c ".predicate | $short" "$tmp/s.json")" '[true,null] [true,null]'

# ---- the appliance -----------------------------------------------------------------------
printf '[serve]\noms-anchor = %s\noms-anchor = %s\n' "$tmp/Root.pem" "$tmp/Other.pem" > "$tmp/sv.ini"
chmod 644 "$tmp/sv.ini" "$tmp/Root.pem" "$tmp/Other.pem"
appliance --no-tee --config "$tmp/sv.ini"
is "info: anchors are part of the policy" "$(curl -s "$url/info" | jq -c --arg a "$anchor" '.policy.omsAnchors | [length, (index($a) != null)]')" '[2,true]'
tarball "$p" "$tmp/p.tgz"
echo three >> "$p/a-c"
tarball "$p" "$tmp/q.tgz"
id=$(submit "$tmp/p.tgz")
id2=$(submit "$tmp/q.tgz")
outcome "$id" > /dev/null
outcome "$id2" > /dev/null
is "serve: verified" "$(status "$id" | jq -c ".result | $short")" '[true,null]'
is "serve: a changed file is a reason and a warning, no refusal" \
	"$(status "$id2" | jq -c "[.status, (.result | $short), (.warnings | index(\"signature-file-changed\") != null)]")" \
	'["completed",[false,"signature-file-changed"],true]'
curl -s "$url/attestation/$id" > "$tmp/b.json"
"$sv" check attestation --json "$tmp/b.json" > "$tmp/c.json"
is "check: the statement has the known form" "$(jq -r '.links[] | select(.name == "statement") | .state' "$tmp/c.json")" ok
