#!/bin/sh
# SPDX-License-Identifier: MIT
# The main job over HTTP, as clients see it: every kind of package, every verdict,
# every endpoint, and what each refusal says. Argument: build folder.
set -u
suite=api
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
[ "$(id -u)" = 0 ] || { skip all "serve needs root"; exit 0; }

simulator agent
appliance --agent "$tmp/agent.sock" || { bad start "$(tail -3 "$tmp/serve.log")"; exit 1; }
wait_until 50 sh -c "curl -sf $url/health | grep -q '\"status\":\"ok\"'"
code() { curl -s -o /dev/null -w '%{http_code}' --max-time 20 "$@"; }
verdict() { outcome "$1" | jq -r '"\(.status) \(.verdict // .errorCode)"'; }
# skill NAME COMMAND-YAML [MORE-YAML]: a package folder below $tmp/skills
skill() {
	mkdir -p "$tmp/skills/$1"
	printf -- '---\nname: %s\nversion: 1.0.0\ndescription: made by a test\n%s\n%s\n---\n\nText.\n' \
		"$1" "$2" "${3:-}" > "$tmp/skills/$1/SKILL.md"
}
run_skill() {
	tarball "$tmp/skills/$1" "$tmp/$1.tar.gz"
	submit "$tmp/$1.tar.gz"
}

# ---- every packing of one skill -------------------------------------------------------
h=$tests/skills/hello-world
tar -C "$tests/skills" -cf "$tmp/top.tar" hello-world
tar -C "$tests/skills" -czf "$tmp/top.tar.gz" hello-world
tar -C "$h" -czf "$tmp/flat.tgz" .
(cd "$tests/skills" && zip -qr "$tmp/top.zip" hello-world)
(cd "$h" && zip -qr "$tmp/flat.zip" .)
zstd -q "$tmp/top.tar" -o "$tmp/top.tar.zst"
cp "$h/SKILL.md" "$tmp/SKILL.md"
trees=
for f in top.tar top.tar.gz flat.tgz top.zip flat.zip top.tar.zst SKILL.md; do
	id=$(submit "$tmp/$f")
	is "multipart $f" "$(verdict "$id")" "completed PASSED"
	trees="$trees $(status "$id" | jq -r .result.package.dirHash1)"
	is "multipart $f: packageSha256" "$(jq -r .packageSha256 "$tmp/submit.json")" \
		"$(sha256sum "$tmp/$f" | cut -d' ' -f1)"
done
is "all packings give one tree" "$(echo $trees | tr ' ' '\n' | sort -u | wc -l)" 1
is "and it is sha256sum's" "$(echo $trees | cut -d' ' -f1)" \
	"$(cd "$h" && find . -type f | cut -c3- | LC_ALL=C sort | xargs sha256sum | sha256sum | cut -d' ' -f1)"
raw() { curl -s --max-time 20 -H "content-type: $2" --data-binary "@$1" "$url/verify${3:-}" | tee "$tmp/submit.json" | jq -r '.jobId // empty'; }
for pair in top.tar:application/x-tar top.tar.gz:application/gzip top.zip:application/zip \
	top.tar.zst:application/zstd SKILL.md:text/markdown flat.tgz:application/octet-stream; do
	id=$(raw "$tmp/${pair%%:*}" "${pair#*:}")
	is "raw body ${pair#*:}" "$(verdict "$id")" "completed PASSED"
done
id=$(curl -s --max-time 20 -H 'content-type: application/gzip' -H 'transfer-encoding: chunked' \
	--data-binary "@$tmp/top.tar.gz" "$url/verify" | jq -r .jobId)
is "raw body, chunked" "$(verdict "$id")" "completed PASSED"
id=$(curl -s --max-time 20 -H 'expect: 100-continue' -F "skill=@$tmp/top.tar.gz" "$url/verify" | jq -r .jobId)
is "expect: 100-continue" "$(verdict "$id")" "completed PASSED"
for part in file package; do
	id=$(curl -s --max-time 20 -F "$part=@$tmp/top.tar.gz" "$url/verify" | jq -r .jobId)
	is "multipart part named $part" "$(verdict "$id")" "completed PASSED"
done

