/* SPDX-License-Identifier: MIT */
/* System call filters. Runs in init, role start, runner, cli. */
#include "proc/filter.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>

const struct filter_case filter_no_exec = {FILTER_ALLOW, 1, {{2, PROT_EXEC, 0}}};

/* The kernel's BPF_MAXINSNS. */
#define FILTER_MAX_INSNS 4096
/* Of Linux 5.19; our headers may be older. */
#define WAIT_KILLABLE_RECV (1U << 5)
/* Numbers of the x32 ABI start here. */
#define X32_BIT 0x40000000U
/* Numbers that a group may name are below this; x86-64 has not come to 500. */
#define NUMBERS 1024

static uint32_t bpf_action(uint16_t answer)
{
	switch (answer) {
	case FILTER_ALLOW: return SECCOMP_RET_ALLOW;
	case FILTER_KILL: return SECCOMP_RET_KILL_PROCESS;
	case FILTER_NOTIFY: return SECCOMP_RET_USER_NOTIF;
	case FILTER_PRETEND: return SECCOMP_RET_ERRNO;
	default: return SECCOMP_RET_ERRNO | answer;
	}
}

static void put_insn(struct buf *out, uint16_t code, uint32_t k, uint8_t jt, uint8_t jf)
{
	struct sock_filter f = {code, jt, jf, k};

	buf_put(out, slice_of(&f, sizeof f));
}

static void put_load(struct buf *out, size_t offset)
{
	put_insn(out, BPF_LD | BPF_W | BPF_ABS, (uint32_t)offset, 0, 0);
}

static void put_return(struct buf *out, uint16_t answer)
{
	put_insn(out, BPF_RET | BPF_K, bpf_action(answer), 0, 0);
}

/* Instructions of one case: load, perhaps mask, compare for each argument; then return. */
static unsigned case_len(const struct filter_case *c)
{
	unsigned i, n = 1;

	for (i = 0; i < c->n; i++)
		n += c->arg[i].mask ? 3 : 2;
	return n;
}

/* Little endian: the low half comes first. */
static size_t arg_at(const struct filter_arg *a)
{
	return offsetof(struct seccomp_data, args) + 8U * (a->index & ~FILTER_HIGH) +
	       (a->index & FILTER_HIGH ? 4U : 0U);
}

/* A watched call that would be refused is asked instead. */
static uint16_t asked(uint16_t answer, bool watched)
{
	return watched && answer != FILTER_ALLOW && answer < FILTER_ERRNO_END ? FILTER_NOTIFY
									      : answer;
}

static void put_case(struct buf *out, const struct filter_case *c, bool watched)
{
	unsigned i, left = case_len(c);

	for (i = 0; i < c->n; i++) {
		const struct filter_arg *a = &c->arg[i];

		put_load(out, arg_at(a));
		if (a->mask) put_insn(out, BPF_ALU | BPF_AND | BPF_K, a->mask, 0, 0);
		left -= a->mask ? 3 : 2;
		/* Behind this comparison `left` instructions of the case remain. */
		put_insn(out, BPF_JMP | BPF_JEQ | BPF_K, a->value, 0, (uint8_t)left);
	}
	put_return(out, asked(c->answer, watched));
}

static unsigned guard_len(const struct filter_guard *g)
{
	unsigned i, n = 1;

	for (i = 0; i < g->n; i++)
		n += case_len(&g->cases[i]);
	return n;
}

static void put_guard(struct buf *out, const struct filter_guard *g, bool watched)
{
	unsigned i;

	for (i = 0; i < g->n; i++)
		put_case(out, &g->cases[i], watched);
	put_return(out, asked(g->otherwise, watched));
}

/* Another architecture ends the process. Behind the head the number is in the accumulator. */
static void put_head(struct buf *out)
{
	put_load(out, offsetof(struct seccomp_data, arch));
	put_insn(out, BPF_JMP | BPF_JEQ | BPF_K, AUDIT_ARCH_X86_64, 1, 0);
	put_return(out, FILTER_KILL);
	put_load(out, offsetof(struct seccomp_data, nr));
}

/* Numbers from first up to the next run have one answer, or one number has a guard. */
struct run {
	uint32_t first;
	uint16_t answer;
	const struct filter_guard *guard; /* NULL: answer */
	bool watched;                     /* a guard's refusals are asked */
};

/* The groups' answers by number; false when they contradict themselves. */
static bool find_answers(const struct filter_spec *spec, struct run all[NUMBERS + 1])
{
	bool named[NUMBERS] = {false};
	unsigned i, j;

	/* One more than there are: the last one goes on. */
	for (i = 0; i <= NUMBERS; i++)
		all[i] = (struct run){i, spec->otherwise, NULL, false};
	for (i = 0; i < spec->n_groups; i++)
		for (j = 0; j < spec->groups[i].n; j++) {
			int nr = spec->groups[i].nr[j];

			if (nr < 0 || nr >= NUMBERS) return false;
			if (named[nr] && all[nr].answer != spec->groups[i].answer) return false;
			named[nr] = true;
			all[nr].answer = spec->groups[i].answer;
		}
	return true;
}

/* Puts guards where there is none yet: the first of two guards of one number counts. */
static bool put_guards(const struct filter_guard *guards, unsigned n, struct run all[NUMBERS + 1])
{
	unsigned i;

	for (i = 0; i < n; i++) {
		int nr = guards[i].nr;

		if (nr < 0 || nr >= NUMBERS) return false;
		if (!all[nr].guard) all[nr].guard = &guards[i];
	}
	return true;
}

