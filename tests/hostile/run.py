# SPDX-License-Identifier: MIT
"""Every hostile package through `inspect`, or a sample of them through a service.

run.py BINARY FOLDER            all through `inspect`
run.py BINARY FOLDER URL        those marked serve through POST /verify

ONLY=H16 in the environment chooses cases by the beginning of their names.
Prints "ok" and "not ok" lines. This process stays small and builds archives in
children, because Linux hands its peak memory on to what it starts.
"""
import ctypes
import json
import os
import sys
import time

import cases_tar  # noqa: F401
import cases_zip  # noqa: F401
import cases_manifest  # noqa: F401
from cases import CASES, SKILL
from pack import file, tar

PR_SET_CHILD_SUBREAPER = 36
MEMORY = 64 * 2**20
binary, folder = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2])
only = os.environ.get("ONLY", "")
counts = {"peak": 0, "sum": 0, "slowest": 0}


def out(name, problems):
    text = "; ".join(problems).encode("ascii", "backslashreplace").decode()[:300].replace("\n", " ")
    print(f"not ok packages {name}: {text}" if problems else f"ok packages {name}", flush=True)


def build(c, path):
    """In a child, which may become as large as it likes."""
    pid = os.fork()
    if pid == 0:
        try:
            with open(path, "wb") as f:
                f.write(c.build())
            os._exit(0)
        finally:
            os._exit(1)
    assert os.waitpid(pid, 0)[1] == 0, c.name


def descendants(pid):
    try:
        with open(f"/proc/{pid}/task/{pid}/children") as f:
            below = [int(x) for x in f.read().split()]
    except OSError:
        return []
    return below + [d for b in below for d in descendants(b)]


def resident(pid):
    """What is no memory file: those count as disk (tmpfs, sealed package)."""
    total = 0
    try:
        with open(f"/proc/{pid}/status") as f:
            for line in f:
                if line.startswith(("RssAnon", "RssFile")):
                    total += int(line.split()[1]) * 1024
    except OSError:
        pass
    return total


def inspect(path, *options, sample=False):
    """Status, output, seconds, largest process, largest sum of all processes."""
    result = os.path.join(folder, "out")
    actions = [(os.POSIX_SPAWN_OPEN, 1, result, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600),
               (os.POSIX_SPAWN_DUP2, 1, 2)]
    start, most = time.monotonic(), 0
    pid = os.posix_spawn(binary, [binary, "inspect", *options, path], {"TMPDIR": watched, "HOME": watched},
                         file_actions=actions)
    while sample:
        most = max(most, sum(resident(p) for p in [pid, *descendants(pid)]))
        done, status, usage = os.wait4(pid, os.WNOHANG)
        if done:
            break
        time.sleep(0.003)
    else:
        _, status, usage = os.wait4(pid, 0)
    took = time.monotonic() - start
    with open(result, "rb") as f:
        return os.waitstatus_to_exitcode(status), f.read(), took, usage.ru_maxrss * 1024, most


def surroundings():
    """Whatever a package that escapes would change, and what we would leave behind."""
    with open("/proc/self/mountinfo") as f:
        mounts = f.read()
    groups = [d for base in ("/sys/fs/cgroup", "/sys/fs/cgroup/memory", "/sys/fs/cgroup/pids") if os.path.isdir(base)
              for d in os.listdir(base) if d.startswith("skill-verifier.") and stale(d)]
    tree = [(d, sorted(names), sorted(files)) for d, names, files in os.walk(watched)]
    outside = {d: sorted(n for n in os.listdir(d) if n in ("evil", "x", "d", "f", "h", "SKILL.md")) for d in ("/", "/tmp", "/etc", "/run")}
    passwd = os.stat("/etc/passwd")
    return {"mounts": mounts, "groups": groups, "tree": tree, "outside": outside, "processes": descendants(os.getpid()),
            "passwd": (passwd.st_mtime_ns, passwd.st_size, passwd.st_ino)}


def stale(name):
    """Groups of processes that are gone; others may be at work on this machine."""
    pid = name.rsplit(".", 1)[1]
    return not (pid.isdigit() and os.path.exists(f"/proc/{pid}"))


def raw_controls(text):
    return sorted({b for b in text if (b < 0x20 and b != 10) or b == 0x7F})


