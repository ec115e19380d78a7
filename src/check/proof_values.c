/* SPDX-License-Identifier: MIT */
/* What each link compared. Runs in the command line; pure. */
#include "check/proof_values.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"

/* The values of one link while they are collected. */
struct values {
	struct proof_value *out;
	size_t n;
};

static const char in_quote[] = "quote";
static const char in_statement[] = "statement";
static const char in_log[] = "boot log";

/* A further entry, or NULL when the list is full. */
static struct proof_value *next(struct values *v, const char *what)
{
	struct proof_value *x;

	if (v->n == PROOF_VALUES) return NULL;
	x = &v->out[v->n++];
	memset(x, 0, sizeof *x);
	text_ascii(x->what, sizeof x->what, slice_str(what));
	return x;
}

static void put_hex(char dst[PROOF_VALUE_LEN], struct slice s)
{
	struct buf b = buf_on(dst, PROOF_VALUE_LEN);

	buf_hex(&b, slice_sub(s, 0, (PROOF_VALUE_LEN - 1) / 2));
	buf_text(&b);
}

/* Two byte strings that have to be equal; an empty one is left out. */
static void pair(struct values *v, const char *what, const char *expected_from,
	struct slice expected, const char *found_from, struct slice found)
{
	struct proof_value *x;

	if (!expected.n && !found.n) return;
	x = next(v, what);
	if (!x) return;
	if (expected.n) {
		x->expected_from = expected_from;
		put_hex(x->expected, expected);
	}
	if (found.n) {
		x->found_from = found_from;
		put_hex(x->found, found);
	}
	if (expected.n && found.n)
		x->relation = slice_eq(expected, found) ? VALUE_EQUAL : VALUE_DIFFERENT;
}

/* A text of the evidence with nothing to compare. */
static void shown(struct values *v, const char *what, const char *from, struct slice text)
{
	struct proof_value *x = text.n ? next(v, what) : NULL;

	if (!x) return;
	x->found_from = from;
	text_ascii(x->found, sizeof x->found, text);
}

static void bound(struct values *v, const char *what, const char *limit_from, const char *limit,
	const char *from, const char *found)
{
	struct proof_value *x = next(v, what);

	if (!x) return;
	x->expected_from = limit_from;
	x->found_from = from;
	x->relation = VALUE_BOUND;
	text_ascii(x->expected, sizeof x->expected, slice_str(limit));
	text_ascii(x->found, sizeof x->found, slice_str(found));
}

/* ---- statement ------------------------------------------------------------------------ */

static void of_envelope(const struct proof *p, struct values *v)
{
	uint8_t keyid[SHA256_LEN], digest[SHA256_LEN];

	if (!p->has_statement) return;
	sha256(SLICE_OF(p->statement.spki), keyid);
	pair(v, "key id", "SHA-256 of the key in the statement", SLICE_OF(keyid), "envelope",
		SLICE_OF(p->bundle.keyid));
	dsse_digest(p->bundle.payload, digest);
	pair(v, "signed digest", NULL, SLICE_NONE, "computed", SLICE_OF(digest));
}

static void of_statement(const struct proof *p, struct values *v)
{
	const struct statement *s = &p->statement;

	if (!p->has_statement) return;
	shown(v, "skill", in_statement, s->skill_id);
	if (s->has_archive)
		pair(v, "archive sha256", NULL, SLICE_NONE, in_statement,
			SLICE_OF(s->archive_sha256));
	pair(v, "file list sha256", NULL, SLICE_NONE, in_statement, SLICE_OF(s->files_sha256));
}

static void of_verdict(const struct proof *p, struct values *v)
{
	if (p->has_statement)
		shown(v, "verdict", in_statement, slice_str(verdict_name(p->statement.verdict)));
}

