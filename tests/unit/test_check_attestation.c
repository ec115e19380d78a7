/* SPDX-License-Identifier: MIT */
/* check/attestation: SCALE fixtures of dstack, MessagePack made here. */
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/limits.h"
#include "check/attestation.h"
#include "check/msgpack.h"
#include "check_vectors.h"
#include "test.h"

static void check_scale(struct slice bytes, struct slice quote, struct slice log_json)
{
	struct eventlog log = EVENTLOG_INIT;
	struct attestation a;
	struct why why = WHY_INIT;
	struct buf more = buf_heap(1 << 20);
	size_t i, k;

	CHECK_ERR(attestation_read(bytes, &a, &why), E_OK);
	CHECK(a.form == ATTESTATION_SCALE_V0 && a.report_data.n == 64 && a.config.n > 0);
	CHECK_SLICE(a.quote, quote);
	CHECK_ERR(eventlog_read(log_json, &log, NULL), E_OK);
	CHECK(memcmp(a.log.rtmr[3], log.rtmr[3], SHA384_LEN) == 0);
	/* The binary form may have fewer boot events; those of register 3 are the same. */
	for (i = 0, k = 0; i < log.n; i++) {
		if (log.events[i].imr != 3) continue;
		while (k < a.log.n && a.log.events[k].imr != 3)
			k++;
		CHECK(k < a.log.n);
		CHECK_SLICE(a.log.events[k].name, log.events[i].name);
		CHECK_SLICE(a.log.events[k].payload, log.events[i].payload);
		k++;
	}
	eventlog_drop(&log);
	attestation_drop(&a);
	for (i = 0; i < bytes.n; i += 1 + i / 64)
		CHECK_ERR(attestation_read(slice_sub(bytes, 0, i), &a, NULL), E_ATTESTATION_FORMAT);
	buf_put(&more, bytes);
	buf_u8(&more, 0);
	CHECK_ERR(attestation_read(buf_slice(&more), &a, NULL), E_ATTESTATION_FORMAT);
	more.p[1] = 3;
	CHECK_ERR(attestation_read(buf_slice(&more), &a, NULL), E_ATTESTATION_KIND);
	more.p[1] = 5;
	CHECK_ERR(attestation_read(buf_slice(&more), &a, NULL), E_ATTESTATION_FORMAT);
	buf_drop(&more);
}

TEST(check_attestation_scale)
{
	const char *dir = vectors_dir("dstack");
	char path[4096];
	struct cJSON *j;

	if (!dir) SKIP("vectors/dstack not found");
	snprintf(path, sizeof path, "%s/simulator-0.5.6-and-later", dir);
	check_scale(vectors_file(path, "attestation.bin"), vectors_file(path, "quote.bin"),
		vectors_file(path, "event_log.json"));
	snprintf(path, sizeof path, "%s/tdx-lite-stripped-digests", vectors_dir("dstack"));
	j = vectors_json(path, "tdx-lite-attestation.json");
	struct slice bytes = want_hex(j, "attestation");
	json_drop(&j);
	j = vectors_json(path, "tdx-lite-getquote.json");
	check_scale(bytes, want_hex(j, "quote"), want_str(j, "event_log"));
	json_drop(&j);
}

/* How byte strings are written, and what is wrong. */
struct packed {
	bool arrays, wide, data_first, pod, v2;
	const char *kind, *stack;
	unsigned version;
	bool other_payload, missing_event, twice, unknown, no_digest, bad_report_data;
	/* members of another type or value */
	bool name_is_number, type_is_text, version_0, bad_preimage, good_preimage, short_report;
	bool log_is_text, trailing, digest_is_text;
	size_t config, events; /* size of the config text; events in place of two */
};

static void put_head(struct buf *b, uint8_t fix, uint8_t wide16, size_t n, bool wide)
{
	if (wide || n > 15) {
		buf_u8(b, wide16);
		buf_be16(b, (uint16_t)n);
	} else {
		buf_u8(b, (uint8_t)(fix | n));
	}
}

static void put_map(struct buf *b, const struct packed *p, size_t n)
{
	put_head(b, 0x80, 0xde, n, p->wide);
}

static void put_str(struct buf *b, const char *s)
{
	buf_u8(b, 0xd9);
	buf_u8(b, (uint8_t)strlen(s));
	buf_str(b, s);
}

