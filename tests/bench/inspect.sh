#!/bin/sh
# SPDX-License-Identifier: MIT
# inspect, from fork to its end: the archive is hashed, unpacked into memory by a
# confined process, hashed file by file, its manifest read by another one. The
# peers list or extract and hash nothing; unpacking alone is what they do.
set -u
# shellcheck source=tests/bench/figures.sh
. "$(dirname "$0")/figures.sh"
runs=${RUNS:-2}

# The median of the real skills in files and bytes (specs/skills.md 1.4), a stand-in for the
# largest (5,554,003 bytes), and archives of words, which gzip shrinks to about a fifth.
real=$vectors/skills/real/clawdbot--himalaya/package
"$python" - "$tmp" <<'P' || exit 1
import os, random, sys
r = random.Random(1)
words = ["".join(r.choices("abcdefghijklmnopqrstuvwxyz", k=r.randint(3, 9))) for _ in range(100)]
def text(n): return " ".join(r.choices(words, k=n // 5)).ljust(n)[:n]
def package(name, files):
    for path, n in files:
        path = os.path.join(sys.argv[1], name, "skill", path)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        head = "---\nname: skill\nversion: 1.0.0\ndescription: " + text(200) + "\n---\n" if path.endswith("SKILL.md") else ""
        with open(path, "w") as f: f.write((head + text(n))[:n])
package("median", [("SKILL.md", 4038), ("references/a.md", 5000), ("scripts/b.py", 4329)])
package("largest", [("SKILL.md", 128489)] + [(f"d{i % 9}/f{i}.json", 42067) for i in range(129)])
package("mib1", [("SKILL.md", 4038), ("data.txt", (1 << 20) - 4038)])
package("mib60", [("SKILL.md", 4038)] + [(f"data{i}.txt", 10 << 20) for i in range(6)])
P
median="median real skill (made)"
if [ -d "$real" ]; then
	tar -C "$real" -czf "$tmp/median.tar.gz" . || exit 1
	median="median real skill, 12 KB"
else tar -C "$tmp/median" -czf "$tmp/median.tar.gz" . || exit 1; fi
for p in largest mib1 mib60; do tar -C "$tmp/$p" -czf "$tmp/$p.tar.gz" . || exit 1; done
# A refusal would be quick.
for p in median largest mib1 mib60; do "$sv" inspect "$tmp/$p.tar.gz" > "$tmp/out" || { cat "$tmp/out"; exit 1; }; done
mkdir "$tmp/made"
for d in "$tests"/vectors/skills/made/*/package; do
	tar -C "$d" -czf "$tmp/made/$(basename "$(dirname "$d")").tar.gz" . || exit 1
done

timed() {
	name=$1
	shift
	"$client" run 1 "$@" >> "$tmp/$name.ms" || exit 1
}
i=0
while [ $i -lt $((runs * 20)) ]; do
	timed median "$sv" inspect "$tmp/median.tar.gz"
	timed median.python "$python" -c 'import sys, tarfile; tarfile.open(sys.argv[1]).getnames()' "$tmp/median.tar.gz"
	timed median.tar tar tf "$tmp/median.tar.gz"
	i=$((i + 1))
done
# Extraction into memory too, as ours: a tmpfs, emptied outside of the figure.
shm=$(mktemp -d /dev/shm/bench.XXXXXX) || exit 1
trap 'rm -rf "$shm"; finish' EXIT
i=0
while [ $i -lt $((runs * 3)) ]; do
	for p in largest mib60; do
		timed $p "$sv" inspect "$tmp/$p.tar.gz"
		timed $p.bsdtar bsdtar -xf "$tmp/$p.tar.gz" -C "$shm"
		rm -rf "${shm:?}"/*
		timed $p.unpack "$build/bench/unpack" "$tmp/$p.tar.gz" "$shm"
		rm -rf "${shm:?}"/*
	done
	for f in "$tmp/made"/*.tar.gz; do
		timed made "$sv" inspect "$f"
		timed made.tar tar tf "$f"
	done
	i=$((i + 1))
done
for p in mib1 mib60; do "$client" memory 1 "$sv" inspect "$tmp/$p.tar.gz" > "$tmp/$p.kib" || exit 1; done
# Nothing to compress: the archive is as large as what is in it, up to the limit of a package.
mkdir "$tmp/plain" && cp "$tmp/mib1/skill/SKILL.md" "$tmp/plain/" && head -c 15M /dev/urandom > "$tmp/plain/data.bin"
tar -C "$tmp/plain" -cf "$tmp/plain.tar" . && (cd "$tmp/plain" && zip -q -r "$tmp/plain.zip" .) || exit 1
for p in tar zip; do "$client" memory 1 "$sv" inspect "$tmp/plain.$p" > "$tmp/plain.$p.kib" || exit 1; done

ms() { quantile "$tmp/$1.ms"; }
figure "inspect, $median" "$(ms median)" ms 3 "peer: python3, tarfile.getnames" "$(ms median.python)"
figure "inspect, $median" "$(ms median)" ms 3 "peer: tar tf" "$(ms median.tar)"
figure "inspect, one made package" "$(ms made)" ms - "peer: tar tf" "$(ms made.tar)"
figure "inspect, largest real, 5.5 MB" "$(ms largest)" ms 120 "peer: bsdtar -x into tmpfs" "$(ms largest.bsdtar)"
figure "inspect, 60 MiB tar.gz" "$(ms mib60)" ms - "peer: bsdtar -x into tmpfs" "$(ms mib60.bsdtar)"
# At least 0.8 of its speed is at most 1.25 of its time.
peer_times "unpacking alone, 60 MiB tar.gz" "$(ms mib60.unpack)" ms 1.25 "peer: bsdtar -x into tmpfs" "$(ms mib60.bsdtar)"
mib() { awk '{ print $1 / 1024 }' "$tmp/$1.kib"; }
figure "resident memory, 60 MiB tar.gz" "$(mib mib60)" MiB "$(awk -v a="$(mib mib1)" 'BEGIN { printf "%.1f", a + 1 }')" \
	"ours with 1 MiB tar.gz" "$(mib mib1)"
for p in tar zip; do
	figure "resident memory, 15 MiB plain $p" "$(mib plain.$p)" MiB "$(awk -v a="$(mib mib1)" 'BEGIN { printf "%.1f", a + 1 }')" \
		"ours with 1 MiB tar.gz" "$(mib mib1)"
done
