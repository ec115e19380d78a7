/* SPDX-License-Identifier: MIT */
/* System call filters. Runs in init, role start, runner, cli. */
#include "proc/filter.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <seccomp.h>
#include <stddef.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/fdio.h"

/* The kernel's BPF_MAXINSNS. */
#define FILTER_MAX_INSNS 4096
/* Numbers of the x32 ABI start here. */
#define X32_BIT 0x40000000U

static uint32_t scmp_action(uint16_t answer)
{
	switch (answer) {
	case FILTER_ALLOW: return SCMP_ACT_ALLOW;
	case FILTER_KILL: return SCMP_ACT_KILL_PROCESS;
	case FILTER_NOTIFY: return SCMP_ACT_NOTIFY;
	case FILTER_PRETEND: return SCMP_ACT_ERRNO(0);
	default: return SCMP_ACT_ERRNO(answer);
	}
}

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

static enum err put_guards(struct buf *out, const struct filter_spec *spec)
{
	unsigned i, j;

	for (i = 0; i < spec->n_guards; i++) {
		const struct filter_guard *g = &spec->guards[i];
		unsigned body = 1;

		for (j = 0; j < g->n; j++)
			body += case_len(&g->cases[j]);
		/* A jump over one guard must fit its 8-bit field. */
		if (body > 255) return E_INTERNAL;
		put_insn(out, BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)g->nr, 0, (uint8_t)body);
		for (j = 0; j < g->n; j++)
			put_case(out, &g->cases[j]);
		put_return(out, g->otherwise);
	}
	return E_OK;
}

/*
 * Head and guards. A process of another architecture, or an x32 number, skips
 * to the tail with one long jump.
 */
static enum err put_front(struct buf *out, const struct filter_spec *spec)
{
	uint8_t mem[FILTER_MAX_INSNS * sizeof(struct sock_filter)];
	struct buf guards = buf_on(mem, sizeof mem);
	uint32_t skip;
	enum err e;

	if (spec->newest) {
		put_insn(&guards, BPF_JMP | BPF_JGT | BPF_K, (uint32_t)spec->newest, 0, 1);
		put_return(&guards, ENOSYS);
	}
	e = put_guards(&guards, spec);
	if (e || guards.err) return E_INTERNAL;
	skip = (uint32_t)(guards.n / sizeof(struct sock_filter));
	put_load(out, offsetof(struct seccomp_data, arch));
	put_insn(out, BPF_JMP | BPF_JEQ | BPF_K, AUDIT_ARCH_X86_64, 0, 2);
	put_load(out, offsetof(struct seccomp_data, nr));
	put_insn(out, BPF_JMP | BPF_JGE | BPF_K, X32_BIT, 0, 1);
	put_insn(out, BPF_JMP | BPF_JA, skip, 0, 0);
	buf_put(out, buf_slice(&guards));
	return out->err;
}

static int add_groups(scmp_filter_ctx ctx, const struct filter_spec *spec)
{
	unsigned i, j;
	int r = 0;

	for (i = 0; r == 0 && i < spec->n_groups; i++)
		for (j = 0; r == 0 && j < spec->groups[i].n; j++)
			r = seccomp_rule_add_exact_array(ctx, scmp_action(spec->groups[i].answer),
				spec->groups[i].nr[j], 0, NULL);
	return r;
}

static enum err put_tail(scmp_filter_ctx ctx, struct buf *out)
{
	int fd = memfd_open("filter");
	enum err e = E_SYSTEM;

	if (fd < 0) return e;
	if (seccomp_export_bpf(ctx, fd) == 0 && lseek(fd, 0, SEEK_SET) == 0)
		e = fd_read_all(fd, out);
	fd_close(&fd);
	return e;
}

enum err filter_compile(const struct filter_spec *spec, struct filter *out, struct why *why)
{
	scmp_filter_ctx ctx = seccomp_init(scmp_action(spec->otherwise));
	enum err e = E_OK;
	int r = -ENOMEM;

	out->program = buf_heap(FILTER_MAX_INSNS * sizeof(struct sock_filter));
	if (ctx) r = seccomp_attr_set(ctx, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS);
	if (r == 0) r = seccomp_attr_set(ctx, SCMP_FLTATR_CTL_OPTIMIZE, 2);
	if (r == 0) r = add_groups(ctx, spec);
	if (r == 0) e = put_front(&out->program, spec);
	if (r == 0 && !e) e = put_tail(ctx, &out->program);
	if (ctx) seccomp_release(ctx);
	if (r || e) {
		filter_drop(out);
		return why_set(
			why, E_SANDBOX_SETUP, "seccomp filter: %s", r ? strerror(-r) : err_text(e));
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
