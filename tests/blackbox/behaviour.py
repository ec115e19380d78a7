# SPDX-License-Identifier: MIT
"""Runs the skills of tests/skills and judges what their reports say; started by behaviour.sh.

Arguments: program, build folder, folder of the skills, folder for copies, names of skills. Each has
a file `expect` (tests/skills/README.md); one line is printed for each skill. `table SKILLS` prints
the two tables of that README instead.
"""
import concurrent.futures
import copy
import json
import os
import re
import shutil
import subprocess
import sys
import time

PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
# Most skills wait for something, so more than there are processors.
LANES = 4
ONE = ("technique", "says", "unseen", "observe", "outcome", "verdict", "green", "complete")
MANY = ("row", "no-row", "more", "total", "reason", "no-reason", "stdout", "stderr", "inspect")
LISTS = ("runtime", "needs", "limit")
# What a runtime needs of this machine where the runtime itself is not built.
PROGRAM = {"python": "python3", "node": "node"}


def read_expect(path):
    """The lines of an expect file, by their first word."""
    want = {word: [] for word in MANY + LISTS}
    with open(path, encoding="ascii") as f:
        for line in f:
            word, _, rest = line.rstrip("\n").partition(" ")
            rest = rest.strip()
            if word in ONE and word not in want:
                want[word] = rest
            elif word in MANY:
                want[word].append(rest)
            elif word in LISTS:
                want[word] += rest.split()
            else:
                raise ValueError(f"{path}: '{word}' is no word of expect, or stands twice")
    if "says" not in want or not (want.keys() & {"verdict", "outcome"}):
        raise ValueError(f"{path}: says and verdict are needed")
    return want


def like(pattern, text):
    """Only * stands for anything, so that brackets of addresses are brackets."""
    return re.fullmatch(".*".join(map(re.escape, pattern.split("*"))), text, re.S) is not None


def compared(have, how, number):
    return have >= number if how == ">=" else have <= number


def fact_holds(row, fact):
    """One word behind the phase: origin=package, count>=2, advisory, sha256."""
    m = re.fullmatch(r"(count|confirmed|bytes)(>=|<=)(\d+)", fact)
    if m:
        return compared(row[m[1]], m[2], int(m[3]))
    if fact.startswith("origin="):
        return row["origin"] == fact[len("origin="):]
    if fact == "sha256":
        return re.fullmatch("[0-9a-f]{64}", row["sha256"] or "") is not None
    if fact == "advisory":
        return row["advisory"]
    raise ValueError(f"'{fact}' is no fact of a row")


def matching(rows, line):
    """The rows that KIND | VALUE | DETAIL | PHASE | FACTS is about."""
    parts = [p.strip() for p in line.split("|")]
    kind, value, detail, phase, facts = parts + ["*", "*", "*", ""][len(parts) - 1:]
    return [r for r in rows if r["kind"] == kind and like(value, r["value"]) and like(detail, r["detail"])
            and like(phase, r["phase"]) and all(fact_holds(r, f) for f in facts.split())]


def member(of, name):
    for part in name.split("."):
        of = of[part]
    return of


def judge_rows(want, behaviour):
    wrong = []
    rows = behaviour["rows"]
    wrong += [f"no row '{line}'" for line in want["row"] if not matching(rows, line)]
    for line in want["no-row"]:
        wrong += [f"row '{r['kind']} {r['value']} {r['detail']}'" for r in matching(rows, line)[:1]]
    for line in want["total"]:
        name, how, number = line.split()
        if not compared(member(behaviour, name), how, int(number)):
            wrong.append(f"{name} is {member(behaviour, name)}, want {how} {number}")
    for line in want["more"]:
        kind, how, number = line.split()
        have = sum(m["rows"] for m in behaviour["more"] if m["kind"] == kind)
        if not compared(have, how, int(number)):
            wrong.append(f"{have} more of {kind}, want {how} {number}")
    # C10: whatever a program puts into a report, it is printable and on one line.
    wrong += [f"unprintable: {r['value']!r}" for r in rows
              if not re.fullmatch("[ -~]*", r["value"] + r["detail"])]
    return wrong


