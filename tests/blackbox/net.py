# SPDX-License-Identifier: MIT
# Servers on loopback for net.sh: they play a PCCS out of a collateral bundle, a
# chain node out of recorded answers, and everybody who answers badly.
#   net.py DIR [BUNDLE...]   DIR holds ca.pem and NAME.pem with NAME.key (made by net.sh);
#                          writes DIR/ports.json once all listen, ends with its parent.
#                          Without bundles: one http server that plays chain nodes.
# The first part of a path says how to answer: "/short/sgx/..." cuts the body.
import json
import os
import socket
import ssl
import sys
import threading
import time
import urllib.parse

folder, bundles = sys.argv[1], [json.load(open(p)) for p in sys.argv[2:]]
BIG = 2 << 30


def text(value):
    return urllib.parse.quote(value, safe="")


def signed(name, body, signature):
    return ('{"%s":%s,"signature":"%s"}' % (name, body, signature)).encode()


def pccs(path, mode, bundle):
    """Body and headers of one request, as a PCCS answers."""
    der = lambda key: bytes.fromhex(bundle[key])
    if "pckcrl" in path or "rootcacrl" in path:
        key = "pck_crl" if "pckcrl" in path else "root_ca_crl"
        body = {"der": der(key), "pem": pem_crl(der(key))}.get(mode, bundle[key].encode())
        headers = [("SGX-PCK-CRL-Issuer-Chain", text(bundle["pck_crl_issuer_chain"]))]
        return body, headers if "pckcrl" in path else []
    if "/tcb?" in path:
        name = "SGX-TCB-Info-Issuer-Chain" if mode == "v3name" else "TCB-Info-Issuer-Chain"
        chain, info = bundle["tcb_info_issuer_chain"], bundle["tcb_info"]
        if mode == "wrongchain":
            chain = bundle["pck_crl_issuer_chain"]
        if mode == "respaced":
            info = json.dumps(json.loads(info))
        body = signed("tcbInfo", info, bundle["tcb_info_signature"])
        if mode == "badsig":
            body = body.replace(b'"issueDate":"20', b'"issueDate":"19', 1)
        if mode == "double":
            body = b'{"tcbInfo":{},' + body[1:]
        if mode == "escaped":
            body = body.replace(b"tcbInfo", b"tcb\\u0049nfo", 1)
        headers = [] if mode == "nochain" else [(name, text(chain))]
        if mode == "plainchain":
            headers = [(name, "-----BEGIN CERTIFICATE-----")]
        return body, headers * (2 if mode == "twicechain" else 1)
    if "/qe/identity" in path:
        body = signed("enclaveIdentity", bundle["qe_identity"], bundle["qe_identity_signature"])
        return body, [("SGX-Enclave-Identity-Issuer-Chain", text(bundle["qe_identity_issuer_chain"]))]
    return None, []


def pem_crl(der):
    import base64
    b = base64.b64encode(der).decode()
    lines = "\n".join(b[i:i + 64] for i in range(0, len(b), 64))
    return ("-----BEGIN X509 CRL-----\n%s\n-----END X509 CRL-----\n" % lines).encode()


def head(status, headers):
    return ("HTTP/1.1 %s\r\n" % status + "".join("%s: %s\r\n" % h for h in headers) + "\r\n").encode()


