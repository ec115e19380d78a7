/* SPDX-License-Identifier: MIT */
/* check/compose and check/images: pinning vectors, one rule at a time. */
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/json_write.h"
#include "check/images.h"
#include "check_vectors.h"
#include "test.h"

#define DIGEST "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define PINNED "image: r.example/x@sha256:" DIGEST "\n"

enum verdict { PIN_PINNED, PIN_UNPINNED, PIN_REFUSE };

/* Reads everything; the error when refused. f and im are filled otherwise. */
static enum verdict judge(
	struct slice text, const struct compose_policy *policy, struct findings *f, enum err *code)
{
	struct compose c;
	struct images im;
	struct why why = WHY_INIT;
	enum verdict v;

	memset(f, 0, sizeof *f);
	*code = compose_read(text, policy, &c, f, &why);
	if (*code) goto refused;
	*code = images_read(&c, policy, &im, f, &why);
	compose_drop(&c);
	if (*code) goto refused;
	v = im.all_pinned ? PIN_PINNED : PIN_UNPINNED;
	images_drop(&im);
	return v;
refused:
	CHECK(why.code == *code && why.text[0]);
	return PIN_REFUSE;
}

/* A JSON value back as text; the vectors hold app-compose documents as objects. */
static void print(struct jw *w, const struct cJSON *j)
{
	struct slice s;
	uint64_t n;
	bool b;

	if (json_is_object(j)) {
		jw_object(w);
		for (j = json_child(j); j; j = json_next(j)) {
			jw_key_slice(w, json_name(j));
			print(w, j);
		}
		jw_object_end(w);
	} else if (json_is_array(j)) {
		jw_array(w);
		for (j = json_child(j); j; j = json_next(j))
			print(w, j);
		jw_array_end(w);
	} else if (!json_str(j, &s)) {
		jw_str(w, s);
	} else if (!json_bool(j, &b)) {
		jw_bool(w, b);
	} else if (!json_u64(j, UINT32_MAX, &n)) {
		jw_u64(w, n);
	} else {
		jw_null(w);
	}
}

static bool has(const struct findings *f, enum finding_code code)
{
	size_t i;

	for (i = 0; i < f->n; i++)
		if (f->item[i].code == code) return true;
	return false;
}

TEST(check_compose_pinning_vectors)
{
	static const char *const names[] = {"pinned", "unpinned", "refuse"};
	const char *dir = vectors_dir("trust-chain");
	const struct cJSON *c;
	struct cJSON *j;
	unsigned n = 0;

	if (!dir) SKIP("vectors/trust-chain not found");
	j = vectors_json(dir, "compose-pinning.json");
	for (c = json_child(j); c; c = json_next(c), n++) {
		struct findings *f = malloc(sizeof *f);
		struct buf b = buf_heap(1 << 16);
		struct jw w = jw_to(&b, false);
		struct slice name = want_str(c, "name");
		enum verdict v;
		enum err e;

		print(&w, json_get(c, "app_compose"));
		v = judge(buf_slice(&b), NULL, f, &e);
		CHECK_SLICE(slice_str(names[v]), want_str(c, "expect"));
		if (!slice_is(want_str(c, "expect"), names[v]))
			printf("#   %.*s\n", (int)name.n, (const char *)name.p);
		buf_drop(&b);
		free(f);
	}
	CHECK(n == 31);
	json_drop(&j);
}

/* An app-compose document around a compose file. */
static struct slice app(const char *yaml, const char *more)
{
	struct buf b = buf_heap(1 << 20);
	struct jw w = jw_to(&b, false);

	buf_str(&b, "{\"manifest_version\":2,\"name\":\"t\",\"runner\":\"docker-compose\",");
	buf_str(&b, "\"key_provider\":\"none\",\"docker_compose_file\":");
	jw_cstr(&w, yaml);
	buf_str(&b, more);
	buf_str(&b, "}");
	return test_keep(&b);
}

