/* SPDX-License-Identifier: MIT */
/* The strict scan of a tar stream. Runs in unpack; no I/O. */
#include "unpack/scan_tar.h"

#include <string.h>

#include "base/num.h"
#include "unpack/scan_pax.h"
#include "unpack/zeros.h"

/* POSIX.1-2017 pax, "ustar Interchange Format": fields of a header block. */
#define NAME_AT      0
#define NAME_LEN     100
#define MODE_AT      100
#define MODE_LEN     8
#define SIZE_AT      124
#define SIZE_LEN     12
#define CHECKSUM_AT  148
#define CHECKSUM_LEN 8
#define TYPE_AT      156
#define MAGIC_AT     257
#define PREFIX_AT    345
#define PREFIX_LEN   155
/* GNU headers: map and real size of a sparse file stand where ustar has the prefix. */
#define GNU_SPARSE_AT  386
#define GNU_SPARSE_LEN 109

#define PERMISSIONS 07777

static struct slice field(const struct scan_tar *s, size_t at, size_t n)
{
	return slice_sub(SLICE_OF(s->block), at, n);
}

/* A text field: ends at the first NUL, or fills its place. */
static struct slice text_field(const struct scan_tar *s, size_t at, size_t n)
{
	struct slice f = field(s, at, n);

	return slice_sub(f, 0, slice_find(f, 0, 0));
}

static bool is_gnu(const struct scan_tar *s)
{
	return slice_eq(field(s, MAGIC_AT, 8), SLICE("ustar  \0"));
}

static bool is_ustar(const struct scan_tar *s)
{
	return slice_eq(field(s, MAGIC_AT, 6), SLICE("ustar\0"));
}

bool tar_begins(struct slice block)
{
	/* The magic is enough, also where the block is cut behind it. */
	if (slice_eq(slice_sub(block, MAGIC_AT, 5), SLICE("ustar"))) return true;
	return block.n >= TAR_BLOCK && all_zero(slice_sub(block, 0, TAR_BLOCK));
}

/* Blanks, octal digits, then blanks or NULs to the end; nothing at all is 0. */
static bool read_octal(struct slice f, uint64_t *out)
{
	uint64_t v = 0;
	size_t i = 0;

	while (i < f.n && f.p[i] == ' ')
		i++;
	for (; i < f.n && f.p[i] >= '0' && f.p[i] <= '7'; i++)
		v = v << 3 | (uint64_t)(f.p[i] - '0'); /* 12 digits have 36 bits */
	for (; i < f.n; i++)
		if (f.p[i] != ' ' && f.p[i] != 0) return false;
	*out = v;
	return true;
}

/* GNU base-256: a marker byte, then a big-endian number. Negative ones have another marker. */
static bool read_base256(struct slice f, uint64_t *out)
{
	uint64_t v = 0;
	size_t i;

	if (f.p[0] != 0x80 || !all_zero(slice_sub(f, 1, f.n - 9))) return false;
	for (i = f.n - 8; i < f.n; i++)
		v = v << 8 | f.p[i];
	/* Content and padding must be countable. */
	if (v > INT64_MAX - TAR_BLOCK) return false;
	*out = v;
	return true;
}

static bool read_size(const struct scan_tar *s, uint64_t *out)
{
	struct slice f = field(s, SIZE_AT, SIZE_LEN);

	return f.p[0] & 0x80 ? read_base256(f, out) : read_octal(f, out);
}

/* The sum of all bytes, those of the checksum itself counted as blanks. */
static bool checksum_ok(const struct scan_tar *s)
{
	struct slice f = field(s, CHECKSUM_AT, CHECKSUM_LEN);
	uint64_t sum = 0, want;
	size_t i;

	for (i = 0; i < TAR_BLOCK; i++)
		sum += s->block[i];
	for (i = 0; i < f.n; i++)
		sum += (uint64_t)' ' - f.p[i];
	return read_octal(f, &want) && want == sum;
}

/* What the members that are never allowed are called; NULL for files and directories. */
static const char *type_name(uint8_t type)
{
	switch (type) {
	case '\0':
	case '0':
	case '5': return NULL;
	case '1': return "a hard link";
	case '2':
	case 'K': return "a symbolic link";
	case '3': return "a character device";
	case '4': return "a block device";
	case '6': return "a named pipe";
	case '7': return "a contiguous file";
	case 'S': return "a sparse file";
	case 'V': return "a volume label";
	case 'M': return "a part of a multi-volume archive";
	case 'D': return "an incremental dump";
	default: return "a member of unknown type";
	}
}

static uint64_t padded(uint64_t n)
{
	return (n + TAR_BLOCK - 1) / TAR_BLOCK * TAR_BLOCK;
}

