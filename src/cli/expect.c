/* SPDX-License-Identifier: MIT */
/* Options of a relying party. Runs on the command line. */
#include "cli/expect.h"

#include <string.h>
#include <sys/stat.h>

#include "base/num.h"
#include "check/key_file.h"
#include "check/measurements.h"
#include "check/mrconfig.h"
#include "cli/check.h"

void expect_drop(struct expect_inputs *in)
{
	buf_drop(&in->root);
	buf_drop(&in->collateral);
	buf_drop(&in->app_compose);
	buf_drop(&in->measurements);
	buf_drop(&in->paths);
	buf_drop(&in->key_chain);
	buf_drop(&in->mr_config);
	filelist_drop(&in->files);
	policy_drop(&in->policy);
}

/* A directory gives a file list, anything else the digest of its bytes (C6). */
static enum err read_package(const char *path, struct expect_inputs *in)
{
	struct why why = WHY_INIT;
	struct buf b = BUF_INIT;
	struct stat st;
	enum err e;

	if (stat(path, &st) == 0 && S_ISDIR(st.st_mode)) {
		e = installed_read(path, &in->files, &in->paths, &why);
		in->want.files = &in->files;
		if (e) cli_cannot("check", e, &why);
		return e;
	}
	e = check_file(path, LIMIT_PACKAGE_BYTES, &b);
	if (!e) {
		sha256(buf_slice(&b), in->want.archive_sha256);
		in->want.has_archive = true;
	}
	buf_drop(&b);
	return e;
}

static enum err read_files(const struct expect_options *o, struct expect_inputs *in)
{
	struct expect *w = &in->want;
	enum err e = E_OK;

	if (o->root) e = check_root(o->root, &in->root);
	if (!e && o->collateral)
		e = check_file(o->collateral, LIMIT_COLLATERAL_BYTES, &in->collateral);
	if (!e && o->app_compose)
		e = check_file(o->app_compose, LIMIT_COMPOSE_BYTES, &in->app_compose);
	if (!e && o->measurements)
		e = check_file(o->measurements, MEASUREMENTS_BYTES, &in->measurements);
	if (!e && o->mr_config)
		e = check_file(o->mr_config, MRCONFIG_DOCUMENT_BYTES, &in->mr_config);
	if (!e && o->key_chain) e = check_file(o->key_chain, KEY_FILE_BYTES, &in->key_chain);
	if (!e && o->package) e = read_package(o->package, in);
	w->root = buf_slice(&in->root);
	w->collateral = buf_slice(&in->collateral);
	w->app_compose = buf_slice(&in->app_compose);
	w->mr_config = buf_slice(&in->mr_config);
	/* An empty file is a chain that does not hold, not one that was not given. */
	if (o->key_chain) w->key_chain = in->key_chain.n ? buf_slice(&in->key_chain) : SLICE(" ");
	if (o->measurements) w->measurements = buf_slice(&in->measurements);
	return e;
}

static enum err read_values(const char *name, const struct expect_options *o, struct expect *w)
{
	uint64_t number;
	enum err e = check_time(o->at, &w->now);

	if (!e && o->compose_hash) {
		e = check_digest("--compose-hash", o->compose_hash, w->compose_hash);
		w->has_compose_hash = true;
	}
	if (!e && o->image) {
		e = check_digest("--image", o->image, w->image);
		w->has_image = true;
	}
	if (!e && o->kms_key) {
		e = check_kms_key(o->kms_key, w->kms_key);
		w->has_kms_key = true;
	}
	if (o->key_purpose) w->key_purpose = slice_str(o->key_purpose);
	if (!e && o->sha256) {
		e = check_digest("--sha256", o->sha256, w->archive_sha256);
		w->has_archive = true;
	}
	if (!e && o->nonce) {
		e = check_digest("--nonce", o->nonce, w->nonce);
		w->has_nonce = true;
	}
	if (!e && o->min_tcb) {
		e = parse_u64(slice_str(o->min_tcb), UINT32_MAX, &number);
		if (!e) w->min_tcb_eval = (uint32_t)number;
		if (e) cli_usage(name, "--min-tcb-eval needs a number");
	}
	if (!e && o->tier) {
		if (o->tier[0] == 'T' && o->tier[1] >= '1' && o->tier[1] <= '4' && !o->tier[2])
			w->weakest_tier = (unsigned)(o->tier[1] - '0');
		else
			e = E_USAGE;
		if (e) cli_usage(name, "--allow-tier takes T1, T2, T3 or T4");
	}
	w->accept_unevaluated_tcb |= o->unevaluated_tcb;
	w->accept_unevaluated_os |= o->unevaluated_os;
	w->accept_prior_versions |= o->prior;
	w->tcb.accept_unevaluated |= o->unevaluated_tcb;
	return e;
}

/* Options that say something else than the policy; they go before it. */
static void overridden(const struct expect_options *o, const struct policy *p, struct report *r)
{
	const struct {
		const char *name;
		bool both;
	} list[] = {
		{"--compose-hash", o->compose_hash && p->n_compose},
		{"--app-compose", o->app_compose && p->n_compose},
		{"--image", o->image && p->n_images},
		{"--kms-key", o->kms_key && p->n_kms_keys},
		{"--measurements", o->measurements && p->n_systems},
		{"--min-tcb-eval", o->min_tcb && p->min_evaluation},
		{"--allow-tier", o->tier && p->weakest_tier},
		{"--accept-unevaluated-tcb", o->unevaluated_tcb && !p->tcb.accept_unevaluated},
		{"--accept-unevaluated-os", o->unevaluated_os && !p->accept_unevaluated_os},
		{"--accept-prior-versions", o->prior && !p->accept_prior_versions},
	};
	size_t i;

	_Static_assert(sizeof list / sizeof *list == REPORT_OVERRIDES, "room for each of them");
	for (i = 0; i < REPORT_OVERRIDES; i++)
		if (list[i].both) r->overridden[r->n_overridden++] = list[i].name;
}

int expect_conclude(const struct expect_options *o, const struct expect_inputs *in, struct proof *p,
	struct report *r, bool json, const char *html)
{
	if (o->gov.rpc[0] && governance_link(&o->gov, &in->want, p)) return EXIT_CANNOT;
	if (o->policy) {
		r->policy = &in->policy;
		overridden(o, &in->policy, r);
	}
	if (json)
		report_json(r);
	else
		report_text(r);
	if (html && report_html(r, html)) return EXIT_CANNOT;
	return proof_exit(p, r->evidence_only);
}

enum err expect_read(const char *name, const struct expect_options *o, struct expect_inputs *in)
{
	enum err e = E_USAGE;

	if (o->compose_hash && o->app_compose)
		cli_usage(name, "--compose-hash or --app-compose, not both");
	else if (!o->key_chain && (o->kms_key || o->key_purpose))
		cli_usage(name, "--kms-key and --key-purpose are about a --key-chain");
	else if (o->package && o->sha256)
		cli_usage(name, "--package or --sha256, not both");
	else
		e = E_OK;
	/* First of all, so that what the command line names replaces it. */
	if (!e && o->policy) e = check_policy(o->policy, &in->policy, &in->want);
	if (!e) e = read_files(o, in);
	return e ? e : read_values(name, o, &in->want);
}
