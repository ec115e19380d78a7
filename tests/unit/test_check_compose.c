/* SPDX-License-Identifier: MIT */
/* check/images: services, mounts, merge keys and refusals of a compose file. */
#include <string.h>

#include "compose_cases.h"
#include "test.h"

TEST(check_compose_services)
{
	NOTES(FINDING_COUNT, "");
	UNPINS(FIND_PRIVILEGED, "    privileged: true\n");
	UNPINS(FIND_PRIVILEGED, "    privileged: \"${P}\"\n");
	UNPINS(FIND_PRIVILEGED, "    privileged: yes\n");
	NOTES(FINDING_COUNT, "    privileged: false\n");
	NOTES(FINDING_COUNT, "    devices:\n    cap_add: []\n    volumes: ~\n");
	EXPECT_APP(app("services: {a: {command: x}}\n", ""), PIN_UNPINNED, E_IMAGE_UNPINNED,
		FIND_NO_IMAGE);
	EXPECT_APP(app("services: {a: {image: ~}}\n", ""), PIN_UNPINNED, E_IMAGE_UNPINNED,
		FIND_NO_IMAGE);
	UNPINS(FIND_HOST_PID, "    pid: host\n");
	UNPINS(FIND_HOST_PID, "    pid: ${P}\n");
	NOTES(FIND_HOST_NAMESPACE, "    pid: service:b\n");
	UNPINS(FIND_DEVICES, "    devices: [/dev/kvm]\n");
	UNPINS(FIND_DEVICES, "    device_cgroup_rules: ['b *:* rwm']\n");
	UNPINS(FIND_CAPABILITY, "    cap_add: [NET_ADMIN, sys_admin]\n");
	UNPINS(FIND_CAPABILITY, "    cap_add: [CAP_SYS_MODULE]\n");
	UNPINS(FIND_CAPABILITY, "    cap_add: ['${C}']\n");
	NOTES(FIND_CAP_ADD, "    cap_add: [SETUID]\n");
	UNPINS(FIND_ENGINE, "    use_api_socket: true\n");
	UNPINS(FIND_PRIVILEGED, "    post_start: [{command: x, privileged: true}]\n");
	NOTES(FIND_HOOK, "    pre_stop: [{command: x}]\n");
	UNPINS(FIND_UNKNOWN_KEY, "    imagee: x\n");
	NOTES(FINDING_COUNT, "    x-imagee: y\n");
	UNPINS(FIND_BUILD, "    build: .\n");
	UNPINS(FIND_BUILD, "    build: null\n");
	UNPINS(FIND_BUILD, "    pull_policy: build\n");
	UNPINS(FIND_BUILD, "    pull_policy: ${P}\n");
	UNPINS(FIND_PROVIDER, "    provider: {type: x}\n");
	NOTES(FIND_PULL_POLICY, "    pull_policy: always\n");
	NOTES(FIND_SECURITY_OPT, "    security_opt: ['seccomp=unconfined']\n");
	NOTES(FIND_HOST_NAMESPACE, "    network_mode: host\n");
	NOTES(FIND_ENV_FILE, "    env_file: x.env\n");
	NOTES(FIND_DEPLOY, "    deploy: {replicas: 2}\n");
	NOTES(FIND_PORT, "    ports: ['3000:3000']\n");
	NOTES(FIND_PROFILE, "    profiles: [x]\n");
	NOTES(FIND_RUNTIME, "    runtime: nvidia\n");
	NOTES(FIND_MODEL, "    models: [m]\n");
	NOTES(FIND_DEVELOP, "    develop: {watch: []}\n");
	NOTES(FIND_VARIABLE, "    environment: ['A=${B:-c}']\n");
	NOTES(FIND_SECOND_SERVICE, "  b:\n    " PINNED);
}

