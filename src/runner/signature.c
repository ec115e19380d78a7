/* SPDX-License-Identifier: MIT */
/* The signature of a package. Runs in runner workers and the command line. */
#include "runner/signature.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/fdio.h"
#include "base/log.h"
#include "proc/memfd.h"

/* The file's bytes, which nobody here looks at. */
static enum err read_file(const struct workspace *ws, struct buf *out)
{
	char path[sizeof ws->skill + sizeof SIGNATURE_FILE + 1];
	enum err e;
	int fd;

	snprintf(path, sizeof path, "%s/%s", ws->skill, SIGNATURE_FILE);
	fd = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NOCTTY);
	if (fd < 0) return E_SYSTEM;
	e = fd_read_all(fd, out);
	fd_close(&fd);
	return e;
}

/* A sealed memory file with everything that the process needs; -1 when there is none. */
static int request(
	const struct package *p, const struct anchors *anchors, uint64_t now, struct slice bundle)
{
	struct signature_request r = {.now = now, .anchors = *anchors, .bundle = bundle};
	struct buf b = buf_heap(SIGNATURE_REQUEST_BYTES);
	struct codec c = codec_writer(&b);
	int fd = -1;

	r.files = calloc(p->tree.n ? p->tree.n : 1, sizeof *r.files);
	if (r.files) {
		for (r.n_files = 0; r.n_files < p->tree.n; r.n_files++) {
			r.files[r.n_files].path = p->tree.files[r.n_files].path;
			memcpy(r.files[r.n_files].sha256, p->tree.files[r.n_files].sha256,
				SHA256_LEN);
		}
		codec_signature_request(&c, &r);
		if (!codec_end(&c)) fd = memfd_of("signature", buf_slice(&b));
	}
	free(r.files);
	buf_drop(&b);
	return fd;
}

/* Of what a process says that read hostile bytes, this much can be checked. */
static bool believable(
	const struct package *p, const struct anchors *anchors, const struct signature_facts *f)
{
	unsigned i;

	if (!f->present || f->unsigned_files >= p->tree.n) return false;
	if (!f->has_anchor) return true;
	for (i = 0; i < anchors->n; i++)
		if (memcmp(anchors->list[i].sha256, f->anchor_sha256, SHA256_LEN) == 0) return true;
	return false;
}

static enum err ask(struct package *p, const struct job_env *env, const struct job *job,
	const struct workspace *ws, struct signature_facts *f)
{
	const struct anchors *anchors = &env->conf->anchors;
	int64_t now = job->run.submitted_ms / 1000;
	struct buf bundle = buf_heap(LIMIT_SIGNATURE_BYTES + 1);
	struct why why = WHY_INIT;
	struct codec c;
	enum err e = read_file(ws, &bundle);
	int fd = -1;

	if (!e) {
		fd = request(p, anchors, now > 0 ? (uint64_t)now : 0, buf_slice(&bundle));
		e = fd < 0 ? E_SYSTEM : E_OK;
	}
	buf_drop(&bundle);
	p->signature_bytes = buf_heap(SIGNATURE_RESULT_BYTES);
	if (!e)
		e = helper_run(&env->helper, HELPER_SIGNATURE, fd, ws->pkg,
			package_reader_uid(env, ws), SLICE_NONE, &p->signature_bytes, &why);
	fd_close(&fd);
	if (e) {
		log_event(LOG_WARN, "signature.unread", "why=\"%s\"", why.text);
		return e;
	}
	c = codec_reader(buf_slice(&p->signature_bytes));
	codec_signature(&c, f);
	return codec_end(&c) || !believable(p, anchors, f) ? E_PROTOCOL : E_OK;
}

void signature_read(struct package *p, const struct job_env *env, const struct job *job,
	const struct workspace *ws)
{
	struct signature_facts *out = &p->facts.signature, f = {.present = true};
	const struct tree_file *file = tree_find(&p->tree, SLICE(SIGNATURE_FILE));
	bool large = file && file->size > LIMIT_SIGNATURE_BYTES;

	if (!file) return;
	if (large || ask(p, env, job, ws, &f))
		f = (struct signature_facts){.present = true,
			.reason = large ? E_SIGNATURE_TOO_LARGE : E_SIGNATURE_UNREAD,
			.leaf_subject = SLICE("")};
	memcpy(f.sha256, file->sha256, sizeof f.sha256);
	*out = f;
	if (signature_warns(out))
		warnings_add(p->warnings, &p->n_warnings, LIMIT_WARNINGS,
			slice_str(err_name(out->reason)));
	/* What is there against its rules has a reason of its own. */
	if (out->unsigned_files && out->resources_match)
		warnings_add(
			p->warnings, &p->n_warnings, LIMIT_WARNINGS, SLICE("signature-partial"));
}
