/* SPDX-License-Identifier: MIT */
/*
 * Answers of the guest agent; the first byte says what they are: Info, a quote
 * for the guest of tests/unit/evidence.c, or the bytes of an HTTP answer, in
 * pieces. What is believed is what was asked for.
 */
#include "fuzz.h"

#include <string.h>
#include <sys/socket.h>

#include "attest/agent.h"
#include "attest/guest.h"
#include "base/fdio.h"
#include "base/json.h"
#include "base/limits.h"
#include "base/tdx.h"

static void fuzz_info(struct slice json)
{
	uint8_t sha[SHA256_LEN];
	struct why why = WHY_INIT;
	struct guest g;
	enum err e = guest_from_info(json, &g, &why);

	FUZZ_ASSERT(e == E_OK || (e == E_FORMAT && why.text[0]));
	if (e) return;
	sha256(buf_slice(&g.app_compose), sha);
	FUZZ_ASSERT(memcmp(sha, g.compose_hash, sizeof sha) == 0);
	FUZZ_ASSERT(g.instance_len == 0 || g.instance_len == 20);
	guest_drop(&g);
}

static void fuzz_quote(struct slice json)
{
	uint8_t asked[REPORT_DATA_LEN];
	struct why why = WHY_INIT;
	struct guest_quote q;
	struct tdx_body body;
	struct cJSON *log = NULL;
	struct guest g = {.instance_len = 20, .app_compose = BUF_INIT};
	unsigned i;

	for (i = 0; i < sizeof asked; i++)
		asked[i] = (uint8_t)i;
	memset(g.app_id, 0xaa, sizeof g.app_id);
	memset(g.instance_id, 0xbb, sizeof g.instance_id);
	sha256(SLICE("{\"name\":\"x\"}"), g.compose_hash);
	if (guest_take_quote(json, &g, asked, &q, &why)) {
		FUZZ_ASSERT(why.code && why.text[0]);
		return;
	}
	FUZZ_ASSERT(!tdx_body_read(buf_slice(&q.quote), &body));
	FUZZ_ASSERT(slice_eq(body.report_data, SLICE_OF(asked)));
	FUZZ_ASSERT(!json_parse(buf_slice(&q.event_log), JSON_INTEGERS, &log, NULL));
	FUZZ_ASSERT(json_is_array(log));
	json_drop(&log);
	guest_quote_drop(&q);
}

/* An agent that has sent its request and now gets these bytes in pieces. */
static enum err answer(struct agent *a, struct slice bytes, size_t piece)
{
	int pair[2];
	enum err e = E_AGAIN;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair)) abort();
	agent_init(a, "");
	a->fd = pair[0];
	a->in = buf_heap(LIMIT_AGENT_BYTES);
	a->deadline_us = INT64_MAX;
	while (e == E_AGAIN && bytes.n) {
		struct slice part = slice_sub(bytes, 0, piece);

		if (fd_write_all(pair[1], part)) abort();
		bytes = slice_from(bytes, part.n);
		e = agent_step(a, NULL);
	}
	fd_close(&pair[1]);
	while (e == E_AGAIN)
		e = agent_step(a, NULL);
	FUZZ_ASSERT(!agent_busy(a));
	return e;
}

static void fuzz_agent(struct slice bytes)
{
	struct agent whole, pieces;
	enum err e;

	/* More than a socket holds would block this one process. */
	bytes = slice_sub(bytes, 0, 32 * KIB);
	e = answer(&whole, bytes, bytes.n);
	if (!e) FUZZ_ASSERT(inside(buf_slice(&whole.in), whole.body));
	/* Bytes behind the end are seen only when they come with it. */
	if (e == E_OK) {
		FUZZ_ASSERT(answer(&pieces, bytes, bytes.n / 7 + 1) == E_OK);
		FUZZ_ASSERT(slice_eq(whole.body, pieces.body));
		agent_drop(&pieces);
	}
	agent_drop(&whole);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice in = slice_of(data, size);

	if (!size) return 0;
	in = slice_from(in, 1);
	switch (data[0] % 3) {
	case 0: fuzz_info(in); break;
	case 1: fuzz_quote(in); break;
	default: fuzz_agent(in);
	}
	return 0;
}
