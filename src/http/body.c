/* SPDX-License-Identifier: MIT */
/* Framing and multipart of request bodies. Runs in http; pure. */
#include "http/body.h"

#include <string.h>

#include "base/num.h"

/* States of the chunk machine. */
enum {
	CHUNK_SIZE,
	CHUNK_EXT,
	CHUNK_SIZE_LF,
	CHUNK_DATA,
	CHUNK_DATA_CR,
	CHUNK_DATA_LF,
	CHUNK_TRAILER,
	CHUNK_TRAILER_LINE,
	CHUNK_TRAILER_LF,
	CHUNK_END_LF
};

/* A size line or trailer line longer than this is an attack. */
#define CHUNK_LINE_MAX 256

void framing_length(struct framing *f, uint64_t length, uint64_t max)
{
	*f = (struct framing){.left = length, .max = max, .done = length == 0};
}

void framing_chunked(struct framing *f, uint64_t max)
{
	*f = (struct framing){.chunked = true, .max = max, .state = CHUNK_SIZE};
}

static enum err give(struct framing *f, struct slice bytes, body_sink *sink, void *ctx)
{
	f->total += bytes.n;
	if (f->total > f->max) return E_PKG_TOO_LARGE;
	return bytes.n ? sink(ctx, bytes) : E_OK;
}

/* One byte of a chunk's surroundings. */
static enum err chunk_byte(struct framing *f, uint8_t b)
{
	if (++f->line > CHUNK_LINE_MAX) return E_BAD_REQUEST;
	switch (f->state) {
	case CHUNK_SIZE:
		if (hex_digit(b) >= 0) {
			if (f->left >> 56) return E_BAD_REQUEST;
			f->left = f->left << 4 | (uint64_t)hex_digit(b);
			return E_OK;
		}
		/* The size needs a digit before anything else. */
		if (f->line == 1) return E_BAD_REQUEST;
		if (b == ';') {
			f->state = CHUNK_EXT;
			return E_OK;
		}
		f->state = CHUNK_SIZE_LF;
		return b == '\r' ? E_OK : E_BAD_REQUEST;
	case CHUNK_EXT:
		if (b == '\r') f->state = CHUNK_SIZE_LF;
		return b == '\n' ? E_BAD_REQUEST : E_OK;
	case CHUNK_SIZE_LF:
		f->state = f->left ? CHUNK_DATA : CHUNK_TRAILER;
		f->line = 0;
		return b == '\n' ? E_OK : E_BAD_REQUEST;
	case CHUNK_DATA_CR: f->state = CHUNK_DATA_LF; return b == '\r' ? E_OK : E_BAD_REQUEST;
	case CHUNK_DATA_LF:
		f->state = CHUNK_SIZE;
		f->line = 0;
		return b == '\n' ? E_OK : E_BAD_REQUEST;
	case CHUNK_TRAILER:
		f->state = b == '\r' ? CHUNK_END_LF : CHUNK_TRAILER_LINE;
		return b == '\n' ? E_BAD_REQUEST : E_OK;
	case CHUNK_TRAILER_LINE:
		if (b == '\r') f->state = CHUNK_TRAILER_LF;
		return b == '\n' ? E_BAD_REQUEST : E_OK;
	case CHUNK_TRAILER_LF:
		f->state = CHUNK_TRAILER;
		f->line = 0;
		return b == '\n' ? E_OK : E_BAD_REQUEST;
	default: f->done = true; return b == '\n' ? E_OK : E_BAD_REQUEST;
	}
}

enum err framing_take(
	struct framing *f, struct slice bytes, size_t *used, body_sink *sink, void *ctx)
{
	struct slice rest = bytes;
	enum err e = E_OK;

	while (rest.n && !f->done && !e) {
		if (!f->chunked || f->state == CHUNK_DATA) {
			struct slice part =
				slice_sub(rest, 0, f->left < rest.n ? (size_t)f->left : rest.n);

			e = give(f, part, sink, ctx);
			f->left -= part.n;
			rest = slice_from(rest, part.n);
			if (f->left == 0) {
				if (f->chunked)
					f->state = CHUNK_DATA_CR;
				else
					f->done = true;
			}
		} else {
			e = chunk_byte(f, rest.p[0]);
			rest = slice_from(rest, 1);
		}
	}
	*used = bytes.n - rest.n;
	return e;
}

/* States of the multipart machine. */
enum {
	PART_PREAMBLE,
	PART_BOUNDARY_END,
	PART_BOUNDARY_LF,
	PART_DASH,
	PART_HEAD,
	PART_CONTENT,
	PART_EPILOGUE
};

/* Value of a parameter such as boundary=x or name="x"; quotes are taken off. */
static struct slice parameter(struct slice value, const char *name)
{
	slice_split(&value, ';');
	while (value.n) {
		struct slice pair = slice_trim(slice_split(&value, ';')),
			     key = slice_split(&pair, '=');

		if (!slice_is_nocase(slice_trim(key), name)) continue;
		pair = slice_trim(pair);
		if (pair.n >= 2 && pair.p[0] == '"' && pair.p[pair.n - 1] == '"')
			pair = slice_sub(pair, 1, pair.n - 2);
		return pair;
	}
	return SLICE_NONE;
}

enum err multipart_start(struct multipart *m, struct slice content_type)
{
	struct slice boundary = parameter(content_type, "boundary");

	memset(m, 0, sizeof *m);
	if (boundary.n == 0 || boundary.n > BOUNDARY_MAX) return E_MULTIPART_INVALID;
	memcpy(m->delimiter, "\r\n--", 4);
	memcpy(m->delimiter + 4, boundary.p, boundary.n);
	m->delimiter_len = 4 + boundary.n;
	/* The first delimiter needs no CR LF in front of it. */
	m->matched = 2;
	m->state = PART_PREAMBLE;
	return E_OK;
}

