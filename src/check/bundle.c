/* SPDX-License-Identifier: MIT */
/* Attestation bundles. Runs in the command line; pure. */
#include "check/bundle.h"

#include <string.h>

#include "base/dsse.h"
#include "base/limits.h"
#include "base/num.h"

/* Each member once; no_tee tells whether a bundle without a TEE has it too. */
static const struct {
	const char *name;
	bool no_tee;
} members[] = {{"mediaType", true}, {"envelope", true}, {"quote", true}, {"eventLog", false},
	{"appCompose", false}, {"vmConfig", false}, {"reportData", false}, {"publicKey", true},
	{"files", true}, {"log", true}};
#define MEMBERS (sizeof members / sizeof *members)

static enum err bad(struct why *why, const char *what)
{
	return why_set(why, E_BUNDLE_FORMAT, "%s", what);
}

static enum err bad_envelope(struct why *why, const char *what)
{
	return why_set(why, E_ENVELOPE_FORMAT, "%s", what);
}

/* A text member of lower-case hex, the only spelling that we write. */
static bool get_hex(const struct cJSON *j, const char *name, struct slice *out)
{
	size_t i;

	if (json_get_str(j, name, out)) return false;
	for (i = 0; i < out->n; i++)
		if (hex_digit(out->p[i]) < 0 || (out->p[i] >= 'A' && out->p[i] <= 'F'))
			return false;
	return true;
}

/* Appends decoded bytes to the bundle's memory, which never moves. */
static bool decode(struct bundle *b, struct slice text, bool base64, struct slice *out)
{
	size_t from = b->mem.n;

	if (base64 ? base64_into(text, &b->mem) : hex_into(text, &b->mem)) return false;
	*out = slice_from(buf_slice(&b->mem), from);
	return true;
}

static enum err read_envelope(const struct cJSON *j, struct bundle *b, struct why *why)
{
	const struct cJSON *list = json_get(j, "signatures"), *first = json_child(list);
	struct slice payload, type, sig, keyid;

	if (json_count(j) != 3 || json_get_str(j, "payload", &payload) ||
		json_get_str(j, "payloadType", &type) || !json_is_array(list))
		return bad_envelope(why, "not exactly payload, payloadType and signatures");
	if (!slice_is(type, DSSE_TYPE)) return bad_envelope(why, "the payload is of another type");
	if (json_count(list) != 1) return bad_envelope(why, "not exactly one signature");
	if (json_count(first) != 2 || json_get_str(first, "sig", &sig) ||
		!get_hex(first, "keyid", &keyid) || hex_exact(keyid, b->keyid, sizeof b->keyid))
		return bad_envelope(why, "the signature is not exactly keyid and sig");
	if (!decode(b, payload, true, &b->payload) || !decode(b, sig, true, &b->signature))
		return bad_envelope(why, "bad base64");
	return E_OK;
}

bool bundle_public_key(struct slice pem, uint8_t spki[P256_SPKI_LEN])
{
	static const char head[] = "-----BEGIN PUBLIC KEY-----\n";
	static const char tail[] = "-----END PUBLIC KEY-----\n";
	uint8_t text[256], der[P256_SPKI_LEN], point[P256_POINT_LEN], again[256];
	struct buf t = buf_on(text, sizeof text), d = buf_on(der, sizeof der);
	struct buf a = buf_on(again, sizeof again);
	size_t i;

	if (!slice_starts(pem, head) || !slice_ends(pem, tail)) return false;
	for (i = sizeof head - 1; i < pem.n - (sizeof tail - 1); i++)
		if (pem.p[i] != '\n') buf_u8(&t, pem.p[i]);
	if (t.err || base64_into(buf_slice(&t), &d) || p256_spki_point(buf_slice(&d), point))
		return false;
	buf_pem(&a, "PUBLIC KEY", buf_slice(&d));
	if (!slice_eq(buf_slice(&a), pem)) return false;
	memcpy(spki, der, sizeof der);
	return true;
}

