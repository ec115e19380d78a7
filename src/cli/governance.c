/* SPDX-License-Identifier: MIT */
/* Chain nodes. Runs on the command line. */
#include "cli/governance.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/json_write.h"
#include "base/num.h"
#include "cli/check.h"

_Static_assert(LIMIT_RPC_NODES == CLI_TIMES, "every node that may be named is asked");

#define COMMAND "check governance"
/* Public nodes limit rates; a second later most answer. */
#define TRIES 3

static enum err read_address(const char *option, const char *text, uint8_t out[ABI_ADDRESS])
{
	if (hex_exact(hex_bare(slice_str(text)), out, ABI_ADDRESS) == E_OK) return E_OK;
	cli_usage(COMMAND, "%s needs 40 hex digits", option);
	return E_USAGE;
}

static enum err read_subject(const struct governance_options *o, struct gov_subject *s)
{
	if (o->kms && read_address("--kms-contract", o->kms, s->kms)) return E_USAGE;
	s->has_kms = o->kms != NULL;
	if (o->chain && parse_u64(slice_str(o->chain), INT64_MAX, &s->chain)) {
		cli_usage(COMMAND, "--chain needs a number");
		return E_USAGE;
	}
	s->has_chain = o->chain != NULL;
	if (o->device && check_digest("--device", o->device, s->device)) return E_USAGE;
	s->has_device = s->device_named = o->device != NULL;
	return E_OK;
}

/* ---- one node ------------------------------------------------------------------------ */

/* Too many requests, or a fault of the moment. */
static bool worth_another_try(unsigned status)
{
	return status == 429 || status >= 500;
}

static enum err post(struct client *c, const struct url *u, struct slice body, struct response *out,
	struct why *why)
{
	const struct timespec pause = {.tv_sec = 1};
	const struct call call = {.url = u, .body = body, .max_body = LIMIT_RPC_BYTES};
	enum err e = E_OK;
	int i;

	for (i = 0; i < TRIES; i++) {
		if (i) {
			response_drop(out);
			nanosleep(&pause, NULL);
		}
		e = client_call(c, &call, out, why);
		if (e || out->status == 200) return e;
		/* The URL may hold a key of the caller's: only the host is shown. */
		e = why_set(why, E_STATUS, "%s: %u", u->host, out->status);
		if (!worth_another_try(out->status)) break;
	}
	return e;
}

static enum err ask_one(struct client *c, const struct url *u, const struct gov_subject *s,
	struct gov_view *v, struct why *why)
{
	struct why inner = WHY_INIT;
	enum err e = E_OK;
	int i;

	for (i = 0; i < GOV_COUNT && !e; i++) {
		struct buf body = buf_heap(64 * KIB);
		struct response r = {0};

		if (!gov_applies((enum gov_fact)i, s, v)) continue;
		gov_request((enum gov_fact)i, s, v, &body);
		e = body.err ? body.err : post(c, u, buf_slice(&body), &r, why);
		if (!e) {
			e = gov_answer((enum gov_fact)i, buf_slice(&r.body), v, &inner);
			if (e) why_set(why, e, "%s: %s", u->host, inner.text);
		}
		response_drop(&r);
		buf_drop(&body);
	}
	return e;
}

/* ---- all of them ----------------------------------------------------------------------- */

static enum err ask_all(const struct governance_options *o, struct client *c,
	const struct url url[LIMIT_RPC_NODES], const struct gov_subject *s, struct gov_view *out,
	struct why *why)
{
	struct gov_view first = {0};
	enum err e = ask_one(c, &url[0], s, &first, why);
	size_t i;

	for (i = 1; o->rpc[i] && !e; i++) {
		struct gov_view other = {.pinned = true, .block_number = first.block_number};

		e = ask_one(c, &url[i], s, &other, why);
		if (!e) gov_common(&first, &other);
		if (!e) e = gov_same(&first, &other, why);
	}
	if (e) return e;
	*out = first;
	return gov_judge(s, out, why);
}

/* Options first, so that a slip of the pen asks nobody. */
static enum err prepare(const struct governance_options *o, struct url url[LIMIT_RPC_NODES],
	struct client *c, struct gov_subject *s)
{
	enum err e = read_subject(o, s);
	size_t i;

