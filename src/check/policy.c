/* SPDX-License-Identifier: MIT */
/* A relying party's policy file. Runs in the command line; pure. */
#include "check/policy.h"

#include <ini.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/json_write.h"
#include "base/num.h"
#include "base/text.h"

#define DAY 86400

/* Registers of one [os NAME], in the order of system_keys. */
#define SYSTEM_KEYS 5
#define MRSEAM      4
static const char *const system_keys[SYSTEM_KEYS] = {"mrtd", "rtmr0", "rtmr1", "rtmr2", "mrseam"};

struct reader {
	struct policy *p;
	uint64_t seen; /* bit by index into the table: keys that may stand there once */
	struct jw w;   /* over p->systems */
	char section[POLICY_SECTION + 2]; /* the last setting's */
	bool in_system;
	char system[POLICY_SECTION + 2]; /* name of the open one */
	size_t n_names;
	struct slice names[POLICY_ENTRIES]; /* of all systems, in the text */
	bool has[SYSTEM_KEYS];
	uint8_t reg[SYSTEM_KEYS][TDX_REG_LEN];
	char fault[160];
};

/* 0, inih's word for a fault; the first reason stays. */
static int wrong(struct reader *r, const char *what, const char *why)
{
	char shown[64];

	if (!r->fault[0])
		snprintf(r->fault, sizeof r->fault, "%s: %s",
			text_ascii(shown, sizeof shown, slice_str(what)), why);
	return 0;
}

/* ---- values ------------------------------------------------------------------------------ */

/* YYYY-MM-DD as the first second of that day. */
static enum err read_day(struct slice s, int64_t *out)
{
	char text[ISO_LEN];
	int64_t ms;

	if (s.n != 10) return E_FORMAT;
	snprintf(text, sizeof text, "%.10sT00:00:00Z", (const char *)s.p);
	if (clock_parse_iso(slice_str(text), &ms)) return E_FORMAT;
	*out = ms / 1000;
	return E_OK;
}

static int read_flag(struct reader *r, const char *key, struct slice v, bool *out)
{
	if (!slice_is(v, "yes") && !slice_is(v, "no")) return wrong(r, key, "yes or no is needed");
	*out = slice_is(v, "yes");
	return 1;
}

/* One more digest in a list of digests. */
static int add_hash(struct reader *r, const char *key, struct slice v,
	uint8_t list[POLICY_ENTRIES][SHA256_LEN], size_t *n)
{
	if (*n == POLICY_ENTRIES) return wrong(r, key, "too many");
	if (slice_starts(v, "sha256:")) v = slice_from(v, 7);
	if (hex_exact(v, list[*n], SHA256_LEN)) return wrong(r, key, "64 hex digits are needed");
	++*n;
	return 1;
}

static int add_advisory(struct reader *r, const char *key, struct slice v,
	char text[POLICY_ENTRIES][ADVISORY_LEN], struct slice list[POLICY_ENTRIES], size_t *n)
{
	if (*n == POLICY_ENTRIES) return wrong(r, key, "too many");
	if (!slice_starts(v, "INTEL-") || !slice_text(text[*n], ADVISORY_LEN, v))
		return wrong(r, key, "a name like INTEL-SA-00837 is needed");
	list[*n] = slice_str(text[*n]);
	++*n;
	return 1;
}

static int set_status(struct reader *r, const char *key, struct slice v)
{
	enum tcb_status s = tcb_status_by_name(v);

	if (s == TCB_NOT_EVALUATED) return wrong(r, key, "no such status");
	if (s == TCB_REVOKED) return wrong(r, key, "Revoked is never accepted");
	r->p->tcb.statuses |= 1U << s;
	return 1;
}

static int set_allowed(struct reader *r, const char *key, struct slice v)
{
	struct policy *p = r->p;

	p->tcb.limit_advisories = true;
	/* "none": no advisory may be open at all. */
	if (slice_is(v, "none")) return 1;
	return add_advisory(r, key, v, p->allowed, p->allowed_list, &p->tcb.n_allowed);
}

static int set_denied(struct reader *r, const char *key, struct slice v)
{
	struct policy *p = r->p;

	return add_advisory(r, key, v, p->denied, p->denied_list, &p->tcb.n_denied);
}

static int set_evaluation(struct reader *r, const char *key, struct slice v)
{
	uint64_t n;

	if (parse_u64(v, UINT32_MAX, &n)) return wrong(r, key, "a number is needed");
	r->p->min_evaluation = (uint32_t)n;
	return 1;
}

static int set_date(struct reader *r, const char *key, struct slice v)
{
	if (read_day(v, &r->p->tcb.min_date)) return wrong(r, key, "a date is needed: YYYY-MM-DD");
	return 1;
}