static void forget_extensions(struct scan_tar *s)
{
	s->has_pax = s->has_name = s->has_size = false;
	s->n_before = 0;
	s->name_len = 0;
	s->other = NULL;
}

/* The effective name: of an extended header, else prefix and name of the block. */
static struct slice member_name(const struct scan_tar *s, uint8_t mem[PREFIX_LEN + 1 + NAME_LEN])
{
	struct slice prefix = text_field(s, PREFIX_AT, PREFIX_LEN);
	struct buf b = buf_on(mem, PREFIX_LEN + 1 + NAME_LEN);

	if (s->has_name) return slice_of(s->name, s->name_len);
	if (is_ustar(s) && prefix.n) {
		buf_put(&b, prefix);
		buf_u8(&b, '/');
	}
	buf_put(&b, text_field(s, NAME_AT, NAME_LEN));
	return buf_slice(&b);
}

static enum err take_member(struct scan_tar *s, uint64_t size, struct why *why)
{
	uint8_t mem[PREFIX_LEN + 1 + NAME_LEN], type = s->block[TYPE_AT];
	struct member m = {.name = member_name(s, mem), .position = s->member_position};
	uint64_t mode;
	enum err e;

	m.what = s->other ? s->other : type_name(type);
	if (s->has_size) size = s->size;
	if (!read_octal(field(s, MODE_AT, MODE_LEN), &mode))
		return why_set(why, E_PKG_FORMAT, "a tar header has an invalid mode");
	m.mode = (uint32_t)(mode & PERMISSIONS);
	if (!m.what && is_gnu(s) && !all_zero(field(s, GNU_SPARSE_AT, GNU_SPARSE_LEN)))
		m.what = "a sparse file";
	/* A file whose name ends in a slash is a directory: pre-POSIX writers, all readers. */
	if (m.what)
		m.type = MEMBER_OTHER;
	else if (type == '5' || (m.name.n && m.name.p[m.name.n - 1] == '/'))
		m.type = MEMBER_DIRECTORY;
	else
		m.type = MEMBER_FILE;
	if (m.type == MEMBER_DIRECTORY && size != 0)
		return why_set(why, E_PKG_FORMAT, "a directory with content");
	if (m.type == MEMBER_FILE) m.size = size;
	e = s->sink.take(s->sink.ctx, &m, why);
	if (e) return e;
	forget_extensions(s);
	s->skip = padded(size);
	s->state = s->skip ? TAR_CONTENT : TAR_HEADER;
	return E_OK;
}

/* The body of an extended header is complete. */
static enum err end_extended(struct scan_tar *s, struct why *why)
{
	struct slice body = buf_slice(&s->ext), name = SLICE_NONE;
	struct pax pax;
	enum err e;

	s->state = TAR_HEADER;
	if (s->ext.err) return s->ext.err;
	if (s->kind == 'L') {
		name = slice_sub(body, 0, slice_find(body, 0, 0));
		if (name.n == 0) return why_set(why, E_PATH_INVALID, "an empty long name");
	} else {
		e = pax_read(body, &pax, why);
		if (e || s->kind == 'g') return e; /* global headers have no effect */
		if (pax.has_size) s->size = pax.size;
		s->has_size = pax.has_size;
		s->other = pax.other;
		s->has_pax = true;
		name = pax.path;
	}
	if (!name.n) return E_OK;
	if (s->has_name) return why_set(why, E_PKG_HEADER, "two extended headers name one member");
	if (name.n > sizeof s->name)
		return why_set(why, E_PATH_TOO_LONG,
			"the path has %zu bytes, at most %d are allowed", name.n, LIMIT_PATH_BYTES);
	memcpy(s->name, name.p, name.n);
	s->name_len = name.n;
	s->has_name = true;
	return E_OK;
}

static enum err begin_extended(struct scan_tar *s, uint64_t size, struct why *why)
{
	s->kind = (char)s->block[TYPE_AT];
	if (s->kind == 'x' && s->has_pax)
		return why_set(why, E_PKG_HEADER, "two pax headers for one member");
	if (s->n_extensions == LIMIT_EXTENSIONS || s->n_before == LIMIT_EXTENSIONS_EACH)
		return why_set(why, E_PKG_HEADER, "too many extended headers");
	s->n_extensions++;
	s->n_before++;
	if (size > LIMIT_HEADER_BYTES - s->header_bytes)
		return why_set(why, E_PKG_HEADER,
			"the extended headers have more than %d bytes together",
			LIMIT_HEADER_BYTES);
	s->header_bytes += size;
	s->ext_left = size;
	s->skip = padded(size);
	buf_reset(&s->ext);
	if (size == 0) return end_extended(s, why);
	s->state = TAR_EXTENDED;
	return E_OK;
}