# ---- the three dialects of a manifest, and every verdict --------------------------------
skill nested 'test: {command: ["sh", "-c", "echo nested"], timeout: 10s}'
skill flat 'test_command: echo flat'
skill meta 'metadata: {verifier.test_command: "echo meta"}'
for s in nested flat meta; do
	id=$(run_skill $s)
	is "dialect $s" "$(verdict "$id") $(status "$id" | jq -r .result.result.stdout)" "completed PASSED $s"
done
skill exit3 'test_command: exit 3'
skill expect3 'test: {command: "exit 3", expect_exit: 3}'
skill killed 'test_command: ["sh", "-c", "kill -9 $$"]'
skill missing 'test_command: ["/no/such/program"]'
skill noexec 'test_command: ["/etc/passwd"]'
skill notest ''
skill network 'test: {command: "true", network: [api.example.com]}'
skill setup-bad 'test: {command: "true", deps: "exit 9"}'
skill setup-ok 'test: {command: "cat made", deps: "echo yes > made"}'
skill slow 'test: {command: "sleep 30", timeout: 400ms}'
skill spin 'test: {command: "while :; do :; done", timeout: 600ms}'
skill loud 'test_command: ["sh", "-c", "yes | head -c 80000000"]'
skill long 'test_command: ["sh", "-c", "yes abcdefg | head -c 3000000"]'
skill forks 'test_command: ["sh", "-c", "i=0; while [ $i -lt 600 ]; do sleep 2 & i=$((i+1)); done 2>/dev/null; wait; exit 0"]' 'timeout: 20'
skill eater 'test_command: ["sh", "-c", "a=xxxxxxxxxxxxxxxx; while :; do a=$a$a; done"]'
skill disk 'test_command: ["sh", "-c", "head -c 400000000 /dev/zero > big; exit 0"]'
skill secret 'test: {command: "env", environment: [API_TOKEN, "COLOUR=red"]}'
for pair in exit3:FAILED:exit-status expect3:PASSED: killed:FAILED:signal \
	missing:ERROR:command-not-found noexec:ERROR:exec-failed notest:NO_TEST: \
	network:ERROR:network-not-permitted setup-bad:ERROR:exit-status,setup-failed setup-ok:PASSED: \
	slow:TIMEOUT:wall-time spin:TIMEOUT:wall-time loud:LIMIT:output long:PASSED: \
	eater:LIMIT:memory secret:PASSED:; do
	s=${pair%%:*}
	want=${pair#*:}
	id=$(run_skill "$s")
	got=$(outcome "$id" | ended)
	is "verdict $s" "$got" "$want"
	eval "id_$(echo "$s" | tr - _)=$id"
done
# shellcheck disable=SC2154
{
is "exit code of a killed test" "$(status "$id_killed" | jq -r '.result.result.exitCode')" 137
is "exit code of a missing command" "$(status "$id_missing" | jq -r '.result.result.exitCode')" 127
is "exit code of a timeout" "$(status "$id_slow" | jq -r '.result.result.exitCode')" 124
is "no test: passed is null (C23)" "$(status "$id_notest" | jq -c '.result.result.passed')" null
is "setup leaves its files to the test" "$(status "$id_setup_ok" | jq -r .result.result.stdout)" yes
is "a declared secret is absent and warned of" \
	"$(status "$id_secret" | jq -c '[(.result.result.stdout | contains("API_TOKEN")), (.result.result.stdout | contains("COLOUR=red")), (.warnings | index("secret-missing") != null)]')" \
	"[false,true,true]"
is "the sandbox does not announce itself (C31)" \
	"$(status "$id_secret" | jq -c '.result.result.stdout | test("(^|\n)(CI|SKILL_VERIFIER[A-Z_]*)=")')" false
st=$(curl -s "$url/attestation/$id_long?format=statement" | jq -c '.predicate.run[0].stdout')
is "long output: what is kept and what was written (C24)" \
	"$(echo "$st" | jq -c '[.bytes, .totalBytes, .truncated]')" "[1048576,3000000,true]"
is "long output: digest of what is kept" "$(echo "$st" | jq -r .sha256)" \
	"$(yes abcdefg | head -c 1048576 | sha256sum | cut -d' ' -f1)"
}
id=$(run_skill forks)
got=$(outcome "$id" 400 | ended)
case $got in PASSED:limit-hit:pids | FAILED:limit-hit:pids*) ok "a limit that was met is named" ;;
*) bad "a limit that was met is named" "$got" ;; esac
id=$(run_skill disk)
got=$(outcome "$id" | ended)
case $got in *limit-hit:disk*) ok "a full disk is named" ;; *) bad "a full disk is named" "$got" ;; esac

