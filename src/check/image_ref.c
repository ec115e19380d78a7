/* SPDX-License-Identifier: MIT */
/* Image references. Runs in the command line; pure. */
#include "check/image_ref.h"

#include "base/num.h"

/* Longest name and tag that registries take. */
#define NAME_MAX_LEN 255
#define TAG_MAX_LEN  128

static bool is_lower_alnum(uint8_t c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

static bool is_alnum(uint8_t c)
{
	return is_lower_alnum(c) || (c >= 'A' && c <= 'Z');
}

/* Length of one separator at the start: "." "_" "__" or any number of "-"; 0 for none. */
static size_t separator(struct slice s)
{
	size_t n = 0;

	if (s.n && s.p[0] == '.') return 1;
	if (s.n && s.p[0] == '_') return s.n > 1 && s.p[1] == '_' ? 2 : 1;
	while (n < s.n && s.p[n] == '-')
		n++;
	return n;
}

/* [a-z0-9]+((\.|_|__|-+)[a-z0-9]+)* */
static bool component_ok(struct slice s)
{
	size_t n;

	for (;;) {
		for (n = 0; n < s.n && is_lower_alnum(s.p[n]); n++)
			continue;
		if (n == 0) return false;
		s = slice_from(s, n);
		if (s.n == 0) return true;
		s = slice_from(s, separator(s));
	}
}

/* Letters and digits, with hyphens between them. */
static bool label_ok(struct slice s)
{
	size_t i;

	for (i = 0; i < s.n; i++)
		if (!is_alnum(s.p[i]) && s.p[i] != '-') return false;
	return s.n > 0 && s.p[0] != '-' && s.p[s.n - 1] != '-';
}

/* Labels divided by dots, and a port. */
static bool host_ok(struct slice s)
{
	size_t colon = slice_find(s, 0, ':'), dot;
	struct slice host = slice_sub(s, 0, colon);
	uint64_t number;

	if (colon < s.n && parse_u64(slice_from(s, colon + 1), 65535, &number)) return false;
	for (;;) {
		dot = slice_find(host, 0, '.');
		if (!label_ok(slice_sub(host, 0, dot))) return false;
		if (dot == host.n) return true;
		host = slice_from(host, dot + 1);
	}
}

/* The first part is a host when it could not be a path component. */
static bool looks_like_host(struct slice s)
{
	return slice_find(s, 0, '.') < s.n || slice_find(s, 0, ':') < s.n ||
	       slice_is(s, "localhost") || !component_ok(s);
}

static bool name_ok(struct slice s)
{
	size_t slash = slice_find(s, 0, '/');

	if (s.n > NAME_MAX_LEN) return false;
	if (slash < s.n && looks_like_host(slice_sub(s, 0, slash))) {
		if (!host_ok(slice_sub(s, 0, slash))) return false;
		s = slice_from(s, slash + 1);
	}
	for (;;) {
		slash = slice_find(s, 0, '/');
		if (!component_ok(slice_sub(s, 0, slash))) return false;
		if (slash == s.n) return true;
		s = slice_from(s, slash + 1);
	}
}

/* [A-Za-z0-9_][A-Za-z0-9._-]{0,127} */
static bool tag_ok(struct slice s)
{
	size_t i;

	if (s.n == 0 || s.n > TAG_MAX_LEN || s.p[0] == '.' || s.p[0] == '-') return false;
	for (i = 0; i < s.n; i++)
		if (!is_alnum(s.p[i]) && s.p[i] != '_' && s.p[i] != '.' && s.p[i] != '-')
			return false;
	return true;
}

static bool digest_ok(struct slice s, uint8_t digest[32])
{
	size_t i;

	if (!slice_starts(s, "sha256:") || s.n != 7 + 64) return false;
	for (i = 7; i < s.n; i++)
		if (s.p[i] >= 'A' && s.p[i] <= 'F') return false;
	return hex_exact(slice_from(s, 7), digest, 32) == 0;
}

bool image_ref_pinned(struct slice ref, uint8_t digest[32])
{
	size_t at = slice_find(ref, 0, '@'), colon, slash = 0, i;
	struct slice name = slice_sub(ref, 0, at);

	for (i = 0; i < name.n; i++)
		if (name.p[i] == '/') slash = i;
	/* A colon behind the last slash begins a tag; one before it, a port. */
	colon = slice_find(name, slash, ':');
	if (colon < name.n) {
		if (!tag_ok(slice_from(name, colon + 1))) return false;
		name = slice_sub(name, 0, colon);
	}
	return name_ok(name) && digest_ok(slice_from(ref, at + 1), digest);
}
