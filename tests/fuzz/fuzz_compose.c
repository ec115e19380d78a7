/* SPDX-License-Identifier: MIT */
/* App-compose texts, with the compose file inside. */
#include "fuzz.h"

#include "check/images.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct findings f;
	static struct images im;
	struct compose c;
	size_t i;

	f = (struct findings){0};
	if (compose_read(slice_of(data, size), NULL, &c, &f, NULL)) return 0;
	if (!images_read(&c, NULL, &im, &f, NULL)) {
		FUZZ_ASSERT((findings_verdict(&f, NULL) == E_OK) == !f.fatal);
		for (i = 0; i < im.n && !f.fatal; i++)
			FUZZ_ASSERT(im.item[i].pinned && !im.item[i].launcher);
		images_expect(&im, c.sha256, NULL);
		images_drop(&im);
	}
	compose_drop(&c);
	return 0;
}
