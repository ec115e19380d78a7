# SPDX-License-Identifier: MIT
"""Reports as JSON and as a page, examined. Usage: report.py BINARY TMP TREE NONCE OPTIONS...
TMP holds v4.json and v5.json; live-v4.json and live-evil.json, answers of appliances to NONCE.
Prints lines as tests/run counts them."""
import base64, hashlib, http.server, json, os, re, subprocess, sys, threading
from html.parser import HTMLParser

sv, tmp, tree, nonce = sys.argv[1:5]
full = sys.argv[5:]
root = full[:2]
VOID = {"meta", "path", "rect", "circle", "br"}
HOSTILE = "\"'><script>alert(1)</script><img src=x onerror=y>&lt;\u202e\u0007</style><!--"


def out(name, good, why=""):
    print(("ok" if good else "not ok") + f" report {name}" + ("" if good else f": {str(why)[:300]}"))


def run(text, *args):
    """(exit, report, page) of a bundle's text."""
    bundle, page = os.path.join(tmp, "x.json"), os.path.join(tmp, "x.html")
    with open(bundle, "w") as f:
        f.write(text)
    if os.path.exists(page):
        os.unlink(page)
    p = subprocess.run([sv, "check", bundle, "--json", "--html", page, *args], capture_output=True, text=True)
    return p.returncode, json.loads(p.stdout), open(page).read()


class Page(HTMLParser):
    """Tags closed in order, no double ids, and everything that a test asks for."""

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.open, self.faults, self.ids, self.refs = [], [], [], []
        self.tags, self.attrs, self.text, self.style = [], [], [], ""
        self.feed(text)
        self.close()
        if self.open:
            self.faults.append(f"open at the end: {self.open}")

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        for k, v in attrs:
            self.attrs.append((tag, k, v))
            if k == "id":
                self.ids.append(v)
            if k in ("aria-labelledby",):
                self.refs += v.split()
        if len({k for k, _ in attrs}) != len(attrs):
            self.faults.append(f"an attribute twice: {tag}")
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.faults.append(f"</{tag}> out of order")

    def handle_data(self, data):
        if self.open and self.open[-1] == "style":
            self.style += data
        else:
            self.text.append(data)

    def handle_comment(self, data):
        self.faults.append("a comment")


ALLOWED = {"html", "head", "meta", "title", "style", "body", "header", "main", "footer", "section", "h1",
           "h2", "p", "div", "span", "figure", "figcaption", "svg", "desc", "g", "circle", "path", "rect",
           "text", "details", "summary", "dl", "dt", "dd", "ul", "li", "code", "b"}


