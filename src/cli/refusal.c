/* SPDX-License-Identifier: MIT */
/* Refused packages. Runs on the command line. */
#include "cli/refusal.h"

#include <stdio.h>

#include "base/text.h"

void refusal_json(struct jw *w, const struct refusal *r)
{
	char mem[REFUSAL_SENTENCE];

	jw_key_cstr(w, "code", err_name(r->code));
	jw_key_str(w, "error", refusal_sentence(mem, r));
	jw_key(w, "detail");
	jw_object(w);
	if (r->member) jw_key_u64(w, "member", r->member);
	if (r->name.n) jw_key_str(w, "name", r->name);
	if (r->line) jw_key_u64(w, "line", r->line);
	if (r->column) jw_key_u64(w, "column", r->column);
	jw_object_end(w);
}

void refusal_print(const char *word, const struct refusal *r)
{
	char mem[REFUSAL_SENTENCE], shown[REFUSAL_SENTENCE];

	printf("%s: %s (%s)\n", word, text_shown(shown, sizeof shown, refusal_sentence(mem, r)),
		err_name(r->code));
	if (r->member) printf("  member %u", r->member);
	if (r->name.n) printf("  %s", text_shown(shown, sizeof shown, r->name));
	if (r->line) printf("  line %u, column %u of the manifest", r->line, r->column);
	if (r->member || r->name.n || r->line) printf("\n");
}