TEST(check_compose_mounts)
{
	UNPINS(FIND_ENGINE, "    volumes: ['/var/run/docker.sock:/s']\n");
	UNPINS(FIND_ENGINE, "    volumes: ['/var/run/docker.sock:/s:ro']\n");
	UNPINS(FIND_ENGINE, "    volumes: [{type: bind, source: /run/containerd, target: /x}]\n");
	UNPINS(FIND_ENGINE, "    volumes: [{source: /, target: /x}]\n");
	UNPINS(FIND_VARIABLE_MOUNT, "    volumes: ['${V}:/x']\n");
	UNPINS(FIND_VARIABLE_MOUNT, "    volumes: [{type: '${T}', source: x, target: /x}]\n");
	UNPINS(FIND_VARIABLE_MOUNT, "    volumes: [{type: bind, target: /x}]\n");
	UNPINS(FIND_VARIABLE_MOUNT, "    volumes: ['../..:/x']\n");
	UNPINS(FIND_SYSTEM_MOUNT, "    volumes: ['/etc:/x']\n");
	UNPINS(FIND_SYSTEM_MOUNT, "    volumes: ['./:/x:z']\n");
	UNPINS(FIND_SYSTEM_MOUNT, "    volumes: ['~:/x']\n");
	NOTES(FIND_HOST_MOUNT, "    volumes: ['/etc:/x:z,ro']\n");
	NOTES(FIND_HOST_MOUNT,
		"    volumes: [{type: bind, source: /sys, target: /x, read_only: true}]\n");
	NOTES(FIND_HOST_MOUNT, "    volumes: ['/dev/shm:/x']\n");
	NOTES(FIND_AGENT_SOCKET, "    volumes: ['/var/run/dstack.sock:/x']\n");
	NOTES(FINDING_COUNT, "    volumes: ['data:/x', /anonymous, '/srv/data:/y']\n");
	NOTES(FINDING_COUNT, "    volumes: ['run:/x', /etc, 'etc:/y']\n");
	UNPINS(FIND_IMAGE_VOLUME, "    volumes: [{type: image, source: alpine, target: /x}]\n");
	NOTES(FINDING_COUNT,
		"    volumes: [{type: image, source: 'a@sha256:" DIGEST "', target: /x}]\n");
	UNPINS(FIND_ENGINE, "volumes: {v: {driver_opts: {type: none, o: bind, device: /run}}}\n");
	UNPINS(FIND_VOLUME_OPTIONS,
		"volumes: {v: {driver_opts: {type: overlay, o: 'lowerdir=/', device: x}}}\n");
	UNPINS(FIND_VOLUME_OPTIONS,
		"volumes: {v: {driver_opts: {type: ext4, device: /dev/vda}}}\n");
	NOTES(FIND_VOLUME_DRIVER, "volumes: {v: {driver: rclone}}\n");
	NOTES(FIND_VOLUME_DRIVER, "volumes: {v: {driver_opts: {type: tmpfs, device: tmpfs}}}\n");
	NOTES(FIND_EXTERNAL, "volumes: {v: {external: true}}\n");
	NOTES(FINDING_COUNT, "volumes: {v: , w: {}}\n");
	UNPINS(FIND_ENGINE, "secrets: {s: {file: /var/run/docker.sock}}\n");
	UNPINS(FIND_VARIABLE_MOUNT, "configs: {s: {file: '${F}'}}\n");
	NOTES(FIND_FILE_RESOURCE, "configs: {s: {environment: F}}\n");
	NOTES(FIND_FILE_RESOURCE, "configs: {s: {file: /srv/x}}\n");
	NOTES(FIND_AGENT_SHARED, SOCK B SOCK);
	NOTES(FIND_AGENT_SOCKET, "configs: {s: {file: /run/dstack.sock}}\n");
	UNPINS(FIND_UNKNOWN_KEY, "servicess: {}\n");
	NOTES(FIND_MODEL, "models: {m: {model: x}}\n");
}

TEST(check_compose_yaml_refusals)
{
	static const char *const keys[] = {"volumes: x", "cap_add: ALL", "devices: /dev/x",
		"post_start: {command: x}", "image: [a]", "extends: {service: b}",
		"volumes: [[x]]"};
	static char deep[1000];
	struct buf wide = buf_heap(1 << 16);
	char text[512];
	size_t i;

	REFUSED("");
	REFUSED("# nothing\n");
	REFUSED("services: {}\n");
	REFUSED("services: []\n");
	REFUSED("x: 1\n");
	REFUSED("[]\n");
	REFUSED("services: {a: }\n");
	REFUSED("services: {a: {" PINNED "}, <<: x}\n");
	REFUSED("services: {a: {\"<<\": {image: x}}}\n");
	REFUSED("services: {? [a] : {}}\n");
	REFUSED("x: &k a\nservices: {*k : {}}\n");
	REFUSED("x: &a 1\ny: &a 2\nservices: {a: {image: x}}\n");
	REFUSED("x: *a\nservices: {a: {image: x}}\n");
	REFUSED("x: &a [*a]\nservices: {a: {image: x}}\n");
	REFUSED("%YAML 1.1\n---\nservices: {a: {image: x}}\n");
	REFUSED("%TAG ! tag:x,2000:\n---\nservices: {a: {image: x}}\n");
	REFUSED("services: {a: {image: !!str x}}\n");
	REFUSED("services: !x {a: {image: x}}\n");
	REFUSED("services: {a: {ports: ! [x]}}\n");
	REFUSED("services: {a: {image: x}}\n...\n---\n");
	REFUSED("services: {a: {image: x, 'image': y}}\n");
	REFUSED("services: {a: {\"im\\x61ge\": x, image: y}}\n");
	REFUSED("services:\n\ta: {image: x}\n");
	REFUSED("volumes: [v]\nservices: {a: {image: x}}\n");
	for (i = 0; i < sizeof keys / sizeof *keys; i++) {
		snprintf(text, sizeof text, "services: {a: {%s}}\n", keys[i]);
		REFUSED(text);
	}
	memset(deep, '[', 100);
	memset(deep + 100, ']', 100);
	REFUSED(deep);
	for (i = 0; i < 2000; i++)
		buf_fmt(&wide, "k%zu: \n", i);
	REFUSED(buf_text(&wide));
	buf_drop(&wide);
}

