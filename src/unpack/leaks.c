/* SPDX-License-Identifier: MIT */
/*
 * What a job gave out, searched for tokens as it comes: nothing is opened, and
 * nothing is kept but the frame at hand. Runs in unpack.
 */
#include "proc/leaks.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/ct.h"
#include "base/fdio.h"
#include "observe/leaks.h"
#include "unpack/unpack.h"

struct search {
	struct leaks_found found;
	struct leaks *leaks;
	uint8_t tokens[LIMIT_CANARIES * LEAK_TOKEN], frame[LEAK_FRAME];
};

/* Exactly n bytes. E_ABSENT at the end of the stream, E_TRUNCATED in the middle. */
static enum err take(int fd, uint8_t *p, size_t n)
{
	size_t at = 0;

	while (at < n) {
		ssize_t got = read(fd, p + at, n - at);

		if (got < 0 && errno == EINTR) continue;
		if (got < 0) return E_SYSTEM;
		if (got == 0) return at ? E_TRUNCATED : E_ABSENT;
		at += (size_t)got;
	}
	return E_OK;
}

static enum err take_u32(int fd, uint32_t *out)
{
	uint8_t mem[4];
	enum err e = take(fd, mem, sizeof mem);
	struct cur c = cur_of(SLICE_OF(mem));

	if (!e) *out = cur_le32(&c);
	return e;
}

static enum err take_tokens(struct search *s, int fd)
{
	uint32_t n = 0;
	enum err e = take_u32(fd, &n);

	if (!e && n > LIMIT_CANARIES) e = E_PROTOCOL;
	if (!e) e = take(fd, s->tokens, (size_t)n * LEAK_TOKEN);
	if (!e) e = leaks_new(&s->leaks, s->tokens, n, &s->found);
	wipe(s->tokens, sizeof s->tokens);
	return e;
}

static enum err take_frames(struct search *s, int fd)
{
	uint32_t place = 0, next = 0, n = 0;
	bool begun = false;
	enum err e;

	while (!(e = take_u32(fd, &next))) {
		e = take_u32(fd, &n);
		if (!e && n > sizeof s->frame) e = E_PROTOCOL;
		if (!e) e = take(fd, s->frame, n);
		if (e) return e == E_ABSENT ? E_TRUNCATED : e;
		if (!begun || next != place) leaks_begin(s->leaks, next);
		begun = true;
		place = next;
		leaks_add(s->leaks, slice_of(s->frame, n));
	}
	return e == E_ABSENT ? E_OK : e;
}

int leaks_process(int result_fd, int source_fd)
{
	struct search *s = calloc(1, sizeof *s);
	struct buf b = buf_heap(LEAKS_FOUND_BYTES);
	struct codec c = codec_writer(&b);
	enum err e = s ? take_tokens(s, source_fd) : E_NO_MEMORY;

	if (!e) e = take_frames(s, source_fd);
	if (!e) {
		codec_leaks(&c, &s->found);
		e = codec_end(&c);
	}
	if (!e) e = fd_write_all(result_fd, buf_slice(&b));
	if (s) leaks_free(&s->leaks);
	free(s);
	buf_drop(&b);
	return e ? 1 : 0;
}
