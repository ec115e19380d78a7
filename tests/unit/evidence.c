/* SPDX-License-Identifier: MIT */
/* Answers of a guest agent. */
#include "evidence.h"

#include <stdlib.h>
#include <string.h>

#include "base/eventlog.h"
#include "base/json_write.h"
#include "base/tdx.h"
#include "test.h"

void evidence_default(struct evidence *e)
{
	unsigned i;

	memset(e, 0, sizeof *e);
	e->compose = SLICE("{\"name\":\"x\"}");
	memset(e->app_id, 0xaa, sizeof e->app_id);
	memset(e->instance_id, 0xbb, sizeof e->instance_id);
	e->instance_len = sizeof e->instance_id;
	sha256(e->compose, e->compose_hash);
	/* fuzz_guest asks for the same. */
	for (i = 0; i < REPORT_DATA_LEN; i++)
		e->report_data[i] = (uint8_t)i;
	e->tee_type = TEE_TYPE_TDX;
	e->version = 4;
}

struct named {
	const char *name;
	struct slice payload;
};

/* Events of register 3 in their order; returns how many. */
static unsigned events(const struct evidence *e, struct named out[9])
{
	const struct named list[] = {{"system-preparing", SLICE("")},
		{"app-id", SLICE_OF(e->app_id)}, {"compose-hash", SLICE_OF(e->compose_hash)},
		{"instance-id", slice_of(e->instance_id, e->instance_len)},
		{"boot-mr-done", SLICE("")},
		{"key-provider", SLICE("{\"name\":\"none\",\"id\":\"\"}")},
		{"system-ready", SLICE("")}};
	unsigned i, n = 0;

	for (i = 0; i < sizeof list / sizeof *list - e->no_ready; i++) {
		if (i == 6 && e->extra_event.n)
			out[n++] = (struct named){(const char *)e->extra_event.p, SLICE("x")};
		out[n++] = list[i];
	}
	return n;
}

struct slice evidence_log(const struct evidence *e)
{
	struct named list[9];
	unsigned i, n = events(e, list);
	struct buf b = buf_heap(1 << 16);
	struct jw w = jw_to(&b, false);
	uint8_t digest[SHA384_LEN];

	jw_array(&w);
	for (i = 0; i < n; i++) {
		event_digest(false, slice_str(list[i].name), list[i].payload, digest);
		jw_object(&w);
		jw_key_u64(&w, "imr", 3);
		jw_key_u64(&w, "event_type", EVENT_RUNTIME_TYPE);
		jw_key_hex(&w, "digest", SLICE_OF(digest));
		jw_key_cstr(&w, "event", list[i].name);
		jw_key_hex(&w, "event_payload", list[i].payload);
		jw_object_end(&w);
	}
	jw_array_end(&w);
	return test_keep(&b);
}

static void register_3(const struct evidence *e, uint8_t rtmr[SHA384_LEN])
{
	struct named list[9];
	unsigned i, n = events(e, list);
	uint8_t digest[SHA384_LEN];

	memset(rtmr, 0, SHA384_LEN);
	for (i = 0; i < n; i++) {
		event_digest(false, slice_str(list[i].name), list[i].payload, digest);
		sha384_two(slice_of(rtmr, SHA384_LEN), SLICE_OF(digest), rtmr);
	}
}

struct slice evidence_quote(const struct evidence *e)
{
	struct buf b = buf_heap(1 << 16);
	uint8_t rtmr[SHA384_LEN];

	register_3(e, rtmr);
	buf_le16(&b, e->version);
	buf_le16(&b, 2);
	buf_le32(&b, e->tee_type);
	buf_zeros(&b, TDX_HEADER_LEN - 8);
	buf_zeros(&b, 16 + 2 * TDX_REG_LEN + 3 * 8 + TDX_REG_LEN); /* up to MRTD */
	buf_put(&b, SLICE_OF(e->mrconfigid));
	buf_zeros(&b, 2 * TDX_REG_LEN + 3 * TDX_REG_LEN); /* owners, RTMR0-2 */
	buf_put(&b, SLICE_OF(rtmr));
	buf_put(&b, SLICE_OF(e->report_data));
	buf_str(&b, "signature");
	return test_keep(&b);
}

struct slice evidence_info(const struct evidence *e, const char *tcb_info)
{
	struct buf b = buf_heap(1 << 22), tcb = buf_heap(1 << 21);
	struct jw w = jw_to(&b, false), t = jw_to(&tcb, false);

	jw_object(&t);
	jw_key_str(&t, "app_compose", e->compose);
	jw_object_end(&t);
	jw_object(&w);
	jw_key_hex(&w, "app_id", SLICE_OF(e->app_id));
	jw_key_hex(&w, "instance_id", slice_of(e->instance_id, e->instance_len));
	jw_key(&w, "tcb_info");
	if (tcb_info)
		jw_raw(&w, slice_str(tcb_info));
	else
		jw_str(&w, buf_slice(&tcb));
	jw_object_end(&w);
	if (b.err || tcb.err) abort();
	buf_drop(&tcb);
	return test_keep(&b);
}

struct slice evidence_answer(
	const struct evidence *e, const char *quote, const char *log, const char *report_data)
{
	struct buf b = buf_heap(1 << 18);
	struct jw w = jw_to(&b, false);

	jw_object(&w);
	jw_key(&w, "quote");
	if (quote)
		jw_raw(&w, slice_str(quote));
	else
		jw_hex(&w, evidence_quote(e));
	jw_key(&w, "event_log");
	if (log)
		jw_raw(&w, slice_str(log));
	else
		jw_str(&w, evidence_log(e));
	jw_key(&w, "report_data");
	if (report_data)
		jw_raw(&w, slice_str(report_data));
	else
		jw_hex(&w, SLICE_OF(e->report_data));
	jw_key_cstr(&w, "vm_config", "{}");
	jw_object_end(&w);
	if (b.err) abort();
	return test_keep(&b);
}

void evidence_guest(const struct evidence *e, struct guest *g)
{
	if (guest_from_info(evidence_info(e, NULL), g, NULL)) abort();
}
