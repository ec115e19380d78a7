# SPDX-License-Identifier: MIT
"""H01 to H43 as tar archives."""
import struct

from cases import SKILL, case
from pack import (BLOCK, directory, extended, file, gz, gz_repeated, head, long_name, pad, pax, record,
                  tar)

skill = file(b"SKILL.md", SKILL)


def member(name, want, *parts, **kw):
    """The skill first, so that what follows is member 2."""
    if want != "ok":
        kw.setdefault("member", 2)
    case(name, want, tar(skill, *parts), **kw)


# ---- paths ----------------------------------------------------------------------------------
member("H01-parent", "path-invalid", file(b"../evil", b"x"), shown="../evil", serve=True)
member("H02-inner-parent", "path-invalid", file(b"a/../../evil", b"x"), shown="a/../../evil")
member("H02-last-parent", "path-invalid", file(b"a/..", b"x"))
member("H02-parent-directory", "path-invalid", directory(b"a/../"))
member("H03-absolute", "path-invalid", file(b"/etc/passwd", b"x"), shown="/etc/passwd")
member("H03-drive-backslash", "path-invalid", file(b"C:\\x", b"x"))
member("H03-drive-slash", "path-invalid", file(b"C:/x", b"x"))
member("H03-unc", "path-invalid", file(b"\\\\host\\x", b"x"))
member("H03-dot-absolute", "path-invalid", file(b".//etc/passwd", b"x"))
case("H04-dot-slash", "ok", tar(file(b"./SKILL.md", SKILL), file(b"././a", b"x")), files=2)
member("H05-empty", "path-invalid", file(b"", b"x"))
member("H05-dot-file", "path-invalid", file(b".", b"x"))
member("H05-slash", "path-invalid", directory(b"/"))
member("H05-slash-file", "path-invalid", file(b"/", b""))
case("H05-dot-slash-directory", "ok", tar(directory(b"./"), skill), files=1)
case("H05-dot-directory", "ok", tar(directory(b"."), skill, directory(b".")), files=1)

# ---- kinds of members -------------------------------------------------------------------------
member("H06-symlink-then-file", "package-member-type",
       head(b"d", kind=b"2", link=b"/tmp"), file(b"d/x", b"x"), shown="d", serve=True)
case("H07-manifest-symlink", "package-member-type",
     tar(head(b"SKILL.md", kind=b"2", link=b"/proc/self/environ")), member=1)
member("H08-dangling", "package-member-type", head(b"d", kind=b"2", link=b"nowhere"))
member("H08-self", "package-member-type", head(b"d", kind=b"2", link=b"d"))
member("H09-outside", "package-member-type", head(b"h", kind=b"1", link=b"/etc/passwd"))
member("H09-inside", "package-member-type", head(b"h", kind=b"1", link=b"SKILL.md"))
device = struct.Struct("8s8s")
for name, kind, major, minor in (("char-device", b"3", 1, 3), ("block-device", b"4", 8, 0), ("fifo", b"6", 0, 0),
                                 ("contiguous", b"7", 0, 0), ("socket", b"s", 0, 0), ("reserved", b"9", 0, 0)):
    member("H10-" + name, "package-member-type", head(b"dev", kind=kind, tail=bytes(64)
           + b"%07o\0%07o\0" % (major, minor) + bytes(155)))
for name, mode in (("setuid", 0o4755), ("setgid", 0o2755), ("sticky", 0o1777)):
    member("H11-" + name, "ok", file(b"run", b"x", mode=mode), warnings=["mode-bits-dropped"], files=2)
member("H12-mode-0", "ok", directory(b"d", mode=0), file(b"d/f", b"x", mode=0), files=2)
for name, kw in (("ids", {"uid": 2**31, "gid": 2**31}), ("negative-ids", {"uid": -2, "gid": -2}),
                 ("negative-time", {"mtime": -1}), ("year-9999", {"mtime": 253402300799}),
                 ("time-2-62", {"mtime": 2**62})):
    member("H13-" + name, "ok", file(b"f", b"x", **kw), files=2)

# ---- sparse files, sizes that lie ---------------------------------------------------------------
TIB = 2**40
gnu_tail = bytes(64 + 16 + 12 + 12 + 12 + 4 + 1)  # names, devices, times, offset, long names, pad
sparse = gnu_tail + (b"%011o\0" % 0 + b"%011o\0" % BLOCK) + bytes(24 * 3) + b"\0"
member("H14-gnu", "package-member-type", head(b"s", size=BLOCK, kind=b"S", magic=b"ustar  \0",
       tail=(sparse + (b"\x80" + TIB.to_bytes(11, "big"))).ljust(247, b"\0")) + bytes(BLOCK))
