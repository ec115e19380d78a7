# SPDX-License-Identifier: MIT
"""Certificates and revocation lists, valid and broken in one way each, through our
code and through the openssl command line. Writes its own DER and its own ECDSA, so
that neither side judges what it made. Usage: x509.py HELPER FOLDER DIFFERENCES
Prints lines as tests/run counts them."""
import base64, hashlib, os, random, subprocess, sys
from concurrent.futures import ThreadPoolExecutor

helper, folder, table = sys.argv[1:4]
NOW = 1772323200  # 2026-03-01
rng = random.Random(int(os.environ.get("X509_SEED", "1")))

# ---- P-256 ----------------------------------------------------------------------------------
P = 2**256 - 2**224 + 2**192 + 2**96 - 1
N = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
G = (0x6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296,
     0x4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5)


def add(a, b):
    if a is None: return b
    if b is None: return a
    if a[0] == b[0] and (a[1] + b[1]) % P == 0: return None
    m = (3 * (a[0] * a[0] - 1) * pow(2 * a[1], -1, P) if a == b else (b[1] - a[1]) * pow(b[0] - a[0], -1, P)) % P
    x = (m * m - a[0] - b[0]) % P
    return x, (m * (a[0] - x) - a[1]) % P


POWERS = [G]
for _ in range(255): POWERS.append(add(POWERS[-1], POWERS[-1]))


def times(k):
    out = None
    for i in range(256):
        if k >> i & 1: out = add(out, POWERS[i])
    return out


class Key:
    def __init__(self, name):
        self.d = int.from_bytes(hashlib.sha256(name.encode()).digest(), "big") % N
        x, y = times(self.d)
        self.point = b"\4" + x.to_bytes(32, "big") + y.to_bytes(32, "big")

    def sign(self, message, hash=hashlib.sha256):
        z = int.from_bytes(hash(message).digest()[:32], "big")
        while True:
            k = rng.randrange(1, N)
            r = times(k)[0] % N
            s = pow(k, -1, N) * (z + r * self.d) % N
            if r and s: return r, s


KEYS = {n: Key(n) for n in ("root", "ca", "leaf", "other")}