def examine(page, report=None):
    """Faults of a page, as a list."""
    p = Page(page)
    bad = list(p.faults)
    bad += [f"element {t}" for t in set(p.tags) - ALLOWED]
    bad += [f"attribute {t} {k}" for t, k, v in p.attrs
            if k.startswith("on") or k in ("src", "href", "style", "xlink:href", "action", "srcset", "data")]
    bad += [f"address in {t} {k}" for t, k, v in p.attrs if v and re.search(r"https?:|//|url\(", v) and t != "meta"]
    if re.search(r"url\(|@import|@font-face|https?:", p.style):
        bad.append("the style asks for a resource")
    if len(p.ids) != len(set(p.ids)):
        bad.append("an id twice")
    bad += [f"nobody has the id {r}" for r in p.refs if r not in p.ids]
    for t in ("h1", "header", "main", "footer", "title"):
        if p.tags.count(t) != (3 if t == "title" else 1):
            bad.append(f"{p.tags.count(t)} of {t}")
    csp = [v for t, k, v in p.attrs if k == "content" and "default-src" in v]
    digest = base64.b64encode(hashlib.sha256(p.style.encode()).digest()).decode()
    if csp != [f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"]:
        bad.append("content security policy")
    if not page.isascii():
        if set(c for c in page if ord(c) > 126) - {"\u2260"}:
            bad.append("bytes that are not ours")
    if report:
        text = " ".join(p.text)
        for want in [report["sentence"], (report["result"] or {}).get("headline", "")] + [l[k] for l in report["links"] for k in ("name", "text")] + \
                [l["advice"] for l in report["links"] if l["advice"] and not l["waived"]] + \
                [v[k] for l in report["links"] for v in l["values"] for k in ("expected", "found") if v[k]]:
            if want not in text:
                bad.append(f"not on the page: {want}")
    return bad


def members(v, path=""):
    if isinstance(v, dict):
        return {q for k, x in v.items() for q in members(x, f"{path}.{k}" if path else k)} | ({path} if path else set())
    if isinstance(v, list):
        return {q for x in v for q in members(x, path + "[]")} | {path + "[]"}
    return {path}


# ---- the pages that people meet, and the members of their JSON ---------------------------------
good = json.load(open(os.path.join(tmp, "v4.json")))
cases = {
    "genuine": (good, full),
    "not decided": (good, root),
    "refuted under Intel's root": (good, []),
    "refuted": ({**good, "appCompose": good["appCompose"] + " ", "reportData": "00" * 64}, full),
    "envelope alone": (good["envelope"], full),
    "not a bundle": ({}, full),
    "quote version 5": (json.load(open(os.path.join(tmp, "v5.json"))), ["--root", os.path.join(tmp, "v5/root.der")]),
}
policy = os.path.join(tmp, "policy.ini")
with open(policy, "w") as f:
    f.write("[application]\ncompose-hash = " + "0" * 64 + "\n")
# Signatures of somebody: r is the generator's, so a key is recovered from any digest.
chain = os.path.join(tmp, "chain.json")
with open(chain, "w") as f:
    link = "79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798" + "%064x" % 1 + "00"
    json.dump({"purpose": HOSTILE, "public_key": "02" * 33, "signature_chain": [link, link]}, f)
cases["with a key chain"] = (cases["quote version 5"][0], cases["quote version 5"][1] + ["--key-chain", chain])
cases["with a key chain to another"] = (cases["with a key chain"][0], cases["with a key chain"][1] + ["--kms-key", "02" * 33])
cases["with a policy"] = (good, full + ["--policy", policy])
seen = set()
top = None
for name, (bundle, args) in cases.items():
    code, report, page = run(json.dumps(bundle), *args)
    want = {"genuine": 0, "not decided": 2, "refuted": 1}
    out(f"JSON: {name}: exit is the exit", report["exit"] == code and (name not in want or code == want[name]), code)
    seen |= members(report)
    top = top or set(report)
    out(f"JSON: {name}: every member on top", set(report) == top, set(report) ^ top)
    out(f"JSON: {name}: advice unless it holds", all(bool(l["advice"]) == (l["state"] != "ok") for l in report["links"]),
        [l["name"] for l in report["links"] if bool(l["advice"]) != (l["state"] != "ok")])
    bad = examine(page, report)
    out(f"page: {name}: well formed, self-contained, the same words", not bad, bad)
    out(f"page: {name}: C5: no forbidden word", not re.search(r"\b(safe|secure|trusted|verified skill)\b", page, re.I))

readme = open(os.path.join(tree, "src/check/README.md")).read()
table = readme.split("## JSON of `check attestation`")[1].split("\n## ")[0]
told = set(re.findall(r"^\| `([^`]+)` \|", table, re.M))
# A list or object whose parts stand in the table need not stand there itself.
parents = {m for m in seen if any(t.startswith((m + ".", m)) and t != m for t in told)}
out("JSON: every member that is printed is documented", seen - told - parents == set(), seen - told - parents)
out("JSON: every member that is documented is printed", told - seen == set(), told - seen)

listed = open(os.path.join(tree, "src/base/err_list.h")).read().split("#define ERR_LIST_CHECK(X)")[1]
classes = set(re.findall(r'X\(E_\w+, "([A-Z_]+)"', listed))
out("JSON: every error class is documented", all(f"`{c}`" in readme for c in classes),
    [c for c in classes if f"`{c}`" not in readme])
spec = os.path.join(os.environ.get("VECTORS", os.path.join(tree, "../shared/vectors")), "../specs/dcap.md")
if os.path.exists(spec):
    text = open(spec).read().split("### 4.1 Error classes")[1].split("Each has")[0]
    text = re.sub(r"(\w+)_\{([^}]*)\}", lambda m: " ".join(f"{m[1]}_{x}" for x in m[2].split(",")), text)
    missing = set(text.replace(".", " ").split()) - classes
    out("JSON: every class of the specification is there", not missing, missing)
else:
    print("skip report JSON: classes of the specification: not found")


# ---- hostile text: every string of bundle and statement in turn ---------------------------------
def leaves(v, path=()):
    if isinstance(v, dict):
        for k, x in v.items():
            yield from leaves(x, path + (k,))
    elif isinstance(v, list):
        for i, x in enumerate(v[:3]):
            yield from leaves(x, path + (i,))
    elif isinstance(v, str):
        yield path


def with_leaf(v, path, text):
    v = json.loads(json.dumps(v))
    at = v
    for k in path[:-1]:
        at = at[k]
    at[path[-1]] = text
    return v


bad, n, shown = [], 0, 0
statement = json.loads(base64.b64decode(good["envelope"]["payload"]))
changed = [(p, with_leaf(good, p, HOSTILE)) for p in leaves(good)]
for p in leaves(statement):
    s = json.dumps(with_leaf(statement, p, HOSTILE), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    changed.append((p, with_leaf(good, ("envelope", "payload"), base64.b64encode(s.encode()).decode())))
for p, bundle in changed:
    n += 1
    code, report, page = run(json.dumps(bundle), *full)
    shown += "&lt;script&gt;alert(1)" in page
    bad += [(p, x) for x in examine(page, report)]
    # Names of events below register 3 are in no digest (tests/unit/test_check_proof.c).
    if code == 0 and not (p[0] == "eventLog" and p[-1] == "event"):
        bad.append((p, "genuine"))
out(f"page: hostile text in {n} places, shown in some of them", not bad and shown > 3, (shown, bad))


# ---- a running application: the page and the text of one answer ----------------------------------
class Answers(http.server.BaseHTTPRequestHandler):
    """Says what it was given, whatever is asked."""
    say = {}

    def do_GET(self):
        body = self.say.get(self.path.split("?")[0], b"")
        self.send_response(200 if body else 404)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *a):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answers)
