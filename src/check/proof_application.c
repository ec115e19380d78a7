/* SPDX-License-Identifier: MIT */
/*
 * Links from the boot log to the code that ran. Every register that is used
 * here is one of the quote; whether the quote holds is another link's matter.
 * Runs in the command line; pure.
 */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/num.h"
#include "base/text.h"
#include "check/measurements.h"
#include "check/mrconfig.h"
#include "check/proof_links.h"

static void full_hex(char mem[2 * SHA256_LEN + 1], struct slice digest)
{
	struct buf b = buf_on(mem, 2 * SHA256_LEN + 1);

	buf_hex(&b, slice_sub(digest, 0, SHA256_LEN));
	buf_text(&b);
}

/* The statement names the verifier that the log names. */
static enum err same_verifier(const struct proof *p, struct why *why)
{
	const struct statement *s = &p->statement;

	if (!slice_eq(p->launch.compose_hash, SLICE_OF(s->compose_hash)))
		return why_set(why, E_IDENTITY_MISMATCH, "composeHash of the statement");
	if (!slice_eq(p->launch.app_id, SLICE_OF(s->app_id)))
		return why_set(why, E_IDENTITY_MISMATCH, "appId of the statement");
	if (!slice_eq(p->launch.instance_id, slice_of(s->instance_id, s->instance_len)))
		return why_set(why, E_IDENTITY_MISMATCH, "instanceId of the statement");
	return E_OK;
}

/* The policy's entry for this compose hash, or NULL. */
static const struct accepted_hash *accepted(const struct expect *want, struct slice hash)
{
	size_t i;

	for (i = 0; i < want->n_compose_hashes; i++)
		if (slice_eq(hash, SLICE_OF(want->compose_hashes[i].sha256)))
			return &want->compose_hashes[i];
	return NULL;
}

/* found: the measured hash as text. What the command line names goes before the policy. */
static enum err known_application(
	const struct expect *want, const struct launch *l, const char *found, struct why *why)
{
	const struct accepted_hash *h;
	uint8_t expected[SHA256_LEN];
	char iso[ISO_LEN];
	size_t i;

	if (want->has_compose_hash || want->app_compose.n) {
		if (want->has_compose_hash)
			memcpy(expected, want->compose_hash, sizeof expected);
		else
			sha256(want->app_compose, expected);
		if (!slice_eq(l->compose_hash, SLICE_OF(expected)))
			return why_set(
				why, E_IDENTITY_MISMATCH, "measured is compose hash %s", found);
	} else {
		h = accepted(want, l->compose_hash);
		if (!h)
			return why_set(why, E_IDENTITY_MISMATCH,
				"compose hash %s is not in the policy", found);
		if (h->until && want->now > h->until)
			return why_set(why, E_IDENTITY_MISMATCH,
				"compose hash %s was accepted until %.10s", found,
				clock_iso(iso, h->until * 1000));
	}
	for (i = 0; i < want->n_app_ids; i++)
		if (slice_eq(l->app_id, SLICE_OF(want->app_ids[i]))) return E_OK;
	return want->n_app_ids ? why_set(why, E_IDENTITY_MISMATCH,
					 "the application id is not in the policy")
			       : E_OK;
}

/* C1: only an expected compose hash is an anchor. */
static void link_identity(const struct expect *want, struct proof *p)
{
	struct why why = WHY_INIT;
	char found[2 * SHA256_LEN + 1];
	bool named = want->has_compose_hash || want->app_compose.n || want->n_compose_hashes;

	full_hex(found, p->launch.compose_hash);
	if (p->has_statement && same_verifier(p, &why)) {
		link_fail(p, LINK_IDENTITY, E_IDENTITY_MISMATCH, &why,
			"The result names another application than the one that was measured.");
		return;
	}
	if (!named) {
		link_skip(p, LINK_IDENTITY,
			"Anyone can run an application of his own: name the one that you reviewed "
			"with --compose-hash, --app-compose or in a policy.",
			"no expected compose hash; found %s", found);
		return;
	}
	if (known_application(want, &p->launch, found, &why))
		link_fail(p, LINK_IDENTITY, E_IDENTITY_MISMATCH, &why,
			"Another application ran; it may do anything.");
	else
		link_ok(p, LINK_IDENTITY, "compose hash %s, as expected", found);
}

