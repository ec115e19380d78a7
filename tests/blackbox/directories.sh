#!/bin/sh
# SPDX-License-Identifier: MIT
# inspect of a folder: the same rules for members as in an archive, nothing is
# followed, and the folder's own name counts as the top folder. Argument: build
# folder.
set -u
suite=directories
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
needs_inspect
umask 022
w=$tmp/w
h=$w/h
fresh() {
	rm -rf "$w"
	mkdir -p "$h"
	printf -- '---\nname: h\nversion: 1.0.0\ndescription: d\n---\n' > "$h/SKILL.md"
}
# gives NAME WANT [PATH]: "outcome-or-code top-folder warnings" of inspect, which has 10 s.
gives() {
	timeout 10 "$sv" inspect --json "${3:-$h}" > "$tmp/j" 2> "$tmp/err"
	status=$?
	got=$(jq -r '"\(.code // .outcome) \(.topDirectory // "-") \(.warnings | join(","))"' "$tmp/j" 2> /dev/null | sed 's/ $//')
	case $2 in accepted*) want=0 ;; *) want=4 ;; esac
	if [ "$got $status" = "$2 $want" ]; then ok "$1"
	else bad "$1" "'$got' status $status, want '$2' status $want: $(jq -r .error "$tmp/j" 2> /dev/null) $(head -1 "$tmp/err")"; fi
}
# refused NAME CODE MEMBER SHOWN: as gives; the member's number in bytewise order and its escaped name.
refused() {
	gives "$1" "$2 -"
	is "$1: which" "$(jq -r '.detail | "\(.member) \(.name)"' "$tmp/j")" "$3 $4"
	"$sv" inspect "$h" > "$tmp/out" 2>&1
	is "$1: on the terminal" "$(tr -d '\n' < "$tmp/out" | tr -cd '\000-\037\177' | wc -c) $(grep -cF "  member $3  $4" "$tmp/out")" "0 1"
}

# ---- what is neither file nor folder -----------------------------------------------------------
fresh; ln -s SKILL.md "$h/link"; refused "link to a file inside" package-member-type 2 link
fresh; ln -s /etc/passwd "$h/link"; refused "link to a file outside" package-member-type 2 link
fresh; ln -s /etc "$h/link"; refused "link to a folder" package-member-type 2 link
fresh; ln -s nowhere "$h/link"; refused "dangling link" package-member-type 2 link
fresh; ln -s link "$h/link"; refused "link to itself" package-member-type 2 link
fresh; ln -s . "$h/link"; refused "link that makes a circle" package-member-type 2 link
fresh; ln -s /dev/zero "$h/link"; refused "link to an endless file" package-member-type 2 link
fresh; mkdir "$h/d"; ln -s ../../h "$h/d/up"; refused "link in a folder" package-member-type 3 d/up
fresh; rm "$h/SKILL.md"; ln -s /proc/self/environ "$h/SKILL.md"; refused "the manifest is a link" package-member-type 1 SKILL.md
is "the manifest is a link: nothing of its target" "$(grep -c PATH= "$tmp/j" "$tmp/out" | tr '\n' ' ')" "$tmp/j:0 $tmp/out:0 "
fresh; mkfifo "$h/pipe"; refused "named pipe" package-member-type 2 pipe
fresh; rm "$h/SKILL.md"; mkfifo "$h/SKILL.md"; refused "the manifest is a pipe" package-member-type 1 SKILL.md
fresh; python3 -c "import socket; socket.socket(socket.AF_UNIX).bind('$h/sock')"; refused "socket" package-member-type 2 sock
if [ "$(id -u)" = 0 ] && fresh && mknod "$h/zero" c 1 5 2> /dev/null; then
	refused "character device" package-member-type 2 zero
	fresh; mknod "$h/disk" b 7 250; refused "block device" package-member-type 2 disk
else
	skip "devices" "none can be made here"
fi
fresh; mkdir "$h/mnt"
if mount -t tmpfs -o mode=755 none "$h/mnt" 2> /dev/null; then
	echo x > "$h/mnt/f"
	refused "mount point" package-member-type 2 mnt
	umount "$h/mnt"
else
	skip "mount point" "nothing can be mounted here"
fi
fresh; ln "$h/SKILL.md" "$h/twin"; gives "two names for one file: a copy each" "accepted h"
is "two names for one file: both counted" "$(jq .files "$tmp/j")" 2