static void put_uint(struct buf *b, uint32_t v)
{
	buf_u8(b, 0xce);
	buf_be32(b, v);
}

static void put_bytes(struct buf *b, const struct packed *p, struct slice s)
{
	size_t i;

	if (!p->arrays) {
		buf_u8(b, 0xc5);
		buf_be16(b, (uint16_t)s.n);
		buf_put(b, s);
		return;
	}
	put_head(b, 0x90, 0xdc, s.n, p->wide);
	for (i = 0; i < s.n; i++) {
		if (s.p[i] >= 128) buf_u8(b, 0xcc);
		buf_u8(b, s.p[i]);
	}
}

static void put_full_event(
	struct buf *b, const struct packed *p, const char *name, struct slice payload)
{
	uint8_t digest[SHA384_LEN];

	event_digest(p->v2, slice_str(name), payload, digest);
	put_map(b, p,
		5U + p->v2 + p->unknown + p->version_0 + (p->bad_preimage || p->good_preimage));
	put_str(b, "imr");
	put_uint(b, 3);
	put_str(b, "event_type");
	if (p->type_is_text)
		put_str(b, "134217729");
	else
		put_uint(b, EVENT_RUNTIME_TYPE);
	put_str(b, "digest");
	if (p->digest_is_text)
		put_str(b, "");
	else
		put_bytes(b, p, p->no_digest ? SLICE_NONE : SLICE_OF(digest));
	put_str(b, "event");
	if (p->name_is_number)
		put_uint(b, 1);
	else
		put_str(b, name);
	if (p->version_0) {
		put_str(b, "version");
		put_uint(b, 0);
	}
	if (p->bad_preimage || p->good_preimage) {
		put_str(b, "preimage");
		put_bytes(b, p,
			p->bad_preimage ? SLICE("x")
			: payload.n     ? SLICE("\1\0\0\x08:app-id:\xca\xfe")
					: SLICE("\1\0\0\x08:system-preparing:"));
	}
	put_str(b, "event_payload");
	put_bytes(b, p, payload);
	if (p->v2) {
		put_str(b, "version");
		put_uint(b, 2);
	}
	if (p->unknown) {
		put_str(b, "new");
		buf_put(b, SLICE("\x92\xc0\x81\xa1x\xd6\x01\x02\x03\x04\x05"));
	}
}

static void put_short_event(
	struct buf *b, const struct packed *p, const char *name, struct slice payload)
{
	put_map(b, p, p->v2 ? 3 : 2);
	put_str(b, "event");
	put_str(b, name);
	put_str(b, "payload");
	put_bytes(b, p, payload);
	if (!p->v2) return;
	put_str(b, "version");
	put_uint(b, 2);
}

static void put_stack(struct buf *b, const struct packed *p)
{
	static const char text[] = "{\"hello\":\"world\"}";
	uint8_t report_data[64];

	sha512(SLICE("app-data:{\"hello\":\"world\"}"), report_data);
	report_data[0] ^= p->bad_report_data;
	put_map(b, p, 3U + (p->pod ? 1 : 0) + (p->twice ? 1 : 0));
	put_str(b, "report_data");
	put_bytes(b, p, slice_of(report_data, p->short_report ? 63 : 64));
	put_str(b, "runtime_events");
	put_head(b, 0x90, 0xdc, p->missing_event ? 1 : 2, p->wide);
	put_short_event(b, p, "system-preparing", SLICE(""));
	if (!p->missing_event)
		put_short_event(
			b, p, "app-id", p->other_payload ? SLICE("\xca\xff") : SLICE("\xca\xfe"));
	put_str(b, "config");
	if (p->config) {
		buf_u8(b, 0xdb);
		buf_be32(b, (uint32_t)p->config);
		buf_zeros(b, p->config);
	} else {
		put_str(b, "{}");
	}
	if (p->twice) {
		put_str(b, "config");
		put_str(b, "{}");
	}
	if (!p->pod) return;
	put_str(b, "report_data_payload");
	put_str(b, text);
}