static void expect_app(
	int line, struct slice text, enum verdict want, enum err err, enum finding_code code)
{
	static struct findings f;
	enum err e;
	enum verdict v = judge(text, NULL, &f, &e);
	size_t i;

	if (v == want && e == err && (code == FINDING_COUNT || has(&f, code))) return;
	test_fail(__FILE__, line, "another verdict");
	printf("#   verdict %d, %s\n", v, err_name(e));
	for (i = 0; i < f.n; i++)
		printf("#   %s %s: %s\n", finding_name(f.item[i].code), f.item[i].where,
			f.item[i].text);
}

#define SERVICE(rest)      "services:\n  a:\n    " PINNED rest
#define UNPINS(code, rest) expect_app(__LINE__, app(SERVICE(rest), ""), PIN_UNPINNED, E_OK, code)
#define NOTES(code, rest)  expect_app(__LINE__, app(SERVICE(rest), ""), PIN_PINNED, E_OK, code)
#define REFUSED(yaml)      expect_app(__LINE__, app(yaml, ""), PIN_REFUSE, E_COMPOSE_YAML, FINDING_COUNT)
#define MEMBERS(verdict, err, code, more)                                                          \
	expect_app(__LINE__, app(SERVICE(""), more), verdict, err, code)

TEST(check_compose_services)
{
	NOTES(FINDING_COUNT, "");
	UNPINS(FIND_PRIVILEGED, "    privileged: true\n");
	UNPINS(FIND_PRIVILEGED, "    privileged: \"${P}\"\n");
	UNPINS(FIND_PRIVILEGED, "    privileged: yes\n");
	NOTES(FINDING_COUNT, "    privileged: false\n");
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
	NOTES(FIND_AGENT_SOCKET, "configs: {s: {file: /run/dstack.sock}}\n");
	UNPINS(FIND_UNKNOWN_KEY, "servicess: {}\n");
	NOTES(FIND_MODEL, "models: {m: {model: x}}\n");
}

TEST(check_compose_yaml_refusals)
{
	static const char *const keys[] = {"volumes: x", "cap_add: ALL", "devices: /dev/x",
		"post_start: {command: x}", "image: [a]", "extends: {service: b}"};
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
	};
	size_t i;

	for (i = 0; i < sizeof pinned / sizeof *pinned; i++)
		expect_app(__LINE__, app(pinned[i], ""), PIN_PINNED, E_OK, FINDING_COUNT);
	for (i = 0; i < sizeof not / sizeof *not ; i++)
		expect_app(__LINE__, app(not [i], ""), PIN_UNPINNED, E_OK, FINDING_COUNT);
}