	for (i = 0; o->rpc[i] && !e; i++)
		e = net_url(COMMAND, o->rpc[i], &url[i]);
	return e ? e : net_client(COMMAND, &o->net, c);
}

enum err governance_link(
	const struct governance_options *o, const struct expect *want, struct proof *p)
{
	static struct url url[LIMIT_RPC_NODES];
	struct gov_subject s = {0};
	struct gov_view view = {0};
	struct client client = CLIENT_INIT;
	struct why why = WHY_INIT;
	uint8_t named[ABI_ADDRESS];
	struct slice contract = SLICE_NONE;
	enum err e = prepare(o, url, &client, &s);

	if (!e && o->contract) {
		e = read_address("--contract", o->contract, named);
		contract = SLICE_OF(named);
	}
	if (e) return e;
	if (proof_governance_subject(p, want, contract, &s)) {
		e = ask_all(o, &client, url, &s, &view, &why);
		proof_governance(p, want, &s, &view, (unsigned)cli_count(o->rpc), e, &why);
	}
	client_drop(&client);
	return E_OK;
}

/* ---- check governance --------------------------------------------------------------------- */

static void key_text(struct jw *w, const char *name, const char *text)
{
	jw_key_str_or_null(w, name, text[0] ? slice_str(text) : SLICE_NONE);
}

/* null: nobody knows them all. */
static void versions_json(struct jw *w, const struct gov_view *v)
{
	size_t i;

	jw_key(w, "versions");
	if (!v->fact[GOV_HISTORY].known || v->too_many) {
		jw_null(w);
		return;
	}
	jw_array(w);
	for (i = 0; i < v->n_versions; i++)
		jw_hex(w, SLICE_OF(v->versions[i]));
	jw_array_end(w);
}

void governance_text(const struct gov_view *v)
{
	int i;

	for (i = GOV_APP_CODE; i < GOV_COUNT; i++) {
		struct buf b = buf_heap(KIB);

		if (gov_fact_text((enum gov_fact)i, v, &b))
			printf("  %-21s %s\n", gov_name((enum gov_fact)i), buf_text(&b));
		buf_drop(&b);
	}
}

void governance_json(struct jw *w, const struct gov_view *v)
{
	int i;

	jw_key_u64(w, "chain", v->chain);
	jw_key_u64(w, "blockNumber", v->block_number);
	jw_key_hex(w, "blockHash", SLICE_OF(v->block_hash));
	jw_key_time(w, "blockTime", (int64_t)v->block_time * 1000);
	jw_key_bool(w, "upgradable", gov_upgradable(v));
	jw_key_bool(w, "ownerIsKey", gov_owner_is_key(v));
	jw_key_hex_or_null(w, "kmsKey", gov_kms_key(v));
	jw_key_hex_or_null(w, "kmsCa", gov_kms_ca(v));
	key_text(w, "gatewayAppId", v->gateway);
	key_text(w, "reason", v->kms_reason[0] ? v->kms_reason : v->app_reason);
	versions_json(w, v);
	jw_key(w, "facts");
	jw_object(w);
	for (i = GOV_APP_CODE; i < GOV_COUNT; i++) {
		const struct gov_value *x = &v->fact[i];

		jw_key(w, gov_name((enum gov_fact)i));
		if (x->known && !x->empty)
			jw_hex(w, SLICE_OF(x->word));
		else
			jw_null(w);
	}
	jw_object_end(w);
}

static void print_json(const struct governance_options *o, const struct gov_subject *s,
	const struct gov_view *v, enum err e, const struct why *why)
{
	struct buf b = buf_heap(64 * KIB);
	struct jw w = jw_to(&b, false);

	jw_object(&w);
	jw_key_cstr(&w, "verdict", e ? "refused" : "allowed");
	jw_key(&w, "code");
	if (e)
		jw_cstr(&w, err_name(e));
	else
		jw_null(&w);
	jw_key_cstr(&w, "detail", why->text);
	jw_key_hex(&w, "contract", SLICE_OF(s->app));
	jw_key_hex(&w, "composeHash", SLICE_OF(s->compose_hash));
	jw_key_u64(&w, "nodes", cli_count(o->rpc));
	if (v->fact[GOV_BLOCK].known) governance_json(&w, v);
	jw_object_end(&w);
	if (b.err)
		fprintf(stderr, "skill-verifier " COMMAND ": %s\n", err_text(b.err));
	else
		printf("%s\n", buf_text(&b));
	buf_drop(&b);
}

