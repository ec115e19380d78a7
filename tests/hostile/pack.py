# SPDX-License-Identifier: MIT
"""Archives byte by byte: tar headers, pax records, zip records, gzip of anything.

Nothing here refuses nonsense: every field can be overridden, which is the point.
"""
import gzip
import struct
import zlib

BLOCK = 512
RECORD = 10240


def pad(data, to=BLOCK):
    return data + bytes(-len(data) % to)


# ---- tar (POSIX.1-2017 pax, "ustar Interchange Format"; GNU variants) ---------------------


def number(value, width):
    """Octal, or base-256 for what octal cannot say; bytes pass as they are."""
    if isinstance(value, bytes):
        return value.ljust(width, b"\0")
    if 0 <= value < 8 ** (width - 1):
        return b"%0*o\0" % (width - 1, value)
    raw = (value % 256**width).to_bytes(width, "big")
    return bytes([0xFF if value < 0 else raw[0] | 0x80]) + raw[1:]


def head(name, size=0, kind=b"0", mode=0o644, link=b"", prefix=b"", uid=0, gid=0, mtime=0,
         magic=b"ustar\x0000", tail=None, wrong_sum=0):
    """One header block. tail replaces everything behind the magic's 8 bytes."""
    rest = tail if tail is not None else (
        bytes(64) + number(0, 8) + number(0, 8) + prefix.ljust(155, b"\0"))
    b = (name.ljust(100, b"\0") + number(mode, 8) + number(uid, 8) + number(gid, 8)
         + number(size, 12) + number(mtime, 12) + b" " * 8 + kind + link.ljust(100, b"\0")
         + magic + rest).ljust(BLOCK, b"\0")
    assert len(b) == BLOCK
    total = sum(b) + wrong_sum
    return b[:148] + b"%06o\0 " % total + b[156:]


def file(name, data=b"", **kw):
    kw.setdefault("size", len(data))
    return head(name, **kw) + pad(data)


def directory(name, **kw):
    kw.setdefault("mode", 0o755)
    return head(name, kind=b"5", **kw)


def record(key, value):
    """A pax record whose length counts itself."""
    body = b" " + key + b"=" + value + b"\n"
    n = len(body) + 1
    while len(str(n)) + len(body) != n:
        n = len(str(n)) + len(body)
    return str(n).encode() + body


def extended(body, kind=b"x", name=b"PaxHeaders/x"):
    return head(name, size=len(body), kind=kind) + pad(body)


def pax(kind=b"x", **records):
    return extended(b"".join(record(k.encode(), v) for k, v in records.items()), kind)


def long_name(name):
    """GNU: type L, the name as content."""
    return head(b"././@LongLink", size=len(name) + 1, kind=b"L", magic=b"ustar  \0") + pad(name + b"\0")


def tar(*parts):
    """Members and the end: two zero blocks, then zeros up to a record."""
    return pad(b"".join(parts) + bytes(2 * BLOCK), RECORD)


# ---- gzip --------------------------------------------------------------------------------


def gz(data, level=6):
    return gzip.compress(data, level, mtime=0)


def gz_repeated(first, block, times, last=b""):
    """
    gzip of first + block * times + last without ever holding that. A full flush ends
    on a byte and forgets the window, so the block's compressed form can be repeated.
    The trailer's checksum is left wrong: a reader that gets so far has read too much,
    and says so with another code.
    """
    z = zlib.compressobj(9, zlib.DEFLATED, -15)
    out = z.compress(first) + z.flush(zlib.Z_FULL_FLUSH)
    one = z.compress(block) + z.flush(zlib.Z_FULL_FLUSH)
    end = z.compress(last) + z.flush()
    total = (len(first) + len(block) * times + len(last)) % 2**32
    return (b"\x1f\x8b\x08\0\0\0\0\0\0\xff" + out + one * times + end
            + struct.pack("<II", 0, total))


# ---- zip (APPNOTE.TXT 6.3.10) ---------------------------------------------------------------


def deflated(data):
    z = zlib.compressobj(9, zlib.DEFLATED, -15)
    return z.compress(data) + z.flush()


class Zip:
    """add() takes a member; local and central fields can differ from each other."""

    def __init__(self):
        self.body, self.central, self.count = bytearray(), bytearray(), 0

    def add(self, name, data=b"", method=0, flags=0, attributes=0o100644 << 16, version=0x031E,
            stored=None, central_name=None, central_size=None, local_size=None, at=None, packed=None,
            extra=b""):
        raw = data if stored is None else stored
        size = len(data)
        crc = zlib.crc32(data)
        offset = len(self.body) if at is None else at
        packed = len(raw) if packed is None else packed
        if at is None:
            self.body += struct.pack("<IHHHHHIIIHH", 0x04034B50, 20, flags, method, 0, 33, crc, packed,
                                     size if local_size is None else local_size,
                                     len(name), len(extra)) + name + extra + raw
        other = name if central_name is None else central_name
        self.central += struct.pack("<IHHHHHHIIIHHHHHII", 0x02014B50, version, 20, flags, method, 0, 33,
                                    crc, packed, size if central_size is None else central_size,
                                    len(other), len(extra), 0, 0, 0, attributes, offset) + other + extra
        self.count += 1
        return self

    def end(self, count=None, comment=b"", zip64=None, prepended=b"", shift=False):
        """zip64: the count its record states, or None for no such record. shift:
        offsets count the prepended bytes, as a self-extractor's do after zip -A."""
        at, size = len(self.body) + (len(prepended) if shift else 0), len(self.central)
        n = self.count if count is None else count
        extra = b""
        if zip64 is not None:
            extra = struct.pack("<IQHHIIQQQQ", 0x06064B50, 44, 45, 45, 0, 0, zip64, zip64, size, at)
            extra += struct.pack("<IIQI", 0x07064B50, 0, at + size, 1)
            n = 0xFFFF
        return (prepended + bytes(self.body) + bytes(self.central) + extra
                + struct.pack("<IHHHHIIH", 0x06054B50, 0, 0, n & 0xFFFF, n & 0xFFFF, size, at,
                              len(comment)) + comment)
