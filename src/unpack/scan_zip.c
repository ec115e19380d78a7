/* SPDX-License-Identifier: MIT */
/* The strict scan of a zip archive. Runs in unpack; no I/O. */
#include "unpack/scan_zip.h"

#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "base/cur.h"
#include "base/limits.h"
#include "base/num.h"
#include "unpack/zeros.h"

/* APPNOTE.TXT 6.3.10, section 4.3: signatures and fixed lengths of records. */
#define SIG_LOCAL      0x04034b50
#define SIG_CENTRAL    0x02014b50
#define SIG_DESCRIPTOR 0x08074b50
#define SIG_END        0x06054b50
#define SIG_END64      0x06064b50
#define SIG_LOCATOR64  0x07064b50
#define LOCAL_LEN      30
#define CENTRAL_LEN    46
#define END_LEN        22
#define END64_LEN      56
#define LOCATOR64_LEN  20
#define COMMENT_MAX    65535

/* How far from the end of the file the end record may begin. */
#define TAIL_MAX (END_LEN + COMMENT_MAX + RECORD_BYTES)

#define FLAG_ENCRYPTED  0x0001
#define FLAG_DESCRIPTOR 0x0008
#define FLAG_PATCH      0x0020
#define FLAG_STRONG     0x0040
#define FLAG_UTF8       0x0800
#define FLAG_MASKED     0x2000

#define METHOD_STORE   0
#define METHOD_DEFLATE 8
#define EMPTY_DEFLATE  2 /* bytes of a deflate stream of nothing */

#define EXTRA_ZIP64   0x0001
#define EXTRA_UNICODE 0x7075
#define IN_ZIP64      0xffffffff /* the value stands in the zip64 field */
#define IN_ZIP64_16   0xffff

/* External attributes: a Unix mode in the upper half, MS-DOS bits in the lower. */
#define UNIX_TYPE(a)   ((a) >> 28)
#define UNIX_DIRECTORY 4
#define UNIX_REGULAR   8
#define UNIX_SYMLINK   10
#define DOS_DIRECTORY  0x10
#define PERMISSIONS    07777
#define SYSTEM_DOS     0

/* Offset of the flags' upper byte in a local header, and the UTF-8 bit in it. */
#define FLAGS_HIGH_AT 7
#define UTF8_HIGH_BIT 0x08

struct directory {
	uint64_t at, size, count;
};

static enum err bad(struct why *why, const char *what)
{
	return why_set(why, E_PKG_FORMAT, "%s", what);
}

static uint32_t le32_at(struct slice s, size_t at)
{
	struct cur c = cur_of(slice_sub(s, at, 4));

	return cur_le32(&c);
}

static uint16_t le16_at(struct slice s, size_t at)
{
	struct cur c = cur_of(slice_sub(s, at, 2));

	return cur_le16(&c);
}

/*
 * Finds the one end record whose comment ends with the file, padding aside. More than one
 * such place means that readers may choose differently.
 */
static enum err find_end(struct slice zip, size_t *out, struct why *why)
{
	struct slice rest;
	size_t at, comment, found = 0, hits = 0;
	bool other = false;
	size_t from = zip.n < TAIL_MAX ? 0 : zip.n - TAIL_MAX;

	for (at = slice_search(zip, from, SLICE("PK\5\6")); at < zip.n;
		at = slice_search(zip, at + 1, SLICE("PK\5\6"))) {
		if (zip.n - at < END_LEN) break;
		other = true;
		rest = slice_from(zip, at + END_LEN);
		comment = le16_at(zip, at + 20);
		if (comment > rest.n || !is_padding(slice_from(rest, comment), zip.n)) continue;
		found = at;
		hits++;
	}
	if (hits == 0 && other)
		return why_set(why, E_PKG_TRAILING, "data behind the end of the zip archive");
	if (hits == 0)
		return why_set(
			why, E_PKG_TRUNCATED, "the end record of the zip archive is missing");
	if (hits > 1) return bad(why, "the zip archive has more than one end record");
	if (le16_at(zip, found + 20) > LIMIT_ZIP_COMMENT)
		return bad(why, "the comment of the zip archive is too long");
	*out = found;
	return E_OK;
}

