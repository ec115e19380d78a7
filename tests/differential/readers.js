// SPDX-License-Identifier: MIT
// Two other readers of the same frontmatters, and what a manifest's fields are in
// each: texts only (YAML's failsafe schema), chosen by the rules of specs/skills.md
// 2.5 and 2.6. Neither shares code or design with libyaml (README.md).
'use strict';
const jsYaml = require('js-yaml');
const yaml = require('yaml');

// A plain scalar that our reader takes for "absent".
const NULL = Symbol('null');
const isText = (v) => typeof v === 'string';
const isMap = (v) => v instanceof Map;
const trim = (s) => s.replace(/^[ \t\r\n]+|[ \t\r\n]+$/g, '');

// The lines between the delimiters, with the line ends that they have.
function frontmatter(file) {
	const lines = file.replace(/^\ufeff/, '').match(/[^\r\n]*(?:\r\n|\n|\r|$)/g);
	if (!/^---[ \t]*[\r\n]/.test(lines[0])) return null;
	for (let i = 1; i < lines.length; i++)
		if (/^---[ \t]*([\r\n]|$)/.test(lines[i])) return lines.slice(1, i).join('');
	return null;
}

// js-yaml: a recursive descent of its own; gray-matter and most agents in JavaScript use it.
// It does not tell ~ from "~": what it says is right if it is right with one of the two.
function fromObject(v, absent) {
	if (v === null || v === undefined || absent.includes(v)) return NULL;
	if (Array.isArray(v)) return v.map((x) => fromObject(x, absent));
	if (typeof v === 'object') return new Map(Object.entries(v).map(([k, x]) => [k, fromObject(x, absent)]));
	return String(v);
}
function readJsYaml(text) {
	const v = jsYaml.load(text, { schema: jsYaml.FAILSAFE_SCHEMA });
	return [fromObject(v, []), fromObject(v, ['', '~', 'null'])];
}

// yaml: lexer, concrete syntax tree and composer written from the YAML 1.2 grammar.
function fromNode(n) {
	if (n === null || n === undefined) return NULL;
	if (yaml.isAlias(n)) throw new Error('an alias');
	if (yaml.isSeq(n)) return n.items.map(fromNode);
	if (yaml.isMap(n))
		return new Map(n.items.map((p) => {
			const k = fromNode(p.key);
			if (k !== NULL && !isText(k)) throw new Error('a key that is no text');
			return [k === NULL ? '' : k, fromNode(p.value)];
		}));
	if (n.value === null || n.value === undefined) return NULL;
	if (n.type === 'PLAIN' && !n.tag && ['', '~', 'null'].includes(n.value)) return NULL;
	return String(n.value);
}
function readYaml(text) {
	const d = yaml.parseDocument(text, { schema: 'failsafe', version: '1.2', logLevel: 'silent' });
	if (d.errors.length) throw d.errors[0];
	return [fromNode(d.contents)];
}

// ---- which node is which field --------------------------------------------------------
function get(map, key) {
	if (!isMap(map)) return undefined;
	const v = map.get(key);
	return v === NULL ? undefined : v;
}
function metadata(root) {
	const m = get(root, 'metadata');
	if (!isText(m)) return m;
	try {
		const j = JSON.parse(trim(m));
		if (j === null || typeof j !== 'object' || Array.isArray(j)) return undefined;
		return new Map(Object.entries(j).filter(([, v]) => isText(v)));
	} catch {
		return undefined;
	}
}
function command(v) {
	if (v === undefined) return [];
	if (Array.isArray(v)) return v;
	if (!isText(v)) return ['not a command'];
	if (trim(v).startsWith('[')) {
		try {
			return JSON.parse(trim(v));
		} catch {
			return ['not JSON'];
		}
	}
	return ['/bin/sh', '-c', v];
}
function fields(root) {
	const meta = metadata(root), test = get(root, 'test');
	const text = (v) => (isText(v) ? trim(v) || null : v === undefined ? null : ['no text']);
	let version = get(root, 'version');
	if (version === undefined) version = get(meta, 'version');
	let run = isMap(test) ? get(test, 'command') : test;
	if (run === undefined) run = get(root, 'test_command');
	if (run === undefined) run = get(meta, 'verifier.test_command');
	return {
		name: text(get(root, 'name')) ?? 'top',
		version: version === undefined ? null : version,
		description: text(get(root, 'description')),
		command: command(run),
	};
}

function equal(ours, theirs) {
	if (!Array.isArray(ours)) return ours === theirs;
	return Array.isArray(theirs) && ours.length === theirs.length && ours.every((v, i) => v === theirs[i]);
}
// What stands behind a line for the shell changes nothing: readers differ about blank lines
// at the end of block scalars.
function equalCommand(ours, theirs) {
	const shell = (c) => Array.isArray(c) && c.length === 3 && c[1] === '-c' && isText(c[2]);
	if (shell(ours) && shell(theirs) && trim('x' + ours[2]) === trim('x' + theirs[2])) return true;
	return equal(ours, theirs);
}

const readers = { 'js-yaml': readJsYaml, yaml: readYaml };

// What one reader makes of a file: { fields: [alternatives] } or { error }.
function reading(name, file) {
	const text = frontmatter(file);
	if (text === null) return { error: 'no frontmatter' };
	try {
		const roots = readers[name](text);
		if (!isMap(roots[0])) return { error: 'not a mapping' };
		return { fields: roots.map(fields) };
	} catch (e) {
		return { error: String(e.reason || e.code || e.message).split('\n')[0] };
	}
}
// The names of the fields in which every alternative differs from ours.
function differences(ours, alternatives) {
	return ['name', 'version', 'description', 'command'].filter((k) =>
		!alternatives.some((theirs) => (k === 'command' ? equalCommand : equal)(ours[k], theirs[k])));
}

module.exports = { names: Object.keys(readers), reading, differences };
