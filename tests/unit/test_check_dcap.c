/* SPDX-License-Identifier: MIT */
/* check/dcap: all cases of vectors/dcap, verdict, statuses, classes and fields. */
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "check/chain.h"
#include "check/collateral.h"
#include "check/dcap.h"
#include "check/dcap_json.h"
#include "check_vectors.h"
#include "test.h"

/* One case of expected.json, read. */
struct dcap_case {
	const struct cJSON *want;
	struct slice name;
	struct dcap_input in;
};

static void read_case(const char *dir, const struct cJSON *j, struct dcap_case *c)
{
	const struct cJSON *policy = json_get(j, "policy");
	char path[256];
	uint64_t now = 0;

	memset(c, 0, sizeof *c);
	c->want = j;
	c->name = want_str(j, "name");
	slice_text(path, sizeof path, want_str(j, "quote"));
	c->in.quote = vectors_file(dir, path);
	slice_text(path, sizeof path, want_str(j, "collateral"));
	c->in.collateral = vectors_file(dir, path);
	slice_text(path, sizeof path, want_str(j, "trusted_root"));
	c->in.trusted_root = vectors_file(dir, path);
	json_get_u64(j, "now", UINT32_MAX, &now);
	c->in.now = (int64_t)now;
	c->in.allow_debug = want_bool(policy, "allow_debug");
	c->in.allow_service_td = want_bool(policy, "allow_service_td");
}

/* The expected class, or one that the case allows as well. */
static bool class_fits(const struct cJSON *want, enum err e)
{
	const struct cJSON *j;
	struct slice s;

	if (slice_is(want_str(want, "error_class"), err_name(e))) return true;
	for (j = json_child(json_get(want, "also_acceptable")); j; j = json_next(j))
		if (!json_str(j, &s) && slice_is(s, err_name(e))) return true;
	return false;
}

/* Members of want that are also in got must be equal; both are printed canonically. */
static bool members_equal(
	const struct cJSON *want, const struct cJSON *got, const char *const *names)
{
	size_t i;

	for (i = 0; names[i]; i++) {
		struct buf a = buf_heap(65536), b = buf_heap(65536);
		bool same;

		json_canonical(json_get(want, names[i]), &a);
		json_canonical(json_get(got, names[i]), &b);
		same = slice_eq(buf_slice(&a), buf_slice(&b));
		if (!same) printf("#   %s: got %s want %s\n", names[i], buf_text(&b), buf_text(&a));
		buf_drop(&a);
		buf_drop(&b);
		if (!same) return false;
	}
	return true;
}

static struct cJSON *parse(struct buf *b)
{
	struct cJSON *j = NULL;

	CHECK_ERR(b->err, E_OK);
	CHECK_ERR(json_parse(buf_slice(b), JSON_INTEGERS, &j, NULL), E_OK);
	buf_drop(b);
	return j;
}

static bool accept_fits(const struct cJSON *want, const struct dcap_result *r)
{
	static const char *const names[] = {"verdict", "status", "advisory_ids", "platform_status",
		"qe_status", "tdx_module_status", NULL};
	struct buf b = buf_heap(65536);
	struct jw w = jw_to(&b, false);
	struct cJSON *got;
	bool fits;

	jw_object(&w);
	dcap_json_accept(&w, r);
	jw_object_end(&w);
	got = parse(&b);
	fits = members_equal(want, got, names);
	json_drop(&got);
	return fits;
}

/* Values of the parsers alone, for accepted and refused quotes alike. */
static bool fields_fit(const struct dcap_case *c)
{
	static const char *const td[] = {"tee_tcb_svn", "mr_seam", "mr_signer_seam",
		"seam_attributes", "td_attributes", "xfam", "mr_td", "mr_config_id", "mr_owner",
		"mr_owner_config", "rtmr0", "rtmr1", "rtmr2", "rtmr3", "tee_tcb_svn2",
		"mr_service_td", NULL};
	static const char *const sgx[] = {
		"mr_enclave", "mr_signer", "isv_prod_id", "isv_svn", "attributes", NULL};
	static const char *const both[] = {"version", "tee_type", "signed_length",
		"trailing_zero_bytes", "inner_cert_type", "report_data", "fmspc", "pce_id",
		"pck_cpusvn", "pck_components", "pck_pcesvn", "ppid", "sgx_type", "pck_ca", NULL};
	const struct cJSON *want = json_get(c->want, "fields");
	struct buf b = buf_heap(65536), mem = buf_heap(2 * LIMIT_PEM_BYTES);
	struct jw w = jw_to(&b, false);
	struct slice der[PEM_CERTS];
	struct x509 leaf, ca;
	struct sgx_ext ext;
	struct quote q;
	struct cJSON *got;
	char cn[64] = "";
	size_t n;
	bool fits;

	if (!want) return true;
	if (quote_read(c->in.quote, 0, &q, NULL) || pem_chain(q.cert_data, &mem, der, &n) ||
		n != 3 || x509_read(der[0], &leaf) || x509_read(der[1], &ca) ||
		sgx_ext_read(leaf.sgx, &ext) || !slice_text(cn, sizeof cn, ca.cn))
		return false;
	jw_object(&w);
	dcap_json_fields(&w, &q, &ext, cn);
	jw_object_end(&w);
	got = parse(&b);
	fits = members_equal(want, got, both) &&
	       members_equal(want, got, q.tee_type == TEE_TYPE_TDX ? td : sgx);
	json_drop(&got);
	buf_drop(&mem);
	return fits;
}

/* The window that the vectors give for real collateral. */
static bool window_fits(const struct cJSON *want, const struct dcap_result *r)
{
	const struct cJSON *w = json_get(want, "valid_window");
	uint64_t from, until;

	if (!w) return true;
	if (json_u64(json_child(w), UINT32_MAX, &from) ||
		json_u64(json_next(json_child(w)), UINT32_MAX, &until))
		return false;
	return r->valid_from == (int64_t)from && r->valid_until == (int64_t)until;
}

static bool run_case(const struct dcap_case *c)
{
	struct dcap_result r;
	struct why why = WHY_INIT;
	enum err e = dcap_verify(&c->in, &r, &why);
	bool accept = slice_is(want_str(c->want, "verdict"), "accept"), fits;

	fits = accept ? !e && accept_fits(c->want, &r) && window_fits(c->want, &r)
		      : e && class_fits(c->want, e) && why.code == e && why.text[0];
	fits = fits && fields_fit(c);
	if (!fits)
		printf("#   %.*s: %s (%s)\n", (int)c->name.n, (const char *)c->name.p, err_name(e),
			why.text);
	return fits;
}

TEST(check_dcap_vectors)
{
	const char *dir = vectors_dir("dcap");
	struct cJSON *expected;
	const struct cJSON *j;
	unsigned n = 0;

	if (!dir) SKIP("vectors/dcap not found");
	expected = vectors_json(dir, "expected.json");
	for (j = json_child(json_get(expected, "cases")); j; j = json_next(j)) {
		struct dcap_case c;

		read_case(dir, j, &c);
		CHECK(run_case(&c));
		n++;
	}
	printf("# %u cases\n", n);
	CHECK(n > 0);
	json_drop(&expected);
}
