/* SPDX-License-Identifier: MIT */
/* Facts of a package. Runs in runner workers and the command line. */
#include "runner/inspection.h"

#include <stdlib.h>

#include "base/fdio.h"
#include "base/log.h"
#include "proc/memfd.h"

/* A sealed memory file that names every file; -1 when there is none. */
static int request(const struct package *p, const struct workspace *ws)
{
	struct inspection_request r = {
		/* What stands behind the package's root and a slash; mostly nothing. */
		.skill_root = slice_from(slice_str(ws->skill), sizeof WORKSPACE_PKG),
		.manifest = p->tree.manifest};
	struct buf b = buf_heap(INSPECTION_REQUEST_BYTES);
	struct codec c = codec_writer(&b);
	int fd = -1;

	r.files = calloc(p->tree.n ? p->tree.n : 1, sizeof *r.files);
	if (r.files) {
		for (r.n_files = 0; r.n_files < p->tree.n; r.n_files++) {
			r.files[r.n_files].path = p->tree.files[r.n_files].path;
			r.files[r.n_files].executable = p->tree.files[r.n_files].executable;
		}
		codec_inspection_request(&c, &r);
		if (!codec_end(&c)) fd = memfd_of("inspection", buf_slice(&b));
	}
	free(r.files);
	buf_drop(&b);
	return fd;
}

/* Of what a process says that read hostile bytes, this much can be checked: its places exist. */
static bool believable(const struct package *p, const struct inspection *in)
{
	unsigned i;

	if (!in->present) return false;
	for (i = 0; i < in->n; i++)
		if (!tree_find(&p->tree, in->rows[i].path)) return false;
	for (i = 0; i < in->n_hidden; i++)
		if (!tree_find(&p->tree, in->hidden[i].path)) return false;
	return true;
}

static void unread(const struct why *why)
{
	log_event(LOG_WARN, "inspection.unread", "why=\"%s\"", why->text);
}

void inspection_start(struct inspection_search *s, const struct package *p,
	const struct job_env *env, const struct workspace *ws)
{
	struct why why = WHY_INIT;
	int fd = request(p, ws);
	enum err e = fd < 0 ? why_set(&why, E_SYSTEM, "no request") : E_OK;

	if (!e)
		e = helper_start(&s->helper, &env->helper, HELPER_INSPECT, fd, ws->pkg,
			package_reader_uid(env, ws), SLICE_NONE, &why);
	fd_close(&fd);
	s->started = !e;
	if (e) unread(&why);
}

static enum err answer(struct inspection_search *s, struct package *p)
{
	struct inspection *in = &p->facts.inspection;
	struct why why = WHY_INIT;
	struct codec c;
	enum err e;

	if (!s->started) return E_SYSTEM;
	s->started = false;
	p->inspection_bytes = buf_heap(INSPECTION_BYTES);
	e = helper_end(&s->helper, &p->inspection_bytes, &why);
	if (!e) {
		c = codec_reader(buf_slice(&p->inspection_bytes));
		codec_inspection(&c, in);
		if (codec_end(&c) || !believable(p, in))
			e = why_set(&why, E_PROTOCOL, "the inspect process broke its contract");
	}
	if (e) unread(&why);
	return e;
}

void inspection_end(struct inspection_search *s, struct package *p)
{
	if (!answer(s, p)) return;
	p->facts.inspection = (struct inspection){.present = false};
	warnings_add(p->warnings, &p->n_warnings, LIMIT_WARNINGS, SLICE("inspection-unread"));
}