static void of_sandbox(const struct proof *p, const struct expect *want, struct values *v)
{
	char limit[12], tier[24];

	if (!p->has_statement) return;
	snprintf(limit, sizeof limit, "T%u", want->weakest_tier ? want->weakest_tier : 2);
	bound(v, "tier", "weakest accepted", limit, in_statement,
		text_ascii(tier, sizeof tier, p->statement.tier));
}

static void of_package(const struct proof *p, const struct expect *want, struct values *v)
{
	const struct statement *s = &p->statement;

	if (!p->has_statement) return;
	pair(v, "archive sha256", "your package",
		want->has_archive ? SLICE_OF(want->archive_sha256) : SLICE_NONE, in_statement,
		s->has_archive ? SLICE_OF(s->archive_sha256) : SLICE_NONE);
}

static void of_freshness(const struct proof *p, const struct expect *want, struct values *v)
{
	const struct statement *s = &p->statement;

	if (p->live) pair(v, "nonce", NULL, SLICE_NONE, "the question", SLICE_OF(p->nonce));
	if (!p->has_statement) return;
	pair(v, "nonce", "your nonce", want->has_nonce ? SLICE_OF(want->nonce) : SLICE_NONE,
		in_statement, s->has_nonce ? SLICE_OF(s->nonce) : SLICE_NONE);
	shown(v, "submitted, as claimed", in_statement, s->submitted_at);
}

/* ---- evidence ------------------------------------------------------------------------- */

static void of_binding(const struct proof *p, struct values *v)
{
	const struct statement *s = &p->statement;
	uint8_t expected[REPORT_DATA_LEN];

	if (p->has_asked)
		pair(v, "report data", "what this nonce and key ask for", SLICE_OF(p->asked),
			in_quote, p->td.report_data);
	if (!p->has_statement || !p->has_td) return;
	report_data(REPORT_RESULT, p->bundle.payload, s->has_nonce ? s->nonce : NULL, expected);
	pair(v, "report data", "SHA-256 of the signed statement, then its nonce",
		SLICE_OF(expected), in_quote, p->td.report_data);
	pair(v, "report data", "copy in the bundle", SLICE_OF(p->bundle.report_data), in_quote,
		p->td.report_data);
}

static void of_quote(const struct proof *p, const struct expect *want, struct values *v)
{
	struct slice root = want->root.n ? want->root : intel_root_der();
	uint8_t expected[SHA256_LEN];
	char text[24];

	if (!p->bundle.quote.n) return;
	sha256(root, expected);
	pair(v, "root certificate sha256", want->root.n ? "the root that you named" : "Intel",
		SLICE_OF(expected), "end of the chain",
		p->has_dcap ? SLICE_OF(p->dcap.root_sha256) : SLICE_NONE);
	if (!p->has_td) return;
	snprintf(text, sizeof text, "%016llx", (unsigned long long)p->td.td_attributes);
	shown(v, "TD attributes", in_quote, slice_str(text));
	if (p->has_dcap)
		pair(v, "FMSPC, the kind of machine", NULL, SLICE_NONE, "PCK certificate",
			SLICE_OF(p->dcap.pck.fmspc));
}

static void of_tcb(const struct proof *p, const struct expect *want, struct values *v)
{
	const struct dcap_result *r = &p->dcap;
	char limit[16], found[16], date[ISO_LEN];
	size_t i;

	if (!p->has_dcap || !r->evaluated) return;
	bound(v, "status", "accepted",
		want->tcb.statuses ? "UpToDate, or one that the policy names" : "UpToDate",
		"collateral", tcb_status_name(r->status));
	snprintf(limit, sizeof limit, "%u", (unsigned)want->min_tcb_eval);
	snprintf(found, sizeof found, "%u", (unsigned)r->tcb_info_evaluation);
	bound(v, "TCB evaluation", "at least", limit, "TCB info", found);
	shown(v, "date of the level", "TCB info", slice_str(clock_iso(date, r->tcb_date * 1000)));
	shown(v, "valid until", r->valid_until_of,
		slice_str(clock_iso(date, r->valid_until * 1000)));
	for (i = 0; i < r->advisories.n; i++)
		shown(v, "open advisory", "collateral", slice_str(r->advisories.id[i]));
}

