/* SPDX-License-Identifier: MIT */
/* Compose files without a frame around them, image references, mounts. */
#include "fuzz.h"

#include "check/image_ref.h"
#include "check/images.h"
#include "check/mounts.h"

static void walk(const struct ytree *t)
{
	struct ytree_walk w = ytree_walk(t->root);
	size_t n = 0;
	uint32_t i;

	for (i = ytree_walk_next(t, &w); i; i = ytree_walk_next(t, &w)) {
		FUZZ_ASSERT(inside(buf_slice(&t->text), ytree_text(t, i)));
		FUZZ_ASSERT(++n <= LIMIT_COMPOSE_NODES);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct findings f;
	static struct images im;
	struct compose c = {.compose_file = slice_of(data, size)}, frame;
	uint8_t digest[32];
	struct ytree t;
	size_t i;

	f = (struct findings){0};
	if (image_ref_pinned(c.compose_file, digest)) FUZZ_ASSERT(size > 71);
	mount_classify(c.compose_file);
	/* Seeds are app-compose texts: take the file out of them. */
	if (!compose_read(c.compose_file, NULL, &frame, &f, NULL)) {
		if (!ytree_read(frame.compose_file, &t, NULL)) ytree_drop(&t);
		compose_drop(&frame);
	}
	if (ytree_read(c.compose_file, &t, NULL)) return 0;
	walk(&t);
	ytree_drop(&t);
	f = (struct findings){0};
	if (images_read(&c, NULL, &im, &f, NULL)) return 0;
	for (i = 0; i < im.n && !f.fatal; i++)
		FUZZ_ASSERT(im.item[i].pinned && !im.item[i].launcher);
	images_drop(&im);
	return 0;
}