TEST(check_compose_members)
{
	MEMBERS(PIN_PINNED, E_OK, FIND_KEY_PROVIDER, "");
	MEMBERS(PIN_REFUSE, E_COMPOSE_MEMBER, FINDING_COUNT, ",\"new\":1");
	MEMBERS(PIN_REFUSE, E_COMPOSE_MEMBER, FINDING_COUNT, ",\"Runner\":\"bash\"");
	MEMBERS(PIN_REFUSE, E_COMPOSE_FORMAT, FINDING_COUNT, ",\"name\":\"u\"");
	MEMBERS(PIN_REFUSE, E_COMPOSE_FORMAT, FINDING_COUNT, ",\"init_script\":1");
	MEMBERS(PIN_REFUSE, E_COMPOSE_FORMAT, FINDING_COUNT, ",\"init_script\":[1]");
	MEMBERS(PIN_REFUSE, E_COMPOSE_FORMAT, FINDING_COUNT,
		",\"init_script\":[\"\",\"\",\"\",\"\",\"\",\"\"]");
	MEMBERS(PIN_REFUSE, E_COMPOSE_FORMAT, FINDING_COUNT, ",\"pre_launch_script\":[\"x\"]");
	MEMBERS(PIN_REFUSE, E_COMPOSE_FORMAT, FINDING_COUNT, ",\"allowed_envs\":\"A\"");
	MEMBERS(PIN_REFUSE, E_COMPOSE_FORMAT, FINDING_COUNT, ",\"allowed_envs\":[1]");
	MEMBERS(PIN_REFUSE, E_COMPOSE_FORMAT, FINDING_COUNT, ",\"public_logs\":\"true\"");
	MEMBERS(PIN_REFUSE, E_COMPOSE_FORMAT, FINDING_COUNT, ",\"storage_fs\":\"\\u0000\"");
	MEMBERS(PIN_UNPINNED, E_OK, FIND_PRE_LAUNCH_SCRIPT, ",\"pre_launch_script\":\"x\"");
	MEMBERS(PIN_UNPINNED, E_OK, FIND_INIT_SCRIPT, ",\"init_script\":\"x\"");
	MEMBERS(PIN_UNPINNED, E_OK, FIND_INIT_SCRIPT, ",\"init_script\":[\"\",\"x\"]");
	MEMBERS(PIN_PINNED, E_OK, FIND_UNUSED_SCRIPT, ",\"bash_script\":\"x\"");
	MEMBERS(PIN_PINNED, E_OK, FINDING_COUNT,
		",\"pre_launch_script\":\"\",\"init_script\":null");
	MEMBERS(PIN_PINNED, E_OK, FIND_ALLOWED_ENV, ",\"allowed_envs\":[\"A\"]");
	MEMBERS(PIN_PINNED, E_OK, FIND_PRIVATE_TCBINFO, ",\"public_tcbinfo\":false");
	MEMBERS(PIN_PINNED, E_OK, FIND_PUBLIC_LOGS, ",\"public_logs\":true");
	MEMBERS(PIN_PINNED, E_OK, FIND_PUBLIC_SYSINFO, ",\"public_sysinfo\":true");
	MEMBERS(PIN_PINNED, E_OK, FIND_INSECURE_TIME, ",\"secure_time\":false");
	MEMBERS(PIN_PINNED, E_OK, FIND_STORAGE, ",\"storage_fs\":\"ext4\"");
	MEMBERS(PIN_PINNED, E_OK, FIND_NO_INSTANCE_ID, ",\"no_instance_id\":true");
	MEMBERS(PIN_PINNED, E_OK, FIND_GATEWAY, ",\"tproxy_enabled\":true");
	MEMBERS(PIN_PINNED, E_OK, FIND_DEPRECATED, ",\"docker_config\":{\"a\":1}");
	MEMBERS(PIN_PINNED, E_OK, FIND_DEPRECATED, ",\"features\":[\"tproxy-net\"]");
}

/* Whole documents, where the frame itself is what matters. */
TEST(check_compose_frames)
{
	static const struct {
		const char *text;
		enum verdict verdict;
		enum err code;
		enum finding_code finding;
	} docs[] = {
		{"[]", PIN_REFUSE, E_COMPOSE_FORMAT, FINDING_COUNT},
		{"{", PIN_REFUSE, E_COMPOSE_FORMAT, FINDING_COUNT},
		{"{\"manifest_version\":2,\"docker_compose_file\":\"\"}", PIN_REFUSE,
			E_COMPOSE_FORMAT, FINDING_COUNT},
		{"{\"manifest_version\":2,\"runner\":\"docker-compose\"}", PIN_REFUSE,
			E_COMPOSE_FORMAT, FINDING_COUNT},
		{"{\"manifest_version\":2,\"runner\":\"sh\",\"docker_compose_file\":\"\"}",
			PIN_REFUSE, E_COMPOSE_FORMAT, FINDING_COUNT},
		{"{\"runner\":\"bash\",\"bash_script\":\"x\"}", PIN_REFUSE, E_COMPOSE_FORMAT,
			FINDING_COUNT},
		{"{\"manifest_version\":3,\"runner\":\"bash\",\"bash_script\":\"x\"}", PIN_REFUSE,
			E_COMPOSE_FORMAT, FINDING_COUNT},
		{"{\"manifest_version\":\"03\",\"runner\":\"bash\",\"bash_script\":\"x\"}",
			PIN_REFUSE, E_COMPOSE_FORMAT, FINDING_COUNT},
		{"{\"manifest_version\":\"3\",\"runner\":\"bash\",\"bash_script\":\"x\"}",
			PIN_UNPINNED, E_OK, FIND_BASH_SCRIPT},
		{"{\"manifest_version\":1,\"runner\":\"bash\"}", PIN_UNPINNED, E_OK,
			FIND_BASH_SCRIPT},
		{"{\"manifest_version\":1,\"runner\":\"bash\",\"key_provider\":\"other\"}",
			PIN_REFUSE, E_COMPOSE_FORMAT, FINDING_COUNT},
		{"{\"manifest_version\":1,\"runner\":\"bash\",\"kms_enabled\":true}", PIN_UNPINNED,
			E_OK, FIND_KEY_PROVIDER_UNPINNED},
		{"{\"manifest_version\":1,\"runner\":\"nerdctl-compose\",\"docker_compose_file\":\"services: {a: {image: x}}\"}",
			PIN_UNPINNED, E_OK, FIND_IMAGE_UNPINNED},
	};
	size_t i;

	for (i = 0; i < sizeof docs / sizeof *docs; i++)
		expect_app(__LINE__, slice_str(docs[i].text), docs[i].verdict, docs[i].code,
			docs[i].finding);
}

