/* SPDX-License-Identifier: MIT */
/* Borrowed byte ranges. Runs in every role; pure. */
#include "base/slice.h"

#include <string.h>

struct slice slice_of(const void *p, size_t n)
{
	return (struct slice){p, n};
}

struct slice slice_str(const char *s)
{
	return (struct slice){(const uint8_t *)s, s ? strlen(s) : 0};
}

struct slice slice_sub(struct slice s, size_t from, size_t n)
{
	if (from > s.n) from = s.n;
	if (n > s.n - from) n = s.n - from;
	return (struct slice){n ? s.p + from : NULL, n};
}

struct slice slice_from(struct slice s, size_t from)
{
	return slice_sub(s, from, SIZE_MAX);
}

static bool is_space(uint8_t c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

struct slice slice_trim(struct slice s)
{
	while (s.n && is_space(s.p[0]))
		s = slice_from(s, 1);
	while (s.n && is_space(s.p[s.n - 1]))
		s.n--;
	return s;
}

bool slice_eq(struct slice a, struct slice b)
{
	return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

bool slice_is(struct slice a, const char *s)
{
	return slice_eq(a, slice_str(s));
}

static uint8_t lower(uint8_t c)
{
	return c >= 'A' && c <= 'Z' ? (uint8_t)(c + ('a' - 'A')) : c;
}

bool slice_is_nocase(struct slice a, const char *s)
{
	struct slice b = slice_str(s);
	size_t i;

	if (a.n != b.n) return false;
	for (i = 0; i < a.n; i++)
		if (lower(a.p[i]) != lower(b.p[i])) return false;
	return true;
}

bool slice_starts(struct slice s, const char *prefix)
{
	struct slice b = slice_str(prefix);

	return s.n >= b.n && slice_eq(slice_sub(s, 0, b.n), b);
}

bool slice_ends(struct slice s, const char *suffix)
{
	struct slice b = slice_str(suffix);

	return s.n >= b.n && slice_eq(slice_from(s, s.n - b.n), b);
}

int slice_cmp(struct slice a, struct slice b)
{
	size_t n = a.n < b.n ? a.n : b.n;
	int r = n ? memcmp(a.p, b.p, n) : 0;

	if (r) return r;
	return a.n < b.n ? -1 : a.n > b.n;
}

size_t slice_find(struct slice s, size_t from, uint8_t c)
{
	const uint8_t *hit;

	if (from >= s.n) return s.n;
	hit = memchr(s.p + from, c, s.n - from);
	return hit ? (size_t)(hit - s.p) : s.n;
}

size_t slice_search(struct slice s, size_t from, struct slice needle)
{
	size_t at;

	if (needle.n == 0) return from < s.n ? from : s.n;
	for (at = slice_find(s, from, needle.p[0]); at < s.n;
		at = slice_find(s, at + 1, needle.p[0]))
		if (slice_eq(slice_sub(s, at, needle.n), needle)) return at;
	return s.n;
}

struct slice slice_split(struct slice *s, uint8_t c)
{
	size_t at = slice_find(*s, 0, c);
	struct slice head = slice_sub(*s, 0, at);

	*s = slice_from(*s, at == s->n ? at : at + 1);
	return head;
}

struct slice slice_base(struct slice path)
{
	size_t at;

	for (at = path.n; at > 0 && path.p[at - 1] != '/'; at--)
		;
	return slice_from(path, at);
}

bool slice_copy_exact(void *dst, size_t n, struct slice s)
{
	if (s.n != n) return false;
	if (n) memcpy(dst, s.p, n);
	return true;
}

bool slice_text(char *dst, size_t cap, struct slice s)
{
	if (s.n >= cap || slice_find(s, 0, 0) != s.n) return false;
	if (s.n) memcpy(dst, s.p, s.n);
	dst[s.n] = '\0';
	return true;
}