def judge_words(want, report):
    """Verdict, reasons, colour and output."""
    wrong = []
    reasons = report["reasons"]
    if not like(want["verdict"], report["verdict"]):
        wrong.append(f"verdict {report['verdict']} {','.join(reasons)}, want {want['verdict']}")
    wrong += [f"no reason {r} in {','.join(reasons)}" for r in want["reason"] if r not in reasons]
    wrong += [f"reason {r}" for r in want["no-reason"] if r in reasons]
    leaked = any(r["kind"] == "canary-leaked" for r in report["behaviour"]["rows"])
    if leaked != ("canary-leaked" in reasons):
        wrong.append(f"leaked rows: {leaked}, reasons {','.join(reasons)}")
    green = want.get("green", "*")
    if green != "*" and (report["colour"] == "green") != (green == "yes"):
        wrong.append(f"colour {report['colour']} with {','.join(reasons)}, want green {green}")
    for stream in ("stdout", "stderr"):
        text = report["runs"][-1][stream]["text"]
        wrong += [f"no '{t}' in {stream}: {text[:100]!r}" for t in want[stream] if t not in text]
    wrong += [f"inspection has no '{t}'" for t in want["inspect"]
              if t not in json.dumps({k: v for k, v in report["inspection"].items() if v})]
    return wrong


def judge(want, report, honest):
    """All that is wrong with a report; nothing when all that was expected stands in it."""
    if "outcome" in want:
        have = report.get("outcome", report.get("verdict"))
        return [] if have == want["outcome"] else [f"outcome {have}, want {want['outcome']}"]
    behaviour = report["behaviour"]
    if behaviour["monitor"] != want.get("observe", "calls"):
        return [f"monitor {behaviour['monitor']}"]
    wrong = judge_rows(want, behaviour) + judge_words(want, report)
    complete = want.get("complete", "yes")
    if complete != "*" and behaviour["complete"] != (complete == "yes"):
        wrong.append(f"complete is {behaviour['complete']}, dropped {behaviour['dropped']}")
    if honest:
        wrong += [f"called leaked: {r['value']} {r['detail']}" for r in behaviour["rows"] if r["kind"] == "canary-leaked"]
    elif report["colour"] == "green" and want.get("green") != "*":
        wrong.append("it is green")
    return wrong


def lines_that_judge_nothing(want, report, honest):
    """Lines of expect that a report without that fact would pass: there must be none."""
    idle = []
    for line in want["row"]:
        poorer = copy.deepcopy(report)
        for row in matching(report["behaviour"]["rows"], line):
            poorer["behaviour"]["rows"].remove(row)
        if not judge(want, poorer, honest):
            idle.append(line)
    richer = copy.deepcopy(report)
    richer["behaviour"]["rows"].append(dict(kind="canary-leaked", value="~/.x", detail="stdout plain -", phase="test",
                                            origin=None, count=1, confirmed=0, bytes=0, advisory=False, sha256=None))
    if honest and not judge(want, richer, honest):
        idle.append("an invented leak")
    return idle


def runtime_of(want, build):
    """Options of run for the first runtime that is there; None and why not."""
    words = want["runtime"] or ["base"]
    for word in words:
        if word != "host" and os.path.exists(f"{build}/../runtimes/{word}/manifest.json"):
            return [], None
    if "host" not in words:
        return None, f"no runtime {' or '.join(words)} here"
    needs = want["needs"] + [PROGRAM[w] for w in words if w in PROGRAM]
    lacks = [p for p in needs if not shutil.which(p, path=PATH)]
    return (None, f"{lacks[0]} is not installed") if lacks else (["--runtime", "host"], None)


def report_of(program, build, source, copy_to, want, options):
    """Runs a copy of the skill without its expectation; the report, or a text when there is none."""
    shutil.copytree(source, copy_to, symlinks=True, ignore=shutil.ignore_patterns("expect", "test.c"))
    built = f"{build}/skills/{os.path.basename(source)}"
    if os.path.exists(built):
        shutil.copy(built, f"{copy_to}/test")
    command = [program, "run", "--json", "--observe", want.get("observe", "calls"), *options]
    for limit in want["limit"]:
        command += ["--limit", limit]
    done = subprocess.run([*command, copy_to], capture_output=True, check=False, timeout=120)
    try:
        return json.loads(done.stdout)
    except ValueError:
        return f"exit {done.returncode}, {done.stderr[:200]!r}"


def lost_something(report):
    return not isinstance(report, str) and "behaviour" in report and not report["behaviour"]["complete"]


def everything(name, report):
    """A report's rows and words as remarks, for a person who writes an expectation."""
    lines = [f"# {name} {report.get('verdict')} {report.get('reasons')} {report.get('colour')}"]
    for r in report["behaviour"]["rows"] if "behaviour" in report else []:
        numbers = f"count {r['count']} confirmed {r['confirmed']} bytes {r['bytes']}"
        lines.append(f"#   {r['phase']} {r['kind']} | {r['value']} | {r['detail']} | {r['origin']} {numbers} "
                     + ("advisory" if r["advisory"] else ""))
    return "\n".join(lines) + "\n"


