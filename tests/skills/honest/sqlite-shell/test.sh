#!/bin/sh
got=$(printf 'create table t(a);\ninsert into t values (20), (22);\nselect sum(a) from t;\n' | sqlite3 /tmp/t.db)
[ "$got" = 42 ] && echo "sum: 42"
