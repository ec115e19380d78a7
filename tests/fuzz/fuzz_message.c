/* SPDX-License-Identifier: MIT */
/*
 * Bodies of messages between processes; the first byte says which one. What
 * decodes encodes to the same bytes, and decoding looks at nothing but them.
 */
#include "fuzz.h"

#include <string.h>

#include "proc/msg.h"

#define MESSAGES(X)                                                                                \
	X(peer)                                                                                    \
	X(stop)                                                                                    \
	X(health)                                                                                  \
	X(submit)                                                                                  \
	X(submitted)                                                                               \
	X(get)                                                                                     \
	X(job)                                                                                     \
	X(status) X(info) X(identity) X(attempt) X(run) X(runner) X(phase) X(result) X(refused)    \
		X(attester) X(evidence) X(retry)

/* Decodes and encodes one kind of body; the error of decoding. */
#define WALK(name)                                                                                 \
	static enum err walk_##name(struct slice in, struct buf *out)                              \
	{                                                                                          \
		static struct msg_##name m;                                                        \
		struct codec c = codec_reader(in);                                                 \
		enum err e;                                                                        \
		memset(&m, 0xff, sizeof m);                                                        \
		codec_msg_##name(&c, &m);                                                          \
		e = codec_end(&c);                                                                 \
		if (e) return e;                                                                   \
		c = codec_writer(out);                                                             \
		codec_msg_##name(&c, &m);                                                          \
		FUZZ_ASSERT(codec_end(&c) == E_OK);                                                \
		return E_OK;                                                                       \
	}
MESSAGES(WALK)

static enum err walk_unpack(struct slice in, struct buf *out)
{
	static struct unpack_result r;
	struct codec c = codec_reader(in);
	enum err e;

	memset(&r, 0xff, sizeof r);
	codec_unpack_result(&c, &r);
	e = codec_end(&c);
	if (e) return e;
	c = codec_writer(out);
	codec_unpack_result(&c, &r);
	FUZZ_ASSERT(codec_end(&c) == E_OK);
	return E_OK;
}

static enum err walk_manifest(struct slice in, struct buf *out)
{
	static struct manifest_result r;
	struct codec c = codec_reader(in);
	enum err e;

	memset(&r, 0xff, sizeof r);
	codec_manifest_result(&c, &r);
	e = codec_end(&c);
	if (e) return e;
	c = codec_writer(out);
	codec_manifest_result(&c, &r);
	FUZZ_ASSERT(codec_end(&c) == E_OK);
	return E_OK;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static enum err (*const walks[])(struct slice, struct buf *) = {
#define WALKS(name) walk_##name,
		MESSAGES(WALKS) walk_unpack, walk_manifest};
	struct slice in = slice_of(data, size);
	struct buf out = buf_heap(4 * MIB);

	if (!size) return 0;
	in = slice_from(in, 1);
	if (!walks[data[0] % (sizeof walks / sizeof *walks)](in, &out))
		FUZZ_ASSERT(slice_eq(in, buf_slice(&out)));
	buf_drop(&out);
	return 0;
}
