/* SPDX-License-Identifier: MIT */
/*
 * Bundles through the whole chain, with an expectation that accepts whatever
 * may be accepted. Nobody here has Intel's keys: no bundle is genuine.
 */
#include "fuzz.h"

#include <string.h>

#include "check/proof.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct proof p;
	struct expect want = {
		.now = 1795165200, /* 2026-11-20 */
		.accept_unevaluated_tcb = true,
		.accept_unevaluated_os = true,
		.accept_prior_versions = true,
		.has_compose_hash = true,
		.weakest_tier = 4,
		.tcb.accept_unevaluated = true,
	};
	struct why why = WHY_INIT;
	unsigned i;

	sha256(SLICE("{\"name\":\"x\"}"), want.compose_hash);
	FUZZ_ASSERT(proof_run(slice_of(data, size), &want, &p, &why) == E_OK);
	FUZZ_ASSERT(p.verdict != PROOF_GENUINE && p.sentence[0]);
	FUZZ_ASSERT(proof_exit(&p, true) != 0 && proof_exit(&p, false) != 0);
	for (i = 0; i < LINK_COUNT; i++) {
		const struct link *l = &p.link[i];

		FUZZ_ASSERT(l->text[0] && (l->state == STATE_FAIL) == (l->code != E_OK));
		FUZZ_ASSERT(p.verdict == PROOF_REFUTED || l->state != STATE_FAIL);
	}
	proof_drop(&p);
	return 0;
}
