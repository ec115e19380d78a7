# SPDX-License-Identifier: MIT
# Two jobs at once; a rule that fails ends it.
# Runtime: host
# Needs: make
set -eu
cd /tmp
printf 'all: a b c\na b c:\n\tsleep 0.1; echo $@ > $@\nbad:\n\tfalse\n' > Makefile
make -s -j2
test "$(cat a b c | tr -d '\n')" = abc
make -s -j2 bad 2> err && exit 1 || test $? = 2
grep -q 'Error 1' err
echo ok