# ---- a queue: the next job waits for the slot, not for luck --------------------------------
ids= attempts=
for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do ids="$ids $(submit "$tmp/top.tar.gz")"; done
for id in $ids; do attempts="$attempts$(outcome "$id" | jq -r '"\(.status):\(.attempt) "')"; done
is "twenty jobs in a queue: every one at its first attempt" \
	"$(echo $attempts | tr ' ' '\n' | sort | uniq -c | tr -s ' ')" " 20 completed:1"
hasnt "and the runner refused none" "$(grep runner.bad-request "$tmp/serve.log")" bad-request

# ---- refused packages: a job that failed, no attestation (C29) ---------------------------
mkdir -p "$tmp/skills/empty"
echo "no manifest" > "$tmp/skills/empty/README"
id=$(run_skill empty)
is "a package without SKILL.md" "$(verdict "$id")" "failed no-manifest"
is "and its attestation" "$(curl -s "$url/attestation/$id" | jq -r '.errorCode, .detail.reason')" "no-attestation
no-manifest"
is "attestation in the old form" "$(curl -s "$url/verify/$id/attestation" | jq -r .errorCode)" job-not-completed

# ---- nonce --------------------------------------------------------------------------------
mine=00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff
for how in "-F nonce=$mine" ""; do
	if [ -n "$how" ]; then id=$(submit "$tmp/top.zip" -F "nonce=$mine")
	else id=$(raw "$tmp/top.zip" application/zip "?nonce=$mine"); fi
	outcome "$id" > /dev/null
	curl -s -o "$tmp/b.json" "$url/attestation/$id"
	is "nonce by ${how:-query}: in the report data" "$(jq -r '.reportData[64:]' "$tmp/b.json")" $mine
	"$sv" check attestation "$tmp/b.json" --nonce $mine --root "$tmp/agent/root.der" \
		--compose-hash "$(cat "$tmp/agent/compose-hash.txt")" --package "$tmp/top.zip" \
		--measurements "$tmp/agent/measurements.json" --collateral "$tmp/agent/collateral.json" > "$tmp/report"
	is "nonce by ${how:-query}: check" "$? $(grep -c '^\[OK\]   freshness' "$tmp/report")" "0 1"
done
for bad_nonce in 0 "$(printf '%064d' 0)" zz "${mine}00"; do
	is "nonce '$bad_nonce' is refused" \
		"$(curl -s --max-time 9 -F "skill=@$tmp/top.zip" -F "nonce=$bad_nonce" "$url/verify" | jq -r .errorCode)" nonce-invalid
done

# ---- the answers -----------------------------------------------------------------------------
id=$(submit "$tmp/top.tar.gz")
is "202 has what the original had" "$(jq -c '[.status, .statusUrl == "/verify/\(.jobId)", .message]' "$tmp/submit.json")" \
	'["pending",true,"Verification job created"]'
outcome "$id" > /dev/null
is "status has what the original had" "$(status "$id" | jq -c '[.jobId, .status, (.createdAt | length),
	(.startedAt | length), (.completedAt | length), .result.skillId, .result.result.passed, .result.result.exitCode,
	.result.result.stdout, .result.result.stderr, (.result.duration | type), .result.manifest]')" \
	"[\"$id\",\"completed\",24,24,24,\"hello-world@1.0.0\",true,0,\"Good morning from inside the sandbox\\n\",\"\",\"number\",{\"name\":\"hello-world\",\"version\":\"1.0.0\",\"description\":\"The smallest skill with a test. Says good morning and ends.\"}]"
