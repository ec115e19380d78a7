/* SPDX-License-Identifier: MIT */
/* Rules for members before they are written. Runs in unpack; no I/O. */
#include "unpack/admit.h"

#include "base/num.h"
#include "base/text.h"

#define MODE_SPECIAL    07000 /* setuid, setgid, sticky */
#define MODE_EXECUTABLE 0100  /* the owner may execute: the one bit that is kept */

enum err admission_init(struct admission *a, uint64_t packed, const uint8_t key[PATHSET_KEY_LEN])
{
	a->packed = packed;
	a->paths = pathset_new(key);
	return a->paths ? E_OK : E_NO_MEMORY;
}

void admission_drop(struct admission *a)
{
	pathset_free(&a->paths);
}

static void warn(struct admission *a, struct slice code)
{
	warnings_add(a->result.warnings, &a->result.n_warnings, LIMIT_WARNINGS, code);
}

enum err admit_ratio(uint64_t packed, uint64_t unpacked, struct why *why)
{
	/* packed is at most LIMIT_PACKAGE_BYTES: the product does not overflow */
	if (packed && unpacked > LIMIT_RATIO_FROM && unpacked > packed * LIMIT_RATIO)
		return why_set(why, E_PKG_BOMB,
			"%llu packed bytes become more than %d times as many",
			(unsigned long long)packed, LIMIT_RATIO);
	return E_OK;
}

static enum err check_size(struct admission *a, const struct member *m, struct why *why)
{
	uint64_t sum;

	if (m->size > LIMIT_FILE_BYTES)
		return why_set(why, E_PKG_BOMB,
			"a file of %llu bytes, at most %d are allowed; leave it out of the package",
			(unsigned long long)m->size, LIMIT_FILE_BYTES);
	if (!add_ok(a->declared, m->size, &sum) || sum > LIMIT_UNPACKED_BYTES)
		return why_set(why, E_PKG_BOMB,
			"the files have more than %d bytes together; leave some out of the package",
			LIMIT_UNPACKED_BYTES);
	a->declared = sum;
	return admit_ratio(a->packed, sum, why);
}

static void note_ignored(struct admission *a, struct slice path)
{
	struct unpack_result *r = &a->result;

	r->ignored_total++;
	if (r->n_ignored == RECORD_IGNORED) return;
	r->ignored[r->n_ignored] = slice_str(
		text_ascii(a->ignored[r->n_ignored], sizeof a->ignored[r->n_ignored], path));
	r->n_ignored++;
}

static enum err apply(
	struct admission *a, const struct member *m, struct admitted *out, struct why *why)
{
	struct admitted got = {.file = m->type == MEMBER_FILE,
		.executable = (m->mode & MODE_EXECUTABLE) != 0,
		.size = m->size,
		.position = m->position};
	struct path p;
	enum err e;

	if (m->type == MEMBER_OTHER)
		return why_set(why, E_PKG_MEMBER_TYPE,
			"%s; only regular files and directories are allowed", m->what);
	e = path_read(m->name, &p, why);
	if (e) return e;
	if (got.file && (p.root || p.slash))
		return why_set(why, E_PATH_INVALID, "a file needs a name of its own");
	e = check_size(a, m, why);
	if (e) return e;
	got.path = p.text;
	got.skip = p.root || p.ignored;
	if (p.ignored) note_ignored(a, p.text);
	if (!got.skip) {
		e = pathset_add(a->paths, p.text, !got.file, &got.known, why);
		if (e) return e;
		if (p.decomposed) warn(a, SLICE("path-decomposed"));
		if (m->mode & MODE_SPECIAL) warn(a, SLICE("mode-bits-dropped"));
	}
	*out = got;
	return E_OK;
}

enum err admit(struct admission *a, const struct member *m, struct admitted *out, struct why *why)
{
	enum err e;

	if (a->result.entries == LIMIT_MEMBERS)
		e = why_set(why, E_PKG_ENTRIES, "more than %d members", LIMIT_MEMBERS);
	else
		e = apply(a, m, out, why);
	a->result.entries++;
	if (e) {
		if (why) why->member = a->result.entries;
		text_ascii(a->name, sizeof a->name, m->name);
	}
	return e;
}
