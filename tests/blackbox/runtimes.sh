#!/bin/sh
# SPDX-License-Identifier: MIT
# Runtimes: every name of specs/skills.md 2.7 with its warnings and the digest in
# the statement; what base, Python and Node can do in a job; each way to change a
# runtime, found by a job, by the appliance after its start, by doctor and measure.
# Argument: build folder.
set -u
suite=runtimes
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
[ "$(id -u)" = 0 ] || { skip all "needs root"; exit 0; }
runtimes=$(cd "$build/../runtimes" && pwd)
for name in base python node; do
	[ -f "$runtimes/$name/manifest.json" ] || { skip all "no runtime $name: make runtimes"; exit 0; }
done
umask 022

# package NAME LINES...: a package in $tmp/s/NAME.
package() {
	mkdir -p "$tmp/s/$1"
	printf -- '---\nname: %s\nversion: 1.0.0\n%s\n---\n' "$1" "$2" > "$tmp/s/$1/SKILL.md"
}
digest() { sha256sum < "$runtimes/$1/manifest.json" | cut -d ' ' -f 1; }

# ---- names -----------------------------------------------------------------------------
# name DECLARED RUNTIME WARNINGS
name() {
	package alias "test: {command: \"true\"${1:+, runtime: \"$1\"}}"
	"$sv" run --out "$tmp/st.json" "$tmp/s/alias" > "$tmp/out" 2> "$tmp/err"
	is "'$1' is $2" "$(jq -r '.predicate.configuration[] | select(.name == "runtime") | .digest.sha256' "$tmp/st.json")" "$(digest "$2")"
	is "'$1' warns" "$("$sv" run --json "$tmp/s/alias" | jq -r '.warnings | map(select(startswith("runtime-"))) | join(" ")')" "$3"
}
both="runtime-mutable-tag runtime-substituted"
for n in base sh bash ""; do name "$n" base ""; done
for n in alpine alpine:latest alpine:3; do name "$n" base "$both"; done
for n in node node:20 node:20-alpine node:lts-alpine; do name "$n" node "$both"; done
for n in python python:3 python:3.11-alpine python:3.12-alpine python:3.12-slim; do name "$n" python "$both"; done
name "python:3.12-alpine@sha256:$(digest python)" python runtime-substituted

# refused DECLARED CODE WORDS
refused() {
	package alias "test: {command: \"true\", runtime: \"$1\"}"
	"$sv" run --json "$tmp/s/alias" > "$tmp/out.json" 2>&1
	has "'$1' is refused" "$(cat "$tmp/out.json")" "$2"
	has "'$1' is told what there is" "$(cat "$tmp/out.json")" "$3"
}
refused node:18 runtime-unknown "node:lts-alpine"
refused scratch runtime-unknown "python:3.12-slim)"
refused "python@sha256:$(digest node)" runtime-digest-mismatch "$(digest python)"

# Every library that a program or library names is in its tree.
for name in base python node; do
	is "$name has all its libraries" "$(cd "$runtimes/$name/root" && find bin usr/lib -type f \( -perm -u+x -o -name '*.so*' \) -exec objdump -p {} + 2> /dev/null |
		awk '$1 == "NEEDED" { print $2 }' | sort -u | while read -r l; do [ -e "usr/lib/x86_64-linux-gnu/$l" ] || echo "$l"; done)" ""
done

