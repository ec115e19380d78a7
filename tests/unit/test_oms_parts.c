/* SPDX-License-Identifier: MIT */
/*
 * Around the reader of signatures: names for people, tree digests, anchors of
 * the operator, what travels between processes, the process itself, and the
 * published package.
 */
#include <fcntl.h>
#include <seccomp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/der.h"
#include "base/fdio.h"
#include "check/schema.h"
#include "cli/anchors.h"
#include "made.h"
#include "made_oms.h"
#include "proc/conf.h"
#include "proc/memfd.h"
#include "records.h"
#include "runner/digests.h"
#include "test.h"
#include "unpack/oms.h"
#include "unpack/oms_name.h"
#include "unpack/unpack.h"

#define PART(oid, tag, text) DER(DER_SEQUENCE, DER(DER_OID, SLICE(oid)), DER(tag, SLICE(text)))

static void check_name(int line, struct slice name, const char *want)
{
	char mem[LIMIT_SIGNER_BYTES];
	struct buf b = buf_on(mem, sizeof mem);
	enum err e = oms_name_text(name, &b);

	test_err(__FILE__, line, e, want ? E_OK : E_FORMAT);
	if (!e) test_slice(__FILE__, line, buf_slice(&b), slice_str(want));
}

TEST(oms_name_for_people)
{
	struct buf b = buf_heap(4096);

	check_name(__LINE__, DER(DER_SEQUENCE, SLICE_NONE), "");
	check_name(__LINE__,
		DER(DER_SEQUENCE, DER(DER_SET, PART("\x55\x04\x06", 0x13, "US")),
			DER(DER_SET, PART("\x55\x04\x03", 0x0c, "a b"),
				PART("\x55\x04\x0b", 0x16, "x"))),
		"CN=a b+OU=x,C=US");
	check_name(__LINE__,
		DER(DER_SEQUENCE,
			DER(DER_SET, PART("\x55\x04\x03", 0x0c, " #\"+,;<=>\\ \xc3\xa4\n "))),
		"CN=\\ #\\\"\\+\\,\\;\\<\\=\\>\\\\ \\c3\\a4\\0a\\ ");
	check_name(__LINE__, DER(DER_SEQUENCE, DER(DER_SET, PART("\x55\x04\x03", 0x0c, "#a"))),
		"CN=\\#a");
	/* Bytes that are no UTF-8, other kinds of text, unknown types. */
	check_name(__LINE__, DER(DER_SEQUENCE, DER(DER_SET, PART("\x55\x04\x03", 0x0c, "\xff"))),
		"CN=#0c01ff");
	check_name(__LINE__, DER(DER_SEQUENCE, DER(DER_SET, PART("\x55\x04\x03", 0x1e, "\0a"))),
		"CN=#1e020061");
	check_name(__LINE__,
		DER(DER_SEQUENCE,
			DER(DER_SET, PART("\x2a\x86\x48\x86\xf7\x0d\1\x09\1", 0x16, "a@b"))),
		"1.2.840.113549.1.9.1=a@b");
	check_name(__LINE__, DER(DER_SEQUENCE, DER(DER_SET, PART("\x88\x37\x03", 0x0c, "x"))),
		"2.999.3=x");
	check_name(__LINE__, DER(DER_SEQUENCE, DER(DER_SEQUENCE, SLICE_NONE)), NULL);
	check_name(__LINE__, SLICE("\x30"), NULL);
	/* Numbers of more than 56 bits, and a name that is too long. */
	check_name(__LINE__,
		DER(DER_SEQUENCE,
			DER(DER_SET, PART("\xff\xff\xff\xff\xff\xff\xff\xff\xff\x7f", 0x0c, "x"))),
		NULL);
	buf_zeros(&b, LIMIT_SIGNER_BYTES);
	memset(b.p, 'x', b.n);
	{
		char mem[LIMIT_SIGNER_BYTES];
		struct buf out = buf_on(mem, sizeof mem);
		struct slice cn = DER(DER_SEQUENCE, DER(DER_OID, SLICE("\x55\x04\x03")),
			DER(DER_UTF8_STRING, buf_slice(&b)));

		CHECK_ERR(oms_name_text(DER(DER_SEQUENCE, DER(DER_SET, cn)), &out), E_TOO_LARGE);
	}
	buf_drop(&b);
}