/* The host's description of the machine repeats the image hash of the log (C38). */
static enum err same_image(const struct proof *p, struct why *why)
{
	const struct cJSON *hash;
	struct cJSON *j = NULL;
	uint8_t value[SHA256_LEN];
	enum err e;

	/* Agents before 0.5.4 gave none. */
	if (!p->bundle.vm_config.n) return E_OK;
	e = json_parse(p->bundle.vm_config, JSON_NUMBERS, &j, why);
	if (e == E_NO_MEMORY) return e;
	if (e) return why_set(why, E_COPY_MISMATCH, "vmConfig is no JSON text");
	hash = json_get(j, "os_image_hash");
	if (p->has_launch && p->launch.os_image_hash.p && hash &&
		(json_hex(hash, value, sizeof value) ||
			!slice_eq(SLICE_OF(value), p->launch.os_image_hash)))
		e = why_set(why, E_COPY_MISMATCH, "os_image_hash of vmConfig and of the boot log");
	json_drop(&j);
	return e;
}

static enum err link_os(const struct expect *want, struct proof *p, struct why *why)
{
	struct why reason = WHY_INIT;
	char name[64], image[SHORT_LEN];
	enum err e;

	e = same_image(p, &reason);
	if (e == E_NO_MEMORY) return e;
	if (e) {
		link_fail(p, LINK_OS, e, &reason, "Two descriptions of one machine differ.");
		return E_OK;
	}
	hex_short(image, p->has_launch ? p->launch.os_image_hash : SLICE_NONE);
	if (!want->measurements.n) {
		link_skip(p, LINK_OS,
			"A changed system can extend RTMR3 as it likes: name known registers with "
			"--measurements, or go without with --accept-unevaluated-os.",
			"no known registers given; the log claims os image %s",
			image[0] ? image : "(none)");
		p->link[LINK_OS].waived = want->accept_unevaluated_os;
		return E_OK;
	}
	e = measurements_match(want->measurements, &p->td, name, &reason);
	if (e == E_FORMAT) return why_set(why, E_FORMAT, "measurements: %s", reason.text);
	if (e)
		link_fail(p, LINK_OS, e, &reason, "An operating system that you do not know ran.");
	else
		link_ok(p, LINK_OS, "MRTD and RTMR0 to 2 are those of \"%s\"", name);
	return E_OK;
}

/* C8: what could an earlier version of the application have left on the disk? */
static void link_state(const struct expect *want, struct proof *p)
{
	const struct launch *l = &p->launch;
	bool derived = slice_eq(l->app_id, slice_sub(l->compose_hash, 0, l->app_id.n));
	char shown[32];

	if (slice_is(l->key_provider_name, "none")) {
		link_ok(p, LINK_STATE, "no key provider: the disk's key is made at every start");
		return;
	}
	if (derived) {
		link_ok(p, LINK_STATE,
			"the application id is the compose hash: it has one version");
		return;
	}
	text_ascii(shown, sizeof shown, l->key_provider_name);
	link_skip(p, LINK_STATE,
		"An earlier version may have left containers or files; accept that with "
		"--accept-prior-versions.",
		"key provider %s serves every authorised version of this application", shown);
	p->link[LINK_STATE].waived =
		want->accept_prior_versions || (p->has_dcap && !p->dcap.intel_root);
}

static enum err link_compose(const struct expect *want, struct proof *p)
{
	struct why why = WHY_INIT;
	enum mrconfig_state config = MRCONFIG_UNSET;
	enum err e = compose_hash_check(p->bundle.app_compose, p->launch.compose_hash, &why);

