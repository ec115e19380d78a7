// SPDX-License-Identifier: MIT
// What create.js made of the compose file, as the config.json of an OCI bundle: the same
// options for an engine that is only a runtime (runc, crun). umoci's config is where the
// usual mounts and namespaces come from. What has no counterpart here is refused.
// Usage: bundle.js CREATE-JSON CONFIG-JSON CGROUP > CONFIG-JSON
'use strict';
const fs = require('fs');

function refuse(text) {
	console.error(`bundle.js: ${text}`);
	process.exit(1);
}
const [create, config, cgroup] = process.argv.slice(2);
const body = JSON.parse(fs.readFileSync(create, 'utf8'));
const out = JSON.parse(fs.readFileSync(config, 'utf8'));
const host = body.HostConfig;

// Names and restarts are an engine's business, health checks are asked for by the tests.
const known = {
	body: ['HostConfig', 'Image', 'Entrypoint', 'Healthcheck', 'ExposedPorts'],
	host: ['SecurityOpt', 'Binds', 'ReadonlyRootfs', 'CapDrop', 'CapAdd', 'MaskedPaths', 'ReadonlyPaths', 'Memory', 'PidsLimit',
		'RestartPolicy', 'NetworkMode'],
};
for (const k of Object.keys(body)) if (!known.body.includes(k)) refuse(`'${k}' is not known here`);
for (const k of Object.keys(host)) if (!known.host.includes(k)) refuse(`HostConfig: '${k}' is not known here`);
if (String(host.CapDrop) !== 'ALL') refuse('the capabilities that an engine gives are not known here');
if (host.NetworkMode !== 'none') refuse('no other network than none');

const options = new Set(host.SecurityOpt);
if (!options.delete('seccomp=unconfined')) refuse("an engine's own filter is not known here");
options.delete('apparmor=unconfined');
out.process.noNewPrivileges = options.delete('no-new-privileges:true');
if (options.size) refuse(`SecurityOpt: ${[...options]} is not known here`);
delete out.linux.seccomp;
if (host.MaskedPaths) out.linux.maskedPaths = host.MaskedPaths;
if (host.ReadonlyPaths) out.linux.readonlyPaths = host.ReadonlyPaths;

const caps = host.CapAdd.map((c) => `CAP_${c}`);
out.process.capabilities = { bounding: caps, effective: caps, permitted: caps };
out.process.args = body.Entrypoint;
out.process.terminal = false;
out.root.readonly = host.ReadonlyRootfs;
for (const bind of host.Binds) {
	const [from, to] = bind.split(':');
	out.mounts.push({ destination: to, type: 'bind', source: from, options: ['bind', 'rw', 'rprivate'] });
}
out.linux.cgroupsPath = cgroup;
out.linux.resources.memory = { limit: host.Memory };
out.linux.resources.pids = { limit: host.PidsLimit };
console.log(JSON.stringify(out));