/* Field of the plain end record against the zip64 one: equal, or marked as being there. */
static bool agrees(uint64_t plain, uint64_t marker, uint64_t wide)
{
	return plain == wide || plain == marker;
}

/* The zip64 end record in front of the plain one at end, when there is one. */
static enum err read_end64(struct slice zip, size_t *end, struct directory *d, struct why *why)
{
	struct cur c;
	uint64_t at, count;

	if (*end < LOCATOR64_LEN || le32_at(zip, *end - LOCATOR64_LEN) != SIG_LOCATOR64) {
		if (d->size == IN_ZIP64 || d->at == IN_ZIP64)
			return bad(why, "the zip64 end record is missing");
		return E_OK;
	}
	c = cur_of(slice_sub(zip, *end - LOCATOR64_LEN + 4, LOCATOR64_LEN - 4));
	if (cur_le32(&c) != 0) return bad(why, "the zip archive has several parts");
	at = cur_le64(&c);
	if (cur_le32(&c) > 1) return bad(why, "the zip archive has several parts");
	if (at > *end || *end - at != END64_LEN + LOCATOR64_LEN || le32_at(zip, at) != SIG_END64)
		return bad(why, "the zip64 end record is not where its locator says");
	c = cur_of(slice_sub(zip, at + 4, END64_LEN - 4));
	if (cur_le64(&c) != END64_LEN - 12) return bad(why, "the zip64 end record is too long");
	cur_take(&c, 4); /* versions */
	if (cur_le32(&c) != 0 || cur_le32(&c) != 0)
		return bad(why, "the zip archive has several parts");
	count = cur_le64(&c);
	if (cur_le64(&c) != count) return bad(why, "the zip archive has several parts");
	if (!agrees(d->count, IN_ZIP64_16, count)) return bad(why, "the member counts differ");
	d->count = count;
	count = cur_le64(&c);
	if (!agrees(d->size, IN_ZIP64, count)) return bad(why, "the directory sizes differ");
	d->size = count;
	count = cur_le64(&c);
	if (!agrees(d->at, IN_ZIP64, count)) return bad(why, "the directory offsets differ");
	d->at = count;
	*end = (size_t)at;
	return E_OK;
}

/* Finds the central directory: it must end where the end records begin. */
static enum err find_directory(struct slice zip, struct directory *out, struct why *why)
{
	struct directory d;
	struct cur c;
	size_t end = 0;
	uint64_t stop;
	enum err e = find_end(zip, &end, why);

	if (e) return e;
	c = cur_of(slice_sub(zip, end + 4, END_LEN - 4));
	if (cur_le16(&c) != 0 || cur_le16(&c) != 0)
		return bad(why, "the zip archive has several parts");
	d.count = cur_le16(&c);
	if (cur_le16(&c) != d.count) return bad(why, "the zip archive has several parts");
	d.size = cur_le32(&c);
	d.at = cur_le32(&c);
	e = read_end64(zip, &end, &d, why);
	if (e) return e;
	if (!add_ok(d.at, d.size, &stop) || stop != end)
		return bad(why, "the central directory does not stand in front of the end record");
	if (d.count > d.size / CENTRAL_LEN)
		return bad(why, "the central directory has fewer entries than it says");
	if (d.count > LIMIT_MEMBERS)
		return why_set(why, E_PKG_ENTRIES, "more than %d members", LIMIT_MEMBERS);
	if (d.count == 0)
		return d.size == 0 && d.at == 0
			       ? why_set(why, E_NO_MANIFEST, "the zip archive is empty")
			       : bad(why, "the central directory has no entries");
	*out = d;
	return E_OK;
}

/*
 * What the extra field of either header adds: wide values for those that are
 * marked, and where a Unicode path field stands in it (0: nowhere).
 */
struct extra {
	struct slice bytes;
	uint64_t *wide[3]; /* size, packed, offset, in this order; NULL where not allowed */
	struct slice name, unicode;
	size_t unicode_at;
	bool has_zip64;
};