member("H14-gnu-as-file", "package-member-type", head(b"s", size=BLOCK, magic=b"ustar  \0",
       tail=(sparse + (b"\x80" + TIB.to_bytes(11, "big"))).ljust(247, b"\0")) + bytes(BLOCK))
size = str(TIB).encode()
for name, records in (
        ("pax-0.0", [(b"GNU.sparse.size", size), (b"GNU.sparse.numblocks", b"1"), (b"GNU.sparse.offset", b"0")]),
        ("pax-0.1", [(b"GNU.sparse.size", size), (b"GNU.sparse.map", b"0,512")]),
        ("pax-1.0", [(b"GNU.sparse.major", b"1"), (b"GNU.sparse.minor", b"0"), (b"GNU.sparse.name", b"s"),
                     (b"GNU.sparse.realsize", size)])):
    member("H14-" + name, "package-member-type",
           extended(b"".join(record(k, v) for k, v in records)), file(b"s", bytes(BLOCK)))
case("H15-8-gib", "package-bomb", skill + head(b"big", size=8 * 2**30) + bytes(BLOCK), member=2, shown="big")
case("H15-16-mib-and-1", "package-bomb", gz(tar(skill, head(b"big", size=2**24 + 1))), member=2)
for name, field in (("2-63-minus-1", b"\x80\0\0\0" + b"\x7f" + b"\xff" * 7), ("negative", b"\xff" * 12),
                    ("2-95", b"\xc0" + bytes(11)), ("letters", b"12x45678901")):
    member("H16-" + name, "package-format", head(b"f", size=field))

# ---- bombs ----------------------------------------------------------------------------------------
MIB = bytes(2**20)
GIB10 = 10 * 2**30
case("H17-one-file", "package-bomb",
     lambda: gz_repeated(skill + head(b"zeros", size=GIB10), MIB, 10240, bytes(2 * BLOCK)), member=2, big=True, serve=True)
case("H17-files-of-16-mib", "package-bomb",
     lambda: gz_repeated(skill, b"".join(head(b"z%d" % i, size=2**24) + bytes(2**24) for i in range(5)), 128),
     member=5, big=True)
case("H17-no-tar-in-it", "package-trailing-data", lambda: gz_repeated(b"", MIB, 10240), big=True)
case("H18-ratio", "package-bomb", lambda: gz(tar(skill, file(b"zeros", bytes(2 * 2**20))), 9), member=2, big=True)
case("H18-ratio-spread", "package-bomb",
     lambda: gz(tar(skill, *(file(b"z%02d" % i, bytes(2**16)) for i in range(60))), 9), big=True)
case("H18-below", "ok", lambda: gz(tar(skill, file(b"zeros", bytes(900000))), 9), files=2)
case("H19-gzip-thrice", "package-format", gz(gz(gz(tar(skill)))))
case("H19-gzip-twice", "package-format", gz(gz(tar(skill))))


def zip_bomb():
    from pack import Zip, deflated
    one = deflated(bytes(2**24))
    z = Zip()
    for i in range(64):
        z.add(b"z%d" % i, bytes(2**24), 8, stored=one)
    return z.end()


case("H20-nested-bomb", "ok", lambda: gz(tar(skill, file(b"bomb.zip", zip_bomb()), file(b"bomb.gz", gz(gz(MIB)))), 0),
     files=3, big=True)

# ---- numbers ----------------------------------------------------------------------------------------
LETTERS = b"abcdefghijklmnopqrstuvwxyz0123456789"


