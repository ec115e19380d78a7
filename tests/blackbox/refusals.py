# SPDX-License-Identifier: MIT
"""Malformed, truncated, slow and oversize requests over raw sockets.

refusals.py PORT PACKAGE: prints ok / not ok lines. None of these may make a
job, and the service answers an honest request after each.
"""
import json
import socket
import sys
import time

port, package = int(sys.argv[1]), open(sys.argv[2], "rb").read()


def out(name, good, why=""):
    print(("ok" if good else "not ok") + f" refusals {name}" + ("" if good else f": {why}"[:300]))


def talk(data, wait=5, close_after=False):
    """Sends bytes, returns all that comes until the end of the connection."""
    s = socket.create_connection(("127.0.0.1", port), timeout=wait)
    got = b""
    try:
        s.sendall(data)
        if close_after:
            s.shutdown(socket.SHUT_WR)
        while True:
            b = s.recv(65536)
            if not b:
                break
            got += b
    except (socket.timeout, ConnectionResetError, BrokenPipeError):
        pass
    finally:
        s.close()
    return got


def status(answer):
    try:
        return int(answer.split(b" ", 2)[1])
    except (IndexError, ValueError):
        return 0


def total():
    return json.loads(talk(b"GET /health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").split(b"\r\n\r\n", 1)[1])["jobs"]["total"]


H = b"Host: x\r\n"
POST = b"POST /verify HTTP/1.1\r\n" + H
ZIP = b"Content-Type: application/zip\r\n"
FORM = b"Content-Type: multipart/form-data; boundary=B\r\n"


def sized(head, body):
    return head + b"Content-Length: %d\r\n\r\n" % len(body) + body


def part(name, content, extra=b""):
    return b'--B\r\nContent-Disposition: form-data; name="' + name + b'"' + extra + b"\r\n\r\n" + content + b"\r\n"