# ---- names and numbers ---------------------------------------------------------------------------
fresh; printf x > "$h/$(printf 'a\nb')"; refused "line feed in a name" path-invalid 2 'a\x0ab'
fresh; printf x > "$h/$(printf 'a\033[31m')"; refused "escape sequence in a name" path-invalid 2 'a\x1b[31m'
fresh; printf x > "$h/$(printf 'a\377')"; refused "name that is not UTF-8" path-invalid 2 'a\xff'
fresh; printf x > "$h/a\\b"; refused "backslash in a name" path-invalid 2 'a\\b'
fresh; printf x > "$h/C:x"; refused "drive letter" path-invalid 1 C:x
fresh; printf x > "$h/skill.md"; refused "names that differ in case" path-collision 2 skill.md
fresh; mkdir "$h/A" "$h/a"; refused "folders that differ in case" path-collision 3 a
fresh; printf x > "$h/$(printf 'e\314\201')"; gives "decomposed name" "accepted h path-decomposed"
fresh; d=$h; for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16; do d=$d/d; done; mkdir -p "$d"; printf x > "$d/f"
gives "17 levels" "path-too-long -"
fresh; d=$h/d/d/d/d/d/d/d/d/d/d/d/d/d/d/d; mkdir -p "$d"; printf x > "$d/f"; gives "16 levels" "accepted h"
fresh; (cd "$h" && seq -f f%.0f 4095 | xargs touch); gives "4096 files" "accepted h"
touch "$h/one-more"; gives "4097 files" "package-entries -"
fresh; truncate -s 16777217 "$h/big"; refused "a file over 16 MiB" package-bomb 2 big
fresh; for i in 1 2 3 4 5; do truncate -s 15000000 "$h/big$i"; done; refused "over 64 MiB together" package-bomb 6 big5
fresh; truncate -s 1T "$h/sparse"; refused "a sparse file of 1 TiB" package-bomb 2 sparse
fresh; echo x > "$h/run"; chmod 4755 "$h/run"; gives "setuid" "accepted h mode-bits-dropped"
fresh; touch "$h/.DS_Store" "$h/._x"; mkdir "$h/__MACOSX" "$h/.git"; echo x > "$h/__MACOSX/f"; echo x > "$h/.git/config"
gives "litter" "accepted h"
is "litter: ignored, but hidden files count" "$(jq -c '[.files, .ignored]' "$tmp/j")" '[2,[".DS_Store","._x","__MACOSX","__MACOSX/f"]]'
tar -C "$w" -cf "$tmp/h.tar" h
is "litter: the same as packed" "$(jq -c '[.dirHash1, .filesSha256]' "$tmp/j")" \
	"$("$sv" inspect --json "$tmp/h.tar" | jq -c '[.dirHash1, .filesSha256]')"

# ---- the folder's own name ------------------------------------------------------------------------------
fresh
gives "its name is the top folder" "accepted h"
gives "a slash behind" "accepted h" "$h/"
gives "slashes, dots" "accepted h" "$h/.././h//."
(cd "$h" && timeout 10 "$sv" inspect --json . | jq -r .topDirectory) > "$tmp/top"
is "the current folder" "$(cat "$tmp/top")" h
ln -s h "$w/link"
gives "a link on the command line is resolved" "accepted h" "$w/link"
mv "$h" "$w/other"
gives "another name" "accepted other name-directory-mismatch" "$w/other"
sed -i '/^name/d' "$w/other/SKILL.md"
gives "no name of its own" "accepted other name-from-directory" "$w/other"
is "no name of its own: the folder's" "$(jq -r .name "$tmp/j")" other
odd=$w/$(printf 'a\377')
mv "$w/other" "$odd"
gives "a name that is not UTF-8" "path-invalid -" "$odd"
is "a name that is not UTF-8: escaped on the terminal" "$("$sv" inspect "$odd" | grep -cF 'a\xff: a path is not allowed')" 1
fresh
mv "$h" "$w/-h"
(cd "$w" && timeout 10 "$sv" inspect --json ./-h | jq -r .topDirectory) > "$tmp/top"
is "a name that begins with a dash" "$(cat "$tmp/top")" -h
fresh
gives "one folder below: that is the top folder" "accepted h" "$w"
mkdir "$w/i" && cp "$h/SKILL.md" "$w/i"
gives "two skills below" "package-multiple-skills -" "$w"
rm "$w/h/SKILL.md" "$w/i/SKILL.md"
gives "nothing in it" "no-manifest -" "$w"
