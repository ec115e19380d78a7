/* SPDX-License-Identifier: MIT */
/*
 * What a package holds and uses, as text search found it: facts with file and
 * line, never judgements. What is listed is there; what is not listed may still
 * be there. facts/ finds it, in the throw-away process that reads the package;
 * the statement, the answers and `inspect` show it.
 * Runs in unpack, runner, attest, http and the command line; pure.
 */
#ifndef PROC_INSPECTION_H
#define PROC_INSPECTION_H

#include "base/json_write.h"
#include "base/limits.h"
#include "proc/codec.h"

/* What a row is about; the words of fact_kind_text are interface. */
enum fact_kind {
	FACT_ENVIRONMENT,  /* environment variable that a program reads */
	FACT_SECRET,       /* the same, and its name is like that of a credential */
	FACT_BINARY,       /* program that is called and no shell has of itself */
	FACT_HOST,         /* host of an address in a program or a command */
	FACT_MODULE,       /* module imported from outside package and language */
	FACT_MISSING_FILE, /* file that SKILL.md names and the package lacks */
	FACT_INSTALL_HOOK, /* what a package manager runs when it installs this */
	FACT_INTERPRETER,  /* program of a #! line */
	FACT_BROKEN_LINE,  /* a #! line that ends in CR: no kernel finds the program */
	FACT_COMMAND,      /* line of a command in prose, which nobody runs here */
	FACT_NESTED,       /* archive or compiled program inside the package */
	FACT_EXECUTABLE,   /* file with the execute bit */
	FACT_TEST,         /* command of a test that the package seems to have */
	FACT_KINDS
};

struct fact {
	uint8_t kind;       /* enum fact_kind */
	bool declared;      /* SKILL.md, or a list of dependencies, says so too */
	uint32_t line;      /* of its first place, from 1; 0: the file as a whole */
	uint32_t places;    /* where it was found, at least 1 */
	struct slice value; /* printable ASCII, escaped as C10 says */
	struct slice path;  /* of its first place, below the skill's root */
};

/* Characters that people do not see, in one file. */
struct hidden_text {
	struct slice path;
	uint32_t line; /* of the first, from 1 */
	uint32_t zero_width, bidi, tag, escape;
};

/* The last that holds. */
enum package_kind { KIND_TEXT, KIND_COMMANDS, KIND_SCRIPTS, KIND_MACOS };

struct inspection {
	bool present; /* the package was read; nothing else counts without */
	uint8_t kind; /* enum package_kind */
	unsigned n, n_hidden;
	struct fact rows[FACT_KINDS * LIMIT_FACTS_KIND]; /* by kind, path and line */
	struct hidden_text hidden[LIMIT_FACTS_HIDDEN];   /* by path */
	uint32_t more[FACT_KINDS]; /* places of values that have no row for want of room */
	uint32_t more_hidden;      /* files beyond LIMIT_FACTS_HIDDEN */
};

const char *fact_kind_text(unsigned kind);       /* "environment", ... */
const char *package_kind_text(unsigned kind);    /* "text", "commands", ... */
const char *package_kind_meaning(unsigned kind); /* for people */
/* What stands beside every list of facts. */
extern const char inspection_basis[];
/* Places of commands in prose. */
uint32_t inspection_commands(const struct inspection *in);

/* The value of the member "inspection": null, or an object sorted by name. */
void inspection_json(struct jw *w, const struct inspection *in);
/* The same for a report: each row begins with what more writes of it (names before "declared"). */
typedef void inspection_more(struct jw *w, const struct fact *row);
void inspection_json_with(struct jw *w, const struct inspection *in, inspection_more *more);
/* E_PROTOCOL for rows out of order. */
void codec_inspection(struct codec *c, struct inspection *in);

/* What the process that searches is given: which files, and where they stand. */
struct inspected_file {
	struct slice path; /* below the skill's root */
	bool executable;
};

struct inspection_request {
	struct slice skill_root; /* below the process's root: one component, or empty */
	struct slice manifest; /* path of SKILL.md below the skill's root; empty: do not read it */
	unsigned n_files;
	struct inspected_file *files; /* sorted bytewise; room for LIMIT_MEMBERS, the caller's */
};

void codec_inspection_request(struct codec *c, struct inspection_request *r);
#define INSPECTION_REQUEST_BYTES (LIMIT_MEMBERS * (LIMIT_PATH_BYTES + 16) + 2 * KIB)

/* Upper bound of the encoded form. */
#define INSPECTION_BYTES                                                                           \
	(FACT_KINDS * (LIMIT_FACTS_TEXT + LIMIT_FACTS_KIND * 32) +                                 \
		LIMIT_FACTS_HIDDEN * (LIMIT_PATH_BYTES + 32) + 1 * KIB)

#endif
