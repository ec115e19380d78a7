#!/bin/sh
# SPDX-License-Identifier: MIT
# The guest agent double from outside: transport with curl, evidence with
# tests/simulator/examine.py (layouts and replay written once more) and openssl.
# Prints "ok NAME", "not ok NAME: why", "skip NAME: why". Argument: build dir.
set -u
export LC_ALL=C
build=$(cd "${1:-build/release}" && pwd) || exit 1
tests=$(cd "$(dirname "$0")/.." && pwd)
vectors=${VECTORS:-$tests/../../shared/vectors}
case $vectors in /*) ;; *) vectors=$PWD/$vectors ;; esac
examine=$tests/simulator/examine.py
sim=$build/dstack-simulator
for tool in curl openssl python3; do
	command -v $tool >/dev/null || { echo "skip simulator: no $tool"; exit 0; }
done
[ -x "$sim" ] || { echo "not ok simulator: $sim is not built"; exit 1; }

tmp=$(mktemp -d)
pids=
# shellcheck disable=SC2086,SC2154
trap 'for p in $pids; do kill $p 2>/dev/null; done; rm -rf "$tmp"' EXIT
trap 'exit 1' INT TERM
cd "$tmp" || exit 1

ok() { echo "ok simulator $1"; }
bad() { echo "not ok simulator $1: $(printf %s "$2" | tr '\n' ' ' | cut -c1-200)"; }
is() { if [ "$2" = "$3" ]; then ok "$1"; else bad "$1" "got '$2', want '$3'"; fi; }
has() { case "$2" in *"$3"*) ok "$1" ;; *) bad "$1" "no '$3' in: $2" ;; esac; }
now_ms() { date +%s%3N; }

cat > compose.json <<'J'
{
    "manifest_version": 2,
    "name": "sim-app \"ä\"",
    "runner": "docker-compose",
    "docker_compose_file": "services: {}\n",
    "allowed_envs": []
}
J
asked=00112233445566778899aabbccddeeff00112233445566778899aabbccddeeffa1b2c3d4e5f60718293a4b5c6d7e8f90a1b2c3d4e5f60718293a4b5c6d7e8f90
other=ff112233

compose=compose.json
# start NAME OPTIONS...: a simulator on NAME.sock with files in NAME/; sets pid.
start() {
	n=$1; shift
	: > "$n.stdout"
	"$sim" --socket "$tmp/$n.sock" --app-compose "$compose" --out "$tmp/$n" "$@" \
		> "$n.stdout" 2> "$n.log" &
	pid=$!
	pids="$pids $pid"
	i=0
	while [ $i -lt 200 ] && ! grep -q ready "$n.stdout"; do sleep 0.02; i=$((i + 1)); done
}
stop() {
	pids=$(echo "$pids " | sed "s/ $1 / /")
	kill "$1" 2>/dev/null
	wait "$1" 2>/dev/null
}
# to NAME PATH CURL-OPTIONS...
to() { n=$1 path=$2; shift 2; curl -s --max-time 20 --unix-socket "$n.sock" "http://dstack$path" "$@"; }
post() { n=$1 path=$2 body=$3; shift 3; to "$n" "$path" -H 'Content-Type: application/json' -d "$body" "$@"; }
code() { post "$@" -o /dev/null -w '%{http_code}'; }
quote() { post "$1" /GetQuote "{\"report_data\":\"$2\"}"; }
get() { python3 -c 'import json,sys
v = json.load(sys.stdin)
for k in sys.argv[1:]: v = v[int(k)] if isinstance(v, list) else v[k]
print(v)' "$@"; }

# ---- start, files, identity ----
start a
a=$pid
is "ready line" "$(cat a.stdout)" "NOT-A-TEE dstack simulator ready on $tmp/a.sock"
is "socket is open to everybody" "$(stat -c %a a.sock)" 777
has "NOT-A-TEE.txt" "$(head -1 a/NOT-A-TEE.txt)" NOT-A-TEE
is "compose-hash.txt" "$(cat a/compose-hash.txt)" "$(sha256sum < compose.json | cut -d' ' -f1)"
is "root.pem is root.der" "$(openssl x509 -in a/root.pem -outform DER | sha256sum)" "$(sha256sum < a/root.der)"
python3 "$examine" collateral a "$(date +%s)"

# ---- openssl's own view of chains and lists ----
python3 - <<'P'
import json
c = json.load(open("a/collateral.json"))
end = "-----END CERTIFICATE-----\n"
leaf, inter, _ = c["pck_certificate_chain"].split(end)[:3]
open("leaf.pem", "w").write(leaf + end)
open("inter.pem", "w").write(inter + end)
open("tcb.pem", "w").write(c["tcb_info_issuer_chain"].split(end)[0] + end)
for n in ("root_ca_crl", "pck_crl"):
    open(n, "wb").write(bytes.fromhex(c[n]))
P
openssl crl -inform DER -in root_ca_crl > crls.pem && openssl crl -inform DER -in pck_crl >> crls.pem
is "openssl: PCK chain, strict, with lists" "$(openssl verify -x509_strict -check_ss_sig \
	-crl_check_all -CAfile a/root.pem -untrusted inter.pem -CRLfile crls.pem leaf.pem 2>&1)" "leaf.pem: OK"
is "openssl: TCB signer, strict, with list" "$(openssl verify -x509_strict -crl_check_all \
	-CAfile a/root.pem -CRLfile crls.pem tcb.pem 2>&1)" "tcb.pem: OK"
is "openssl: root list" "$(openssl crl -inform DER -in root_ca_crl -CAfile a/root.pem -noout 2>&1)" "verify OK"
is "openssl: PCK list" "$(openssl crl -inform DER -in pck_crl -CAfile inter.pem -noout 2>&1)" "verify OK"

# ---- evidence ----
quote a $asked > q.json
python3 "$examine" evidence q.json a $asked compose.json stripped
instance=$(to a /Info | get instance_id)
is "judge finds nothing to refuse" "$(python3 "$examine" judge q.json a $asked compose.json "$instance")" none
has "key provider none" "$(get event_log < q.json)" "$(printf '{"name":"none","id":""}' | xxd -p)"
post a /Attest "{\"report_data\":\"$asked\"}" > at.json
python3 "$examine" attestation at.json q.json
to a /Info > info.json
python3 - <<'P'
import hashlib, json
def report(name, good, why=""):
    print(f"ok simulator {name}" if good else f"not ok simulator {name}: {why}")
i = json.load(open("info.json"))
q = json.load(open("q.json"))
raw = bytes.fromhex(q["quote"])
compose = open("compose.json", "rb").read()
t = json.loads(i["tcb_info"])
report("Info members in order", list(i) == ["app_id", "instance_id", "app_cert", "tcb_info",
    "app_name", "device_id", "mr_aggregated", "os_image_hash", "key_provider_info", "compose_hash",
    "vm_config", "cloud_vendor", "cloud_product", "note"], list(i))
report("Info app_compose is the file", t["app_compose"].encode() == compose)
report("Info app_name", i["app_name"] == json.loads(compose)["name"])
report("Info identity", (i["app_id"], i["compose_hash"]) ==
       (hashlib.sha256(compose).hexdigest()[:40], hashlib.sha256(compose).hexdigest()))
report("tcb_info is pretty-printed with sorted names",
       i["tcb_info"] == json.dumps(t, indent=2, sort_keys=True, ensure_ascii=False))
report("tcb_info registers", [t["mrtd"]] + [t[f"rtmr{k}"] for k in range(4)] ==
       [raw[184:232].hex()] + [raw[376 + 48 * k:424 + 48 * k].hex() for k in range(4)])
report("tcb_info log is a whole array", isinstance(t["event_log"], list) and
       all(e["digest"] for e in t["event_log"]) and t["event_log"][0]["event_payload"] != "")
report("mr_aggregated", i["mr_aggregated"] == hashlib.sha256(
    raw[184:232] + raw[376:568] + raw[232:376]).hexdigest())
report("device_id", i["device_id"] == hashlib.sha256(b"").hexdigest())
P
# Digests that other people computed (specs/dstack.md 2.2).
log=$(get tcb_info < info.json)
has "digest of system-preparing" "$log" f9974020ef507068183313d0ca808e0d1ca9b2d1ad0c61f5784e7157c362c06536f5ddacdad4451693f48fcc72fff624
has "digest of boot-mr-done" "$log" 98bd7e6bd3952720b65027fd494834045d06b4a714bf737a06b874638b3ea00ff402f7f583e3e3b05e921c8570433ac6
has "digest of system-ready" "$log" 1a76b2a80a0be71eae59f80945d876351a7a3fb8e9fd1ff1cede5734aa84ea11fd72b4edfbb6f04e5a85edd114c751bd

# ---- requests and answers ----
head=$(quote a $asked -o /dev/null; post a /GetQuote '{}' -D - -o /dev/null)
has "server header" "$head" "server: dstack Simulator NOT-A-TEE"
is "header names in lower case" "$(printf '%s' "$head" | sed 1d | grep -c '^[A-Z]')" 0
is "empty body is all defaults" "$(post a /GetQuote '' | get report_data)" "$(printf %0128d 0)"
is "short data is padded" "$(quote a 0xABcd | get report_data)" "abcd$(printf %0124d 0)"
is "every 0x is stripped" "$(quote a 0x0xab | get report_data)" "ab$(printf %0126d 0)"
is "unknown members are ignored" "$(post a /GetQuote '{"reportData":"ab"}' | get report_data)" "$(printf %0128d 0)"
is "GET with a query" "$(to a '/GetQuote?report_data=%61b' | get report_data)" "ab$(printf %0126d 0)"
is "65 bytes" "$(quote a "${asked}00")" '{
  "error": "Report data is too long"
}'
is "65 bytes: status" "$(code a /GetQuote "{\"report_data\":\"${asked}00\"}")" 400
is "odd hex" "$(code a /GetQuote '{"report_data":"abc"}')" 400
is "base64" "$(code a /GetQuote '{"report_data":"q83v"}')" 400
is "no JSON" "$(code a /GetQuote '{"report_data":')" 400
is "other content type" "$(to a /GetQuote -d '{}' -o /dev/null -w '%{http_code} %{content_type}')" "400 application/octet-stream"
is "?json forces JSON" "$(to a '/GetQuote?json' -d '{}' | get report_data)" "$(printf %0128d 0)"
is "content type with parameters" "$(to a /GetQuote -H 'content-type: Application/JSON; charset=utf-8' \
	-d '{}' -o /dev/null -w '%{http_code}')" 200
is "unknown method" "$(post a /Nope '{}')" '{
  "error": "Service not found: Nope"
}'
has "deeper path is HTML" "$(to a /a/b -w '%{http_code} %{content_type}')" "404 text/html"
is "deeper path as JSON" "$(to a /a/b -H 'Accept: application/json' | get error code)" 404
is "no Host header" "$(post a /GetQuote '{}' -H 'Host:' -o /dev/null -w '%{http_code}')" 200
is "HTTP/1.0" "$(post a /GetQuote '{}' --http1.0 -o /dev/null -w '%{http_code}')" 200
is "chunked request" "$(post a /GetQuote '{"report_data":"ab"}' -H 'Transfer-Encoding: chunked' | get report_data)" "ab$(printf %0126d 0)"
head -c 3000000 /dev/zero | tr '\0' ' ' > big; printf '{"report_data":"ab"}' >> big
is "3 MB body behind 100-continue" "$(to a /GetQuote -H 'Content-Type: application/json' -H 'Expect: 100-continue' \
	--data-binary @big | get report_data)" "ab$(printf %0126d 0)"
is "3 MB chunked body" "$(to a /GetQuote -H 'Content-Type: application/json' -H 'Transfer-Encoding: chunked' \
	--data-binary @big | get report_data)" "ab$(printf %0126d 0)"
head -c 11000000 /dev/zero > huge
is "body over 10 MiB" "$(to a /GetQuote -H 'Content-Type: application/json' --data-binary @huge -o /dev/null -w '%{http_code}')" 400
is "keep-alive" "$(to a /GetQuote -H 'Content-Type: application/json' -d '{}' -o /dev/null -w '%{num_connects} ' \
	--next -s --unix-socket a.sock http://dstack/simulator/stats -o /dev/null -w '%{num_connects}')" "1 0"
start idle
(python3 - <<'P'
import socket, time
s = socket.socket(socket.AF_UNIX)
s.connect("idle.sock")
s.settimeout(14)
t = time.time()
gone = s.recv(1) == b""
took = time.time() - t
print("ok simulator idle connection closes after 10 s" if gone and 9 < took < 12
      else f"not ok simulator idle connection closes after 10 s: {gone} {took}")
P
) > idle.out 2>&1 &
idle=$!
python3 - <<'P'
import json, os, socket
def report(name, good, why=""):
    print(f"ok simulator {name}" if good else f"not ok simulator {name}: {why}")
def answer(s, n=1):
    b = b""
    while True:
        head, _, rest = b.partition(b"\r\n\r\n")
        if rest:
            length = int([x for x in head.split(b"\r\n") if x.startswith(b"content-length")][0][16:])
            if len(rest) >= length:
                return head, rest[:length], rest[length:]
        d = s.recv(65536)
        if not d:
            return b, b"", b""
        b += d
def connect():
    s = socket.socket(socket.AF_UNIX)
    s.connect("a.sock")
    s.settimeout(10)
    return s
body = b'{"report_data":"ab"}'
request = (b"POST /GetQuote HTTP/1.1\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n" % len(body)) + body
s = connect()
for i in range(len(request)):
    s.send(request[i:i + 1])
report("one byte at a time", json.loads(answer(s)[1])["report_data"].startswith("ab00"))
s.send(request + request)
head, first, rest = answer(s)
while len(rest) < len(first):
    rest += s.recv(65536)
report("two requests at once", first in rest)
many = [connect() for _ in range(400)]
for c in many:
    c.send(request)
report("400 connections", all(json.loads(answer(c)[1])["report_data"].startswith("ab00") for c in many))
for c in many:
    c.close()
for name, bytes_ in (("garbage", b"\x16\x03\x01\r\n\r\n"), ("no version", b"GET /Info\r\n\r\n"),
                     ("two lengths", b"POST /Info HTTP/1.1\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n"),
                     ("length and chunked", b"POST /Info HTTP/1.1\r\ncontent-length: 1\r\ntransfer-encoding: chunked\r\n\r\n"),
                     ("bad chunk", b"POST /Info HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\nxyz\r\n")):
    c = connect()
    c.send(bytes_)
    head = c.recv(65536)
    report(name + " is refused", head.startswith(b"HTTP/1.1 400 ") and c.recv(1) == b"", head[:60])
c = connect()
c.send(b"GET / HTTP/1.1\r\nx: " + b"a" * 40000)
report("endless header is refused", c.recv(100).startswith(b"HTTP/1.1 431 "))
P

# ---- keys ----
post a /GetKey '{"path":"p","purpose":"x"}' > k1.json; post a /GetKey '{"path":"p","purpose":"y"}' > k2.json
is "GetKey: purpose does not change the key" "$(get key < k1.json)" "$(get key < k2.json)"
is "GetKey: two links of 65 bytes" "$(python3 -c 'import json; print([len(x) for x in json.load(open("k1.json"))["signature_chain"]])')" "[130, 130]"
is "GetKey: ed25519 has the same bytes" "$(post a /GetKey '{"path":"p","algorithm":"ed25519"}' | get key)" "$(get key < k1.json)"
is "GetKey: unknown algorithm" "$(code a /GetKey '{"algorithm":"rsa"}')" 400
post a /GetTlsKey '{"subject":"sim.test","alt_names":["sim.test","b.test"],"usage_server_auth":true,"usage_ra_tls":true}' > tls.json
post a /GetTlsKey '{"subject":"sim.test"}' | get key > second.key
get key < tls.json > tls.key
get certificate_chain 0 < tls.json > tls.pem
get certificate_chain 1 < tls.json > ca.pem
is "GetTlsKey: chain" "$(openssl verify -x509_strict -purpose sslserver -verify_hostname b.test -CAfile ca.pem tls.pem 2>&1)" "tls.pem: OK"
is "GetTlsKey: key fits" "$(openssl pkey -in tls.key -pubout 2>&1)" "$(openssl x509 -in tls.pem -noout -pubkey)"
if cmp -s tls.key second.key; then bad "GetTlsKey: fresh keys" same; else ok "GetTlsKey: fresh keys"; fi
python3 - <<'P'
import base64, hashlib, subprocess
der = subprocess.run(["openssl", "x509", "-in", "tls.pem", "-outform", "DER"], capture_output=True).stdout
spki = subprocess.run(["openssl", "x509", "-in", "tls.pem", "-noout", "-pubkey"], capture_output=True).stdout
spki = base64.b64decode(b"".join(spki.split(b"\n")[1:-2]))
want = hashlib.sha512(b"ratls-cert:" + spki).digest()
i = der.find(bytes.fromhex("040002008100000000000000939a7233"))
good = i > 0 and der[i + 568:i + 632] == want
print("ok simulator GetTlsKey: the quote inside binds the key" if good
      else "not ok simulator GetTlsKey: the quote inside binds the key: " + str(i))
P

# ---- versions ----
start b --version 0.5.4 --key-provider kms
b=$pid
start c --version 0.6.0 --quote-version 5
c=$pid
start d --version 0.5.11
d=$pid
for line in "a Version 400" "b Version 400" "d Version 200" "c Version 200" "b Attest 400" "a Attest 200" \
	"c Attest 200" "a EmitEvent 200" "b EmitEvent 200" "c EmitEvent 400" "a Info 200" "c Info 200" \
	"a Nope 400" "c Nope 404" "c Sign 404" "a Sign 400" "c v0/GetQuote 200" "a v0/GetQuote 404" "c v1/Version 404"; do
	# shellcheck disable=SC2086
	set -- $line
	is "version of $1: /$2" "$(code "$1" "/$2" '{"event":"e"}')" "$3"
done
has "0.6.0: why EmitEvent fails" "$(post c /EmitEvent '{}')" "EmitEvent was removed in dstack 0.6.0"
has "Version says NOT-A-TEE" "$(to c /Version)" NOT-A-TEE
is "Version" "$(to d /Version | get version)" 0.5.11
quote b $asked > qb.json; quote c $asked > qc.json
python3 "$examine" evidence qb.json b $asked compose.json full
python3 "$examine" evidence qc.json c $asked compose.json 0.6.0
events() { python3 -c 'import json,sys
print(" ".join(e["event"] for e in json.loads(json.load(sys.stdin)["event_log"]) if e["imr"] == 3))'; }
is "0.5.4 with KMS: launch events" "$(events < qb.json)" \
	"system-preparing app-id compose-hash instance-id boot-mr-done mr-kms os-image-hash key-provider system-ready e"
is "0.6.0: launch events" "$(events < qc.json)" \
	"system-preparing app-id compose-hash instance-id boot-mr-done key-provider storage-fs system-ready"
is "EmitEvent is in the log and the register" "$(events < q.json; quote a $asked > q2.json; events < q2.json
	python3 "$examine" judge q2.json a $asked compose.json "$instance")" \
	"system-preparing app-id compose-hash instance-id boot-mr-done key-provider storage-fs system-ready
system-preparing app-id compose-hash instance-id boot-mr-done key-provider storage-fs system-ready e
none"
has "0.6.0: ACPI events have names" "$(get event_log < qc.json)" '"event":"acpi-tables","event_payload":"414350492044415441"'
to b /Info > ib.json
is "0.5.4: no cloud_vendor" "$(grep -c cloud_vendor ib.json)" 0
has "key provider kms" "$(get key_provider_info < ib.json)" '{"name":"kms","id":"3059301306072a8648ce3d0201'
is "0.5.4: device_id" "$(get device_id < ib.json)" "$(printf 'NOT-A-TEE sim QE\0\0\0\0' | sha256sum | cut -d' ' -f1)"
post b /GetTlsKey '{"subject":"x"}' > tb.json
for i in 0 1 2; do get certificate_chain $i < tb.json > "t$i.pem"; done
is "GetTlsKey with KMS: three certificates" "$(openssl verify -x509_strict -CAfile t2.pem -untrusted t1.pem t0.pem 2>&1)" "t0.pem: OK"
stop "$b"; stop "$d"
if [ -d "$vectors/dstack/compose-hash" ]; then
	python3 "$examine" compose-hashes "$vectors/dstack/compose-hash" > hashes
	bad_hash=
	while read -r file sum; do
		[ -f "$vectors/dstack/compose-hash/$file" ] || continue
		compose=$vectors/dstack/compose-hash/$file
		start v
		[ "$(to v /Info | get compose_hash)" = "$sum" ] || bad_hash="$bad_hash $file"
		stop "$pid"
	done < hashes
	compose=compose.json
	is "compose hashes of the vectors" "$(wc -l < hashes | tr -d ' ') files,$bad_hash" "$(wc -l < hashes | tr -d ' ') files,"
else
	echo "skip simulator compose hashes of the vectors: no vectors"
fi
printf '{"name":"v2","event_log_version":2,"no_instance_id":true,"storage_fs":"ext4"}' > compose.json
start e --version 0.6.0
e=$pid
quote e $asked > qe.json
python3 "$examine" evidence qe.json e $asked compose.json v2
is "no_instance_id" "$(to e /Info | get instance_id)" ""
is "storage_fs of the compose file" "$(get event_log < qe.json | grep -c '"event":"storage-fs","event_payload":"65787434"')" 1
is "V2 events have no SCALE form" "$(code e /Attest '{}')" 400
stop "$e"
stop "$c"
stop "$a"
is "SIGTERM removes the socket" "$([ -e a.sock ]; echo $?)" 1

# ---- faults about content: exactly one thing is wrong, the rest is consistent ----
start f
instance=$(to f /Info | get instance_id)
is "not faulty" "$(quote f $asked > qf.json; python3 "$examine" judge qf.json f $asked compose.json "$instance")" none
while read -r fault want; do
	post f /simulator/fault "{\"fault\":\"$fault\",\"count\":1}" > /dev/null
	quote f $other > q0.json
	quote f $asked > q1.json
	got=$(python3 "$examine" judge q0.json f $other compose.json "$instance")
	is "fault $fault" "$got" "$want"
	is "fault $fault: once" "$(python3 "$examine" judge q1.json f $asked compose.json "$instance")" none
done <<'F'
wrong-report-data report-data
report-data-field-mismatch report-data-field
foreign-quote report-data report-data-field
wrong-compose-hash compose-hash
log-does-not-replay replay
wrong-app-id app-id
wrong-instance-id instance-id
sgx-quote tee-type
bad-signature signature
debug-td debug
duplicate-members duplicate
not-json not-json
F
quote f cafe > /dev/null
post f /simulator/fault '{"fault":"foreign-quote","count":1}' > /dev/null
has "foreign-quote repeats an earlier call" "$(quote f $asked | get quote | cut -c1137-1264)" "cafe$(printf %0124d 0)"

# ---- faults about form and transport ----
fault() { post f /simulator/fault "{\"fault\":\"$1\",\"count\":${2:-1}}" > /dev/null; }
fault http-400; is "fault http-400" "$(code f /GetQuote '{}')" 400
fault http-500; is "fault http-500" "$(code f /GetQuote '{}')" 500
fault html-error; is "fault html-error" "$(post f /GetQuote '{}' -o /dev/null -w '%{http_code} %{content_type}')" "503 text/html; charset=utf-8"
fault huge; is "fault huge" "$(post f /GetQuote '{}' | python3 -c 'import json,sys
t = sys.stdin.read(); json.loads(t); print(len(t) > 20 << 20)')" True
fault chunked; is "fault chunked" "$(post f /GetQuote '{}' -D head.txt | get report_data; grep -c 'transfer-encoding: chunked' head.txt)" "$(printf %0128d 0)
1"
fault close-mid-body; post f /GetQuote '{}' > part; is "fault close-mid-body: curl 18" $? 18
is "fault close-mid-body: half" "$([ "$(wc -c < part)" -gt 5000 ]; echo $?)" 0
fault short-body; post f /GetQuote '{}' --max-time 1 > part; is "fault short-body: curl 28" $? 28
is "fault short-body: almost all" "$([ "$(wc -c < part)" -gt 15000 ]; echo $?)" 0
fault wrong-content-length; post f /GetQuote '{}' > part
is "fault wrong-content-length: cut JSON" "$(python3 -c 'import json; json.load(open("part"))' 2>&1 | grep -c JSONDecodeError)" 1
fault silent; post f /GetQuote '{}' --max-time 1 > part; is "fault silent: curl 28" "$? $(wc -c < part)" "28 0"
t=$(now_ms)
post f /simulator/fault '{"fault":"slow","count":1,"ms":700}' > /dev/null
quote f $asked > /dev/null
is "fault slow" "$([ $(($(now_ms) - t)) -ge 700 ]; echo $?)" 0
post f /simulator/fault '{"fault":"http-500"}' > /dev/null
is "without a count until cleared" "$(code f /GetQuote '{}')$(code f /GetQuote '{}')$(code f /GetQuote '{}')" 500500500
has "stats show faults" "$(to f /simulator/stats)" '"faults":[{"fault":"http-500","method":"GetQuote","left":-1}]'
fault http-500 0
is "count 0 clears" "$(code f /GetQuote '{}')" 200
fault http-500 9; fault http-400 9; fault all 0
is "all clears" "$(code f /GetQuote '{}')" 200
post f /simulator/fault '{"fault":"http-500","count":1,"method":"Info"}' > /dev/null
is "fault of another method" "$(code f /GetQuote '{}') $(code f /Info '') $(code f /Info '')" "200 500 200"
is "unknown fault" "$(code f /simulator/fault '{"fault":"nope"}')" 400
is "stats" "$(to f /simulator/stats | python3 -c 'import json,sys
s = json.load(sys.stdin); print(s["quotes"] > 20, s["requests"] == sum(s["methods"].values()), "NOT-A-TEE" in s["note"])')" "True True True"
fault restart; post f /GetQuote '{}' > /dev/null; is "fault restart: connection ends" $? 52
is "fault restart: socket is gone" "$([ -e f.sock ]; echo $?)" 1
sleep 2.3; is "fault restart: back" "$(code f /GetQuote '{}')" 200
fault refuse; post f /GetQuote '{}' > /dev/null; is "fault refuse: connection ends" $? 52
to f /Info > /dev/null; is "fault refuse: refused" "$? $([ -S f.sock ]; echo $?)" "7 0"
sleep 2.3; is "fault refuse: back" "$(code f /GetQuote '{}')" 200
is "every log line says NOT-A-TEE" "$(grep -vc NOT-A-TEE f.log)" 0

# ---- command line ----
start g --fault http-500:2 --fault slow:1 --slow-ms 300 --fault http-400:1:Info --delay 300
g=$pid
t=$(now_ms)
is "--fault with count" "$(code g /GetQuote '{}') $(code g /GetQuote '{}') $(code g /GetQuote '{}') $(code g /Info '') $(code g /Info '')" "500 500 200 400 200"
is "--delay and --slow-ms" "$([ $(($(now_ms) - t)) -ge 1800 ]; echo $?)" 0
t=$(now_ms)
jobs=
for i in 1 2 3; do code g /GetQuote '{}' > /dev/null & jobs="$jobs $!"; done
sleep 0.1
code g /GetKey '{}' > /dev/null
is "other calls do not wait for quotes" "$([ $(($(now_ms) - t)) -lt 290 ]; echo $?)" 0
for j in $jobs; do wait "$j"; done
is "quotes are made one at a time" "$([ $(($(now_ms) - t)) -ge 900 ]; echo $?)" 0
code g /GetQuote '{}' > /dev/null & j=$!
sleep 0.1
t=$(now_ms)
stop "$g"
is "SIGTERM ends it at once" "$? $([ $(($(now_ms) - t)) -lt 200 ]; echo $?)" "0 0"
wait "$j"
"$sim" --socket f.sock --app-compose compose.json --out x > x.out 2>&1; is "a served socket is not taken" $? 3
is "and stays" "$(code f /GetQuote '{}')" 200
start h --seed 00ff --now 1800000000
h=$pid
is "another seed, another root" "$(cmp -s f/root.der h/root.der; echo $?)" 1
is "root depends on the seed only" "$(cmp f/root.der a/root.der; echo $?)" 0
python3 "$examine" collateral h 1800000000
has "--now is the date" "$(to h /Info -D - -o /dev/null)" "date: Fri, 15 Jan 2027 08:00:0"
kill -9 "$h"; stop "$h"
start h
is "a stale socket is replaced" "$(code h /GetQuote '{}')" 200
touch file
"$sim" --socket file --app-compose compose.json --out x > x.out 2>&1; is "a file is not a socket" "$? $([ -f file ]; echo $?)" "3 0"
for args in "" "--socket s" "--socket s --app-compose compose.json --out x --version 1" \
	"--socket s --app-compose compose.json --out x --fault nope" \
	"--socket s --app-compose compose.json --out x --fault silent:x" \
	"--socket s --app-compose compose.json --out x --seed zz" \
	"--socket s --app-compose compose.json --out x --quote-version 3" \
	"--socket s --app-compose absent --out x" "--socket s --app-compose compose.json --out /proc/x"; do
	# shellcheck disable=SC2086
	"$sim" $args > x.out 2>&1
	is "exit 3: ${args:-no arguments}" $? 3
done
printf '\377' > notutf8
"$sim" --socket s --app-compose notutf8 --out x > x.out 2>&1; is "exit 3: compose file that is no UTF-8" $? 3
wait "$idle"
cat idle.out
