// SPDX-License-Identifier: MIT
// Our reading beside two others, file by file. Usage: compare.js MANIFESTS SEED COUNT [FILE...]
// Prints "ok", "not ok" and remarks as every suite does.
'use strict';
const fs = require('fs');
const { spawnSync } = require('child_process');
const { names, reading, differences } = require('./readers.js');
const generate = require('./generate.js');

const [manifests, seedText, countText, ...paths] = process.argv.slice(2);
const SHOWN = 8;
const say = (good, name, why) => console.log(`${good ? 'ok' : 'not ok'} differential ${name}${good ? '' : ': ' + why}`);

// Warnings that tell that others may read something else. Line ends of Windows are no excuse;
// a CR alone, which ends a line for us and js-yaml and not for yaml, is what crlf is there for.
const excusing = (r, text) => r.warnings.filter((w) =>
	w === 'quoted-line-ends' || w === 'line-separators' || w === 'yaml-repaired' || (w === 'crlf' && /\r(?!\n)/.test(text)));

function ours(files) {
	const parts = [];
	for (const f of files) {
		const head = Buffer.alloc(4);
		head.writeUInt32LE(f.length);
		parts.push(head, f);
	}
	const p = spawnSync(manifests, [], { input: Buffer.concat(parts), maxBuffer: 1 << 30 });
	const lines = p.stdout.toString().split('\n').slice(0, -1);
	if (p.status !== 0 || lines.length !== files.length)
		throw new Error(`our reader ended with ${p.status ?? p.signal} after ${lines.length} of ${files.length} files`);
	return lines.map((l) => JSON.parse(l));
}

const count = (map, key) => map.set(key, (map.get(key) || 0) + 1);
const most = (map) => [...map].sort((a, b) => b[1] - a[1]).slice(0, SHOWN).map(([k, n]) => `${n} ${k}`).join('; ') || 'none';

function compare(what, files) {
	const results = ours(files);
	const n = { accepted: 0, agreed: 0, warned: 0, theirs: 0, ours: 0 };
	const stricter = new Map(), refusals = new Map(), excuses = new Map(), bad = [];
	results.forEach((r, i) => {
		const text = files[i].toString(), got = names.map((name) => reading(name, text));
		if (r.code !== 'ok') {
			if (!got.every((g) => g.fields)) return;
			n.ours++;
			count(refusals, r.code);
			return;
		}
		n.accepted++;
		const differ = names.flatMap((name, k) => (got[k].fields ? differences(r, got[k].fields).map((f) => `${name}: ${f}`) : []));
		const refused = names.filter((name, k) => got[k].error);
		if (differ.length && excusing(r, text).length) {
			n.warned++;
			count(excuses, excusing(r, text).join(' '));
			if (process.env.SHOW_WARNED) console.log('# ' + JSON.stringify({ differ, ours: r, text }));
		}
		else if (differ.length) bad.push({ differ, ours: r, theirs: got, text });
		else if (refused.length) {
			n.theirs++;
			for (const name of refused) count(stricter, `${name}: ${got[names.indexOf(name)].error}`);
			if (process.env.SHOW_REFUSED) console.log('# ' + JSON.stringify({ refused, why: got.map((g) => g.error), text }));
		} else n.agreed++;
	});
	for (const b of bad.slice(0, Number(process.env.SHOW) || SHOWN)) console.log('# ' + JSON.stringify(b));
	console.log(`# ${what}: ${files.length} files, ${n.accepted} accepted, ${n.agreed} agreed by all, ${n.theirs} refused by another reader, ` +
		`${n.warned} read otherwise with a warning of ours, ${bad.length} read otherwise`);
	console.log(`# ${what}: refused by others: ${most(stricter)}`);
	console.log(`# ${what}: warned of: ${most(excuses)}`);
	console.log(`# ${what}: refused by us alone, ${n.ours}: ${most(refusals)}`);
	say(bad.length === 0, `${what}: whoever reads them reads name, version, description and command as we do`,
		`${bad.length} differ, the first in ${bad.length && bad[0].differ}: ${bad.length && JSON.stringify(bad[0].text)}`);
	return n;
}

const given = paths.map((p) => fs.readFileSync(p));
const seeds = given.map((b) => /^---[ \t]*\r?\n([^]*?\n)---[ \t]*\r?\n/.exec(b.toString())).filter(Boolean).map((m) => m[1]).filter((s) => s.length < 4096);
if (given.length) compare('packages', given);
const r = generate.random(Number(seedText));
const made = Array.from({ length: Number(countText) }, () => Buffer.from(generate.file(r, seeds)));
const n = compare('generated', made);
// A generator whose files are all refused would prove nothing.
say(n.agreed >= made.length / 8, 'generated: at least one in eight is accepted and agreed upon', `${n.agreed} of ${made.length}`);
