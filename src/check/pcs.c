/* SPDX-License-Identifier: MIT */
/* Answers of PCS and PCCS. Runs in the command line; pure. */
#include "check/pcs.h"

#include "base/cur.h"
#include "base/json.h"
#include "base/json_write.h"
#include "base/limits.h"
#include "base/num.h"

#define SIGNATURE_LEN 64

static bool is_blank(int c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static void skip_blanks(struct cur *c)
{
	while (is_blank(cur_peek(c)))
		cur_u8(c);
}

/* A string with its quotation marks. */
static void skip_string(struct cur *c)
{
	if (cur_u8(c) != '"') cur_fail(c, E_FORMAT);
	while (!c->err) {
		uint8_t b = cur_u8(c);

		if (b == '\\') cur_u8(c);
		if (b == '"') return;
	}
}

/* A value of text that is known to be JSON: up to the comma or bracket behind it. */
static void skip_value(struct cur *c)
{
	unsigned depth = 0;

	while (!c->err) {
		int b = cur_peek(c);

		if (b == '"') {
			skip_string(c);
			continue;
		}
		if (depth == 0 && (b == ',' || b == '}' || b == ']' || b < 0)) return;
		if (b == '{' || b == '[') depth++;
		if (b == '}' || b == ']') depth--;
		cur_u8(c);
	}
}

/* What the cursor went over since it stood at from, without trailing blanks. */
static struct slice passed(struct slice from, const struct cur *c)
{
	return slice_trim(slice_sub(from, 0, from.n - cur_left(c)));
}

enum err pcs_cut(struct slice text, const char *name, struct slice *out)
{
	struct cur c = cur_of(text);

	skip_blanks(&c);
	if (cur_u8(&c) != '{') return E_COLLATERAL_FORMAT;
	while (!c.err) {
		struct slice key, value;

		skip_blanks(&c);
		key = cur_rest(&c);
		c = cur_of(key);
		skip_string(&c);
		key = passed(key, &c);
		skip_blanks(&c);
		if (cur_u8(&c) != ':') break;
		skip_blanks(&c);
		value = cur_rest(&c);
		c = cur_of(value);
		skip_value(&c);
		value = passed(value, &c);
		if (!c.err && key.n > 2 && slice_is(slice_sub(key, 1, key.n - 2), name)) {
			if (!slice_starts(value, "{")) break;
			*out = value;
			return E_OK;
		}
		if (cur_u8(&c) != ',') break;
	}
	return E_COLLATERAL_FORMAT;
}

/* PEM is lines of printable ASCII, whatever escapes can spell. */
static bool is_pem_byte(uint8_t b)
{
	return b == '\r' || b == '\n' || (b >= 0x20 && b < 0x7f);
}

/* "%2D" to "-"; a plus sign is a plus sign, base64 is full of them. */
static enum err put_decoded(struct buf *b, struct slice s)
{
	struct cur c = cur_of(s);

	while (cur_left(&c)) {
		uint8_t byte = cur_u8(&c);

		if (byte == '%' && hex_exact(cur_take(&c, 2), &byte, 1)) return E_FORMAT;
		if (!is_pem_byte(byte)) return E_FORMAT;
		buf_u8(b, byte);
	}
	return b->err;
}

static enum err put_chain(struct jw *w, const char *name, struct slice header, struct why *why)
{
	struct buf pem = buf_heap(LIMIT_PEM_BYTES);
	enum err e = E_OK;

	if (!header.n) e = why_set(why, E_COLLATERAL_FORMAT, "%s: no such header", name);
	if (!e) e = put_decoded(&pem, header);
	if (!e && !slice_starts(buf_slice(&pem), "-----BEGIN CERTIFICATE-----")) e = E_FORMAT;
	if (e == E_FORMAT || e == E_TOO_LARGE)
		e = why_set(
			why, E_COLLATERAL_FORMAT, "%s: the header is no percent-encoded PEM", name);
	if (!e) jw_key_str(w, name, buf_slice(&pem));
	buf_drop(&pem);
	return e;
}

/* One PEM block of a revocation list, without its lines. */
static enum err pem_crl(struct slice text, struct buf *der)
{
	static const char begin[] = "-----BEGIN X509 CRL-----";
	size_t end;
	struct buf plain;
	struct cur c;
	enum err e;

	text = slice_from(text, sizeof begin - 1);
	end = slice_search(text, 0, SLICE("-----END X509 CRL-----"));
	if (end == text.n) return E_FORMAT;
	plain = buf_heap(text.n);
	c = cur_of(slice_sub(text, 0, end));
	while (cur_left(&c)) {
		uint8_t b = cur_u8(&c);

		if (b != '\r' && b != '\n') buf_u8(&plain, b);
	}
	e = plain.err ? plain.err : base64_into(buf_slice(&plain), der);
	buf_drop(&plain);
	return e;
}

/* A list as hex; begins with a SEQUENCE in every form, which tells them apart. */
static enum err put_crl(struct jw *w, const char *name, struct slice body, struct why *why)
{
	struct buf der = buf_heap(body.n + 1);
	enum err e = E_OK;

	if (body.n && body.p[0] == 0x30 && body.n > 1 && body.p[1] >= 0x80)
		buf_put(&der, body);
	else if (slice_starts(body, "-----BEGIN X509 CRL-----"))
		e = pem_crl(body, &der);
	else
		e = hex_into(slice_trim(body), &der);
	if (!e) e = der.err;
	if (!e && !der.n) e = E_FORMAT;
	if (e == E_FORMAT) e = why_set(why, E_CRL_FORMAT, "%s: neither DER nor hex nor PEM", name);
	if (!e) jw_key_hex(w, name, buf_slice(&der));
	buf_drop(&der);
	return e;
}

/* {"<object>":{...},"signature":"<hex>"} */
static enum err put_signed(struct jw *w, const char *object, const char *name,
	const char *signature_name, struct slice body, struct why *why)
{
	struct why inner = WHY_INIT;
	struct cJSON *tree = NULL;
	struct slice text;
	uint8_t sig[SIGNATURE_LEN];
	enum err e = json_parse(body, JSON_INTEGERS, &tree, &inner);

	if (e == E_NO_MEMORY) return e;
	if (e) return why_set(why, E_COLLATERAL_FORMAT, "%s: %s", name, inner.text);
	if (pcs_cut(body, object, &text) || json_get_hex(tree, "signature", sig, sizeof sig)) {
		e = why_set(why, E_COLLATERAL_FORMAT, "%s: no %s with a signature", name, object);
	} else {
		jw_key_str(w, name, text);
		jw_key_hex(w, signature_name, SLICE_OF(sig));
	}
	json_drop(&tree);
	return e;
}

enum err pcs_bundle(const struct pcs_answers *a, struct buf *out, struct why *why)
{
	struct jw w = jw_to(out, false);
	enum err e;

	jw_object(&w);
	e = put_chain(&w, "pck_crl_issuer_chain", a->pck_crl_chain, why);
	if (!e) e = put_crl(&w, "root_ca_crl", a->root_crl, why);
	if (!e) e = put_crl(&w, "pck_crl", a->pck_crl, why);
	if (!e) e = put_chain(&w, "tcb_info_issuer_chain", a->tcb_info_chain, why);
	if (!e) e = put_signed(&w, "tcbInfo", "tcb_info", "tcb_info_signature", a->tcb_info, why);
	if (!e) e = put_chain(&w, "qe_identity_issuer_chain", a->qe_identity_chain, why);
	if (!e)
		e = put_signed(&w, "enclaveIdentity", "qe_identity", "qe_identity_signature",
			a->qe_identity, why);
	jw_object_end(&w);
	return e ? e : out->err;
}