curl -s -D "$tmp/head" -o "$tmp/b.json" "$url/attestation/$id"
has "bundle: type" "$(cat "$tmp/head")" "Content-Type: application/vnd.skill-verifier.attestation+json"
has "bundle: file name" "$(cat "$tmp/head")" "filename=\"hello-world-$(echo "$id" | cut -c1-8).attestation.json\""
has "bundle: immutable" "$(cat "$tmp/head")" "immutable"
etag=$(sed -n 's/^ETag: \(.*\)\r$/\1/p' "$tmp/head")
is "bundle: 304 for its tag" "$(code -H "If-None-Match: $etag" "$url/attestation/$id")" 304
is "bundle: members" "$(jq -c keys "$tmp/b.json")" \
	'["appCompose","envelope","eventLog","files","log","mediaType","publicKey","quote","reportData","vmConfig"]'
is "format=statement is the signed payload" \
	"$(curl -s "$url/attestation/$id?format=statement" | sha256sum)" \
	"$(jq -r .envelope.payload "$tmp/b.json" | base64 -d | sha256sum)"
is "format=dsse is the envelope" "$(curl -s "$url/attestation/$id?format=dsse" | jq -cS .)" "$(jq -cS .envelope "$tmp/b.json")"
is "format=quote is the quote" "$(curl -s "$url/attestation/$id?format=quote" | od -An -v -tx1 | tr -d ' \n')" "$(jq -r .quote "$tmp/b.json")"
is "openssl agrees on the signature" "$(
	jq -r .publicKey "$tmp/b.json" > "$tmp/key.pem"
	jq -r .envelope.payload "$tmp/b.json" | base64 -d > "$tmp/payload"
	{ printf 'DSSEv1 28 application/vnd.in-toto+json %d ' "$(wc -c < "$tmp/payload")"; cat "$tmp/payload"; } > "$tmp/pae"
	jq -r '.envelope.signatures[0].sig' "$tmp/b.json" | base64 -d > "$tmp/sig"
	openssl dgst -sha256 -verify "$tmp/key.pem" -signature "$tmp/sig" "$tmp/pae")" "Verified OK"