/*
 * The header of a part: which field it is. A field that we do not know is
 * refused: a misspelt "nonce" must not become a result without one.
 */
static enum err part_head(struct multipart *m)
{
	struct slice head = slice_of(m->head, m->head_len);
	bool is_file = false, known = false;

	m->is_nonce = m->is_secret = false;
	while (head.n) {
		struct slice line = slice_trim(slice_split(&head, '\n')),
			     key = slice_split(&line, ':'), name;

		if (!slice_is_nocase(slice_trim(key), "content-disposition")) continue;
		name = parameter(line, "name");
		is_file = slice_is(name, "skill") || slice_is(name, "file") ||
			  slice_is(name, "package");
		m->is_nonce = slice_is(name, "nonce");
		m->is_secret = slice_is(name, "secret");
		/* "name" is for people; "wait" may be answered with 202 at once. */
		known = is_file || m->is_nonce || slice_is(name, "name") || slice_is(name, "wait");
	}
	if (m->is_secret) return E_SECRETS_UNSUPPORTED;
	if (!known) return E_MULTIPART_INVALID;
	if (is_file && m->file_seen) return E_MULTIPART_INVALID;
	m->in_file = is_file;
	m->file_seen = m->file_seen || is_file;
	m->text_len = 0;
	return E_OK;
}

static enum err part_bytes(struct multipart *m, struct slice bytes, body_sink *sink, void *ctx)
{
	if (m->state == PART_PREAMBLE || bytes.n == 0) return E_OK;
	if (m->in_file) return sink(ctx, bytes);
	if (m->text_len + bytes.n > sizeof m->text) return E_MULTIPART_INVALID;
	memcpy(m->text + m->text_len, bytes.p, bytes.n);
	m->text_len += bytes.n;
	return E_OK;
}

static enum err part_end(struct multipart *m)
{
	if (m->state == PART_CONTENT && m->is_nonce) {
		if (m->has_nonce ||
			!slice_text(m->nonce, sizeof m->nonce, slice_of(m->text, m->text_len)))
			return E_NONCE_INVALID;
		m->has_nonce = true;
	}
	m->state = PART_BOUNDARY_END;
	m->matched = 0;
	return E_OK;
}

/*
 * Content (or preamble): everything up to a delimiter. What was matched of a
 * delimiter that then fails was content after all; it can only begin again at
 * a CR, which occurs once in the delimiter, so no byte is looked at twice.
 */
static enum err content(struct multipart *m, struct slice *rest, body_sink *sink, void *ctx)
{
	struct slice bytes = *rest;
	size_t i, from = 0;
	enum err e = E_OK;

	for (i = 0; i < bytes.n && !e; i++) {
		if (bytes.p[i] == (uint8_t)m->delimiter[m->matched]) {
			if (m->matched == 0) {
				e = part_bytes(m, slice_sub(bytes, from, i - from), sink, ctx);
				from = i;
			}
			m->matched++;
			if (m->matched == m->delimiter_len) {
				*rest = slice_from(bytes, i + 1);
				return e ? e : part_end(m);
			}
			continue;
		}
		if (m->matched > 0) {
			size_t again = bytes.p[i] == '\r';

			e = part_bytes(m, slice_of(m->delimiter, m->matched), sink, ctx);
			m->matched = again;
			from = i;
		}
	}
	if (!e && m->matched == 0) e = part_bytes(m, slice_from(bytes, from), sink, ctx);
	*rest = SLICE_NONE;
	return e;
}

/* Behind a delimiter: CR LF for the next part, or two dashes for the end. */
static enum err boundary_end(struct multipart *m, uint8_t b)
{
	switch (m->state) {
	case PART_BOUNDARY_END:
		if (b == ' ' || b == '\t') return E_OK;
		m->state = b == '-' ? PART_DASH : PART_BOUNDARY_LF;
		return b == '-' || b == '\r' ? E_OK : E_MULTIPART_INVALID;
	case PART_BOUNDARY_LF:
		m->state = PART_HEAD;
		m->head_len = 0;
		return b == '\n' ? E_OK : E_MULTIPART_INVALID;
	default:
		m->state = PART_EPILOGUE;
		m->closed = true;
		return b == '-' ? E_OK : E_MULTIPART_INVALID;
	}
}

static enum err head_byte(struct multipart *m, uint8_t b)
{
	if (m->head_len == sizeof m->head) return E_MULTIPART_INVALID;
	m->head[m->head_len++] = b;
	if (!slice_is(slice_of(m->head, m->head_len), "\r\n") &&
		!slice_ends(slice_of(m->head, m->head_len), "\r\n\r\n"))
		return E_OK;
	m->state = PART_CONTENT;
	/* The head has used up its CR LF; the delimiter of an empty part brings its own. */
	m->matched = 0;
	return part_head(m);
}

enum err multipart_take(struct multipart *m, struct slice bytes, body_sink *sink, void *ctx)
{
	enum err e = E_OK;

	while (bytes.n && !e && m->state != PART_EPILOGUE) {
		switch (m->state) {
		case PART_PREAMBLE:
		case PART_CONTENT: e = content(m, &bytes, sink, ctx); break;
		case PART_HEAD:
			e = head_byte(m, bytes.p[0]);
			bytes = slice_from(bytes, 1);
			break;
		default: e = boundary_end(m, bytes.p[0]); bytes = slice_from(bytes, 1);
		}
	}
	return e;
}

enum err multipart_end(const struct multipart *m)
{
	if (!m->closed) return E_MULTIPART_INVALID;
	return m->file_seen ? E_OK : E_NO_PACKAGE;
}
