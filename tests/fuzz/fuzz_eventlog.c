/* SPDX-License-Identifier: MIT */
/* Event logs in JSON, launch events and MRCONFIGID. */
#include "fuzz.h"

#include "check/mrconfig.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint8_t reg[48] = {2, 1};
	struct eventlog log = EVENTLOG_INIT;
	enum mrconfig_state state;
	struct launch l;
	size_t i;

	if (!eventlog_read(slice_of(data, size), &log, NULL)) {
		for (i = 0; i < 4; i++)
			eventlog_matches(&log, (unsigned)i, SLICE_OF(reg), NULL);
		if (!eventlog_launch(&log, &l, NULL)) {
			FUZZ_ASSERT(l.app_id.n == 20 && l.compose_hash.n == 32);
			FUZZ_ASSERT(inside(buf_slice(&log.mem), l.compose_hash));
			mrconfig_check(&l, SLICE_OF(reg), SLICE_NONE, &state, NULL);
			mrconfig_check(&l, SLICE_OF(reg), slice_of(data, size), &state, NULL);
		}
	}
	eventlog_drop(&log);
	return 0;
}
