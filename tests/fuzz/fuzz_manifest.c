/* SPDX-License-Identifier: MIT */
/* Whole SKILL.md files: what is read can be sent, and comes back the same. */
#include "fuzz.h"

#include <string.h>

#include "proc/unpack_result.h"
#include "unpack/manifest_read.h"

static struct manifest_result sent, received;

static void check_sent(void)
{
	struct buf b = buf_heap(MANIFEST_RESULT_BYTES), again = buf_heap(MANIFEST_RESULT_BYTES);
	struct codec c = codec_writer(&b);

	codec_manifest_result(&c, &sent);
	FUZZ_ASSERT(codec_end(&c) == E_OK);
	c = codec_reader(buf_slice(&b));
	memset(&received, 0, sizeof received);
	codec_manifest_result(&c, &received);
	FUZZ_ASSERT(codec_end(&c) == E_OK);
	c = codec_writer(&again);
	codec_manifest_result(&c, &received);
	FUZZ_ASSERT(codec_end(&c) == E_OK && slice_eq(buf_slice(&b), buf_slice(&again)));
	buf_drop(&b);
	buf_drop(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct manifest_memory *mem;
	static const struct slice tops[] = {SLICE("top"), {NULL, 0}};
	struct why why;
	enum err e;
	size_t i;

	if (!mem) mem = manifest_memory_new();
	for (i = 0; i < 2; i++) {
		why = (struct why)WHY_INIT;
		memset(&sent, 0, sizeof sent);
		e = manifest_read(slice_of(data, size), tops[i], mem, &sent.manifest, &why);
		FUZZ_ASSERT(e != E_NO_MEMORY && e != E_INTERNAL);
		FUZZ_ASSERT(!e || (why.code == e && why.text[0]));
		if (e) sent.refusal = refusal_of(&why, NULL);
		FUZZ_ASSERT(e || sent.manifest.timeout_ms >= 100);
		check_sent();
	}
	return 0;
}
