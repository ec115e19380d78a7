/* SPDX-License-Identifier: MIT */
/* Records of a pax extended header. Runs in unpack; pure. */
#include "unpack/scan_pax.h"

#include "base/limits.h"
#include "base/num.h"

/* Attributes of files whose values are bytes, not text. */
static bool value_is_bytes(struct slice key)
{
	return slice_starts(key, "SCHILY.xattr.") || slice_starts(key, "LIBARCHIVE.xattr.") ||
	       slice_is(key, "RHT.security.selinux");
}

/*
 * Splits the next record off *body: "LENGTH KEY=VALUE\n", where LENGTH counts
 * the whole record, itself and the newline included.
 */
static enum err next_record(
	struct slice *body, struct slice *key, struct slice *value, struct why *why)
{
	struct slice record, digits;
	uint64_t length;
	size_t blank = slice_find(*body, 0, ' ');

	digits = slice_sub(*body, 0, blank);
	if (blank == body->n || parse_u64(digits, body->n, &length) || length <= blank + 1)
		return why_set(why, E_PKG_HEADER, "a pax record has a wrong length");
	record = slice_sub(*body, 0, (size_t)length);
	if (record.p[record.n - 1] != '\n')
		return why_set(why, E_PKG_HEADER, "a pax record does not end with a newline");
	*body = slice_from(*body, record.n);
	record.n--;
	*value = slice_from(record, blank + 1);
	if (slice_find(*value, 0, '=') == value->n)
		return why_set(why, E_PKG_HEADER, "a pax record has no \"=\"");
	*key = slice_split(value, '=');
	if (key->n == 0 || slice_find(*key, 0, 0) != key->n)
		return why_set(why, E_PKG_HEADER, "a pax record has an invalid keyword");
	if (!value_is_bytes(*key) && slice_find(*value, 0, 0) != value->n)
		return why_set(why, E_PKG_HEADER, "a pax record has a NUL in its value");
	return E_OK;
}

/*
 * libarchive 3.6.2 compares this many bytes of every keyword that begins with
 * "L" with one of its own, also where the header ends before: what stands
 * there must be long enough.
 */
#define LIBARCHIVE_KEYWORD 17

static bool overreads(struct slice from_key)
{
	return slice_starts(from_key, "L") && from_key.n < LIBARCHIVE_KEYWORD;
}

static bool is_sparse(struct slice key)
{
	return slice_starts(key, "GNU.sparse.") || slice_is(key, "SCHILY.realsize") ||
	       slice_is(key, "SUN.holesdata");
}

/* All other keywords have no effect: owners, times, attributes, vendor data. */
static enum err apply(struct slice key, struct slice value, struct pax *p, struct why *why)
{
	if (slice_is(key, "path")) {
		if (value.n == 0)
			return why_set(why, E_PATH_INVALID, "a pax header sets an empty path");
		p->path = value;
	} else if (slice_is(key, "size")) {
		if (parse_u64(value, INT64_MAX, &p->size))
			return why_set(why, E_PKG_HEADER, "a pax header sets an invalid size");
		p->has_size = true;
	} else if (slice_is(key, "linkpath")) {
		p->other = "a link";
	} else if (is_sparse(key)) {
		p->other = "a sparse file";
	} else if (slice_starts(key, "GNU.volume.")) {
		p->other = "a part of a multi-volume archive";
	}
	return E_OK;
}

enum err pax_read(struct slice body, struct pax *out, struct why *why)
{
	struct slice keys[LIMIT_PAX_RECORDS], value;
	struct pax p = {.path = SLICE_NONE};
	unsigned n = 0, i;
	enum err e;

	while (body.n) {
		struct slice from_key = slice_from(body, slice_find(body, 0, ' ') + 1);

		if (n == LIMIT_PAX_RECORDS)
			return why_set(why, E_PKG_HEADER, "a pax header has more than %d records",
				LIMIT_PAX_RECORDS);
		e = next_record(&body, &keys[n], &value, why);
		if (!e && overreads(from_key))
			e = why_set(why, E_PKG_HEADER, "a pax keyword that no writer uses");
		for (i = 0; i < n && !e; i++)
			if (slice_eq(keys[i], keys[n]))
				e = why_set(why, E_PKG_HEADER, "a pax header has a keyword twice");
		if (!e) e = apply(keys[n], value, &p, why);
		if (e) return e;
		n++;
	}
	*out = p;
	return E_OK;
}