def bad(mode, body, headers):
    """Bytes of an answer that is framed or meant badly; None for a good one."""
    length = ("Content-Length", str(len(body)))
    return {
        "redirect": head("302 Found", [("Location", "https://elsewhere.example/")]),
        "404": head("404 Not Found", [("Content-Length", "0")]),
        "429": head("429 Too Many", [("Retry-After", "9"), ("Content-Length", "0")]),
        "short": head("200 OK", headers + [length]) + body[:-1],
        "nolength": head("200 OK", headers) + body,
        "both": head("200 OK", headers + [length, ("Transfer-Encoding", "chunked")]) + body,
        "twolengths": head("200 OK", headers + [length, length]) + body,
        "trailing": head("200 OK", headers + [length]) + body + b"x",
        "gzip": head("200 OK", headers + [length, ("Content-Encoding", "gzip")]) + body,
        "barelf": head("200 OK", headers + [length]).replace(b"\r\n", b"\n") + body,
        "fold": head("200 OK", headers + [("X", "a\r\n b"), length]) + body,
        "control": head("200 OK", headers + [("X", "a\0b"), length]) + body,
        "huge": head("200 OK", headers + [("Content-Length", str(BIG))]) + body,
        "badchunk": head("200 OK", headers + [("Transfer-Encoding", "chunked")]) + b"zz\r\n" + body,
        "cutchunk": head("200 OK", headers + [("Transfer-Encoding", "chunked")])
        + b"%x\r\n" % len(body) + body + b"\r\n",
        "html": head("200 OK", headers + [("Content-Length", "15")]) + b"<html>no</html>",
        "ssh": b"SSH-2.0-OpenSSH_9.2\r\n",
        "empty": b"",
    }.get(mode)


def answer(c, method, path, body):
    parts = path.split("/", 2)
    mode = parts[1]
    if mode == "rpc":
        return rpc(c, parts[2], body)
    if mode == "redirect" and not bundles:
        c.sendall(head("307 Moved", [("Location", "http://127.0.0.1/")]))
        return
    bundle = bundles[int(mode[1:])] if mode[:1] == "b" and mode[1:].isdigit() else bundles[0]
    out, headers = pccs(path, mode, bundle)
    if out is None or method != "GET":
        c.sendall(head("404 Not Found", [("Content-Length", "0")]))
        return
    if mode == "silent":
        time.sleep(30)
    if mode == "slow":
        for b in head("200 OK", headers + [("Content-Length", str(len(out)))]) + out:
            c.sendall(bytes([b]))
            time.sleep(0.2)
    if mode == "endless":
        c.sendall(head("200 OK", headers + [("Transfer-Encoding", "chunked")]))
        while True:
            c.sendall(b"1000\r\n" + b"a" * 4096 + b"\r\n")
    if mode == "longhead":
        c.sendall(b"HTTP/1.1 200 OK\r\n" + b"X: aaaaaaaaaaaaaaaaaaaaaaaa\r\n" * 9000)
    raw = bad(mode, out, headers)
    if raw is not None:
        c.sendall(raw)
        return
    if mode == "chunked":
        c.sendall(head("200 OK", headers + [("Transfer-Encoding", "chunked")]))
        for i in range(0, len(out), 1000):
            part = out[i:i + 1000]
            c.sendall(b"%X;x=y\r\n" % len(part) + part + b"\r\n")
        c.sendall(b"0\r\n\r\n")
        return
    c.sendall(head("200 OK", headers + [("Content-Length", str(len(out)))]) + out)


# ---- a chain node -----------------------------------------------------------------------

ZERO = "0x" + "0" * 64
limited = []


def word(n):
    return "0x%064x" % n


class Refusal(Exception):
    """The node's own error."""


