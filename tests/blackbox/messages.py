# SPDX-License-Identifier: MIT
"""A SKILL.md with one mistake for every code: where the message points and what it says to write.

messages.py BINARY FOLDER ERR_LIST
"""
import json
import os
import re
import subprocess
import sys

binary, folder, err_list = sys.argv[1:4]
HEAD = "---\nname: h\nversion: 1.0.0\ndescription: d\n"
ADVICE = re.compile(r"\b(write|use|remove|keep|put|save|move|leave|close|submit|may not be set|must be)\b")


def front(text):
    return HEAD + text + "\n---\nbody\n"


# code, SKILL.md, where (line:column, or None where nothing in the file is wrong by itself), words of the message
CASES = [
    ("manifest-too-large", front("a: b") + "x" * 300000, None, "262144"),
    ("frontmatter-too-large", front("# " + "x" * 70000), None, "65536"),
    ("manifest-encoding", b"---\nname: caf\xe9\n---\n", "2:10", "UTF-8"),
    ("manifest-encoding", front("a: b").encode("utf-16"), None, "UTF-16"),
    ("manifest-control-char", front("a: b\x1bc"), "5:5", "U+001B"),
    ("manifest-control-char", front("a: b\0c"), "5:5", "NUL"),
    ("manifest-control-char", front('a: "b\\0c"'), "5:4", "NUL"),
    ("no-frontmatter", "# A heading\n", "1:1", "---"),
    ("no-frontmatter", "\n" + front("a: b"), "1:1", "---"),
    ("frontmatter-unclosed", HEAD, "5:1", "---"),
    ("frontmatter-ambiguous", front("--- x"), "5:1", "---"),
    ("frontmatter-not-mapping", "---\n- a\n---\n", "2:1", "name: value"),
    ("frontmatter-not-mapping", "---\njust text\n---\n", "2:1", "name: value"),
    ("frontmatter-not-mapping", "---\n---\n", "2:1", "name: value"),
    ("yaml-invalid", front("a: [b: c: d]"), "5:9", "quotes"),
    ("yaml-invalid", front("a: [b"), "6:1", "quotes"),
    ("yaml-invalid", front("a: b\n c: d"), "6:3", "quotes"),
    ("yaml-invalid", front("a:\n\t- b"), "6:1", "quotes"),
    ("yaml-invalid", front('a: "b'), "6:1", "quotes"),
    ("yaml-invalid", front("a: @b"), "5:4", "quotes"),
    ("yaml-invalid", front("plain words"), "6:1", "quotes"),
    ("yaml-alias", front("a: &x b"), "5:4", "anchor"),
    ("yaml-alias", front("a: *x"), "5:4", "alias"),
    ("yaml-tag", front("a: !!str b"), "5:4", "tag"),
    ("yaml-merge", front("<<: {a: b}"), "5:1", "keys"),
    ("yaml-key", front("[a]: b"), "5:1", "text"),
    ("yaml-duplicate-key", front("a: b\na: c"), "6:1", "'a'"),
    ("yaml-limits", front("a: " + "[" * 20 + "]" * 20), "5:19", "deep"),
    ("yaml-limits", front("\n".join(f"k{i}:" for i in range(2000))), "1001:6", "keys"),
    ("yaml-limits", front("k" * 2000 + ": v"), "5:1", "key"),
    ("yaml-limits", front('"' + "k" * 2000 + '": v'), "5:1", "key"),
    ("name-invalid", "---\nname: a/b\n---\n", "2:7", "slash"),
    ("name-invalid", "---\nname: [a]\n---\n", "2:7", "my-skill"),
    ("version-invalid", "---\nname: h\nversion: 1 0\n---\n", "3:10", "1.0.0"),
    ("version-invalid", "---\nname: h\nmetadata:\n  version: '?'\n---\n", "4:12", "1.0.0"),
    ("description-invalid", "---\nname: h\ndescription: [a]\n---\n", "3:14", "text"),
    ("description-invalid", "---\nname: h\ndescription: " + "d" * 17000 + "\n---\n", "3:14", "16384"),
    ("entrypoint-invalid", front("entrypoint: ../x"), "5:13", "scripts/run.sh"),
    ("entrypoint-invalid", front("entrypoint: [x]"), "5:13", "scripts/run.sh"),
    ("entrypoint-invalid", front("entrypoint: x/"), "5:13", "scripts/run.sh"),
    ("entrypoint-missing", front("entrypoint: gone.sh"), None, "gone.sh"),
    ("test-conflict", front("test: a\ntest_command: b"), "6:15", "keep one"),
    ("test-conflict", front("test: a\ntest_deps: b"), "6:12", "keep one"),
    ("test-invalid", front("test: {timeout: 3}"), "5:7", "command: ./test.sh"),
    ("test-invalid", front("test: {command: a, workdir: ../x}"), "5:29", "directory"),
    ("test-invalid", front("test: {command: a, workdir: [x]}"), "5:29", "directory"),
    ("test-invalid", front("test: {command: a, workdir: gone}"), None, "gone"),
    ("test-invalid", front("test: {command: a, expect_exit: 256}"), "5:33", "0 to 255"),
    ("test-unknown-field", front("test: {command: a, cmd: b}"), "5:20", "command, deps"),
    ("test-unknown-field", front("metadata: {verifier.tset_command: b}"), "5:12", "verifier.test_command"),
    ("test-command-invalid", front("test_command: ''"), "5:15", "[npm, test]"),
    ("test-command-invalid", front("test_command: []"), "5:15", "[npm, test]"),
    ("test-command-invalid", front("test_command: {a: b}"), "5:15", "[npm, test]"),
    ("test-command-invalid", front("test_command: '[ -f x ]'"), "5:15", "JSON"),
    ("test-command-invalid", front("test_command: '[1]'"), "5:15", "JSON"),
    ("test-command-invalid", front("test_command: [a, [b]]"), "5:19", "quotes"),
    ("test-command-invalid", front("test_command: [" + "a, " * 65 + "]"), "5:208", "script"),
    ("test-command-invalid", front("test_command: " + "a" * 33000), "5:15", "script"),
    ("timeout-invalid", front("test_command: a\ntimeout: soon"), "6:10", "1h2m3s4ms"),
    ("timeout-invalid", front("test: {command: a, timeout: [1]}"), "5:29", "1h2m3s4ms"),
    ("timeout-range", front("test_command: a\ntimeout: 601"), "6:10", "600 s"),
    ("environment-invalid", front("test: {command: a, environment: A=1}"), "5:33", "[NAME=value"),
    ("environment-invalid", front("test: {command: a, environment: [[A]]}"), "5:34", "NAME=value"),
    ("environment-invalid", front("test: {command: a, environment: {A: [1]}}"), "5:34", '""'),
    ("environment-invalid", front("test: {command: a, environment: {A: }}"), "5:34", '""'),
    ("environment-invalid", front("test: {command: a, environment: [1A=1]}"), "5:34", "letters"),
    ("environment-invalid", front("test: {command: a, environment: [A=" + "v" * 5000 + "]}"), "5:34", "4096"),
    ("environment-invalid", front("test: {command: a, secrets: A}"), "5:29", "[API_TOKEN]"),
    ("environment-invalid", front("test: {command: a, secrets: [[A]]}"), "5:30", "name"),
    ("environment-duplicate", front("test: {command: a, environment: [A=1, A=2]}"), "5:39", "keep one"),
    ("environment-duplicate", front("test: {command: a, environment: [A=1], secrets: [A]}"), "5:50", "keep one"),
    ("environment-reserved", front("test: {command: a, environment: [LD_PRELOAD=x]}"), "5:34", "LD_"),
    ("network-invalid", front("test: {command: a, network: x.y}"), "5:29", "[api.example.org]"),
    ("network-invalid", front("test: {command: a, network: [X]}"), "5:30", "api.example.org"),
    ("network-invalid", front("test: {command: a, network: {deny: [x.y]}}"), "5:29", "allow: [api.example.org]"),
    ("network-invalid", front("test: {command: a, network: [[x.y]]}"), "5:30", "api.example.org"),
    ("runtime-invalid", front("test_command: a\nruntime: A B"), "6:10", "alpine:3"),
    ("runtime-invalid", front("test: {command: a, runtime: [x]}"), "5:29", "alpine:3"),
]
# Of the package, not of one file in it; name-missing has no folder to fall back on.
PACKAGES = [
    ("manifest-ambiguous", {"skill.md": front("a: b"), "skills.md": front("a: b")}, "SKILL.md"),
    ("no-manifest", {"README.md": "x\n"}, "SKILL.md"),
    ("package-multiple-skills", {"a/SKILL.md": front("a: b"), "b/SKILL.md": front("a: b")}, "one at a time"),
]
NEVER = {"yaml-multidoc": "libyaml fails before a second document, since --- ends the frontmatter"}


