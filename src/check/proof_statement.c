/* SPDX-License-Identifier: MIT */
/*
 * Links that the statement alone decides, and what is compared with the
 * caller's package and nonce. Runs in the command line; pure.
 */
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "check/proof_links.h"

static const char not_ours[] = "Somebody changed the result after it was signed, or made it up.";

/* The signing key: the statement names it, the bundle repeats it. */
static enum err check_key(const struct proof *p, const uint8_t spki[P256_SPKI_LEN], struct why *why)
{
	uint8_t keyid[SHA256_LEN];

	sha256(slice_of(spki, P256_SPKI_LEN), keyid);
	if (memcmp(keyid, p->bundle.keyid, sizeof keyid) != 0)
		return why_set(why, E_ENVELOPE_KEY, "keyid of the envelope");
	if (!p->bundle.bare && memcmp(spki, p->bundle.spki, P256_SPKI_LEN) != 0)
		return why_set(why, E_ENVELOPE_KEY, "publicKey of the bundle");
	return E_OK;
}

static enum err check_signature(
	const struct proof *p, const uint8_t spki[P256_SPKI_LEN], struct why *why)
{
	uint8_t point[P256_POINT_LEN], digest[SHA256_LEN];

	dsse_digest(p->bundle.payload, digest);
	if (p256_spki_point(slice_of(spki, P256_SPKI_LEN), point) ||
		!p256_verify(SLICE_OF(point), digest, p->bundle.signature))
		return why_set(why, E_ENVELOPE_SIGNATURE, "%s", "");
	return E_OK;
}

static void link_verdict(struct proof *p)
{
	struct why why = WHY_INIT;
	enum err e = statement_verdict(&p->statement, &why);

	if (e)
		link_fail(p, LINK_VERDICT, e, &why,
			"The appliance signed a verdict that its own facts do not give.");
	else
		link_ok(p, LINK_VERDICT, "%s, computed again from the signed facts",
			verdict_name(p->statement.verdict));
}

static void link_sandbox(const struct expect *want, struct proof *p)
{
	const struct statement *s = &p->statement;
	unsigned weakest = want->weakest_tier ? want->weakest_tier : 2;
	unsigned tier = s->tier.n == 2 ? (unsigned)(s->tier.p[1] - '0') : 0;
	struct why why = WHY_INIT;
	char shown[24];

	text_ascii(shown, sizeof shown, s->tier);
	if (!json_child(json_get(s->predicate, "run"))) {
		link_ok(p, LINK_SANDBOX, "nothing was executed");
		return;
	}
	if (tier == 0 || tier > weakest) {
		why_set(&why, E_SANDBOX_POLICY, "tier %s, the weakest accepted is T%u", shown,
			weakest);
		link_fail(p, LINK_SANDBOX, E_SANDBOX_POLICY, &why,
			"The test ran with fewer protections; accept that with --allow-tier.");
		return;
	}
	link_ok(p, LINK_SANDBOX, "tier %s, %s, %s", shown,
		slice_is(json_text_of(json_get(s->predicate, "sandbox"), "network"), "sinkhole")
			? "whatever it sent ended inside the sandbox"
			: "no network",
		s->monitor_complete ? "observed from start to end"
		: !slice_is(s->monitor, "none")
			? "observed, but not to the end"
			: "not observed: what it did besides its exit is unknown");
}

enum err links_statement(const struct expect *want, struct proof *p)
{
	struct why why = WHY_INIT;
	struct cJSON *tree = NULL;
	char id[SHORT_LEN];
	enum err e, schema;

	e = statement_parse(p->bundle.payload, &tree, &why);
	if (e == E_NO_MEMORY) return e;
	if (e) {
		link_fail(p, LINK_ENVELOPE, e, &why, not_ours);
		return E_OK;
	}
	schema = statement_read(tree, &p->statement, &why);
	if (schema) {
		/* Without a readable statement nothing says which key should have signed. */
		link_fail(p, LINK_STATEMENT, schema, &why,
			"Another version made it; a newer skill-verifier may read it.");
		link_skip(p, LINK_ENVELOPE,
			"Nothing is known about the signature; see the link statement.",
			"the statement does not say which key signed it");
		return E_OK;
	}
	p->has_statement = true;
	e = check_key(p, p->statement.spki, &why);
	if (!e) e = check_signature(p, p->statement.spki, &why);
	if (e)
		link_fail(p, LINK_ENVELOPE, e, &why, not_ours);
	else
		link_ok(p, LINK_ENVELOPE, "one signature, canonical form, key %s",
			hex_short(id, SLICE_OF(p->statement.keyid)));
	e = statement_consistent(&p->statement, &why);
	if (!e && !p->bundle.bare)
		e = filelist_read(p->bundle.files, p->statement.files_sha256,
			p->statement.dir_hash1, &p->files, &why);
	if (e == E_NO_MEMORY) return e;
	if (e)
		link_fail(p, LINK_STATEMENT, e, &why, not_ours);
	else
		link_ok(p, LINK_STATEMENT,
			"schema 1, complete; digests, subjects and file list agree");
	link_verdict(p);
	link_sandbox(want, p);
	return E_OK;
}

