/* SPDX-License-Identifier: MIT */
/*
 * proc/filter: our search tree over system call numbers against the one that
 * libseccomp makes of the same groups, both run here for every number.
 */
#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <seccomp.h>
#include <stddef.h>
#include <unistd.h>

#include "base/fdio.h"
#include "proc/filter.h"
#include "proc/helper.h"
#include "proc/memfd.h"
#include "proc/role.h"
#include "runner/sandbox/calls.h"
#include "test.h"

#define X32 0x40000000U

/* The classic BPF that seccomp programs are made of; what it returns, or 1 for a wrong program. */
static uint32_t run(struct slice program, uint32_t arch, uint32_t nr)
{
	const struct sock_filter *f = (const void *)program.p;
	size_t n = program.n / sizeof *f, at;
	uint32_t a = 0;

	for (at = 0; at < n; at++) {
		bool yes;

		switch (f[at].code) {
		case BPF_LD | BPF_W | BPF_ABS:
			a = f[at].k == offsetof(struct seccomp_data, nr)     ? nr
			    : f[at].k == offsetof(struct seccomp_data, arch) ? arch
									     : 0;
			continue;
		case BPF_ALU | BPF_AND | BPF_K: a &= f[at].k; continue;
		case BPF_JMP | BPF_JA: at += f[at].k; continue;
		case BPF_RET | BPF_K: return f[at].k;
		case BPF_JMP | BPF_JEQ | BPF_K: yes = a == f[at].k; break;
		case BPF_JMP | BPF_JGT | BPF_K: yes = a > f[at].k; break;
		case BPF_JMP | BPF_JGE | BPF_K: yes = a >= f[at].k; break;
		default: return 1;
		}
		at += yes ? f[at].jt : f[at].jf;
	}
	return 1;
}

static uint32_t action(uint16_t answer)
{
	switch (answer) {
	case FILTER_ALLOW: return SCMP_ACT_ALLOW;
	case FILTER_KILL: return SCMP_ACT_KILL_PROCESS;
	case FILTER_NOTIFY: return SCMP_ACT_NOTIFY;
	case FILTER_PRETEND: return SCMP_ACT_ERRNO(0);
	default: return SCMP_ACT_ERRNO(answer);
	}
}

/* The groups of a filter, compiled by libseccomp. */
static void theirs(const struct filter_spec *spec, struct buf *out)
{
	scmp_filter_ctx ctx = seccomp_init(action(spec->otherwise));
	int fd = memfd_open("filter");
	unsigned i, j;

	CHECK(ctx && fd >= 0);
	CHECK(seccomp_attr_set(ctx, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS) == 0);
	CHECK(seccomp_attr_set(ctx, SCMP_FLTATR_CTL_OPTIMIZE, 2) == 0);
	for (i = 0; i < spec->n_groups; i++)
		for (j = 0; j < spec->groups[i].n; j++)
			CHECK(seccomp_rule_add_exact_array(ctx, action(spec->groups[i].answer),
				      spec->groups[i].nr[j], 0, NULL) == 0);
	CHECK(seccomp_export_bpf(ctx, fd) == 0 && lseek(fd, 0, SEEK_SET) == 0);
	CHECK_ERR(fd_read_all(fd, out), E_OK);
	fd_close(&fd);
	seccomp_release(ctx);
}

static void compare(const char *name, const struct filter_spec *spec)
{
	static const uint32_t arches[] = {
		AUDIT_ARCH_X86_64, AUDIT_ARCH_I386, AUDIT_ARCH_AARCH64, 0};
	struct filter_spec groups_only = *spec;
	struct filter f = FILTER_INIT;
	struct buf b = buf_heap(1 << 16);
	unsigned i, wrong = 0;
	uint32_t nr;

	/* Guards are compared with what the kernel does, in test_filter.c. */
	groups_only.n_guards = 0;
	groups_only.newest = 0;
	CHECK_ERR(filter_compile(&groups_only, &f, NULL), E_OK);
	theirs(spec, &b);
	for (i = 0; i < sizeof arches / sizeof *arches; i++)
		for (nr = 0; nr < 4096; nr++) {
			wrong += run(buf_slice(&f.program), arches[i], nr) !=
				 run(buf_slice(&b), arches[i], nr);
			wrong += run(buf_slice(&f.program), arches[i], nr | X32) !=
				 run(buf_slice(&b), arches[i], nr | X32);
		}
	if (wrong) printf("# %s: %u answers differ\n", name, wrong);
	CHECK(wrong == 0);
	CHECK(run(buf_slice(&f.program), AUDIT_ARCH_X86_64, UINT32_MAX) ==
		SECCOMP_RET_KILL_PROCESS);
	buf_drop(&b);
	filter_drop(&f);
}

TEST(filter_tree_answers_as_libseccomp)
{
	unsigned i;

	for (i = 0; i < ROLE_COUNT; i++)
		compare(role_by_id((enum role_id)i)->name, role_by_id((enum role_id)i)->calls);
	compare("helper", &helper_calls);
	compare("reader", &calls_reader);
	compare("payload", &calls_payload);
	compare("payload, uncounted", &calls_payload_uncounted);
	compare("job init", &calls_job_init);
}

/* Every second number: more runs than an 8-bit jump reaches over. */
TEST(filter_tree_with_long_jumps)
{
	static int odd[400], same[] = {7}, beyond[] = {1024};
	struct filter_group groups[] = {
		{"", FILTER_ALLOW, 400, odd},
		{"", 5, 1, same},
	};
	struct filter_spec spec = {groups, 1, NULL, 0, 13, 0, NULL};
	struct filter f = FILTER_INIT;
	int i;

	for (i = 0; i < 400; i++)
		odd[i] = 2 * i + 1;
	compare("odd numbers", &spec);
	spec.n_groups = 2; /* 7 is both allowed and refused */
	CHECK_ERR(filter_compile(&spec, &f, NULL), E_SANDBOX_SETUP);
	groups[1].nr = beyond;
	CHECK_ERR(filter_compile(&spec, &f, NULL), E_SANDBOX_SETUP);
}

