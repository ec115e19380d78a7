# SPDX-License-Identifier: MIT
"""Archives as programs make them that are not installed here, or only in Python.

tools.py KIND FOLDER OUT: packs FOLDER's one top folder. tools.py files FOLDER MODE:
the list behind filesSha256 (RFC 8785), MODE "none" for archives without modes.
"""
import binascii
import gzip
import hashlib
import io
import json
import os
import struct
import sys
import tarfile
import zipfile
import zlib

kind, root, out = sys.argv[1:4]


def walk():
    """Paths below root, folders with a slash and before what is in them."""
    for base, folders, files in os.walk(root):
        folders.sort()
        rel = os.path.relpath(base, root)
        if rel != ".":
            yield rel + "/", None
        for f in sorted(files):
            path = os.path.normpath(os.path.join(rel, f))
            yield path, os.path.join(base, f)


def tar_bytes(fmt=tarfile.PAX_FORMAT):
    b = io.BytesIO()
    with tarfile.open(fileobj=b, mode="w", format=fmt) as t:
        for name in sorted(os.listdir(root)):
            t.add(os.path.join(root, name), name)
    return b.getvalue()


def apple_double():
    """Resource fork and Finder info, as macOS writes them beside each file."""
    return struct.pack(">II16sHIIIIII", 0x00051607, 0x00020000, b"Mac OS X        ", 2, 9, 50, 32, 2, 82, 0) + bytes(32)


class Unseekable(io.RawIOBase):
    """A pipe: zipfile then writes data descriptors."""

    def __init__(self, f):
        self.f = f

    def writable(self):
        return True

    def write(self, b):
        return self.f.write(b)


def zip_of(f, method=zipfile.ZIP_DEFLATED, zip64=False, extra=b""):
    with zipfile.ZipFile(f, "w", method) as z:
        for name, path in walk():
            if path is None:
                z.write(os.path.join(root, name), name)
                continue
            info = zipfile.ZipInfo.from_file(path, name)
            info.compress_type, info.extra = method, extra
            with z.open(info, "w", force_zip64=zip64) as to, open(path, "rb") as data:
                to.write(data.read())


def jar(f):
    """As java.util.zip: no modes, descriptors, folders deflated to two bytes, 0xCAFE in the first."""
    body, central, n = bytearray(), bytearray(), 0
    for name, path in walk():
        data = b"" if path is None else open(path, "rb").read()
        z = zlib.compressobj(6, zlib.DEFLATED, -15)
        raw, crc = z.compress(data) + z.flush(), binascii.crc32(data)
        extra = struct.pack("<HH", 0xCAFE, 0) if n == 0 else b""
        fixed = (20, 0x0808, 8, 0x6C32, 0x5B74)
        encoded = name.encode()
        central += struct.pack("<IHHHHHHIIIHHHHHII", 0x02014B50, 20, *fixed, crc, len(raw), len(data), len(encoded),
                               len(extra), 0, 0, 0, 0, len(body)) + encoded + extra
        body += struct.pack("<IHHHHHIIIHH", 0x04034B50, *fixed, 0, 0, 0, len(encoded), len(extra)) + encoded + extra
        body += raw + struct.pack("<IIII", 0x08074B50, crc, len(raw), len(data))
        n += 1
    f.write(body + central + struct.pack("<IHHHHIIH", 0x06054B50, 0, 0, n, n, len(central), len(body), 0))


def mac_tar(f):
    with tarfile.open(fileobj=f, mode="w:gz", format=tarfile.PAX_FORMAT) as t:
        for name, path in walk():
            folder, base = os.path.split(name.rstrip("/"))
            double = tarfile.TarInfo(os.path.join(folder, "._" + base))
            data = apple_double()
            double.size = len(data)
            double.pax_headers = {"LIBARCHIVE.xattr.com.apple.provenance": "AQIA"}
            t.addfile(double, io.BytesIO(data))
            t.add(os.path.join(root, name), "./" + name, recursive=False)
        store = tarfile.TarInfo(os.listdir(root)[0] + "/.DS_Store")
        store.size = 4
        t.addfile(store, io.BytesIO(b"Bud1"))


def mac_zip(f):
    with zipfile.ZipFile(f, "w", zipfile.ZIP_DEFLATED) as z:
        for name, path in walk():
            z.write(os.path.join(root, name), name)
            folder, base = os.path.split(name.rstrip("/"))
            z.writestr(os.path.join("__MACOSX", folder, "._" + base), apple_double())
        z.writestr(os.listdir(root)[0] + "/.DS_Store", b"Bud1")


def gzip_all_fields(f):
    """Every optional field of RFC 1952, with the header's own checksum."""
    data = tar_bytes()
    z = zlib.compressobj(6, zlib.DEFLATED, -15)
    head = b"\x1f\x8b\x08\x1e" + struct.pack("<IBB", 1700000000, 2, 3) + struct.pack("<H", 8) + b"AP\4\0abcd" + b"x.tar\0" + b"a comment\0"
    f.write(head + struct.pack("<H", zlib.crc32(head) & 0xFFFF) + z.compress(data) + z.flush()
            + struct.pack("<II", zlib.crc32(data), len(data) % 2**32))


def files_json():
    top = os.path.join(root, os.listdir(root)[0])
    rows = []
    for base, _, files in os.walk(top):
        for name in files:
            p = os.path.join(base, name)
            data = open(p, "rb").read()
            x = out == "mode" and os.stat(p).st_mode & 0o100
            rows.append({"mode": "0755" if x else "0644", "path": os.path.relpath(p, top),
                         "sha256": hashlib.sha256(data).hexdigest(), "size": len(data)})
    rows.sort(key=lambda r: r["path"].encode())
    sys.stdout.write(json.dumps(rows, sort_keys=True, separators=(",", ":"), ensure_ascii=False))


if kind == "files":
    files_json()
    sys.exit()
with open(out, "wb") as f:
    if kind.startswith("tar-"):
        f.write(tar_bytes({"ustar": tarfile.USTAR_FORMAT, "gnu": tarfile.GNU_FORMAT, "pax": tarfile.PAX_FORMAT}[kind[4:]]))
    elif kind == "gzip-of-tar":
        f.write(gzip.compress(tar_bytes()))
    elif kind == "gzip-all-fields":
        gzip_all_fields(f)
    elif kind.startswith("zip-method-"):
        zip_of(f, {"stored": 0, "deflated": 8, "bzip2": 12, "lzma": 14}[kind[11:]])
    elif kind == "zip-pipe":
        zip_of(Unseekable(f))
    elif kind == "zip-zip64":
        zip_of(f, zip64=True)
    elif kind == "zip-pipe-zip64":
        zip_of(Unseekable(f), zip64=True)
    else:
        {"jar": jar, "mac-tar": mac_tar, "mac-zip": mac_zip}[kind](f)
