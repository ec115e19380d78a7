/* SPDX-License-Identifier: MIT */
/*
 * What the gate reads: the first byte chooses a request of a host, an approval, or
 * a report of a package. A request that is taken has the members of the protocol;
 * an approval that is taken is written again as it was meant; whatever comes out,
 * the answer is one line of strict JSON whose decision its findings give.
 */
#include "fuzz.h"

#include <string.h>

#include "gate/decide.h"
#include "gate/request.h"
#include "gate/response.h"

static struct gate_reasons l;

static void check_answer(void)
{
	struct buf b = buf_heap(GATE_RESPONSE_BYTES);
	enum gate_effect strongest = GATE_NOTE;
	struct cJSON *j = NULL;
	struct slice word;
	size_t i;

	gate_response(&b, &l);
	FUZZ_ASSERT(!b.err && b.n && b.p[b.n - 1] == '\n' && !memchr(b.p, '\n', b.n - 1));
	FUZZ_ASSERT(json_parse(buf_slice(&b), JSON_INTEGERS, &j, NULL) == E_OK);
	for (i = 0; i < l.n; i++)
		if (l.item[i].effect > strongest) strongest = l.item[i].effect;
	if (strongest == GATE_NOTE) strongest = GATE_BLOCK;
	FUZZ_ASSERT(json_get_str(j, "decision", &word) == E_OK &&
		    slice_is(word, gate_effect_name(strongest)));
	FUZZ_ASSERT(json_get_str(j, "reason", &word) == E_OK && word.n);
	FUZZ_ASSERT(json_count(json_get(j, "findings")) <= GATE_REASONS);
	json_drop(&j);
	buf_drop(&b);
}

static void request(struct slice text)
{
	static struct gate_request r;
	struct why why = WHY_INIT;

	if (gate_request_read(text, &r, &why) == E_OK) {
		FUZZ_ASSERT(r.path[0] == '/' && strlen(r.path) <= GATE_PATH_BYTES);
		FUZZ_ASSERT(r.name.n && json_is_object(json_get(r.tree, "request")));
		gate_add(&l, RULE_PLUGIN, r.name, slice_str(r.path), 0);
	} else {
		gate_add(&l, RULE_REQUEST, slice_str(why.text), SLICE_NONE, 0);
	}
	gate_request_drop(&r);
}

/* The candidate has no files: everything that was approved is gone. */
static void approval(struct slice text)
{
	struct cJSON *report = NULL;
	struct gate_tree t = {.name = SLICE("n"), .skill_id = SLICE("n@1")};
	struct gate_approval a, again = {0};
	struct buf b = buf_heap(GATE_APPROVAL_BYTES);

	FUZZ_ASSERT(
		json_parse(
			SLICE("{\"fileList\":[],\"inspection\":{\"hiddenText\":[],\"rows\":[]}}"),
			JSON_INTEGERS, &report, NULL) == E_OK);
	t.report = report;
	if (gate_approval_read(text, t.name, &a, NULL) == E_OK) {
		gate_approval(&l, &a, &t);
		/* Its digest is zeros here: whoever approved that approved this. */
		FUZZ_ASSERT(gate_headline(&l) != NULL);
		gate_approval_write(&b, &a, &t, 1700000000000);
		if (!b.err) {
			FUZZ_ASSERT(
				gate_approval_read(buf_slice(&b), t.name, &again, NULL) == E_OK);
			FUZZ_ASSERT(gate_approval_exact(&again, &t));
		}
	}
	gate_approval_drop(&again);
	gate_approval_drop(&a);
	json_drop(&report);
	buf_drop(&b);
}

static void report(struct slice text)
{
	struct cJSON *j = NULL;
	struct gate_tree t;

	if (json_parse(text, JSON_INTEGERS, &j, NULL)) return;
	gate_package(&l, j);
	gate_refused(&l, j);
	if (gate_tree_read(j, &t, NULL) == E_OK) {
		enum gate_match match = MATCH_DIGEST;

		FUZZ_ASSERT(gate_match(&t, text, &match) != E_OK && match == MATCH_NONE);
	}
	gate_tree_drop(&t);
	json_drop(&j);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice text = slice_from(slice_of(data, size), 1);

	if (size == 0) return 0;
	memset(&l, 0, sizeof l);
	if (data[0] % 3 == 0)
		request(text);
	else if (data[0] % 3 == 1)
		approval(text);
	else
		report(text);
	check_answer();
	return 0;
}