static int set_tcb_unevaluated(struct reader *r, const char *key, struct slice v)
{
	return read_flag(r, key, v, &r->p->tcb.accept_unevaluated);
}

/* HEX, or HEX until YYYY-MM-DD, that day included. */
static int set_compose(struct reader *r, const char *key, struct slice v)
{
	struct policy *p = r->p;
	struct slice hash = slice_split(&v, ' '), word;
	struct accepted_hash *h = &p->compose[p->n_compose];

	if (p->n_compose == POLICY_ENTRIES) return wrong(r, key, "too many");
	if (hex_exact(hash, h->sha256, SHA256_LEN))
		return wrong(r, key, "64 hex digits are needed");
	v = slice_trim(v);
	if (v.n) {
		word = slice_split(&v, ' ');
		if (!slice_is(word, "until") || read_day(slice_trim(v), &h->until))
			return wrong(r, key, "behind the hash only \"until YYYY-MM-DD\" may stand");
		h->until += DAY - 1;
	}
	p->n_compose++;
	return 1;
}

static int set_app(struct reader *r, const char *key, struct slice v)
{
	struct policy *p = r->p;

	if (p->n_apps == POLICY_ENTRIES) return wrong(r, key, "too many");
	if (hex_exact(hex_bare(v), p->app[p->n_apps], APP_ID_LEN))
		return wrong(r, key, "40 hex digits are needed");
	p->n_apps++;
	return 1;
}

static int set_image(struct reader *r, const char *key, struct slice v)
{
	return add_hash(r, key, v, r->p->image, &r->p->n_images);
}

static int set_script(struct reader *r, const char *key, struct slice v)
{
	return add_hash(r, key, v, r->p->script, &r->p->n_scripts);
}

static int set_launcher(struct reader *r, const char *key, struct slice v)
{
	return add_hash(r, key, v, r->p->launcher, &r->p->n_launchers);
}

static int set_kms(struct reader *r, const char *key, struct slice v)
{
	struct policy *p = r->p;
	struct accepted_key *k = &p->kms[p->n_kms];
	struct buf b = buf_on(k->key, sizeof k->key);

	if (p->n_kms == POLICY_ENTRIES) return wrong(r, key, "too many");
	if (v.n == 0 || hex_into(v, &b)) return wrong(r, key, "the key's DER as hex is needed");
	k->n = b.n;
	p->n_kms++;
	return 1;
}

static int set_kms_key(struct reader *r, const char *key, struct slice v)
{
	struct policy *p = r->p;

	if (p->n_kms_keys == POLICY_ENTRIES) return wrong(r, key, "too many");
	if (hex_exact(hex_bare(v), p->kms_key[p->n_kms_keys], K256_POINT_LEN))
		return wrong(r, key, "66 hex digits are needed");
	p->n_kms_keys++;
	return 1;
}

static int set_prior(struct reader *r, const char *key, struct slice v)
{
	return read_flag(r, key, v, &r->p->accept_prior_versions);
}

static int set_os_unevaluated(struct reader *r, const char *key, struct slice v)
{
	return read_flag(r, key, v, &r->p->accept_unevaluated_os);
}

static int set_tier(struct reader *r, const char *key, struct slice v)
{
	if (v.n != 2 || v.p[0] != 'T' || v.p[1] < '1' || v.p[1] > '4')
		return wrong(r, key, "T1, T2, T3 or T4 is needed");
	r->p->weakest_tier = (unsigned)(v.p[1] - '0');
	return 1;
}

/* The directory in which a command is started is its caller's business: paths are absolute. */
static int set_path(struct reader *r, const char *key, struct slice v, char out[POLICY_LINE + 1])
{
	if (!slice_starts(v, "/") || !slice_text(out, POLICY_LINE + 1, v))
		return wrong(r, key, "an absolute path is needed");
	return 1;
}

static int set_evidence_dir(struct reader *r, const char *key, struct slice v)
{
	return set_path(r, key, v, r->p->gate.evidence_dir);
}

static int set_evidence_url(struct reader *r, const char *key, struct slice v)
{
	bool url = slice_starts(v, "https://") || slice_starts(v, "http://");

	if (!url || !slice_text(r->p->gate.evidence_url, POLICY_LINE + 1, v))
		return wrong(r, key, "a URL is needed");
	return 1;
}

static int set_gate_collateral(struct reader *r, const char *key, struct slice v)
{
	return set_path(r, key, v, r->p->gate.collateral);
}

static int set_gate_root(struct reader *r, const char *key, struct slice v)
{
	return set_path(r, key, v, r->p->gate.root);
}

