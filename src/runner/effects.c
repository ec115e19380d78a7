/* SPDX-License-Identifier: MIT */
/* What a phase left behind. Runs in runner workers and the command line. */
#include "runner/effects.h"

#include <string.h>

enum err effects_open(struct effects *fx, const struct job_env *env, const struct workspace *ws,
	const struct package *package, struct observer *observer, struct why *why)
{
	enum err e;
	unsigned i;

	*fx = (struct effects){.env = env,
		.ws = ws,
		.package = package,
		.observer = observer,
		.written = WRITTEN_INIT};
	if (observer_monitor(observer) == MONITOR_NONE) return E_OK;
	e = canaries_make(&fx->canaries, &package->manifest, &package->facts.inspection, why);
	if (e) return e;
	fx->on = true;
	for (i = 0; i < fx->canaries.n; i++)
		observer_planted(observer, canary_name(&fx->canaries.list[i]));
	return E_OK;
}

void effects_drop(struct effects *fx)
{
	if (!fx->on) return;
	canaries_drop(&fx->canaries);
	written_drop(&fx->written);
	fx->on = false;
}

const char *effects_variable(const struct effects *fx, unsigned i)
{
	const char *at = fx->canaries.environment, *end = at + fx->canaries.environment_bytes;

	for (; at < end && i; i--)
		at += strlen(at) + 1;
	return at < end ? at : NULL;
}

enum err effects_begin(struct effects *fx, struct why *why)
{
	return fx->on ? canaries_plant(&fx->canaries, fx->ws, &fx->env->sandbox, why) : E_OK;
}

static void show_file(struct observer *o, const struct written_file *f)
{
	struct observed *row =
		observer_saw(o, OBSERVED_WRITTEN, f->path, slice_str(written_state_text(f->state)));

	if (!row) return;
	row->bytes = f->size;
	row->has_sha256 = f->hashed;
	memcpy(row->sha256, f->sha256, sizeof row->sha256);
}

/* Totals are those of all files that are there now; rows those that this phase wrote. */
static void show_written(struct effects *fx, const struct written *now)
{
	struct observation *totals = observer_totals(fx->observer);
	size_t i;

	for (i = 0; i < now->n; i++)
		if (!written_has(&fx->written, &now->files[i]))
			show_file(fx->observer, &now->files[i]);
	totals->written_files = (uint32_t)now->n;
	totals->written_bytes = now->bytes > OBSERVED_BYTES_MAX ? OBSERVED_BYTES_MAX : now->bytes;
	memset(totals->written_sha256, 0, sizeof totals->written_sha256);
	if (now->n) written_digest(now, totals->written_sha256);
	observer_dropped(fx->observer, now->dropped);
}

void effects_end(struct effects *fx)
{
	struct written now = WRITTEN_INIT;
	const struct written_job job = {.ws = fx->ws,
		.env = &fx->env->sandbox,
		.package = &fx->package->tree,
		.canaries = &fx->canaries};

	if (!fx->on) return;
	/* First: the walk reads what was changed, and that is no read of the job's. */
	canaries_check(&fx->canaries, fx->ws, fx->observer);
	written_find(&now, &job, NULL);
	show_written(fx, &now);
	written_drop(&fx->written);
	fx->written = now;
}