TEST(oms_order_is_by_folder)
{
	CHECK(oms_cmp(SLICE("a/b"), SLICE("a-c")) < 0 && oms_cmp(SLICE("a-c"), SLICE("a/b")) > 0);
	CHECK(oms_cmp(SLICE("a"), SLICE("a/b")) < 0 && oms_cmp(SLICE("B"), SLICE("a")) < 0);
	CHECK(oms_cmp(SLICE("a/b"), SLICE("a/b")) == 0 && oms_cmp(SLICE("a/b"), SLICE("a/")) > 0);
	CHECK(oms_left_out(SLICE(SIGNATURE_FILE), 0) && !oms_left_out(SLICE("x"), OMS_ALL));
	CHECK(oms_left_out(SLICE(".git/x/y"), OMS_GIT) &&
		!oms_left_out(SLICE(".git/x"), OMS_GITHUB));
	CHECK(!oms_left_out(SLICE("x/.git"), OMS_ALL) && !oms_left_out(SLICE(".gitx"), OMS_ALL));
}

static void check_tree(struct tree *t, void (*digest)(const struct tree *, uint8_t *),
	struct slice preimage, int line)
{
	uint8_t got[SHA256_LEN], want[SHA256_LEN];

	digest(t, got);
	sha256(preimage, want);
	test_slice(__FILE__, line, SLICE_OF(got), SLICE_OF(want));
}

TEST(oms_tree_digests)
{
	/* Bytewise, as a tree has them; digests are of one repeated byte. */
	static const char *const paths[] = {
		".github/x", ".gitignore", "a-c", "a/.hidden", "a/b", "b", SIGNATURE_FILE};
	struct tree_file files[7];
	struct tree t = {.files = files, .n = 7};
	struct buf b = buf_heap(4096);
	size_t i;

	for (i = 0; i < 7; i++) {
		files[i] = (struct tree_file){.path = slice_str(paths[i])};
		memset(files[i].sha256, (int)(0x10 + i), SHA256_LEN);
	}
	for (i = 0; i < 4; i++) {
		static const size_t order[] = {3, 4, 2, 5};

		buf_put(&b, SLICE_OF(files[order[i]].sha256));
	}
	check_tree(&t, digest_oms, buf_slice(&b), __LINE__);
	buf_reset(&b);
	for (i = 2; i < 7; i++) {
		if (i == 3) continue;
		buf_fmt(&b, "%s%s:", b.n ? "\n" : "", paths[i]);
		buf_hex(&b, SLICE_OF(files[i].sha256));
	}
	check_tree(&t, digest_clawhub, buf_slice(&b), __LINE__);
	t.n = 0;
	check_tree(&t, digest_oms, SLICE(""), __LINE__);
	check_tree(&t, digest_clawhub, SLICE(""), __LINE__);
	buf_drop(&b);
}

/* anchors_add on a file of this content. */
static enum err add_text(struct anchors *a, struct slice text, struct why *why)
{
	char path[] = "/tmp/sv-anchor-XXXXXX";
	int fd = mkstemp(path);
	enum err e;

	fd_close(&fd);
	CHECK_ERR(file_write(path, text), E_OK);
	e = anchors_add(a, path, why);
	remove(path);
	return e;
}