TEST(check_compose_policy)
{
	uint8_t script[1][32], launcher[1][32];
	struct compose_policy policy = {.n_scripts = 1,
		.script = (const uint8_t(*)[32])script,
		.n_launchers = 1,
		.launcher = (const uint8_t(*)[32])launcher};
	struct slice text =
		app(SERVICE("    privileged: true\n    volumes: ['/var/run/docker.sock:/s']\n"),
			",\"pre_launch_script\":\"echo\",\"new\":1");
	static struct findings f;
	enum err e;

	sha256(SLICE("echo"), script[0]);
	hex_exact(SLICE(DIGEST), launcher[0], 32);
	CHECK(judge(text, &policy, &f, &e) == PIN_REFUSE && e == E_COMPOSE_MEMBER);
	policy.allow_unknown_members = true;
	CHECK(judge(text, &policy, &f, &e) == PIN_PINNED);
	CHECK(has(&f, FIND_UNKNOWN_MEMBER) && has(&f, FIND_REVIEWED_SCRIPT));
	CHECK(has(&f, FIND_REVIEWED_LAUNCHER) && has(&f, FIND_PRIVILEGED) && !f.fatal);
	script[0][0] ^= 1;
	CHECK(judge(text, &policy, &f, &e) == PIN_UNPINNED && has(&f, FIND_PRE_LAUNCH_SCRIPT));
	script[0][0] ^= 1;
	launcher[0][31] ^= 1;
	CHECK(judge(text, &policy, &f, &e) == PIN_UNPINNED && has(&f, FIND_ENGINE));
}

static enum err expect_image(const char *yaml, const char *digest)
{
	static struct findings f;
	uint8_t want[32];
	struct compose c;
	struct images im;
	enum err e;

	memset(&f, 0, sizeof f);
	hex_exact(slice_str(digest), want, 32);
	CHECK_ERR(compose_read(app(yaml, ""), NULL, &c, &f, NULL), E_OK);
	CHECK_ERR(images_read(&c, NULL, &im, &f, NULL), E_OK);
	e = images_expect(&im, want, NULL);
	images_drop(&im);
	compose_drop(&c);
	return e;
}

#define OTHER "ff23456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define SOCK  "    volumes: ['/var/run/dstack.sock:/s']\n"
#define B     "  b:\n    image: y@sha256:" OTHER "\n"