/* Arguments that guards look at, and halves that they do not. */
static const uint64_t some_args[][6] = {
	{0},
	{1, 1, 0, 0, 0x100000000, 0},
	{2, 1, 6, 3, 1, 0},
	{10, 2, 17, 0, 0, 0},
	{40, 3, 0, 0, 0x7f0000000000, 0},
	{16, 3, 0, 1, 0, 0},
	{0x10000000, 8, 0x5412, 1, 1, 1},
	{0xffffffff, 0x5412, 0x2000, 0, 0, 16},
	{0xffffffff00000002, 0xffffffff00000001, 0, 0, 0, 0},
};

/* The same interpreter with arguments. */
static uint32_t run_with(struct slice program, uint32_t nr, const uint64_t args[6])
{
	struct seccomp_data d = {.nr = (int)nr, .arch = AUDIT_ARCH_X86_64};
	const struct sock_filter *f = (const void *)program.p;
	size_t n = program.n / sizeof *f, at;
	uint32_t a = 0;

	memcpy(d.args, args, sizeof d.args);
	for (at = 0; at < n; at++) {
		bool yes;

		switch (f[at].code) {
		case BPF_LD | BPF_W | BPF_ABS:
			memcpy(&a, (const uint8_t *)&d + f[at].k, sizeof a);
			continue;
		case BPF_ALU | BPF_AND | BPF_K: a &= f[at].k; continue;
		case BPF_JMP | BPF_JA: at += f[at].k; continue;
		case BPF_RET | BPF_K: return f[at].k;
		case BPF_JMP | BPF_JEQ | BPF_K: yes = a == f[at].k; break;
		case BPF_JMP | BPF_JGE | BPF_K: yes = a >= f[at].k; break;
		default: return 1;
		}
		at += yes ? f[at].jt : f[at].jf;
	}
	return 1;
}

static bool in_groups(const struct filter_watch *w, int nr)
{
	unsigned i, j;

	for (i = 0; i < w->n_groups; i++)
		for (j = 0; j < w->groups[i].n; j++)
			if (w->groups[i].nr[j] == nr) return true;
	return false;
}

/* Whether the listener is to be asked about a call. */
static bool is_asked(const struct filter_spec *spec, int nr, const uint64_t args[6])
{
	uint16_t answer = filter_answer(spec, nr, args);

	if (nr == SYS_sendto) return args[4] != 0;
	if (!in_groups(spec->watch, nr)) return false;
	/* Of calls with a guard what it refuses, of others all. */
	return answer != FILTER_ALLOW || !(nr == SYS_clone || nr == SYS_seccomp);
}

/*
 * The listener's answer is that of the filter which asks nobody, and a filter
 * that asks differs from it in nothing but the questions.
 */
static void compare_watched(const struct filter_spec *ordinary, const struct filter_watch *watch)
{
	struct filter_spec spec = *ordinary;
	struct filter plain = FILTER_INIT, watched = FILTER_INIT;
	unsigned i, asked = 0, wrong = 0;
	uint32_t nr;

	spec.watch = watch;
	CHECK_ERR(filter_compile(ordinary, &plain, NULL), E_OK);
	CHECK_ERR(filter_compile(&spec, &watched, NULL), E_OK);
	CHECK(memcmp(plain.sha256, watched.sha256, SHA256_LEN) != 0);
	for (i = 0; i < sizeof some_args / sizeof *some_args; i++)
		for (nr = 0; nr < 1024; nr++) {
			const uint64_t *a = some_args[i];
			uint32_t want = action(filter_answer(ordinary, (int)nr, a));
			bool ask = is_asked(&spec, (int)nr, a);

			wrong += run_with(buf_slice(&plain.program), nr, a) != want;
			if (ask) want = SECCOMP_RET_USER_NOTIF;
			wrong += run_with(buf_slice(&watched.program), nr, a) != want;
			asked += ask;
		}
	CHECK(asked > 100);
	CHECK(wrong == 0);
	filter_drop(&plain);
	filter_drop(&watched);
}

TEST(filter_that_asks_answers_as_the_other)
{
	compare_watched(&calls_payload, &calls_watch);
	compare_watched(&calls_payload, &calls_watch_files);
	compare_watched(&calls_payload_uncounted, &calls_watch);
	compare_watched(&calls_payload_uncounted, &calls_watch_files);
	CHECK(filter_answer(&calls_payload, SYS_add_key, some_args[0]) == ENOSYS);
	CHECK(filter_answer(&calls_payload, -1, some_args[0]) == FILTER_KILL);
	CHECK(filter_answer(&calls_payload, (int)X32, some_args[0]) == FILTER_KILL);
	CHECK(filter_answer(&calls_payload, 900, some_args[0]) == ENOSYS);
}

/*
 * A refusal of the runner's filter, which lies below, goes before any question:
 * what is watched must be what the runner may call.
 */
TEST(filter_below_never_answers_first)
{
	unsigned i, j;

	for (i = 0; i < calls_watch_files.n_groups; i++)
		for (j = 0; j < calls_watch_files.groups[i].n; j++) {
			int nr = calls_watch_files.groups[i].nr[j];

			CHECK(filter_answer(&calls_runner, nr, some_args[0]) == FILTER_ALLOW);
			CHECK(i > 0 || calls_tripwire(nr));
		}
	CHECK(!calls_tripwire(SYS_read));
}