TEST(oms_anchor_files)
{
	static struct conf conf;
	struct anchors a = {.n = 0};
	struct why why = WHY_INIT;
	struct made_oms m;
	struct slice root, ca;
	uint8_t before[SHA256_LEN], after[SHA256_LEN];
	struct buf b = buf_heap(8192);
	unsigned i;

	made_oms_default(&m);
	root = made_pem(made_oms_certificate(&m.cert[2]));
	ca = made_pem(made_oms_certificate(&m.cert[1]));
	CHECK_ERR(add_text(&a, JOIN(ca, root), &why), E_OK);
	CHECK(a.n == 2 && memcmp(a.list[0].sha256, a.list[1].sha256, SHA256_LEN) < 0);
	CHECK_ERR(add_text(&a, root, &why), E_OK);
	CHECK(a.n == 2);
	CHECK_ERR(add_text(&a, SLICE(""), &why), E_CONFIG);
	CHECK_ERR(add_text(&a, JOIN(root, SLICE("x")), &why), E_CONFIG);
	CHECK_ERR(add_text(&a, made_pem(SLICE("x")), &why), E_CONFIG);
	CHECK_ERR(add_text(&a, made_pem(made_oms_certificate(&m.cert[0])), &why), E_CONFIG);
	CHECK(why.text[0] != '\0');
	m.cert[2].foreign_curve = true;
	CHECK_ERR(add_text(&a, made_pem(made_oms_certificate(&m.cert[2])), &why), E_CONFIG);
	m.cert[2].foreign_curve = false;
	m.cert[2].key_usage = 0x80;
	CHECK_ERR(add_text(&a, made_pem(made_oms_certificate(&m.cert[2])), &why), E_CONFIG);
	m.cert[2].key_usage = 0x06;
	CHECK_ERR(anchors_add(&a, "/nowhere/at/all", &why), E_CONFIG);
	for (i = a.n; i < LIMIT_ANCHORS; i++) {
		char name[8];

		snprintf(name, sizeof name, "r%u", i);
		m.cert[2].cn = name;
		CHECK_ERR(add_text(&a, made_pem(made_oms_certificate(&m.cert[2])), &why), E_OK);
	}
	m.cert[2].cn = "one too many";
	CHECK_ERR(add_text(&a, made_pem(made_oms_certificate(&m.cert[2])), &why), E_CONFIG);
	CHECK(a.n == LIMIT_ANCHORS);
	/* They are part of the policy, and its text has room for all. */
	conf_default(&conf);
	conf_policy_sha256(&conf, before);
	conf.anchors = a;
	conf_policy_sha256(&conf, after);
	CHECK(memcmp(before, after, sizeof before) != 0);
	conf_policy_json(&conf, &b);
	CHECK(!b.err && b.n < 2048);
	sha256(buf_slice(&b), before);
	CHECK(memcmp(before, after, sizeof before) == 0);
	buf_drop(&b);
}

static enum err travels(struct signature_facts *f)
{
	struct buf b = buf_heap(SIGNATURE_RESULT_BYTES);
	struct codec c = codec_writer(&b);
	struct signature_facts got;
	enum err e, again;

	codec_signature(&c, f);
	e = codec_end(&c);
	c = codec_reader(buf_slice(&b));
	codec_signature(&c, &got);
	again = codec_end(&c);
	CHECK(e == again);
	buf_drop(&b);
	return e;
}

/* A process that was taken over cannot say what cannot be. */
TEST(oms_facts_that_travel)
{
	static struct record r;
	struct signature_facts *f = &r.package.signature, none = {.present = false};
	enum err e;

	record_passed(&r);
	CHECK_ERR(travels(f), E_OK);
	CHECK_ERR(travels(&none), E_OK);
	f->has_anchor = false;
	CHECK_ERR(travels(f), E_PROTOCOL);
	f->reason = E_SIGNATURE_NO_ANCHOR;
	CHECK_ERR(travels(f), E_OK);
	f->reason = E_OK;
	f->has_anchor = true;
	f->subject_match = false;
	CHECK_ERR(travels(f), E_PROTOCOL);
	f->subject_match = true;
	f->resources_match = false;
	CHECK_ERR(travels(f), E_PROTOCOL);
	f->resources_match = true;
	f->has_leaf = false;
	CHECK_ERR(travels(f), E_PROTOCOL);
	f->has_leaf = true;
	f->leaf_subject = SLICE("a\n");
	CHECK_ERR(travels(f), E_PROTOCOL);
	f->leaf_subject = SLICE("");
	for (e = E_OK; e < E_COUNT; e++) {
		bool may = e == E_OK || strncmp(err_name(e), "signature-", 10) == 0;

		f->reason = e;
		CHECK_ERR(travels(f), may ? E_OK : E_PROTOCOL);
	}
}

TEST(oms_reasons_in_the_schema)
{
	const struct member *m = statement_members;
	struct slice words;
	enum err e;

	while (m->path && strcmp(m->path, "predicate.signature.reason") != 0)
		m++;
	CHECK(m->path && m->words);
	words = slice_str(m->words);
	for (e = E_SIGNATURE_TOO_LARGE; e <= E_SIGNATURE_UNREAD; e++)
		CHECK_SLICE(slice_split(&words, '|'), slice_str(err_name(e)));
	CHECK(words.n == 0);
}

