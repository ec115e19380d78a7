/* SPDX-License-Identifier: MIT */
/*
 * Finds what a package holds and uses, and compares it with what its SKILL.md
 * declares (proc/inspection.h says what comes out).
 *
 * Use: facts_begin, facts_file for each file in the order of their paths,
 * facts_end. Pure, no I/O; every byte of every file is attacker
 * controlled. Work is linear in the bytes of a file.
 */
#ifndef FACTS_FACTS_H
#define FACTS_FACTS_H

#include "base/buf.h"
#include "facts/names.h"
#include "proc/inspection.h"

/* What SKILL.md declares. */
struct facts_declared {
	const struct slice *environment, *binaries, *hosts;
	unsigned n_environment, n_binaries, n_hosts;
	bool test;       /* a command */
	bool macos_only; /* metadata.openclaw.os names darwin and nothing else */
};

/* What the package is given: paths, sorted bytewise, and what it declares. */
struct facts_package {
	const struct slice *paths;
	unsigned n_paths;
	struct facts_declared declared;
};

/* Modules that lists of dependencies name; what stands behind them counts as not declared. */
#define FACTS_PROVIDED 512
/* The package's own folders and Python files: what an import of theirs names is no module. */
#define FACTS_OWN 8192
/* Hash table over rows, a third full at most. */
#define FACTS_BUCKETS 2048
/* Values, paths of files and provided names. */
#define FACTS_MEMORY (FACT_KINDS * LIMIT_FACTS_TEXT + FACTS_PROVIDED * 64 + 64 * KIB)

struct facts {
	struct inspection out; /* rows in order of discovery until facts_end */
	/* The rest is for the finders (facts/find.h). */
	const struct facts_package *package;
	struct buf text;
	struct names provided, own;
	struct slice provided_list[FACTS_PROVIDED];
	uint16_t provided_index[2 * FACTS_PROVIDED];
	uint16_t index[FACTS_BUCKETS]; /* number + 1 of a row */
	unsigned rows_of[FACT_KINDS];
	uint32_t text_of[FACT_KINDS];
	bool scripts, commands, macos;
	/* Filled at the first import; not touched before, for most packages have none. */
	uint16_t own_index[2 * FACTS_OWN];
	struct slice own_list[FACTS_OWN];
};

struct facts_source {
	struct slice path; /* below the skill's root; valid until the result is used up */
	struct slice bytes;
	bool executable;
	/* May be NULL: told now and then that nobody looks at the first so many bytes again. */
	void (*passed)(const struct facts_source *s, size_t used);
	size_t *forgotten; /* for whoever is told */
};

/*
 * Everything of the package and memory (FACTS_MEMORY bytes) are the caller's and
 * stay as long as the result is used; *f is not copied once it was begun.
 */
void facts_begin(struct facts *f, const struct facts_package *package, void *memory);
void facts_file(struct facts *f, const struct facts_source *s);
/* Marks what is declared, and sorts. */
void facts_end(struct facts *f);

#endif