TEST(check_compose_expected_image)
{
	CHECK_ERR(expect_image(SERVICE(SOCK), DIGEST), E_OK);
	CHECK_ERR(expect_image(SERVICE(SOCK), OTHER), E_IMAGE_OTHER);
	CHECK_ERR(expect_image(SERVICE(""), DIGEST), E_IMAGE_OTHER);
	CHECK_ERR(expect_image(SERVICE(SOCK B), DIGEST), E_OK);
	CHECK_ERR(expect_image(SERVICE(SOCK B SOCK), DIGEST), E_IMAGE_OTHER);
	CHECK_ERR(expect_image(SERVICE(B SOCK), DIGEST), E_IMAGE_OTHER);
	CHECK_ERR(expect_image(SERVICE(SOCK B "    volumes_from: [a]\n"), DIGEST), E_IMAGE_OTHER);
	CHECK_ERR(expect_image(SERVICE(SOCK B "    pid: service:a\n"), DIGEST), E_IMAGE_OTHER);
	CHECK_ERR(expect_image(SERVICE(SOCK "  b:\n    image: y\n"), DIGEST), E_IMAGE_UNPINNED);
	CHECK_ERR(expect_image(SERVICE(SOCK B "configs: {c: {file: /run/tappd.sock}}\n"), DIGEST),
		E_IMAGE_OTHER);
}

TEST(check_compose_hashes)
{
	const char *dir = vectors_dir("dstack/compose-hash");
	const struct cJSON *c;
	struct cJSON *j;
	char file[128];
	unsigned n = 0;

	CHECK_ERR(
		compose_hash_check(SLICE("abc"),
			test_hex(
				"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
			NULL),
		E_OK);
	CHECK_ERR(compose_hash_check(SLICE("abc"), SLICE("short"), NULL), E_COMPOSE_HASH);
	if (!dir) SKIP("vectors/dstack not found: one known answer only");
	j = vectors_json(dir, "expected.json");
	for (c = json_child(j); c; c = json_next(c), n++) {
		struct slice name = json_name(c), text;
		static struct findings f;
		enum err e;

		snprintf(file, sizeof file, "%.*s.json", (int)name.n, (const char *)name.p);
		text = vectors_file(dir, file);
		CHECK_ERR(
			compose_hash_check(text,
				want_hex(c, "raw_sha256 (authoritative: what the guest measures)"),
				NULL),
			E_OK);
		CHECK_ERR(
			compose_hash_check(slice_from(text, 1),
				want_hex(c, "raw_sha256 (authoritative: what the guest measures)"),
				NULL),
			E_COMPOSE_HASH);
		judge(text, NULL, &f, &e);
		CHECK((e == E_COMPOSE_FORMAT) == slice_starts(name, "12-duplicate-key"));
	}
	CHECK(n == 8);
	json_drop(&j);
}

/* Real applications of the vectors: read, hashed, and honestly unpinned or not. */
TEST(check_compose_real_applications)
{
	static const struct {
		const char *set, *dir;
		enum verdict verdict;
	} apps[] = {{"dstack", "near-2025-11-05-mrconfig-v2", PIN_UNPINNED},
		{"dstack", "near-2026-08-11-pre-launch-script", PIN_UNPINNED},
		{"dstack", "near-2026-08-14", PIN_UNPINNED},
		{"dstack", "simulator-0.5.6-and-later", PIN_UNPINNED},
		{"trust-chain", "near-0.5.8-dev", PIN_UNPINNED},
		{"trust-chain", "chain-prod7-gateway", PIN_UNPINNED},
		{"trust-chain", "chain-prod7-kms", PIN_REFUSE}};
	static struct findings f;
	size_t i, k;

	if (!vectors_dir("dstack")) SKIP("vectors/dstack not found");
	for (i = 0; i < sizeof apps / sizeof *apps; i++) {
		char dir[4096];
		enum verdict v;
		enum err e;

		snprintf(dir, sizeof dir, "%s/%s", vectors_dir(apps[i].set), apps[i].dir);
		v = judge(vectors_file(dir, "app-compose.json"), NULL, &f, &e);
		CHECK(v == apps[i].verdict);
		for (k = 0; k < f.n && v != apps[i].verdict; k++)
			printf("#   %s: %s %s: %s\n", apps[i].dir, finding_name(f.item[k].code),
				f.item[k].where, f.item[k].text);
	}
}