/* The column "signature" of the table on top of src/unpack/unpack.c. */
static void confine(void)
{
	static const int calls[] = {SCMP_SYS(write), SCMP_SYS(fstat), SCMP_SYS(fcntl),
		SCMP_SYS(mmap), SCMP_SYS(munmap), SCMP_SYS(mremap), SCMP_SYS(mprotect),
		SCMP_SYS(madvise), SCMP_SYS(brk), SCMP_SYS(exit_group)};
	scmp_filter_ctx ctx = seccomp_init(SCMP_ACT_KILL_PROCESS);
	size_t i;

	if (!ctx) _exit(90);
	for (i = 0; i < sizeof calls / sizeof *calls; i++)
		if (seccomp_rule_add(ctx, SCMP_ACT_ALLOW, calls[i], 0)) _exit(91);
	if (seccomp_load(ctx)) _exit(92);
}

/* Status of the process for this request, and its answer. */
static int in_a_process(struct slice request, bool filtered, struct buf *answer)
{
	int source = memfd_of("request", request), result = memfd_open("result"), status = -1;
	pid_t pid = fork();

	if (pid == 0) {
		if (filtered) confine();
		_exit(signature_process(result, source));
	}
	waitpid(pid, &status, 0);
	if (lseek(result, 0, SEEK_SET) < 0 || fd_read_all(result, answer)) abort();
	fd_close(&source);
	fd_close(&result);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

TEST(oms_process)
{
	struct buf answer = buf_heap(SIGNATURE_RESULT_BYTES);
	struct signature_facts f;
	struct slice request;
	struct made_oms m;
	struct codec c;
#ifdef __GLIBC__
	bool filtered = false; /* the table of system calls is that of musl */
#else
	bool filtered = true;
#endif

	made_oms_default(&m);
	made_oms_build(&m);
	request = made_oms_request(&m);
	CHECK(in_a_process(request, filtered, &answer) == 0);
	c = codec_reader(buf_slice(&answer));
	codec_signature(&c, &f);
	CHECK_ERR(codec_end(&c), E_OK);
	CHECK_ERR(f.reason, E_OK);
	/* No digest of the package comes out of it (C11). */
	CHECK_SLICE(SLICE_OF(f.sha256), test_hex("0000000000000000000000000000000000000000000000000"
						 "000000000000000"));
	/* A request that is none gives no answer. */
	buf_reset(&answer);
	CHECK(in_a_process(slice_sub(request, 0, request.n - 1), filtered, &answer) == 1);
	CHECK(answer.n == 0);
	m.bundle = SLICE("{}");
	CHECK(in_a_process(made_oms_request(&m), filtered, &answer) == 0);
	c = codec_reader(buf_slice(&answer));
	codec_signature(&c, &f);
	CHECK_ERR(codec_end(&c), E_OK);
	CHECK_ERR(f.reason, E_SIGNATURE_FORMAT);
	buf_drop(&answer);
}

/* The published package, under the published root. */
TEST(oms_of_the_published_package)
{
	static const char *const names[] = {"BENCHMARK.md", "SKILL.md", "benchmark/evals.json",
		"evals/evals.json", "references/verification_examples.md", "skill-card.md",
		SIGNATURE_FILE};
	struct signature_request r = {.now = OMS_NOW};
	struct signed_file files[7];
	uint8_t mem[LIMIT_SIGNER_BYTES];
	struct buf name = buf_on(mem, sizeof mem);
	struct signature_facts f;
	struct why why = WHY_INIT;
	const char *root = test_vector("skills/oms/nv-agent-root-cert.pem");
	unsigned i;

	if (anchors_add(&r.anchors, root, &why)) SKIP("no vectors of skills/oms");
	for (i = 0; i < 7; i++) {
		char path[200];
		struct slice content;

		snprintf(path, sizeof path,
			"skills/real/nvidia--cuopt-install/package/cuopt-install/%s", names[i]);
		content = test_file(test_vector(path));
		if (!content.p) SKIP("no vector nvidia--cuopt-install");
		files[i].path = slice_str(names[i]);
		sha256(content, files[i].sha256);
		if (i == 6) r.bundle = content;
	}
	r.files = files;
	r.n_files = 7;
	CHECK_ERR(oms_check(&r, &name, &f), E_OK);
	CHECK_ERR(f.reason, E_OK);
	CHECK_SLICE(f.leaf_subject,
		SLICE("CN=NVIDIA Agent Skills Signing 001,O=NVIDIA Corporation,C=US"));
	files[1].sha256[0] ^= 1;
	buf_reset(&name);
	CHECK_ERR(oms_check(&r, &name, &f), E_OK);
	CHECK_ERR(f.reason, E_SIGNATURE_FILE_CHANGED);
}