/* ---- package, freshness, history ----------------------------------------------------- */

static void describe_diff(
	const struct filelist_diff *d, size_t tested, bool same, char *mem, size_t cap)
{
	static const char *const words[] = {"changed", "absent", "added", "absent", "added"};
	const size_t count[] = {d->changed, d->missing, d->added, d->omitted, d->extra};
	const struct slice path[] = {
		d->changed_path, d->missing_path, d->added_path, d->omitted_path, d->extra_path};
	struct buf b = buf_on(mem, cap);
	char shown[64];
	size_t i;

	buf_fmt(&b, "%zu of %zu files identical", d->identical, tested);
	for (i = same ? 3 : 0; i < (same ? 5 : 3); i++) {
		if (!count[i]) continue;
		buf_fmt(&b, ", %s %s", text_ascii(shown, sizeof shown, path[i]), words[i]);
		if (count[i] > 1) buf_fmt(&b, " and %zu more", count[i] - 1);
	}
	buf_text(&b);
}

static void link_package(const struct expect *want, struct proof *p)
{
	const struct statement *s = &p->statement;
	struct filelist_diff d;
	struct why why = WHY_INIT;
	char hex[2 * SHA256_LEN + 1], text[240];
	struct buf b = buf_on(hex, sizeof hex);

	buf_hex(&b, s->has_archive ? SLICE_OF(s->archive_sha256) : SLICE_OF(s->files_sha256));
	if (want->has_archive) {
		if (s->has_archive &&
			memcmp(want->archive_sha256, s->archive_sha256, SHA256_LEN) == 0) {
			link_ok(p, LINK_PACKAGE, "the archive has the tested sha256 %s",
				buf_text(&b));
			return;
		}
		why_set(&why, E_PACKAGE_OTHER, "tested was sha256 %s", buf_text(&b));
		link_fail(p, LINK_PACKAGE, E_PACKAGE_OTHER, &why,
			"This proof says nothing about the archive that you have.");
		return;
	}
	if (want->files && !p->bundle.bare) {
		bool same = filelist_same(&p->files, want->files, &d);

		describe_diff(&d, p->files.n, same, text, sizeof text);
		why_set(&why, E_PACKAGE_OTHER, "%s", text);
		if (same)
			link_ok(p, LINK_PACKAGE, "%s", text);
		else
			link_fail(p, LINK_PACKAGE, E_PACKAGE_OTHER, &why,
				"The directory is not what was tested.");
		return;
	}
	link_skip(p, LINK_PACKAGE, "Name what you are about to install with --package or --sha256.",
		"tested was %s with sha256 %s", s->has_archive ? "the archive" : "a directory",
		buf_text(&b));
}

static void link_freshness(const struct expect *want, struct proof *p)
{
	const struct statement *s = &p->statement;
	struct why why = WHY_INIT;
	char when[32];

	text_ascii(when, sizeof when, s->submitted_at);
	if (!want->has_nonce) {
		link_skip(p, LINK_FRESHNESS,
			"Send your own nonce with the job and name it with --nonce.",
			"age unknown; submitted %s, as claimed", when);
		return;
	}
	if (!s->has_nonce || memcmp(s->nonce, want->nonce, NONCE_LEN) != 0) {
		why_set(&why, E_NONCE_MISMATCH,
			s->has_nonce ? "the statement has another nonce"
				     : "the statement has no nonce");
		link_fail(p, LINK_FRESHNESS, E_NONCE_MISMATCH, &why,
			"It answers another question, perhaps an older one.");
		return;
	}
	if (!link_holds(p, LINK_BINDING)) {
		link_skip(p, LINK_FRESHNESS, "Without a quote anybody could have written it there.",
			"the nonce is yours, but no quote binds it");
		return;
	}
	link_ok(p, LINK_FRESHNESS, "made after you chose the nonce");
}

void links_package(const struct expect *want, struct proof *p)
{
	if (!p->has_statement) return;
	link_package(want, p);
	link_freshness(want, p);
	link_skip(p, LINK_HISTORY,
		"The same skill may have failed at other times; nobody keeps a list yet.",
		"other results may exist");
}
