/* SPDX-License-Identifier: MIT */
/* Answers of running applications. Runs in the command line; pure. */
#include "check/app_answer.h"

#include <string.h>

#include "base/limits.h"
#include "base/num.h"
#include "check/bundle.h"

static enum err bad(struct why *why, const char *what)
{
	return why_set(why, E_APP_FORMAT, "%s", what);
}

static const struct cJSON *either(const struct cJSON *j, const char *ours, const char *theirs)
{
	const struct cJSON *x = json_get(j, ours);

	return x ? x : json_get(j, theirs);
}

/* A text member under one of two names; absent and null leave *out as it is. */
static bool get_text(const struct cJSON *j, const char *ours, const char *theirs, struct slice *out)
{
	const struct cJSON *x = either(j, ours, theirs);

	return !x || json_is_null(x) || json_str(x, out) == E_OK;
}

static enum err read_log(struct app_answer *a, struct why *why)
{
	struct slice text;
	enum err e;

	a->event_log = either(a->tree, "eventLog", "event_log");
	if (json_str(a->event_log, &text) == E_OK) {
		e = json_parse(text, JSON_INTEGERS, &a->log_tree, why);
		if (e == E_NO_MEMORY) return e;
		if (e) return bad(why, "the event log is no strict JSON");
		a->event_log = a->log_tree;
	}
	if (!json_is_array(a->event_log)) return bad(why, "there is no event log");
	return E_OK;
}

enum err app_answer_read(struct slice text, struct app_answer *out, struct why *why)
{
	struct why json = WHY_INIT;
	struct slice quote, key = SLICE_NONE;
	enum err e;

	memset(out, 0, sizeof *out);
	e = json_parse(text, JSON_NUMBERS, &out->tree, &json);
	if (e == E_NO_MEMORY) return e;
	if (e) return bad(why, json.text);
	out->mem = buf_heap(LIMIT_QUOTE_BYTES);
	if (json_get_str(out->tree, "quote", &quote) || hex_into(hex_bare(quote), &out->mem) ||
		!out->mem.n)
		return bad(why, "there is no quote as hex text");
	out->quote = buf_slice(&out->mem);
	e = read_log(out, why);
	if (e) return e;
	if (!get_text(out->tree, "appCompose", "app_compose", &out->app_compose) ||
		!get_text(out->tree, "vmConfig", "vm_config", &out->vm_config) ||
		!get_text(out->tree, "reportData", "report_data", &out->report_data) ||
		!get_text(out->tree, "publicKey", "public_key", &key))
		return bad(why, "compose text, vm_config, report data or key is no text");
	if (key.p && !bundle_public_key(key, out->spki))
		return bad(why, "publicKey is no P-256 key in PEM");
	out->has_key = key.p != NULL;
	return E_OK;
}

enum err app_answer_info(struct slice text, struct app_answer *a, struct why *why)
{
	struct why json = WHY_INIT;
	struct slice inner, compose = SLICE_NONE;
	const struct cJSON *tcb;
	enum err e = json_parse(text, JSON_NUMBERS, &a->info, &json);

	if (e == E_NO_MEMORY) return e;
	if (e || !json_is_object(a->info))
		return bad(why, "the public information is no JSON object");
	tcb = either(a->info, "tcb_info", "tcbInfo");
	/* An application that keeps it to itself answers with an empty text. */
	if (json_str(tcb, &inner) == E_OK && inner.n) {
		e = json_parse(inner, JSON_NUMBERS, &a->tcb, &json);
		if (e == E_NO_MEMORY) return e;
		if (e) return bad(why, "tcb_info is no strict JSON");
		tcb = a->tcb;
	}
	if (!json_is_object(tcb)) tcb = a->info;
	if (!get_text(tcb, "app_compose", "appCompose", &compose) ||
		(!a->vm_config.n && !get_text(a->info, "vm_config", "vmConfig", &a->vm_config)))
		return bad(why, "app_compose or vm_config is no text");
	if (!compose.p) return E_OK;
	a->texts_differ = a->app_compose.p && !slice_eq(a->app_compose, compose);
	if (!a->app_compose.p) a->app_compose = compose;
	return E_OK;
}

void app_answer_drop(struct app_answer *a)
{
	json_drop(&a->tree);
	json_drop(&a->log_tree);
	json_drop(&a->info);
	json_drop(&a->tcb);
	buf_drop(&a->mem);
}
