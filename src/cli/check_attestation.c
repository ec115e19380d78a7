/* SPDX-License-Identifier: MIT */
/* `check attestation`: options, and one proof. Runs on the command line. */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fdio.h"
#include "base/num.h"
#include "check/measurements.h"
#include "cli/check.h"

struct options {
	const char *root, *collateral, *at, *min_tcb, *compose_hash, *app_compose, *measurements;
	const char *image, *package, *sha256, *nonce, *tier;
	const char *html, *policy;
	bool unevaluated_tcb, unevaluated_os, prior, evidence_only, json, help;
};

/* Memory behind struct expect. */
struct inputs {
	struct buf bundle, root, collateral, app_compose, measurements, paths;
	struct filelist files;
	struct policy policy;
	struct expect want;
};

static void inputs_drop(struct inputs *in)
{
	buf_drop(&in->bundle);
	buf_drop(&in->root);
	buf_drop(&in->collateral);
	buf_drop(&in->app_compose);
	buf_drop(&in->measurements);
	buf_drop(&in->paths);
	filelist_drop(&in->files);
	policy_drop(&in->policy);
}

/* A directory gives a file list, anything else the digest of its bytes (C6). */
static enum err read_package(const char *path, struct inputs *in)
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

/* First of all, so that what the command line names replaces it. */
static enum err read_policy(const struct options *o, struct inputs *in)
{
	return o->policy ? check_policy(o->policy, &in->policy, &in->want) : E_OK;
}

static enum err read_files(const struct options *o, struct inputs *in)
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
	if (!e && o->package) e = read_package(o->package, in);
	w->root = buf_slice(&in->root);
	w->collateral = buf_slice(&in->collateral);
	w->app_compose = buf_slice(&in->app_compose);
	if (o->measurements) w->measurements = buf_slice(&in->measurements);
	return e;
}

static enum err read_values(const struct options *o, struct expect *w)
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
		if (e) cli_usage("check attestation", "--min-tcb-eval needs a number");
	}
	if (!e && o->tier) {
		if (o->tier[0] == 'T' && o->tier[1] >= '1' && o->tier[1] <= '4' && !o->tier[2])
			w->weakest_tier = (unsigned)(o->tier[1] - '0');
		else
			e = E_USAGE;
		if (e) cli_usage("check attestation", "--allow-tier takes T1, T2, T3 or T4");
	}
	w->accept_unevaluated_tcb |= o->unevaluated_tcb;
	w->accept_unevaluated_os |= o->unevaluated_os;
	w->accept_prior_versions |= o->prior;
	w->tcb.accept_unevaluated |= o->unevaluated_tcb;
	return e;
}

/* Options that say something else than the policy; they go before it. */
static void overridden(const struct options *o, const struct policy *p, struct report *r)
{
	const struct {
		const char *name;
		bool both;
	} list[] = {
		{"--compose-hash", o->compose_hash && p->n_compose},
		{"--app-compose", o->app_compose && p->n_compose},
		{"--image", o->image && p->n_images},
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

static int judge(const struct options *o, struct inputs *in, struct proof *p)
{
	struct report r = {
		.proof = p,
		.want = &in->want,
		.bundle = buf_slice(&in->bundle),
		.evidence_only = o->evidence_only,
	};
	struct why why = WHY_INIT;
	enum err e = proof_run(r.bundle, r.want, p, &why);

	if (e) return cli_cannot("check attestation", e, &why);
	if (o->policy) {
		r.policy = &in->policy;
		overridden(o, &in->policy, &r);
	}
	if (o->json)
		report_json(&r);
	else
		report_text(&r);
	if (o->html && report_html(&r, o->html)) return EXIT_CANNOT;
	return proof_exit(p, o->evidence_only);
}

static const char usage[] = "check attestation FILE [options]";
static const char about[] =
	"Proves the bundle of one job (from /attestation/<job id>): one line for each link of\n"
	"the chain, then whether the proof is genuine and what the test's result was.\n"
	"A proof shows what happened once. FILE may be -.";
static const char exits[] =
	"Exit codes: 0 genuine and passed; 1 refuted, or genuine and failed, timed out or over a\n"
	"limit; 2 not decided, or genuine without a test or with an error; 3 could not run";

int check_attestation(int argc, char **argv)
{
	struct options o = {0};
	const struct cli_option table[] = {
		{"--policy", &o.policy, NULL, "FILE",
			"what you accept, as a file; see policy --help"},
		{"--compose-hash", &o.compose_hash, NULL, "HEX", "the application that you expect"},
		{"--app-compose", &o.app_compose, NULL, "FILE", "the same, by its reviewed text"},
		{"--image", &o.image, NULL, "DIGEST", "the container image that you expect in it"},
		{"--measurements", &o.measurements, NULL, "FILE", "registers of known systems"},
		{"--package", &o.package, NULL, "PATH", "what you install: archive or directory"},
		{"--sha256", &o.sha256, NULL, "HEX", "the same, by the archive's digest"},
		{"--nonce", &o.nonce, NULL, "HEX", "the nonce that you sent with the job"},
		{"--collateral", &o.collateral, NULL, "FILE", "Intel's collateral, one bundle"},
		{"--min-tcb-eval", &o.min_tcb, NULL, "N", "oldest TCB evaluation to accept"},
		{"--at", &o.at, NULL, "TIME", "judge dates at this time instead of now"},
		{"--root", &o.root, NULL, "FILE", "another root than Intel's, for tests only"},
		{"--allow-tier", &o.tier, NULL, "T1..T4", "weakest sandbox to accept (T2)"},
		{"--accept-unevaluated-tcb", NULL, &o.unevaluated_tcb, NULL,
			"go without collateral"},
		{"--accept-unevaluated-os", NULL, &o.unevaluated_os, NULL,
			"go without known registers"},
		{"--accept-prior-versions", NULL, &o.prior, NULL,
			"earlier versions may have left something"},
		{"--evidence-only", NULL, &o.evidence_only, NULL, "exit 0 for any genuine proof"},
		{"--json", NULL, &o.json, NULL, "machine-readable report"},
		{"--html", &o.html, NULL, "FILE",
			"the report as a page too; it needs nothing else"},
		{"--help", NULL, &o.help, NULL, "this text"},
		{NULL, NULL, NULL, NULL, NULL},
	};
	static struct proof proof;
	static struct inputs in;
	int n = cli_options(argc, argv, table), status = EXIT_CANNOT;

	if (n < 0) return EXIT_CANNOT;
	if (o.help) {
		cli_help(usage, about, table, exits);
		return EXIT_YES;
	}
	if (n != 1) return cli_usage("check attestation", "one FILE is needed");
	if (o.compose_hash && o.app_compose)
		return cli_usage("check attestation", "--compose-hash or --app-compose, not both");
	if (o.package && o.sha256)
		return cli_usage("check attestation", "--package or --sha256, not both");
	if (!check_file(argv[0], LIMIT_BUNDLE_BYTES, &in.bundle) && !read_policy(&o, &in) &&
		!read_files(&o, &in) && !read_values(&o, &in.want))
		status = judge(&o, &in, &proof);
	proof_drop(&proof);
	inputs_drop(&in);
	return status;
}
