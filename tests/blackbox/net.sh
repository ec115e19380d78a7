#!/bin/sh
# SPDX-License-Identifier: MIT
# Commands that ask other machines, against servers on loopback (net.py) that
# answer well and badly; and that all other commands ask nobody. Argument: build folder.
set -u
suite=net
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
for tool in openssl python3 jq; do
	command -v $tool > /dev/null || { skip all "needs $tool"; exit 0; }
done

# ---- a world of our own ------------------------------------------------------------------
mkdir "$tmp/tls"
cd "$tmp/tls" || exit 1
# authority NAME: a CA; certificate NAME CA SAN KEY-OPTIONS DAYS: a server's certificate
authority() {
	openssl req -x509 -newkey rsa:2048 -nodes -keyout "$1.key" -out "$1.pem" -days 2 -subj "/CN=$1" \
		-addext basicConstraints=critical,CA:TRUE -addext keyUsage=critical,keyCertSign,cRLSign 2> /dev/null
}
certificate() {
	# shellcheck disable=SC2086
	openssl req -newkey $4 -nodes -keyout "$1.key" -out "$1.csr" -subj "/CN=$3" 2> /dev/null
	printf 'subjectAltName=DNS:%s\nbasicConstraints=CA:FALSE\n' "$3" > "$1.ext"
	openssl x509 -req -in "$1.csr" -CA "$2.pem" -CAkey "$2.key" -set_serial 7 -days "$5" \
		-extfile "$1.ext" -out "$1.pem" 2> /dev/null
}
authority ca
authority stranger
certificate good ca localhost rsa:2048 1
certificate p256 ca localhost "ec -pkeyopt ec_paramgen_curve:P-256" 1
certificate othername ca other.example rsa:2048 1
certificate expired ca localhost rsa:2048 -1
certificate otherca stranger localhost rsa:2048 1
openssl req -x509 -newkey rsa:2048 -nodes -keyout self.key -out self.pem -days 2 -subj /CN=localhost 2> /dev/null
cd "$OLDPWD" || exit 1

simulator agent
O=$tmp/agent
real=$vectors/dcap/real
made=$vectors/dcap/synthetic
python3 "$tests/blackbox/net.py" "$tmp/tls" "$O/collateral.json" "$real/collateral/dcapqvl_tdx_quote.json" \
	"$made/collateral/rj_pck_revoked.json" "$made/collateral/rj_rootcrl_bad_sig.json" \
	"$made/collateral/ok_processor_ca.json" "$real/collateral/dcapqvl_sgx_quote.json" 2> "$tmp/net.log" &
started_pid $!
wait_until 100 test -f "$tmp/tls/ports.json" || { bad start "$(tail -3 "$tmp/net.log")"; exit 1; }
port() { jq -r ".$1" "$tmp/tls/ports.json"; }
https=https://localhost:$(port good)
http=http://127.0.0.1:$(port http)
curl -s --unix-socket "$tmp/agent.sock" -H 'content-type: application/json' -d '{"report_data":"00"}' \
	http://dstack/GetQuote > "$tmp/quote.json"