static void of_log(const struct proof *p, struct values *v)
{
	static const char *const names[] = {"RTMR0", "RTMR1", "RTMR2", "RTMR3"};
	size_t i;

	if (!p->has_td || !p->log.n) return;
	for (i = 0; i < 4; i++)
		pair(v, names[i], "replay of the log",
			p->log.replayable[i] ? SLICE_OF(p->log.rtmr[i]) : SLICE_NONE, in_quote,
			p->td.rtmr[i]);
}

/* ---- application ---------------------------------------------------------------------- */

static void of_identity(const struct proof *p, const struct expect *want, struct values *v)
{
	uint8_t text[SHA256_LEN];
	struct slice expected = SLICE_NONE;
	const char *from = "the hash that you named";
	size_t i;

	if (!p->has_launch) return;
	if (want->has_compose_hash) {
		expected = SLICE_OF(want->compose_hash);
	} else if (want->app_compose.n) {
		sha256(want->app_compose, text);
		expected = SLICE_OF(text);
		from = "SHA-256 of the text that you named";
	}
	for (i = 0; i < want->n_compose_hashes && !expected.n; i++)
		if (slice_eq(SLICE_OF(want->compose_hashes[i].sha256), p->launch.compose_hash)) {
			expected = SLICE_OF(want->compose_hashes[i].sha256);
			from = "policy";
		}
	pair(v, "compose hash", from, expected, in_log, p->launch.compose_hash);
	if (!p->has_statement || !p->statement.tee) return;
	pair(v, "compose hash", in_statement, SLICE_OF(p->statement.compose_hash), in_log,
		p->launch.compose_hash);
	pair(v, "application id", in_statement, SLICE_OF(p->statement.app_id), in_log,
		p->launch.app_id);
	pair(v, "instance id", in_statement,
		slice_of(p->statement.instance_id, p->statement.instance_len), in_log,
		p->launch.instance_id);
}

/* A known system matches whole or not at all, so what was found is what was expected. */
static void of_os(const struct proof *p, struct values *v)
{
	bool ok = p->link[LINK_OS].state == STATE_OK;
	static const char from[] = "the known system";

	if (!p->has_td) return;
	pair(v, "MRTD", from, ok ? p->td.mrtd : SLICE_NONE, in_quote, p->td.mrtd);
	pair(v, "RTMR0", from, ok ? p->td.rtmr[0] : SLICE_NONE, in_quote, p->td.rtmr[0]);
	pair(v, "RTMR1", from, ok ? p->td.rtmr[1] : SLICE_NONE, in_quote, p->td.rtmr[1]);
	pair(v, "RTMR2", from, ok ? p->td.rtmr[2] : SLICE_NONE, in_quote, p->td.rtmr[2]);
	pair(v, "MRSEAM", NULL, SLICE_NONE, in_quote, p->td.mrseam);
	if (p->has_launch)
		pair(v, "os image hash, as claimed", NULL, SLICE_NONE, in_log,
			p->launch.os_image_hash);
}

static void of_state(const struct proof *p, struct values *v)
{
	if (!p->has_launch) return;
	shown(v, "key provider", in_log, p->launch.key_provider_name);
	pair(v, "compose hash", NULL, SLICE_NONE, in_log, p->launch.compose_hash);
	pair(v, "application id", NULL, SLICE_NONE, in_log, p->launch.app_id);
}

static void of_compose(const struct proof *p, struct values *v)
{
	uint8_t text[SHA256_LEN];

	if (!p->has_launch) return;
	sha256(p->bundle.app_compose, text);
	if (p->live && !p->bundle.app_compose.p) return;
	pair(v, "application text sha256", in_log, p->launch.compose_hash,
		p->live ? "the text that it shows" : "the text in the bundle", SLICE_OF(text));
	pair(v, "MRCONFIGID", NULL, SLICE_NONE, in_quote, p->td.mrconfigid);
}