	if (!e) e = mrconfig_check(&p->launch, p->td.mrconfigid, want->mr_config, &config, &why);
	if (!e) {
		e = compose_read(
			p->bundle.app_compose, &want->compose, &p->compose, &p->findings, &why);
		p->has_compose = e == E_OK;
	}
	if (e == E_NO_MEMORY) return e;
	/* So far only scripts: what the compose file starts is the next link's. */
	if (!e) e = findings_verdict(&p->findings, &why);
	if (e) {
		link_fail(p, LINK_COMPOSE, e, &why,
			"What the bundle shows as the application's text is not all that decides what runs.");
		return E_OK;
	}
	/* It is set, so it has to agree, and nobody can tell (C39). */
	if (config == MRCONFIG_UNKNOWN) {
		link_skip(p, LINK_COMPOSE,
			"Name the document with --mr-config; guests of 0.6.0 have one.",
			"its SHA-256 is the measured compose hash; MRCONFIGID is of a document that "
			"was not given");
		return E_OK;
	}
	link_ok(p, LINK_COMPOSE, "its SHA-256 is the measured compose hash%s",
		config == MRCONFIG_AGREES ? ", and MRCONFIGID says the same" : "");
	return E_OK;
}

/* The image that was named runs; of a policy's list one has to. image NULL: none was named. */
static enum err expected_image(
	const struct expect *want, const struct proof *p, const uint8_t **image, struct why *why)
{
	enum err e = E_OK;
	size_t i;

	*image = want->has_image ? want->image : NULL;
	if (want->has_image) return images_expect(&p->images, want->image, why);
	for (i = 0; i < want->n_images; i++) {
		*image = want->images[i];
		e = images_expect(&p->images, want->images[i], why);
		if (!e) break;
	}
	return e;
}

static enum err link_images(const struct expect *want, struct proof *p)
{
	struct why why = WHY_INIT;
	char shown[160], digest[SHORT_LEN];
	const uint8_t *image = NULL;
	enum err e;

	if (!p->has_compose) return E_OK;
	e = images_read(&p->compose, &want->compose, &p->images, &p->findings, &why);
	if (e == E_NO_MEMORY) return e;
	p->has_images = e == E_OK;
	if (!e) e = findings_verdict(&p->findings, &why);
	if (!e) e = expected_image(want, p, &image, &why);
	if (e) {
		link_fail(p, LINK_IMAGES, e, &why,
			"Code can run that the measured text does not name.");
		return E_OK;
	}
	snprintf(shown, sizeof shown, "none");
	if (p->images.n) text_ascii(shown, sizeof shown, p->images.item[0].reference);
	if (image)
		link_ok(p, LINK_IMAGES, "%zu pinned, and sha256:%s as expected", p->images.n,
			hex_short(digest, slice_of(image, SHA256_LEN)));
	else
		link_ok(p, LINK_IMAGES, "%zu pinned: %s%s", p->images.n, shown,
			p->images.n > 1 ? " and more" : "");
	return E_OK;
}

static void later(struct proof *p)
{
	link_skip(p, LINK_GOVERNANCE,
		"Whoever owns the application may let it run other versions; ask who that is.",
		"no contract was asked which versions it allows");
	link_skip(p, LINK_KMS, see_earlier, "not reached: the boot log does not hold");
	link_skip(p, LINK_DOMAIN, "Nothing to mend; what counts is who signed, not who served it.",
		"no name was looked at; the result does not depend on one");
}

enum err links_application(const struct expect *want, struct proof *p, struct why *why)
{
	enum err e = E_OK;

	later(p);
	if (p->has_td) e = link_os(want, p, why);
	if (e || !p->has_launch) return e;
	link_identity(want, p);
	link_state(want, p);
	e = link_kms(want, p);
	if (e) return e;
	/* Only a running application may have no text to show. */
	if (p->live && !p->bundle.app_compose.p) return E_OK;
	e = link_compose(want, p);
	return e ? e : link_images(want, p);
}
