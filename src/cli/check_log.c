/* SPDX-License-Identifier: MIT */
/*
 * `check log`: a boot event log against the register that a quote shows (C39).
 * It does not check the quote's signature and says so. The members of --json
 * are those of shared/vectors/dstack. Runs on the command line.
 */
#include <stdio.h>
#include <string.h>

#include "base/ct.h"
#include "base/fdio.h"
#include "base/json_write.h"
#include "base/num.h"
#include "base/tdx.h"
#include "base/text.h"
#include "check/measures.h"
#include "check/mrconfig.h"
#include "cli/check.h"
#include "cli/evidence.h"

static const char unsigned_note[] =
	"the signature of the quote is not checked here: use `check quote` or `check attestation`";

struct outcome {
	bool has_td, has_launch, has_compose;
	struct tdx_body td;
	uint8_t rtmr3[SHA384_LEN]; /* the quoted register */
	struct eventlog *log;
	struct launch launch;
	struct slice app_compose, mr_config;
	enum mrconfig_state config;
	enum err code;
	struct why why;
};

/* The register after the event with this name, or null. */
static void key_replay_until(
	struct jw *w, const char *name, const struct eventlog *log, const char *event)
{
	uint8_t reg[SHA384_LEN] = {0};
	size_t i;

	for (i = 0; i < log->n; i++) {
		if (log->events[i].imr != 3) continue;
		sha384_two(SLICE_OF(reg), SLICE_OF(log->events[i].digest), reg);
		if (!slice_is(log->events[i].name, event)) continue;
		jw_key_hex(w, name, SLICE_OF(reg));
		return;
	}
	jw_key_null(w, name);
}

static void names_json(struct jw *w, const char *name, const struct eventlog *log, bool after)
{
	bool ready = !after;
	size_t i;

	jw_key(w, name);
	jw_array(w);
	for (i = 0; i < log->n; i++) {
		const struct event *ev = &log->events[i];

		if (ev->imr != 3) continue;
		if (ready) jw_str(w, ev->name);
		if (slice_is(ev->name, "system-ready")) ready = true;
	}
	jw_array_end(w);
}

static void registers_json(struct jw *w, const struct outcome *o)
{
	static const char *const names[] = {"rtmr0", "rtmr1", "rtmr2", "rtmr3"};
	unsigned i;

	jw_key(w, "replayed");
	jw_object(w);
	for (i = 0; i < 4; i++)
		jw_key_hex_or_null(w, names[i],
			o->log->replayable[i] ? SLICE_OF(o->log->rtmr[i]) : SLICE_NONE);
	jw_object_end(w);
	jw_key(w, "replay_matches_quote");
	jw_object(w);
	for (i = 0; i < 4; i++) {
		struct slice quoted = o->has_td ? o->td.rtmr[i] : SLICE_NONE;

		if (i == 3) quoted = SLICE_OF(o->rtmr3);
		jw_key(w, names[i]);
		if (!quoted.n || !o->log->replayable[i])
			jw_null(w);
		else
			jw_bool(w, slice_eq(quoted, SLICE_OF(o->log->rtmr[i])));
	}
	jw_object_end(w);
}

static void log_json(struct jw *w, const struct outcome *o)
{
	uint64_t count[4] = {0};
	bool empty = false;
	size_t i;

	jw_key(w, "event_log");
	jw_object(w);
	for (i = 0; i < o->log->n; i++) {
		const struct event *ev = &o->log->events[i];

		count[ev->imr]++;
		if (ev->imr == 3 && !ev->has_digest) empty = true;
	}
	jw_key(w, "entries_per_imr");
	jw_array(w);
	for (i = 0; i < 4; i++)
		jw_u64(w, count[i]);
	jw_array_end(w);
	names_json(w, "rtmr3_events", o->log, false);
	jw_key_bool(w, "runtime_digest_field_empty", empty);
	registers_json(w, o);
	key_replay_until(w, "rtmr3_at_boot_mr_done", o->log, "boot-mr-done");
	key_replay_until(w, "rtmr3_at_system_ready", o->log, "system-ready");
	names_json(w, "events_after_system_ready", o->log, true);
	jw_key_u64(w, "unknown_before_system_ready", o->launch.unknown_before_ready);
	jw_object_end(w);
}

