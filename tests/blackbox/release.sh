#!/bin/sh
# SPDX-License-Identifier: MIT
# What `make release` writes: every digest in it is recomputed with other programs,
# every locked file is there, every licence is listed, twice gives the same bytes, and
# what does not belong together is refused. Argument: build folder.
set -u
suite=release
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
images=$(cd "$build/../image" 2> /dev/null && pwd) && [ -d "$images/full" ] || { skip all "no image: make image"; exit 0; }
command -v skopeo > /dev/null || { skip all "no skopeo: vendor/deps test"; exit 0; }
top=$(cd "$tests/.." && pwd)
cache=$(cd "${VENDOR_CACHE:-$build/../vendor/cache}" 2> /dev/null && pwd) || cache=/nonexistent
name=registry.example/skill-verifier
sha() { sha256sum < "$1" | cut -d ' ' -f 1; }
{
	awk '$1 == "file" { print $3 "  " $5 }' "$top/vendor/lock"
	awk '$1 == "deb" || $1 == "npm" { print $5 "  " $7 }' "$top"/rootfs/*.lock
} | sort -u > "$tmp/locked"
while read -r _ file; do
	[ -e "$cache/$file" ] || { skip all "$file is not in VENDOR_CACHE: vendor/fetch and rootfs/build fetch bring it"; exit 0; }
done < "$tmp/locked"
make_release() { "$top/compose/release/build" "$sv" "$images" "$@"; }

make_release "$cache" $name "$tmp/one" > "$tmp/out" 2>&1 || { bad build "$(tail -3 "$tmp/out")"; exit 1; }
version=$("$sv" version --json | jq -r .version)
r=$tmp/one/release-$version
is "what is in it" "$(cd "$r" && echo *)" "LICENSE README.md SHA256SUMS compose image-core.tar image-full.tar licences releases.tsv skill-verifier sources.tar"

# ---- sums ---------------------------------------------------------------------------------
is "SHA256SUMS holds" "$(cd "$r" && sha256sum --quiet --strict -c SHA256SUMS 2>&1)" ""
is "and names every file" "$(cut -c 67- "$r/SHA256SUMS" | sort)" "$(cd "$r" && find . -type f ! -name SHA256SUMS -printf '%P\n' | sort)"
is "the program is the one that was built" "$(sha "$r/skill-verifier") $(stat -c %a "$r/skill-verifier")" "$(sha "$sv") 755"

# ---- the table ------------------------------------------------------------------------------
is "columns" "$(head -1 "$r/releases.tsv" | tr '\t' ' ')" "version commit binary flavour image compose"
is "two lines" "$(sed 1d "$r/releases.tsv" | cut -f 4 | tr '\n' ' ')" "core full "
for flavour in core full; do
	row=$(awk -F '\t' -v f=$flavour '$4 == f { print $1, $2, $3, $5, $6 }' "$r/releases.tsv")
	is "$flavour: version, commit, binary, image, compose hash" "$row" "$version $("$r/skill-verifier" version --json | jq -r .commit) $(sha "$sv") $(
		skopeo inspect --format '{{.Digest}}' "oci-archive:$r/image-$flavour.tar" 2>&1) $(sha "$r/compose/$flavour/app-compose.json")"
	is "$flavour: the compose files pin that image" "$(sed -n 's/^    image: //p' "$r/compose/$flavour/docker-compose.yml")" \
		"$name@$(echo "$row" | cut -d ' ' -f 4)"
	is "$flavour: the tar is for docker load too" "$(skopeo inspect --config "docker-archive:$r/image-$flavour.tar" 2>&1 |
		jq -r '.config.Labels["skill-verifier.binary"]')" "sha256:$(sha "$sv")"
	is "$flavour: check compose" "$("$r/skill-verifier" check compose --json "$r/compose/$flavour/app-compose.json" | jq -r .verdict)" pinned
done

# ---- sources ---------------------------------------------------------------------------------
python3 - "$r/sources.tar" > "$tmp/sources" 2> "$tmp/odd" << 'END'
import hashlib, sys, tarfile
with tarfile.open(sys.argv[1]) as tar:
    members = tar.getmembers()
    for m in members:
        if not m.isfile() or m.mtime or m.uid or m.gid or m.mode != 0o644:
            print(m.name, file=sys.stderr)
        print(hashlib.sha256(tar.extractfile(m).read()).hexdigest() + "  " + m.name)
    if [m.name for m in members] != sorted(m.name for m in members):
        print("not sorted", file=sys.stderr)
END
is "sources.tar: plain files, sorted, without time and owner" "$(cat "$tmp/odd")" ""
is "sources.tar: every locked file, nothing else" "$(sort "$tmp/sources" | diff - "$tmp/locked")" ""
mkdir "$tmp/unpacked" && tar -C "$tmp/unpacked" -xf "$r/sources.tar"
is "sources.tar: all that a build would fetch" "$({ "$top/vendor/fetch" "$tmp/unpacked" && "$top/rootfs/build" fetch "$tmp/unpacked"; } 2>&1; echo $?)" 0
rm -rf "$tmp/unpacked"
echo "# $(wc -l < "$tmp/locked") locked files, $(du -sm "$r" | cut -f 1) MiB in all"

# ---- licences ----------------------------------------------------------------------------------
list=$r/licences/LIST.tsv
is "every package is listed" "$(cut -f 1,2 "$list" | grep -v ^tool | tr '\t' ' ' | sort)" "$({ awk '$1 == "source" { print $1, $2 }' "$top/vendor/lock"
	awk '$1 == "deb" || $1 == "npm" { print $1, $2 }' "$top"/rootfs/*.lock; } | sort -u)"
is "and what the compiler adds" "$(awk -F '\t' '$1 == "tool" { print $2 }' "$list" | tr '\n' ' ')" "gcc-12-base musl-dev "
is "every text is there, and none beside" "$(cut -f 4 "$list" | grep -vx - | sort -u)" "$(cd "$r/licences" && find . -type f -size +100c ! -name LIST.tsv -printf '%P\n' | sort)"
absent=$(awk -F '\t' '$4 == "-" { print $2 }' "$list")
is "those without a text say so" "$(awk -F '\t' '$4 == "-" && $5 !~ /^ABSENT/' "$list")" ""
for p in $absent; do has "and README.md names $p" "$(cat "$r/README.md")" "\`$p\`"; done
is "a text is the package's own" "$(sha "$r/licences/deb-jq.txt")" \
	"$(dpkg-deb --fsys-tarfile "$cache/$(awk '$2 == "jq" { print $7 }' "$top/rootfs/base.lock")" | tar -xOf - ./usr/share/doc/jq/copyright | sha256sum | cut -d ' ' -f 1)"

# ---- the same again ------------------------------------------------------------------------------
# Another mask, zone and locale, and copies of the locked files with other times and modes.
mkdir -m 700 "$tmp/cache"
(umask 077 && while read -r _ file; do cp "$cache/$file" "$tmp/cache/"; done < "$tmp/locked")
(umask 077 && cd / && TZ=Pacific/Kiritimati LC_ALL=C.UTF-8 TAR_OPTIONS=--mtime=now make_release "$tmp/cache" $name "$tmp/two") > "$tmp/out" 2>&1 ||
	bad "once more" "$(tail -3 "$tmp/out")"
is "twice the same bytes" "$(diff -r "$r" "$tmp/two/release-$version" 2>&1)" ""
rm -rf "$tmp/two"

# ---- refusals -----------------------------------------------------------------------------------
# refused WHAT WORDS COMMAND...: status 1 with these words, and what was there stays as it is.
sums=$(sha "$r/SHA256SUMS")
refused() {
	what=$1 words=$2
	shift 2
	"$@" > "$tmp/out" 2> "$tmp/err"
	is "$what is refused" "$? $(cat "$tmp/out")" "1 "
	has "$what: the reason" "$(cat "$tmp/err")" "$words"
	is "$what: the release of before is left" "$(cd "$tmp/one" && echo * && sha "$r/SHA256SUMS")" "release-$version
$sums"
}
some=zlib_1.2.13.dfsg.orig.tar.bz2
echo >> "$tmp/cache/$some"
refused "a changed source" "$some does not have the locked SHA-256" make_release "$tmp/cache" $name "$tmp/one"
rm "$tmp/cache/$some"
refused "a source that is gone" "$some is not in" make_release "$tmp/cache" $name "$tmp/one"
refused "a name with a digest" "names a digest already" make_release "$cache" "$name@sha256:$sums" "$tmp/one"
cp "$sv" "$tmp/other" && printf x >> "$tmp/other"
refused "another binary than the image's" "holds another binary" "$top/compose/release/build" "$tmp/other" "$images" "$cache" $name "$tmp/one"
mkdir "$tmp/images"
ln -s "$images/core" "$images/full" "$images/full.tar" "$tmp/images/"
cp "$images/full.tar" "$tmp/images/core.tar"
refused "a tar of another image" "core.tar is of another image" "$top/compose/release/build" "$sv" "$tmp/images" "$cache" $name "$tmp/one"