static void of_images(const struct proof *p, const struct expect *want, struct values *v)
{
	char service[48];
	size_t i;

	if (!p->has_images) return;
	if (want->has_image)
		pair(v, "image digest", "the image that you named", SLICE_OF(want->image), NULL,
			SLICE_NONE);
	for (i = 0; i < want->n_images && !want->has_image; i++)
		pair(v, "image digest", "policy", SLICE_OF(want->images[i]), NULL, SLICE_NONE);
	for (i = 0; i < p->images.n; i++) {
		const struct image *im = &p->images.item[i];

		shown(v, text_ascii(service, sizeof service, im->service), "application text",
			im->reference);
	}
}

static void of_kms(const struct proof *p, const struct expect *want, struct values *v)
{
	const char *from = "the key that you named";
	struct slice root = want->has_kms_key ? SLICE_OF(want->kms_key) : SLICE_NONE;
	size_t i;

	if (!p->has_launch) return;
	shown(v, "key provider", in_log, p->launch.key_provider_name);
	shown(v, "key provider's id", in_log, p->launch.key_provider_id);
	if (!p->has_signers) return;
	for (i = 0; i < want->n_kms_keys && !root.n; i++)
		if (slice_eq(SLICE_OF(want->kms_keys[i]), SLICE_OF(p->kms_key)))
			root = SLICE_OF(want->kms_keys[i]);
	if (!want->has_kms_key && root.n) from = "policy";
	if (!want->has_kms_key && !want->n_kms_keys && p->has_governance) {
		root = gov_kms_key(&p->governance);
		from = "kmsInfo of its contract";
	}
	pair(v, "application's root key", NULL, SLICE_NONE, "first signature of the chain",
		SLICE_OF(p->app_key));
	pair(v, "key of the KMS", from, root, "second signature of the chain",
		SLICE_OF(p->kms_key));
}

static void of_governance(const struct proof *p, struct values *v)
{
	int i;

	if (!p->has_governance) return;
	for (i = GOV_APP_CODE; i < GOV_COUNT; i++) {
		char text[PROOF_VALUE_LEN];
		struct buf b = buf_on(text, sizeof text);

		if (gov_fact_text((enum gov_fact)i, &p->governance, &b))
			shown(v, gov_name((enum gov_fact)i), "chain nodes", buf_slice(&b));
	}
}

size_t proof_values(const struct proof *p, const struct expect *want, enum link_id id,
	struct proof_value out[PROOF_VALUES])
{
	struct values v = {out, 0};

	switch (id) {
	case LINK_ENVELOPE: of_envelope(p, &v); break;
	case LINK_STATEMENT: of_statement(p, &v); break;
	case LINK_VERDICT: of_verdict(p, &v); break;
	case LINK_SANDBOX: of_sandbox(p, want, &v); break;
	case LINK_BINDING: of_binding(p, &v); break;
	case LINK_QUOTE: of_quote(p, want, &v); break;
	case LINK_TCB: of_tcb(p, want, &v); break;
	case LINK_LOG: of_log(p, &v); break;
	case LINK_IDENTITY: of_identity(p, want, &v); break;
	case LINK_OS: of_os(p, &v); break;
	case LINK_STATE: of_state(p, &v); break;
	case LINK_COMPOSE: of_compose(p, &v); break;
	case LINK_IMAGES: of_images(p, want, &v); break;
	case LINK_KMS: of_kms(p, want, &v); break;
	case LINK_GOVERNANCE: of_governance(p, &v); break;
	case LINK_PACKAGE: of_package(p, want, &v); break;
	case LINK_FRESHNESS: of_freshness(p, want, &v); break;
	default: break; /* nothing is compared */
	}
	return v.n;
}
