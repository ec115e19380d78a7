# SPDX-License-Identifier: MIT
# The tools of the base runtime.
# Runtime: base
set -eu
cd /tmp
test "$(printf '3\n1\n2\n' | sort | head -1)" = 1
test "$(echo a:b | awk -F: '{ print $2 }')" = b
test "$(echo one | sed 's/o/0/')" = 0ne
mkdir tree
cp /skill/SKILL.md tree/
ln -s SKILL.md tree/link
tar czf tree.tgz tree
mkdir out
tar xzf tree.tgz -C out
diff -r tree out/tree
test "$(sha256sum < tree/SKILL.md)" = "$(sha256sum < out/tree/link)"
test "$(find /skill -name SKILL.md)" = /skill/SKILL.md
test "$(seq 1 20 | xargs -P 4 -n 1 echo | sort -n | tail -1)" = 20
dd if=/dev/zero of=zeros bs=64k count=16 2> /dev/null
test "$(wc -c < zeros)" = 1048576
mkfifo pipe
echo through > pipe &
test "$(cat pipe)" = through
test "$(diff <(echo a) <(echo a); echo $?)" = 0
set -m
sleep 60 &
kill $!
wait $! && exit 1 || test $? = 143
timeout 1 sleep 60 && exit 1
test "$(nproc)" -ge 1
ps | grep -q bash
test "$(id -un)@$(hostname)" = skill@skill
wget -q -O - http://example.com/ && exit 1
echo ok
