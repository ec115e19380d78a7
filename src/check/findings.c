/* SPDX-License-Identifier: MIT */
/* Remarks for auditors. Runs in the command line; pure. */
#include "check/findings.h"

#include <string.h>

#include "base/buf.h"
#include "base/text.h"

/* clang-format off */
static const struct {
	const char *name, *text;
	enum finding_weight weight;
} table[] = {
#define FINDING(code, name, weight, text) [code] = {name, text, weight},
	FINDING_LIST(FINDING)
#undef FINDING
};
/* clang-format on */

const char *finding_name(enum finding_code code)
{
	return code < FINDING_COUNT ? table[code].name : "unknown";
}

const char *finding_text(enum finding_code code)
{
	return code < FINDING_COUNT ? table[code].text : "unknown";
}

/* Where to write a new remark; NULL when there is no room for it. */
static struct finding *place(struct findings *f, enum finding_weight weight)
{
	size_t i;

	if (f->n < LIMIT_FINDINGS) return &f->item[f->n++];
	f->more++;
	if (weight != WEIGHT_FATAL) return NULL;
	for (i = f->n; i > 0; i--)
		if (f->item[i - 1].weight != WEIGHT_FATAL) return &f->item[i - 1];
	return NULL;
}

void findings_add(struct findings *f, enum finding_code code, const char *group, struct slice name,
	const char *member, struct slice detail)
{
	findings_put(f, code, table[code].weight, group, name, member, detail);
}

void findings_put(struct findings *f, enum finding_code code, enum finding_weight weight,
	const char *group, struct slice name, const char *member, struct slice detail)
{
	struct finding *at = place(f, weight);
	struct buf b;

	f->fatal = f->fatal || weight == WEIGHT_FATAL;
	if (!at) return;
	memset(at, 0, sizeof *at);
	at->code = code;
	at->weight = weight;
	b = buf_on(at->where, sizeof at->where);
	buf_str(&b, group);
	if (name.n) {
		if (b.n) buf_str(&b, ".");
		buf_ascii(&b, name, 48);
	}
	if (*member) {
		if (b.n) buf_str(&b, ".");
		buf_str(&b, member);
	}
	buf_text(&b);
	text_ascii(at->text, sizeof at->text, detail);
}

static bool about_images(enum finding_code code)
{
	return code == FIND_IMAGE_UNPINNED || code == FIND_NO_IMAGE || code == FIND_BUILD ||
	       code == FIND_PROVIDER || code == FIND_IMAGE_VOLUME;
}

enum err findings_verdict(const struct findings *f, struct why *why)
{
	const struct finding *first = NULL;
	size_t i;

	if (!f->fatal) return E_OK;
	for (i = 0; i < f->n; i++) {
		const struct finding *at = &f->item[i];

		if (at->weight != WEIGHT_FATAL) continue;
		if (!first || (about_images(at->code) && !about_images(first->code))) first = at;
	}
	/* Fatal remarks are kept before all others, so there is one. */
	return why_set(why, about_images(first->code) ? E_IMAGE_UNPINNED : E_COMPOSE_POLICY,
		"%s: %s%s%s", first->where, finding_text(first->code), first->text[0] ? ": " : "",
		first->text);
}
