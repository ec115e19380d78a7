/* SPDX-License-Identifier: MIT */
/* From a package to what it is. Runs in runner workers and the command line. */
#include "runner/package.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/fdio.h"
#include "base/text.h"
#include "proc/memfd.h"
#include "runner/inspection.h"
#include "runner/signature.h"

/* Bytes of the archive hashed at a time. */
#define DIGEST_STEP (256 * KIB)

static void refuse(struct package *p, enum err e)
{
	if (p->refusal.code) return;
	/* A helper that failed is our fault; anything else was said in why. */
	p->why.code = e;
	p->refusal = refusal_of(&p->why, NULL);
}

static void announce(struct chan *report, const struct job *job, enum job_phase phase)
{
	struct msg_phase m = {.at = job->run.at, .phase = (uint8_t)phase};

	MSG_SEND(report, MSG_PHASE, 0, phase, &m, NULL, 0);
}

static void add_warnings(struct package *p, const struct slice *list, unsigned n)
{
	unsigned i;

	for (i = 0; i < n; i++)
		warnings_add(p->warnings, &p->n_warnings, LIMIT_WARNINGS, list[i]);
}

/*
 * Size and digest of the very bytes that the unpack process will read. Of the
 * mapping only what is being hashed counts as memory.
 */
static enum err digest_archive(struct package *p, int fd)
{
	struct slice bytes;
	enum err e = map_sealed(fd, LIMIT_PACKAGE_BYTES, &bytes);
	size_t at, forgotten = 0;
	struct sha256 h;

	if (e) return why_set(&p->why, e == E_TOO_LARGE ? E_PKG_TOO_LARGE : E_INTERNAL, "%s", "");
	p->facts.bytes = bytes.n;
	sha256_init(&h);
	for (at = 0; at < bytes.n; at += DIGEST_STEP) {
		sha256_add(&h, slice_sub(bytes, at, DIGEST_STEP));
		map_forget(bytes, &forgotten, at);
	}
	sha256_out(&h, p->facts.sha256);
	map_drop(&bytes);
	return E_OK;
}

uint32_t job_package_uid(const struct job_env *env, const struct job *job)
{
	if (job->is_directory && !env->sandbox.single_id) return job->owner;
	return sandbox_payload_uid(&env->sandbox, job->slot);
}

uint32_t package_reader_uid(const struct job_env *env, const struct workspace *ws)
{
	return sandbox_init_uid(&env->sandbox, ws->slot);
}

static enum err unpack(struct package *p, const struct job_env *env, const struct job *job,
	const struct workspace *ws)
{
	struct unpack_result r = {0};
	struct codec c;
	unsigned i;
	enum err e;

	p->unpack_bytes = buf_heap(UNPACK_RESULT_BYTES);
	e = helper_run(&env->helper, HELPER_UNPACK, job->package, ws->pkg,
		job_package_uid(env, job), SLICE_NONE, &p->unpack_bytes, &p->why);
	if (e) return e == E_TIMEOUT ? E_PKG_TIMEOUT : E_INTERNAL;
	c = codec_reader(buf_slice(&p->unpack_bytes));
	codec_unpack_result(&c, &r);
	if (codec_end(&c))
		return why_set(&p->why, E_INTERNAL, "the unpack process broke its contract");
	p->facts.format = r.format;
	p->facts.compression = r.compression;
	p->facts.entries = r.entries > LIMIT_MEMBERS ? LIMIT_MEMBERS : r.entries;
	p->facts.ignored_total = r.ignored_total;
	p->facts.n_ignored = r.n_ignored;
	for (i = 0; i < r.n_ignored; i++)
		p->facts.ignored[i] = r.ignored[i];
	add_warnings(p, r.warnings, r.n_warnings);
	p->refusal = r.refusal;
	return r.refusal.code;
}