static enum err read_zip64_field(struct extra *x, struct slice body, struct why *why)
{
	struct cur c = cur_of(body);
	unsigned i;

	if (x->has_zip64) return bad(why, "a member has two zip64 fields");
	x->has_zip64 = true;
	for (i = 0; i < 3; i++)
		if (x->wide[i] && *x->wide[i] == IN_ZIP64) *x->wide[i] = cur_le64(&c);
	return c.err ? bad(why, "a zip64 field is too short") : E_OK;
}

/* Version 1, CRC-32 of the plain name, then the name in UTF-8: it must be the same name. */
static enum err read_unicode_field(struct extra *x, struct slice body, struct why *why)
{
	struct cur c = cur_of(body);
	uint32_t crc;

	if (x->unicode_at) return bad(why, "a member has two Unicode path fields");
	if (cur_u8(&c) != 1) return bad(why, "a Unicode path field has an unknown version");
	crc = cur_le32(&c);
	if (c.err || crc != (uint32_t)crc32(0, x->name.p, (uInt)x->name.n) ||
		!slice_eq(cur_rest(&c), x->name))
		return bad(why, "a member has two different names; write names in UTF-8");
	return E_OK;
}

static enum err read_extra(struct extra *x, struct why *why)
{
	struct slice left = x->bytes;
	enum err e = E_OK;

	while (left.n >= 4 && !e) {
		struct cur c = cur_of(left);
		uint16_t id = cur_le16(&c);
		struct slice body = cur_take(&c, cur_le16(&c));

		if (c.err) return bad(why, "an extra field is longer than its place");
		if (id == EXTRA_ZIP64) e = read_zip64_field(x, body, why);
		if (id == EXTRA_UNICODE) {
			e = read_unicode_field(x, body, why);
			x->unicode_at = x->bytes.n - left.n + 1; /* 1 more: 0 is none */
		}
		left = cur_rest(&c);
	}
	/* Fewer than four bytes are padding, as zipalign writes it. */
	for (; left.n && !e; left = slice_from(left, 1))
		if (left.p[0] != 0) return bad(why, "an extra field has loose bytes at its end");
	return e;
}

static enum err read_central(struct cur *c, struct zip_entry *z, struct why *why)
{
	struct extra x = {.wide = {&z->size, &z->packed, &z->local}};
	uint16_t name_len, extra_len, comment_len;

	if (cur_le32(c) != SIG_CENTRAL) return bad(why, "a central directory entry is not one");
	cur_u8(c);
	z->system = cur_u8(c);
	cur_le16(c); /* version needed */
	z->flags = cur_le16(c);
	z->method = cur_le16(c);
	cur_le32(c); /* time */
	z->crc = cur_le32(c);
	z->packed = cur_le32(c);
	z->size = cur_le32(c);
	name_len = cur_le16(c);
	extra_len = cur_le16(c);
	comment_len = cur_le16(c);
	if (cur_le16(c) != 0) return bad(why, "the zip archive has several parts");
	cur_le16(c); /* internal attributes */
	z->attributes = cur_le32(c);
	z->local = cur_le32(c);
	z->name = cur_take(c, name_len);
	x.bytes = cur_take(c, extra_len);
	x.name = z->name;
	cur_take(c, comment_len);
	if (c->err) return bad(why, "the central directory ends in the middle of an entry");
	if (slice_find(z->name, 0, 0) != z->name.n)
		return why_set(why, E_PATH_INVALID, "the path holds the control byte 0x00");
	return read_extra(&x, why);
}

/* Encryption and methods: what libarchive was not built to read. */
static enum err check_method(const struct zip_entry *z, uint16_t flags, struct why *why)
{
	if (flags & (FLAG_ENCRYPTED | FLAG_STRONG | FLAG_MASKED))
		return bad(why, "an encrypted member; submit the archive without a password");
	if (flags & FLAG_PATCH) return bad(why, "a member with patch data");
	if (z->method != METHOD_STORE && z->method != METHOD_DEFLATE)
		return why_set(why, E_PKG_FORMAT,
			"a member with compression method %u; use store or deflate", z->method);
	if (z->method == METHOD_STORE && z->packed != z->size)
		return bad(why, "a stored member has two sizes");
	return E_OK;
}