/* A complete block where a header is due. */
static enum err take_header(struct scan_tar *s, struct why *why)
{
	uint8_t type = s->block[TYPE_AT];
	uint64_t size;

	if (all_zero(SLICE_OF(s->block))) {
		if (s->n_before)
			return why_set(
				why, E_PKG_HEADER, "an extended header without a member behind it");
		s->state = TAR_END_SECOND;
		return E_OK;
	}
	if (!is_gnu(s) && !is_ustar(s))
		return why_set(why, E_PKG_FORMAT,
			s->position == TAR_BLOCK ? "this is not a tar archive"
						 : "not a tar header where one is due");
	if (!checksum_ok(s)) return why_set(why, E_PKG_FORMAT, "a tar header has a wrong checksum");
	if (!read_size(s, &size))
		return why_set(why, E_PKG_FORMAT, "a tar header has an invalid size");
	if (s->n_before == 0) s->member_position = s->position - TAR_BLOCK;
	if (type == 'x' || type == 'g' || type == 'L') return begin_extended(s, size, why);
	return take_member(s, size, why);
}

static enum err take_block(struct scan_tar *s, struct why *why)
{
	bool zero;

	if (s->state == TAR_HEADER) return take_header(s, why);
	zero = all_zero(SLICE_OF(s->block));
	if (!zero) return why_set(why, E_PKG_TRAILING, "data behind the end of the tar archive");
	if (s->state == TAR_END_SECOND) {
		s->state = TAR_PADDING;
		s->end = s->position;
	}
	/* Zeros up to the end of the record in which the marker stands. */
	if (s->position > (s->end + RECORD_BYTES - 1) / RECORD_BYTES * RECORD_BYTES)
		return why_set(why, E_PKG_TRAILING, "more than %d zero bytes behind the end",
			RECORD_BYTES);
	return E_OK;
}

/* Content, body of an extended header, or the padding of either. */
static enum err take_run(struct scan_tar *s, struct slice *bytes, struct why *why)
{
	struct slice run = slice_sub(*bytes, 0, s->skip < bytes->n ? (size_t)s->skip : bytes->n);
	struct slice body;

	*bytes = slice_from(*bytes, run.n);
	s->position += run.n;
	s->skip -= run.n;
	if (s->state == TAR_EXTENDED) {
		body = slice_sub(run, 0, s->ext_left < run.n ? (size_t)s->ext_left : run.n);
		buf_put(&s->ext, body);
		s->ext_left -= body.n;
		if (s->skip == 0) return end_extended(s, why);
	}
	if (s->skip == 0) s->state = TAR_HEADER;
	return E_OK;
}

void scan_tar_init(struct scan_tar *s, struct member_sink sink)
{
	*s = (struct scan_tar){.sink = sink, .ext = buf_heap(LIMIT_HEADER_BYTES)};
}

void scan_tar_drop(struct scan_tar *s)
{
	buf_drop(&s->ext);
}

enum err scan_tar_feed(struct scan_tar *s, struct slice bytes, struct why *why)
{
	enum err e = E_OK;

	while (bytes.n && !e) {
		struct slice part;

		if (s->state == TAR_CONTENT || s->state == TAR_EXTENDED) {
			e = take_run(s, &bytes, why);
			continue;
		}
		part = slice_sub(bytes, 0, TAR_BLOCK - s->have);
		memcpy(s->block + s->have, part.p, part.n);
		s->have += part.n;
		s->position += part.n;
		bytes = slice_from(bytes, part.n);
		if (s->have < TAR_BLOCK) break;
		s->have = 0;
		e = take_block(s, why);
	}
	return e;
}

enum err scan_tar_end(const struct scan_tar *s, struct why *why)
{
	if (s->state == TAR_PADDING && s->have == 0) return E_OK;
	/* A part of a block that is not zero is no padding of anything. */
	if (s->state == TAR_PADDING && !all_zero(slice_of(s->block, s->have)))
		return why_set(why, E_PKG_TRAILING, "data behind the end of the tar archive");
	if (s->position > 0 && s->position < TAR_BLOCK && !tar_begins(slice_of(s->block, s->have)))
		return why_set(why, E_PKG_FORMAT, "this is not a tar archive");
	if (s->state == TAR_HEADER && s->have == 0)
		return why_set(
			why, E_PKG_TRUNCATED, "the end marker of the tar archive is missing");
	return why_set(why, E_PKG_TRUNCATED, "the tar archive ends in the middle of a member");
}
