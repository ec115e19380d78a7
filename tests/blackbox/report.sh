#!/bin/sh
# SPDX-License-Identifier: MIT
# The three forms of a report: text for people (aligned, advice, colour), JSON
# against its table, and the page: well formed, self-contained, nothing of the
# evidence gets out of its place. Argument: build folder.
set -u
suite=report
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
[ "$(id -u)" = 0 ] || { skip all "serve needs root"; exit 0; }

nonce=00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff
tool_package
made v4
made v5 --quote-version 5 --key-provider kms
# An application whose text is measured, and meant to get out of its place on a page.
jq -c --arg x "\"'><script>alert(1)</script><!--&lt;" '.name = $x | .allowed_envs = [$x] | .pre_launch_script = $x |
	.docker_compose_file = ({services: {a: {image: $x, volumes: [$x + ":/x"], ports: [$x]}}} | tojson)' \
	"$tests/simulator/app-compose.json" > "$tmp/evil-compose.json"
made evil --app-compose "$tmp/evil-compose.json"
# One whose image is pinned and can start others, and one whose only fault is the image.
pinned=x/y@sha256:$(printf '%064d' 1)
jq -c --arg i "$pinned" '.docker_compose_file = ({services: {a: {image: $i, privileged: true}}} | tojson)' \
	"$tests/simulator/app-compose.json" > "$tmp/launcher-compose.json"
made launcher --app-compose "$tmp/launcher-compose.json"
jq -c '.docker_compose_file = ({services: {a: {image: "x/y:1"}}} | tojson)' "$tests/simulator/app-compose.json" > "$tmp/tag-compose.json"
made tag --app-compose "$tmp/tag-compose.json"
# One whose MRCONFIGID is of a document (guests of 0.6.0), which nothing of the bundle shows.
made third --mr-config 3
third() {
	"$sv" check "$tmp/third.json" --json --root "$tmp/third/root.der" "$@" > "$tmp/third.out" 2>&1
	jq -r '.links[] | select(.name == "compose") | .state + " " + (.code // "-")' "$tmp/third.out"
}
is "MRCONFIGID 3: not without its document" "$(third)" "skip -"
has "MRCONFIGID 3: what to do" "$(jq -r '.links[] | select(.name == "compose").advice' "$tmp/third.out")" "Name the document with --mr-config"
is "MRCONFIGID 3: with it" "$(third --mr-config "$tmp/third/mr-config.json") $(grep -c 'MRCONFIGID says the same' "$tmp/third.out")" "ok - 1"
tr 3 4 < "$tmp/third/mr-config.json" > "$tmp/other-config.json"
is "MRCONFIGID 3: another document" "$(third --mr-config "$tmp/other-config.json")" "fail MRCONFIGID"
is "MRCONFIGID 3: a document that is not there" "$("$sv" check "$tmp/third.json" --mr-config "$tmp/none" > /dev/null 2>&1; echo $?)" 3
jq -r .eventLog "$tmp/third.json" > "$tmp/third.log"
jq -r .quote "$tmp/third.json" > "$tmp/third.quote"
# log OPTIONS...: exit status, and how often the note stands there
log() { "$sv" check log --event-log "$tmp/third.log" --quote "$tmp/third.quote" "$@" > "$tmp/third.txt" 2>&1; echo "$? $(grep -c 'a document that was not given' "$tmp/third.txt")"; }
is "MRCONFIGID 3: check log says what is not compared" "$(log)" "0 1"
is "MRCONFIGID 3: check log with it" "$(log --mr-config "$tmp/third/mr-config.json")" "0 0"
is "MRCONFIGID 3: check log with another" "$(log --mr-config "$tmp/other-config.json")" "1 0"
# class NAME: the classes of its links compose and images
class() { "$sv" check "$tmp/$1.json" --json --root "$tmp/$1/root.der" | jq -r '[.links[] | select(.name == "compose" or .name == "images") | .code // .state] | join(" ")'; }
is "classes: a script and an image" "$(class evil)" "COMPOSE_POLICY IMAGE_UNPINNED"
is "classes: an image that can start others" "$(class launcher)" "ok COMPOSE_POLICY"
is "classes: an image that is not pinned" "$(class tag)" "ok IMAGE_UNPINNED"
O=$tmp/v4
full="--root $O/root.der --collateral $O/collateral.json --compose-hash $(cat "$O/compose-hash.txt") --measurements $O/measurements.json"