static void put_log(struct buf *b, const struct packed *p)
{
	size_t i;

	if (p->log_is_text) {
		put_str(b, "[]");
		return;
	}
	put_head(b, 0x90, 0xdc, p->events ? p->events : 2, p->wide);
	for (i = 0; i < p->events; i++)
		put_full_event(b, p, "x", SLICE(""));
	if (p->events) return;
	put_full_event(b, p, "system-preparing", SLICE(""));
	put_full_event(b, p, "app-id", SLICE("\xca\xfe"));
}

static struct slice pack(const struct packed *p)
{
	struct buf b = buf_heap(12 << 20);
	unsigned i;

	put_map(&b, p, 3);
	put_str(&b, "version");
	put_uint(&b, p->version);
	put_str(&b, "platform");
	put_map(&b, p, 2);
	for (i = 0; i < 2; i++) {
		if (p->data_first != (i == 1)) {
			put_str(&b, "data");
			put_map(&b, p, 2);
			put_str(&b, "quote");
			put_bytes(&b, p, SLICE("quote\xff\x80"));
			put_str(&b, "event_log");
			put_log(&b, p);
		} else {
			put_str(&b, "kind");
			put_str(&b, p->kind);
		}
	}
	put_str(&b, "stack");
	put_map(&b, p, 2);
	put_str(&b, "kind");
	put_str(&b, p->stack);
	put_str(&b, "data");
	put_stack(&b, p);
	if (p->trailing) buf_u8(&b, 0xc0);
	CHECK_ERR(b.err, E_OK);
	return test_keep(&b);
}

static struct packed plain(void)
{
	return (struct packed){.kind = "tdx", .stack = "dstack", .version = 1};
}

static void reads(const struct packed *p)
{
	struct attestation a;
	struct why why = WHY_INIT;

	CHECK_ERR(attestation_read(pack(p), &a, &why), E_OK);
	CHECK(a.form == ATTESTATION_MSGPACK && a.log.n == 2 && a.report_data.n == 64);
	CHECK_SLICE(a.quote, SLICE("quote\xff\x80"));
	CHECK_SLICE(a.log.events[1].payload, SLICE("\xca\xfe"));
	CHECK(a.log.events[1].v2 == p->v2 && a.payload.n == (p->pod ? 17 : 0));
	attestation_drop(&a);
}

static void fails(const struct packed *p, enum err want)
{
	struct attestation a;
	struct why why = WHY_INIT;

	CHECK_ERR(attestation_read(pack(p), &a, &why), want);
	CHECK(why.code == want && why.text[0]);
}

TEST(check_attestation_msgpack)
{
	struct packed p = plain();
	struct attestation a;
	struct slice good = pack(&p);
	size_t i;

	reads(&p);
	for (i = 0; i < good.n; i++)
		CHECK_ERR(attestation_read(slice_sub(good, 0, i), &a, NULL), E_ATTESTATION_FORMAT);
	for (i = 0; i < 32; i++) {
		p = plain();
		p.arrays = i & 1;
		p.wide = i & 2;
		p.data_first = i & 4;
		p.v2 = i & 8;
		p.unknown = i & 16;
		p.no_digest = i % 3 == 0;
		reads(&p);
	}
	p = plain();
	p.pod = true;
	p.stack = "dstack-pod";
	reads(&p);
	p.bad_report_data = true;
	fails(&p, E_COPY_MISMATCH);
	p.pod = false;
	fails(&p, E_ATTESTATION_FORMAT);
}

TEST(check_attestation_msgpack_refusals)
{
	struct packed p = plain();

	p.version = 2;
	fails(&p, E_ATTESTATION_FORMAT);
	p = plain();
	p.kind = "sev-snp";
	fails(&p, E_ATTESTATION_KIND);
	p.kind = "TDX";
	fails(&p, E_ATTESTATION_FORMAT);
	p = plain();
	p.stack = "other";
	fails(&p, E_ATTESTATION_FORMAT);
	p = plain();
	p.other_payload = true;
	fails(&p, E_COPY_MISMATCH);
	p = plain();
	p.missing_event = true;
	fails(&p, E_COPY_MISMATCH);
	p = plain();
	p.twice = true;
	fails(&p, E_ATTESTATION_FORMAT);
}