static int set_gate_state(struct reader *r, const char *key, struct slice v)
{
	return set_path(r, key, v, r->p->gate.state);
}

static int set_plugin(struct reader *r, const char *key, struct slice v)
{
	static const char *const words[] = {"warn", "block", "allow"};
	size_t i;

	for (i = 0; i < sizeof words / sizeof *words; i++)
		if (slice_is(v, words[i])) {
			r->p->gate.plugin = (enum policy_plugin)i;
			return 1;
		}
	return wrong(r, key, "warn, block or allow is needed");
}

/* Which rules there are, the gate knows. */
static int add_block(struct reader *r, const char *key, struct slice v)
{
	struct policy_gate *g = &r->p->gate;

	if (g->n_block == POLICY_ENTRIES) return wrong(r, key, "too many");
	if (!slice_text(g->block[g->n_block], POLICY_WORD + 1, v))
		return wrong(r, key, "the id of a rule is needed");
	g->n_block++;
	return 1;
}

static const struct {
	const char *section, *key;
	bool many;
	int (*set)(struct reader *r, const char *key, struct slice v);
} keys[] = {
	{"tcb", "accept", true, set_status},
	{"tcb", "allow-advisory", true, set_allowed},
	{"tcb", "deny-advisory", true, set_denied},
	{"tcb", "min-evaluation", false, set_evaluation},
	{"tcb", "min-date", false, set_date},
	{"tcb", "accept-unevaluated", false, set_tcb_unevaluated},
	{"application", "compose-hash", true, set_compose},
	{"application", "app-id", true, set_app},
	{"application", "image", true, set_image},
	{"application", "script", true, set_script},
	{"application", "launcher", true, set_launcher},
	{"application", "kms-root", true, set_kms},
	{"application", "kms-key", true, set_kms_key},
	{"application", "accept-prior-versions", false, set_prior},
	{"os", "accept-unevaluated", false, set_os_unevaluated},
	{"sandbox", "weakest-tier", false, set_tier},
	{"gate", "evidence-dir", false, set_evidence_dir},
	{"gate", "evidence-url", false, set_evidence_url},
	{"gate", "collateral", false, set_gate_collateral},
	{"gate", "root", false, set_gate_root},
	{"gate", "state", false, set_gate_state},
	{"gate", "plugin", false, set_plugin},
	{"gate", "block", true, add_block},
};
#define KEYS (sizeof keys / sizeof *keys)

/* ---- systems: [os NAME] -------------------------------------------------------------------- */

/* Ends the open system, if any: it is written for measurements_match(). */
static int end_system(struct reader *r)
{
	size_t i;

	if (!r->in_system) return 1;
	r->in_system = false;
	for (i = 0; i < SYSTEM_KEYS; i++)
		if (!r->has[i] && i != MRSEAM)
			return wrong(r, r->system, "mrtd, rtmr0, rtmr1 and rtmr2 are needed");
	jw_object(&r->w);
	jw_key_cstr(&r->w, "name", r->system);
	for (i = 0; i < SYSTEM_KEYS; i++)
		if (r->has[i]) jw_key_hex(&r->w, system_keys[i], SLICE_OF(r->reg[i]));
	jw_object_end(&r->w);
	r->p->n_systems++;
	return 1;
}

static int begin_system(struct reader *r, const char *section)
{
	if (r->p->n_systems == POLICY_ENTRIES) return wrong(r, section, "too many");
	text_ascii(r->system, sizeof r->system, slice_trim(slice_from(slice_str(section), 3)));
	memset(r->has, 0, sizeof r->has);
	r->in_system = true;
	return 1;
}

static int set_register(struct reader *r, const char *key, struct slice v)
{
	size_t i;

	for (i = 0; i < SYSTEM_KEYS; i++) {
		if (strcmp(key, system_keys[i]) != 0) continue;
		if (r->has[i]) return wrong(r, key, "stands there twice");
		if (hex_exact(v, r->reg[i], TDX_REG_LEN))
			return wrong(r, key, "96 hex digits are needed");
		r->has[i] = true;
		return 1;
	}
	return wrong(r, key, "no such setting");
}

/* ---- the file -------------------------------------------------------------------------------- */

static int setting(void *ctx, const char *section, const char *name, const char *value)
{
	struct reader *r = ctx;
	struct slice v = slice_str(value);
	size_t i;

	if (!name) return 1; /* a section begins, says inih when it is built for it */
	if (strcmp(section, r->section) != 0) {
		snprintf(r->section, sizeof r->section, "%s", section);
		if (!end_system(r)) return 0;
		if (strncmp(section, "os ", 3) == 0 && !begin_system(r, section)) return 0;
	}
	if (r->in_system) return set_register(r, name, v);
	for (i = 0; i < KEYS; i++) {
		if (strcmp(section, keys[i].section) != 0 || strcmp(name, keys[i].key) != 0)
			continue;
		if (!keys[i].many && r->seen >> i & 1) return wrong(r, name, "stands there twice");
		r->seen |= 1ULL << i;
		return keys[i].set(r, name, v);
	}
	return wrong(r, name, "no such setting");
}