def one(program, build, skills, tmp, name):
    """One skill: the line about it."""
    said = f"behaviour {name}"
    want = read_expect(f"{skills}/{name}/expect")
    honest = name.startswith("honest/")
    options, lacks = runtime_of(want, build)
    if lacks:
        return f"skip {said}: {lacks}"
    report = report_of(program, build, f"{skills}/{name}", f"{tmp}/{name}", want, options)
    shown = ""
    if lost_something(report) and want.get("complete", "yes") == "yes":
        # On a busy machine a watcher can be late, and says so; once more must do.
        shown = f"# {name}: the watch lost {report['behaviour']['dropped']}; run again\n"
        report = report_of(program, build, f"{skills}/{name}", f"{tmp}/again/{name}", want, options)
    if isinstance(report, str):
        return f"not ok {said}: no report: {report}"
    wrong = judge(want, report, honest)
    if not wrong and "outcome" not in want:
        wrong = [f"judges nothing: {line}" for line in lines_that_judge_nothing(want, report, honest)]
    shown += everything(name, report) if os.environ.get("SHOW") else ""
    return shown + (f"not ok {said}: {'; '.join(wrong)}"[:600] if wrong else f"ok {said}")


def all_names(skills):
    return sorted(f"{kind}/{name}" for kind in ("hostile", "honest") for name in os.listdir(f"{skills}/{kind}"))


def cell(text):
    return text.replace("|", "\\|").replace("<", "&lt;")


def shows(want):
    """What a report shows of it, in the words of its rows."""
    if "outcome" in want:
        return want["outcome"]
    said = []
    for line in want["row"]:
        kind, value, detail = ([p.strip() for p in line.split("|")] + [""])[:3]
        texts = [t for t in (value, detail) if t.strip("*")]
        said.append(" ".join([kind, *(f"`{t.rstrip('*')}`" for t in texts)]))
    said += [f"more {line.split()[0]}" for line in want["more"]]
    said += [f"text search `{t}`" for t in want["inspect"]]
    return ", ".join(dict.fromkeys(said)) or want["verdict"]


def table(skills):
    """The two tables of tests/skills/README.md."""
    lines = ["| technique | skill | what it does | reasons | what the report shows | what a behavioural run cannot see |",
             "|---|---|---|---|---|---|"]
    rows = [(n, read_expect(f"{skills}/{n}/expect")) for n in all_names(skills)]
    for name, want in sorted(rows, key=lambda r: int(r[1].get("technique", "T0")[1:])):
        if name.startswith("hostile/"):
            lines.append(f"| {want['technique']} | `{name[8:]}` | {cell(want['says'])} | {', '.join(want['reason'])} | "
                         f"{cell(shows(want))} | {cell(want.get('unseen', ''))} |")
    lines += ["", "| skill | what it does | colour, or what keeps it from green |", "|---|---|---|"]
    for name, want in rows:
        if name.startswith("honest/"):
            colour = "green" if want.get("green") == "yes" else ", ".join(want["reason"])
            lines.append(f"| `{name[7:]}` | {cell(want['says'])} | {colour} |")
    return "\n".join(lines) + "\n"


def main():
    if sys.argv[1] == "table":
        print(table(sys.argv[2]), end="")
        return
    program, build, skills, tmp, *names = sys.argv[1:]
    started = time.monotonic()
    with concurrent.futures.ThreadPoolExecutor(LANES) as lanes:
        for line in lanes.map(lambda n: one(program, build, skills, tmp, n), names or all_names(skills)):
            print(line, flush=True)
    print(f"# {time.monotonic() - started:.0f} s")
    if not names:
        several = [sum(n.startswith(k) for n in all_names(skills)) for k in ("hostile/", "honest/")]
        print(f"{'ok' if several[0] >= 40 and several[1] >= 30 else 'not ok'} behaviour forty hostile and thirty "
              f"honest skills: there are {several[0]} and {several[1]}")
        with open(f"{skills}/README.md", encoding="utf-8") as f:
            same = table(skills) in f.read()
        print("ok behaviour the tables of tests/skills/README.md" if same else
              "not ok behaviour the tables of tests/skills/README.md: not what `behaviour.py table` prints")


if __name__ == "__main__":
    main()
