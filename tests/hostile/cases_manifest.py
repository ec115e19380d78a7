# SPDX-License-Identifier: MIT
"""H48 to H63: one SKILL.md that is not what it should be, in a tar with a top folder."""
from cases import case
from pack import file, gz, tar

BASE = b"name: h\nversion: 1.0.0\ndescription: hostile\n"


def text(name, want, body, **kw):
    """A whole SKILL.md."""
    case(name, want, tar(file(b"h/SKILL.md", body)), **kw)


def front(name, want, lines, line=None, **kw):
    """Lines behind name, version and description. line: where the message must point."""
    text(name, want, b"---\n" + BASE + lines + b"---\nbody\n", line=line if want != "ok" else None, **kw)


def field(name, want, lines, **kw):
    """As front, for what has no other name, version or description."""
    text(name, want, b"---\n" + lines + b"---\nbody\n", **kw)


# ---- sizes ---------------------------------------------------------------------------------------------
case("H48-100-mb", "package-bomb", lambda: gz(tar(file(b"SKILL.md", b"---\n" + b"x" * 10**8)), 1), member=1, big=True)
text("H48-257-kib", "manifest-too-large", b"---\n" + BASE + b"---\n" + b"x" * 257 * 1024)
text("H48-256-kib", "ok", (b"---\n" + BASE + b"---\n").ljust(256 * 1024, b"x"))
front("H48-frontmatter-65-kib", "frontmatter-too-large", b"# comment of 64 bytes " + b"x" * 41 + b"\n"
      + (b"#" + b"y" * 63 + b"\n") * 1039)
text("H49-no-end", "frontmatter-too-large", (b"---\n" + BASE).ljust(256 * 1024 - 1, b"x") + b"\n")
text("H49-no-end-lines", "frontmatter-too-large", b"---\n" + BASE + b"a: b\n" * 50000)
text("H49-no-end-small", "frontmatter-unclosed", b"---\n" + BASE)

# ---- YAML --------------------------------------------------------------------------------------------------
laughs = b"a: &a [x,x,x,x,x,x,x,x,x]\n"
for a, b in zip("abcdefgh", "bcdefghi"):
    laughs += b"%c: &%c [%s]\n" % (ord(b), ord(b), b",".join([b"*" + a.encode()] * 9))
front("H50-nine-levels", "yaml-alias", laughs, line=5, serve=True)
front("H50-alias-only", "yaml-alias", b"a: *b\n", line=5)
for name, tag in (("python", b"!!python/object/apply:os.system [id]"), ("binary", b"!!binary aGk="), ("local", b"!local x"),
                  ("str", b"!!str x"), ("verbatim", b"!<tag:yaml.org,2002:str> x"), ("non-specific", b"! x")):
    front("H51-" + name, "yaml-tag", b"a: " + tag + b"\n", line=5)
field("H51-yaml-directive", "yaml-invalid", b"%YAML 1.1\n" + BASE)
field("H51-tag-directive", "yaml-invalid", b"%TAG ! tag:x,2000:\n" + BASE)
front("H51-directive-later", "yaml-invalid", b"%TAG ! tag:x,2000:\n")
front("H52-brackets", "yaml-limits", b"a: " + b"[" * 10000 + b"]" * 10000 + b"\n", line=5)
front("H52-braces", "yaml-limits", b"a: " + b"{a: " * 10000 + b"}" * 10000 + b"\n", line=5)
front("H52-indents", "yaml-limits", b"".join(b" " * i + b"a:\n" for i in range(300)))
front("H52-dashes", "yaml-limits", b"a:\n " + b"- " * 10000 + b"x\n")
front("H52-keys-that-fit", "yaml-limits", b"".join(b"%x:\n" % i for i in range(10000)))
front("H52-100000-keys", "manifest-too-large", b"".join(b"%x:\n" % i for i in range(100000)))
front("H52-key-of-60-kib", "yaml-limits", b"k" * 60 * 1024 + b": v\n", line=5)
front("H52-quoted-key-of-60-kib", "yaml-limits", b'"' + b"k" * 60 * 1024 + b'": v\n', line=5)
front("H53-test-command", "yaml-duplicate-key", b"test_command: a\ntest_command: b\n", line=6)
front("H53-quotes", "yaml-duplicate-key", b'"name": other\n', line=5, serve=True)
front("H53-escapes", "yaml-duplicate-key", b'"n\\x61me": other\n', line=5)
front("H53-nested", "yaml-duplicate-key", b"test: {command: a, 'command': b}\n", line=5)

# ---- bytes -----------------------------------------------------------------------------------------------------
text("H54-nul-in-body", "manifest-control-char", b"---\n" + BASE + b"---\nbo\0dy\n")
front("H54-nul", "manifest-control-char", b"a: b\0c\n")
front("H54-escape", "manifest-control-char", b"a: \x1b[31m\n", line=5)
front("H54-nul-escaped", "manifest-control-char", b'a: "b\\0c"\n', line=5)
for name, c in (("next-line", "\u0085"), ("line-separator", "\u2028"), ("paragraph-separator", "\u2029")):
    front("H54-" + name, "ok", f'a: "b{c}c"\nb: b {c} c\n'.encode(),
          warnings=["line-separators"])
    # libyaml reads YAML 1.1, where these end a line: this is a key without a value.
    front(f"H54-{name}-plain", "yaml-invalid", f"a: b{c}c\n".encode(),
          warnings=["line-separators"])
