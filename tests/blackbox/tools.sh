#!/bin/sh
# SPDX-License-Identifier: MIT
# One skill packed by every program that people have: the same dirHash1 and
# filesSha256 each time, as coreutils and Python compute them from the folder.
# Argument: build folder.
set -u
suite=tools
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
needs_inspect
umask 022
o=$tmp/o
py=$tests/blackbox/tools.py
s=$tmp/s
top=$s/weather
long=a-folder-with-a-name-of-sixty-bytes-so-that-three-of-them-are-/another-one-of-fifty-bytes-with-a-longer-name-still
mkdir -p "$top/$long" "$top/scripts" "$top/empty folder"
printf -- '---\nname: weather\nversion: 1.0.0\ndescription: Packed many ways.\n---\n\n# Weather\n' > "$top/SKILL.md"
printf '#!/bin/sh\necho fine\n' > "$top/scripts/run.sh"
chmod 755 "$top/scripts/run.sh"
: > "$top/empty"
printf 'sunny\n' > "$top/$(printf 'Stra\303\237e nach K\303\266ln.txt')"
printf 'deep\n' > "$top/$long/a-file-at-the-end-of-a-path-of-two-hundred-bytes.md"
printf 'hidden\n' > "$top/.hidden"
head -c 100000 /dev/urandom > "$top/noise.bin"
seq 1 20000 > "$top/numbers.txt"

dir_hash=$(cd "$top" && find . -type f | cut -c3- | sort | tr '\n' '\0' | xargs -0 sha256sum | sha256sum | cut -d' ' -f1)
with_modes=$(python3 "$py" files "$s" mode | sha256sum | cut -d' ' -f1)
without=$(python3 "$py" files "$s" none | sha256sum | cut -d' ' -f1)

# judge NAME WANT: the archive $o. WANT is same, plain (no modes in this format),
# litter (same, and something was ignored), flat (no top folder) or a code.
judge() {
	"$sv" inspect --json "$o" > "$tmp/j" 2> "$tmp/err"
	got=$(jq -r '"\(.code // .outcome) \(.dirHash1) \(.filesSha256) \(.topDirectory) \(.warnings | join(",")) \(.ignoredTotal > 0)"' "$tmp/j")
	case $2 in
	same) want="accepted $dir_hash $with_modes weather  false" ;;
	plain) want="accepted $dir_hash $without weather  false" ;;
	litter) want="accepted $dir_hash $with_modes weather  true" ;;
	flat) want="accepted $dir_hash $with_modes null  false" ;;
	*) got=${got%% *} want=$2 ;;
	esac
	if [ "$got" = "$want" ]; then ok "$1"; else bad "$1" "got '$got', want '$want': $(jq -r '.error // empty' "$tmp/j")"; fi
}
# pack NAME WANT COMMAND...: COMMAND writes $o (or one $o.*) and runs where the top folder is.
pack() {
	name=$1 want=$2
	shift 2
	rm -f "$o" "$tmp"/o.*
	if (cd "$s" && "$@") > "$tmp/log" 2>&1; then
		for made in "$tmp"/o.*; do [ ! -e "$made" ] || mv "$made" "$o"; done
		judge "$name" "$want"
	else
		bad "$name" "$1 failed: $(tail -1 "$tmp/log")"
	fi
}
have() {
	command -v "$1" > /dev/null && return 0
	skip "$1" "$1 is not installed"
	return 1
}
# Programs that convert names need to know that these are UTF-8.
export LC_ALL=C.UTF-8

# ---- GNU tar ------------------------------------------------------------------------------
for f in gnu oldgnu ustar pax posix; do
	pack "GNU tar $f" same tar --format=$f -cf "$o" weather
	pack "GNU tar $f, ./weather" same tar --format=$f -cf "$o" ./weather
	pack "GNU tar $f, gzip" same tar --format=$f -czf "$o" weather