TEST(check_attestation_msgpack_members)
{
	struct packed p;

#define WITH(member, code)                                                                         \
	do {                                                                                       \
		p = plain();                                                                       \
		p.member;                                                                          \
		fails(&p, code);                                                                   \
	} while (0)
	WITH(name_is_number = true, E_ATTESTATION_FORMAT);
	WITH(type_is_text = true, E_ATTESTATION_FORMAT);
	WITH(digest_is_text = true, E_ATTESTATION_FORMAT);
	WITH(version_0 = true, E_ATTESTATION_FORMAT);
	WITH(bad_preimage = true, E_LOG_DIGEST);
	WITH(short_report = true, E_ATTESTATION_FORMAT);
	WITH(log_is_text = true, E_ATTESTATION_FORMAT);
	WITH(trailing = true, E_ATTESTATION_FORMAT);
	WITH(events = LIMIT_EVENTS + 1, E_ATTESTATION_FORMAT);
	WITH(events = LIMIT_EVENTS, E_COPY_MISMATCH);
	WITH(config = LIMIT_ATTESTATION_BYTES, E_ATTESTATION_FORMAT);
	p = plain();
	p.good_preimage = true;
	reads(&p);
	p = plain();
	p.config = LIMIT_ATTESTATION_BYTES - 1000;
	reads(&p);
}

/* More runtime events than a log may have, each as short as can be. */
TEST(check_attestation_scale_events)
{
	struct attestation a;
	unsigned n;

	for (n = LIMIT_EVENTS; n <= LIMIT_EVENTS + 1; n++) {
		struct buf b = buf_heap(1 << 20);
		struct why why = WHY_INIT;

		buf_put(&b, SLICE("\0\0\4q\0"));
		buf_le16(&b, (uint16_t)(n << 2 | 1));
		buf_zeros(&b, 2 * n + 65);
		CHECK_ERR(attestation_read(buf_slice(&b), &a, &why),
			n == LIMIT_EVENTS ? E_COPY_MISMATCH : E_ATTESTATION_FORMAT);
		buf_drop(&b);
	}
}

/* Lengths of SCALE have one form each. */
TEST(check_attestation_scale_lengths)
{
	static const struct {
		const char *hex;
		enum err code;
	} rows[] = {
		/* version, TDX, quote "q", no events, none, then report data and config follow */
		{"00000471"
		 "00"
		 "00",
			E_OK},
		{"0000050071"
		 "00"
		 "00",
			E_ATTESTATION_FORMAT},
		{"00000600000071"
		 "00"
		 "00",
			E_ATTESTATION_FORMAT},
		{"00000200000071"
		 "00"
		 "00",
			E_ATTESTATION_FORMAT},
		{"0000030400000071"
		 "00"
		 "00",
			E_ATTESTATION_FORMAT},
		{"01000471"
		 "00"
		 "00",
			E_ATTESTATION_FORMAT},
	};
	static const uint8_t rest[65];
	struct attestation a;
	size_t i;

	for (i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct slice head = test_hex(rows[i].hex);
		uint8_t bytes[128];
		struct buf b = buf_on(bytes, sizeof bytes);
		enum err e;

		buf_put(&b, head);
		buf_put(&b, SLICE_OF(rest));
		e = attestation_read(buf_slice(&b), &a, NULL);
		CHECK_ERR(e, rows[i].code);
		if (!e) attestation_drop(&a);
	}
}

TEST(check_msgpack_counts_do_not_nest)
{
	static uint8_t deep[100000];
	struct cur c;

	/* One array in another, a hundred thousand deep: no stack is used. */
	memset(deep, 0x91, sizeof deep);
	deep[sizeof deep - 1] = 0xc0;
	c = cur_of(SLICE_OF(deep));
	CHECK(mp_skip(&c).n == sizeof deep && !c.err);
	c = cur_of(SLICE("\xdf\xff\xff\xff\xff"));
	mp_skip(&c);
	CHECK(c.err);
	c = cur_of(SLICE("\xc1"));
	mp_skip(&c);
	CHECK(c.err);
	c = cur_of(SLICE("\xd1\x00\x01\xcb\x00\x00\x00\x00\x00\x00\x00\x00\xc7\x01\x05\x00\xff"));
	while (cur_left(&c) && !c.err)
		CHECK(mp_next(&c).kind == MP_OTHER);
	CHECK_ERR(cur_end(&c), E_OK);
}
