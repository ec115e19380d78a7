/* SPDX-License-Identifier: MIT */
/*
 * Answers of chain nodes to every question: the first byte says which. What is
 * taken is known afterwards and has the form of its type; what is refused
 * leaves nothing behind.
 */
#include "fuzz.h"

#include <string.h>

#include "check/governance.h"
#include "check/jsonrpc.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice text = slice_from(slice_of(data, size), 1);
	struct gov_subject s = {.has_kms = true};
	static struct gov_view v, before;
	struct why why = WHY_INIT;
	enum gov_fact f;
	char line[480];
	struct buf b = buf_on(line, sizeof line);
	enum err e;

	if (size == 0) return 0;
	memset(&v, 0, sizeof v);
	memset(&before, 0, sizeof before);
	f = (enum gov_fact)(data[0] % GOV_COUNT);
	e = gov_answer(f, text, &v, &why);
	FUZZ_ASSERT(e == E_OK || why.code == e);
	if (e && f > GOV_BLOCK)
		FUZZ_ASSERT(memcmp(&v.fact[f], &before.fact[f], sizeof v.fact[f]) == 0);
	if (e && e != E_NO_MEMORY) FUZZ_ASSERT(!v.fact[f].known);
	if (!e && (f == GOV_APP_COMPOSE || f == GOV_APP_IS_AUTH || f == GOV_KMS_OS))
		FUZZ_ASSERT(v.fact[f].known && v.fact[f].word[31] <= 1);
	if (e && f == GOV_HISTORY) FUZZ_ASSERT(memcmp(&v, &before, sizeof v) == 0);
	FUZZ_ASSERT(v.n_versions <= GOV_VERSIONS && gov_kms_key(&v).n <= GOV_KMS_KEY_LEN);
	buf_reset(&b);
	if (gov_fact_text(f, &v, &b)) FUZZ_ASSERT(b.n && v.fact[f].known);
	FUZZ_ASSERT(!b.err);
	buf_reset(&b);
	FUZZ_ASSERT(gov_judge(&s, &v, NULL) != E_OK);
	gov_describe(&b, &s, &v);
	FUZZ_ASSERT(!b.err);
	return 0;
}
