/* SPDX-License-Identifier: MIT */
/* check/image_ref, check/mounts and check/findings, row by row. */
#include <string.h>

#include "check/findings.h"
#include "check/image_ref.h"
#include "check/mounts.h"
#include "test.h"

#define DIGEST "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

TEST(check_image_references)
{
	static const char *const good[] = {"x", "a/b/c", "localhost/x", "localhost:5000/x:tag",
		"r.example/x-y__z.w/a:T_1.2-3", "R.Example:1/x", "a--b/c_d", "1.2.3.4:80/x"};
	static const char *const bad[] = {"", "/x", "x/", "a//b", "X", "a/B", "a..b", "a_-b", "-a",
		"a-", "a___b", "x:", "x:.t", "x:a:b", "h:99999/x", "h:/x", ":5/x", "-h.x/x",
		"h-.x/x", "h..x/x", "x@y", "x y", "x\n", "x$", "$$x", "http://x/y", "[::1]/x"};
	char text[512];
	uint8_t digest[32];
	size_t i;

	for (i = 0; i < sizeof good / sizeof *good; i++) {
		snprintf(text, sizeof text, "%s@sha256:" DIGEST, good[i]);
		CHECK(image_ref_pinned(slice_str(text), digest));
	}
	CHECK(digest[0] == 0x01 && digest[31] == 0xef);
	for (i = 0; i < sizeof bad / sizeof *bad; i++) {
		snprintf(text, sizeof text, "%s@sha256:" DIGEST, bad[i]);
		CHECK(!image_ref_pinned(slice_str(text), digest));
	}
	CHECK(!image_ref_pinned(SLICE("x@sha256:" DIGEST "0"), digest));
	CHECK(!image_ref_pinned(SLICE("x@sha256:" DIGEST " "), digest));
	CHECK(!image_ref_pinned(SLICE("x@sha512:" DIGEST), digest));
	CHECK(!image_ref_pinned(SLICE("x@sha256:" DIGEST "@sha256:" DIGEST), digest));
	CHECK(!image_ref_pinned(
		SLICE("x@sha256:A123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"),
		digest));
	CHECK(!image_ref_pinned(SLICE("sha256:" DIGEST), digest));
	memset(text, 'a', 256);
	snprintf(text + 256, sizeof text - 256, "@sha256:" DIGEST);
	CHECK(!image_ref_pinned(slice_str(text), digest));
	memset(text, 'a', 200);
	text[1] = ':';
	CHECK(!image_ref_pinned(slice_str(text), digest));
}

TEST(check_mount_paths)
{
	static const struct {
		const char *path;
		enum mount_kind kind;
		bool agent;
	} rows[] = {{"/", MOUNT_ENGINE, true}, {"//", MOUNT_ENGINE, true},
		{"/.", MOUNT_ENGINE, true}, {"/var", MOUNT_ENGINE, false},
		{"/run", MOUNT_ENGINE, true}, {"/var/run", MOUNT_ENGINE, true},
		{"/var//run/./docker.sock", MOUNT_ENGINE, false},
		{"/run/docker.sock", MOUNT_ENGINE, false},
		{"/run/docker.sock2", MOUNT_SYSTEM, false},
		{"/srv/link/docker.sock", MOUNT_ENGINE, false}, {"/var/lib", MOUNT_ENGINE, false},
		{"/var/lib/docker/volumes", MOUNT_ENGINE, false},
		{"/var/lib/data", MOUNT_HARMLESS, false}, {"/run/dstack.sock", MOUNT_AGENT, true},
		{"/var/run/tappd.sock", MOUNT_AGENT, true}, {"/run/dstack", MOUNT_AGENT, true},
		{"/proc", MOUNT_SYSTEM, false}, {"/proc/1/root", MOUNT_ENGINE, false},
		{"/etc/hosts", MOUNT_SYSTEM, false}, {"/dstack/x", MOUNT_SYSTEM, false},
		{".", MOUNT_SYSTEM, false}, {"./data", MOUNT_SYSTEM, false},
		{"~", MOUNT_SYSTEM, false}, {"~/x", MOUNT_SYSTEM, false},
		{"..", MOUNT_VARIABLE, true}, {"/srv/../run", MOUNT_VARIABLE, true},
		{"/srv/${X}", MOUNT_VARIABLE, false}, {"", MOUNT_VARIABLE, true},
		{"/srv", MOUNT_HARMLESS, false}, {"/runner", MOUNT_HARMLESS, false},
		{"/tapp", MOUNT_HOST, false}};
	size_t i;

	for (i = 0; i < sizeof rows / sizeof *rows; i++) {
		enum mount_kind k = mount_classify(slice_str(rows[i].path));

		CHECK(k == rows[i].kind);
		CHECK(mount_has_agent(slice_str(rows[i].path)) == rows[i].agent);
		if (k != rows[i].kind) printf("#   %s: %d\n", rows[i].path, k);
	}
}

TEST(check_findings_keep_the_fatal_ones)
{
	static struct findings f;
	size_t i;

	for (i = 0; i < LIMIT_FINDINGS + 5; i++)
		findings_add(&f, FIND_PORT, "services", SLICE("a\n\"b"), "ports", SLICE("x\ny"));
	CHECK(f.n == LIMIT_FINDINGS && f.more == 5 && !f.fatal);
	findings_add(&f, FIND_PROFILE, "", SLICE_NONE, "x", SLICE_NONE);
	CHECK(f.item[f.n - 1].code == FIND_PORT && f.more == 6);
	CHECK(strcmp(f.item[0].where, "services.a\\x0a\"b.ports") == 0);
	CHECK(strcmp(f.item[0].text, "x\\x0ay") == 0);
	findings_add(&f, FIND_BUILD, "", SLICE_NONE, "x", SLICE_NONE);
	CHECK(f.fatal && f.item[f.n - 1].code == FIND_BUILD && f.n == LIMIT_FINDINGS);
	for (i = 0; i < FINDING_COUNT; i++)
		CHECK(finding_name((enum finding_code)i)[0] &&
			finding_text((enum finding_code)i)[0]);
}