# ---- what can be done in them ------------------------------------------------------------
# does NAME RUNTIME: the script from standard input, with sh -e, in a job without network.
does() {
	package "$1" "test: {command: [sh, -e, t.sh], runtime: \"$2\", timeout: 60s}"
	cat > "$tmp/s/$1/t.sh"
	"$sv" run --json "$tmp/s/$1" > "$tmp/$1.json" 2> "$tmp/err"
	if [ "$(jq -r .verdict "$tmp/$1.json")" = PASSED ]; then ok "$2: $1"; else
		bad "$2: $1" "$(jq -r '[.verdict, .runs[-1].stdout.text, .runs[-1].stderr.text] | join(" ")' "$tmp/$1.json" | tail -c 300)"; fi
}
does tools base << 'EOF'
for f in cat cp cut grep sed awk sort tar gzip find xargs sha256sum bash jq curl; do command -v $f > /dev/null; done
[ "$(echo '{"a":[1,2]}' | jq -c .a)" = '[1,2]' ]
echo content > a.txt && tar -czf a.tgz a.txt && [ "$(tar -xzOf a.tgz)" = content ]
[ "$(bash -c 'x=(a b); echo ${#x[@]}')" = 2 ]
[ "$(printf 'b 2\na 1\n' | sort | awk '{ s += $2 } END { print s }')" = 3 ]
[ "$(grep -c 'BEGIN CERTIFICATE' /etc/ssl/certs/ca-certificates.crt)" -gt 100 ]
EOF
does curl base << 'EOF'
curl --version | grep -q BearSSL
echo here > /tmp/file && [ "$(curl -s file:///tmp/file)" = here ]
n=0; curl -s --max-time 5 http://127.0.0.1:8123/ || n=$?
[ $n = 7 ]
# Where nobody watches there is no such name; a watched test gets one that leads nowhere.
n=0; curl -s --max-time 5 https://host.example/ || n=$?
[ $n = 6 ] || [ $n = 35 ]
EOF
does "standard library" python << 'EOF'
cat > t.py << 'P'
import asyncio, bz2, ctypes, curses, dbm, decimal, hashlib, json, lzma, multiprocessing, os, readline
import sqlite3, ssl, subprocess, sys, tempfile, threading, unittest, urllib.request, uuid, venv, xml.etree.ElementTree as E
import zlib, zoneinfo
assert sys.version_info >= (3, 11)
assert json.loads(json.dumps({"a": [1]})) == {"a": [1]}
assert len(ssl.create_default_context().get_ca_certs()) > 100
db = sqlite3.connect("x.db"); db.execute("create table t (x)"); db.execute("insert into t values (7)")
assert db.execute("select x from t").fetchone() == (7,)
assert ctypes.CDLL(None).getpid() == os.getpid()
assert subprocess.run([sys.executable, "-c", "print(6*7)"], capture_output=True, text=True).stdout == "42\n"
assert lzma.decompress(lzma.compress(b"x")) == bz2.decompress(bz2.compress(b"x")) == zlib.decompress(zlib.compress(b"x"))
assert E.fromstring("<a><b/></a>")[0].tag == "b"
assert hashlib.new("sha3_256", b"").hexdigest().startswith("a7ffc6f8")
assert zoneinfo.ZoneInfo("Europe/Berlin").key
seen = []
t = threading.Thread(target=seen.append, args=(1,)); t.start(); t.join(); assert seen == [1]
async def f(): await asyncio.sleep(0.01); return 5
assert asyncio.run(f()) == 5
with dbm.open(os.path.join(tempfile.mkdtemp(), "d"), "c") as d: d["k"] = "v"
assert os.path.exists(json.__cached__), "compiled beforehand"
P
python t.py && python3 -m unittest --help > /dev/null
EOF
does "pip and venv" python << 'EOF'
pip --version | grep -q 'python 3'
python -m venv --without-pip plain && plain/bin/python -c 'import sys; assert sys.prefix != sys.base_prefix'
python -m venv full && full/bin/pip --version | grep -q /skill/full
mkdir w && cat > make.py << 'P'
import base64, hashlib, zipfile
files = {"hello_w.py": b"said = 'hello'\n", "hello_w-1.dist-info/METADATA": b"Metadata-Version: 2.1\nName: hello-w\nVersion: 1\n",
    "hello_w-1.dist-info/WHEEL": b"Wheel-Version: 1.0\nGenerator: t\nRoot-Is-Purelib: true\nTag: py3-none-any\n"}
rows = "".join(f"{n},sha256={base64.urlsafe_b64encode(hashlib.sha256(b).digest()).rstrip(b'=').decode()},{len(b)}\n" for n, b in files.items())
with zipfile.ZipFile("w/hello_w-1-py3-none-any.whl", "w") as z:
    for n, b in files.items(): z.writestr(n, b)
    z.writestr("hello_w-1.dist-info/RECORD", rows + "hello_w-1.dist-info/RECORD,,\n")