/* "[os NAME]" with a new name, or one of ours. */
static const char *section_fault(struct reader *r, struct slice line)
{
	struct slice name = slice_sub(line, 1, line.n - 2);
	size_t i;

	if (line.n > POLICY_SECTION || !slice_ends(line, "]") || slice_find(name, 0, ']') < name.n)
		return "not a section's name";
	if (slice_starts(name, "os ")) {
		for (i = 0; i < r->n_names; i++)
			if (slice_eq(r->names[i], name)) return "a system stands there twice";
		if (i == POLICY_ENTRIES) return "too many systems";
		r->names[r->n_names++] = name;
		return slice_trim(slice_from(name, 3)).n ? NULL : "a system needs a name";
	}
	for (i = 0; i < KEYS; i++)
		if (slice_is(name, keys[i].section)) return NULL;
	return "no such section";
}

/* What inih would cut or skip in silence: long lines, empty sections, text behind a bracket. */
static enum err check_lines(struct reader *r, struct slice text, struct why *why)
{
	struct slice line, all = text;
	const char *fault;
	unsigned n = 0;
	size_t i;

	for (i = 0; i < text.n; i++)
		if (text.p[i] < ' ' && text.p[i] != '\n' && text.p[i] != '\r' && text.p[i] != '\t')
			return why_set(why, E_CONFIG, "it is not a text");
	while (all.n) {
		line = slice_trim(slice_split(&all, '\n'));
		n++;
		fault = line.n > POLICY_LINE ? "too long" : NULL;
		if (!fault && slice_starts(line, "[")) fault = section_fault(r, line);
		if (fault) return why_set(why, E_CONFIG, "line %u: %s", n, fault);
	}
	return E_OK;
}

enum err policy_read(struct slice text, struct policy *out, struct why *why)
{
	struct reader r;
	struct buf copy = buf_heap(POLICY_BYTES + 1);
	int line = 0;
	enum err e;

	memset(out, 0, sizeof *out);
	memset(&r, 0, sizeof r);
	r.p = out;
	out->systems = buf_heap(POLICY_ENTRIES * KIB);
	r.w = jw_to(&out->systems, false);
	out->tcb.allowed = out->allowed_list;
	out->tcb.denied = out->denied_list;
	sha256(text, out->sha256);
	jw_object(&r.w);
	jw_key(&r.w, "images");
	jw_array(&r.w);
	e = check_lines(&r, text, why);
	if (!e) {
		buf_put(&copy, text);
		line = ini_parse_string(buf_text(&copy), setting, &r);
		e = copy.err;
	}
	if (!e && line)
		e = why_set(why, E_CONFIG, "line %d: %s", line,
			r.fault[0] ? r.fault : "\"key = value\" or \"[section]\" is needed");
	if (!e && !end_system(&r)) e = why_set(why, E_CONFIG, "at the end: %s", r.fault);
	if (!e && out->n_systems != r.n_names)
		e = why_set(why, E_CONFIG, "a system has no registers");
	jw_array_end(&r.w);
	jw_object_end(&r.w);
	if (!e) e = out->systems.err;
	buf_drop(&copy);
	return e;
}

void policy_drop(struct policy *p)
{
	buf_drop(&p->systems);
}

void policy_apply(const struct policy *p, struct expect *want)
{
	want->tcb = p->tcb;
	want->min_tcb_eval = p->min_evaluation;
	want->accept_unevaluated_tcb = p->tcb.accept_unevaluated;
	want->accept_unevaluated_os = p->accept_unevaluated_os;
	want->accept_prior_versions = p->accept_prior_versions;
	want->n_compose_hashes = p->n_compose;
	want->compose_hashes = p->compose;
	want->n_app_ids = p->n_apps;
	want->app_ids = p->app;
	want->n_images = p->n_images;
	want->images = p->image;
	want->n_kms_roots = p->n_kms;
	want->kms_roots = p->kms;
	want->n_kms_keys = p->n_kms_keys;
	want->kms_keys = p->kms_key;
	want->compose.n_scripts = p->n_scripts;
	want->compose.script = p->script;
	want->compose.n_launchers = p->n_launchers;
	want->compose.launcher = p->launcher;
	want->weakest_tier = p->weakest_tier;
	if (p->n_systems) want->measurements = buf_slice(&p->systems);
}
