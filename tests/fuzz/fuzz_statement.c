/* SPDX-License-Identifier: MIT */
/*
 * Statements as the relying party reads them. Texts that are not canonical are
 * read too, for the sake of what lies behind that check.
 */
#include "fuzz.h"

#include <string.h>

#include "check/schema.h"
#include "check/statement.h"

static void check_read(struct statement *s)
{
	struct why why = WHY_INIT;
	enum err e = statement_consistent(s, &why);
	uint8_t keyid[SHA256_LEN];

	FUZZ_ASSERT(e == E_OK || (e == E_STATEMENT_INCONSISTENT && why.text[0]));
	if (!e) {
		sha256(SLICE_OF(s->spki), keyid);
		FUZZ_ASSERT(memcmp(keyid, s->keyid, sizeof keyid) == 0);
		FUZZ_ASSERT(s->attempt > 0);
	}
	why = (struct why)WHY_INIT;
	e = statement_verdict(s, &why);
	FUZZ_ASSERT(e == E_OK || (e == E_VERDICT_MISMATCH && why.text[0]));
	/* What never ran a test did not pass. */
	if (!e && s->verdict == VERDICT_PASSED)
		FUZZ_ASSERT(json_child(json_get(s->predicate, "run")) && s->argv);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice in = slice_of(data, size);
	struct statement s = STATEMENT_INIT;
	struct cJSON *tree = NULL;
	struct why why = WHY_INIT;
	enum err e = statement_parse(in, &tree, &why);

	FUZZ_ASSERT(!e == (tree != NULL) && (!e || why.text[0]));
	if (e && json_parse(in, JSON_INTEGERS, &tree, NULL)) return 0;
	why = (struct why)WHY_INIT;
	e = statement_read(tree, &s, &why);
	FUZZ_ASSERT(e == E_OK || (e == E_STATEMENT_SCHEMA && why.text[0]));
	if (!e) FUZZ_ASSERT(schema_check(s.tree, NULL) == E_OK);
	if (!e) check_read(&s);
	statement_drop(&s);
	return 0;
}
