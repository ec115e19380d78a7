# SPDX-License-Identifier: MIT
"""SIGKILL of the whole appliance at random moments, then restarts.

Every job that got its 202 must end in exactly one terminal state, and what a
client was once told about it must stay true. Called by crash.sh:
crash.py BINARY AGENT_SOCKET DATA PORT PACKAGE KILLS SEED
"""
import http.client
import json
import os
import random
import signal
import subprocess
import sys
import threading
import time

binary, agent, data, port, package, kills, seed = sys.argv[1:8]
port, kills = int(port), int(kills)
rng = random.Random(int(seed))
body = open(package, "rb").read()
accepted, seen, statements, broken = [], {}, {}, []
stop = threading.Event()


def request(method, path, data=None, headers={}, timeout=5):
    c = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout)
    try:
        c.request(method, path, data, headers)
        r = c.getresponse()
        return r.status, r.read()
    finally:
        c.close()


def submitter():
    """Posts packages without a pause; remembers every job that got a 202."""
    while not stop.is_set():
        try:
            status, answer = request("POST", "/verify", body, {"content-type": "application/gzip"})
            if status == 202:
                accepted.append(json.loads(answer)["jobId"])
            elif status not in (429, 503):
                broken.append(f"POST answered {status} {answer[:100]}")
            if status != 202:
                time.sleep(0.02)
        except (OSError, http.client.HTTPException, ValueError):
            time.sleep(0.01)


def look(job):
    """What the appliance says of a job now; checks it against what it said before."""
    status, answer = request("GET", "/verify/" + job)
    if status != 200:
        broken.append(f"{job}: GET answered {status}")
        return None
    j = json.loads(answer)
    word = (j["status"], j.get("verdict"), j.get("errorCode"))
    if job in seen and seen[job] != word:
        broken.append(f"{job}: was {seen[job]}, is {word}")
    if j["status"] in ("completed", "failed"):
        seen[job] = word
        if j["status"] == "completed":
            status, s = request("GET", f"/attestation/{job}?format=statement")
            if status != 200 or statements.setdefault(job, s) != s:
                broken.append(f"{job}: its statement is missing or another one")
    return j["status"]


def observer():
    """Looks at random jobs while everything dies and comes back."""
    while not stop.is_set():
        try:
            if accepted:
                look(rng.choice(accepted[-40:]))
        except (OSError, http.client.HTTPException, ValueError):
            pass
        time.sleep(0.01)


def start():
    log = open(data + ".log", "ab")
    return subprocess.Popen([binary, "serve", "--listen", f"127.0.0.1:{port}", "--data", data,
                             "--agent", agent], stderr=log, stdout=log, stdin=subprocess.DEVNULL)


def wait_ready(p, seconds):
    end = time.time() + seconds
    while time.time() < end:
        if p.poll() is not None:
            broken.append(f"the appliance ended with {p.returncode}")
            return False
        try:
            if request("GET", "/health", timeout=2)[0] == 200:
                return True
        except (OSError, http.client.HTTPException):
            time.sleep(0.005)
    broken.append("not ready in time")
    return False


def roles_of(pid):
    out = subprocess.run(["pgrep", "-P", str(pid)], capture_output=True, text=True).stdout
    return [int(x) for x in out.split()]


def gone(pid):
    try:
        return open(f"/proc/{pid}/stat").read().rsplit(")", 1)[1].split()[0] == "Z"
    except FileNotFoundError:
        return True


threads = [threading.Thread(target=submitter) for _ in range(2)]
threads.append(threading.Thread(target=observer))
p = start()
wait_ready(p, 20)
for t in threads:
    t.start()
done = 0
for n in range(kills):
    # Sometimes in the middle of the start, mostly while jobs run and are attested.
    time.sleep(rng.uniform(0, 0.06) if rng.random() < 0.2 else rng.uniform(0.03, 0.4))
    roles = roles_of(p.pid)
    p.send_signal(signal.SIGKILL)
    p.wait()
    end = time.time() + 5
    while not all(gone(r) for r in roles) and time.time() < end:
        time.sleep(0.002)
    if not all(gone(r) for r in roles):
        broken.append("a role outlived its init")
    done += 1
    p = start()
stop.set()
for t in threads:
    t.join()
wait_ready(p, 20)
left = set(accepted)
end = time.time() + 180
while left and time.time() < end:
    for job in list(left):
        if look(job) in ("completed", "failed"):
            left.discard(job)
    time.sleep(0.1)
for job in list(seen):  # once more: nothing changes any more
    look(job)
health = json.loads(request("GET", "/health")[1])["jobs"]
words = {}
for w in seen.values():
    words[w] = words.get(w, 0) + 1
print(json.dumps({
    "kills": done, "accepted": len(accepted), "unfinished": len(left), "broken": broken[:5],
    "outcomes": {" ".join(x or "-" for x in k): v for k, v in words.items()},
    "unexpected": [w for w in words if w not in (("completed", "PASSED", None), ("failed", None, "poison"))],
    "open": health["pending"] + health["running"], "pid": p.pid,
    "sample": [j for j, w in seen.items() if w[0] == "completed"][-20:]}))
