# SPDX-License-Identifier: MIT
"""The same attacks as zip members, H21, H22, H44, H45; zstd; and what is no archive (H46, H47)."""
import random
import struct
import subprocess

from cases import SKILL, case
from cases_tar import whole
from pack import Zip, deflated, gz


def skill():
    return Zip().add(b"SKILL.md", SKILL)


def member(name, want, raw, **kw):
    add = {k: kw.pop(k) for k in list(kw) if k in ("data", "attributes", "method", "flags", "stored", "central_name",
           "central_size", "local_size", "version")}
    if want != "ok":
        kw.setdefault("member", 2)
    case(name, want, skill().add(raw, **add).end(), **kw)


# ---- paths and kinds, as in tar ---------------------------------------------------------------------
for name, raw in (("H01-zip-parent", b"../evil"), ("H02-zip-inner-parent", b"a/../../evil"), ("H03-zip-absolute", b"/etc/passwd"),
                  ("H03-zip-drive", b"C:/x"), ("H03-zip-backslash", b"..\\x"), ("H05-zip-empty", b""), ("H05-zip-slash", b"/"),
                  ("H37-zip-escape", b"\x1b[31mred"), ("H37-zip-nul", b"a\0b"), ("H38-zip-ff-fe", b"\xff\xfe")):
    member(name, "path-invalid", raw, data=b"x" if raw[-1:] != b"/" else b"")
member("H06-zip-symlink", "package-member-type", b"d", data=b"/tmp", attributes=0o120777 << 16, serve=True)
member("H06-zip-symlink-dos", "package-member-type", b"d", data=b"/tmp", attributes=0o120777 << 16, version=0x001E)
member("H10-zip-fifo", "package-member-type", b"p", attributes=0o010644 << 16)
member("H10-zip-device", "package-member-type", b"p", attributes=0o020644 << 16)
member("H11-zip-setuid", "ok", b"run", data=b"x", attributes=0o104755 << 16, warnings=["mode-bits-dropped"], files=2)
member("H12-zip-mode-0", "ok", b"f", data=b"x", attributes=0o100000 << 16, files=2)
case("H25-zip-depth", "path-too-long", skill().add(b"a/" * 16 + b"f").end(), member=2)
case("H33-zip-twice", "path-collision", skill().add(b"f", b"x").add(b"f", b"x").end(), member=3)
case("H34-zip-case", "path-collision", skill().add(b"A/x", b"x").add(b"a/y", b"x").end(), member=3)
case("H36-zip-below", "path-collision", skill().add(b"a", b"x").add(b"a/b", b"x").end(), member=3)

# ---- bombs --------------------------------------------------------------------------------------------
zeros = deflated(bytes(2**24))
case("H17-zip-10-gib", "package-bomb",
     lambda: (lambda z: [z.add(b"z%d" % i, bytes(2**24), 8, stored=zeros) for i in range(640)] and z.end())(skill()),
     member=5, big=True)
case("H15-zip-declared", "package-bomb",
     skill().add(b"big", b"x", 8, stored=deflated(b"x"), local_size=2**31, central_size=2**31).end(), member=2)
case("H18-zip-lies-about-size", "package-format",
     skill().add(b"z", b"x" * 100, 8, stored=zeros).end(), member=2, big=True)


def overlapping(full):
    """Two directory entries for one local header, or a second header inside the first's data."""
    z = skill()
    at = len(z.body)
    if full:
        z.add(b"a", b"x" * 100)
        z.add(b"a", b"x" * 100, at=at, central_name=b"b")
    else:
        inner = Zip().add(b"b", b"y" * 20)
        z.add(b"a", bytes(inner.body) + b"z" * 50)
        z.add(b"b", b"y" * 20, at=at + 31)
    return z.end()


case("H21-one-header-twice", "package-format", overlapping(True))
case("H21-header-in-data", "package-format", overlapping(False))


def quoted_overlap():
    """The construction of 2019's bombs: each header is quoted by the one in front of it."""
    kernel = deflated(bytes(2**20))
    z, inner = skill(), Zip().add(b"k1", bytes(2**20), 8, stored=kernel)
    quoted = bytes(inner.body)
    block = struct.pack("<BHH", 0, len(quoted) - len(kernel), (len(quoted) - len(kernel)) ^ 0xFFFF)
    start = len(z.body)
    z.add(b"k0", quoted[: len(quoted) - len(kernel)] + bytes(2**20), 8, stored=block + quoted)
    z.add(b"k1", bytes(2**20), 8, stored=kernel, at=start + 30 + 2 + 5)
    return z.end()


case("H21-quoted", "package-format", quoted_overlap, big=True)


def many(n):
    z = skill()
    for i in range(n):
        z.add(b"%05x" % i)
    return z