/* Behind the guards of the spec: what is asked instead. */
static bool put_watch(const struct filter_watch *watch, struct run all[NUMBERS + 1])
{
	unsigned i, j;

	for (i = 0; i < watch->n_groups; i++)
		for (j = 0; j < watch->groups[i].n; j++) {
			int nr = watch->groups[i].nr[j];

			if (nr < 0 || nr >= NUMBERS) return false;
			all[nr].watched = true;
			all[nr].answer = FILTER_NOTIFY;
		}
	return put_guards(watch->guards, watch->n_guards, all);
}

/* The whole filter as runs, from 0 to the numbers of x32; 0 when its tables are wrong. */
static unsigned find_runs(const struct filter_spec *spec, struct run runs[NUMBERS + 2])
{
	struct run all[NUMBERS + 1];
	unsigned i, n = 0;

	if (!find_answers(spec, all) || spec->newest >= NUMBERS) return 0;
	if (!put_guards(spec->guards, spec->n_guards, all)) return 0;
	if (spec->watch && !put_watch(spec->watch, all)) return 0;
	for (i = spec->newest ? (unsigned)spec->newest + 1 : NUMBERS + 1; i <= NUMBERS; i++)
		all[i] = (struct run){i, ENOSYS, NULL, false};
	for (i = 0; i <= NUMBERS; i++)
		if (n == 0 || runs[n - 1].guard || all[i].guard ||
			runs[n - 1].answer != all[i].answer)
			runs[n++] = all[i];
	runs[n++] = (struct run){X32_BIT, FILTER_KILL, NULL, false};
	return n;
}

/* Instructions of a tree over n runs: a jump has 8 bits, a longer one is one more. */
static unsigned tree_len(const struct run *runs, unsigned n)
{
	unsigned left, middle = n / 2;

	if (n == 1) return runs->guard ? guard_len(runs->guard) : 1;
	left = tree_len(runs, middle);
	return 1 + (left > 255 ? 1U : 0U) + left + tree_len(runs + middle, n - middle);
}

/* Numbers below the middle go on behind the comparison, the others behind the left half. */
static void put_tree(struct buf *out, const struct run *runs, unsigned n)
{
	unsigned left, middle = n / 2;

	if (n == 1 && runs->guard) {
		put_guard(out, runs->guard, runs->watched);
		return;
	}
	if (n == 1) {
		put_return(out, runs->answer);
		return;
	}
	left = tree_len(runs, middle);
	if (left > 255) {
		put_insn(out, BPF_JMP | BPF_JGE | BPF_K, runs[middle].first, 0, 1);
		put_insn(out, BPF_JMP | BPF_JA, left, 0, 0);
	} else {
		put_insn(out, BPF_JMP | BPF_JGE | BPF_K, runs[middle].first, (uint8_t)left, 0);
	}
	put_tree(out, runs, middle);
	put_tree(out, runs + middle, n - middle);
}

enum err filter_compile(const struct filter_spec *spec, struct filter *out, struct why *why)
{
	struct run runs[NUMBERS + 2];
	unsigned n = find_runs(spec, runs);
	enum err e = n ? E_OK : E_INTERNAL;

	out->program = buf_heap(FILTER_MAX_INSNS * sizeof(struct sock_filter));
	put_head(&out->program);
	if (!e) put_tree(&out->program, runs, n);
	if (!e) e = out->program.err;
	if (e) {
		filter_drop(out);
		return why_set(why, E_SANDBOX_SETUP, "seccomp filter: %s", err_text(e));
	}
	sha256(buf_slice(&out->program), out->sha256);
	return E_OK;
}

void filter_drop(struct filter *f)
{
	buf_drop(&f->program);
}

static int load(struct slice program, unsigned flags)
{
	struct sock_fprog prog = {
		.len = (unsigned short)(program.n / sizeof(struct sock_filter)),
		/* The kernel copies the program; it does not write to it. */
		.filter = (struct sock_filter *)(uintptr_t)program.p,
	};

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0) return -1;
	return (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, &prog);
}

int filter_load(struct slice program)
{
	return load(program, 0);
}

int filter_load_asking(struct slice program)
{
	int fd = load(program, SECCOMP_FILTER_FLAG_NEW_LISTENER | WAIT_KILLABLE_RECV);

	return fd < 0 && errno == EINVAL ? load(program, SECCOMP_FILTER_FLAG_NEW_LISTENER) : fd;
}

static bool arg_fits(const struct filter_arg *a, const uint64_t args[6])
{
	uint64_t v = args[a->index & ~FILTER_HIGH];
	uint32_t half = (uint32_t)(a->index & FILTER_HIGH ? v >> 32 : v);

	return (a->mask ? half & a->mask : half) == a->value;
}

static uint16_t guard_answer(const struct filter_guard *g, const uint64_t args[6])
{
	unsigned i, j;

	for (i = 0; i < g->n; i++) {
		const struct filter_case *c = &g->cases[i];

		for (j = 0; j < c->n && arg_fits(&c->arg[j], args); j++)
			;
		if (j == c->n) return c->answer;
	}
	return g->otherwise;
}

uint16_t filter_answer(const struct filter_spec *spec, int nr, const uint64_t args[6])
{
	unsigned i, j;

	if (nr < 0 || (uint32_t)nr >= X32_BIT) return FILTER_KILL;
	if (spec->newest && nr > spec->newest) return ENOSYS;
	for (i = 0; i < spec->n_guards; i++)
		if (spec->guards[i].nr == nr) return guard_answer(&spec->guards[i], args);
	for (i = 0; i < spec->n_groups; i++)
		for (j = 0; j < spec->groups[i].n; j++)
			if (spec->groups[i].nr[j] == nr) return spec->groups[i].answer;
	return spec->otherwise;
}
