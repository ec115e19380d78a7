/* SPDX-License-Identifier: MIT */
/*
 * Decoys: files in the home of a job and variables in its environment that look
 * like somebody's credentials and belong to nobody. Each holds a token that was
 * made for this job (getrandom, the vendor's form), stands nowhere else and ends
 * with it: in no log, record or statement, and wiped here.
 *
 * The files are the test's own, with the modes that tools give them: what belonged
 * to nobody would be known for a decoy, and `npm config set` or a chmod 600 behind
 * an honest write would fail. So the time of the last read proves nothing by itself
 * (an owner may set it, or read without it); the kernel's notices of opening, reading
 * and closing do (sandbox/reads.h): they belong to the file, whatever its name, and
 * the job has no hold on them. Whoever opens a decoy for writing and leaves no mark
 * of it has read it too. A look at name or size is not seen. "Read" is a fact, no
 * more: backup tools and agents read homes.
 *
 * Runs in runner workers and the command line.
 */
#ifndef RUNNER_CANARY_H
#define RUNNER_CANARY_H

#include <sys/stat.h>
#include <time.h>

#include "proc/inspection.h"
#include "proc/leaks.h"
#include "proc/manifest.h"
#include "runner/observer.h"
#include "runner/sandbox/sandbox.h"

/*
 * What is looked for: this many random letters and digits of a token. They are
 * the same in JSON, URLs and shells; 16 of 62 are 95 bits.
 */
#define CANARY_CORE LEAK_TOKEN
/* The longest content of a decoy. */
#define CANARY_FILE_BYTES 1024

struct decoy; /* how one looks, canary.c */

struct canary {
	const struct decoy *decoy;
	int fd;                     /* of the file, by which it is known again; -1: not there */
	uint8_t core[CANARY_CORE];  /* secret */
	struct timespec read, kept; /* times of last access and change when it was planted */
	bool was_read, was_opened;  /* kernel's notices; set by who reads them */
};

struct canaries {
	unsigned n, n_files; /* files come first */
	struct canary list[LIMIT_CANARIES];
	char environment[1024]; /* "NAME=value\0" for each variable; secret */
	size_t environment_bytes;
};

/*
 * Makes the tokens. Variables whose name the manifest sets or asks for, or that the
 * package's programs read, are left out: a test that skips without a key goes on
 * skipping. Without an inspection, or one that had no room for all names, there
 * are none. E_SYSTEM without random bytes.
 */
enum err canaries_make(
	struct canaries *c, const struct manifest *m, const struct inspection *in, struct why *why);
/* Ends every token; harmless on zeros. */
void canaries_drop(struct canaries *c);

/* "~/.npmrc", "$OPENAI_API_KEY". */
struct slice canary_name(const struct canary *c);
/* Path below the home, NULL for a variable. */
const char *canary_path(const struct canary *c);

/*
 * Before a phase: puts down what is not there yet and starts looking anew at what
 * is. What the job has put in the place of a decoy stays. E_SANDBOX_SETUP.
 */
enum err canaries_plant(struct canaries *c, const struct workspace *ws,
	const struct sandbox_env *env, struct why *why);
/* True for a file that is a decoy and as it was planted. */
bool canaries_intact(const struct canaries *c, const struct stat *st);
/* The decoy whose place this path of the job is; NULL when it is none's. */
const struct canary *canaries_own(const struct canaries *c, struct slice path);
/* After it, when nobody of the job lives: what was read, changed or removed. */
void canaries_check(struct canaries *c, const struct workspace *ws, struct observer *o);

#endif
