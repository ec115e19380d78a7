// SPDX-License-Identifier: MIT
// SKILL.md files with frontmatters in all of YAML's styles, well-formed and not. The same
// seed gives the same files.
'use strict';

// Mulberry32: small, and the same everywhere.
function random(seed) {
	let a = seed >>> 0;
	const next = () => {
		a = (a + 0x6d2b79f5) | 0;
		let t = Math.imul(a ^ (a >>> 15), 1 | a);
		t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
		return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
	};
	const below = (n) => Math.floor(next() * n);
	// wild, odd: how often a word of a file is one that means something to YAML.
	const self = { below, chance: (p) => next() < p, pick: (list) => list[below(list.length)], wild: 0 };
	self.odd = () => next() < self.wild;
	return self;
}

const WORDS = ['alpha', 'skill', '1.0.0', '1.10', '0x1F', '012', 'true', 'No', 'null', '~', 'Null', '2024-01-01',
	'a:b', 'a: b', ':x', 'x:', '-', '- y', '?', '? q', '#', '# no', 'a#b', 'a #b', '&a', '*a', '!', '!!str', '!t x', '|', '>',
	'%', '@at', '`tick`', "it's", "''", '"', '\\', '\\n', '{', '}', '[', ']', ',', 'a,b', '[a]', '{a: b}', '["make","test"]',
	'é', '日本', '\u00a0', '\u0085', '\u2028', '\u2029', '\ufeff', '\u200b', '😀', '<<', '...', '---', '= x', './test.sh',
	'npm test', 'make check', 'a && b', 'exit 0', '.inf', '1_000', '1:30', '+1', '-1', 'y', 'on', 'name: other', '\t', 'a\tb'];
const KEYS = ['name', 'version', 'description', 'test', 'test_command', 'metadata', 'license', 'tags', 'x', 'a b', '"name"',
	"'version'", '? name', 'Name', 'name ', '1', 'command', 'verifier.test_command', '"na\\u006de"', '!!str name', '&k name', '<<'];
const ESCAPES = ['\\n', '\\t', '\\"', '\\\\', '\\/', '\\x41', '\\u00e9', '\\U0001F600', '\\e', '\\N', '\\_', '\\L', '\\P', '\\ ',
	'\\a', '\\q', '\\0', '\\\n   ', '\\ud83d\\ude00', '\\uD800', '\\v', '\\b', '\\\t'];
const SOUP = ['\n', '\n\n', '\r\n', '\r', ' ', '  ', '\t', ':', ': ', ' #', '#', '-', '- ', '"', "'", '|', '>', '[', ']', '{', '}', ',',
	'&a ', '*a', '!', '! ', '!!str ', '%', '@', '?', '? ', '...', '\n...\n', '---', '\u0085', '\u2028', '\u2029', '\ufeff', '\u00a0', '\0', '\x07', '\\',
	'\\\n', 'name: x\n', '\nname: y\n', '\n  z', '<<: ', '~', 'null', '|2-', '>+', '|+1', '>1', '"a" b', ' \n', '\t\n', '\n\t', '\ud7ff', '\u{10ffff}', '\ufffe'];

const words = (r, n) => Array.from({ length: 1 + r.below(n) }, () => r.pick(WORDS)).join(' ');
const tame = (r, n) => Array.from({ length: 1 + r.below(n) }, () => r.pick(['alpha', 'beta', 'x1', '1.2', 'it is', 'a-b', 'e.g.', 'é'])).join(' ');
const some = (r, n) => (r.chance(r.wild) ? words(r, n) : tame(r, n));
const pad = (n) => ' '.repeat(n);

// The indentation of a text's next line: deeper than its key, mostly.
const depth = (r, indent) => pad(r.odd() ? r.below(indent + 4) : indent + 1 + r.below(3));

