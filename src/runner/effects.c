/* SPDX-License-Identifier: MIT */
/* What a phase left behind. Runs in runner workers and the command line. */
#include "runner/effects.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/fdio.h"
#include "proc/memfd.h"
#include "runner/mask.h"
#include "runner/sandbox/sinkhole.h"

/* Its bound counts heads and places too; the one more shows the end. */
#define TRAFFIC_BYTES (LIMIT_SINK_TRAFFIC + 1)

enum err effects_open(struct effects *fx, const struct job_env *env, const struct workspace *ws,
	const struct package *package, struct observer *observer, struct why *why)
{
	enum err e;

	*fx = (struct effects){.env = env,
		.ws = ws,
		.package = package,
		.observer = observer,
		.written = WRITTEN_INIT};
	if (observer_monitor(observer) == MONITOR_NONE) return E_OK;
	e = canaries_make(&fx->canaries, &package->manifest, &package->facts.inspection, why);
	if (e) return e;
	fx->on = true;
	return E_OK;
}

void effects_drop(struct effects *fx)
{
	if (!fx->on) return;
	canaries_drop(&fx->canaries);
	written_drop(&fx->written);
	reads_drop(&fx->reads);
	fx->on = false;
}

void effects_renew(struct effects *fx)
{
	const struct observation *totals;

	if (!fx->on) return;
	totals = observer_totals(fx->observer);
	fx->earlier_files = totals->written_files;
	fx->earlier_bytes = totals->written_bytes;
	memcpy(fx->earlier_sha256, totals->written_sha256, sizeof fx->earlier_sha256);
	written_drop(&fx->written);
}

void effects_mask(struct effects *fx)
{
	unsigned i;

	for (i = 0; fx->on && i < fx->canaries.n; i++)
		observer_mask(fx->observer, fx->canaries.list[i].core);
}

void effects_mask_text(const struct effects *fx, struct slice text)
{
	unsigned i;

	for (i = 0; fx->on && i < fx->canaries.n; i++)
		mask_token((uint8_t *)(uintptr_t)text.p, text.n, fx->canaries.list[i].core);
}

const char *effects_variable(const struct effects *fx, unsigned i)
{
	const char *at = fx->canaries.environment, *end = at + fx->canaries.environment_bytes;

	for (; at < end && i; i--)
		at += strlen(at) + 1;
	return at < end ? at : NULL;
}

/* A file that an earlier phase has changed is no longer the package's. */
static bool is_as_submitted(const struct effects *fx, struct slice path)
{
	char shown[sizeof "/skill/" + LIMIT_PATH_BYTES];

	snprintf(shown, sizeof shown, "/skill/%.*s", (int)path.n, (const char *)path.p);
	return !written_find_path(&fx->written, slice_str(shown));
}

/* Decoys, as far as there are, then the package. */
static enum err list_reads(struct effects *fx)
{
	const struct tree *t = &fx->package->tree;
	unsigned i, n = 0;
	bool room = true;
	enum err e = reads_new(&fx->reads);

	if (e) return e;
	for (i = 0; room && i < fx->canaries.n_files; i++)
		room = reads_add(fx->reads, WORKSPACE_MEM "/home/",
			slice_str(canary_path(&fx->canaries.list[i])), true);
	fx->package_at = fx->reads->n;
	for (i = 0; room && i < t->n; i++) {
		if (!is_as_submitted(fx, t->files[i].path)) continue;
		room = reads_add(fx->reads, "skill/", t->files[i].path, false);
		fx->file[n++] = (uint16_t)i;
	}
	return room ? E_OK : E_TOO_LARGE;
}

enum err effects_begin(struct effects *fx, struct sandbox_phase *p, struct why *why)
{
	enum err e;
	unsigned i;

	if (!fx->on) return E_OK;
	/* Some decoys may get new tokens. */
	effects_mask(fx);
	e = canaries_plant(&fx->canaries, fx->ws, &fx->env->sandbox, why);
	if (e) return e;
	if (list_reads(fx)) return why_set(why, E_INTERNAL, "no room for the list of files");
	p->reads = fx->reads;
	for (i = 0; !fx->planted && i < fx->canaries.n; i++)
		observer_planted(fx->observer, canary_name(&fx->canaries.list[i]));
	fx->planted = true;
	return E_OK;
}

/* Coverage counts what a test reads; what a set-up reads is shown as its own. */
static void show_reads(struct effects *fx, uint8_t phase, int fd)
{
	const struct tree *t = &fx->package->tree;
	struct observation *totals = observer_totals(fx->observer);
	const struct reads *r = fx->reads;
	unsigned i;

	reads_end(fx->reads, fd);
	if (r->broken) observer_broken(fx->observer);
	for (i = 0; i < fx->package_at; i++) {
		fx->canaries.list[i].was_read = r->list[i].read;
		fx->canaries.list[i].was_opened = r->list[i].opened;
	}
	totals->package_files = (uint32_t)t->n;
	for (i = fx->package_at; i < r->n; i++) {
		unsigned file = fx->file[i - fx->package_at];

		if (!r->list[i].read) continue;
		observer_saw(fx->observer, OBSERVED_PACKAGE_READ, t->files[file].path, SLICE_NONE);
		if (phase == OBSERVED_SETUP || fx->was_read[file]) continue;
		fx->was_read[file] = true;
		totals->package_read++;
	}
	reads_drop(&fx->reads);
}

