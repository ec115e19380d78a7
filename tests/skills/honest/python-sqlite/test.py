import sqlite3

db = sqlite3.connect("/tmp/notes.db")
with db:
    db.execute("create table note (id integer primary key, text not null)")
    db.executemany("insert into note (text) values (?)", [("a",), ("b",)])
assert db.execute("select count(*) from note").fetchone() == (2,)
db.close()
print("2 notes")