def texts(*parts):
    """Byte strings as a contract returns them, behind their offsets."""
    heads, tail = "", ""
    for p in parts:
        heads += "%064x" % (32 * len(parts) + len(tail) // 2)
        tail += "%064x" % len(p) + p.hex() + "00" * (-len(p) % 32)
    return heads + tail


def allowed(chain, how, data):
    """What DstackKms and DstackApp say about one machine (their order of reasons)."""
    word_at = [data[i:i + 64] for i in range(10 + 64, len(data), 64)]
    app, compose, _, device, _, _, os, status = word_at[:8]
    at = int(status, 16) // 32
    tcb = bytes.fromhex("".join(word_at[at + 1:]))[:int(word_at[at], 16)]
    assert app[24:] == chain["recorded"]["_meta"]["app"][2:]
    reason = ("OS image is not allowed" if os not in chain.get("os", []) else
              "TCB status is not up to date" if tcb != b"UpToDate" and how != "anytcb" else
              "Compose hash not allowed" if compose not in chain["allow"] else
              "Device not allowed" if device not in chain.get("devices", []) and how != "anydevice" else "")
    if how == "refuses":
        reason = "no \x1b[31m<b>"
    if how == "otherwise":
        reason += "."
    return "0x%064x%064x" % (not reason, 64) + texts(reason.encode())[64:]


def events(chain, how, wanted):
    """The contract's history: what was recorded, then what chain.json allowed since."""
    if how == "nologs":
        raise Refusal({"code": -32005, "message": "block range is too wide"})
    first = wanted["address"]
    assert wanted["fromBlock"] == "0x0" and wanted["toBlock"] == "0x1234"
    logs = [{"address": first, "topics": e["topics"], "data": e["data"], "blockNumber": "0x7", "removed": False}
            for e in chain["recorded"]["_deploy_logs"] if e["address"] == first and e["topics"][0] in wanted["topics"][0]]
    added = [t for t in wanted["topics"][0] if t.startswith("0xfecb3430")]
    logs += [{"address": first, "topics": added, "data": "0x" + h, "blockNumber": "0x10", "removed": False}
             for h in chain["allow"]]
    if how == "upgraded":
        logs.append({**logs[0], "blockNumber": "0x20"})
    return logs[:-1] if how == "hides" else logs


def chain_result(how, method, params):
    """The recorded contracts; chain.json of the folder says what else is allowed."""
    chain = json.load(open(folder + "/chain.json"))
    recorded, meta = chain["recorded"], chain["recorded"]["_meta"]
    app, kms = meta["app"], meta["kms"]
    if method == "eth_chainId":
        return "0x1" if how == "chain1" else "0x2105"
    if method == "eth_getBlockByNumber":
        if how == "noblock" or params[0] not in ("finalized", "0x1234"):
            return None
        return {"number": "0x1234", "hash": word(0xb10c if how != "fork" else 0xf0),
                "timestamp": "0x6900f00d", "transactions": [word(i) for i in range(500)]}
    if method == "eth_getLogs":
        return events(chain, how, params[0])
    if params[-1] != "0x1234":
        raise ValueError("another block: %s" % params[-1])
    if method == "eth_getCode":
        owned = how == "safe" and params[0] == meta["owner"]
        return "0x6080" if params[0] in (app, kms) and how != "nocode" or owned else "0x"
    if method == "eth_getStorageAt":
        if params[1] == recorded["calls"]["impl_slot_app"]["slot"]:
            return recorded["calls"]["impl_slot_app"]["result"] if params[0] == app else word(7)
        return word(1) if how in ("safe", "frozen") else recorded["app_storage_slots_0_7"][1]
    to, data = params[0]["to"], params[0]["data"]
    special = {"eoa": "0x", "notbool": word(2), "short": "0x01", "long": ZERO + "00", "lies": word(0)}
    if data.startswith("0x2f6622e5") and how in special:
        return special[how]
    if data.startswith("0x1e079198") and to in (app, kms):
        return allowed(chain, how, data)
    if data == "0x09177063":
        keys = chain.get("kmsInfo", ["", ""]) if how != "otherkms" else ["03" * 33, "30" * 91]
        return "0x" + texts(*[bytes.fromhex(k) for k in keys], b"q" * 5006, b"[]")
    if data == "0x25a992da" and how == "otherimpl":
        return word(7)
    for call in recorded["calls"].values():
        if isinstance(call, dict) and (call.get("to"), call.get("data")) == (to, data) and isinstance(call.get("result"), str):
            return call["result"]
    if to not in (app, kms):
        return "0x"
    return {"0x2f6622e5": word(data[10:] in chain["allow"]), "0x3440a16a": word(how == "anydevice"),
            "0x8da5cb5b": "0x" + "0" * 24 + (meta["owner"][2:] if how != "nobody" else "0" * 40),
            "0xe30c3978": ZERO, "0x9a4e1d18": word(data[10:] in chain.get("os", [])), "0xa6c4cce9": word(0),
            "0xbf8b211b": word(data[10:] in chain.get("devices", [])),
            "0xf6fe4f40": word(how == "replica")}[data[:10]]


def rpc(c, how, body):
    ask = json.loads(body)
    reply = {"jsonrpc": "2.0", "id": ask["id"] + (how == "wrongid")}
    status = "200 OK"
    if how == "reverts" and ask["method"] == "eth_call":
        reply["error"] = {"code": 3, "message": "execution reverted", "data": "0x"}
    elif how == "old" and ask["method"] == "eth_call" and ask["params"][0]["data"] in ("0x0aa58c83", "0x54fd4d50"):
        reply["error"] = {"code": -32000, "message": "execution reverted"}
    elif how == "rpcerror":
        reply["error"] = {"code": -32601, "message": "method \x1b[31m not there"}
    else:
        try:
            reply["result"] = chain_result(how, ask["method"], ask["params"])
        except Refusal as e:
            reply["error"] = e.args[0]
    text = json.dumps(reply)
    if how == "double":
        text = text[:-1] + ',"result":"%s"}' % ZERO
    if how == "down":
        status, text = "503 Service Unavailable", "busy"
    if how == "limit" and len(limited) < 2:
        limited.append(1)
        status, text = "429 Too Many Requests", "{}"
    if how == "html":
        text = "<html>"
    c.sendall(head(status, [("Content-Length", str(len(text.encode())))]) + text.encode())


def request(c):
    data = b""
    while b"\r\n\r\n" not in data:
        part = c.recv(65536)
        if not part:
            return
        data += part
    top, _, body = data.partition(b"\r\n\r\n")
    lines = top.decode().split("\r\n")
    method, path, _ = lines[0].split(" ")
    length = [int(x.split(":")[1]) for x in lines if x.lower().startswith("content-length:")]
    while length and len(body) < length[0]:
        body += c.recv(65536)
    with open(folder + "/requests", "a") as f:
        f.write(method + " " + path + "\n")
    answer(c, method, path, body)


def serve(sock, context, plain):
    while True:
        c, _ = sock.accept()
        threading.Thread(target=one, args=(c, context, plain), daemon=True).start()


def one(c, context, plain):
    try:
        if plain:
            c.sendall(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")
            c.recv(65536)
        else:
            if context:
                c = context.wrap_socket(c, server_side=True)
            request(c)
        if context:
            c.unwrap()
    except (OSError, ValueError):
        pass
    finally:
        c.close()


def context_of(name, **set_):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain("%s/%s.pem" % (folder, name), "%s/%s.key" % (folder, name))
    context.minimum_version = set_.get("minimum", ssl.TLSVersion.TLSv1_2)
    context.maximum_version = set_.get("maximum", ssl.TLSVersion.TLSv1_3)
    if "ciphers" in set_:
        context.set_ciphers(set_["ciphers"])
    return context


def main():
    v = ssl.TLSVersion
    servers = {} if not bundles else {
        "good": context_of("good"),
        "p256": context_of("p256"),
        "othername": context_of("othername"),
        "expired": context_of("expired"),
        "otherca": context_of("otherca"),
        "self": context_of("self"),
        "noforward": context_of("good", maximum=v.TLSv1_2, ciphers="AES128-GCM-SHA256:AES256-GCM-SHA384"),
        "cbc": context_of("good", maximum=v.TLSv1_2, ciphers="ECDHE-RSA-AES128-SHA"),
        "tls13": context_of("good", minimum=v.TLSv1_3),
        "plaintext": None,
        "http6": None,
    }
    servers["http"] = None
    ports = {}
    for name, context in servers.items():
        s = socket.socket(socket.AF_INET6 if name == "http6" else socket.AF_INET)
        s.bind(("::1" if name == "http6" else "127.0.0.1", 0))
        s.listen(64)
        ports[name] = s.getsockname()[1]
        threading.Thread(target=serve, args=(s, context, name == "plaintext"), daemon=True).start()
    with open(folder + "/ports.new", "w") as f:
        json.dump(ports, f)
    os.rename(folder + "/ports.new", folder + "/ports.json")
    parent = os.getppid()
    while os.getppid() == parent:
        time.sleep(0.5)


main()