def out(name, problems):
    text = "; ".join(problems).encode("ascii", "backslashreplace").decode()[:300].replace("\n", " ")
    print(f"not ok messages {name}: {text}" if problems else f"ok messages {name}")


def inspect(path, *options):
    p = subprocess.run([binary, "inspect", *options, path], capture_output=True, timeout=20)
    return p.returncode, p.stdout.decode("ascii", "replace")


def check(name, path, code, where, words):
    status, text = inspect(path, "--json")
    got = json.loads(text)
    plain = inspect(path)[1]
    detail, error = got.get("detail", {}), got.get("error", "")
    problems = []
    if (status, got.get("code")) != (4, code):
        problems.append(f"status {status}, {got.get('code')}")
    is_at = f"{detail['line']}:{detail.get('column')}" if "line" in detail else None
    if is_at != where:
        problems.append(f"points to {is_at}, want {where}")
    if words not in error:
        problems.append(f"no '{words}'")
    if not ADVICE.search(error):
        problems.append("does not say what to write instead")
    if where and f"  {got.get('manifestFile')}:{where}" not in plain:
        problems.append(f"the terminal does not say where: {plain}")
    if f"({code})" not in plain or error not in plain:
        problems.append(f"the terminal says {plain}")
    if problems:
        problems.append(error)
    out(name, problems)