/* The same file in the same state as after the phase before. */
static bool is_known(const struct written *before, const struct written_file *f)
{
	const struct written_file *was = written_find_path(before, f->path);

	return was && was->state == f->state && was->size == f->size &&
	       memcmp(was->sha256, f->sha256, SHA256_LEN) == 0;
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

static void add_totals(
	const struct effects *fx, const struct written *now, struct observation *totals)
{
	uint64_t bytes = fx->earlier_bytes + now->bytes;
	struct sha256 h;

	totals->written_files = fx->earlier_files + (uint32_t)now->n;
	totals->written_bytes = bytes > OBSERVED_BYTES_MAX ? OBSERVED_BYTES_MAX : bytes;
	memcpy(totals->written_sha256, fx->earlier_sha256, SHA256_LEN);
	if (!now->n) return;
	written_digest(now, totals->written_sha256);
	if (!fx->earlier_files) return;
	sha256_init(&h);
	sha256_add(&h, SLICE_OF(fx->earlier_sha256));
	sha256_add(&h, SLICE_OF(totals->written_sha256));
	sha256_out(&h, totals->written_sha256);
}

/* Totals are those of all files that are there now; rows those that this phase wrote. */
static void show_written(struct effects *fx, const struct written *now)
{
	struct observation *totals = observer_totals(fx->observer);
	size_t i;

	for (i = 0; i < now->n; i++)
		if (!is_known(&fx->written, &now->files[i]))
			show_file(fx->observer, &now->files[i]);
	add_totals(fx, now, totals);
	observer_dropped(fx->observer, now->dropped);
}

/* What was kept of a stream; what was not is not searched. */
static void search_output(struct effects *fx, const char *channel, int fd, uint64_t total)
{
	struct slice bytes;

	if (fd < 0 || map_sealed(fd, LIMIT_OUTPUT_TOTAL, &bytes)) {
		if (total) fx->search.cut = true;
		return;
	}
	leak_search_place(&fx->search, channel, SLICE_NONE);
	leak_search_add(&fx->search, bytes);
	if (bytes.n < total) observer_dropped(fx->observer, 1);
	map_drop(&bytes);
}

/* "tcp A:P" and "http POST HOST/path" without their first word, which is the channel. */
static struct slice without_kind(struct slice place)
{
	size_t at = slice_find(place, 0, ' ');

	return at < place.n ? slice_from(place, at + 1) : place;
}

/*
 * What went to the sinkhole, stream by stream. The heads are ours; what they frame
 * is the job's, and goes on as it is. The places stay in b until the answer is read.
 */
static void search_traffic(struct effects *fx, int fd, struct buf *b)
{
	static const char *const channels[TRAFFIC_CHANNELS] = {"dns", "tcp", "udp", "http", "tls"};
	struct cur c;

	if (lseek(fd, 0, SEEK_SET) < 0 || fd_read_all(fd, b)) {
		fx->search.cut = true;
		return;
	}
	c = cur_of(buf_slice(b));
	while (cur_left(&c)) {
		uint32_t channel = cur_le32(&c), n_place = cur_le32(&c), n = cur_le32(&c);
		struct slice place = cur_take(&c, n_place), bytes = cur_take(&c, n);

		if (c.err || channel >= TRAFFIC_CHANNELS) {
			observer_broken(fx->observer);
			return;
		}
		leak_search_place(&fx->search, channels[channel], without_kind(place));
		leak_search_add(&fx->search, bytes);
	}
}

/* A piece of a written file, as the walk comes by. */
static void search_file(void *ctx, struct slice path, struct slice bytes)
{
	struct effects *fx = ctx;

	if (path.p != fx->searched) leak_search_place(&fx->search, "file", path);
	fx->searched = path.p;
	leak_search_add(&fx->search, bytes);
}

void effects_end(struct effects *fx, uint8_t phase, const struct run_facts *run,
	struct sandbox_output *output)
{
	struct written now = WRITTEN_INIT;
	const struct written_job job = {.ws = fx->ws,
		.env = &fx->env->sandbox,
		.package = &fx->package->tree,
		.canaries = &fx->canaries};
	const struct written_reader reader = {search_file, fx};
	struct buf traffic = buf_heap(TRAFFIC_BYTES);

	if (!fx->on) return;
	/* First: the walk reads what was changed, and that is no read of the job's. */
	show_reads(fx, phase, output->reads);
	fd_close(&output->reads);
	canaries_check(&fx->canaries, fx->ws, fx->observer);
	leak_search_begin(&fx->search, &fx->env->helper, fx->ws,
		package_reader_uid(fx->env, fx->ws), &fx->canaries);
	search_output(fx, "stdout", output->out, run->out.total);
	search_output(fx, "stderr", output->err, run->err.total);
	if (output->traffic >= 0) search_traffic(fx, output->traffic, &traffic);
	fx->searched = NULL;
	written_find(&now, &job, &reader);
	leak_search_end(&fx->search, &fx->canaries, fx->observer);
	buf_drop(&traffic);
	show_written(fx, &now);
	written_drop(&fx->written);
	fx->written = now;
}