done
pack "GNU tar, inside the folder" flat tar -C weather -cf "$o" .
pack "GNU tar, everything here" same tar -cf "$o" .
pack "GNU tar, reproducible" same tar --sort=name --mtime=@0 --owner=0 --group=0 --numeric-owner --format=posix \
	--pax-option=exthdr.name=%d/PaxHeaders/%f,delete=atime,delete=ctime -cf "$o" weather
pack "GNU tar, records of 512 bytes" same tar -b 1 -cf "$o" weather
pack "GNU tar, xattrs and ACLs" same tar --xattrs --acls --selinux -cf "$o" weather
pack "GNU tar, sparse asked for, none there" same tar --sparse -cf "$o" weather
pack "GNU tar, large owner" same tar --owner=big:3000000000 --group=big:3000000000 -cf "$o" weather
pack "GNU tar, zstd" same tar --zstd -cf "$o" weather
pack "GNU tar, from a list" same sh -c "find weather -type f -print0 | tar --null -T - -cf $o"
pack "GNU tar, to a pipe" same sh -c "tar -cz weather | cat > $o"
mkdir "$tmp/nine"
(cd "$tmp/nine" && mkdir weather && cp "$top/SKILL.md" weather)
pack "GNU tar v7: no magic" package-format tar --format=v7 -C "$tmp/nine" -cf "$o" weather
pack "GNU tar, volume label first: no magic" package-format tar --label=x -cf "$o" weather
pack "GNU tar, incremental" package-member-type tar -g "$tmp/snapshot" -cf "$o" weather
pack "GNU tar, records of 32 KiB with a short archive" package-trailing-data tar -b 128 -C "$tmp/nine" -cf "$o" weather
pack "GNU tar, xz" package-format tar -cJf "$o" weather

# ---- libarchive ------------------------------------------------------------------------------
if have bsdtar; then
	for f in ustar pax rpax gnutar; do pack "bsdtar $f" same bsdtar --format $f -cf "$o" weather; done
	pack "bsdtar, gzip" same bsdtar -czf "$o" weather
	pack "bsdtar, zstd" same bsdtar --zstd -cf "$o" weather
	pack "bsdtar, gzip to a pipe" same sh -c "bsdtar -cz weather | cat > $o"
	pack "bsdtar, inside the folder" flat bsdtar -C weather -cf "$o" .
	pack "bsdtar, zip" same bsdtar --format zip -cf "$o" weather
	pack "bsdtar, zip stored" same bsdtar --format zip --options zip:compression=store -cf "$o" weather
	pack "bsdtar, zip to a pipe" same sh -c "bsdtar --format zip -c weather | cat > $o"
	pack "bsdtar, v7: no magic" package-format bsdtar --format v7tar -C "$tmp/nine" -cf "$o" weather
	pack "bsdtar, cpio" package-format bsdtar --format newc -cf "$o" weather
	pack "bsdtar, 7zip" package-format bsdtar --format 7zip -cf "$o" weather
	pack "bsdtar, mtree" package-format bsdtar --format mtree -cf "$o" weather
fi

# ---- Info-ZIP ------------------------------------------------------------------------------------
if have zip; then
	pack "zip" same zip -qr "$o" weather
	for opt in -0 -9 -X -D -y -fd -fz; do pack "zip $opt" same zip -qr $opt "$o" weather; done
	pack "zip, inside the folder" flat sh -c "cd weather && zip -qr $o ."
	pack "zip, to a pipe" same sh -c "zip -qr - weather | cat > $o"
	pack "zip, with a comment" same sh -c "echo about | zip -qrz $o weather"
	pack "zip, encrypted" package-format zip -qr -P secret "$o" weather
	pack "zip, bzip2" package-format zip -qr -Z bzip2 "$o" weather
fi

# ---- 7-Zip ---------------------------------------------------------------------------------------
# The program's name depends on which package it comes from.
sevenzip=$(command -v 7z || command -v 7zz || echo 7zz)
if have "$sevenzip"; then
	pack "7z, zip" same "$sevenzip" a -tzip "$o.zip" weather
	pack "7z, tar" same "$sevenzip" a -ttar "$o.tar" weather
	pack "7z, deflate64" package-format "$sevenzip" a -tzip -mm=Deflate64 "$o.zip" weather
	pack "7z, LZMA in zip" package-format "$sevenzip" a -tzip -mm=LZMA "$o.zip" weather
	pack "7z, AES" package-format "$sevenzip" a -tzip -psecret -mem=AES256 "$o.zip" weather
	pack "7z, 7z" package-format "$sevenzip" a "$o.7z" weather