/* SKILL.md as a descriptor for the manifest process. */
static int open_manifest(const struct workspace *ws, const struct tree *t)
{
	char path[sizeof ws->skill + 32];

	snprintf(path, sizeof path, "%s/%.*s", ws->skill, (int)t->manifest.n,
		(const char *)t->manifest.p);
	return open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NOCTTY);
}

static enum err read_manifest(
	struct package *p, const struct job_env *env, const struct workspace *ws)
{
	struct manifest_result r;
	struct codec c;
	enum err e;
	int fd = open_manifest(ws, &p->tree);

	if (fd < 0) return why_sys(&p->why, E_INTERNAL, "manifest");
	p->manifest_bytes = buf_heap(MANIFEST_RESULT_BYTES);
	e = helper_run(&env->helper, HELPER_MANIFEST, fd, ws->pkg, package_reader_uid(env, ws),
		p->facts.top_directory, &p->manifest_bytes, &p->why);
	fd_close(&fd);
	if (e) return E_INTERNAL;
	memset(&r, 0, sizeof r);
	c = codec_reader(buf_slice(&p->manifest_bytes));
	codec_manifest_result(&c, &r);
	if (codec_end(&c))
		return why_set(&p->why, E_INTERNAL, "the manifest process broke its contract");
	p->manifest = r.manifest;
	p->refusal = r.refusal;
	add_warnings(p, r.manifest.warnings, r.manifest.n_warnings);
	return r.refusal.code;
}

/* Fields that name something in the package. */
static enum err check_named_files(struct package *p)
{
	const struct manifest *m = &p->manifest;
	char shown[80];

	if (m->entrypoint.p && !tree_find(&p->tree, m->entrypoint))
		return why_set(&p->why, E_ENTRYPOINT_MISSING,
			"'%s'; write the path of a file in it",
			text_ascii(shown, sizeof shown, m->entrypoint));
	if (m->workdir.p && m->workdir.n && !tree_has_dir(&p->tree, m->workdir))
		return why_set(&p->why, E_TEST_INVALID,
			"'workdir' is '%s', which is no directory of the package; write one that is",
			text_ascii(shown, sizeof shown, m->workdir));
	return E_OK;
}

void package_read(struct package *p, const struct job_env *env, const struct job *job,
	struct workspace *ws, struct chan *report)
{
	struct inspection_search search;
	enum err e = E_OK;

	memset(p, 0, sizeof *p);
	p->list = buf_heap(4 * MIB);
	announce(report, job, PHASE_UNPACK);
	if (!job->is_directory) e = digest_archive(p, job->package);
	if (!e) e = unpack(p, env, job, ws);
	if (!e)
		e = tree_read(
			&p->tree, ws->pkg, sandbox_payload_uid(&env->sandbox, ws->slot), &p->why);
	if (!e) e = tree_find_skill(&p->tree, job->dir_name, p->warnings, &p->n_warnings, &p->why);
	if (!e) e = tree_facts(&p->tree, &p->facts, &p->list);
	if (e) {
		refuse(p, e);
		return;
	}
	p->has_tree = true;
	/* A directory's own name is no path below the package's root. */
	if (p->facts.top_directory.p && !slice_eq(p->facts.top_directory, job->dir_name))
		snprintf(ws->skill, sizeof ws->skill, "%s/%.*s", WORKSPACE_PKG,
			(int)p->facts.top_directory.n, (const char *)p->facts.top_directory.p);
	announce(report, job, PHASE_MANIFEST);
	/* Beside the other two, which wait more than they work. */
	inspection_start(&search, p, env, ws);
	signature_read(p, env, job, ws);
	e = read_manifest(p, env, ws);
	if (!e) e = check_named_files(p);
	inspection_end(&search, p);
	if (e) refuse(p, e);
}

void package_drop(struct package *p)
{
	tree_drop(&p->tree);
	buf_drop(&p->list);
	buf_drop(&p->unpack_bytes);
	buf_drop(&p->manifest_bytes);
	buf_drop(&p->signature_bytes);
	buf_drop(&p->inspection_bytes);
}
