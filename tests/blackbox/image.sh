#!/bin/sh
# SPDX-License-Identifier: MIT
# The container image as `make image` made it: skopeo and umoci read it, nothing is in
# it but the binary and the runtimes, every digest and every label holds, and the same
# files give the same image elsewhere, later, as somebody else. (A container of it
# runs in ../container.) Argument: build folder.
set -u
suite=image
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
[ "$(id -u)" = 0 ] || { skip all "needs root"; exit 0; }
for tool in skopeo umoci faketime setpriv; do
	command -v $tool > /dev/null || { skip all "no $tool: vendor/deps test"; exit 0; }
done
images=$(cd "$build/../image" 2> /dev/null && pwd) && [ -d "$images/full" ] || { skip all "no image: make image"; exit 0; }
runtimes=$(cd "$build/../runtimes" && pwd)
umask 022
sha() { sha256sum < "$1" | cut -d ' ' -f 1; }

# holds FLAVOUR MAX-MIB RUNTIMES: everything about one flavour.
holds() {
	layout=$images/$1
	manifest=$(jq -r '.manifests[0].digest' "$layout/index.json")
	m=$layout/blobs/sha256/${manifest#sha256:}
	config=$(jq -r .config.digest "$m")
	c=$layout/blobs/sha256/${config#sha256:}
	size=$(jq '[.layers[].size] | add' "$m")
	if [ "$size" -le $(($2 * 1048576)) ]; then ok "$1: at most $2 MiB"; else bad "$1: at most $2 MiB" "$size bytes"; fi
	echo "# $1: $((size / 1024)) KiB compressed"

	# The layout: blobs are what their names say, nothing is left over, JSON is canonical.
	is "$1: every blob is what its name says" "$(cd "$layout/blobs/sha256" && sha256sum ./* | awk '$2 != "./" $1')" ""
	is "$1: every blob is named" "$(cd "$layout/blobs/sha256" && echo *)" \
		"$({ echo "$manifest"; echo "$config"; jq -r '.layers[].digest' "$m"; } | sed 's/^sha256://' | sort | tr '\n' ' ' | sed 's/ $//')"
	for f in "$layout/index.json" "$layout/oci-layout" "$m" "$c"; do
		is "$1: canonical $(basename "$f" | cut -c 1-12)" "$(jq -cS . "$f" | tr -d '\n' | sha256sum | cut -d ' ' -f 1)" "$(sha "$f")"
	done
	is "$1: the tar for docker load has the same files" "$(mkdir "$tmp/$1.tar" && tar -C "$tmp/$1.tar" -xf "$images/$1.tar" &&
		diff -r "$layout" "$tmp/$1.tar")" "Only in $tmp/$1.tar: manifest.json"
	is "$1: and a list of them" "$(jq -c '.[0] | [.Config, .RepoTags, .Layers]' "$tmp/$1.tar/manifest.json")" \
		"$(jq -c "[\"blobs/sha256/${config#sha256:}\", [\"skill-verifier:$1\"], [.layers[].digest | sub(\"sha256:\"; \"blobs/sha256/\")]]" "$m")"

	# Other programs' opinion.
	skopeo inspect "oci:$layout:$1" > "$tmp/inspect.json" 2> "$tmp/err" || bad "$1: skopeo inspect" "$(cat "$tmp/err")"
	is "$1: skopeo: digest, platform" "$(jq -r '[.Digest, .Architecture, .Os, .Created] | join(" ")' "$tmp/inspect.json")" \
		"$manifest amd64 linux 1970-01-01T00:00:00Z"
	if skopeo --insecure-policy copy -q "oci:$layout:$1" "dir:$tmp/dir-$1" 2> "$tmp/err"; then ok "$1: skopeo copies it"; else bad "$1: skopeo copies it" "$(cat "$tmp/err")"; fi
	is "$1: skopeo's copy has the same manifest" "$(sha "$tmp/dir-$1/manifest.json")" "${manifest#sha256:}"
	is "$1: skopeo reads the tar too" "$(skopeo inspect --config "docker-archive:$images/$1.tar" 2> "$tmp/err" | jq -c .config.Entrypoint)" '["/skill-verifier"]'
	rm -rf "$tmp/dir-$1" "$tmp/$1.tar"
	umoci unpack --image "$layout:$1" "$tmp/bundle-$1" > "$tmp/out" 2>&1 || bad "$1: umoci unpack" "$(tail -2 "$tmp/out")"

	# What is in it.
	root=$tmp/bundle-$1/rootfs
	is "$1: binary and runtimes, nothing else" "$(cd "$root" && find . -mindepth 1 -maxdepth 2 | sort | tr '\n' ' ')" \
		"./runtimes $(for r in $3; do printf './runtimes/%s ' "$r"; done)./skill-verifier "
	is "$1: the binary is ours" "$(sha "$root/skill-verifier") $(stat -c %a "$root/skill-verifier")" "$(sha "$sv") 755"
	for r in $3; do
		is "$1: $r, byte by byte" "$(diff -r --no-dereference "$runtimes/$r" "$root/runtimes/$r" 2>&1 | head -3)" ""
		is "$1: $r, modes and kinds" "$(cd "$root/runtimes/$r" && find . -printf '%y %m %P %l\n' | sort | sha256sum)" \
			"$(cd "$runtimes/$r" && find . -printf '%y %m %P %l\n' | sort | sha256sum)"
	done
	is "$1: all of it is root's, and as old as time" "$(find "$root" -mindepth 1 ! \( -uid 0 -gid 0 -newermt 1969-12-31 ! -newermt 1970-01-02 \) | head -3)" ""
	is "$1: it measures itself" "$("$root/skill-verifier" measure --json --runtimes "$root/runtimes" | jq -cS '[.binary, (.runtimes[] | [.name, .sha256, .ok])]')" \
		"$(jq -cS '.config.Labels | [(.["skill-verifier.binary"] | sub("sha256:"; "")), (to_entries[] | select(.key | startswith("skill-verifier.runtime.")) |
			[(.key | sub(".*[.]"; "")), (.value | sub("sha256:"; "")), true])]' "$c")"
	rm -rf "$tmp/bundle-$1"

	# What it says of itself.
	is "$1: how it runs" "$(jq -c '.config | [.Entrypoint, .Cmd, .Env, .User, .StopSignal]' "$c")" '[["/skill-verifier"],null,null,null,"SIGTERM"]'
	is "$1: whose commit" "$(jq -r '.config.Labels["org.opencontainers.image.revision"]' "$c")" "$("$sv" version --json | jq -r .commit)"
	is "$1: content of the layers" "$(for l in $(jq -r '.layers[].digest' "$m"); do gzip -dc "$layout/blobs/sha256/${l#sha256:}" | sha256sum | cut -d ' ' -f 1; done)" \
		"$(jq -r '.rootfs.diff_ids[] | sub("sha256:"; "")' "$c")"
}
holds core 12 base
holds full 140 "base node python"
is "the flavours share their layers" "$(for f in core full; do
	jq -r '.layers[].digest' "$images/$f/blobs/sha256/$(jq -r '.manifests[0].digest | sub("sha256:"; "")' "$images/$f/index.json")"; done | sort | uniq -d | wc -l)" 2