# ---- DER ------------------------------------------------------------------------------------
def der(tag, *parts, long=False):
    body = b"".join(parts)
    n = len(body)
    if long: size = b"\x84" + n.to_bytes(4, "big")
    elif n < 128: size = bytes([n])
    else: size = bytes([0x80 | (n.bit_length() + 7) // 8]) + n.to_bytes((n.bit_length() + 7) // 8, "big")
    return bytes([tag]) + size + body


def integer(v): return der(2, v.to_bytes(v.bit_length() // 8 + 1, "big", signed=True))


def oid(text):
    a = [int(x) for x in text.split(".")]
    out = bytes([a[0] * 40 + a[1]])
    for v in a[2:]:
        part = [v & 127]
        while v > 127:
            v >>= 7
            part.append(128 | v & 127)
        out += bytes(reversed(part))
    return der(6, out)


def name(cn, tag=0x0C, extra=()):
    return der(0x30, *[der(0x31, der(0x30, oid("2.5.4.3"), der(tag, c.encode()))) for c in (cn, *extra)])


def extension(o, value, critical=None):
    c = b"" if critical is None else der(1, critical)
    return der(0x30, oid(o), c, der(4, value))


TRUE, FALSE = b"\xff", b"\0"
ECDSA = {"sha256": der(0x30, oid("1.2.840.10045.4.3.2")), "sha384": der(0x30, oid("1.2.840.10045.4.3.3")),
         "sha256-null": der(0x30, oid("1.2.840.10045.4.3.2"), der(5))}
NAMES = {"root": "Intel SGX Root CA", "ca": "Intel SGX PCK Platform CA", "leaf": "Intel SGX PCK Certificate",
         "other": "Somebody Else"}
UP = {"root": "root", "ca": "root", "leaf": "ca"}


def keyid(who): return hashlib.sha1(KEYS[who].point).digest()


def bits(value):
    """keyUsage as DER: no trailing zero bits."""
    n = 16 if value > 0xFF else 8
    raw = sum(1 << (n - 1 - i) for i in range(n) if value >> i & 1)
    unused = next((i for i in range(n) if raw >> i & 1), 0)
    return der(3, bytes([unused]) + raw.to_bytes(n // 8, "big"))


def certificate(who, **o):
    """o changes one thing; see the cases."""
    ca = who != "leaf"
    ext = []
    def put(key, *args):
        v = o.get(key, "default")
        if v is None: return
        ext.append(extension(*args) if v == "default" else v)
    put("basic", "2.5.29.19", der(0x30, *([der(1, TRUE)] + ([integer(0)] if who == "ca" else [])) if ca else ()), TRUE)
    put("usage", "2.5.29.15", bits(0x60 if ca else 0x03), TRUE)
    put("ski", "2.5.29.14", der(4, keyid(o.get("key", who))))
    put("aki", "2.5.29.35", der(0x30, der(0x80, keyid(UP[who]))))
    ext += o.get("more", [])
    start, end = o.get("dates", (der(0x17, b"250101000000Z"), der(0x17, b"350101000000Z")))
    alg = ECDSA[o.get("alg", "sha256")]
    spki = o.get("spki") or der(0x30, der(0x30, oid("1.2.840.10045.2.1"), oid(o.get("curve", "1.2.840.10045.3.1.7"))),
                                der(3, b"\0" + o.get("point", KEYS[o.get("key", who)].point)))
    version = o.get("version", 2)
    tbs = der(0x30, b"" if version is None else der(0xA0, integer(version)),
              o.get("serial", integer({"root": 1, "ca": 2, "leaf": 3}[who])), alg,
              o.get("issuer", name(NAMES[UP[who]])), der(0x30, start, end), o.get("subject", name(NAMES[who])), spki,
              o.get("ids", b""), b"" if o.get("bare") else der(0xA3, der(0x30, *ext)), long=o.get("long_tbs", False))
    r, s = KEYS[o.get("signer", UP[who])].sign(tbs, hashlib.sha384 if o.get("alg") == "sha384" else hashlib.sha256)
    sig = o["sig"](r, s) if "sig" in o else der(0x30, integer(r), integer(s))
    return der(0x30, tbs, ECDSA[o.get("outer", o.get("alg", "sha256"))], der(3, bytes([o.get("unused", 0)]) + sig)) + o.get("tail", b"")


def crl(who, revoked=(), **o):
    """A list of the authority who."""
    entry_ext = o.get("entry_ext", b"")
    entries = [der(0x30, s if isinstance(s, bytes) else integer(s), der(0x17, b"260101000000Z"), entry_ext) for s in revoked]
    ext = []
    if o.get("aki", 1) is not None: ext.append(extension("2.5.29.35", der(0x30, der(0x80, keyid(o.get("aki", who) if o.get("aki") else who)))))
    if o.get("number", 1) is not None: ext.append(extension("2.5.29.20", integer(o.get("number", 1))))
    ext += o.get("more", [])
    start, end = o.get("dates", (der(0x17, b"260101000000Z"), der(0x17, b"270101000000Z")))
    version = o.get("version", 1)
    alg = ECDSA[o.get("alg", "sha256")]
    tbs = der(0x30, b"" if version is None else integer(version), alg, o.get("issuer", name(NAMES[who])), start, end,
              der(0x30, *entries) if entries or o.get("empty") else b"", b"" if o.get("bare") else der(0xA0, der(0x30, *ext)))
    r, s = KEYS[o.get("signer", who)].sign(tbs)
    sig = o["sig"](r, s) if "sig" in o else der(0x30, integer(r), integer(s))
    return der(0x30, tbs, ECDSA[o.get("outer", o.get("alg", "sha256"))], der(3, b"\0" + sig)) + o.get("tail", b"")


# ---- cases ----------------------------------------------------------------------------------
def utc(t): return der(0x17, t.encode())
def gen(t): return der(0x18, t.encode())
START, END = utc("250101000000Z"), utc("350101000000Z")
odd = lambda b: extension("1.2.3.4", der(4, b"x"), b)

CERT = {  # name: changes
    # nothing wrong
    "plain": {}, "serial of one byte": {"serial": integer(0x7F)}, "serial with its high bit": {"serial": integer(0x80)},
    "serial of 20 bytes": {"serial": integer(2**158 + 5)}, "generalized end after 2050": {"dates": (START, gen("20600101000000Z"))},
    "starts now": {"dates": (utc("260301000000Z"), END)}, "ends now": {"dates": (START, utc("260301000000Z"))},
    "unknown extension": {"more": [odd(None)]}, "no key identifiers": {"ski": None, "aki": None},
    "year 1950 as start": {"dates": (utc("500101000000Z"), END)}, "more usage bits": {"usage": "more"},
    # signature
    "signed by another key": {"signer": "other"}, "signature flipped": {"sig": lambda r, s: der(0x30, integer(r ^ 1), integer(s))},
    "r and s swapped": {"sig": lambda r, s: der(0x30, integer(s), integer(r))},
    "r is zero": {"sig": lambda r, s: der(0x30, integer(0), integer(s))}, "s is zero": {"sig": lambda r, s: der(0x30, integer(r), integer(0))},
    "r is the order": {"sig": lambda r, s: der(0x30, integer(N), integer(s))},
    "r above the order": {"sig": lambda r, s: der(0x30, integer(r + N), integer(s))},
    "s is negative": {"sig": lambda r, s: der(0x30, integer(r), integer(-s))},
    "s of the other sign": {"sig": lambda r, s: der(0x30, integer(r), integer(N - s))},
    "three numbers": {"sig": lambda r, s: der(0x30, integer(r), integer(s), integer(1))},
    "padded r": {"sig": lambda r, s: der(0x30, der(2, b"\0\0" + r.to_bytes(32, "big")), integer(s))},
    "bytes behind the signature": {"sig": lambda r, s: der(0x30, integer(r), integer(s)) + b"\0"},
    "unused bits": {"unused": 1}, "SHA-384": {"alg": "sha384"}, "outer algorithm differs": {"outer": "sha384"},
    "algorithm with NULL": {"alg": "sha256-null"},
    # names and key
    "issuer of another name": {"issuer": name(NAMES["other"])}, "subject of another name": {"subject": name(NAMES["other"])},
    "empty issuer": {"issuer": der(0x30)}, "key of somebody else": {"key": "other"}, "names in other string types": {"subject": "printable"},
    "two common names": {"subject": "two"},
    "point not on the curve": {"point": b"\4" + b"\1" * 64}, "point at infinity": {"point": b"\0"},
    "compressed point": {"point": "compressed"}, "point cut": {"point": "cut"}, "hybrid point": {"point": "hybrid"},
    "another curve": {"curve": "1.3.132.0.10"}, "key without curve": {"spki": der(0x30, der(0x30, oid("1.2.840.10045.2.1")), der(3, b"\0" + KEYS["leaf"].point))},
    # version and serial
    "version 1 with extensions": {"version": None}, "version 2 with extensions": {"version": 1}, "version 4": {"version": 3},
    "version 1, bare": {"version": None, "bare": True}, "version written out as 1": {"version": 0},
    "negative serial": {"serial": der(2, b"\x80")}, "serial zero": {"serial": integer(0)}, "serial of 21 bytes": {"serial": integer(2**160)},
    "serial with padding": {"serial": der(2, b"\0\1")}, "empty serial": {"serial": der(2)}, "unique identifiers": {"ids": der(0x81, b"\0x")},
    # dates
    "expired": {"dates": (START, utc("260228235959Z"))}, "not yet valid": {"dates": (utc("260301000001Z"), END)},
    "ends before it starts": {"dates": (END, START)}, "no seconds": {"dates": (utc("2501010000Z"), END)},
    "offset instead of Z": {"dates": (utc("250101000000+0000"), END)}, "generalized before 2050": {"dates": (gen("20250101000000Z"), END)},
    "fraction of a second": {"dates": (START, gen("20600101000000.5Z"))}, "February 30": {"dates": (utc("250230000000Z"), END)},
    "month 13": {"dates": (utc("251301000000Z"), END)}, "hour 24": {"dates": (utc("250101240000Z"), END)},
    "second 60": {"dates": (utc("250101000060Z"), END)}, "year 9999": {"dates": (START, gen("99991231235959Z"))},
    # extensions
    "unknown critical extension": {"more": [odd(TRUE)]}, "critical written out as false": {"more": [odd(FALSE)]},
    "true as 01": {"more": [odd(b"\1")]}, "an extension twice": {"more": [odd(None), odd(None)]}, "usage twice": {"more": [extension("2.5.29.15", bits(0x60), TRUE)]},
    "no basic constraints": {"basic": None}, "CA turned over": {"basic": "turned"}, "no key usage": {"usage": None},
    "usage without signing certificates": {"usage": extension("2.5.29.15", bits(0x40), TRUE)},
    "usage without signing lists": {"usage": extension("2.5.29.15", bits(0x20), TRUE)},
    "usage of nothing": {"usage": extension("2.5.29.15", der(3, b"\0"), TRUE)},
    "usage with trailing zeros": {"usage": extension("2.5.29.15", der(3, b"\0\x06"), TRUE)},
    "path length zero": {"basic": extension("2.5.29.19", der(0x30, der(1, TRUE), integer(0)), TRUE)},
    "path length one": {"basic": extension("2.5.29.19", der(0x30, der(1, TRUE), integer(1)), TRUE)},
    "negative path length": {"basic": extension("2.5.29.19", der(0x30, der(1, TRUE), integer(-1)), TRUE)},
    "basic constraints with more": {"basic": extension("2.5.29.19", der(0x30, der(1, TRUE), integer(0), integer(0)), TRUE)},
    "basic constraints not critical": {"basic": "not critical"}, "usage not critical": {"usage": "not critical"},
    "key identifier of another": {"aki": extension("2.5.29.35", der(0x30, der(0x80, keyid("other"))))},
    "broken key identifier": {"aki": extension("2.5.29.35", b"\x30\x05\x80")}, "no extensions": {"bare": True},
    "name constraints": {"more": [extension("2.5.29.30", der(0x30), TRUE)]}, "empty extension list": {"basic": None, "usage": None, "ski": None, "aki": None},
    # encoding
    "long length": {"long_tbs": True}, "bytes behind it": {"tail": b"\0"}, "a second element behind it": {"tail": der(5)},
}
LISTS = {
    "plain list": {}, "others revoked": {"revoked": (9, 99, 999)}, "neighbours revoked": {"revoked": (4, 5, 0x102, 0x103)},
    "with a reason": {"revoked": (9,), "entry_ext": der(0x30, extension("2.5.29.21", der(10, b"\1")))},
    "unknown extension": {"more": [odd(None)]}, "starts now": {"dates": (utc("260301000000Z"), utc("270101000000Z"))},
    "ends now": {"dates": (utc("260101000000Z"), utc("260301000000Z"))}, "end after 2050": {"dates": (utc("260101000000Z"), gen("20600101000000Z"))},
    "the certificate": {"revoked": "it"}, "the certificate, last of many": {"revoked": "last"}, "the certificate, removed again": {"revoked": "it", "entry_ext": der(0x30, extension("2.5.29.21", der(10, b"\x08")))},
    "expired": {"dates": (utc("260101000000Z"), utc("260228235959Z"))}, "not yet valid": {"dates": (utc("260301000001Z"), utc("270101000000Z"))},
    "no next update": {"dates": (utc("260101000000Z"), b"")}, "signed by another key": {"signer": "other"}, "issuer of another name": {"issuer": name(NAMES["other"])},
    "signature flipped": {"sig": lambda r, s: der(0x30, integer(r ^ 1), integer(s))}, "s is zero": {"sig": lambda r, s: der(0x30, integer(r), integer(0))},
    "version 1": {"version": None, "bare": True}, "version 3": {"version": 2}, "version 1 with extensions": {"version": None},
    "no number": {"number": None}, "no key identifier": {"aki": None}, "key identifier of another": {"aki": "other"}, "no extensions": {"bare": True},
    "empty list of entries": {"empty": True}, "unknown critical extension": {"more": [odd(TRUE)]},
    "unknown critical extension of an entry": {"revoked": (9,), "entry_ext": der(0x30, odd(TRUE))},
    "indirect": {"more": [extension("2.5.29.28", der(0x30, der(0x84, TRUE)), TRUE)]}, "delta": {"more": [extension("2.5.29.27", integer(1), TRUE)]},
    "outer algorithm differs": {"outer": "sha384"}, "SHA-384 by name": {"alg": "sha384"}, "bytes behind it": {"tail": b"\0"}, "cut": {"cut": True},
    "negative serial": {"revoked": (der(2, b"\x83"),)}, "the certificate with padding": {"revoked": (der(2, b"\0\0\3"),)},
    "number negative": {"number": -1}, "number of 21 bytes": {"number": 2**160}, "an extension twice": {"more": [odd(None), odd(None)]},
    "generalized before 2050": {"dates": (gen("20260101000000Z"), utc("270101000000Z"))}, "February 30": {"dates": (utc("250230000000Z"), utc("270101000000Z"))},
}


def resolve(who, o):
    """Words in a case that depend on the certificate."""
    o = dict(o)
    point = KEYS[who].point
    points = {"compressed": bytes([2 + (point[-1] & 1)]) + point[1:33], "cut": point[:-1], "hybrid": bytes([6 + (point[-1] & 1)]) + point[1:]}
    if isinstance(o.get("point"), str): o["point"] = points[o["point"]]
    if o.get("subject") == "printable": o["subject"] = name(NAMES[who], 0x13)
    if o.get("subject") == "two": o["subject"] = name(NAMES[who], extra=("Second",))
    if o.get("usage") == "more": o["usage"] = extension("2.5.29.15", bits(0x60 | 0x8001 if who != "leaf" else 0x1F), TRUE)
    if o.get("usage") == "not critical": o["usage"] = extension("2.5.29.15", bits(0x60 if who != "leaf" else 0x03))
    ca = who != "leaf"
    if o.get("basic") == "turned": o["basic"] = extension("2.5.29.19", der(0x30) if ca else der(0x30, der(1, TRUE)), TRUE)
    if o.get("basic") == "not critical": o["basic"] = extension("2.5.29.19", der(0x30, *([der(1, TRUE)] if ca else [])))
    return o


def pem(der_bytes, kind="CERTIFICATE"):
    text = base64.b64encode(der_bytes).decode()
    return f"-----BEGIN {kind}-----\n" + "".join(text[i:i + 64] + "\n" for i in range(0, len(text), 64)) + f"-----END {kind}-----\n"


def write(n, kind, data):
    path = os.path.join(folder, f"{n}.{kind}")
    with open(path, "wb") as f: f.write(data if isinstance(data, bytes) else data.encode())
    return path


good = {w: certificate(w) for w in NAMES if w != "other"}
good_list = {w: crl(w) for w in ("root", "ca")}
cases = []  # name, line for us, arguments for openssl


def add_case(label, certs, lists=None):
    n = len(cases)
    leaf, ca, root = certs
    chain = write(n, "pem", pem(leaf) + pem(ca) + pem(root))
    line = f"chain {NOW} {write(n, 'root', root)} {chain}"
    args = ["verify", "-x509_strict", "-attime", str(NOW), "-no-CApath", "-no-CAstore", "-trusted", write(n, "root.pem", pem(root)),
            "-untrusted", write(n, "ca.pem", pem(ca))]
    if lists:
        line = "crl" + line[5:] + f" {write(n, 'pckcrl', lists[0])} {write(n, 'rootcrl', lists[1])}"
        args += ["-crl_check_all", "-CRLfile", write(n, "crl.pem", pem(lists[0], "X509 CRL") + pem(lists[1], "X509 CRL"))]
    cases.append((label, line, args + [write(n, "leaf.pem", pem(leaf))]))


for label, o in CERT.items():
    for who in ("leaf", "ca", "root"):
        certs = {**good, who: certificate(who, **resolve(who, o))}
        add_case(f"{who}: {label}", (certs["leaf"], certs["ca"], certs["root"]))
for label, o in LISTS.items():
    for who, below in (("ca", 3), ("root", 2)):
        o2 = dict(o)
        cut = o2.pop("cut", False)
        if o2.get("revoked") == "it": o2["revoked"] = (below,)
        if o2.get("revoked") == "last": o2["revoked"] = (*range(100, 159), below)
        made = crl(who, **o2)
        lists = {**good_list, who: made[:-3] if cut else made}
        add_case(f"list of {who}: {label}", (good["leaf"], good["ca"], good["root"]), (lists["ca"], lists["root"]))
add_case("list of root: the root itself", (good["leaf"], good["ca"], good["root"]), (good_list["ca"], crl("root", (1,))))
add_case("lists: swapped by name only", (good["leaf"], good["ca"], good["root"]), (good_list["root"], good_list["ca"]))
add_case("lists: the root's twice", (good["leaf"], good["ca"], good["root"]), (good_list["root"], good_list["root"]))
add_case("chain: CA is the leaf's twin", (good["leaf"], good["leaf"], good["root"]))
add_case("chain: leaf under the root", (certificate("leaf", issuer=name(NAMES["root"]), signer="root", aki=None), good["ca"], good["root"]))
# One random byte of a certificate changed, nothing signed again.
for i in range(120):
    who = ("leaf", "ca")[i % 2]
    raw = bytearray(good[who])
    raw[rng.randrange(len(raw))] ^= 1 << rng.randrange(8)
    certs = {**good, who: bytes(raw)}
    add_case("a bit flipped", (certs["leaf"], certs["ca"], certs["root"]))

# ---- both sides -----------------------------------------------------------------------------
# DER alone: bytes changed, cut, and long lengths, against asn1parse.
blobs = []
for i in range(240):
    raw = bytearray(rng.choice([good["leaf"], good["ca"], good_list["ca"]]))
    for _ in range(rng.choice((0, 1, 1, 1, 2))): raw[rng.randrange(len(raw))] ^= 1 << rng.randrange(8)
    if i % 6 == 5: raw = raw[:rng.randrange(1, len(raw))]
    blobs.append(write(f"blob{i}", "der", bytes(raw)))

lines = "\n".join([c[1] for c in cases] + [f"der {b}" for b in blobs]) + "\n"
ours = subprocess.run([helper], input=lines, capture_output=True, text=True, check=True).stdout.splitlines()
env = {"PATH": os.environ["PATH"], "OPENSSL_CONF": "/dev/null"}


def openssl(args):
    p = subprocess.run(["openssl", *args], capture_output=True, text=True, env=env, errors="replace")
    return p.returncode == 0, " ".join((p.stderr + p.stdout).split())


with ThreadPoolExecutor(2) as pool:
    theirs = list(pool.map(openssl, [c[2] for c in cases]))
    parsed = list(pool.map(openssl, [["asn1parse", "-inform", "DER", "-noout", "-in", b] for b in blobs]))

# ---- compared -------------------------------------------------------------------------------
told = {}  # case, or what stands behind its "leaf: ": who is stricter, and why
for line in open(table):
    if line.strip() and not line.startswith("#"):
        side, label, reason = (x.strip() for x in line.split("|"))
        if len(reason) > 10: told[label] = side
used, bad, agree, accepted, differ = set(), [], 0, 0, 0
for (label, _, _), us, (them, words) in zip(cases, ours, theirs):
    mine = us == "ok"
    accepted += mine
    if mine == them:
        agree += 1
        if label in told: bad.append(f"{label}: listed, yet both say {'yes' if mine else 'no'} ({us})")
        continue
    differ += 1
    row = label if label in told else label.split(": ", 1)[-1]
    used.add(row)
    if told.get(row) != ("we refuse" if them else "we accept"):
        bad.append(f"{label}: {us}; openssl: {'OK' if them else words[:120]}")
if os.environ.get("X509_SHOW"): print("\n".join("# " + b for b in bad))
print(("not ok" if bad else "ok") + f" x509 {len(cases)} chains and lists: {agree} judged alike ({accepted} accepted), "
      f"{differ} differences with a reason" + (": " + "; ".join(bad)[:280] if bad else ""))
stale = set(told) - used
print(f"not ok x509 rows of the table that nothing meets: {stale}" if stale else "ok x509 every row of the table is met")
loose = [b for b, us, (them, words) in zip(blobs, ours[len(cases):], parsed) if us == "ok" and not them]
strict = sum(us != "ok" and them for us, (them, _) in zip(ours[len(cases):], parsed))
print(f"not ok x509 DER that asn1parse refuses: {loose[:3]}" if loose else
      f"ok x509 {len(blobs)} DER texts: we take none that asn1parse refuses (it takes {strict} that are no DER)")