fi

# ---- git ------------------------------------------------------------------------------------------
if have git; then
	git init -q "$tmp/git" && cp -R "$top/." "$tmp/git" && (cd "$tmp/git" && git add -A &&
		git -c user.name=t -c user.email=t@t commit -qm x) > "$tmp/log" 2>&1 || bad "git" "$(tail -1 "$tmp/log")"
	for f in tar tar.gz zip; do
		pack "git archive $f" same git -C "$tmp/git" archive --prefix=weather/ --format=$f -o "$o" HEAD
		pack "git archive $f, no prefix" flat git -C "$tmp/git" archive --format=$f -o "$o" HEAD
	done
fi

# ---- Python, Java, macOS --------------------------------------------------------------------------------
for k in tar-ustar tar-gnu tar-pax gzip-of-tar gzip-all-fields zip-method-stored zip-method-deflated zip-pipe zip-zip64 \
	zip-pipe-zip64; do
	pack "python $k" same python3 "$py" $k "$s" "$o"
done
pack "python zip-method-bzip2" package-format python3 "$py" zip-method-bzip2 "$s" "$o"
pack "python zip-method-lzma" package-format python3 "$py" zip-method-lzma "$s" "$o"
pack "shutil.make_archive gztar" same python3 -c "import shutil; shutil.make_archive('$o', 'gztar', '.', 'weather')"
pack "shutil.make_archive zip" same python3 -c "import shutil; shutil.make_archive('$o', 'zip', '.', 'weather')"
pack "macOS tar: AppleDouble and .DS_Store" litter python3 "$py" mac-tar "$s" "$o"
pack "macOS zip: __MACOSX" litter python3 "$py" mac-zip "$s" "$o"
pack "Java zip, emulated" plain python3 "$py" jar "$s" "$o"
if have jar; then
	pack "jar" plain jar cMf "$o" weather
	pack "jar, stored" plain jar c0Mf "$o" weather
fi
if have cpio; then
	pack "cpio writing ustar" same sh -c "find weather | cpio -o -H ustar > $o"
	pack "cpio writing newc" package-format sh -c "find weather | cpio -o -H newc > $o"
	pack "cpio writing old tar: no magic" package-format sh -c "cd $tmp/nine && find weather | cpio -o -H tar > $o"
fi
if have busybox && busybox tar --help > /dev/null 2>&1; then pack "busybox tar" same busybox tar -cf "$o" weather; fi

# ---- compressors --------------------------------------------------------------------------------------------
tar -C "$s" -cf "$tmp/weather.tar" weather
for opt in -1 -9 -n -N --rsyncable; do pack "gzip $opt" same sh -c "gzip -c $opt $tmp/weather.tar > $o"; done
if have pigz; then
	for opt in -1 -9 -11 -i -n "-p 4 -b 128" -R; do pack "pigz $opt" same sh -c "pigz -c $opt $tmp/weather.tar > $o"; done
	pack "pigz, zlib format" package-format sh -c "pigz -cz $tmp/weather.tar > $o"
	pack "pigz, zip of a tar" no-manifest sh -c "pigz -cK $tmp/weather.tar > $o"
fi
if have zstd; then
	for opt in -1 -19 --ultra\ -22 --no-check -T2 --long=23 --rsyncable; do
		pack "zstd $opt" same sh -c "zstd -qc $opt $tmp/weather.tar > $o"
	done
	pack "zstd, from a pipe" same sh -c "cat $tmp/weather.tar | zstd -qc > $o"
	pack "zstd, from a pipe, window of 128 MiB" package-format sh -c "cat $tmp/weather.tar | zstd -qc --long=27 > $o"
	pack "LZ4" package-format sh -c "printf '\004\042\115\030' > $o"
fi