# ---- the same elsewhere -----------------------------------------------------------------
# Another folder, user, mask, date, order of files and time zone; the source was linked and touched.
there=$tmp/some/where/else
mkdir -p "$there/in/runtimes" "$there/out"
cp -a "$tests/../rootfs/image/build" "$sv" "$there/in/"
for f in manifest.json root; do cp -a "$runtimes/base/$f" "$there/in/"; done
mkdir "$there/in/runtimes/base" && mv "$there/in/root" "$there/in/manifest.json" "$there/in/runtimes/base/"
ln "$there/in/runtimes/base/root/bin/busybox" "$there/in/linked"
ln "$there/in/runtimes/base/root/etc/group" "$there/in/runtimes/group"
find "$there/in" -exec touch -h -d '2031-07-04 05:06:07 UTC' {} +
chown -hR 65534:65534 "$there/in" "$there/out"
# elsewhere: the image's tar once more; prints its digest.
elsewhere() {
	rm -rf "$there/out/core"
	(cd / && umask 077 && TZ=Pacific/Kiritimati LC_ALL=C.UTF-8 GZIP=-1 setpriv --reuid=65534 --regid=65534 --clear-groups \
		faketime -f +400d "$there/in/build" core "$there/in/skill-verifier" "$there/in/runtimes" "$there/out") > "$tmp/out" 2>&1
	sha "$there/out/core.tar"
}
same=$(sha "$images/core.tar")
is "the same image elsewhere, later, as somebody else" "$(elsewhere)" "$same"
is "and from layers that are kept" "$(elsewhere)" "$same"
is "the same layout" "$(diff -r "$images/core" "$there/out/core")" ""
# What may not be the same: each of these has to show.
echo >> "$there/in/runtimes/base/manifest.json"
if [ "$(elsewhere)" = "$same" ]; then bad "another runtime is another image" "the same digest"; else ok "another runtime is another image"; fi
cp -a "$runtimes/base/manifest.json" "$there/in/runtimes/base/" && chmod 644 "$there/in/runtimes/base/manifest.json"
is "as it was" "$(elsewhere)" "$same"
printf x >> "$there/in/skill-verifier"
if [ "$(elsewhere)" = "$same" ]; then bad "another binary is another image" "the same digest"; else ok "another binary is another image"; fi
"$tests/../rootfs/image/build" small "$sv" "$runtimes" "$tmp/none" 2> "$tmp/err"
is "another flavour is refused" "$? $(ls "$tmp/none" 2> /dev/null)" "2 "