# ---- text --------------------------------------------------------------------------------
# shellcheck disable=SC2086
"$sv" check "$tmp/v4.json" --root "$O/root.der" > "$tmp/open.txt"
is "text: every line of a link is aligned" "$(sed '/^$/,$d' "$tmp/open.txt" | grep -cvE '^(\[(OK|FAIL|SKIP)\] {1,3}[a-z]{2,11} +[^ ]| {19}[^ ])')" 0
is "text: names begin in column 8, texts in column 20" "$(sed '/^$/,$d' "$tmp/open.txt" | grep -E '^\[' | grep -cvE '^.{7}[a-z]+ *[^ ]' )" 0
is "text: a sentence of advice for each link that is open or fails" \
	"$(grep -c '^\[SKIP\]\|^\[FAIL\]' "$tmp/open.txt")" "$(grep -cE '^ {19}[A-Z].*\.$' "$tmp/open.txt")"
is "text: no control character in a pipe" "$(tr -d '\n' < "$tmp/open.txt" | LC_ALL=C grep -c '[^ -~]')" 0
# A terminal of our own: with colour, without for NO_COLOR, with for an empty one.
cat > "$tmp/terminal.py" <<'P'
import os, pty, sys
env = dict(os.environ, TERM="xterm", **({"NO_COLOR": sys.argv[1][1:]} if sys.argv[1] != "-" else {}))
pid, fd = pty.fork()
if pid == 0: os.execve(sys.argv[2], sys.argv[2:], env)
out = b""
while True:
    try: part = os.read(fd, 65536)
    except OSError: break
    if not part: break
    out += part
os.waitpid(pid, 0)
print(out.count(b"\x1b[32m[OK]"), out.count(b"\x1b"))
P
is "text: colour on a terminal" "$(NO_COLOR='' python3 "$tmp/terminal.py" - "$sv" check "$tmp/v4.json" | cut -d' ' -f1 | grep -cE '^[1-9]')" 1
is "text: NO_COLOR" "$(python3 "$tmp/terminal.py" =1 "$sv" check "$tmp/v4.json" | cut -d' ' -f2)" 0

# ---- JSON and page ---------------------------------------------------------------------------
# shellcheck disable=SC2086
python3 "$tests/blackbox/report.py" "$sv" "$tmp" "$tests/.." $nonce $full

# ---- the page's file ----------------------------------------------------------------------------
page() { "$sv" check "$tmp/v4.json" --html "$1" > /dev/null 2> "$tmp/err"; }
mkdir "$tmp/dir"
page "$tmp/dir/p.html"
is "page: is there whole, readable, and nothing beside it" "$(stat -c %a "$tmp/dir/p.html") $(ls -A "$tmp/dir")" "644 p.html"
before=$(stat -c %i "$tmp/dir/p.html")
page "$tmp/dir/p.html"
is "page: replaced, not written over" "$([ "$before" != "$(stat -c %i "$tmp/dir/p.html")" ] && tail -c 8 "$tmp/dir/p.html")" "</html>"
ln -s "$tmp/dir/elsewhere" "$tmp/dir/link.html"
page "$tmp/dir/link.html"
is "page: a link is replaced, not followed" "$([ -L "$tmp/dir/link.html" ] || [ -e "$tmp/dir/elsewhere" ]; echo $?)" 1
page "$tmp/nowhere/p.html"
is "page: cannot be written" "$? $(wc -l < "$tmp/err")" "3 1"
if command -v xmllint > /dev/null; then
	is "page: a second parser has nothing to say but names of new elements" \
		"$(xmllint --html --noout "$tmp/dir/p.html" "$tmp/y.html" 2>&1 | grep 'error' | grep -cvE 'Tag (header|main|footer|section|figure|figcaption|details|summary|svg|title|desc|g|path|rect|circle|text) invalid')" 0
else
	skip "page: xmllint" "not installed"
fi