static void identity_json(struct jw *w, const struct outcome *o)
{
	const struct launch *l = &o->launch;

	jw_key(w, "identity");
	if (!o->has_launch) {
		jw_null(w);
		return;
	}
	jw_object(w);
	jw_key_hex(w, "app_id", l->app_id);
	jw_key_hex(w, "compose_hash", l->compose_hash);
	jw_key_hex(w, "instance_id", l->instance_id);
	jw_key_hex_or_null(w, "os_image_hash_event", l->os_image_hash);
	jw_key(w, "storage_fs");
	if (l->storage_fs.p)
		jw_lossy(w, l->storage_fs);
	else
		jw_null(w);
	jw_key(w, "key_provider");
	jw_object(w);
	jw_key_str(w, "name", l->key_provider_name);
	jw_key_str(w, "id", l->key_provider_id);
	jw_object_end(w);
	jw_key_bool(w, "app_id_is_compose_hash_prefix",
		slice_eq(l->app_id, slice_sub(l->compose_hash, 0, l->app_id.n)));
	jw_object_end(w);
}

static void quote_json(struct jw *w, const struct outcome *o)
{
	uint8_t system[SHA256_LEN], aggregated[SHA256_LEN];

	if (!o->has_td) return;
	jw_key(w, "mr_config_id");
	jw_object(w);
	jw_key_u64(w, "version", o->td.mrconfigid.p[0]);
	jw_key(w, "payload_equals_compose_hash_event");
	if (!o->has_launch || o->td.mrconfigid.p[0] != 1)
		jw_null(w);
	else
		jw_bool(w, slice_eq(slice_sub(o->td.mrconfigid, 1, SHA256_LEN),
				   o->launch.compose_hash));
	jw_object_end(w);
	if (!o->has_launch) return;
	mr_system(&o->td, o->launch.key_provider, system);
	mr_aggregated(&o->td, aggregated);
	jw_key(w, "derived");
	jw_object(w);
	jw_key_hex(w, "mr_system", SLICE_OF(system));
	jw_key_hex(w, "mr_aggregated", SLICE_OF(aggregated));
	jw_object_end(w);
}

static void compose_json(struct jw *w, const struct outcome *o)
{
	uint8_t sha[SHA256_LEN];

	if (!o->has_compose) return;
	sha256(o->app_compose, sha);
	jw_key(w, "app_compose");
	jw_object(w);
	jw_key_u64(w, "length", o->app_compose.n);
	jw_key_hex(w, "sha256", SLICE_OF(sha));
	jw_key(w, "matches_compose_hash_event");
	if (o->has_launch)
		jw_bool(w, slice_eq(SLICE_OF(sha), o->launch.compose_hash));
	else
		jw_null(w);
	jw_object_end(w);
}

static void print_json(const struct outcome *o)
{
	struct buf b = buf_heap(4 * MIB);
	struct jw w = jw_to(&b, false);

	jw_object(&w);
	jw_key_cstr(&w, "verdict", o->code ? "reject" : "accept");
	if (o->code) {
		jw_key_cstr(&w, "error_class", err_name(o->code));
		jw_key_cstr(&w, "detail", o->why.text);
	}
	jw_key_cstr(&w, "note", unsigned_note);
	if (o->log) {
		log_json(&w, o);
		identity_json(&w, o);
		quote_json(&w, o);
	}
	compose_json(&w, o);
	jw_object_end(&w);
	printf("%s\n", buf_text(&b));
	buf_drop(&b);
}

static void print_text(const struct outcome *o)
{
	char name[64], payload[140];
	size_t i;

	for (i = 0; o->log && i < o->log->n; i++) {
		const struct event *ev = &o->log->events[i];
		struct buf hex = buf_on(payload, 70);

		if (ev->imr != 3) continue;
		buf_hex(&hex, slice_sub(ev->payload, 0, 32));
		printf("  %-18s %s%s%s\n", text_ascii(name, sizeof name, ev->name), buf_text(&hex),
			ev->payload.n > 32 ? "..." : "",
			ev->unknown ? "  (a name that is not known)" : "");
	}
	if (o->code)
		printf("[FAIL] log    %s%s%s (%s)\n", err_text(o->code), o->why.text[0] ? ": " : "",
			o->why.text, err_name(o->code));
	else
		printf("[OK]   log    its events give RTMR3 and the launch events are in order\n");
	if (!o->code && o->config == MRCONFIG_UNKNOWN)
		printf("       note: MRCONFIGID is of a document that was not given (--mr-config): not "
		       "compared\n");
	printf("       note: %s\n", unsigned_note);
}