function block(r, indent) {
	const own = indent + 1 + r.below(4);
	const head = r.pick(['|', '>']) + r.pick(r.odd() ? ['2', '-2', '+1', '4-', '0'] : ['', '', '-', '+']) + r.pick(r.odd() ? [' ', ' # c', '#c', '\t'] : ['']);
	let out = head;
	for (let i = r.below(6); i >= 0; i--)
		out += '\n' + (r.chance(0.2) ? pad(r.below(own + 3)) : pad(own + (r.chance(0.2) ? r.below(4) : 0)) + (r.chance(0.1) ? '\t' : '') + some(r, 4)) +
			(r.chance(0.1) ? pad(r.below(3)) : '');
	return out;
}
function quoted(r, indent) {
	const double = r.chance(0.6), q = double ? '"' : "'";
	let out = q;
	for (let i = r.below(4); i >= 0; i--) {
		out += double ? some(r, 3).replace(/["\\]/g, '') : some(r, 3).replace(/'/g, "''");
		if (double && r.chance(0.4)) out += r.pick(r.odd() ? ESCAPES : ESCAPES.slice(0, 10));
		if (r.chance(0.25)) out += '\n'.repeat(1 + r.below(3)) + depth(r, indent) + (r.odd() ? '\t' : '');
	}
	return out + q + (r.odd() ? r.pick([' # c', '#c', ' x', ' ', '\t# c']) : '');
}
function plain(r, indent) {
	let out = some(r, 4);
	while (r.chance(0.25)) out += r.pick(['\n', '\n\n', ' \n', '\t\n', '\n\n\n']) + depth(r, indent) + some(r, 3);
	return out + (r.odd() ? r.pick([' # c', '\t# c', ' ', '\t', '\n  # c', '\n# c\n  more']) : '');
}
function flow(r, levels) {
	if (levels <= 0 || r.chance(0.4))
		return r.pick(!r.odd() ? [() => tame(r, 2), () => quoted(r, 2)] : [() => tame(r, 2), () => quoted(r, 2), () => words(r, 2), () => '', () => 'a:b', () => '"a":b', () => '"a": b', () => '?x', () => ':x', () => 'a\n b', () => 'a?b'])();
	const list = r.chance(0.5), items = [];
	for (let i = r.below(4); i > 0; i--)
		items.push(list ? flow(r, levels - 1) : (r.odd() ? r.pick(KEYS) : 'abcd'[i]) + r.pick(r.odd() ? [':', ' : ', ':\n ', ''] : [': ']) + flow(r, levels - 1));
	const sep = r.pick(r.odd() ? [',', ' , ', ', # c\n '] : [', ', ',\n  ']);
	return (list ? '[' : '{') + r.pick(['', ' ', '\n ']) + items.join(sep) + r.pick(r.odd() ? [' ', ',', '\n'] : ['']) + (list ? ']' : '}');
}
function mapping(r, indent, keys, levels) {
	let out = '';
	for (let i = r.below(4); i >= 0; i--)
		out += '\n' + pad(indent) + (r.odd() ? r.pick(keys) : keys[i]) + r.pick(r.odd() ? [':', ':\t', ' : ', ':  '] : [': ']) + value(r, indent, levels - 1);
	return out;
}
function list(r, indent, levels) {
	let out = '';
	for (let i = r.below(4); i >= 0; i--)
		out += '\n' + pad(indent) + r.pick(r.odd() ? ['-', '-\t', '-  ', '- - '] : ['- ']) + value(r, indent, levels - 1);
	return out;
}
function value(r, indent, levels) {
	const kind = r.below(levels > 0 ? 12 : 8);
	if (kind === 7 && !r.chance(r.wild * 2)) return tame(r, 3);
	if (kind < 3) return plain(r, indent);
	if (kind < 5) return quoted(r, indent);
	if (kind < 7) return block(r, indent);
	if (kind < 8) return r.pick(['', '~', 'null', '"~"', "''", '!!null', '! ~', '! null', '! x', '&a x', '*a', '!!str 1', '? a', '# c', '|', '>']);
	if (kind < 10) return flow(r, 2);
	const more = r.odd() ? r.below(2) : 1 + r.below(4);
	if (kind < 11) return mapping(r, indent + more, ['command', 'timeout', 'version', 'verifier.test_command', 'a', 'b', '"c"', '? d'], levels);
	return list(r, indent + more, levels);
}

function valueFor(r, key) {
	if (r.chance(0.75)) {
		if (key === 'version') return r.pick(['1.0.0', '1.10', '"1.2.3"', "'2'", '0x10', '1_0', '2024-01-01', '1e3', '>-\n  1.0', '"1.\\\n  0"', '1.0 # c']);
		if (key === 'test_command') return r.chance(0.5) ? r.pick(['make test', '[make, test]', '["a", \'b c\']', '\'["a","b"]\'', '"[\\"a\\"]"', '\n- make\n- test', '\n  - make\n  - "a\n    b"']) : value(r, 0, 1);
		if (key === 'test') return r.pick(['make test', '\n  command: make test', '{command: make}', '{command: [a, b]}', '{"command":"make"}', '\n command: |\n  a\n  b\n', '\n    command: >-\n      a\n\n      b']);
		if (key === 'metadata') return r.pick(['{version: 1}', '\n  version: "1.0"', '\'{"version":"3"}\'', '\n  verifier.test_command: make\n  a: b', 'x', '{"verifier.test_command":"make"}']);
		if (key === 'name') return r.pick(['top', 'my-skill', '"my-skill"', "'it''s'", 'a b', '日本', '>-\n  top', '~', 'Null', 'top # c']);
	}
	return value(r, 0, 2);
}
function wellFormed(r) {
	const keys = ['name', 'version', 'description', 'test', 'test_command', 'metadata', 'license', 'tags', 'x'];
	const other = r.pick(['test', 'test_command', '', '']);
	let out = r.chance(0.1) ? r.pick(['# c\n', '\n', '  # c\n', '%YAML 1.1\n', '\u0085', '\ufeff', ' ']) : '';
	for (const k of keys) {
		if (r.chance(k === 'name' ? 0.1 : 0.45) || (k === other && r.chance(0.9))) continue;
		out += (r.chance(r.wild / 5) ? r.pick(KEYS) : k) + (r.chance(r.wild) ? r.pick([':', ':  ', ':\t', ' : ', ': \n  ']) : ': ') + valueFor(r, k) + r.pick(['\n', '\n', '\n', '\n', ' \n', '\n\n', '\n# c\n', '\n   # c\n']);
	}
	if (r.chance(0.05)) out += out.slice(0, 1 + out.indexOf('\n'));
	return out;
}
function mutate(r, text) {
	for (let i = 1 + r.below(3); i > 0; i--) {
		const at = r.below(text.length + 1), n = r.chance(0.6) ? 0 : 1 + r.below(4);
		text = text.slice(0, at) + (r.chance(0.8) ? r.pick(SOUP) : '') + text.slice(at + n);
	}
	return text;
}

// One file; seeds are frontmatters of real skills.
function file(r, seeds) {
	r.wild = r.pick([0, 0.05, 0.15, 0.4]);
	let front = seeds.length && r.chance(0.1) ? r.pick(seeds) : wellFormed(r);
	if (r.chance(0.25)) front = mutate(r, front);
	if (front && !front.endsWith('\n')) front += '\n';
	let out = '---' + r.pick(['', '', '', '', ' ', '\t']) + '\n' + front + '---' + r.pick(['', '', '', ' ']) + '\nbody\n';
	if (r.chance(0.05)) out = out.replace(/\n/g, '\r\n');
	if (r.chance(0.01)) out = out.replace(/\n/g, '\r');
	if (r.chance(0.02)) out = '\ufeff' + out;
	return out;
}

module.exports = { random, file };