cases = [
    ("garbage", b"\x16\x03\x01\x02\x00\x01\x00" * 20 + b"\r\n\r\n", 400),
    ("no version", b"GET /health\r\n\r\n", 400),
    ("HTTP/2 preface", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400),
    ("HTTP/1.0", b"GET /health HTTP/1.0\r\n\r\n", (200, 400)),
    ("lower-case method", b"get /health HTTP/1.1\r\n" + H + b"\r\n", (400, 405, 501)),
    ("no Host", b"GET /health HTTP/1.1\r\n\r\n", 400),
    ("two Hosts", b"GET /health HTTP/1.1\r\n" + H + H + b"\r\n", 400),
    ("bare LF", b"GET /health HTTP/1.1\nHost: x\n\n", 400),
    ("bare CR in a value", b"GET /health HTTP/1.1\r\nHost: x\rY: z\r\n\r\n", 400),
    ("NUL in a value", b"GET /health HTTP/1.1\r\nHost: x\0y\r\n\r\n", 400),
    ("folded header", b"GET /health HTTP/1.1\r\nHost: x\r\n y\r\n\r\n", 400),
    ("blank before the colon", b"GET /health HTTP/1.1\r\nHost : x\r\n\r\n", 400),
    ("header without a colon", b"GET /health HTTP/1.1\r\nHost: x\r\nnonsense\r\n\r\n", 400),
    ("absolute target", b"GET http://x/health HTTP/1.1\r\n" + H + b"\r\n", (200, 400)),
    ("target without a slash", b"GET health HTTP/1.1\r\n" + H + b"\r\n", 400),
    ("control byte in the target", b"GET /he\x01lth HTTP/1.1\r\n" + H + b"\r\n", 400),
    ("bad percent encoding", b"GET /health?a=%zz HTTP/1.1\r\n" + H + b"\r\n", (200, 400)),
    ("target of 9000 bytes", b"GET /" + b"a" * 9000 + b" HTTP/1.1\r\n" + H + b"\r\n", 414),
    ("header block of 20 KiB", b"GET /health HTTP/1.1\r\n" + H + b"X: " + b"a" * 20000 + b"\r\n\r\n", 431),
    ("two lengths", POST + ZIP + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\nabcdef", 400),
    ("two equal lengths", POST + ZIP + b"Content-Length: 5\r\nContent-Length: 5\r\n\r\nabcde", 400),
    ("length with a sign", POST + ZIP + b"Content-Length: +5\r\n\r\nabcde", 400),
    ("length in hex", POST + ZIP + b"Content-Length: 0x5\r\n\r\nabcde", 400),
    ("length of 30 digits", POST + ZIP + b"Content-Length: " + b"9" * 30 + b"\r\n\r\n", (400, 413)),
    ("length list", POST + ZIP + b"Content-Length: 5, 5\r\n\r\nabcde", 400),
    ("length and chunked", POST + ZIP + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400),
    ("another transfer coding", POST + ZIP + b"Transfer-Encoding: gzip\r\n\r\n", (400, 501)),
    ("chunked twice", POST + ZIP + b"Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n", (400, 501)),
    ("chunk size not hex", POST + ZIP + b"Transfer-Encoding: chunked\r\n\r\nzz\r\nab\r\n0\r\n\r\n", 400),
    ("chunk size negative", POST + ZIP + b"Transfer-Encoding: chunked\r\n\r\n-1\r\nab\r\n0\r\n\r\n", 400),
    ("chunk size of 20 digits", POST + ZIP + b"Transfer-Encoding: chunked\r\n\r\n" + b"f" * 20 + b"\r\n", (400, 413)),
    ("chunk longer than it says", POST + ZIP + b"Transfer-Encoding: chunked\r\n\r\n2\r\nabcdef\r\n0\r\n\r\n", 400),
    ("chunk with bare LF", POST + ZIP + b"Transfer-Encoding: chunked\r\n\r\n2\nab\n0\n\n", 400),
    ("no length at all", POST + ZIP + b"\r\n", 411),
    ("unknown type", sized(POST + b"Content-Type: image/png\r\n", b"x"), 415),
    ("not a package", sized(POST + ZIP, b"\x7fELF" + b"x" * 600), 415),
    ("form without boundary", sized(POST + b"Content-Type: multipart/form-data\r\n", b"x"), 400),
    ("boundary of 200 bytes", sized(POST + b"Content-Type: multipart/form-data; boundary=" + b"b" * 200 + b"\r\n", b"x"), 400),
    ("form without any part", sized(POST + FORM, b"--B--\r\n"), 400),
    ("form that never begins", sized(POST + FORM, b"hello"), 400),
    ("form without its end", sized(POST + FORM, part(b"skill", package)), 400),
    ("part header of 10 KiB", sized(POST + FORM, b"--B\r\nX: " + b"a" * 10000 + b"\r\n\r\nx\r\n--B--\r\n"), 400),
    ("nonce part too long", sized(POST + FORM, part(b"nonce", b"0" * 500) + part(b"skill", package) + b"--B--\r\n"), 400),
    ("two nonces", sized(POST + FORM, part(b"nonce", b"1" * 64) + part(b"nonce", b"2" * 64) + part(b"skill", package) + b"--B--\r\n"), 400),
    ("secret part", sized(POST + FORM, part(b"secret", b"A=b") + part(b"skill", package) + b"--B--\r\n"), 400),
    ("part without a name", sized(POST + FORM, b"--B\r\n\r\nx\r\n--B--\r\n"), 400),
    ("DELETE", b"DELETE /verify HTTP/1.1\r\n" + H + b"\r\n", 405),
]
before = total()
for name, data, want in cases:
    answer = talk(data, close_after=True)
    want = want if isinstance(want, tuple) else (want,)
    good = status(answer) in want
    head, _, body = answer.partition(b"\r\n\r\n")
    if status(answer) >= 400:
        try:
            j = json.loads(body)
            good = good and {"error", "errorCode", "detail"} <= set(j) and b"application/json" in head
        except ValueError:
            good = False
    out(name, good, f"want {want}, got {answer[:200]!r}")
    if total() < 0:
        break
out("none of these made a job", total() == before, f"{before} then {total()}")

# ---- a body that is never sent whole ---------------------------------------------------
talk(POST + ZIP + b"Content-Length: 100000\r\n\r\n" + package[:100], close_after=True)
out("truncated upload made no job", total() == before)
talk(sized(POST + FORM, part(b"skill", package) + b"--B--\r\n")[:-30], close_after=True)
out("truncated form made no job", total() == before)

# ---- request smuggling: what follows a refused body is not a request -----------------------
inner = b"GET /health HTTP/1.1\r\nHost: x\r\n\r\n"
answer = talk(POST + b"Content-Type: image/png\r\nContent-Length: %d\r\n\r\n" % len(inner) + inner, close_after=True)
out("a refused body is not taken for a request", answer.count(b"HTTP/1.1 ") == 1, answer[:300])
answer = talk(b"GET /health HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n" % len(inner) + inner, close_after=True)
out("a body of a GET is not taken for a request", answer.count(b"HTTP/1.1 ") == 1, answer[:300])
answer = talk(inner + b"GET /info HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
out("pipelined requests are answered in order", answer.count(b"HTTP/1.1 200") == 2 and answer.rfind(b'"policySha256"') > answer.find(b'"selfTest"'), answer[:100])

# ---- slow clients ---------------------------------------------------------------------------
slow = socket.create_connection(("127.0.0.1", port))
slow.sendall(b"GET /hea")
idle = socket.create_connection(("127.0.0.1", port))
many = [socket.create_connection(("127.0.0.1", port)) for _ in range(300)]
t = time.time()
out("300 idle connections do not hold up a request", total() == before and time.time() - t < 1)
for s in many:
    s.close()
slow.settimeout(25)
t, got = time.time(), b""
try:
    got = slow.recv(65536)
except OSError:
    pass
took = time.time() - t
out("a header that does not come: 408 after 15 s", status(got) == 408 and 10 < took < 20, f"{got[:60]!r} after {took:.1f} s")
slow.close()
idle.close()

# ---- byte by byte ----------------------------------------------------------------------------
s = socket.create_connection(("127.0.0.1", port), timeout=20)
s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
whole = sized(POST + b"Connection: close\r\n" + FORM, b"preamble\r\n" + part(b"nonce", b"a" * 64) +
              part(b"skill", package, b'; filename="a b.tgz"') + b"--B--\r\nepilogue")
for i in range(0, len(whole)):
    s.sendall(whole[i:i + 1])
got = b""
while True:
    b = s.recv(65536)
    if not b:
        break
    got += b
out("a form that comes byte by byte", status(got) == 202, got[:200])
out("and it is one job", total() == before + 1)
