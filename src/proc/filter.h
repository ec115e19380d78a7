/* SPDX-License-Identifier: MIT */
/*
 * System call filters: data compiled once to BPF, hashed, and loaded raw.
 *
 * A program ends processes of other architectures. What follows is one search
 * tree over system call numbers. Its leaves are runs of numbers with one answer
 * whatever their arguments, and guards of calls whose arguments matter: the
 * first case that fits, else what stands behind all cases; they look at the low
 * 32 bits of an argument, which is all that the kernel reads of the arguments we
 * guard (CVE-2019-10063). Numbers newer than any we have judged answer ENOSYS,
 * those of x32 end the process, and everything unlisted gets the answer of the
 * spec.
 *
 * One tree, because loading is what costs: the kernel (5.11) walks the program
 * once for every number to find those that are always allowed, 3 us an
 * instruction that all of them pass. A row of guards in front of the tree cost a
 * sandbox 50 us. It is made here and not by libseccomp, which took 2 ms of every
 * `inspect`; tests/unit/test_filter_tail.c compares the two for every number.
 *
 * Runs in init, the role start, runner and the command line.
 */
#ifndef PROC_FILTER_H
#define PROC_FILTER_H

#include <sys/syscall.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/hash.h"

/* An answer is one of these, or an errno. */
#define FILTER_ALLOW   0
#define FILTER_KILL    0xffff /* the process ends by SIGSYS */
#define FILTER_NOTIFY  0xfffe /* asks the listener */
#define FILTER_PRETEND 0xfffd /* success without doing anything */
/* Numbers below are an errno. */
#define FILTER_ERRNO_END 4096

#define FILTER_HIGH 8U

/* (low half of args[index] & mask) == value; mask 0 means all 32 bits. */
struct filter_arg {
	uint8_t index; /* | FILTER_HIGH: the high half, of a pointer */
	uint32_t mask, value;
};

struct filter_case {
	uint16_t answer;
	unsigned n;
	struct filter_arg arg[3];
};

struct filter_guard {
	int nr;
	uint16_t otherwise;
	unsigned n;
	const struct filter_case *cases;
};

struct filter_group {
	const char *reason;
	uint16_t answer;
	unsigned n;
	const int *nr;
};

/*
 * What of a spec's calls a listener is asked about, instead of the answer that
 * the spec gives: all of them, or of a call with a guard those that the guard
 * refuses. A guard here is for a call that has none in the spec; what it does
 * not allow is asked.
 */
struct filter_watch {
	const struct filter_group *groups; /* all of answer FILTER_NOTIFY */
	unsigned n_groups;
	const struct filter_guard *guards;
	unsigned n_guards;
};

struct filter_spec {
	const struct filter_group *groups;
	unsigned n_groups;
	const struct filter_guard *guards;
	unsigned n_guards;
	uint16_t otherwise;               /* for every number that is named nowhere */
	int newest;                       /* numbers above answer ENOSYS; 0: they get otherwise */
	const struct filter_watch *watch; /* NULL: nobody is asked */
};

/* How tables are written down. */
/* clang-format off */
#define FILTER_COUNT(array)        (sizeof(array) / sizeof *(array))
#define FILTER_ALLOWS(reason, nrs) {reason, FILTER_ALLOW, FILTER_COUNT(nrs), nrs}
/* Guards of mmap and mprotect: no memory is ever made executable. */
#define FILTER_NO_EXEC \
	{SYS_mmap, FILTER_KILL, 1, &filter_no_exec}, {SYS_mprotect, FILTER_KILL, 1, &filter_no_exec}
/* clang-format on */
extern const struct filter_case filter_no_exec;

/* A compiled program: struct sock_filter instructions, on the heap. */
struct filter {
	struct buf program;
	uint8_t sha256[SHA256_LEN];
};

#define FILTER_INIT                                                                                \
	{                                                                                          \
		BUF_INIT,                                                                          \
		{                                                                                  \
			0                                                                          \
		}                                                                                  \
	}

/* E_SANDBOX_SETUP with a reason when a rule cannot be compiled. */
enum err filter_compile(const struct filter_spec *spec, struct filter *out, struct why *why);
void filter_drop(struct filter *f);
/* Loads a program for this process; sets no_new_privs first. -1 with errno. */
int filter_load(struct slice program);
/*
 * The same for a program that asks; gives the descriptor at which it is
 * answered, close-on-exec. Where the kernel can (5.19), a call that was taken is
 * interrupted by nothing but the death of its process.
 */
int filter_load_asking(struct slice program);
/*
 * What a spec answers to a call, read from its tables and not from a program;
 * nobody is asked. The answer that a listener gives for the filter it stands for.
 */
uint16_t filter_answer(const struct filter_spec *spec, int nr, const uint64_t args[6]);

#endif
