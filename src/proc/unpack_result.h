/* SPDX-License-Identifier: MIT */
/*
 * What the two throw-away processes of a package report to the runner: the
 * unpack process (archive or directory in, files out) and the manifest reader
 * (SKILL.md in, declaration out). Neither reports a digest (C11). Both write
 * one encoded result to their result descriptor and exit.
 */
#ifndef PROC_UNPACK_RESULT_H
#define PROC_UNPACK_RESULT_H

#include "proc/record.h"

/* A refusal as it travels: code, place and detail (printable ASCII). */
struct refusal {
	enum err code; /* E_OK: accepted */
	uint32_t member, line, column;
	struct slice name; /* escaped name of the member, or empty */
	struct slice text; /* detail, or empty */
};

struct unpack_result {
	struct refusal refusal;
	uint8_t format, compression; /* enum package_format, package_compression */
	uint32_t entries;            /* members seen, ignored ones included */
	uint64_t unpacked_bytes;     /* written */
	uint32_t ignored_total;
	unsigned n_ignored;
	struct slice ignored[RECORD_IGNORED]; /* escaped names */
	unsigned n_warnings;
	struct slice warnings[LIMIT_WARNINGS]; /* codes, sorted, unique */
};

struct manifest_result {
	struct refusal refusal; /* when set, of the manifest only the warnings count */
	struct manifest manifest;
};

/* Upper bounds of the encoded forms. */
#define UNPACK_RESULT_BYTES   (64 * KIB)
#define MANIFEST_RESULT_BYTES (640 * KIB)

void codec_refusal(struct codec *c, struct refusal *r);
void codec_unpack_result(struct codec *c, struct unpack_result *r);
void codec_manifest_result(struct codec *c, struct manifest_result *r);

/* The refusal that a why describes; name is the escaped member name or NULL. */
struct refusal refusal_of(const struct why *why, const char *name);

/* What people read: the sentence of the code (specs/skills.md 2.9), then the detail. */
#define REFUSAL_SENTENCE 512
struct slice refusal_sentence(char mem[REFUSAL_SENTENCE], const struct refusal *r);

#endif