def check(c, path):
    status, text, took, peak, most = inspect(path, "--json", sample=c.big)
    problems = []
    try:
        got = json.loads(text)
    except ValueError:
        return [f"status {status}, no JSON: {text[:150]!r}"]
    want = 0 if c.want == "ok" else 4
    if status != want:
        problems.append(f"status {status}, want {want}")
    if got.get("code", "ok") != c.want:
        problems.append(f"code {got.get('code', 'ok')}, want {c.want}: {got.get('error')}")
    if sorted(got["warnings"]) != c.warnings:
        problems.append(f"warnings {got['warnings']}, want {c.warnings}")
    detail = got.get("detail", {})
    if c.member is not None and detail.get("member") != c.member:
        problems.append(f"member {detail.get('member')}, want {c.member}")
    if c.shown is not None and not detail.get("name", "").startswith(c.shown):
        problems.append(f"name {detail.get('name')!r}, want {c.shown!r}")
    if c.line is not None and c.want != "ok" and detail.get("line") != c.line:
        problems.append(f"line {detail.get('line')}, want {c.line}: {got.get('error')}")
    if c.want != "ok" and len(got.get("error", "")) < 10:
        problems.append("no sentence says why")
    if c.files is not None and got.get("files") != c.files:
        problems.append(f"{got.get('files')} files, want {c.files}")
    if took > c.under:
        problems.append(f"{took:.1f} s, at most {c.under} are allowed")
    if max(peak, most) > MEMORY:
        problems.append(f"{max(peak, most) >> 20} MiB of memory")
    if raw_controls(text):
        problems.append(f"control bytes {raw_controls(text)} in JSON")
    if c.shown is not None or c.line is not None or "ok" == c.want:
        plain = inspect(path)[1]
        if raw_controls(plain):
            problems.append(f"control bytes {raw_controls(plain)} on the terminal")
        if c.shown is not None and b"  member %d  %s" % (c.member, c.shown.encode()) not in plain:
            problems.append(f"the terminal does not name member {c.member}, {c.shown}: {plain!r}")
    counts["peak"], counts["sum"] = max(counts["peak"], peak), max(counts["sum"], most)
    counts["slowest"] = max(counts["slowest"], took)
    return problems


def through_inspect():
    before = surroundings()
    path = os.path.join(folder, "package")
    chosen = [c for c in CASES if c.name.startswith(only)]
    for c in chosen:
        build(c, path)
        problems = check(c, path)
        after = surroundings()
        problems += [f"{k} changed: {before[k]!r} -> {after[k]!r}" for k in before if before[k] != after[k]]
        out(c.name, problems)
    print(f"# {len(chosen)} packages; largest process {counts['peak'] / 2**20:.1f} MiB, largest tree of processes "
          f"{counts['sum'] / 2**20:.1f} MiB, slowest {counts['slowest']:.2f} s")


def answer(url, path):
    """Posts a package; the job's last state."""
    import http.client
    import urllib.parse
    host = urllib.parse.urlparse(url).netloc
    with open(path, "rb") as f:
        data = f.read()
    mark = b"------------------------hostile"
    body = (b"--" + mark + b'\r\nContent-Disposition: form-data; name="skill"; filename="p"\r\n'
            b"Content-Type: application/octet-stream\r\n\r\n" + data + b"\r\n--" + mark + b"--\r\n")

    def call(method, target, *args):
        h = http.client.HTTPConnection(host, timeout=30)
        h.request(method, target, *args)
        return json.loads(h.getresponse().read())
    job = call("POST", "/verify", body, {"Content-Type": "multipart/form-data; boundary=" + mark.decode()})
    if "jobId" not in job:
        return job
    end = time.monotonic() + 30
    while time.monotonic() < end:
        state = call("GET", "/verify/" + job["jobId"])
        if state["status"] in ("completed", "failed"):
            return state
        time.sleep(0.02)
    return {"status": "never ended"}


def through_service(url):
    path, honest = os.path.join(folder, "package"), os.path.join(folder, "honest")
    with open(honest, "wb") as f:
        f.write(tar(file(b"SKILL.md", SKILL)))
    for c in CASES:
        if not c.serve or not c.name.startswith(only):
            continue
        build(c, path)
        state = answer(url, path)
        problems = []
        code = state.get("errorCode") or state.get("code")
        # What is no archive by its first bytes does not become a job.
        if code != c.want or state.get("status", "failed") != "failed":
            problems.append(f"{json.dumps(state)[:200]}, want failed {c.want}")
        text = json.dumps(state).encode()
        if raw_controls(text):
            problems.append(f"control bytes {raw_controls(text)}")
        after = answer(url, honest)
        if after.get("status") != "completed":
            problems.append(f"the next job: {json.dumps(after)[:150]}")
        out("serve: " + c.name, problems)


if __name__ == "__main__":
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    watched = os.path.join(folder, "watched")
    os.makedirs(watched, exist_ok=True)
    os.chdir(watched)
    through_service(sys.argv[3]) if len(sys.argv) > 3 else through_inspect()