static void print_text(const struct governance_options *o, const struct gov_subject *s,
	const struct gov_view *v, enum err e, const struct why *why)
{
	char mem[480], date[ISO_LEN];
	size_t n = cli_count(o->rpc);
	struct buf b = buf_on(mem, sizeof mem);

	if (e) {
		printf("[FAIL] governance  %s: %s (%s)\n", err_text(e), why->text, err_name(e));
	} else {
		printf("[OK]   governance  this compose hash is allowed\n");
	}
	if (!v->fact[GOV_BLOCK].known || v->fact[GOV_APP_CODE].empty) return;
	gov_describe(&b, s, v);
	printf("                   %s\n", buf_text(&b));
	printf("                   as of %s (claimed), %zu %s\n",
		clock_iso(date, (int64_t)v->block_time * 1000), n,
		n == 1 ? "node, believed" : "nodes agree");
	if (gov_risk(v)) printf("                   %s\n", gov_risk(v));
	governance_text(v);
}

/* Whether this is an answer about the contract, or only about the way to it. */
static bool is_verdict(enum err e)
{
	return !e || e == E_RPC_DISAGREE || e == E_NO_CONTRACT || e == E_NOT_ALLOWED ||
	       e == E_CHAIN_OTHER;
}

static int run(const struct governance_options *o, const char *compose_hash, const char *os_image,
	bool json)
{
	static struct url url[LIMIT_RPC_NODES];
	struct gov_subject s = {0};
	struct gov_view view = {0};
	struct client client = CLIENT_INIT;
	struct why why = WHY_INIT;
	enum err e = prepare(o, url, &client, &s);

	if (!e) e = read_address("--contract", o->contract, s.app);
	if (!e) e = check_digest("--compose-hash", compose_hash, s.compose_hash);
	if (!e && os_image) e = check_digest("--os-image", os_image, s.os_image);
	s.has_os_image = os_image != NULL;
	if (e) return EXIT_CANNOT;
	e = ask_all(o, &client, url, &s, &view, &why);
	client_drop(&client);
	if (!is_verdict(e)) return cli_cannot(COMMAND, e, &why);
	if (json)
		print_json(o, &s, &view, e, &why);
	else
		print_text(o, &s, &view, e, &why);
	return e ? EXIT_NO : EXIT_YES;
}

int check_governance(int argc, char **argv)
{
	struct governance_options o = {0};
	const char *compose_hash = NULL, *os_image = NULL;
	bool json = false, help = false;
	const struct cli_option table[] = {
		GOVERNANCE_OPTIONS(o),
		{"--compose-hash", &compose_hash, NULL, "HEX", "the version that is asked about"},
		{"--os-image", &os_image, NULL, "HEX",
			"with --kms-contract: the OS image hash to ask about"},
		NET_OPTIONS(o.net),
		{"--json", NULL, &json, NULL, "machine-readable report"},
		{"--help", NULL, &help, NULL, "this text"},
		{NULL, NULL, NULL, NULL, NULL},
	};
	int n = cli_options(argc, argv, table);

	if (n < 0) return EXIT_CANNOT;
	if (help) {
		cli_help(
			"check governance --rpc URL [--rpc URL...] --contract ADDR --compose-hash HEX",
			"Asks the application's contract (DstackApp) at the last finalized block of the\n"
			"first node: is this version allowed, by whom, and who can change that? All\n"
			"nodes must tell the same about the same block. It says nothing about what\n"
			"runs: that is check attestation --rpc, or check app --rpc.",
			table,
			"Exit codes: 0 allowed, 1 not allowed, no such contract, or nodes disagree,\n"
			"3 could not ask");
		return EXIT_YES;
	}
	if (n || !o.rpc[0] || !o.contract || !compose_hash)
		return cli_usage(COMMAND, "--rpc, --contract and --compose-hash are needed");
	return run(&o, compose_hash, os_image, json);
}