case("H22-70000-zip64", "package-entries", lambda: many(70000).end(zip64=70001), big=True)
case("H22-65535-plain", "package-entries", lambda: many(65534).end(), big=True)
case("H22-70000-count-wraps", "package-entries", lambda: many(70000).end(), big=True)
case("H22-zip64-count-too-small", "package-format", lambda: many(10).end(zip64=5))
case("H22-zip64-count-too-large", "package-format", lambda: many(10).end(zip64=12))
case("H22-zip64-count-2-63", "package-format", lambda: many(10).end(zip64=2**63))
case("H22-count-too-small", "package-format", lambda: many(10).end(count=5))
case("H22-zip64-agrees", "ok", lambda: many(10).end(zip64=11), files=11)

# ---- frames around and lies inside ----------------------------------------------------------------------
stub = b"#!/bin/sh\nexit 0\n"
mz = b"MZ" + bytes(510)
case("H44-self-extractor-shell", "package-format", skill().end(prepended=stub))
case("H44-self-extractor-exe", "package-format", skill().end(prepended=mz, shift=True))
case("H44-zip-in-front", "package-format", skill().end(prepended=Zip().add(b"SKILL.md", SKILL).end()))
case("H44-comment-65535", "package-format", skill().end(comment=b"c" * 65535))
case("H44-comment-1024", "ok", skill().end(comment=b"c" * 1024), files=1)
case("H44-comment-with-end-record", "package-format", skill().end(comment=Zip().end()))
member("H44-names-differ", "package-format", b"local", data=b"x", central_name=b"other")
member("H44-names-differ-parent", "package-format", b"fine", data=b"x", central_name=b"../x")
member("H44-sizes-differ", "package-format", b"f", data=b"x" * 100, local_size=99)
case("H43-behind-zip", "package-trailing-data", skill().end() + b"garbage")
case("H42-zip-cut", "package-truncated", skill().end()[:-3])
case("H42-zip-half", "package-truncated", skill().end()[:40])
member("H45-encrypted", "package-format", b"f", data=b"x" * 20, flags=1)
member("H45-strong-encryption", "package-format", b"f", data=b"x" * 20, flags=0x41)
for method in (1, 9, 12, 14, 93, 95, 99):
    member(f"H45-method-{method}", "package-format", b"f", data=b"x" * 20, method=method)
case("H46-empty-zip", "no-manifest", Zip().end())


def zstd(data, *options):
    return subprocess.run(["zstd", "-qc", *options], input=data, stdout=subprocess.PIPE, check=True).stdout


case("H19-zstd-in-gzip", "package-format", lambda: gz(zstd(whole)))
case("H43-two-zstd-frames", "package-trailing-data", lambda: zstd(whole) * 2)
case("H42-zstd-cut", "package-truncated", lambda: zstd(whole)[:-5])
case("H18-zstd-window", "package-format", lambda: zstd(random.Random(1).randbytes(10 * 2**20), "--ultra", "--long=27", "-1"), big=True)
case("H46-zstd-skippable", "package-format", lambda: struct.pack("<II", 0x184D2A50, 4) + b"skip" + zstd(whole))

# ---- no archive at all --------------------------------------------------------------------------------------
case("H46-empty", "no-package", b"")
case("H46-one-byte", "package-truncated", b"x")
case("H46-gzip-header", "package-truncated", gz(b"")[:10])
case("H46-gzip-of-nothing", "package-truncated", gz(b""))
case("H46-1024-zeros", "no-manifest", bytes(1024))
case("H46-512-zeros", "package-truncated", bytes(512))
case("H46-over-16-mib", "package-too-large", lambda: b"x" * (2**24 + 1), big=True)
newc = b"070701" + b"0" * 104 + b"SKILL.md\0" + bytes(3) + b"070701" + b"0" * 104 + b"TRAILER!!!\0"
for name, data in (
        ("cpio", newc.ljust(512, b"\0")), ("cpio-odc", b"070707" + b"0" * 70 + b"SKILL.md\0"),
        ("ar", b"!<arch>\n" + b"SKILL.md/       0           0     0     644     5         `\nhello\n"),
        ("7z", b"7z\xbc\xaf\x27\x1c\0\4" + bytes(600)), ("iso", bytes(32768) + b"\1CD001\1\0" + bytes(2040)),
        ("mtree", b"#mtree\n./SKILL.md type=file size=5\n"), ("script", b"#!/bin/sh\nexit 0\n"),
        ("html", b"<!DOCTYPE html><html></html>\n"), ("json", b'{"skill": "x"}\n'), ("rar", b"Rar!\x1a\x07\1\0" + bytes(600)),
        ("xz", b"\xfd7zXZ\0" + bytes(600)), ("bzip2", b"BZh91AY&SY" + bytes(600)), ("elf", b"\x7fELF\2\1\1" + bytes(600)),
        ("noise", random.Random(47).randbytes(4096)), ("text", b"just text, no archive\n" * 40)):
    case("H47-" + name, "package-format", data, serve=name == "cpio")
    # Behind gzip only tar is looked for, and a disk image begins as an empty one does.
    case("H47-gzip-" + name, "package-trailing-data" if name == "iso" else "package-format", gz(data))