threading.Thread(target=server.serve_forever, daemon=True).start()
url = f"http://127.0.0.1:{server.server_port}"
ABSENT = ("envelope", "statement", "verdict", "sandbox", "package", "history")


def live(answer, *args, info=None, form="--json"):
    """(exit, what was printed, page or None) of an answer; a page of before must not stay."""
    Answers.say = {"/quote": json.dumps(answer).encode(), "/info": json.dumps(info).encode() if info else b""}
    page = os.path.join(tmp, "y.html")
    if os.path.exists(page):
        os.unlink(page)
    p = subprocess.run([sv, "check", "app", url, "--html", page, *args] + ([form] if form else []),
                       capture_output=True, text=True)
    return p.returncode, p.stdout, open(page).read() if os.path.exists(page) else None


def examine_live(page, report, answer):
    """Faults of a page about a running application, as a list."""
    bad = examine(page, report)
    names = [l["name"] for l in report["links"]]
    bad += [f"a link of a result: {n}" for n in ABSENT if f'"link-{n}"' in page or f">{n}<" in page or n in names]
    bad += [f"not in the list: {n}" for n in names if page.count(f'id="link-{n}"') != 1]
    for svg in re.findall(r"<svg class=\"chain.*?</svg>", page, re.S):
        drawn = [re.findall(r'class="name"[^>]*>(\w+)<', box) for box in svg.split('<rect class="box"')[1:]]
        if len(drawn) != 6 or not all(drawn) or sorted(sum(drawn, [])) != sorted(names):
            bad.append(f"boxes of the picture: {drawn}")
        if re.findall(r'class="title"[^>]*>([^<]*)<', svg)[0] != "Answer":
            bad.append("the first box is not the answer")
    if page.count('<svg class="chain') != 2:
        bad.append("pictures")
    text = " ".join(Page(page).text)
    digest = hashlib.sha256(json.dumps(answer).encode()).hexdigest()
    bad += [f"not on the page: {w}" for w in ("sha256 " + digest, url, "Nonce of the question", "Application report")
            if w not in text]
    bad += [f"on the page: {w}" for w in ("Test report", "this statement", "signed result", "Bundle")
            if w in text]
    return bad


