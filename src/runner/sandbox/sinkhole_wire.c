/* SPDX-License-Identifier: MIT */
/* Messages between K and S. Runs in runner and the command line; pure. */
#include "runner/sandbox/sinkhole_wire.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>

static void codec_endpoint(struct codec *c, struct endpoint *e)
{
	static const uint8_t zero[16];
	uint32_t port = e->port;

	codec_u8(c, &e->proto, IPPROTO_UDP);
	codec_u8(c, &e->family, AF_INET6);
	codec_bytes(c, e->addr, sizeof e->addr);
	codec_u32(c, &port, UINT16_MAX);
	e->port = (uint16_t)port;
	codec_rule(c, e->proto == IPPROTO_TCP || e->proto == IPPROTO_UDP);
	codec_rule(c, e->family == AF_INET || e->family == AF_INET6);
	codec_rule(c, e->family == AF_INET6 || memcmp(e->addr + 4, zero, 12) == 0);
}

static void codec_stream(struct codec *c, struct sinkhole_report *r)
{
	codec_endpoint(c, &r->at);
	codec_u8(c, &r->form, STREAM_FORMS - 1);
	codec_u32(c, &r->taken, OBSERVED_COUNT_MAX);
	codec_u64(c, &r->bytes, OBSERVED_BYTES_MAX);
	codec_text(c, &r->kept, TEXT_BYTES, LIMIT_SINK_STREAM);
	codec_text(c, &r->method, TEXT_BYTES, SINK_METHOD_BYTES);
	codec_text(c, &r->host, TEXT_BYTES, SINK_NAME_BYTES);
	codec_text(c, &r->target, TEXT_BYTES, LIMIT_OBSERVED_BYTES);
	codec_rule(c, r->taken > 0 && r->kept.n <= r->bytes);
	codec_rule(c, r->form == STREAM_RAW || r->at.proto == IPPROTO_TCP);
}

void codec_report(struct codec *c, struct sinkhole_report *r)
{
	codec_u8(c, &r->kind, SAID_KINDS - 1);
	switch (r->kind) {
	case SAID_NAME:
		codec_text(c, &r->name, TEXT_BYTES, SINK_NAME_BYTES);
		codec_text(c, &r->rest, TEXT_BYTES, LIMIT_SINK_STREAM);
		codec_u32(c, &r->type, UINT16_MAX);
		codec_bool(c, &r->odd);
		codec_bytes(c, r->addr, sizeof r->addr);
		return;
	case SAID_STREAM: codec_stream(c, r); return;
	case SAID_LOST:
		codec_u32(c, &r->lost, OBSERVED_COUNT_MAX);
		codec_rule(c, r->lost > 0);
		return;
	case SAID_END:
	default: return;
	}
}

void codec_ask(struct codec *c, struct sinkhole_ask *a)
{
	codec_u8(c, &a->kind, ASK_KINDS - 1);
	codec_u32(c, &a->seq, UINT32_MAX);
	codec_endpoint(c, &a->at);
}

/* ---- endpoints ------------------------------------------------------------- */

bool endpoint_of(struct endpoint *out, uint8_t proto, const void *address, size_t n)
{
	struct endpoint e = {.proto = proto};
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
	sa_family_t family;

	if (n < sizeof family) return false;
	memcpy(&family, address, sizeof family);
	if (family == AF_INET && n >= sizeof v4) {
		memcpy(&v4, address, sizeof v4);
		e.family = AF_INET;
		memcpy(e.addr, &v4.sin_addr, 4);
		e.port = ntohs(v4.sin_port);
	} else if (family == AF_INET6 && n >= offsetof(struct sockaddr_in6, sin6_scope_id)) {
		memset(&v6, 0, sizeof v6);
		memcpy(&v6, address, n < sizeof v6 ? n : sizeof v6);
		e.family = AF_INET6;
		memcpy(e.addr, &v6.sin6_addr, 16);
		e.port = ntohs(v6.sin6_port);
		if (IN6_IS_ADDR_V4MAPPED(&v6.sin6_addr)) {
			e.family = AF_INET;
			memset(e.addr, 0, sizeof e.addr);
			memcpy(e.addr, (const uint8_t *)&v6.sin6_addr + 12, 4);
		}
	} else {
		return false;
	}
	*out = e;
	return true;
}

void endpoint_text(struct buf *b, const struct endpoint *at)
{
	char text[INET6_ADDRSTRLEN] = "?";
	bool v6 = at->family == AF_INET6;

	inet_ntop(at->family, at->addr, text, sizeof text);
	buf_fmt(b, "%s %s%s%s:%u", at->proto == IPPROTO_TCP ? "tcp" : "udp", v6 ? "[" : "", text,
		v6 ? "]" : "", at->port);
}

bool endpoint_is_local(const struct endpoint *at)
{
	static const uint8_t zero[16], own[4] = SINK_OWN_ADDRESS;
	bool none = memcmp(at->addr, zero, 15) == 0;

	if (at->family == AF_INET6) return none && at->addr[15] <= 1;
	return at->addr[0] == 127 || memcmp(at->addr, zero, 4) == 0 ||
	       memcmp(at->addr, own, 4) == 0;
}
