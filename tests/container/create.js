// SPDX-License-Identifier: MIT
// A compose file with one service as the body of the engine's "create container":
// what `docker compose up` would ask for, and a refusal for every key that is not
// known here. What stands in the compose file stands in no second place.
// Usage: create.js COMPOSE-FILE AGENT-SOCKET VOLUME [KEY=JSON]...
// KEY=JSON puts another value (null: none) in place of the service's; that is how
// tests/container/options varies one option.
'use strict';
const fs = require('fs');
const yaml = require('js-yaml');

function refuse(text) {
	console.error(`create.js: ${text}`);
	process.exit(1);
}
const list = (key, v) =>
	Array.isArray(v) && v.every((x) => typeof x === 'string') ? v : refuse(`${key}: not a list of texts`);

// "2g" and "15s" as bytes and nanoseconds.
function measured(key, v, units) {
	const m = /^([0-9]+)([a-z]+)$/.exec(v);
	return m && units[m[2]] ? Number(m[1]) * units[m[2]] : refuse(`${key}: '${v}' has no unit that is known here`);
}
const bytes = (key, v) => measured(key, v, { m: 2 ** 20, g: 2 ** 30 });
const time = (key, v) => measured(key, v, { ms: 1e6, s: 1e9, m: 6e10 });

const body = { HostConfig: { SecurityOpt: [], Binds: [] } };
const host = body.HostConfig;

// The engine knows no "systempaths"; compose takes it as: nothing is masked or read-only.
function securityOpt(v) {
	for (const o of list('security_opt', v))
		if (/^systempaths[=:]unconfined$/.test(o)) host.MaskedPaths = host.ReadonlyPaths = [];
		else host.SecurityOpt.push(o);
}
function volumes(v, file, agent, volume) {
	for (const one of list('volumes', v)) {
		const [from, to, more] = one.split(':');
		if (!to || more) refuse(`volumes: '${one}'`);
		if (from === '/var/run/dstack.sock') host.Binds.push(`${agent}:${to}`);
		else if (file.volumes && from in file.volumes) host.Binds.push(`${volume}:${to}`);
		else refuse(`volumes: '${one}' is neither the agent's socket nor a volume of this file`);
	}
}
function healthcheck(v) {
	const { test, interval, timeout, retries, ...rest } = v;
	if (Object.keys(rest).length) refuse(`healthcheck: ${Object.keys(rest)} is not known here`);
	body.Healthcheck = {
		Test: list('healthcheck.test', test),
		Interval: time('healthcheck.interval', interval),
		Timeout: time('healthcheck.timeout', timeout),
		Retries: retries,
	};
}
const keys = {
	// The digest of an image that was imported here is its id.
	image: (v) => (body.Image = v.slice(v.indexOf('@') + 1)),
	entrypoint: (v) => (body.Entrypoint = list('entrypoint', v)),
	read_only: (v) => (host.ReadonlyRootfs = v === true),
	user: (v) => (body.User = v),
	privileged: (v) => (host.Privileged = v === true),
	cap_drop: (v) => (host.CapDrop = list('cap_drop', v)),
	cap_add: (v) => (host.CapAdd = list('cap_add', v)),
	security_opt: securityOpt,
	mem_limit: (v) => (host.Memory = bytes('mem_limit', v)),
	pids_limit: (v) => (host.PidsLimit = v),
	ports: (v) => (body.ExposedPorts = Object.fromEntries(list('ports', v).map((p) => [`${p.split(':')[1]}/tcp`, {}]))),
	tmpfs: (v) => (host.Tmpfs = Object.fromEntries(list('tmpfs', v).map((t) => t.split(':')))),
	volumes,
	healthcheck,
	restart: (v) => (host.RestartPolicy = { Name: v }),
};

const [name, agent, volume, ...changes] = process.argv.slice(2);
const file = yaml.load(fs.readFileSync(name, 'utf8'));
for (const k of Object.keys(file)) if (!['services', 'volumes'].includes(k)) refuse(`${k} is not known here`);
for (const [k, v] of Object.entries(file.volumes || {}))
	if (v && Object.keys(v).length) refuse(`volumes.${k}: options are not known here`);
const services = Object.values(file.services);
if (services.length !== 1) refuse('one service is expected');
const service = services[0];
for (const change of changes) {
	const at = change.indexOf('=');
	const value = JSON.parse(change.slice(at + 1));
	if (value === null) delete service[change.slice(0, at)];
	else service[change.slice(0, at)] = value;
}
for (const [k, v] of Object.entries(service)) {
	if (!Object.hasOwn(keys, k)) refuse(`services: '${k}' is not known here`);
	keys[k](v, file, agent, volume);
}
// No bridge on the test machine: the service listens in its own network namespace,
// and the tests go in there. The published port is the one thing that is not tried.
host.NetworkMode = 'none';
console.log(JSON.stringify(body));