def short_name(i):
    """Components of one byte: 36 files in each directory."""
    return b"/".join(bytes([LETTERS[i // 36**k % 36]]) for k in (2, 1, 0))


# Distinct up to the 6000th; the rest repeats and would be a collision.
case("H23-a-million-files", "package-entries",
     lambda: gz_repeated(b"".join([skill] + [head(short_name(i)) for i in range(6000)]),
                         head(b"a/a/a") * 994, 1000), member=4097, big=True, under=1.0, serve=True)
case("H23-4096", "ok", lambda: gz(tar(skill, *(head(short_name(i)) for i in range(4095)))), files=4096)
case("H23-4097", "package-entries", lambda: gz(tar(skill, *(head(short_name(i)) for i in range(4096)))), member=4097)
PAX = pax(comment=b"x")
case("H24-pax-headers", "package-header", lambda: gz_repeated(skill, PAX * 1000, 1000), big=True, member=2)
case("H24-global-headers", "package-header", lambda: gz_repeated(skill, pax(b"g", comment=b"x") * 1000, 1000), big=True,
     member=2)
case("H24-long-names", "package-header", lambda: gz_repeated(skill, long_name(b"x") * 1000, 1000), big=True, member=2)
deep = b"a/" * 5000 + b"f"
member("H25-depth-5000-gnu", "path-too-long", long_name(deep), file(b"f"))
member("H25-depth-5000-pax", "path-too-long", pax(path=deep), file(b"f"))
member("H25-depth-17", "path-too-long", file(b"a/" * 16 + b"f"))
member("H25-depth-16", "ok", file(b"a/" * 15 + b"f"), files=2)
for n in (255, 256, 4095, 4097, 100000):
    want = "ok" if n == 255 else "path-too-long"
    member(f"H26-{n}-gnu", want, long_name(b"n" * n), file(b"n"))
    member(f"H26-{n}-pax", want, pax(path=b"n" * n), file(b"n"))
half = b"n" * 255
member("H26-path-511", "ok", pax(path=half + b"/" + half), file(b"n"), files=2)
member("H26-path-512", "ok", pax(path=half + b"/" + half[:200] + b"/" + half[:55]), file(b"n"), files=2)
member("H26-path-513", "path-too-long", pax(path=half + b"/" + half[:200] + b"/" + half[:56]), file(b"n"))

# ---- pax ------------------------------------------------------------------------------------------------
member("H27-path", "path-invalid", pax(path=b"../x"), file(b"harmless", b"x"), shown="../x", serve=True)
member("H27-absolute", "path-invalid", pax(path=b"/etc/x"), file(b"harmless", b"x"))
member("H28-larger-used", "ok", pax(size=b"600"), head(b"f", size=0) + pad(b"y" * 600), files=2)
member("H28-smaller", "package-format", pax(size=b"5"), file(b"f", b"y" * 600), member=3)
case("H28-beyond-the-end", "package-truncated", tar(skill, pax(size=b"100000"), file(b"f", b"y" * 600)))
member("H28-huge", "package-bomb", pax(size=b"10737418240"), file(b"f", b"y"))
member("H28-not-a-number", "package-header", pax(size=b"-1"), file(b"f", b"y"))
for name, body in (("length-too-long", b"99 path=x\n"), ("length-0", b"0 path=x\n"), ("no-length", b" path=x\n"),
                   ("length-not-digits", b"1x path=x\n"), ("length-2-64", b"18446744073709551626 path=x\n"),
                   ("no-newline", b"9 path=xy"), ("length-short", b"8 path=x\n"), ("no-equals", b"7 path\n"),
                   ("no-key", b"6 =xy\n"), ("twice", record(b"path", b"a") * 2), ("nul-in-value", record(b"path", b"a\0b")),
                   ("nul-in-key", record(b"pa\0th", b"a")), ("key-of-1-mib", record(b"k" * 2**20, b"v")),
                   ("257-records", b"".join(record(b"k%d" % i, b"v") for i in range(257)))):
    member("H29-" + name, "package-header", extended(body), file(b"f", b"x"))
member("H29-key-of-900-kib", "ok", extended(record(b"k" * 900 * 1024, b"v")), file(b"f", b"x"), files=2)
case("H30-global", "ok", tar(pax(b"g", path=b"../x", linkpath=b"/etc", size=b"99999999"), skill), files=1)
for name, key, value in (("capability", b"SCHILY.xattr.security.capability", b"\1\0\0\2\0\x20\0\0"),
                         ("acl", b"SCHILY.acl.access", b"user::rwx,group::rwx"),
                         ("libarchive-xattr", b"LIBARCHIVE.xattr.user.x", b"eHh4"),
                         ("creation-time", b"LIBARCHIVE.creationtime", b"1.5"),
                         ("selinux", b"RHT.security.selinux", b"a:b:c\0")):
    member("H31-" + name, "ok", extended(record(key, value)), file(b"f", b"x"), files=2)
member("H32-binary", "path-invalid", extended(record(b"hdrcharset", b"BINARY") + record(b"path", b"a\xff")),
       file(b"f", b"x"), shown="a\\xff")

# ---- two members, one place ---------------------------------------------------------------------------------
member("H33-equal", "path-collision", file(b"f", b"x"), file(b"f", b"x"), member=3, shown="f")
member("H33-different", "path-collision", file(b"f", b"x"), file(b"f", b"y"), member=3)
member("H33-dot-slash", "path-collision", file(b"f", b"x"), file(b"./f", b"x"), member=3)
member("H34-directories", "path-collision", file(b"A/x", b"x"), file(b"a/y", b"x"), member=3, shown="a/y")
member("H34-same-name", "path-collision", file(b"A/x", b"x"), file(b"a/x", b"x"), member=3)
member("H34-manifest", "path-collision", file(b"skill.md", SKILL), shown="skill.md")
member("H35-both-forms", "ok", file("\u00e9".encode()), file("e\u0301".encode()), files=3, warnings=["path-decomposed"])
member("H35-jamo", "ok", file("\u1100\u1161".encode()), files=2, warnings=["path-decomposed"])
member("H36-file-then-below", "path-collision", file(b"a", b"x"), file(b"a/b", b"x"), member=3)
member("H36-directory-then-file", "path-collision", directory(b"a"), file(b"a", b"x"), member=3)
member("H36-below-then-file", "path-collision", file(b"a/b", b"x"), file(b"a", b"x"), member=3)
member("H36-file-then-directory", "path-collision", file(b"a", b"x"), directory(b"a"), member=3)

# ---- bytes in names --------------------------------------------------------------------------------------------
for name, bad, shown in (("lf", b"a\nb", "a\\x0ab"), ("cr", b"a\rb", "a\\x0db"), ("tab", b"a\tb", "a\\x09b"),
                         ("escape", b"\x1b[31mred\x1b]0;t\x07", "\\x1b[31mred"), ("del", b"a\x7fb", "a\\x7fb"),
                         ("us", b"a\x1fb", "a\\x1fb")):
    member("H37-" + name, "path-invalid", file(bad, b"x"), shown=shown, serve=name == "escape")
    member("H37-pax-" + name, "path-invalid", pax(path=bad), file(b"f", b"x"), shown=shown)
member("H37-pax-nul", "package-header", pax(path=b"a\0b"), file(b"f", b"x"))
for name, bad, shown in (("ff-fe", b"\xff\xfe", "\\xff\\xfe"), ("overlong", b"\xc0\xaf", "\\xc0\\xaf"),
                         ("surrogate", b"\xed\xa0\x80", "\\xed\\xa0\\x80"), ("cut", b"a\xe2\x82", "a\\xe2\\x82"),
                         ("beyond", b"\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80")):
    member("H38-" + name, "path-invalid", file(bad, b"x"), shown=shown)
member("H39-right-to-left", "ok", file("a\u202egpj.exe".encode(), b"x"), files=2)
member("H39-zero-width", "ok", file("a\u200bb".encode(), b"x"), files=2)
for name, odd in (("con", b"con"), ("nul", b"nul.txt"), ("dot", b"a."), ("blank", b"a "), ("blanks", b"  "),
                  ("dots", b"..."), ("dash", b"-rf"), ("shell", b"$(id);`id`'\"<b>&*?")):
    member("H40-" + name, "ok", file(odd, b"x"), files=2)

# ---- damage, ends ------------------------------------------------------------------------------------------------
case("H41-header-1", "package-format", tar(head(b"SKILL.md", size=len(SKILL), wrong_sum=1) + pad(SKILL)), member=1)
member("H41-header-2", "package-format", head(b"f", wrong_sum=1))
member("H41-signed-sum", "package-format", head("\u00e9".encode(), wrong_sum=-512))
whole = tar(skill, directory(b"d"), file(b"d/f", b"y" * 600), pax(comment=b"z"), file(b"g", b"x"))
END = len(skill) + BLOCK + BLOCK + 2 * BLOCK + 2 * BLOCK + 2 * BLOCK  # in front of the end marker
assert not any(whole[END:])
for at in sorted(set(range(0, END + 3 * BLOCK, BLOCK)) | {100, 300, 511, 700, 1100, 2000, 3100, 4000, END + 300}):
    if at == 0:
        want = "no-package"
    elif at < 262:  # the magic is not there yet
        want = "package-format"
    else:
        want = "ok" if at in (END + 2 * BLOCK, len(whole)) else "package-truncated"
    case(f"H42-cut-at-{at}", want, whole[:at])
packed = gz(whole)
for at in (2, 9, 10, 11, len(packed) // 2, len(packed) - 9, len(packed) - 8, len(packed) - 1):
    case(f"H42-gzip-cut-at-{at}", "package-truncated", packed[:at])
for at in (300, 512, 1024, 1100):
    case(f"H42-in-gzip-cut-at-{at}", "package-truncated", gz(whole[:at]))
case("H43-two-gzip-members", "package-trailing-data", packed + packed)
case("H43-split-in-two-gzip-members", "package-trailing-data", gz(whole[:1024]) + gz(whole[1024:]))
case("H43-behind-gzip", "package-trailing-data", packed + b"garbage")
case("H43-in-gzip-behind-tar", "package-trailing-data", gz(whole + b"garbage"))
case("H43-behind-the-end", "package-trailing-data", whole + pad(b"garbage"))
case("H43-in-the-padding", "package-trailing-data", whole[:-1] + b"x")
case("H43-second-tar", "package-trailing-data", whole + tar(file(b"evil", b"x")))
case("H43-20-kib-of-zeros", "package-trailing-data", whole + bytes(20480))
case("H43-one-zero-block", "package-trailing-data", whole[:END] + bytes(BLOCK) + tar(file(b"evil", b"x")))
