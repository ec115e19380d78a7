#!/bin/sh
# SPDX-License-Identifier: MIT
# The vectors that come with expected values, through the commands that people
# use: packages (inspect), event logs (check log), app-compose texts (check
# compose), quotes (check quote). Argument: build folder.
set -u
suite=vectors
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"

cat > "$tmp/run.py" <<'P'
import glob, json, os, subprocess, sys, tempfile
sv, what, vectors, tmp = sys.argv[1:5]
def out(name, good, why=""):
    print(("ok" if good else "not ok") + f" vectors {name}" + ("" if good else f": {why}"[:300]))
def run(*args):
    p = subprocess.run([sv, *args], capture_output=True, text=True, timeout=60)
    try: return p.returncode, json.loads(p.stdout)
    except ValueError: return p.returncode, {"stderr": p.stderr, "stdout": p.stdout[:200]}
def pack(folder, kind):
    """Archives that keep the layout of the package."""
    f = os.path.join(tmp, "p." + kind)
    if os.path.exists(f): os.unlink(f)
    names = sorted(os.listdir(folder))
    if kind == "zip": subprocess.run(["zip", "-qr", f, *names], cwd=folder, check=True)
    else:
        flag = {"tar": "-c", "tar.gz": "-cz", "tar.zst": "-c"}[kind]
        extra = ["--zstd"] if kind == "tar.zst" else []
        subprocess.run(["tar", *extra, flag + "f", f, *names], cwd=folder, check=True)
    return f
def compare(name, got, want, skip=()):
    bad = [f"{k}: got {got.get(k)!r}, want {v!r}" for k, v in want.items()
           if k not in skip and (k not in got or got[k] != v)]
    out(name, not bad, "; ".join(bad))

# What a folder's name may decide: layouts.tsv says what becomes of these.
FROM_FOLDER = ("topDirectory", "name", "nameSource", "slug", "skillId", "outcome", "code", "warnings")
def other_layout(want, folder):
    """One archive with the top folder taken away, or with one called "added"."""
    f = os.path.join(tmp, "p.tar")
    top = want["topDirectory"]
    where, args = (os.path.join(folder, top), []) if top else (folder, ["--transform", "s,^,added/,"])
    subprocess.run(["tar", "-cf", f, *args, *sorted(os.listdir(where))], cwd=where, check=True)
    code, got = run("inspect", "--json", f)
    name = f"inspect {want['id']}, {'no' if top else 'added'} folder"
    as_is = [want.get("code", want["outcome"]), ",".join(want["warnings"]) or "-", want.get("name", "-")]
    row = layouts.get(want["id"], as_is)
    is_ = [got.get("code", got.get("outcome")), ",".join(got.get("warnings", [])) or "-", got.get("name", "-")]
    if is_ != row: return out(name, False, f"{is_}, want {row}")
    skip = ("id", "source", "placeholders") + (("topDirectory",) if row == as_is else FROM_FOLDER)
    if row != as_is and row[0] != "accepted": skip += tuple(k for k in want if k not in got) # a refusal says less
    compare(name, got, want, skip)
    top_is = got.get("topDirectory")
    out(name + ": its folder", top_is == (None if top else "added"), top_is)

if what == "packages":
    layouts = {r[0]: r[1:] for r in (l.rstrip("\n").split("\t") for l in open(os.environ["LAYOUTS"])) if r[0][0] != "#"}
    for d in sorted(glob.glob(vectors + "/*/expected.json")):
        want = json.load(open(d))
        folder = os.path.join(os.path.dirname(d), "package")
        for kind in ("tar", "tar.gz", "zip", "tar.zst"):
            code, got = run("inspect", "--json", pack(folder, kind))
            exp = 0 if want["outcome"] == "accepted" else 4
            if code != exp:
                out(f"inspect {want['id']} {kind}", False, f"exit {code}, {got}")
                continue
            compare(f"inspect {want['id']} {kind}", got, want, ("id", "source", "placeholders"))
        other_layout(want, folder)