TEST(check_compose_counts_and_lines)
{
	struct buf b = buf_heap(1 << 20);
	static struct findings f;
	struct why why = WHY_INIT;
	struct images im;
	struct compose c;
	unsigned i, n;

	for (n = LIMIT_COMPOSE_SERVICES; n <= LIMIT_COMPOSE_SERVICES + 1; n++) {
		buf_reset(&b);
		buf_str(&b, "services:\n");
		for (i = 0; i < n; i++)
			buf_fmt(&b, "  s%u: {image: 'x@sha256:" DIGEST "'}\n", i);
		EXPECT_APP(app(buf_text(&b), ""),
			n == LIMIT_COMPOSE_SERVICES ? PIN_PINNED : PIN_REFUSE,
			n == LIMIT_COMPOSE_SERVICES ? E_OK : E_COMPOSE_YAML, FINDING_COUNT);
	}
	buf_drop(&b);
	CHECK_ERR(compose_read(app("x-a: 1\ninclude: [y]\n", ""), NULL, &c, &f, NULL), E_OK);
	CHECK_ERR(images_read(&c, NULL, &im, &f, &why), E_COMPOSE_YAML);
	CHECK(why.line == 2 && strstr(why.text, "include"));
	compose_drop(&c);
	CHECK_ERR(compose_read(app("services:\n  a:\n    volumes: 1\n", ""), NULL, &c, &f, NULL),
		E_OK);
	CHECK_ERR(images_read(&c, NULL, &im, &f, &why), E_COMPOSE_YAML);
	CHECK(why.line == 3 && strstr(why.text, "service a"));
	compose_drop(&c);
}

/* Names of the variables that a service uses, and who may set them. */
TEST(check_compose_variables)
{
	static const char *const rows[][2] = {{"a $$HOME b", NULL}, {"$A", "A"}, {"${A}", "A"},
		{"${A_1:-$B}", "A_1"}, {"x$$y$B2-", "B2"}, {"$", "?"}, {"a$-b", "?"}, {"$$", NULL}};
	static struct findings f;
	char yaml[256];
	size_t i, k;
	enum err e;

	for (i = 0; i < sizeof rows / sizeof *rows; i++) {
		const struct finding *at = NULL;

		snprintf(yaml, sizeof yaml, SERVICE("    environment: {K: '%s'}\n"), rows[i][0]);
		judge(app(yaml, ",\"allowed_envs\":[\"B2\"]"), NULL, &f, &e);
		for (k = 0; k < f.n; k++)
			if (f.item[k].code == FIND_VARIABLE) at = &f.item[k];
		CHECK(rows[i][1] ? at && strcmp(at->text, rows[i][1]) == 0 : !at);
		if (at)
			CHECK((strstr(at->where, "set by the host") != NULL) ==
				(strcmp(at->text, "B2") == 0));
	}
}

/* What comes after a nested value is seen as well. */
TEST(check_compose_variables_behind_lists)
{
	NOTES(FIND_VARIABLE, "    environment: {A: x}\n    command: [[a], '$Z']\n");
	NOTES(FIND_VARIABLE, "    labels: [a, b]\n    user: $Z\n");
}

