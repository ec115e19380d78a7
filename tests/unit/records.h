/* SPDX-License-Identifier: MIT */
/*
 * Plausible records and what is made of them: statements, envelopes, bundles.
 * A test starts from a good one and changes what it is about. Slices point to
 * literals or to memory that is kept until the process ends.
 */
#ifndef RECORDS_H
#define RECORDS_H

#include "attest/statement.h"
#include "http/render.h"
#include "proc/record.h"

/* 2026-11-20T09:00:00.000Z */
#define RECORD_TIME_MS 1795165200000LL

/* A test of an archive that passed, with everything declared that can be. */
void record_passed(struct record *r);
/*
 * The same, watched from start to end: it read both files of the package, did
 * nothing of note, and has no warning. The rows can be added to (record_saw).
 */
void record_watched(struct record *r);
/* One more row, in its place; kinds may come in any order. */
struct observed *record_saw(
	struct record *r, enum observed_kind kind, const char *value, const char *detail);
/* A directory without a test. */
void record_no_test(struct record *r);
/* The same, whose scripts were tried: one row of every outcome, one failed parse check. */
void record_probed(struct record *r);
/* No test, and the most that probes can say in the longest texts; contents of one letter. */
void record_probed_full(struct record *r, char letter);
/* Every list full and every text as long as the codec takes it; contents of one letter. */
void record_full(struct record *r, char letter);
/* The same with no more in the manifest than a frontmatter holds: the largest that there can be. */
void record_largest(struct record *r, char letter);
/* The encoded bytes, kept; aborts when the record is out of its bounds. */
struct slice record_bytes(struct record *r);

/* An identity with the key of this number (made.h); with tee all of it is filled. */
void verifier_example(struct verifier_id *who, unsigned key, bool tee);
/* The statement of a record, kept; aborts when there is none. */
struct slice statement_of(const struct record *r, const struct verifier_id *who, uint64_t seq);

/* What http gets of a completed job: the view and its parts. */
struct job_example {
	struct record record;
	struct verifier_id who;
	struct job_view view;
	struct parts parts;
};
/* A completed job of this record (copied) without a TEE, signed with key number 1. */
void job_example(struct job_example *j, const struct record *r);
/* A text with the first occurrence of find replaced, kept; aborts when there is none. */
struct slice edited(struct slice text, const char *find, const char *put);
/* The canonical file list whose digests record_passed holds. */
struct slice files_example(void);

#endif