elif what == "logs":
    for d in sorted(glob.glob(vectors + "/*/expected.json")):
        want, folder = json.load(open(d)), os.path.dirname(d)
        name, files = os.path.basename(folder), os.listdir(folder)
        if "quote" not in want or "event_log" not in want: continue
        quote = next((f for f in ("quote.bin", "quote.hex", "report.json", "quote-report.json",
                                  "tdx-lite-getquote.json") if f in files), None)
        log = next((f for f in ("event_log.json", "eventlog.json", "report.json", "quote-report.json",
                                "tdx-lite-getquote.json") if f in files), None)
        args = ["check", "log", "--json", "--quote", f"{folder}/{quote}", "--event-log", f"{folder}/{log}"]
        compose = want.get("app_compose", {})
        has = compose.get("present") and "app-compose.json" in files
        if has: args += ["--app-compose", f"{folder}/app-compose.json"]
        code, got = run(*args)
        refused = bool(has) and not compose["matches_compose_hash_event"]
        out(f"log {name}: verdict", code == (1 if refused else 0), f"exit {code}: {got.get('error_class')} {got.get('detail')} {got.get('stderr')}")
        if refused: out(f"log {name}: class", got.get("error_class") == "COMPOSE_HASH", got.get("error_class"))
        ev = got.get("event_log", {})
        compare(f"log {name}: registers", ev, {k: v for k, v in want["event_log"].items()
            if k in ("entries_per_imr", "rtmr3_events", "replayed", "replay_matches_quote",
                     "rtmr3_at_boot_mr_done", "rtmr3_at_system_ready", "events_after_system_ready")})
        ident = want.get("identity", {})
        compare(f"log {name}: identity", got.get("identity", {}), {k: v for k, v in ident.items()
            if k in ("app_id", "compose_hash", "instance_id", "os_image_hash_event", "storage_fs",
                     "key_provider", "app_id_is_compose_hash_prefix")})
        compare(f"log {name}: derived", got.get("derived", {}), want.get("derived", {}))
        if has: compare(f"log {name}: app-compose", got.get("app_compose", {}),
                        {k: compose[k] for k in ("length", "sha256", "matches_compose_hash_event")})
    for f in sorted(glob.glob(vectors + "/synthetic-event-logs/*.json")):
        v = json.load(open(f))
        path = os.path.join(tmp, "log.json")
        json.dump(v["event_log"], open(path, "w"))
        code, got = run("check", "log", "--json", "--rtmr3", v["quoted_rtmr3"], "--event-log", path)
        want = v["expected"]["accept"] if isinstance(v["expected"], dict) else v["expected"] == "accept"
        out(f"log {os.path.basename(f)[:-5]}", code == (0 if want else 1), f"exit {code}: {got}, want accept={want}")
elif what == "compose":
    for c in json.load(open(vectors)):
        path = os.path.join(tmp, "compose.json")
        text = c["app_compose"] if isinstance(c["app_compose"], str) else json.dumps(c["app_compose"])
        open(path, "w").write(text)
        code, got = run("check", "compose", "--json", path)
        out(f"compose {c['name']}", got.get("verdict") == c["expect"], f"got {got.get('verdict')} {got.get('detail')}, want {c['expect']}")
elif what == "quotes":
    e = json.load(open(vectors + "/expected.json"))
    flags = {"allow_debug": "--allow-debug", "allow_service_td": "--allow-service-td"}
    for c in e["cases"]:
        policy = {**e["default_policy"], **c.get("policy", {})}
        args = ["check", "quote", "--json", "--quote", f"{vectors}/{c['quote']}", "--at", str(c["now"]),
                "--root", f"{vectors}/{c['trusted_root']}"]
        if c.get("collateral"): args += ["--collateral", f"{vectors}/{c['collateral']}"]
        args += [f for k, f in flags.items() if policy.get(k)]
        if policy.get("min_qe_auth_data"): args += ["--min-qe-auth-data", str(policy["min_qe_auth_data"])]
        code, got = run(*args)
        if c["verdict"] == "accept":
            compare(f"quote {c['name']}", got, {k: c[k] for k in ("verdict", "status", "advisory_ids",
                "platform_status", "qe_status", "tdx_module_status") if k in c})
            f = got.get("fields") or {}
            bad = [k for k, v in c.get("fields", {}).items() if f.get(k) != v]
            out(f"quote {c['name']}: fields", not bad, bad)
            good = (code == 0) == (got.get("status") == "UpToDate") and code in (0, 1) and \
                got["policy_verdict"] == ("accept" if got.get("status") == "UpToDate" else "reject")
            out(f"quote {c['name']}: policy", good, f"exit {code} {got.get('policy_verdict')}")
        else:
            allowed = [c["error_class"], *c.get("also_acceptable", [])]
            out(f"quote {c['name']}", code == 1 and got.get("verdict") == "reject" and
                got.get("error_class") in allowed, f"exit {code} {got.get('error_class')}, want {allowed}")
P

