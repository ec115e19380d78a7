/* SPDX-License-Identifier: MIT */
/* Versioned attestations, and their SCALE form. Runs in the command line; pure. */
#include "check/attestation.h"

#include <string.h>

#include "base/hash.h"
#include "base/limits.h"
#include "check/attestation_parts.h"

/* SCALE: version byte and platform variant, specs/dstack.md 2.6. */
#define SCALE_V0  0x00
#define SCALE_TDX 0x00
/* Variants that we know and do not check: GCP, Nitro enclave, SEV-SNP, Nitro TPM. */
#define SCALE_LAST_VARIANT 4

struct event_in *event_list_add(struct event_list *l)
{
	static const struct event_in empty;
	struct event_in *at;

	/* The buffer's maximum is the limit. */
	if (l->n == 0) l->mem = buf_heap(LIMIT_EVENTS * sizeof empty);
	buf_put(&l->mem, slice_of(&empty, sizeof empty));
	if (l->mem.err) return NULL;
	at = (struct event_in *)(void *)l->mem.p;
	return &at[l->n++];
}

const struct event_in *event_list_view(const struct event_list *l)
{
	return (const struct event_in *)(const void *)l->mem.p;
}

/* Compact integer below 2^30 in its shortest form; longer ones are no lengths of ours. */
static size_t scale_compact(struct cur *c)
{
	uint32_t v = cur_u8(c);

	switch (v & 3) {
	case 0: return v >> 2;
	case 1:
		v |= (uint32_t)cur_u8(c) << 8;
		if (v >> 2 < 1U << 6) cur_fail(c, E_FORMAT);
		return v >> 2;
	case 2:
		v |= (uint32_t)cur_u8(c) << 8;
		v |= (uint32_t)cur_le16(c) << 16;
		if (v >> 2 < 1U << 14) cur_fail(c, E_FORMAT);
		return v >> 2;
	default: cur_fail(c, E_FORMAT); return 0;
	}
}

static struct slice scale_bytes(struct cur *c)
{
	return cur_take(c, scale_compact(c));
}

static void scale_events(struct cur *c, struct event_list *l, bool full)
{
	size_t n = scale_compact(c), i;

	for (i = 0; i < n && !c->err; i++) {
		struct event_in *ev = event_list_add(l);

		if (!ev) {
			cur_fail(c, E_FORMAT);
			return;
		}
		ev->imr = 3;
		ev->type = EVENT_RUNTIME_TYPE;
		if (full) {
			ev->imr = cur_le32(c);
			ev->type = cur_le32(c);
			ev->digest = scale_bytes(c);
		}
		ev->name = scale_bytes(c);
		ev->payload = scale_bytes(c);
	}
}

enum err attestation_scale(struct slice bytes, struct attestation_parts *p)
{
	struct cur c = cur_of(bytes);
	uint8_t version = cur_u8(&c), variant = cur_u8(&c);

	if (c.err || version != SCALE_V0 || variant > SCALE_LAST_VARIANT)
		return E_ATTESTATION_FORMAT;
	if (variant != SCALE_TDX) return E_ATTESTATION_KIND;
	p->quote = scale_bytes(&c);
	scale_events(&c, &p->events, true);
	scale_events(&c, &p->runtime, false);
	p->report_data = cur_take(&c, 64);
	p->config = scale_bytes(&c);
	return cur_end(&c) ? E_ATTESTATION_FORMAT : E_OK;
}

/* The stack's own list must be the platform's events of register 3, one by one. */
static bool lists_agree(const struct attestation_parts *p)
{
	const struct event_in *a = event_list_view(&p->events), *b = event_list_view(&p->runtime);
	size_t i, k = 0;

	for (i = 0; i < p->events.n; i++) {
		if (a[i].imr != 3) continue;
		if (k == p->runtime.n || !slice_eq(a[i].name, b[k].name) ||
			!slice_eq(a[i].payload, b[k].payload) || a[i].v2 != b[k].v2)
			return false;
		k++;
	}
	return k == p->runtime.n;
}

/* "dstack-pod": report_data is SHA-512 of a prefix and the payload. */
static bool payload_agrees(const struct attestation_parts *p)
{
	br_sha512_context h;
	uint8_t want[SHA512_LEN];

	if (!p->pod) return true;
	br_sha512_init(&h);
	br_sha512_update(&h, "app-data:", 9);
	br_sha512_update(&h, p->payload.p, p->payload.n);
	br_sha512_out(&h, want);
	return slice_eq(p->report_data, SLICE_OF(want));
}

static enum err check_parts(const struct attestation_parts *p, struct why *why)
{
	if (p->report_data.n != 64)
		return why_set(why, E_ATTESTATION_FORMAT, "report_data has not 64 bytes");
	if (!lists_agree(p))
		return why_set(why, E_COPY_MISMATCH, "the two lists of runtime events differ");
	if (!payload_agrees(p))
		return why_set(why, E_COPY_MISMATCH, "report_data is not that of the payload");
	return E_OK;
}

/* First bytes of a MessagePack map. */
static bool is_map(uint8_t first)
{
	return (first & 0xf0) == 0x80 || first == 0xde || first == 0xdf;
}

enum err attestation_read(struct slice bytes, struct attestation *out, struct why *why)
{
	struct attestation_parts p = {0};
	bool msgpack = bytes.n > 0 && is_map(bytes.p[0]);
	enum err e;

	memset(out, 0, sizeof *out);
	if (bytes.n > LIMIT_ATTESTATION_BYTES)
		return why_set(why, E_ATTESTATION_FORMAT, "larger than any attestation");
	e = msgpack ? attestation_msgpack(bytes, &p) : attestation_scale(bytes, &p);
	if (e && e != E_NO_MEMORY) why_set(why, e, "%s", msgpack ? "MessagePack" : "SCALE");
	if (!e) e = check_parts(&p, why);
	if (!e) e = eventlog_from_events(event_list_view(&p.events), p.events.n, &out->log, why);
	if (!e) {
		out->form = msgpack ? ATTESTATION_MSGPACK : ATTESTATION_SCALE_V0;
		out->quote = p.quote;
		out->report_data = p.report_data;
		out->config = p.config;
		out->payload = p.payload;
		out->mem = p.bytes;
		p.bytes = (struct buf)BUF_INIT;
	} else {
		eventlog_drop(&out->log);
	}
	buf_drop(&p.events.mem);
	buf_drop(&p.runtime.mem);
	buf_drop(&p.bytes);
	return e;
}

void attestation_drop(struct attestation *a)
{
	eventlog_drop(&a->log);
	buf_drop(&a->mem);
}