/* One value of the local header against the central one; after a descriptor flag 0 is open. */
static bool same(const struct zip_entry *z, uint64_t local, uint64_t central)
{
	return local == central || (local == 0 && z->flags & FLAG_DESCRIPTOR);
}

/*
 * Reads the local header of z and compares. z->flags become those of the local
 * header, which say whether a descriptor follows; *end is where the content ends.
 */
static enum err read_local(struct slice zip, struct zip_entry *z, uint64_t *end, struct why *why)
{
	struct cur c = cur_of(slice_from(zip, z->local));
	struct slice name;
	uint64_t packed, size;
	struct extra x = {.wide = {&size, &packed, NULL}};
	uint16_t method, name_len, extra_len;
	uint32_t crc;
	enum err e;

	if (cur_le32(&c) != SIG_LOCAL) return bad(why, "a local header is not where it should be");
	cur_le16(&c); /* version needed */
	z->flags = cur_le16(&c);
	method = cur_le16(&c);
	cur_le32(&c); /* time */
	crc = cur_le32(&c);
	packed = cur_le32(&c);
	size = cur_le32(&c);
	name_len = cur_le16(&c);
	extra_len = cur_le16(&c);
	name = cur_take(&c, name_len);
	x.bytes = cur_take(&c, extra_len);
	x.name = name;
	if (c.err) return bad(why, "a local header is cut off");
	e = read_extra(&x, why);
	if (!e) e = check_method(z, z->flags, why);
	if (e) return e;
	if (!slice_eq(name, z->name))
		return bad(why, "local header and central directory name a member differently");
	if (method != z->method || !same(z, crc, z->crc) || !same(z, packed, z->packed) ||
		!same(z, size, z->size))
		return bad(why, "local header and central directory disagree about a member");
	*end = z->local + LOCAL_LEN + name_len + extra_len;
	if (x.unicode_at) z->unicode_at = *end - extra_len + x.unicode_at - 1;
	if (!add_ok(*end, z->packed, end) || *end > zip.n)
		return bad(why, "the content of a member goes beyond the archive");
	return E_OK;
}

/* What stands between content and next header: nothing, or exactly one data descriptor. */
static enum err check_gap(
	struct slice zip, const struct zip_entry *z, uint64_t from, uint64_t to, struct why *why)
{
	struct cur c;
	uint64_t packed, size, n = to - from;
	uint32_t crc;
	bool wide = n == 20 || n == 24;

	if (from > to) return bad(why, "two members share bytes of the archive");
	if (n == 0 && (!(z->flags & FLAG_DESCRIPTOR) || (z->packed == 0 && z->size == 0)))
		return E_OK;
	if (!(z->flags & FLAG_DESCRIPTOR) || (n != 12 && n != 16 && !wide))
		return bad(why, "bytes between two members belong to neither");
	c = cur_of(slice_sub(zip, from, (size_t)n));
	if ((n == 16 || n == 24) && cur_le32(&c) != SIG_DESCRIPTOR)
		return bad(why, "a data descriptor is not one");
	crc = cur_le32(&c);
	packed = wide ? cur_le64(&c) : cur_le32(&c);
	size = wide ? cur_le64(&c) : cur_le32(&c);
	if (crc != z->crc || packed != z->packed || size != z->size)
		return bad(why, "data descriptor and central directory disagree about a member");
	return E_OK;
}

/* What the attributes make of a member, beside what its name says. */
static enum err member_of(const struct zip_entry *z, struct member *out, struct why *why)
{
	struct member m = {.name = z->name, .size = z->size, .position = z->local};
	unsigned type = UNIX_TYPE(z->attributes);
	bool slash = z->name.n && z->name.p[z->name.n - 1] == '/';
	bool marked = type == UNIX_DIRECTORY ||
		      (z->system == SYSTEM_DOS && type == 0 && z->attributes & DOS_DIRECTORY);

