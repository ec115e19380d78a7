/* SPDX-License-Identifier: MIT */
/*
 * Attestations in MessagePack, version 1 (specs/dstack.md 2.6). Members may
 * come in any order; one that comes twice is a fault, unknown ones are skipped.
 * Runs in the command line; pure.
 */
#include "base/limits.h"
#include "check/attestation_parts.h"
#include "check/msgpack.h"

#define MEMBERS_MAX 8

/* The members of a map that somebody asks for, as whole elements. */
struct members {
	const char *name[MEMBERS_MAX]; /* ended by NULL */
	struct slice value[MEMBERS_MAX];
};

static void read_members(struct cur *c, struct members *m)
{
	size_t n = mp_map(c), i, k;

	for (i = 0; i < n && !c->err; i++) {
		struct slice name = mp_str(c), value = mp_skip(c);

		for (k = 0; m->name[k]; k++) {
			if (!slice_is(name, m->name[k])) continue;
			if (m->value[k].n) cur_fail(c, E_FORMAT);
			m->value[k] = value;
		}
	}
}

/*
 * A member, read whole; a fault in it, or its absence, is one of c. Each takes
 * the member's index.
 */
static struct slice member_bytes(
	struct cur *c, const struct members *m, size_t k, struct buf *bytes)
{
	struct cur v = cur_of(m->value[k]);
	struct slice s = mp_bytes(&v, bytes);

	if (v.err) cur_fail(c, v.err);
	return s;
}

static struct slice member_str(struct cur *c, const struct members *m, size_t k)
{
	struct cur v = cur_of(m->value[k]);
	struct slice s = mp_str(&v);

	if (v.err) cur_fail(c, v.err);
	return s;
}

static uint32_t member_uint(struct cur *c, const struct members *m, size_t k, uint64_t max)
{
	struct cur v = cur_of(m->value[k]);
	uint64_t n = mp_uint(&v, max);

	if (v.err) cur_fail(c, v.err);
	return (uint32_t)n;
}

/* Members of an event, by index. */
enum { EV_NAME, EV_PAYLOAD, EV_IMR, EV_TYPE, EV_DIGEST, EV_VERSION, EV_PREIMAGE };

static void read_event(struct cur *c, struct event_list *l, struct buf *bytes, bool full)
{
	struct members m = {{"event", full ? "event_payload" : "payload", "imr", "event_type",
				    "digest", "version", "preimage", NULL},
		{SLICE_NONE}};
	struct event_in *ev = event_list_add(l);
	uint32_t version;

	if (!ev) {
		cur_fail(c, E_FORMAT);
		return;
	}
	read_members(c, &m);
	ev->name = member_str(c, &m, EV_NAME);
	ev->payload = member_bytes(c, &m, EV_PAYLOAD, bytes);
	ev->imr = full ? member_uint(c, &m, EV_IMR, UINT32_MAX) : 3;
	ev->type = full ? member_uint(c, &m, EV_TYPE, UINT32_MAX) : EVENT_RUNTIME_TYPE;
	if (m.value[EV_DIGEST].n) ev->digest = member_bytes(c, &m, EV_DIGEST, bytes);
	if (m.value[EV_PREIMAGE].n) ev->preimage = member_bytes(c, &m, EV_PREIMAGE, bytes);
	version = m.value[EV_VERSION].n ? member_uint(c, &m, EV_VERSION, 2) : 1;
	if (version == 0) cur_fail(c, E_FORMAT);
	ev->v2 = version == 2;
}

static void read_events(struct cur *c, struct event_list *l, struct buf *bytes, bool full)
{
	size_t n = mp_array(c), i;

	for (i = 0; i < n && !c->err; i++)
		read_event(c, l, bytes, full);
}

static void member_events(struct cur *c, const struct members *m, size_t k, struct event_list *l,
	struct buf *bytes, bool full)
{
	struct cur v = cur_of(m->value[k]);

	read_events(&v, l, bytes, full);
	if (v.err) cur_fail(c, v.err);
}

/* {"kind": text, "data": map}: the kind, and a reader of the data. */
static struct slice read_kind(struct slice element, struct cur *data)
{
	struct members m = {{"kind", "data", NULL}, {SLICE_NONE}};
	struct cur c = cur_of(element);
	struct slice kind;

	read_members(&c, &m);
	kind = member_str(&c, &m, 0);
	*data = cur_of(m.value[1]);
	return c.err ? SLICE_NONE : kind;
}

static enum err read_platform(struct slice element, struct attestation_parts *p)
{
	static const char *const others[] = {
		"gcp-tdx", "nitro-enclave", "aws-nitro-tpm", "sev-snp"};
	struct members m = {{"quote", "event_log", NULL}, {SLICE_NONE}};
	struct cur c;
	struct slice kind = read_kind(element, &c);
	size_t i;

	for (i = 0; i < sizeof others / sizeof *others; i++)
		if (slice_is(kind, others[i])) return E_ATTESTATION_KIND;
	if (!slice_is(kind, "tdx")) return E_ATTESTATION_FORMAT;
	read_members(&c, &m);
	p->quote = member_bytes(&c, &m, 0, &p->bytes);
	member_events(&c, &m, 1, &p->events, &p->bytes, true);
	return c.err ? E_ATTESTATION_FORMAT : E_OK;
}

static enum err read_stack(struct slice element, struct attestation_parts *p)
{
	struct members m = {
		{"report_data", "runtime_events", "config", "report_data_payload", NULL},
		{SLICE_NONE}};
	struct cur c;
	struct slice kind = read_kind(element, &c);

	p->pod = slice_is(kind, "dstack-pod");
	if (!p->pod && !slice_is(kind, "dstack")) return E_ATTESTATION_FORMAT;
	read_members(&c, &m);
	p->report_data = member_bytes(&c, &m, 0, &p->bytes);
	member_events(&c, &m, 1, &p->runtime, &p->bytes, false);
	p->config = member_str(&c, &m, 2);
	if (p->pod) p->payload = member_str(&c, &m, 3);
	return c.err ? E_ATTESTATION_FORMAT : E_OK;
}

enum err attestation_msgpack(struct slice bytes, struct attestation_parts *p)
{
	struct members m = {{"version", "platform", "stack", NULL}, {SLICE_NONE}};
	struct cur c = cur_of(bytes);
	enum err e;

	/* Every number of an array takes a byte of input at least. */
	p->bytes = buf_heap(bytes.n);
	if (!buf_reserve(&p->bytes, bytes.n)) return E_NO_MEMORY;
	read_members(&c, &m);
	if (cur_end(&c)) return E_ATTESTATION_FORMAT;
	if (member_uint(&c, &m, 0, 1) != 1) return E_ATTESTATION_FORMAT;
	e = read_platform(m.value[1], p);
	return e ? e : read_stack(m.value[2], p);
}
