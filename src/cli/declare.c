/* SPDX-License-Identifier: MIT */
/* What would declare a fact, value by value; `inspect --suggest` has all in one. Runs on the command line. */
#include "cli/facts.h"

/* NULL: nothing declares it, it is only shown. */
static const struct {
	const char *before, *after;
} lines[FACT_KINDS] = {
	[FACT_HOST] = {"metadata: {requires.network: \"", "\"}"},
	[FACT_SECRET] = {"metadata: {requires.env: \"", "\"}"},
	[FACT_ENVIRONMENT] = {"metadata: {requires.env: \"", "\"}"},
	[FACT_BINARY] = {"metadata: {requires.bins: \"", "\"}"},
	[FACT_TEST] = {"metadata: {verifier.test_command: \"", "\"}"},
	[FACT_MODULE] = {"a line in requirements.txt, or a dependency in package.json: ", ""},
};

void facts_declare(struct jw *w, const struct fact *row)
{
	char mem[2 * LIMIT_FACT_BYTES + 100];
	struct buf b = buf_on(mem, sizeof mem);
	size_t i;

	jw_key(w, "declare");
	/* A backslash begins the escape of a byte that may not be shown: no line of ours has that. */
	if (row->declared || !lines[row->kind].before ||
		slice_find(row->value, 0, '\\') < row->value.n) {
		jw_null(w);
		return;
	}
	buf_str(&b, lines[row->kind].before);
	for (i = 0; i < row->value.n; i++) {
		if (row->value.p[i] == '"' && lines[row->kind].after[0]) buf_u8(&b, '\\');
		buf_u8(&b, row->value.p[i]);
	}
	buf_str(&b, lines[row->kind].after);
	jw_str(w, buf_slice(&b));
}