	m.mode = z->attributes >> 16 & PERMISSIONS;
	m.type = slash ? MEMBER_DIRECTORY : MEMBER_FILE;
	if (type == UNIX_SYMLINK) m.what = "a symbolic link";
	if (type != 0 && type != UNIX_SYMLINK && type != UNIX_REGULAR && type != UNIX_DIRECTORY)
		m.what = "a special file";
	if (m.what) m.type = MEMBER_OTHER;
	if (m.type == MEMBER_FILE && marked)
		return bad(why, "a directory whose name does not end in a slash");
	if (m.type == MEMBER_DIRECTORY &&
		(z->size != 0 || (z->packed != 0 && (z->method != METHOD_DEFLATE ||
							    z->packed != EMPTY_DEFLATE))))
		return bad(why, "a directory with content");
	if (m.type != MEMBER_FILE) m.size = 0;
	*out = m;
	return E_OK;
}

static int by_offset(const void *a, const void *b)
{
	const struct zip_entry *x = a, *y = b;

	return x->local < y->local ? -1 : x->local > y->local;
}

static enum err read_directory(
	struct scan_zip *z, struct slice zip, const struct directory *d, struct why *why)
{
	struct cur c = cur_of(slice_sub(zip, (size_t)d->at, (size_t)d->size));
	unsigned i;
	enum err e;

	z->entries = calloc((size_t)d->count, sizeof *z->entries);
	if (!z->entries) return E_NO_MEMORY;
	for (i = 0; i < d->count; i++) {
		if (why) why->member = i + 1;
		e = read_central(&c, &z->entries[i], why);
		z->current = z->entries[i].name;
		if (e) return e;
		if (z->entries[i].local >= d->at)
			return bad(why, "a local header is not where it should be");
		z->n++;
	}
	if (cur_left(&c)) return bad(why, "the central directory has more entries than it says");
	qsort(z->entries, z->n, sizeof *z->entries, by_offset);
	return E_OK;
}

enum err scan_zip(
	struct scan_zip *z, struct slice archive, struct member_sink sink, struct why *why)
{
	struct directory d = {0, 0, 0};
	struct member m;
	uint64_t end = 0;
	unsigned i;
	enum err e = find_directory(archive, &d, why);

	if (!e) e = read_directory(z, archive, &d, why);
	if (!e && z->entries[0].local != 0)
		e = bad(why, "there is data in front of the first member");
	for (i = 0; i < z->n && !e; i++) {
		uint64_t next = i + 1 < z->n ? z->entries[i + 1].local : d.at;

		if (why) why->member = i + 1;
		z->current = z->entries[i].name;
		e = read_local(archive, &z->entries[i], &end, why);
		if (!e) e = check_gap(archive, &z->entries[i], end, next, why);
		if (!e) e = member_of(&z->entries[i], &m, why);
		if (!e) e = sink.take(sink.ctx, &m, why);
	}
	if (!e && why) why->member = 0;
	return e;
}

void scan_zip_drop(struct scan_zip *z)
{
	free(z->entries);
	*z = (struct scan_zip)SCAN_ZIP_INIT;
}

/* Replaces the byte at offset when it lies in the copied range. */
static void patch(uint8_t *dst, uint64_t at, size_t n, uint64_t offset, uint8_t value)
{
	if (offset >= at && offset - at < n) dst[offset - at] = value;
}

void scan_zip_copy(
	const struct scan_zip *z, struct slice archive, uint64_t at, size_t n, uint8_t *dst)
{
	unsigned i;

	memcpy(dst, archive.p + at, n);
	for (i = 0; i < z->n; i++) {
		const struct zip_entry *entry = &z->entries[i];
		uint8_t high = (uint8_t)(entry->flags >> 8 & ~UTF8_HIGH_BIT);

		patch(dst, at, n, entry->local + FLAGS_HIGH_AT, high);
		if (!entry->unicode_at) continue;
		patch(dst, at, n, entry->unicode_at, 0xff);
		patch(dst, at, n, entry->unicode_at + 1, 0xff);
	}
}
