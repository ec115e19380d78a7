#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Independent examination of the simulator's evidence for tests/blackbox/simulator.sh.

Shares no code with the simulator: byte layouts, digests and replay are written
from the specifications once more, signatures are checked by the openssl command.

  examine.py evidence ANSWER DIR ASKED COMPOSE FORM   prints "ok NAME" / "not ok NAME: why"
  examine.py collateral DIR NOW                       the same for collateral and certificates
  examine.py judge ANSWER DIR ASKED COMPOSE INSTANCE  prints what an honest client refuses, or "none"
  examine.py attestation ANSWER GETQUOTE              SCALE V0 against a GetQuote answer
  examine.py compose-hashes DIR                       "file sha256" of vectors/dstack/compose-hash
"""
import hashlib
import json
import subprocess
import sys
import tempfile

RUNTIME = 0x08000001
TD_QE_MRSIGNER = "dc9e2a7c6f948f17474e34a7fc43ed030f7c1563f1babddf6340c82e0e54a8c5"
VENDOR = "939a7233f79c4ca9940a0db3957f0607"


def u16(b, o):
    return int.from_bytes(b[o:o + 2], "little")


def u32(b, o):
    return int.from_bytes(b[o:o + 4], "little")


def report(name, good, why=""):
    print(f"ok simulator {name}" if good else f"not ok simulator {name}: {why}")


# ---- JSON as a strict client reads it ----

class Duplicate(Exception):
    pass


def strict_object(pairs):
    names = [k for k, _ in pairs]
    if len(set(names)) != len(names):
        raise Duplicate(str(names))
    return dict(pairs)


def strict_json(text):
    return json.loads(text, object_pairs_hook=strict_object)


# ---- DER ----

def tlv(b, o):
    """(tag, content start, end) of the value at o; minimal lengths only."""
    tag, n, o = b[o], b[o + 1], o + 2
    if n & 0x80:
        k = n & 0x7F
        n = int.from_bytes(b[o:o + k], "big")
        assert k and b[o] and n >= 0x80, "length not minimal"
        o += k
    assert o + n <= len(b), "value too long"
    return tag, o, o + n


def children(b, start, end):
    out = []
    while start < end:
        tag, s, e = tlv(b, start)
        out.append((tag, b[s:e], b[start:e]))
        start = e
    assert start == end
    return out


def oid(content):
    arcs, v = [], 0
    for c in content:
        v = v << 7 | c & 0x7F
        if not c & 0x80:
            arcs.append(v)
            v = 0
    return ".".join(map(str, [arcs[0] // 40, arcs[0] % 40] + arcs[1:]))


class Cert:
    def __init__(self, der):
        self.der = der
        tag, s, e = tlv(der, 0)
        assert tag == 0x30 and e == len(der)
        tbs, alg, sig = children(der, s, e)
        self.tbs, self.sig = tbs[2], sig[1][1:]
        parts = children(tbs[1], 0, len(tbs[1]))
        self.version, self.serial = parts[0][1], parts[1][1]
        self.issuer, self.subject, self.spki = parts[3][2], parts[5][2], parts[6][2]
        self.dates = [(c[0], c[1].decode()) for c in children(parts[4][1], 0, len(parts[4][1]))]
        self.point = self.spki[-64:]
        self.ext = {}
        seq = children(parts[7][1], 0, len(parts[7][1]))[0][1]
        for _, body, _ in children(seq, 0, len(seq)):
            f = children(body, 0, len(body))
            critical = len(f) == 3
            assert oid(f[0][1]) not in self.ext
            self.ext[oid(f[0][1])] = (critical, f[-1][1])

    def name(self):
        out = []
        tag, s, e = tlv(self.subject, 0)
        for _, rdn, _ in children(self.subject, s, e):
            _, pair, _ = children(rdn, 0, len(rdn))[0]
            k, v = children(pair, 0, len(pair))
            out.append((oid(k[1]), v[0], v[1].decode()))
        return out


def pem_certs(text):
    out = []
    for part in text.split("-----BEGIN CERTIFICATE-----\n")[1:]:
        body, rest = part.split("-----END CERTIFICATE-----\n")
        assert rest == "", "text between certificates"
        import base64
        out.append(Cert(base64.b64decode(body, validate=False)))
    return out


def sgx_extension(cert):
    """Entries of the SGX extension by OID suffix; nested sequences are opened."""
    der = cert.ext["1.2.840.113741.1.13.1"][1]
    found = {}

    def walk(b):
        for _, entry, _ in children(b, 0, len(b)):
            k, v = children(entry, 0, len(entry))
            key = oid(k[1])[len("1.2.840.113741.1.13.1"):]
            assert key not in found
            found[key] = (v[0], v[1])
            if v[0] == 0x30:
                walk(v[1])
    tag, s, e = tlv(der, 0)
    assert tag == 0x30 and e == len(der)
    walk(der[s:e])
    return found


# ---- signatures, by openssl ----

def raw_to_der(sig):
    def integer(b):
        b = b.lstrip(b"\0") or b"\0"
        if b[0] & 0x80:
            b = b"\0" + b
        return b"\x02" + bytes([len(b)]) + b
    body = integer(sig[:32]) + integer(sig[32:])
    return b"\x30" + bytes([len(body)]) + body


def openssl_verify(point, message, sig, raw=True):
    spki = bytes.fromhex("3059301306072a8648ce3d020106082a8648ce3d030107034200") + b"\x04" + point
    with tempfile.TemporaryDirectory() as d:
        for name, data in (("key", spki), ("sig", raw_to_der(sig) if raw else sig),
                           ("message", message)):
            with open(f"{d}/{name}", "wb") as f:
                f.write(data)
        return subprocess.run(
            ["openssl", "dgst", "-sha256", "-verify", f"{d}/key", "-keyform", "DER",
             "-signature", f"{d}/sig", f"{d}/message"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode == 0


# ---- quotes ----

class Quote:
    def __init__(self, b):
        self.raw = b
        self.version, self.key_type, self.tee = u16(b, 0), u16(b, 2), u32(b, 4)
        at = 48
        size = 584
        if self.version == 5:
            self.body_type, size = u16(b, 48), u32(b, 50)
            at = 54
        self.body = b[at:at + size]
        self.signed = b[:at + size]
        n = u32(b, at + size)
        s = b[at + size + 4:at + size + 4 + n]
        self.rest = b[at + size + 4 + n:]
        self.sig, self.key = s[:64], s[64:128]
        self.outer, outer_n = u16(s, 128), u32(s, 130)
        c = s[134:]
        assert len(s) == n and len(c) == outer_n, "outer lengths"
        self.qe, self.qe_sig = c[:384], c[384:448]
        auth_n = u16(c, 448)
        self.auth = c[450:450 + auth_n]
        self.inner, inner_n = u16(c, 450 + auth_n), u32(c, 452 + auth_n)
        self.chain = c[456 + auth_n:]
        assert len(self.chain) == inner_n, "inner length"

    def field(self, offset, n=48):
        return self.body[offset:offset + n]

    def rtmr(self, i):
        return self.field(328 + 48 * i)


def replay(log):
    """(registers, problem or None): recomputed digests of runtime events, given ones of boot events."""
    rtmr, problem = [bytes(48)] * 4, None
    for e in log:
        payload = bytes.fromhex(e.get("event_payload", ""))
        given = e.get("digest", "")
        if e["imr"] == 3:
            if e.get("version") == 2:
                text = json.dumps({"name": e["event"], "payload": payload.hex(), "type": RUNTIME},
                                  separators=(",", ":"), ensure_ascii=False).encode()
                if bytes.fromhex(e["preimage"]) != text:
                    problem = "preimage"
                digest = hashlib.sha384(text).digest()
            else:
                digest = hashlib.sha384(RUNTIME.to_bytes(4, "little") + b":" +
                                        e["event"].encode() + b":" + payload).digest()
            if given and given != digest.hex():
                problem = "digest of " + e["event"]
        else:
            digest = bytes.fromhex(given)
        rtmr[e["imr"]] = hashlib.sha384(rtmr[e["imr"]] + digest).digest()
    return rtmr, problem


def launch(log, name):
    return [bytes.fromhex(e["event_payload"]) for e in log if e["imr"] == 3 and e["event"] == name]


# ---- commands ----

def evidence(answer_file, out_dir, asked, compose_file, form):
    text = open(answer_file).read()
    a = strict_json(text)
    report(f"{form} members in order",
           list(a) == ["quote", "event_log", "report_data", "vm_config", "note"], list(a))
    report(f"{form} note", "NOT-A-TEE" in a["note"])
    q = Quote(bytes.fromhex(a["quote"]))
    asked = bytes.fromhex(asked).ljust(64, b"\0")
    compose = open(compose_file, "rb").read()
    root = open(f"{out_dir}/root.der", "rb").read()
    m = json.load(open(f"{out_dir}/measurements.json"))
    image = m["images"][0]
    log = json.loads(a["event_log"])

    report(f"{form} quote header", (q.key_type, q.tee, q.raw[12:28].hex()) == (2, 0x81, VENDOR) and
           q.version in (4, 5), q.raw[:48].hex())
    report(f"{form} quote says NOT-A-TEE", b"NOT-A-TEE" in q.raw[28:48])
    report(f"{form} 70 zero bytes behind", q.rest == bytes(70), len(q.rest))
    report(f"{form} certification types", (q.outer, q.inner) == (6, 5), (q.outer, q.inner))
    if q.version == 4:
        report(f"{form} report data at 568", q.raw[568:632] == asked, q.raw[568:632].hex())
    else:
        report(f"{form} body type 3", q.body_type == 3 and len(q.body) == 648 and
               q.field(600) == bytes(48) and q.field(584, 16) == q.field(0, 16), q.body_type)
        report(f"{form} report data", q.field(520, 64) == asked)
    report(f"{form} report_data member", a["report_data"] == asked.hex(), a["report_data"])
    report(f"{form} only bit 28 of TD attributes",
           int.from_bytes(q.field(120, 8), "little") == 1 << 28, q.field(120, 8).hex())
    report(f"{form} MRSIGNERSEAM and SEAM attributes zero", q.field(64, 56) == bytes(56))
    report(f"{form} MRCONFIGID version 1", q.field(184) ==
           b"\1" + hashlib.sha256(compose).digest() + bytes(15), q.field(184).hex())
    report(f"{form} quote signature", openssl_verify(q.key, q.signed, q.sig))

    certs = pem_certs(q.chain.rstrip(b"\0").decode())
    report(f"{form} three certificates, the last is the root, then one NUL",
           len(certs) == 3 and certs[2].der == root and q.chain.endswith(b"-----\n\0"), len(certs))
    report(f"{form} QE report signature", openssl_verify(certs[0].point, q.qe, q.qe_sig))
    report(f"{form} QE report data, both halves", q.qe[320:384] ==
           hashlib.sha256(q.key + q.auth).digest() + bytes(32), q.qe[320:].hex())
    report(f"{form} QE identity", (q.qe[128:160].hex(), u16(q.qe, 256)) == (TD_QE_MRSIGNER, 2))
    report(f"{form} QE not in debug mode", q.qe[48] & 2 == 0 and q.qe[48] & 1 == 1)

    measured = {"mrtd": q.field(136).hex(), "mrseam": q.field(16).hex(), "rtmr0": q.rtmr(0).hex(),
                "rtmr1": q.rtmr(1).hex(), "rtmr2": q.rtmr(2).hex()}
    report(f"{form} measurements.json", all(image[k] == v for k, v in measured.items()) and
           "NOT-A-TEE" in m["note"] and "NOT-A-TEE" in image["name"], image)
    rtmr, problem = replay(log)
    report(f"{form} digests follow from events", problem is None, problem)
    for i in range(4):
        report(f"{form} RTMR{i} replays", rtmr[i] == q.rtmr(i), rtmr[i].hex())
    report(f"{form} 13, 5 and 2 boot events",
           [sum(e["imr"] == i for e in log) for i in range(3)] == [13, 5, 2])
    report(f"{form} runtime type and register 3 belong together",
           all((e["event_type"] == RUNTIME) == (e["imr"] == 3) for e in log))
    report(f"{form} compose-hash event", launch(log, "compose-hash") ==
           [hashlib.sha256(compose).digest()])
    report(f"{form} app-id event", launch(log, "app-id") == [hashlib.sha256(compose).digest()[:20]])
    boot = [e for e in log if e["imr"] != 3]
    own = [e for e in log if e["imr"] == 3]
    if form == "full":
        shape = all(e["event_payload"] and e["digest"] for e in boot) and all(e["digest"] for e in own)
    elif form == "v2":
        shape = all(e["version"] == 2 and e["digest"] for e in own)
    else:
        shape = all(not e["digest"] for e in own) and \
            all(not e["event_payload"] or e["event"].startswith("acpi-") for e in boot)
    report(f"{form} form of the log", shape)


def judge(answer_file, out_dir, asked, compose_file, instance):
    """What an honest client must find (C16 and the signature), as a set of words."""
    problems = set()
    try:
        a = json.load(open(answer_file))
        try:
            strict_json(open(answer_file).read())
        except Duplicate:
            print("duplicate")
            return
        q = Quote(bytes.fromhex(a["quote"]))
        log = json.loads(a["event_log"])
    except (ValueError, KeyError, IndexError, AssertionError):
        print("not-json")
        return
    asked = bytes.fromhex(asked).ljust(64, b"\0")
    compose_hash = hashlib.sha256(open(compose_file, "rb").read()).digest()
    if q.field(520, 64) != asked:
        problems.add("report-data")
    if a["report_data"] != asked.hex():
        problems.add("report-data-field")
    if q.tee != 0x81:
        problems.add("tee-type")
    if q.field(120, 1)[0] & 1:
        problems.add("debug")
    rtmr, problem = replay(log)
    if problem or rtmr != [q.rtmr(i) for i in range(4)]:
        problems.add("replay")
    if launch(log, "compose-hash") != [compose_hash]:
        problems.add("compose-hash")
    if q.field(184)[1:33] not in launch(log, "compose-hash"):
        problems.add("mrconfigid")
    if launch(log, "app-id") != [compose_hash[:20]]:
        problems.add("app-id")
    if [x.hex() for x in launch(log, "instance-id")] != [instance]:
        problems.add("instance-id")
    if not openssl_verify(q.key, q.signed, q.sig):
        problems.add("signature")
    certs = pem_certs(q.chain.rstrip(b"\0").decode())
    if not openssl_verify(certs[0].point, q.qe, q.qe_sig) or \
            certs[2].der != open(f"{out_dir}/root.der", "rb").read():
        problems.add("chain")
    print(" ".join(sorted(problems)) or "none")


def crl_parts(der):
    tag, s, e = tlv(der, 0)
    tbs, _, sig = children(der, s, e)
    fields = children(tbs[1], 0, len(tbs[1]))
    revoked = []
    for tag, body, _ in fields[5:]:
        if tag == 0x30:
            for _, entry, _ in children(body, 0, len(body)):
                revoked.append(children(entry, 0, len(entry))[0][1].lstrip(b"\0"))
    return tbs[2], sig[1][1:], fields[2][2], fields[3:5], revoked, fields[-1]


def intel_name(common_name):
    return [("2.5.4.3", 0x0C, common_name), ("2.5.4.10", 0x0C, "Intel Corporation"),
            ("2.5.4.7", 0x0C, "Santa Clara"), ("2.5.4.8", 0x0C, "CA"), ("2.5.4.6", 0x13, "US")]


def level_of(info, svn, pcesvn, tee_svn, module_rule):
    """First level whose components are all reached; the two rules of dcap.md 2.6."""
    for level in info["tcbLevels"]:
        t = level["tcb"]
        start = 2 if module_rule and tee_svn[1] else 0
        if all(x >= c["svn"] for x, c in zip(svn, t["sgxtcbcomponents"])) and \
                pcesvn >= t["pcesvn"] and \
                all(x >= c["svn"] for x, c in list(zip(tee_svn, t["tdxtcbcomponents"]))[start:]):
            return level["tcbStatus"]
    return None


def collateral(out_dir, now):
    from datetime import datetime, timedelta, timezone
    c = strict_json(open(f"{out_dir}/collateral.json").read())
    now = datetime.fromtimestamp(int(now), timezone.utc)
    root = Cert(open(f"{out_dir}/root.der", "rb").read())
    leaf, platform, top = pem_certs(c["pck_certificate_chain"])
    signer, top2 = pem_certs(c["tcb_info_issuer_chain"])
    report("bundle says NOT-A-TEE and holds texts only",
           "NOT-A-TEE" in c["note"] and all(isinstance(v, str) for v in c.values()))
    report("certificates say NOT-A-TEE",
           all(b"NOT-A-TEE" in x.ext["2.16.840.1.113730.1.13"][1] for x in
               (root, leaf, platform, signer)))
    report("chains end in root.der", root.der == top.der == top2.der)
    for cert, cn, ca in ((root, "Intel SGX Root CA", b"\x30\x06\x01\x01\xff\x02\x01\x01"),
                         (platform, "Intel SGX PCK Platform CA", b"\x30\x06\x01\x01\xff\x02\x01\x00"),
                         (leaf, "Intel SGX PCK Certificate", b"\x30\x00"),
                         (signer, "Intel SGX TCB Signing", b"\x30\x00")):
        report(f"name of {cn}", cert.name() == intel_name(cn), cert.name())
        report(f"basicConstraints of {cn}", cert.ext["2.5.29.19"] == (True, ca))
        usage = b"\x03\x02\x01\x06" if len(ca) > 2 else b"\x03\x02\x06\xc0"
        report(f"keyUsage of {cn}", cert.ext["2.5.29.15"] == (True, usage))
        ski = hashlib.sha1(b"\x04" + cert.point).digest()
        report(f"SKI of {cn}", cert.ext["2.5.29.14"] == (False, b"\x04\x14" + ski))
        issuer = platform if cert is leaf else root
        aki = hashlib.sha1(b"\x04" + issuer.point).digest()
        report(f"AKI of {cn}", cert.ext["2.5.29.35"] == (False, b"\x30\x16\x80\x14" + aki))
        report(f"issuer of {cn}", cert.issuer == issuer.subject)
        report(f"signature of {cn}", openssl_verify(issuer.point, cert.tbs, cert.sig, raw=False))
        report(f"critical extensions of {cn}",
               {k for k, v in cert.ext.items() if v[0]} == {"2.5.29.15", "2.5.29.19"})
    x = sgx_extension(leaf)
    svn = [int.from_bytes(x[f".2.{i}"][1], "big") for i in range(1, 17)]
    report("SGX extension", (len(x[".1"][1]), len(x[".2.18"][1]), len(x[".3"][1]), len(x[".4"][1]),
                             len(x[".6"][1]), x[".5"][0]) == (16, 16, 2, 6, 16, 0x0A) and
           all(x[f".7.{i}"] == (1, b"\xff") for i in (1, 2, 3)) and
           bytes(svn) == x[".2.18"][1], sorted(x))

    for name, sig, chain in (("tcb_info", "tcb_info_signature", "tcb_info_issuer_chain"),
                             ("qe_identity", "qe_identity_signature", "qe_identity_issuer_chain")):
        report(f"{name} signature", openssl_verify(signer.point, c[name].encode(),
                                                   bytes.fromhex(c[sig])))
        report(f"{name} chain", c[chain] == c["tcb_info_issuer_chain"])
        j = strict_json(c[name])
        dates = [datetime.strptime(j[k], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=timezone.utc)
                 for k in ("issueDate", "nextUpdate")]
        report(f"{name} dates", abs((now - timedelta(days=1)) - dates[0]) < timedelta(minutes=5) and
               abs((now + timedelta(days=30)) - dates[1]) < timedelta(minutes=5), dates)
    info, qe = json.loads(c["tcb_info"]), json.loads(c["qe_identity"])
    report("TCB info is for the leaf", (info["id"], info["version"], info["tcbType"],
                                        info["fmspc"].lower(), info["pceId"].lower()) ==
           ("TDX", 3, 0, x[".4"][1].hex(), x[".3"][1].hex()), info["fmspc"])
    tee_svn = bytes([11, 1, 4]) + bytes(13)
    pcesvn = int.from_bytes(x[".2.17"][1], "big")
    for rule in (True, False):
        got = level_of(info, svn, pcesvn, tee_svn, rule)
        report(f"platform level UpToDate ({'Intel' if rule else 'dcap-qvl'} rule)",
               got == "UpToDate", got)
    got = level_of(info, svn, pcesvn - 1, tee_svn, True)
    report("a lower platform is OutOfDate", got == "OutOfDate", got)
    module = [i for i in info["tdxModuleIdentities"] if i["id"] == "TDX_01"][0]
    report("module level UpToDate", module["tcbLevels"][0]["tcb"]["isvsvn"] <= 11 and
           module["tcbLevels"][0]["tcbStatus"] == "UpToDate")
    report("QE identity", (qe["id"], qe["version"], qe["mrsigner"].lower(), qe["isvprodid"],
                           qe["tcbLevels"][0]) ==
           ("TD_QE", 2, TD_QE_MRSIGNER, 2, {"tcb": {"isvsvn": 4}, "tcbDate": "2025-05-14T00:00:00Z",
                                            "tcbStatus": "UpToDate"}))

    for name, issuer, count in (("root_ca_crl", root, 0), ("pck_crl", platform, 3)):
        tbs, sig, iss, dates, revoked, tail = crl_parts(bytes.fromhex(c[name]))
        report(f"{name} signature", openssl_verify(issuer.point, tbs, sig, raw=False))
        report(f"{name} issuer", iss == issuer.subject)
        report(f"{name} entries", len(revoked) == count and not
               {y.serial.lstrip(b"\0") for y in (root, platform, leaf, signer)} & set(revoked))
        aki = hashlib.sha1(b"\x04" + issuer.point).digest()
        report(f"{name} number and AKI", tail[0] == 0xA0 and b"\x55\x1d\x14" in tail[1] and
               tail[1].endswith(aki))
        times = [datetime.strptime(d[1].decode(), "%y%m%d%H%M%SZ").replace(tzinfo=timezone.utc)
                 for d in dates]
        report(f"{name} dates", abs(now - timedelta(days=1) - times[0]) < timedelta(minutes=5) and
               abs(now + timedelta(days=30) - times[1]) < timedelta(minutes=5), times)


def attestation(answer_file, quote_file):
    b = bytes.fromhex(json.load(open(answer_file))["attestation"])
    a = json.load(open(quote_file))
    log = json.loads(a["event_log"])
    at = 2

    def compact():
        nonlocal at
        mode, n = b[at] & 3, {0: 1, 1: 2, 2: 4}[b[at] & 3]
        v = int.from_bytes(b[at:at + n], "little") >> 2
        at += n
        return v

    def take():
        nonlocal at
        n = compact()
        at += n
        return b[at - n:at]
    report("attestation is SCALE V0 TDX", b[:2] == b"\0\0")
    report("attestation holds the quote", take().hex() == a["quote"])
    events = []
    for _ in range(compact()):
        imr, kind = u32(b, at), u32(b, at + 4)
        at += 8
        digest, name, payload = take(), take(), take()
        events.append({"imr": imr, "event_type": kind, "digest": digest.hex(),
                       "event": name.decode(), "event_payload": payload.hex()})
    report("attestation holds the log", events == log, events[-1])
    runtime = [(take().decode(), take().hex()) for _ in range(compact())]
    report("attestation repeats the runtime events",
           runtime == [(e["event"], e["event_payload"]) for e in log if e["imr"] == 3])
    report("attestation report data", b[at:at + 64].hex() == a["report_data"])
    at += 64
    report("attestation config", take().decode() == a["vm_config"] and at == len(b), (at, len(b)))


def compose_hashes(directory):
    """Lines "file sha256" out of the vectors' expected.json."""
    for name, entry in sorted(json.load(open(f"{directory}/expected.json")).items()):
        for key in entry if isinstance(entry, dict) else ():
            if key.startswith("raw_sha256"):
                print(f"{name}.json", entry[key])


if __name__ == "__main__":
    {"evidence": evidence, "judge": judge, "collateral": collateral, "attestation": attestation,
     "compose-hashes": compose_hashes}[sys.argv[1]](*sys.argv[2:])