home = os.path.join(folder, "h")
os.makedirs(home)
seen = {}
for code, text, where, words in CASES:
    seen[code] = seen.get(code, 0) + 1
    with open(os.path.join(home, "SKILL.md"), "wb") as f:
        f.write(text if isinstance(text, bytes) else text.encode())
    check(f"{code} {seen[code]}", home, code, where, words)
# A file of another name is called by it; without a folder the name must be in the file.
os.rename(os.path.join(home, "SKILL.md"), os.path.join(home, "skill.md"))
check("runtime-invalid in skill.md", home, "runtime-invalid", "5:29", "alpine:3")
bare = os.path.join(folder, "bare.md")
for text, where in (("---\nversion: 1.0.0\n---\n", None), ("---\nname: ' '\n---\n", "2:7")):
    with open(bare, "w") as f:
        f.write(text)
    seen["name-missing"] = seen.get("name-missing", 0) + 1
    check(f"name-missing {seen['name-missing']}", bare, "name-missing", where, "name: my-skill")
for code, files, words in PACKAGES:
    seen[code] = 1
    base = os.path.join(folder, code)
    for name, text in files.items():
        os.makedirs(os.path.dirname(os.path.join(base, name)), exist_ok=True)
        with open(os.path.join(base, name), "w") as f:
            f.write(text)
    check(code, base, code, None, words)
with open(err_list) as f:
    block = f.read().split("#define ERR_LIST_MANIFEST(X)", 1)[1].split("#define", 1)[0]
out("every manifest code is here", sorted(set(re.findall(r', "([a-z-]+)", ', block)) - set(seen) - set(NEVER)))