P
python make.py && pip install --no-index w/*.whl > /dev/null && [ "$(python -c 'import hello_w; print(hello_w.said)')" = hello ]
EOF
does "workers, sockets, modules" node << 'EOF'
cat > t.test.js << 'J'
const test = require('node:test'), assert = require('node:assert'), { Worker } = require('node:worker_threads')
test('worker', async () => {
  const w = new Worker("require('node:worker_threads').parentPort.postMessage(6*7)", { eval: true })
  assert.strictEqual(await new Promise(r => w.once('message', r)), 42)
})
test('own server on a local socket, no network', async () => {
  const http = require('node:http')
  const s = http.createServer((q, a) => a.end('hi')).listen('/tmp/s')
  await new Promise(r => s.once('listening', r))
  const a = await new Promise(r => http.get({ socketPath: '/tmp/s', path: '/' }, r))
  assert.strictEqual((await a.toArray()).join(''), 'hi')
  s.closeAllConnections(); s.close()
  await assert.rejects(fetch('http://127.0.0.1:8123/'))
  assert.strictEqual(await (await fetch('data:,ho')).text(), 'ho')
})
test('languages, crypto, children', () => {
  assert.strictEqual(new Intl.NumberFormat('de-DE').format(1234.5), '1.234,5')
  assert.ok(require('node:crypto').createHash('sha3-256').update('').digest('hex').startsWith('a7ffc6f8'))
  assert.strictEqual(require('node:child_process').execFileSync('node', ['-p', '1+1']).toString(), '2\n')
  assert.ok(require('node:tls').rootCertificates.length > 100)
  assert.ok(parseInt(process.versions.node) >= 20)
})
test('modules', async () => {
  require('node:fs').writeFileSync('m.cjs', 'exports.a = 3')
  require('node:fs').writeFileSync('n.mjs', "import { a } from './m.cjs'; export default a")
  assert.strictEqual((await import(process.cwd() + '/n.mjs')).default, 3)
})
J
node --test > report; grep '^# pass 4' report
EOF
does npm node << 'EOF'
npm --version | grep -q '^10\.' && npx --version > /dev/null
mkdir dep && echo '{"name":"dep","version":"1.0.0","main":"i.js"}' > dep/package.json && echo 'module.exports = 9' > dep/i.js
echo '{"name":"x","version":"1.0.0","scripts":{"test":"node -p \"require(`dep`)\""},"dependencies":{"dep":"file:./dep"}}' > package.json
sed -i 's/`/'"'"'/g' package.json
npm install --offline > /dev/null && [ "$(npm test --silent)" = 9 ]
EOF
for s in python-script node-app; do
	is "example $s" "$("$sv" run --json "$tests/skills/$s" | jq -rc '[.verdict, .runs[].exitCode]')" '["PASSED",0,0]'
done

# ---- changed runtimes --------------------------------------------------------------------
copy=$tmp/copy root=$tmp/copy/base/root f=$tmp/copy/base/root/etc/protocols
fresh() { rm -rf "$copy" && base_runtime "$copy"; }
package plain 'test_command: "true"'
# changed WHAT WORDS: a job in that base is refused with these words.
changed() {
	"$sv" run --json --runtimes "$copy" "$tmp/s/plain" > "$tmp/out.json" 2>&1
	has "$1: refused" "$(cat "$tmp/out.json")" runtime-changed
	has "$1: says what" "$(cat "$tmp/out.json")" "$2"
}
fresh
is "an equal copy runs" "$("$sv" run --json --runtimes "$copy" "$tmp/s/plain" | jq -r .verdict)" PASSED
printf 'X' | dd of="$f" bs=1 seek=5 conv=notrunc 2> /dev/null
changed "one byte of a file" "a file differs: etc/protocols"
fresh; echo more >> "$f"
changed "a longer file" "a file differs: etc/protocols"
fresh; chmod 755 "$f"
changed "another mode" "a file differs: etc/protocols"
fresh; chmod 4644 "$f"
changed "a set-user-id bit" "a file differs: etc/protocols"
fresh; rm "$f"
changed "a file less" "missing: etc/protocols"
fresh; echo x > "$root/etc/more"
changed "a file more" "manifest.json does not list etc/more"
fresh; mkdir "$root/opt/d"; ln -s /bin/sh "$root/opt/d/l"
changed "a link more, in a folder more" "manifest.json does not list opt/d/l"
fresh; mv "$f" "$tmp/p"; ln -s "$tmp/p" "$f"
changed "a link in a file's place, to the same bytes" "a file differs: etc/protocols"
fresh; mv "$root/etc/ssl/certs" "$tmp/certs"; ln -s "$tmp/certs" "$root/etc/ssl/certs"
changed "a link in a folder's place, to the same file" "manifest.json does not list etc/ssl/certs"
fresh; ln -sfn bash "$root/bin/ls"
changed "a link elsewhere" "a link differs: bin/ls"
fresh; rm "$root/bin/ls"; cp "$root/bin/busybox" "$root/bin/ls"
changed "a file in a link's place" "a link differs: bin/ls"
fresh; rm "$f"; mkfifo "$f"
changed "a pipe in a file's place" "a file differs: etc/protocols"
fresh; mv "$root" "$tmp/elsewhere"; ln -s "$tmp/elsewhere" "$root"
changed "a link in the tree's place" "its tree is missing"
fresh; sed -i 's/"path":"bin\/bash"/"path":"bin\/bash2"/' "$copy/base/manifest.json"
changed "a manifest that names another file" "manifest.json does not list bin/bash"
fresh; echo >> "$copy/base/manifest.json"
package pinned "test: {command: \"true\", runtime: \"base@sha256:$(digest base)\"}"
has "another spelling of the manifest is another runtime" \
	"$("$sv" run --json --runtimes "$copy" "$tmp/s/pinned" 2>&1)" runtime-digest-mismatch

# ---- measure, and the appliance ------------------------------------------------------------
fresh
binary=$(sha256sum < "$sv" | cut -d ' ' -f 1)
is "measure" "$("$sv" measure --json --runtimes "$copy" | jq -c .)" \
	"{\"binary\":\"$binary\",\"runtimes\":[{\"name\":\"base\",\"sha256\":\"$(digest base)\",\"ok\":true,\"uri\":$(jq .uri "$copy/base/manifest.json")}]}"
is "measure as text" "$("$sv" measure | awk '{ print $1, $2 }')" "binary sha256:$binary
base sha256:$(digest base)
node sha256:$(digest node)
python sha256:$(digest python)"
is "measure is what version says" "$("$sv" version --json | jq -r .sha256)" "$binary"
echo more >> "$f"
"$sv" measure --runtimes "$copy" > "$tmp/out"
is "measure of a changed runtime: exit 1" $? 1
has "measure of a changed runtime: what differs" "$(cat "$tmp/out")" "a file differs: etc/protocols"

tarball "$tmp/s/plain" "$tmp/plain.tgz"
# info: what /info says of the runtimes.
info() { curl -s "$url/info" | jq -rc '[.. | .runtimes? // empty | .[] | [.name, .ok, .checked]]'; }
told() { [ "$(info)" = "$1" ]; }
changed='[["base",false,false]]' whole='[["base",true,true],["node",true,true],["python",true,true]]'
appliance --no-tee --runtimes "$copy" || { bad start "$(tail -3 "$tmp/serve.log")"; exit 1; }
wait_until 100 told "$changed"
is "the appliance finds it without a job" "$(info)" "$changed"
id=$(submit "$tmp/plain.tgz")
is "a job of the appliance is refused" "$(outcome "$id" | jq -rc '[.status, .errorCode]')" '["failed","runtime-changed"]'
has "and the log says why" "$(cat "$tmp/serve.log")" 'runtime.refused name=base why="a file differs: etc/protocols"'
stop "$sv_pid"

# The first job may come before its runtime was looked at: it is looked at then.
data=$tmp/data2
package first 'test: {command: "python -V", runtime: python}'
tarball "$tmp/s/first" "$tmp/first.tgz"
appliance --no-tee || { bad start "$(tail -3 "$tmp/serve.log")"; exit 1; }
id=$(submit "$tmp/first.tgz")
is "a job that comes with the start" "$(outcome "$id" | jq -r .verdict)" PASSED
wait_until 100 told "$whole"
is "all runtimes are found whole after the start" "$(info)" "$whole"
stop "$sv_pid"

# ---- the lock ----------------------------------------------------------------------------
# In a copy of rootfs/ with a cache that holds a changed file: nothing is built of it.
mkdir -p "$tmp/tree" "$tmp/cache"
cp -a "$tests/../rootfs" "$tests/../vendor" "$tmp/tree/"
# shellcheck disable=SC2046
set -- $(awk '$1 == "deb" { print $7; exit }' "$tests/../rootfs/base.lock")
echo changed > "$tmp/cache/$1"
"$tmp/tree/rootfs/build" base "$tmp/cache" "$tmp/built" /bin/true > "$tmp/out" 2>&1
is "a changed package: nothing is built" "$?$([ -e "$tmp/built/base" ] && echo ", built")" 1
has "a changed package: says which" "$(cat "$tmp/out")" "$1 does not have the locked SHA-256"
# The same for the file of the npm registry.
awk '$1 == "npm"' "$tests/../rootfs/node.lock" > "$tmp/tree/rootfs/node.lock"
: > "$tmp/tree/rootfs/base.lock"
file=$(awk '{ print $7 }' "$tmp/tree/rootfs/node.lock")
echo changed > "$tmp/cache/$file"
"$tmp/tree/rootfs/build" node "$tmp/cache" "$tmp/built" /bin/true > "$tmp/out" 2>&1
is "a changed npm package: nothing is built" "$?$([ -e "$tmp/built/node" ] && echo ", built")" 1
has "a changed npm package: says which" "$(cat "$tmp/out")" "$file does not have the locked SHA-256"
