#!/bin/sh
# SPDX-License-Identifier: MIT
# The tables of src/unpack/README.md against the source: codes, limits, warnings,
# in both directions, and the modules they are said to come from. Argument: build
# folder.
set -u
suite=tables
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
"$sv" limits --json > "$tmp/limits.json"
cat > "$tmp/tables.py" <<'P'
import glob, json, os, re, sys
src, limits_file = sys.argv[1:3]
def read(path):
    with open(path, encoding="utf-8") as f: return f.read()
def out(name, problems):
    text = "; ".join(problems)[:300]
    print(f"not ok tables {name}: {text}" if problems else f"ok tables {name}")
def table(title):
    """Rows of the first table below a heading, without its head."""
    part = readme.split(f"\n## {title}", 1)[1].split("\n## ", 1)[0]
    return [[c.strip() for c in l.strip("|").split("|")] for l in part.split("\n") if l.startswith("| ")][1:]
def names(cell): return [n.strip() for n in cell.split(",")]
def modules(cell):
    """Files of src/unpack, or FOLDER/NAME of src; a star stands for several."""
    for m in names(cell):
        pattern = f"{src}/{m if '/' in m else 'unpack/' + m}.c"
        found = glob.glob(pattern)
        if not found: yield m, ""
        for f in found: yield m, read(f)
def both_ways(what, here, there, where):
    out(f"{what}: all are in the table", sorted(there - here))
    out(f"{what}: none that {where}", sorted(here - there))

readme = read(f"{src}/unpack/README.md")
groups, group = {}, None
for line in read(f"{src}/base/err_list.h").split("\n"):
    start = re.match(r"#define ERR_LIST_(\w+)\(X\)", line)
    if start: group = groups.setdefault(start[1], {})
    entry = re.match(r'\tX\((\w+), "([^"]+)"', line)
    if entry: group[entry[2]] = entry[1]
enum = {k: v for g in groups.values() for k, v in g.items()}

# ---- codes ----
rows = table("Codes")
listed = [n for r in rows for n in names(r[0])]
out("codes: none twice", sorted({n for n in listed if listed.count(n) > 1}))
out("codes: every package code is there", sorted(set(groups["PACKAGE"]) - set(listed)))
out("codes: every manifest code is there", sorted(set(groups["MANIFEST"]) - set(listed)))
out("codes: none that does not exist", sorted(set(listed) - set(enum)))
for r in rows:
    sources = list(modules(r[1]))
    bad = [f"{m} does not exist" for m, text in sources if not text]
    bad += [f"{n} is not in {r[1]}" for n in names(r[0]) if n in enum and
            not any(re.search(rf"\b{enum[n]}\b", text) for _, text in sources)]
    bad += [f"{m} has none of them" for m, text in sources if text and "*" not in m and
            not any(re.search(rf"\b{enum[n]}\b", text) for n in names(r[0]) if n in enum)]
    out(f"codes: where {names(r[0])[0]} comes from", bad)
    if not r[2]: out(f"codes: when {names(r[0])[0]}", ["says nothing"])

# ---- limits ----
limits = {l["name"]: l for l in json.load(open(limits_file))}
rows = table("Limits (`base/limits.h`)")
used = set(re.findall(r"\bLIMIT_[A-Z_]+\b", "".join(read(f) for f in glob.glob(f"{src}/unpack/*.[ch]"))))
both_ways("limits", {r[0] for r in rows}, used & set(limits), "nothing here uses")
for r in rows:
    l = limits.get(r[0], {"value": None, "unit": None, "failure": None})
    value = f"{l['value']} {l['unit']}"
    scale = re.search(r"\((\d+) ([KM])iB\)$", r[1])
    bad = [] if re.sub(r" \(.*\)$", "", r[1]) == value else [f"'{r[1]}', the program says '{value}'"]
    if scale and int(scale[1]) * {"K": 1024, "M": 2**20}[scale[2]] != l["value"]: bad.append(f"{scale[0]} is not {value}")
    if r[2] != l["failure"]: bad.append(f"'{r[2]}', the program says '{l['failure']}'")
    out(f"limits: {r[0]}", bad)

# ---- warnings ----
call = re.compile(r'(?:manifest_warn\([^,]+, |warn\(a, SLICE\(|warnings_add\([^"]*SLICE\()"([a-z-]+)"')
there = {}
for f in glob.glob(f"{src}/unpack/*.c") + [f"{src}/runner/tree.c", f"{src}/runner/package.c", f"{src}/runner/signature.c",
          f"{src}/runner/inspection.c"]:
    for n in call.findall(read(f)): there.setdefault(n, set()).add(os.path.basename(f)[:-2])
# What is wrong with a signature is a warning of the same name.
reasons = set(groups["SIGNATURE"])
for n in reasons - {"signature-no-anchor"}: there.setdefault(n, set()).add("signature")
part = readme.split("| signature-too-large |", 1)[1].split("\n\n", 1)[0]
listed = {n for l in ("| signature-too-large |" + part).split("\n") for n in names(l.split("|")[1])}
both_ways("reasons of signatures", listed, reasons, "nothing gives")
rows = table("Warnings")
rows = [[", ".join(sorted(reasons - {"signature-no-anchor"})), "runner/signature"] if r[0] == "signature-*" else r for r in rows]
both_ways("warnings", {n for r in rows for n in names(r[0])}, set(there), "nothing gives")
for r in rows:
    want = {m.split("/")[-1] for m in names(r[1])}
    out(f"warnings: where {names(r[0])[0]} comes from",
        [f"{n} from {there.get(n)}" for n in names(r[0]) if not there.get(n, set()) <= want])
P
python3 "$tmp/tables.py" "$tests/../src" "$tmp/limits.json" || bad "tables.py" "ended early"
