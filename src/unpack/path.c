/* SPDX-License-Identifier: MIT */
/* Names of package members. Runs in unpack; pure. */
#include "unpack/path.h"

#include "base/limits.h"
#include "base/text.h"

bool code_point_combines(int32_t c)
{
	static const struct {
		int32_t first, last;
	} marks[] = {
		{0x0300, 0x036f},
		{0x1161, 0x11c2},
		{0x1ab0, 0x1aff},
		{0x1dc0, 0x1dff},
		{0x20d0, 0x20ff},
		{0x3099, 0x309a},
		{0xfe20, 0xfe2f},
	};
	size_t i;

	for (i = 0; i < sizeof marks / sizeof *marks; i++)
		if (c >= marks[i].first && c <= marks[i].last) return true;
	return false;
}

static enum err check_characters(struct slice s, struct path *out, struct why *why)
{
	size_t at = 0;

	while (at < s.n) {
		int32_t c = utf8_next(s, &at);

		if (c < 0) return why_set(why, E_PATH_INVALID, "the path is not valid UTF-8");
		if (c == '\\') return why_set(why, E_PATH_INVALID, "the path holds a backslash");
		if (c < 0x20 || c == 0x7f)
			return why_set(why, E_PATH_INVALID,
				"the path holds the control byte 0x%02x", (unsigned)c);
		if (code_point_combines(c)) out->decomposed = true;
	}
	return E_OK;
}

/* "C:" in front makes a path absolute on Windows, with or without a slash behind. */
static bool has_drive(struct slice s)
{
	return s.n >= 2 && s.p[1] == ':' &&
	       ((s.p[0] >= 'A' && s.p[0] <= 'Z') || (s.p[0] >= 'a' && s.p[0] <= 'z'));
}

static enum err check_components(struct slice s, struct path *out, struct why *why)
{
	struct slice rest = s, part = SLICE_NONE;

	if (slice_search(s, 0, SLICE("//")) < s.n || s.p[s.n - 1] == '/')
		return why_set(why, E_PATH_INVALID, "the path has two slashes in a row");
	while (rest.n) {
		part = slice_split(&rest, '/');
		if (slice_is(part, ".") || slice_is(part, ".."))
			return why_set(why, E_PATH_INVALID, "the path has a component \"%s\"",
				part.n == 1 ? "." : "..");
		if (part.n > LIMIT_COMPONENT_BYTES)
			return why_set(why, E_PATH_TOO_LONG,
				"a component of the path has %zu bytes, at most %d are allowed",
				part.n, LIMIT_COMPONENT_BYTES);
		if (slice_is(part, "__MACOSX")) out->ignored = true;
		out->depth++;
	}
	if (slice_is(part, ".DS_Store") || slice_starts(part, "._")) out->ignored = true;
	if (out->depth > LIMIT_PATH_DEPTH)
		return why_set(why, E_PATH_TOO_LONG,
			"the path has %u levels, at most %d are allowed", out->depth,
			LIMIT_PATH_DEPTH);
	return E_OK;
}

enum err path_read(struct slice name, struct path *out, struct why *why)
{
	struct path p = {.text = name};
	enum err e;

	if (name.n == 0) return why_set(why, E_PATH_INVALID, "the path is empty");
	while (slice_starts(p.text, "./"))
		p.text = slice_from(p.text, 2);
	if (p.text.n == 0 || slice_is(p.text, ".")) {
		p.slash = p.text.n == 0;
		p.root = true;
		p.text = SLICE_NONE;
		*out = p;
		return E_OK;
	}
	if (p.text.p[0] == '/' || has_drive(p.text))
		return why_set(why, E_PATH_INVALID, "the path is absolute");
	if (p.text.p[p.text.n - 1] == '/') {
		p.slash = true;
		p.text.n--;
	}
	if (p.text.n > LIMIT_PATH_BYTES)
		return why_set(why, E_PATH_TOO_LONG,
			"the path has %zu bytes, at most %d are allowed", p.text.n,
			LIMIT_PATH_BYTES);
	e = check_characters(p.text, &p, why);
	if (!e) e = check_components(p.text, &p, why);
	if (!e) *out = p;
	return e;
}
