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

static void put_case(struct buf *out, const struct filter_case *c)
{
	unsigned i, left = case_len(c);

	for (i = 0; i < c->n; i++) {
		const struct filter_arg *a = &c->arg[i];

		/* Little endian: the low half comes first. */
		put_load(out, offsetof(struct seccomp_data, args) + 8U * a->index);
		if (a->mask) put_insn(out, BPF_ALU | BPF_AND | BPF_K, a->mask, 0, 0);
		left -= a->mask ? 3 : 2;
		/* Behind this comparison `left` instructions of the case remain. */
		put_insn(out, BPF_JMP | BPF_JEQ | BPF_K, a->value, 0, (uint8_t)left);
	}
	put_return(out, c->answer);
}

static unsigned guard_len(const struct filter_guard *g)
{
	unsigned i, n = 1;

	for (i = 0; i < g->n; i++)
		n += case_len(&g->cases[i]);
	return n;
}

static void put_guard(struct buf *out, const struct filter_guard *g)
{
	unsigned i;

	for (i = 0; i < g->n; i++)
		put_case(out, &g->cases[i]);
	put_return(out, g->otherwise);
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
};

/* The groups' answers by number; false when they contradict themselves. */
static bool find_answers(const struct filter_spec *spec, struct run all[NUMBERS + 1])
{
	bool named[NUMBERS] = {false};
	unsigned i, j;

	/* One more than there are: the last one goes on. */
	for (i = 0; i <= NUMBERS; i++)
		all[i] = (struct run){i, spec->otherwise, NULL};
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

/* The whole filter as runs, from 0 to the numbers of x32; 0 when its tables are wrong. */
static unsigned find_runs(const struct filter_spec *spec, struct run runs[NUMBERS + 2])
{
	struct run all[NUMBERS + 1];
	unsigned i, n = 0;

	if (!find_answers(spec, all) || spec->newest >= NUMBERS) return 0;
	for (i = 0; i < spec->n_guards; i++) {
		int nr = spec->guards[i].nr;

		if (nr < 0 || nr >= NUMBERS) return 0;
		/* The first of two guards of one number counts. */
		if (!all[nr].guard) all[nr].guard = &spec->guards[i];
	}
	for (i = spec->newest ? (unsigned)spec->newest + 1 : NUMBERS + 1; i <= NUMBERS; i++)
		all[i] = (struct run){i, ENOSYS, NULL};
	for (i = 0; i <= NUMBERS; i++)
		if (n == 0 || runs[n - 1].guard || all[i].guard ||
			runs[n - 1].answer != all[i].answer)
			runs[n++] = all[i];
	runs[n++] = (struct run){X32_BIT, FILTER_KILL, NULL};
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
		put_guard(out, runs->guard);
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

int filter_load(struct slice program)
{
	struct sock_fprog prog = {
		.len = (unsigned short)(program.n / sizeof(struct sock_filter)),
		/* The kernel copies the program; it does not write to it. */
		.filter = (struct sock_filter *)(uintptr_t)program.p,
	};

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0) return -1;
	return (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &prog);
}
