# SPDX-License-Identifier: MIT
# A database with a write-ahead log, and two writers.
# Runtime: host
# Needs: sqlite3
set -eu
cd /tmp
sqlite3 db 'pragma journal_mode = wal; create table t (a)' > /dev/null
fill() { for n in $(seq 1 20); do sqlite3 -cmd '.timeout 10000' db "insert into t values ($n)"; done; }
fill &
fill
wait
test "$(sqlite3 db 'select count(*) || sum(a) from t')" = 40420
test "$(sqlite3 db 'pragma integrity_check')" = ok
test "$(sqlite3 db 'pragma mmap_size = 1048576; select max(a) from t' | tail -1)" = 20
echo ok
