# SPDX-License-Identifier: MIT
# git on local repositories.
# Runtime: host
# Needs: git
set -eu
cd /tmp
git init -q one
cd one
git config user.name skill
git config user.email skill@example.com
for n in 1 2 3; do
	seq "$n" 1000 > file
	git add file
	git commit -q -m "commit $n"
done
test "$(git log --oneline | wc -l)" = 3
git checkout -q -b side HEAD~1
git merge -q --ff-only -
git worktree add -q ../tree HEAD~2
test "$(head -1 ../tree/file)" = 1
cd ..
git clone -q one hard-links
git clone -q --no-local one packed
git -C packed gc -q
git -C packed fsck --strict
cmp one/file packed/file
GIT_TERMINAL_PROMPT=0 git clone -q https://example.com/x.git x 2> err && exit 1
grep -q 'resolve host' err
echo ok