static enum err check_members(const struct cJSON *tree, bool tee, struct why *why)
{
	const struct cJSON *c;
	size_t i, n = 0;

	for (i = 0; i < MEMBERS; i++) {
		if (!tee && !members[i].no_tee) continue;
		n++;
		if (!json_get(tree, members[i].name))
			return why_set(why, E_BUNDLE_FORMAT, "no member \"%s\"", members[i].name);
	}
	if (json_count(tree) == n) return E_OK;
	for (c = json_child(tree); c; c = json_next(c)) {
		for (i = 0; i < MEMBERS; i++)
			if (slice_is(json_name(c), members[i].name) && (tee || members[i].no_tee))
				break;
		if (i == MEMBERS) break;
	}
	return bad(why, c && !tee ? "a member that a bundle without a TEE does not have"
				  : "a member that bundles do not have");
}

static enum err read_evidence(struct bundle *b, struct why *why)
{
	struct slice quote, data;

	if (!get_hex(b->tree, "quote", &quote) || quote.n > 2 * LIMIT_QUOTE_BYTES ||
		!decode(b, quote, false, &b->quote) || !b->quote.n)
		return bad(why, "\"quote\" is no hex text of a quote");
	b->event_log = json_get(b->tree, "eventLog");
	if (!json_is_array(b->event_log)) return bad(why, "\"eventLog\" is no array");
	if (json_get_str(b->tree, "appCompose", &b->app_compose) ||
		json_get_str(b->tree, "vmConfig", &b->vm_config))
		return bad(why, "\"appCompose\" or \"vmConfig\" is no text");
	if (!get_hex(b->tree, "reportData", &data) ||
		hex_exact(data, b->report_data, sizeof b->report_data))
		return bad(why, "\"reportData\" is no hex text of 64 bytes");
	return E_OK;
}

static enum err read_members(struct bundle *b, struct why *why)
{
	bool tee = !json_is_null(json_get(b->tree, "quote"));
	struct slice type, pem;
	enum err e;

	if (json_get_str(b->tree, "mediaType", &type) || !slice_is(type, BUNDLE_MEDIA_TYPE))
		return bad(why, "no attestation bundle: fetch one from /attestation/<job id>");
	e = check_members(b->tree, tee, why);
	if (!e) e = read_envelope(json_get(b->tree, "envelope"), b, why);
	if (!e && tee) e = read_evidence(b, why);
	if (e) return e;
	if (json_get_str(b->tree, "publicKey", &pem) || !bundle_public_key(pem, b->spki))
		return bad(why, "\"publicKey\" is no P-256 key in PEM");
	b->files = json_get(b->tree, "files");
	if (!json_is_array(b->files)) return bad(why, "\"files\" is no array");
	if (!json_is_null(json_get(b->tree, "log")))
		return bad(why, "\"log\" is not null: this program knows no result log yet");
	return E_OK;
}

enum err bundle_read(struct slice text, struct bundle *out, struct why *why)
{
	struct why json = WHY_INIT;

	memset(out, 0, sizeof *out);
	if (text.n > LIMIT_BUNDLE_BYTES)
		return why_set(
			why, E_BUNDLE_FORMAT, "more than %u bytes", (unsigned)LIMIT_BUNDLE_BYTES);
	if (!text.n) return bad(why, "it is empty");
	/* Decoded texts are shorter than the text; so the memory never moves. */
	out->mem = buf_heap(text.n);
	if (!buf_reserve(&out->mem, text.n)) return E_NO_MEMORY;
	buf_reset(&out->mem);
	if (json_parse(text, JSON_INTEGERS, &out->tree, &json)) return bad(why, json.text);
	if (!json_get(out->tree, "payload")) return read_members(out, why);
	out->bare = true;
	return read_envelope(out->tree, out, why);
}

void bundle_drop(struct bundle *b)
{
	json_drop(&b->tree);
	buf_drop(&b->mem);
	memset(b, 0, sizeof *b);
}