front("H54-c1", "manifest-control-char", "a: b\u009bc\n".encode(), line=5)
plain = "---\n" + BASE.decode() + "---\nbody\n"
text("H55-utf-16-le", "manifest-encoding", b"\xff\xfe" + plain.encode("utf-16-le"))
text("H55-utf-16-be", "manifest-encoding", b"\xfe\xff" + plain.encode("utf-16-be"))
front("H55-utf-7", "ok", b"a: +AGEAYg-\n")
front("H55-latin-1", "manifest-encoding", b"a: caf\xe9\n")
front("H56-four-dashes", "frontmatter-ambiguous", b"----\n", line=5)
front("H56-dashes-text", "frontmatter-ambiguous", b"--- x\n", line=5)
text("H56-dashes-tab", "ok", b"---\n" + BASE + b"---\t\nbody\n---\n")
front("H56-document-end-text", "yaml-invalid", b"...\na: b\n")
front("H56-document-end", "ok", b"...\n# comment\n\n")
front("H57-merge", "yaml-merge", b"<<: {a: b}\n", line=5)
front("H57-complex-key", "yaml-key", b"? [a]\n: b\n", line=5)
front("H57-list-key", "yaml-key", b"[a]: b\n", line=5)

# ---- fields ------------------------------------------------------------------------------------------------------
REST = b"version: 1.0.0\ndescription: d\n"
odd = ["name-directory-mismatch", "name-nonstandard"]
field("H58-path", "name-invalid", b"name: ../../x\n" + REST, line=2)
field("H58-quotes", "ok", b"name: 'a\"<b>$(id)`x`'\n" + REST, warnings=odd)
field("H58-300-bytes", "name-invalid", b"name: " + b"n" * 300 + b"\n" + REST, line=2)
field("H58-blanks", "ok", b"name: '   '\n" + REST, warnings=["name-from-directory"])
field("H58-right-to-left", "name-invalid", "name: a\u202eb\n".encode() + REST, line=2)
case("H58-blanks-no-folder", "name-missing", tar(file(b"SKILL.md", b"---\nname: '  '\n---\n")))
for name, version in (("command", b"$(id)"), ("path", b"1.0.0/../.."), ("65", b"1" * 65), ("list", b"[1]")):
    field("H59-" + name, "version-invalid", b"name: h\nversion: " + version + b"\ndescription: d\n", line=3)
TEST = b"test_command: 'true'\n"
for name, value in (("newline", b'"alpine\\nRUN id"'), ("blank", b"alpine 3"), ("semicolon", b"alpine;id"), ("path", b"../rootfs"),
                    ("upper", b"Alpine"), ("url", b"https://x.y/z"), ("digest", b"alpine@sha256:00")):
    front("H60-" + name, "runtime-invalid", TEST + b"runtime: " + value + b"\n", line=6)
for name, want, value in (("exponent", "timeout-invalid", b"1e3"), ("negative", "timeout-invalid", b"-1"),
                          ("zero", "timeout-range", b"0"), ("11-digits", "timeout-invalid", b"99999999999"),
                          ("over", "timeout-range", b"10m1ms"), ("fraction", "timeout-invalid", b"1.5s"),
                          ("blank", "timeout-invalid", b"30 s"), ("hex", "timeout-invalid", b"0x1e"),
                          ("order", "timeout-invalid", b"1s1m"), ("at-the-cap", "ok", b"10m")):
    front("H61-" + name, want, TEST + b"timeout: " + value + b"\n", line=6)
for name, want, value in (("path", "ok", b"[PATH=]"), ("nul", "manifest-control-char", b'["A\\0B=1"]'),
                          ("no-name", "environment-invalid", b"['=x']"),
                          ("65", "environment-invalid", b"[%s]" % b",".join(b"A%d=1" % i for i in range(65))),
                          ("64", "ok", b"[%s]" % b",".join(b"A%d=1" % i for i in range(64))),
                          ("preload", "environment-reserved", b"[LD_PRELOAD=x]"),
                          ("own", "environment-reserved", b"{SKILL_VERIFIER_X: x}"), ("dstack", "environment-reserved", b"{DSTACK_X: x}"),
                          ("bash-env", "ok", b"[BASH_ENV=/skill/x]"), ("twice", "environment-duplicate", b"[A=1, A=2]"),
                          ("value-4097", "environment-invalid", b"[A=" + b"v" * 4097 + b"]")):
    front("H62-" + name, want, TEST + b"test_environment: " + value + b"\n", line=6)
for name, value in (("star", b"'*'"), ("wildcard", b"'*.x.y'"), ("loopback", b"127.0.0.1"), ("ipv6", b"'[::1]:80'"),
                    ("localhost", b"localhost"), ("port-0", b"x.y:0"), ("trailing-dot", b"metadata.internal."),
                    ("upper", b"X.y"), ("port-65536", b"x.y:65536"), ("decimal", b"a.2130706433"), ("url", b"https://x.y")):
    front("H63-" + name, "network-invalid", TEST + b"test_network: [" + value + b"]\n", line=6)