is "coreutils agree on the report data" "$(sha256sum < "$tmp/pae" | cut -d' ' -f1)" "$(jq -r '.reportData[:64]' "$tmp/b.json")"
is "the old attestation has resultHash and quote" "$(curl -s "$url/verify/$id/attestation" |
	jq -c --arg h "$(jq -r '.reportData[:64]' "$tmp/b.json")" '[.jobId, .passed, .attestation.resultHash == $h, (.attestation.quote | length > 9000), .attestation.teeType]')" \
	"[\"$id\",true,true,true,\"intel-tdx\"]"
is "a statement is not quoted again" "$(curl -s "$url/attestation/$id?nonce=$mine" | jq -r .errorCode)" not-available
is "unknown format" "$(curl -s "$url/attestation/$id?format=xml" | jq -r .errorCode)" not-available
has "health" "$(curl -s "$url/health" | jq -c '[.status, .selfTest, .tee, .ready]')" '["ok","ok","tdx",true]'
is "info: policy digest" "$(curl -s "$url/info" | jq -rj '.policy | @json' | sha256sum | cut -d' ' -f1)" \
	"$(curl -s "$url/info" | jq -r .policySha256)"
is "info: binary digest" "$(curl -s "$url/info" | jq -r .binarySha256)" "$(sha256sum "$sv" | cut -d' ' -f1)"
is "health command" "$("$sv" health --port "$port"; echo $?)" 0

# ---- identity quote (C15) ------------------------------------------------------------------
curl -s "$url/quote?nonce=$mine" > "$tmp/q.json"
spki=$(jq -r .publicKey "$tmp/q.json" | openssl pkey -pubin -outform DER 2>/dev/null | od -An -v -tx1 | tr -d ' \n')
want=$(printf 'skill-verifier/identity/v1\0' | od -An -v -tx1 | tr -d ' \n')$spki
is "identity quote: report data" "$(jq -r '.quote[1136:1264]' "$tmp/q.json")" \
	"$(printf %s "$want" | sed 's/../\\x&/g' | xargs -0 printf '%b' | sha256sum | cut -d' ' -f1)$mine"
is "identity quote: the key that signs results" "$(jq -r .publicKey "$tmp/q.json")" "$(jq -r .publicKey "$tmp/b.json")"
is "identity quote: nonce is needed" "$(curl -s "$url/quote" | jq -r .errorCode)" nonce-invalid
is "identity quote: not of zeros (C7)" "$(curl -s "$url/quote?nonce=$(printf '%064d' 0)" | jq -r .errorCode)" nonce-invalid
is "identity quote: at most one a second" "$(curl -s "$url/quote?nonce=$mine" | jq -r .errorCode)" rate-limited

# ---- methods, paths, headers ---------------------------------------------------------------
is "unknown path" "$(curl -s "$url/nothing" | jq -c .)" '{"error":"Not found","errorCode":"not-found","detail":{}}'
is "unknown job" "$(code "$url/verify/00000000000000000000000000000000")" 404
is "malformed job id" "$(code "$url/verify/../../etc/passwd" --path-as-is)" 404
is "wrong method" "$(code -X PUT "$url/health")" 405
has "wrong method: Allow" "$(curl -s -i -X PATCH "$url/verify")" "Allow: POST, OPTIONS"
is "OPTIONS" "$(code -X OPTIONS "$url/verify")" 204
has "CORS" "$(curl -s -i "$url/health")" "Access-Control-Allow-Origin: *"
is "HEAD has no body" "$(curl -s -I "$url/health" | grep -c '^Content-Length: [1-9]') $(curl -s -I -o /dev/null -w '%{size_download}' "$url/health")" "1 0"
is "two requests on one connection" "$(curl -s -o /dev/null -o /dev/null -w '%{num_connects} ' "$url/health" "$url/health")" "1 0 "
is "percent-encoded query" "$(code "$url/attestation/$id?form%61t=dsse")" 200

# ---- no job row for what http refuses (C49) --------------------------------------------------
total() { curl -s "$url/health" | jq .jobs.total; }
before=$(total)
e() { curl -s --max-time 20 "$@" | jq -r .errorCode; }
is "empty body" "$(e -X POST -H 'content-type: application/zip' "$url/verify")" length-required
is "empty body with a length" "$(e -X POST -H 'content-type: application/zip' -H 'content-length: 0' "$url/verify")" no-package
is "no content type" "$(e -X POST -H 'content-type:' --data-binary @"$tmp/top.zip" "$url/verify")" unsupported-media-type
is "form without a file" "$(e -F name=1 "$url/verify")" no-package
is "two files" "$(e -F "skill=@$tmp/top.zip" -F "skill=@$tmp/top.zip" "$url/verify")" multipart-invalid
is "an unknown part" "$(e -F "skill=@$tmp/top.zip" -F surprise=1 "$url/verify")" multipart-invalid
is "secrets are refused (C30)" "$(e -F "skill=@$tmp/top.zip" -F secret=A=b "$url/verify")" secrets-unsupported
head -c 5000 /dev/urandom > "$tmp/noise"
printf 'MZ' | cat - "$tmp/noise" > "$tmp/program"
is "not a package by its first bytes" "$(e -F "skill=@$tmp/program" "$url/verify")" package-format
head -c 17000000 /dev/zero > "$tmp/large"
is "too large, said in advance" "$(code -H 'content-type: application/zip' --data-binary "@$tmp/large" "$url/verify")" 413
is "too large, chunked" "$(e -H 'content-type: application/zip' -H 'transfer-encoding: chunked' --data-binary "@$tmp/large" "$url/verify")" package-too-large
is "too large, multipart" "$(e -F "skill=@$tmp/large" "$url/verify")" package-too-large
is "no job row of all this" "$(total)" "$before"
stop "$sv_pid"

# ---- where settings come from (C19) ------------------------------------------------------------
for v in SKILL_VERIFIER_NO_TEE=1 SKILL_VERIFIER_DATA=/tmp SKILL_VERIFIER_ALLOW_TIER=T4; do
	env "$v" timeout 5 "$sv" serve --no-tee --listen "127.0.0.1:$port" --data "$tmp/d2" > "$tmp/out" 2>&1
	is "environment ${v%%=*} refuses to start" "$? $(grep -c "${v%%=*}" "$tmp/out")" "3 1"
done
data=$tmp/data-env
PORT=$port SKILL_VERIFIER_LOG_LEVEL=debug "$sv" serve --no-tee --data "$data" 2> "$tmp/env.log" &
sv_pid=$!
started_pid $sv_pid
wait_until 50 curl -sf "$url/health" && ok "PORT and log level may come from the environment" ||
	bad "PORT from the environment" "$(tail -2 "$tmp/env.log")"
stop "$sv_pid"