/* All rules, first fault first; what was found stays in o for the report. */
static void judge(struct outcome *o)
{
	o->code = eventlog_matches(o->log, 3, SLICE_OF(o->rtmr3), &o->why);
	if (!o->code) o->code = eventlog_launch(o->log, &o->launch, &o->why);
	o->has_launch = o->code == E_OK;
	if (!o->code && o->has_td)
		o->code = mrconfig_check(
			&o->launch, o->td.mrconfigid, o->mr_config, &o->config, &o->why);
	if (!o->code && o->has_compose)
		o->code = compose_hash_check(o->app_compose, o->launch.compose_hash, &o->why);
}

struct options {
	const char *quote, *rtmr3, *log, *app_compose, *mr_config;
	bool json, help;
};

/* The quoted register: from a quote, from the command line, or from an attestation. */
static enum err read_register(
	const struct options *p, struct evidence *qe, const struct evidence *le, struct outcome *o)
{
	struct slice quote = le->quote;
	enum err e;

	if (p->rtmr3) {
		if (hex_exact(hex_bare(slice_str(p->rtmr3)), o->rtmr3, SHA384_LEN) == E_OK)
			return E_OK;
		cli_usage("check log", "--rtmr3 needs 96 hex digits");
		return E_USAGE;
	}
	if (p->quote) {
		e = evidence_quote(p->quote, qe);
		if (e) return e;
		quote = qe->quote;
	}
	if (!quote.n) {
		cli_usage("check log", "--quote FILE or --rtmr3 HEX is needed");
		return E_USAGE;
	}
	e = tdx_body_read(quote, &o->td);
	if (e) {
		cli_cannot("check log", e, NULL);
		return e;
	}
	o->has_td = true;
	memcpy(o->rtmr3, o->td.rtmr[3].p, SHA384_LEN);
	return E_OK;
}

int check_log(int argc, char **argv)
{
	static struct outcome o;
	struct options p = {0};
	const struct cli_option table[] = {
		{"--event-log", &p.log, NULL, "FILE", "JSON, an agent's answer, or an attestation"},
		{"--quote", &p.quote, NULL, "FILE", "binary, hex, or JSON with a member \"quote\""},
		{"--rtmr3", &p.rtmr3, NULL, "HEX", "the register, when there is no quote"},
		{"--app-compose", &p.app_compose, NULL, "FILE", "text to compare with the log"},
		{"--mr-config", &p.mr_config, NULL, "FILE",
			"the document behind MRCONFIGID of version 3"},
		{"--json", NULL, &p.json, NULL, "machine-readable report"},
		{"--help", NULL, &p.help, NULL, "this text"},
		{NULL, NULL, NULL, NULL, NULL},
	};
	struct evidence qe = EVIDENCE_INIT, le = EVIDENCE_INIT;
	struct buf compose = BUF_INIT, document = BUF_INIT;
	int n = cli_options(argc, argv, table), status = EXIT_CANNOT;
	enum err e = E_OK;

	if (n < 0) return EXIT_CANNOT;
	if (p.help) {
		cli_help("check log --event-log FILE --quote FILE|--rtmr3 HEX [options]",
			"Replays a boot event log and applies the rules under which it says who runs.",
			table, "Exit codes: 0 accepted, 1 refused, 3 could not run");
		return EXIT_YES;
	}
	if (n > 0 || !p.log) return cli_usage("check log", "--event-log FILE is needed");
	o.code = evidence_log(p.log, &le, &o.why);
	if (o.code == E_USAGE || o.code == E_NO_MEMORY) goto out;
	if (o.code && !p.quote && !p.rtmr3)
		e = E_OK;
	else
		e = read_register(&p, &qe, &le, &o);
	if (!e && p.app_compose) {
		e = check_file(p.app_compose, LIMIT_COMPOSE_BYTES, &compose);
		o.app_compose = buf_slice(&compose);
		o.has_compose = true;
	}
	if (!e && p.mr_config) {
		e = check_file(p.mr_config, MRCONFIG_DOCUMENT_BYTES, &document);
		o.mr_config = buf_slice(&document);
	}
	if (e) goto out;
	if (!o.code) {
		o.log = le.log;
		judge(&o);
	}
	if (p.json)
		print_json(&o);
	else
		print_text(&o);
	status = o.code ? EXIT_NO : EXIT_YES;
out:
	evidence_drop(&qe);
	evidence_drop(&le);
	buf_drop(&compose);
	buf_drop(&document);
	return status;
}
