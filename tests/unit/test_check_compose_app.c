/* SPDX-License-Identifier: MIT */
/* check/compose: pinning vectors, members, policies, expected image, real applications. */
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/json_write.h"
#include "check_vectors.h"
#include "compose_cases.h"
#include "test.h"

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
	MEMBERS(PIN_UNPINNED, E_COMPOSE_POLICY, FIND_PRE_LAUNCH_SCRIPT,
		",\"pre_launch_script\":\"x\"");
	MEMBERS(PIN_UNPINNED, E_COMPOSE_POLICY, FIND_INIT_SCRIPT, ",\"init_script\":\"x\"");
	MEMBERS(PIN_UNPINNED, E_COMPOSE_POLICY, FIND_INIT_SCRIPT, ",\"init_script\":[\"\",\"x\"]");
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
			PIN_UNPINNED, E_COMPOSE_POLICY, FIND_BASH_SCRIPT},
		{"{\"manifest_version\":1,\"runner\":\"bash\"}", PIN_UNPINNED, E_COMPOSE_POLICY,
			FIND_BASH_SCRIPT},
		{"{\"manifest_version\":1,\"runner\":\"bash\",\"key_provider\":\"other\"}",
			PIN_REFUSE, E_COMPOSE_FORMAT, FINDING_COUNT},
		{"{\"manifest_version\":1,\"runner\":\"bash\",\"kms_enabled\":true}", PIN_UNPINNED,
			E_COMPOSE_POLICY, FIND_KEY_PROVIDER_UNPINNED},
		{"{\"manifest_version\":1,\"runner\":\"nerdctl-compose\",\"docker_compose_file\":\"services: {a: {image: x}}\"}",
			PIN_UNPINNED, E_IMAGE_UNPINNED, FIND_IMAGE_UNPINNED},
	};
	size_t i;

	for (i = 0; i < sizeof docs / sizeof *docs; i++)
		EXPECT_APP(slice_str(docs[i].text), docs[i].verdict, docs[i].code, docs[i].finding);
}

TEST(check_compose_size)
{
	struct slice text = app(SERVICE(""), "");
	static struct findings f;
	struct buf b = buf_heap(2 << 20);
	enum err e;

	buf_put(&b, text);
	while (b.n < LIMIT_COMPOSE_BYTES)
		buf_u8(&b, ' ');
	CHECK(judge(buf_slice(&b), NULL, &f, &e) == PIN_PINNED);
	buf_u8(&b, ' ');
	CHECK(judge(buf_slice(&b), NULL, &f, &e) == PIN_REFUSE && e == E_COMPOSE_FORMAT);
	buf_drop(&b);
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
	size_t i;

	sha256(SLICE("echo"), script[0]);
	hex_exact(SLICE(DIGEST), launcher[0], 32);
	CHECK(judge(text, &policy, &f, &e) == PIN_REFUSE && e == E_COMPOSE_MEMBER);
	policy.allow_unknown_members = true;
	CHECK(judge(text, &policy, &f, &e) == PIN_PINNED);
	CHECK(has(&f, FIND_UNKNOWN_MEMBER) && has(&f, FIND_REVIEWED_SCRIPT));
	CHECK(has(&f, FIND_REVIEWED_LAUNCHER) && has(&f, FIND_PRIVILEGED) && !f.fatal);
	script[0][0] ^= 1;
	CHECK(judge(text, &policy, &f, &e) == PIN_UNPINNED && has(&f, FIND_PRE_LAUNCH_SCRIPT));
	CHECK(judge(app(SERVICE(""), ",\"init_script\":[\"docker run x\"]"), &policy, &f, &e) ==
		PIN_UNPINNED);
	for (i = 0; i < f.n; i++)
		if (f.item[i].code == FIND_INIT_SCRIPT)
			CHECK(strstr(f.item[i].text, "holds \"docker run\""));
	script[0][0] ^= 1;
	CHECK(judge(SLICE("{\"manifest_version\":1,\"runner\":\"bash\",\"bash_script\":\"echo\"}"),
		      &policy, &f, &e) == PIN_PINNED);
	CHECK(has(&f, FIND_REVIEWED_SCRIPT));
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
	CHECK_ERR(expect_image(SERVICE(SOCK "  b:\n    privileged: true\n    image: y\n"), DIGEST),
		E_IMAGE_OTHER);
	CHECK_ERR(expect_image("services:\n  a:\n    image: y\n" SOCK, DIGEST), E_IMAGE_OTHER);
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
