/* SPDX-License-Identifier: MIT */
/*
 * Result records: what decodes encodes to the same bytes, and becomes answers
 * and a statement which the relying party reads in the same way.
 */
#include "fuzz.h"

#include <string.h>

#include "attest/statement.h"
#include "check/statement.h"
#include "http/render.h"

static struct record record;

static void check_statement(struct slice bytes)
{
	struct statement s = STATEMENT_INIT;
	struct cJSON *tree = NULL;
	const struct manifest *m = &record.manifest;

	FUZZ_ASSERT(statement_parse(bytes, &tree, NULL) == E_OK);
	/* Years before 2000 are no dates of a statement. */
	if (!statement_read(tree, &s, NULL) &&
		record.network_refused == (m->command.n > 0 && m->n_hosts > 0))
		FUZZ_ASSERT(statement_verdict(&s, NULL) == E_OK);
	statement_drop(&s);
}

static void check_json(enum err e, struct buf *b)
{
	struct cJSON *tree = NULL;

	FUZZ_ASSERT(e == E_OK || e == E_INTERNAL || e == E_TOO_LARGE);
	if (!e) FUZZ_ASSERT(json_parse(buf_slice(b), JSON_INTEGERS, &tree, NULL) == E_OK);
	json_drop(&tree);
	buf_reset(b);
}

static void check_answers(struct slice bytes, struct slice statement)
{
	static const uint8_t id[JOB_ID_LEN];
	struct buf text = buf_heap(LIMIT_RECORD_BYTES);
	struct parts p = {.part = {[0] = bytes, [6] = statement}};
	struct job_view view = {.state = JOB_COMPLETED,
		.started_ms = record.submitted_ms,
		.completed_ms = record.submitted_ms,
		.signature = SLICE("s"),
		.spki = SLICE("k")};
	struct buf b = buf_heap(4 * MIB);
	size_t i;

	/* Some output; a NUL in it is written as an escape that the strict reader refuses. */
	for (i = 0; i < bytes.n; i++)
		buf_u8(&text, bytes.p[i] ? bytes.p[i] : '0');
	p.part[4] = buf_slice(&text);
	check_json(render_job(&b, id, &view, &p), &b);
	check_json(render_attestation(&b, id, &view, &p), &b);
	FUZZ_ASSERT(render_bundle_name(&b, id, &p) == E_OK);
	FUZZ_ASSERT(slice_find(buf_slice(&b), 0, '"') == b.n &&
		    slice_find(buf_slice(&b), 0, '\n') == b.n);
	buf_drop(&text);
	buf_drop(&b);
}

/* The statement names a key on the curve; which one does not matter. */
static void name_key(struct verifier_id *who)
{
	static const uint8_t secret[P256_SCALAR_LEN] = {1};
	struct p256_key key;

	if (p256_from_secret(secret, &key)) abort();
	p256_spki(key.point, who->spki);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct verifier_id who;
	struct slice in = slice_of(data, size);
	struct buf again = buf_heap(LIMIT_RECORD_BYTES * 4),
		   b = buf_heap(2 * LIMIT_STATEMENT_BYTES);
	enum err e;

	if (!who.spki[0]) name_key(&who);
	/* Decoding depends on nothing that the memory held before. */
	memset(&record, 0xff, sizeof record);
	if (record_read(in, &record)) return 0;
	FUZZ_ASSERT(record_write(&record, &again) == E_OK);
	FUZZ_ASSERT(slice_eq(in, buf_slice(&again)));
	e = statement_write(&record, &who, 1, &b);
	/* A variable twice cannot be said in canonical form. */
	FUZZ_ASSERT(e == E_OK || e == E_TOO_LARGE || e == E_INTERNAL);
	if (!e) check_statement(buf_slice(&b));
	if (!e) check_answers(in, buf_slice(&b));
	buf_drop(&again);
	buf_drop(&b);
	return 0;
}
