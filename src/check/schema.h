/* SPDX-License-Identifier: MIT */
/*
 * Members of a statement, schema 1 (C26): one table of paths and types. A
 * statement is read only when it has every member of the table, none besides,
 * and values of the right form. src/attest/README.md shows the same table to
 * people; a test compares both with what attest writes.
 * Runs in the command line; pure; input is attacker controlled.
 */
#ifndef CHECK_SCHEMA_H
#define CHECK_SCHEMA_H

#include "base/err.h"
#include "base/json.h"

enum member_type {
	MEMBER_OBJECT,
	MEMBER_ARRAY,
	MEMBER_TEXT,
	MEMBER_WORD, /* one of words */
	MEMBER_HEX,  /* lower-case hex of `size` bytes */
	MEMBER_KEY,  /* base64 of a P-256 SubjectPublicKeyInfo */
	MEMBER_COUNT,
	MEMBER_BOOL,
	MEMBER_TIME, /* YYYY-MM-DDTHH:MM:SS.mmmZ */
	MEMBER_NULL, /* has no other value in this schema */
	MEMBER_MAP,  /* object of free names with text values */
};

enum { MEMBER_NULLABLE = 1, MEMBER_OPTIONAL = 2 };

struct member {
	const char *path; /* "predicate.run[].exit.kind"; "" is the statement itself */
	enum member_type type;
	unsigned flags;
	unsigned size;     /* of MEMBER_HEX, bytes */
	const char *words; /* of MEMBER_WORD, separated by "|" */
};

/* Ended by a NULL path; parents stand before their members. */
extern const struct member statement_members[];

/* "text", "hex 32"... as the table in the README writes it. */
const char *member_type_text(const struct member *m, char *mem, size_t cap);

/* E_STATEMENT_SCHEMA, with the path of the first member that is wrong. */
enum err schema_check(const struct cJSON *statement, struct why *why);

#endif
