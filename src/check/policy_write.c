/* SPDX-License-Identifier: MIT */
/*
 * A policy made from judged evidence: the first draft, which a person reads
 * before it is used. Runs in the command line; pure.
 */
#include "base/clock.h"
#include "base/text.h"
#include "check/policy.h"

static void key_hex(struct buf *b, const char *key, struct slice v)
{
	buf_fmt(b, "%s = ", key);
	buf_hex(b, v);
	buf_str(b, "\n");
}

static void put_tcb(struct buf *b, const struct proof *p)
{
	const struct dcap_result *r = &p->dcap;
	char date[ISO_LEN];

	buf_str(b,
		"[tcb]\n"
		"; UpToDate is always accepted, Revoked never. Others one by one:\n"
		"; accept = SWHardeningNeeded\n"
		"; Advisories that may be open (\"none\": no advisory at all), and those that may not:\n"
		"; allow-advisory = INTEL-SA-00837\n"
		"; deny-advisory = INTEL-SA-00960\n");
	if (!r->evaluated) {
		buf_str(b, "; Nothing was evaluated when this was made: no collateral was given.\n"
			   "; min-evaluation = 20\n"
			   "; min-date = 2025-01-01\n");
	} else {
		if (r->status != TCB_UP_TO_DATE && r->status != TCB_REVOKED)
			buf_fmt(b,
				"; The machine's status now. Take the line in only if that is fine:\n"
				"; accept = %s\n",
				tcb_status_name(r->status));
		buf_fmt(b,
			"; Collateral of an older evaluation than the one seen is refused.\n"
			"min-evaluation = %u\n",
			(unsigned)(r->tcb_info_evaluation < r->qe_identity_evaluation
					   ? r->tcb_info_evaluation
					   : r->qe_identity_evaluation));
		buf_fmt(b, "; Date of the oldest level seen.\nmin-date = %.10s\n",
			clock_iso(date, r->tcb_date_min * 1000));
	}
	buf_str(b, "; Go without collateral: no firmware level, no revocation.\n"
		   "accept-unevaluated = no\n\n");
}

static void put_images(struct buf *b, const struct proof *p)
{
	char name[160];
	size_t i;

	buf_str(b, "; One of these images has to run, alone with the guest agent's socket:\n");
	for (i = 0; p->has_images && i < p->images.n; i++) {
		const struct image *im = &p->images.item[i];

		buf_fmt(b, "; %s\n", text_ascii(name, sizeof name, im->reference));
		if (im->pinned && im->agent) key_hex(b, "image", SLICE_OF(im->digest));
	}
}

static void put_application(struct buf *b, const struct proof *p)
{
	const struct launch *l = &p->launch;

	buf_str(b, "[application]\n"
		   "; SHA-256 of the application's text. Read that text first: this line accepts\n"
		   "; whatever it starts. A date may end it: HASH until YYYY-MM-DD\n");
	key_hex(b, "compose-hash", l->compose_hash);
	buf_str(b, "; The application's id; it stays when the text changes.\n");
	key_hex(b, "app-id", l->app_id);
	put_images(b, p);
	buf_str(b, "; Scripts, and images that can start others, that you have read, by SHA-256:\n"
		   "; script = HASH\n"
		   "; launcher = HASH\n");
	if (slice_is(l->key_provider_name, "kms")) {
		buf_str(b, "; The root key of the KMS that holds the application's keys.\n");
		buf_str(b, "kms-root = ");
		buf_ascii(b, l->key_provider_id, 2 * sizeof(struct accepted_key));
		buf_str(b, "\n");
	}
	buf_str(b, "; Earlier versions may have left containers or files behind.\n"
		   "accept-prior-versions = no\n\n");
}

static void put_system(struct buf *b, const struct proof *p)
{
	buf_str(b,
		"; Registers of a system. An entry matches whole or not at all. These are the ones\n"
		"; seen: compare them with what the system's maker publishes.\n"
		"[os seen]\n");
	key_hex(b, "mrtd", p->td.mrtd);
	key_hex(b, "rtmr0", p->td.rtmr[0]);
	key_hex(b, "rtmr1", p->td.rtmr[1]);
	key_hex(b, "rtmr2", p->td.rtmr[2]);
	key_hex(b, "mrseam", p->td.mrseam);
	buf_str(b, "\n[os]\n; Go without known registers.\naccept-unevaluated = no\n\n");
}

/* What was left open stands on top: below, its values are as found, not as known. */
static void put_open(struct buf *b, const struct proof *p)
{
	bool any = false;
	int i;

	for (i = 0; i < LINK_COUNT; i++) {
		const struct link *l = &p->link[i];

		if (l->state != STATE_SKIP || l->absent) continue;
		if (!any) buf_str(b, "; Not decided when this was made:\n");
		any = true;
		/* Printable ASCII, and shorter than POLICY_LINE. */
		buf_fmt(b, ";   %s: %s\n", link_name((enum link_id)i), l->text);
	}
	if (any) buf_str(b, "\n");
}

void policy_write(struct buf *b, const struct proof *p)
{
	_Static_assert(sizeof((struct link *)0)->text + 24 < POLICY_LINE, "a comment has one line");
	if (p->live)
		buf_str(b, "; What an application needs to be accepted, and its results; made from "
			   "one answer of\n; a running one, to be read before use.\n"
			   "; skill-verifier check URL --policy THIS-FILE\n");
	else
		buf_str(b, "; What a result needs to be accepted; made from one bundle, to be read "
			   "before use.\n");
	buf_str(b, "; skill-verifier check FILE --policy THIS-FILE\n\n");
	if (p->has_dcap && !p->dcap.intel_root)
		buf_str(b, "; Made under a test root: it proves nothing about hardware.\n");
	put_open(b, p);
	put_tcb(b, p);
	put_application(b, p);
	put_system(b, p);
	buf_str(b,
		"[sandbox]\n; The weakest protections that a test may have run under: T1 to T4.\n"
		"weakest-tier = T2\n");
}
