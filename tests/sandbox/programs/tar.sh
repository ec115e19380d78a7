# SPDX-License-Identifier: MIT
# Archives in three compressions.
# Runtime: host
# Needs: tar gzip xz zstd
set -eu
cd /tmp
mkdir -p from/deep/er
seq 1 20000 > from/deep/file
ln from/deep/file from/hard
ln -s deep/file from/soft
mkfifo from/fifo
truncate -s 1M from/sparse
chmod 600 from/hard
for how in --gzip --xz --zstd; do
	tar --sparse --xattrs $how -cpf archive from
	mkdir to
	tar --xattrs -xpf archive -C to
	cmp from/soft to/from/soft
	test -p to/from/fifo
	test "$(stat -c '%a %h' to/from/hard)" = "600 2"
	rm -r archive to
done
echo ok