# ---- collateral fetch: what is asked, what is written ---------------------------------------
# fetch OPTIONS...: exit status; report in $tmp/f.json, message in $tmp/f.err, file in $tmp/c.json
fetch() {
	"$sv" collateral fetch --out "$tmp/c.json" --json "$@" > "$tmp/f.json" 2> "$tmp/f.err"
	echo $?
}
sim="--ca-file $tmp/tls/ca.pem --root $O/root.der --quote $tmp/quote.json"
# shellcheck disable=SC2086
{
is "from a PCCS over TLS, for a quote" "$(fetch --from "$https" $sim)" 0
is "what is asked" "$(sed 's/=[0-9a-f]*$/=X/' "$tmp/tls/requests" | tr '\n' ' ')" \
	"GET /sgx/certification/v4/pckcrl?ca=platform&encoding=der GET /sgx/certification/v4/rootcacrl GET /tdx/certification/v4/tcb?fmspc=X GET /tdx/certification/v4/qe/identity "
for m in root_ca_crl pck_crl tcb_info tcb_info_signature qe_identity qe_identity_signature; do
	is "byte for byte: $m" "$(jq -r ".$m" "$tmp/c.json" | sha256sum)" "$(jq -r ".$m" "$O/collateral.json" | sha256sum)"
done
is "its digest is told" "$(jq -r .sha256 "$tmp/f.json")" "$(sha256sum < "$tmp/c.json" | cut -d' ' -f1)"
is "what the quote is with it" "$(jq -r '.quote + " " + .tee + " " + .ca' "$tmp/f.json")" "UpToDate tdx platform"
has "when it expires, and by what" "$(jq -r '.validUntil + " " + .validUntilOf' "$tmp/f.json")" "Z "
has "and for people" "$("$sv" collateral fetch --out "$tmp/c.json" --from "$https" $sim)" "  expires    20"
is "offline afterwards" "$(unshare -n "$sv" check quote "$tmp/quote.json" --root "$O/root.der" --collateral "$tmp/c.json" --json | jq -r .policy_verdict)" accept
fmspc=$(jq -r .fmspc "$tmp/f.json")
is "for a family of machines" "$(fetch --from "$https" --ca-file "$tmp/tls/ca.pem" --root "$O/root.der" --fmspc "$fmspc" --ca platform)" 0
for how in der pem chunked v3name; do
	rm -f "$tmp/c.json"
	is "answers in another form: $how" "$(fetch --from "$https/$how" $sim) $(jq -r .pck_crl "$tmp/c.json" | sha256sum)" "0 $(jq -r .pck_crl "$O/collateral.json" | sha256sum)"
done
is "a base with the path of the service" "$(fetch --from "$https/tdx/certification/v4/" $sim)" 0
is "the root's list from elsewhere" "$(fetch --from "$https" --root-crl "$https/der/rootcacrl" $sim)" 0
is "a server with a P-256 key" "$(fetch --from "https://localhost:$(port p256)" $sim)" 0
is "a server that vouches for itself, named" "$(fetch --from "https://localhost:$(port self)" --ca-file "$tmp/tls/self.pem" ${sim#* * })" 0
is "http on this machine" "$(fetch --from "$http" $sim)" 0
is "http on this machine, IPv6" "$(fetch --from "http://[::1]:$(port http6)" $sim)" 0
is "http on this machine, by name" "$(fetch --from "http://localhost:$(port http)" $sim)" 0
if [ -f "$real/quotes/dq_tdx.bin" ]; then
	is "Intel's own data under Intel's root" "$(fetch --from "$https/b1" --ca-file "$tmp/tls/ca.pem" --quote "$real/quotes/dq_tdx.bin" --at 1751624191) $(jq -r '.quote + " " + (.intelRoot | tostring)' "$tmp/f.json")" "0 UpToDate true"
	is "and offline with it" "$(unshare -n "$sv" check quote "$real/quotes/dq_tdx.bin" --collateral "$tmp/c.json" --at 1751624191 --json | jq -r .status)" UpToDate
	is "for an enclave" "$(fetch --from "$https/b5" --ca-file "$tmp/tls/ca.pem" --quote "$real/quotes/dq_sgx.bin" --at 1751624924) $(jq -r .tee "$tmp/f.json")" "0 sgx"
else
	skip "Intel's own data" "no vectors"
fi

# ---- refused, and the file that was there stays ----------------------------------------------
echo before > "$tmp/c.json"
# no EXIT TEXT OPTIONS...: refused with this text, nothing written
no() {
	want=$1 text=$2
	shift 2
	is "refused: $text ($(printf %s "$*" | sed "s|$tmp/||g; s|localhost:[0-9]*|S|; s| --ca-file.*||"))" \
		"$(fetch "$@") $(grep -cF -- "$text" "$tmp/f.err") $(cat "$tmp/c.json") $(ls "$tmp" | grep -c 'c.json.')" "$want 1 before 0"
}
no 1 "(TCB_INFO_CHAIN)" --from "$https/wrongchain" $sim
no 1 "(TCB_INFO_SIGNATURE)" --from "$https/badsig" $sim
no 1 "(TCB_INFO_SIGNATURE)" --from "$https/respaced" $sim
no 1 "(COLLATERAL_FORMAT)" --from "$https/double" $sim
no 1 "(COLLATERAL_FORMAT)" --from "$https/escaped" $sim
no 1 "tcb_info_issuer_chain: no such header" --from "$https/nochain" $sim
no 1 "TCB_INFO_CHAIN" --from "$https/plainchain" $sim
no 3 "the header TCB-Info-Issuer-Chain is there twice" --from "$https/twicechain" $sim
no 1 "(CRL_FORMAT)" --from "$https/html" $sim
no 1 "(PCK_CHAIN)" --from "$https" --ca-file "$tmp/tls/ca.pem" --fmspc "$fmspc" --ca platform
no 1 "(TCB_INFO_MISMATCH)" --from "$https" --ca-file "$tmp/tls/ca.pem" --root "$O/root.der" --fmspc 001122334455 --ca platform
no 1 "(CRL_ISSUER)" --from "$https" --ca-file "$tmp/tls/ca.pem" --root "$O/root.der" --fmspc "$fmspc" --ca processor
no 1 "(TCB_INFO_MISMATCH)" --from "$https" --ca-file "$tmp/tls/ca.pem" --root "$O/root.der" --fmspc "$fmspc" --ca platform --tee sgx
no 1 "(TCB_EVALUATION)" --from "$https" $sim --min-tcb-eval 9999
no 3 "a certificate has expired" --from "$https" $sim --at 2060-01-01T00:00:00Z
no 1 "EXPIRED)" --from "$https" --ca-file "$tmp/tls/ca.pem" --root "$O/root.der" --fmspc "$fmspc" --ca platform --at "$(($(date +%s) + 40 * 86400))"
if [ -f "$made/root_ca.der" ]; then
	synthetic="--ca-file $tmp/tls/ca.pem --root $made/root_ca.der --at 1772323200 --fmspc A0B1C2D3E4F5"
	no 1 "(CRL_SIGNATURE)" --from "$https/b3" $synthetic --ca platform
	is "made-up PKI: a processor CA" "$(fetch --from "$https/b4" $synthetic --ca processor)" 0
	echo before > "$tmp/c.json"
fi

# ---- servers that answer badly ------------------------------------------------------------------
no 3 "the server sends elsewhere, which is not followed" --from "$https/redirect" $sim
no 3 "404 for " --from "$https/404" $sim
no 3 "429 for " --from "$https/429" $sim
no 3 "closed the connection" --from "$https/short" $sim
no 3 "closed the connection" --from "$https/cutchunk" $sim
no 3 "closed the connection" --from "$https/empty" $sim
no 3 "its end cannot be told" --from "$https/nolength" $sim
no 3 "given twice" --from "$https/both" $sim
no 3 "two Content-Length" --from "$https/twolengths" $sim
no 3 "bytes behind its end" --from "$https/trailing" $sim
no 3 "compressed" --from "$https/gzip" $sim
no 3 "control character" --from "$https/control" $sim
no 3 "not 'name: value'" --from "$https/fold" $sim
no 3 "hex number" --from "$https/badchunk" $sim
no 3 "it is no HTTP answer" --from "$https/ssh" $sim
no 3 "closed the connection" --from "$https/barelf" $sim
no 3 "larger than allowed" --from "$https/huge" $sim
no 3 "larger than allowed" --from "$https/endless" $sim
no 3 "larger than allowed" --from "$https/longhead" $sim
for how in slow silent; do
	t=$(now_ms)
	no 3 "it took too long" --from "$https/$how" --timeout 2 $sim
	is "in time: $how" "$((($(now_ms) - t) / 1500))" 1
done
no 3 "it is for another name" --from "https://localhost:$(port othername)" $sim
no 3 "it has expired or is not valid yet" --from "https://localhost:$(port expired)" $sim
no 3 "no known authority issued it" --from "https://localhost:$(port otherca)" $sim
no 3 "no known authority issued it" --from "https://localhost:$(port self)" $sim
no 3 "no TLS connection could be made" --from "https://localhost:$(port noforward)" $sim
no 3 "no TLS connection could be made" --from "https://localhost:$(port cbc)" $sim
no 3 "no TLS connection could be made" --from "https://localhost:$(port tls13)" $sim
no 3 "does not speak TLS" --from "https://localhost:$(port plaintext)" $sim
no 3 "localhost" --from "http://localhost:$(port good)" $sim
no 3 "cannot be reached" --from "https://localhost:$(free_port)" $sim
no 3 "no known authority issued it" --from "$https" ${sim#* * }
no 3 "no certificate of an authority" --from "$https" ${sim#* * } --ca-file "$tmp/f.err"
no 3 "does not exist" --from "$https" ${sim#* * } --ca-file /nowhere
no 3 "https needs a host name" --from "https://127.0.0.1:$(port good)" $sim
no 3 "user names" --from "https://localhost@localhost:$(port good)" $sim
no 3 "only for this machine" --from "http://192.0.2.1/" --timeout 2 $sim
is "no host name is made up" "$(fetch --from https://no-such-host.invalid --timeout 20 $sim) $(grep -c 'cannot be resolved' "$tmp/f.err")" "3 1"
"$sv" collateral fetch --from "$https" --out "$tmp/none/c.json" $sim > /dev/null 2> "$tmp/f.err"
is "a folder that is not there" "$? $(grep -c 'No such file' "$tmp/f.err")" "3 1"
}
for args in "" "get" "fetch" "fetch --from $https" "fetch --from $https --out x" "fetch --from $https --out x --fmspc 12 --ca platform" \
	"fetch --from $https --out x --fmspc $fmspc" "fetch --from $https --out x --fmspc $fmspc --ca other" \
	"fetch --from $https --out x --fmspc $fmspc --ca platform --tee snp" "fetch --from $https --out x --quote q --ca platform" \
	"fetch --from $https --out x --fmspc $fmspc --ca platform --timeout 0"; do
	# shellcheck disable=SC2086
	(cd "$tmp" && "$sv" collateral $args > /dev/null 2> "$tmp/err")
	is "cannot run: collateral $(printf %s "$args" | sed "s|$https|URL|")" "$? $(wc -l < "$tmp/err")" "3 1"
done

# ---- offline means zero connections ---------------------------------------------------------
# Every command that takes no URL, in a network namespace where nobody is; what runs
# in children talks over socket pairs, and nothing else of the network is touched.
offline() {
	want=$1
	shift
	unshare -n strace -f -e trace=network -o "$tmp/trace" "$sv" "$@" > /dev/null 2> "$tmp/err"
	is "asks nobody: $(printf %s "$*" | sed "s|$tmp/||g; s|$vectors/||g; s|$tests/||g" | cut -c1-60)" \
		"$? $(grep -vE '^[0-9]+ +([+]{3}|---|<\.\.\.|socketpair\(AF_UNIX, |(send|recv)(msg|to|from)\()' "$tmp/trace" | head -2)$(grep -m 1 -E 'sa_family|sun_path' "$tmp/trace")" "$want "
}
if ! command -v strace > /dev/null || ! unshare -n true 2> /dev/null; then
	skip "asks nobody" "needs strace and network namespaces"
	exit 0
fi
compose=$tests/simulator/app-compose.json
offline 0 --help
offline 0 version
offline 0 limits
offline 0 roles
offline 0 compose-hash "$compose"
offline 0 check --help
offline 0 collateral --help
offline 0 check compose "$compose"
offline 0 check quote "$tmp/quote.json" --root "$O/root.der" --collateral "$O/collateral.json"
offline 0 check log --event-log "$tmp/quote.json" --quote "$tmp/quote.json"
offline 3 check attestation "$tmp/none.json"
offline 1 check attestation "$O/collateral.json"
offline 0 inspect "$tests/skills/hello-world"
offline 2 gate explain "$tests/skills/hello-world" --state "$tmp/none"
[ "$(id -u)" != 0 ] || offline 0 run --observe none "$tests/skills/hello-world"
# That the question is a real one: this one does ask.
unshare -n strace -f -e trace=network -o "$tmp/trace" "$sv" collateral fetch --from "$http" --out "$tmp/x" \
	--fmspc "$fmspc" --ca platform > /dev/null 2>&1
is "and fetch does, which is seen" "$? $(grep -c 'socket(AF_INET' "$tmp/trace")" "3 1"
