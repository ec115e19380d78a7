/* SPDX-License-Identifier: MIT */
/* What came of probes, between processes and as JSON. Runs in runner, attest, http, cli; pure. */
#include "proc/trial.h"

#include "proc/record.h"

const char *trial_kind_text(unsigned kind)
{
	static const char *const words[TRIAL_KINDS] = {"help", "parse"};

	return kind < TRIAL_KINDS ? words[kind] : NULL;
}

const char *trial_outcome_text(unsigned outcome)
{
	static const char *const words[TRIAL_OUTCOMES] = {
		"started", "needs-module", "needs-tool", "silent", "error", "timeout"};

	return outcome < TRIAL_OUTCOMES ? words[outcome] : NULL;
}

static void row_json(struct jw *w, const struct trials *all, const struct trial *t)
{
	jw_object(w);
	jw_key_str_or_null(w, "detail", t->detail);
	jw_key_u64(w, "durationMs", t->duration_ms);
	jw_key(w, "exit");
	if (t->ran)
		exit_json(w, t->exit, t->value, SLICE_NONE);
	else
		jw_null(w);
	jw_key_str(w, "interpreter", t->interpreter);
	jw_key_cstr(w, "kind", trial_kind_text(t->kind));
	jw_key_cstr(w, "outcome", trial_outcome_text(t->outcome));
	jw_key_str(w, "path", t->path);
	jw_key_str_or_null(w, "runtime", t->ran ? all->runtimes[t->runtime].name : SLICE_NONE);
	jw_key_str_or_null(w, "version", t->version);
	jw_object_end(w);
}

void trials_json(struct jw *w, const struct trials *t)
{
	unsigned i;

	jw_array(w);
	for (i = 0; i < t->n; i++)
		row_json(w, t, &t->rows[i]);
	jw_array_end(w);
}

void trials_summary_json(struct jw *w, const struct trials *t)
{
	unsigned i;

	if (!t->done) {
		jw_null(w);
		return;
	}
	jw_object(w);
	jw_key_u64(w, "notStarted", t->left);
	jw_key_u64(w, "parseChecked", t->checked);
	jw_key(w, "runtimes");
	jw_array(w);
	for (i = 0; i < t->n_runtimes; i++) {
		jw_object(w);
		jw_key_str(w, "name", t->runtimes[i].name);
		jw_key_hex(w, "sha256", SLICE_OF(t->runtimes[i].digest));
		jw_key_str(w, "uri", t->runtimes[i].uri);
		jw_object_end(w);
	}
	jw_array_end(w);
	jw_key_u64(w, "scripts", t->scripts);
	jw_object_end(w);
}

/* Does what is said of a row's end agree with what is said to have come of it? */
static bool outcome_fits(const struct trial *t)
{
	bool timed = t->exit == EXIT_TIMEOUT_WALL || t->exit == EXIT_TIMEOUT_CPU;

	if (!t->ran)
		return t->kind == TRIAL_HELP && t->outcome == TRIAL_NEEDS_TOOL && t->detail.n &&
		       !t->version.p && !t->runtime && !t->exit && !t->value && !t->duration_ms;
	if (t->kind == TRIAL_PARSE && t->outcome != TRIAL_ERROR && t->outcome != TRIAL_TIMEOUT)
		return false;
	if (timed != (t->outcome == TRIAL_TIMEOUT)) return false;
	switch (t->outcome) {
	case TRIAL_NEEDS_MODULE:
	case TRIAL_NEEDS_TOOL: return t->detail.n > 0;
	case TRIAL_STARTED: return t->exit == EXIT_EXITED;
	case TRIAL_SILENT: return t->exit == EXIT_EXITED && t->value == 0 && !t->detail.p;
	default: return true;
	}
}

static void codec_trial(struct codec *c, struct trial *t, const struct trials *all)
{
	codec_u8(c, &t->kind, TRIAL_KINDS - 1);
	codec_u8(c, &t->outcome, TRIAL_OUTCOMES - 1);
	codec_bool(c, &t->ran);
	codec_u8(c, &t->runtime, TRIAL_RUNTIMES - 1);
	codec_u8(c, &t->exit, EXIT_KIND_COUNT - 1);
	codec_u32(c, &t->value, 4096);
	codec_u32(c, &t->duration_ms, TRIAL_DURATION_MAX);
	codec_text(c, &t->path, TEXT_UTF8, TRIAL_PATH_BYTES);
	codec_text(c, &t->interpreter, TEXT_ASCII, LIMIT_PROBE_WORD);
	codec_text_opt(c, &t->version, TEXT_ASCII, LIMIT_PROBE_WORD);
	codec_text_opt(c, &t->detail, TEXT_ASCII, LIMIT_PROBE_DETAIL);
	codec_rule(c, t->path.n > 0 && t->interpreter.n > 0 && outcome_fits(t));
	codec_rule(c, !t->ran || t->runtime < all->n_runtimes);
}

void codec_trials(struct codec *c, struct trials *t)
{
	unsigned i, kind[TRIAL_KINDS] = {0};

	codec_bool(c, &t->done);
	if (!t->done) {
		if (!c->writing) *t = (struct trials){0};
		return;
	}
	codec_u32(c, &t->scripts, LIMIT_MEMBERS);
	codec_u32(c, &t->left, LIMIT_MEMBERS);
	codec_u32(c, &t->checked, LIMIT_PROBES);
	codec_count(c, &t->n_runtimes, TRIAL_RUNTIMES);
	for (i = 0; i < t->n_runtimes; i++) {
		codec_text(c, &t->runtimes[i].name, TEXT_WORD, 32);
		codec_bytes(c, t->runtimes[i].digest, sizeof t->runtimes[i].digest);
		codec_text(c, &t->runtimes[i].uri, TEXT_ASCII, 256);
	}
	codec_count(c, &t->n, 2 * LIMIT_PROBES);
	for (i = 0; i < t->n; i++) {
		codec_trial(c, &t->rows[i], t);
		if (!c->err) kind[t->rows[i].kind]++;
	}
	/* Every script was started or is counted as left; every listed failure was checked for. */
	codec_rule(c, (uint64_t)kind[TRIAL_HELP] + t->left == t->scripts &&
			      kind[TRIAL_PARSE] <= t->checked && kind[TRIAL_HELP] <= LIMIT_PROBES);
}