good = json.load(open(os.path.join(tmp, "v4.live")))
asked = full + ["--nonce", nonce]
without = {k: v for k, v in good.items() if k != "appCompose"}
plain = json.dumps({"tcb_info": json.dumps({"app_compose": good["appCompose"]})})
cases = {
    "genuine": (good, asked, None, 0),
    "not decided": (good, root + ["--nonce", nonce], None, 2),
    "refuted under Intel's root": (good, ["--nonce", nonce], None, 1),
    "replayed": (good, full, None, 1),
    "no key": ({k: v for k, v in good.items() if k != "publicKey"}, asked, None, 1),
    "its guest's text": (without, asked, json.loads(plain), 0),
    "a text of nobody": (without, asked, {"tcb_info": ""}, 2),
    "another text": ({**good, "appCompose": good["appCompose"] + " "}, asked, None, 1),
    "with a policy": (good, asked + ["--policy", policy], None, 0),
}
for name, (answer, args, info, want) in cases.items():
    code, printed, page = live(answer, *args, info=info)
    report = json.loads(printed)
    bad = examine_live(page, report, answer)
    out(f"live: {name}: exit {want}", code == report["exit"] == want, code)
    out(f"live: {name}: well formed, the links that it has, the same words", not bad, bad)
    out(f"live: {name}: C5: no forbidden word", not re.search(r"\b(safe|secure|trusted|verified skill)\b", page, re.I))
    out(f"live: {name}: advice unless it holds", all(bool(l["advice"]) == (l["state"] != "ok") for l in report["links"]),
        [l["name"] for l in report["links"] if bool(l["advice"]) != (l["state"] != "ok")])
    # A random nonce is told once; the others give the same text again.
    if "--nonce" not in args:
        continue
    out(f"live: {name}: the nonce that was sent", report["nonce"] == nonce, report["nonce"])
    words = " ".join(Page(page).text)
    again, text, _ = live(answer, *args, info=info, form=None)
    proof, result = (l.split(" ", 1)[1] for l in text.splitlines()[-2:])
    out(f"live: {name}: PROOF and RESULT as on a terminal", again == code and proof in words and result in words and
        "RESULT none" in words, (proof, result))
    out(f"live: {name}: nonce and guest's digest", nonce in words and
        (hashlib.sha256(json.dumps(info).encode()).hexdigest() in words if info else "of its guest" not in words))

bad, n, none = [], 0, 0
changed = [(p, with_leaf(good, p, HOSTILE), None) for p in leaves(good) if p != ("nonce",)]
compose = json.loads(good["appCompose"])
changed += [(p, {**good, "appCompose": json.dumps(with_leaf(compose, p, HOSTILE))}, None) for p in leaves(compose)]
changed += [(p, {**without, "appCompose": None}, {"tcb_info": {"app_compose": json.dumps(with_leaf(compose, p, HOSTILE))}})
            for p in leaves(compose)]
changed += [(p, {**good, "appCompose": good["appCompose"].replace("skill-verifier", json.dumps(HOSTILE)[1:-1])}, None)
            for p in [("appCompose", "in place")]]
for p, answer, info in changed:
    n += 1
    code, printed, page = live(answer, *asked, info=info)
    if code == 3:
        none += 1
        bad += [(p, "a page without a report")] if page else []
        continue
    bad += [(p, x) for x in examine_live(page, json.loads(printed), answer)]
    if code == 0 and not (p[0] == "eventLog" and p[-1] == "event"):
        bad.append((p, "genuine"))
out(f"live: hostile text in {n} places: no page says more than the report", not bad and none < n / 2, (none, bad))
answer, at = json.load(open(os.path.join(tmp, "evil.live"))), os.path.join(tmp, "evil/")
code, printed, page = live(answer, "--root", at + "root.der", "--nonce", nonce)
bad = examine_live(page, json.loads(printed), answer)
out("live: hostile text that is measured: shown, escaped", not bad and page.count("&lt;script&gt;alert(1)") > 1,
    (page.count("&lt;script"), bad))