TEST(check_compose_yaml_limits)
{
	struct buf b = buf_heap(1 << 20);
	unsigned i, n;

	/* Nodes: the list, its items, and what is around it. */
	for (n = LIMIT_COMPOSE_NODES - 20; n <= LIMIT_COMPOSE_NODES; n += 20) {
		buf_reset(&b);
		buf_str(&b, SERVICE("    command: ["));
		for (i = 0; i < n; i++)
			buf_str(&b, "a,");
		buf_str(&b, "]\n");
		EXPECT_APP(app(buf_text(&b), ""), n < LIMIT_COMPOSE_NODES ? PIN_PINNED : PIN_REFUSE,
			n < LIMIT_COMPOSE_NODES ? E_OK : E_COMPOSE_YAML, FINDING_COUNT);
	}
	for (n = 256; n <= 257; n++) {
		buf_reset(&b);
		for (i = 0; i < n; i++)
			buf_fmt(&b, "x-%u: &a%u 1\n", i, i);
		buf_str(&b, SERVICE(""));
		EXPECT_APP(app(buf_text(&b), ""), n == 256 ? PIN_PINNED : PIN_REFUSE,
			n == 256 ? E_OK : E_COMPOSE_YAML, FINDING_COUNT);
	}
	for (n = 63; n <= 64; n++) {
		buf_reset(&b);
		buf_fmt(&b, "x-a: &%0*u 1\n%s", (int)n, 7U, SERVICE(""));
		EXPECT_APP(app(buf_text(&b), ""), n == 63 ? PIN_PINNED : PIN_REFUSE,
			n == 63 ? E_OK : E_COMPOSE_YAML, FINDING_COUNT);
	}
	for (n = LIMIT_COMPOSE_YAML_BYTES; n <= LIMIT_COMPOSE_YAML_BYTES + 1; n++) {
		buf_reset(&b);
		buf_str(&b, SERVICE("#"));
		while (b.n < n)
			buf_str(&b, "x");
		EXPECT_APP(app(buf_text(&b), ""),
			n == LIMIT_COMPOSE_YAML_BYTES ? PIN_PINNED : PIN_REFUSE,
			n == LIMIT_COMPOSE_YAML_BYTES ? E_OK : E_COMPOSE_YAML, FINDING_COUNT);
	}
	buf_drop(&b);
}

/* Nine lines that would be a billion texts. */
TEST(check_compose_aliases_do_not_multiply)
{
	struct buf b = buf_heap(1 << 16);
	unsigned i;

	buf_str(&b, "x0: &x0 [a,a,a,a,a,a,a,a,a,a]\n");
	for (i = 1; i < 9; i++)
		buf_fmt(&b, "x%u: &x%u [*x%u,*x%u,*x%u,*x%u,*x%u,*x%u,*x%u,*x%u,*x%u,*x%u]\n", i, i,
			i - 1, i - 1, i - 1, i - 1, i - 1, i - 1, i - 1, i - 1, i - 1, i - 1);
	buf_str(&b, "services: {a: {image: x, command: *x8}}\n");
	REFUSED(buf_text(&b));
	buf_reset(&b);
	buf_str(&b, "x0: &x0 [a]\n");
	for (i = 1; i < 70; i++)
		buf_fmt(&b, "x%u: &x%u [*x%u]\n", i, i, i - 1);
	buf_str(&b, "services: {a: {image: x}}\n");
	REFUSED(buf_text(&b));
	buf_drop(&b);
}

TEST(check_compose_merge_keys)
{
	static const char *const pinned[] = {
		"x-b: &b {"
		"image: x@sha256:" DIGEST "}\nservices: {a: {<<: *b}}\n",
		"x-b: &b {image: y}\nx-c: &c {image: 'x@sha256:" DIGEST
		"'}\nservices: {a: {<<: [*c, *b]}}\n",
		"x-b: &b {image: y}\nservices: {a: {<<: *b, image: 'x@sha256:" DIGEST "'}}\n",
		"x-b: &b {image: 'x@sha256:" DIGEST
		"'}\nx-c: &c {<<: *b, tty: true}\nservices: {a: {<<: *c}}\n",
		"x-s: &s {a: {image: 'x@sha256:" DIGEST "'}}\nservices: {<<: *s}\n",
	};
	static const char *const not [] = {
		"x-b: &b {image: y}\nx-c: &c {image: 'x@sha256:" DIGEST
		"'}\nservices: {a: {<<: [*b, *c]}}\n",
		"x-b: &b {image: 'x@sha256:" DIGEST "'}\nservices: {a: {<<: *b, image: y}}\n",
		"x-b: &b {privileged: true}\nservices: {a: {<<: *b, image: 'x@sha256:" DIGEST
		"'}}\n",
		"x-s: &s {z: {image: y}}\nservices: {<<: *s, a: {image: 'x@sha256:" DIGEST "'}}\n",
		"x-i: &i y\nservices: {a: {image: *i}}\n",
		"x-b: &b {image: 'x@sha256:" DIGEST "'}\nservices: {a: {image: y, <<: *b}}\n",
		"x-b: &b {image: 'x@sha256:" DIGEST
		"', tty: true}\nservices: {a: {build: ., <<: *b, init: true}}\n",
	};
	size_t i;

	for (i = 0; i < sizeof pinned / sizeof *pinned; i++)
		EXPECT_APP(app(pinned[i], ""), PIN_PINNED, E_OK, FINDING_COUNT);
	for (i = 0; i < sizeof not / sizeof *not ; i++)
		EXPECT_APP(app(not [i], ""), PIN_UNPINNED,
			i == 2 ? E_COMPOSE_POLICY : E_IMAGE_UNPINNED, FINDING_COUNT);
}