export LAYOUTS="$tests/blackbox/layouts.tsv"
run() { python3 "$tmp/run.py" "$sv" "$1" "$2" "$tmp"; }
# Data made for this project is in the repository, so that a bare clone tests it.
here=$tests/vectors
if [ "$(id -u)" = 0 ] || "$sv" inspect "$tests/skills/hello-world" > /dev/null 2>&1; then
	run packages "$here/skills/made"
	if [ -d "$vectors/skills/real" ]; then run packages "$vectors/skills/real"
	else skip "inspect real packages" "no $vectors/skills/real"; fi
else
	skip "inspect packages" "this machine lets ordinary users make no user namespace"
fi
if [ -d "$vectors/dstack" ]; then run logs "$vectors/dstack"
else skip "event logs" "no $vectors/dstack"; fi
if [ -f "$vectors/trust-chain/compose-pinning.json" ]; then run compose "$vectors/trust-chain/compose-pinning.json"
else skip "app-compose texts" "no $vectors/trust-chain"; fi
if [ -f "$vectors/dcap/expected.json" ]; then run quotes "$vectors/dcap"
else skip "quotes" "no $vectors/dcap"; fi

# ---- the signed package under its published root ------------------------------------------------
signed=$vectors/skills/real/nvidia--cuopt-install/package/cuopt-install root=$vectors/skills/oms/nv-agent-root-cert.pem
if [ -f "$signed/skill.oms.sig" ] && [ -f "$root" ]; then
	sig() { "$sv" inspect --json "$@" | jq -c '[.signature.verified, .signature.reason, .oms == "034ecf58fb306592b3e77bbd045a23eefde8c199b5dcf68b5d52a1e1ff8f2259", (.warnings | map(select(startswith("signature"))))]'; }
	cp -R "$signed" "$tmp/signed" && chmod -R u+w "$tmp/signed"
	is "signature: verified under its root" "$(sig --anchor "$root" "$tmp/signed")" '[true,null,true,[]]'
	is "signature: nobody vouches without an anchor" "$(sig "$tmp/signed")" '[false,"signature-no-anchor",true,[]]'
	has "signature: people see who claims it" "$("$sv" inspect "$tmp/signed")" "claims       CN=NVIDIA Agent Skills Signing 001,O=NVIDIA Corporation,C=US"
	echo >> "$tmp/signed/BENCHMARK.md"
	is "signature: a file that was changed" "$(sig --anchor="$root" "$tmp/signed")" '[false,"signature-file-changed",false,["signature-file-changed"]]'
	cp "$signed/BENCHMARK.md" "$tmp/signed/BENCHMARK.md" && echo > "$tmp/signed/more.md"
	is "signature: a file that was added" "$(sig --anchor "$root" "$tmp/signed")" '[false,"signature-file-unsigned",false,["signature-file-unsigned"]]'
	rm "$tmp/signed/more.md"
	head -c 3000 "$signed/skill.oms.sig" > "$tmp/signed/skill.oms.sig"
	is "signature: half of it" "$(sig --anchor "$root" "$tmp/signed")" '[false,"signature-format",true,["signature-format"]]'
	head -c 1048577 /dev/zero > "$tmp/signed/skill.oms.sig"
	is "signature: too large" "$(sig --anchor "$root" "$tmp/signed")" '[false,"signature-too-large",true,["signature-too-large"]]'
else
	skip "signature of the published package" "no $signed or no $root"
fi

# ---- the worked example of a statement: canonical form, PAE, signature ----------------------
ex=$vectors/skills/statement-example
if [ -d "$ex" ]; then
	"$sv" check attestation "$ex/dsse.json" --json > "$tmp/r.json"
	is "statement example: the new members are missing, and only they" \
		"$? $(jq -r '.links[] | select(.name == "statement") | .code' "$tmp/r.json")" "1 STATEMENT_SCHEMA"
	is "statement example: nothing else fails" "$(jq -c '[.links[] | select(.state == "fail") | .name]' "$tmp/r.json")" '["statement"]'
else
	skip "statement example" "no $ex"
fi

# ---- compose-hash: exact bytes ---------------------------------------------------------------
if [ -f "$vectors/dstack/compose-hash/expected.json" ]; then
	for f in "$vectors"/dstack/compose-hash/[0-9]*.json; do
		is "compose-hash $(basename "$f" .json)" "$("$sv" compose-hash "$f" 2> /dev/null)" "$(sha256sum "$f" | cut -d' ' -f1)"
	done
else
	skip "compose-hash" "no $vectors/dstack/compose-hash"
fi
