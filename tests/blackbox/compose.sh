#!/bin/sh
# SPDX-License-Identifier: MIT
# What `make compose` pins: the digest is the image's, as another program reads it; the
# compose hash is SHA-256 of the text, as coreutils and the program compute it; the text
# says what an auditor is told that it says, and nothing else. Argument: build folder.
set -u
suite=compose
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
images=$(cd "$build/../image" 2> /dev/null && pwd) && [ -d "$images/full" ] || { skip all "no image: make image"; exit 0; }
command -v skopeo > /dev/null || { skip all "no skopeo: vendor/deps test"; exit 0; }
pin=$tests/../compose/pin
name=registry.example/skill-verifier
sha() { sha256sum < "$1" | cut -d ' ' -f 1; }
said() { sed -n "s/^$1  //p" "$2"; }

for flavour in core full; do
	out=$tmp/$flavour
	"$pin" "$images/$flavour" "$name" "$out" > "$out.said" 2>&1 || { bad "$flavour: pin" "$(cat "$out.said")"; continue; }
	app=$out/app-compose.json
	digest=$(skopeo inspect --format '{{.Digest}}' "oci:$images/$flavour:$flavour")
	is "$flavour: the image is the one that skopeo reads" "$(said 'image digest' "$out.said")" "$digest"
	is "$flavour: the compose file runs it" "$(sed -n 's/^    image: //p' "$out/docker-compose.yml")" "$name@$digest"
	is "$flavour: and is the template but for that line" "$(diff "$tests/../compose/docker-compose.yml.in" "$out/docker-compose.yml" | grep -c '^[<>]')" 2
	is "$flavour: compose hash: printed, coreutils, compose-hash" \
		"$(said 'compose hash' "$out.said") $("$sv" compose-hash "$app")" "$(sha "$app") $(sha "$app")"
	is "$flavour: it carries the compose file byte for byte" "$(jq -j .docker_compose_file "$app" | sha256sum)" "$(sha256sum < "$out/docker-compose.yml")"
	is "$flavour: every other member" "$(jq -cS 'del(.docker_compose_file)' "$app")" \
		'{"allowed_envs":[],"gateway_enabled":true,"kms_enabled":true,"local_key_provider_enabled":false,"manifest_version":2,"name":"skill-verifier","no_instance_id":false,"public_logs":false,"public_sysinfo":false,"public_tcbinfo":true,"runner":"docker-compose","secure_time":true,"storage_fs":"zfs"}'
	hasnt "$flavour: nothing that the host fills in" "$(cat "$out/docker-compose.yml")" '$'
	"$sv" check compose --json "$app" > "$out.json"
	is "$flavour: check compose" "$? $(jq -r .verdict "$out.json")" "0 pinned"
	is "$flavour: what it asks to look at" "$(jq -r '[.findings[] | select(.weight != "note") | "\(.code) \(.detail // .value // "")"] | length' "$out.json")" 5
	codes=$(jq -r '[.findings[] | select(.weight != "note") | .code] | unique | join(" ")' "$out.json")
	is "$flavour: and that is" "$codes" "cap-add key-provider-unpinned security-opt"
	for code in $codes; do has "compose/README.md tells of $code" "$(cat "$tests/../compose/README.md")" "\`$code\`"; done
	"$pin" "$images/$flavour" "$name" "$out.again" > /dev/null
	is "$flavour: the same again" "$(diff -r "$out" "$out.again")" ""
done
hash() { "$pin" "$1" "$2" "$tmp/other" > "$tmp/other.said" 2>&1; said 'compose hash' "$tmp/other.said"; }
is "flavours and names differ in their hash" "$({ hash "$images/core" $name; hash "$images/full" $name; hash "$images/full" $name-2
	hash "$images/full" registry.example:5000/you/skill-verifier:0.1.0; } | sort -u | wc -l)" 4
is "a provider of keys that is named" "$(jq '. + {key_provider_id: "00"}' "$tmp/full/app-compose.json" > "$tmp/named.json"
	"$sv" check compose --json "$tmp/named.json" | jq -r '[.findings[] | select(.code == "key-provider-unpinned")] | length')" 0

# ---- refusals -----------------------------------------------------------------------------
# refused WHAT WORDS LAYOUT NAME: status 1, these words, nothing written.
refused() {
	"$pin" "$3" "$4" "$tmp/none" > "$tmp/out" 2> "$tmp/err"
	is "$1 is refused" "$? $(cat "$tmp/out")$(ls "$tmp/none" 2> /dev/null)" "1 "
	has "$1: the reason" "$(cat "$tmp/err")" "$2"
}
refused "a name with a digest" "names a digest already" "$images/core" "$name@sha256:$(sha "$sv")"
refused "a name in capitals" "does not pin an image" "$images/core" Registry/Name
refused "a name of two lines" "does not pin an image" "$images/core" "$(printf 'a\nb')"
refused "an empty name" "does not pin an image" "$images/core" ""
refused "no layout" "no OCI layout" "$tmp" $name
cp -a "$images/core" "$tmp/layout"
jq -c '.manifests += .manifests' "$images/core/index.json" > "$tmp/layout/index.json"
refused "a layout of two images" "several manifests" "$tmp/layout" $name
cp "$images/core/index.json" "$tmp/layout/"
manifest=$tmp/layout/blobs/sha256/$(jq -r '.manifests[0].digest[7:]' "$images/core/index.json")
echo >> "$manifest"
refused "a manifest that was changed" "is not what its name says" "$tmp/layout" $name
rm "$manifest"
refused "a manifest that is gone" "does not name one manifest" "$tmp/layout" $name
