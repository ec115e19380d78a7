// SPDX-License-Identifier: MIT
// Node.js: worker threads, child processes, timers, files, sockets without a network.
// Runtime: host
// Needs: node
const test = require('node:test');
const assert = require('node:assert');
const child = require('node:child_process');
const crypto = require('node:crypto');
const fs = require('node:fs');
const net = require('node:net');
const os = require('node:os');
const path = require('node:path');
const { setTimeout: pause } = require('node:timers/promises');
const { promisify } = require('node:util');
const { Worker } = require('node:worker_threads');
const zlib = require('node:zlib');

test('worker threads', async () => {
	const source = `const { parentPort, workerData } = require('node:worker_threads');
		parentPort.postMessage(workerData * workerData);`;
	const one = (n) => new Promise((resolve, reject) =>
		new Worker(source, { eval: true, workerData: n }).on('message', resolve).on('error', reject));
	assert.deepStrictEqual(await Promise.all([1, 2, 3].map(one)), [1, 4, 9]);
	const shared = new Int32Array(new SharedArrayBuffer(4));
	new Worker('Atomics.add(require("node:worker_threads").workerData, 0, 5)',
		{ eval: true, workerData: shared });
	while (Atomics.load(shared, 0) === 0) await pause(5);
	assert.strictEqual(shared[0], 5);
});

test('child processes', async () => {
	assert.strictEqual(child.execFileSync('sh', ['-c', 'echo hi']).toString(), 'hi\n');
	assert.strictEqual(child.spawnSync('sh', ['-c', 'kill -9 $$']).signal, 'SIGKILL');
	const fork = child.fork(path.join(__dirname, 'node_child.js'));
	fork.send(20);
	assert.strictEqual(await new Promise((resolve) => fork.on('message', resolve)), 21);
	fork.disconnect();
	await assert.rejects(promisify(child.exec)('sleep 60', { timeout: 100 }));
});

test('timers', async () => {
	let ticks = 0;
	const timer = setInterval(() => ticks++, 5);
	while (ticks < 3) await pause(5);
	clearInterval(timer);
	await new Promise((resolve) => setImmediate(resolve));
	assert.ok(performance.now() > 0);
});

test('files', async () => {
	const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'files-'));
	const name = new Promise((resolve) => {
		const watcher = fs.watch(dir, (event, file) => { watcher.close(); resolve(file); });
	});
	fs.writeFileSync(path.join(dir, 'file'), 'text');
	assert.strictEqual(await name, 'file');
	await fs.promises.cp(dir, dir + '-copy', { recursive: true });
	assert.strictEqual(await fs.promises.readFile(path.join(dir + '-copy', 'file'), 'utf8'), 'text');
	fs.rmSync(dir, { recursive: true });
});

test('sockets of the file system', async () => {
	const where = path.join(os.tmpdir(), 'socket');
	const server = net.createServer((c) => c.end('hello')).listen(where);
	await new Promise((resolve) => server.on('listening', resolve));
	const got = await new Promise((resolve) => net.connect(where).on('data', resolve));
	assert.strictEqual(got.toString(), 'hello');
	server.close();
});

test('the thread pool', async () => {
	const bytes = crypto.randomBytes(1 << 20);
	const packed = await promisify(zlib.gzip)(bytes);
	assert.ok((await promisify(zlib.gunzip)(packed)).equals(bytes));
	await promisify(crypto.pbkdf2)('a', 'b', 1000, 32, 'sha256');
});

test('no network', async () => {
	await assert.rejects(fetch('http://example.com/'));
	await assert.rejects(promisify(require('node:dns').lookup)('example.com'));
});

test('the machine', () => {
	assert.strictEqual(os.userInfo().username, 'skill');
	assert.strictEqual(os.hostname(), 'skill');
	assert.ok(os.totalmem() > 0 && process.memoryUsage().rss > 0 && process.resourceUsage().maxRSS > 0);
	assert.ok(new WebAssembly.Module(Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0)));
});
