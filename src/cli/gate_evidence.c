/* SPDX-License-Identifier: MIT */
/*
 * Evidence for a candidate: bundles of the policy's folder, found by what they
 * say and not by their names, and one answer of the policy's URL. Bounded in files,
 * bytes and time; what was not looked at is a reason of its own.
 * Runs on the command line.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fdio.h"
#include "cli/gate.h"
#include "net/client.h"

#define BUNDLE_MAX    (2 * MIB) /* a bundle of 130 files has 80 KB; 4096 files take 0.6 MB more */
#define FILES_MAX     2000      /* of the folder */
#define JUDGED_MAX    8         /* bundles about one package */
#define SCAN_US       450000    /* half of the gate's own deadline */
#define URL_WAIT_MS   400
#define STATUS_ABSENT 404

/* Bundles of the folder that are about the candidate. */
struct index {
	size_t n, files, skipped;
	bool gaps; /* not all files were looked at */
	char gap[160];
	struct {
		char name[256];
		enum gate_match match;
	} item[JUDGED_MAX];
};

static void note_gap(struct index *x, const char *what)
{
	if (!x->gaps) snprintf(x->gap, sizeof x->gap, "%s", what);
	x->gaps = true;
}

/* A regular file of the folder; links of the operator's own are followed. */
static enum err read_bundle(int dir, const char *name, struct buf *b)
{
	int fd = openat(dir, name, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	struct stat st;
	enum err e = E_OK;

	buf_reset(b);
	if (fd < 0) return E_SYSTEM;
	if (fstat(fd, &st) < 0) e = E_SYSTEM;
	if (!e && !S_ISREG(st.st_mode)) e = E_FORMAT;
	if (!e && st.st_size > BUNDLE_MAX) e = E_TOO_LARGE;
	if (!e) e = fd_read_all(fd, b);
	fd_close(&fd);
	return e;
}

static void index_file(
	struct index *x, int dir, const char *name, const struct gate_tree *t, struct buf *b)
{
	enum gate_match match = MATCH_NONE;
	enum err e = read_bundle(dir, name, b);

	if (!e) e = gate_match(t, buf_slice(b), &match);
	if (e == E_FORMAT) x->skipped++;
	if (e == E_TOO_LARGE) note_gap(x, "a file is larger than any bundle");
	if (e == E_SYSTEM) note_gap(x, "a file cannot be read");
	if (e == E_NO_MEMORY) note_gap(x, "not enough memory");
	if (e || match == MATCH_NONE) return;
	if (x->n == JUDGED_MAX) {
		note_gap(x, "there are more bundles about this package than are judged");
		return;
	}
	snprintf(x->item[x->n].name, sizeof x->item[x->n].name, "%s", name);
	x->item[x->n++].match = match;
}

/* Names are hints: those that begin with the digest come first, in case the time runs out. */
static void index_round(struct index *x, DIR *dir, const struct gate_tree *t, struct buf *b,
	bool hinted, int64_t end)
{
	uint8_t mem[2 * SHA256_LEN + 1];
	struct buf hex = buf_on(mem, sizeof mem);
	const struct dirent *d;

	buf_hex(&hex, SLICE_OF(t->files_sha256));
	rewinddir(dir);
	while ((errno = 0, d = readdir(dir))) {
		bool hint = slice_starts(slice_str(d->d_name), buf_text(&hex));

		if (d->d_name[0] == '.' || hint != hinted) continue;
		if (++x->files > FILES_MAX) {
			note_gap(x, "the folder has too many files");
			return;
		}
		if (clock_mono_us() > end) {
			note_gap(x, "the folder takes too long to read");
			return;
		}
		index_file(x, dirfd(dir), d->d_name, t, b);
	}
	if (errno) note_gap(x, "the folder cannot be read");
}

static void judge(struct gate_setup *s, const struct gate_tree *t, struct slice bundle,
	enum gate_match match, struct slice name, struct gate_reasons *l)
{
	static struct proof proof;
	struct why why = WHY_INIT;
	enum err e;

	/* An archive is what its bytes are; of a tree every file is compared (C6, C27). */
	s->want.files = &t->files;
	e = proof_run(bundle, &s->want, &proof, &why);
	if (e)
		gate_add(l, RULE_EVIDENCE_UNREAD, slice_str(why.text[0] ? why.text : err_text(e)),
			name, 0);
	else
		gate_proof(l, &proof, match, name);
	proof_drop(&proof);
}

static void judge_index(struct gate_setup *s, const struct gate_tree *t, const struct index *x,
	int dir, struct buf *b, struct gate_reasons *l)
{
	bool about = false;
	size_t i;

	for (i = 0; i < x->n; i++)
		about = about || x->item[i].match > MATCH_NAME;
	for (i = 0; i < x->n; i++) {
		struct slice name = slice_str(x->item[i].name);

		/* Other files under the same name say nothing where these were tested. */
		if (about && x->item[i].match == MATCH_NAME) continue;
		if (read_bundle(dir, x->item[i].name, b))
			gate_add(
				l, RULE_EVIDENCE_UNREAD, slice_str("it changed just now"), name, 0);
		else
			judge(s, t, buf_slice(b), x->item[i].match, name, l);
	}
}

/* How many bundles were about the candidate. */
static size_t from_folder(struct gate_setup *s, const struct gate_tree *t, struct gate_reasons *l)
{
	static struct index x;
	const char *path = s->policy.gate.evidence_dir;
	int64_t end = clock_mono_us() + SCAN_US;
	struct buf b = buf_heap(BUNDLE_MAX + 1);
	char text[40];
	DIR *dir = opendir(path);

	memset(&x, 0, sizeof x);
	if (!dir) {
		gate_add(l, RULE_EVIDENCE_UNREAD, slice_str(strerror(errno)), slice_str(path), 0);
		return 0;
	}
	index_round(&x, dir, t, &b, true, end);
	if (!x.gaps) index_round(&x, dir, t, &b, false, end);
	if (x.gaps) gate_add(l, RULE_EVIDENCE_UNREAD, slice_str(x.gap), slice_str(path), 0);
	judge_index(s, t, &x, dirfd(dir), &b, l);
	if (x.skipped) {
		snprintf(text, sizeof text, "%zu", x.skipped);
		gate_add(l, RULE_SKIPPED, slice_str(text), slice_str(path), 0);
	}
	closedir(dir);
	buf_drop(&b);
	return x.n;
}

/* URL, "/" and the digest: the archive's for a file, filesSha256 for a folder. */
static enum err evidence_url(
	const struct gate_setup *s, const struct gate_tree *t, struct url *out, struct why *why)
{
	char rest[2 * SHA256_LEN + 2];
	struct buf b = buf_on(rest, sizeof rest);
	struct url base;
	enum err e = url_read(slice_str(s->policy.gate.evidence_url), &base, why);

	buf_u8(&b, '/');
	buf_hex(&b, slice_of(t->has_archive ? t->archive_sha256 : t->files_sha256, SHA256_LEN));
	return e ? e : url_below(&base, buf_text(&b), out, why);
}

static size_t from_url(struct gate_setup *s, const struct gate_tree *t, struct gate_reasons *l)
{
	struct client c = CLIENT_INIT;
	struct response r = response_init(BUNDLE_MAX);
	struct why why = WHY_INIT;
	enum gate_match match = MATCH_NONE;
	struct slice place = slice_str(s->policy.gate.evidence_url);
	size_t found = 0;
	struct url u;
	enum err e = evidence_url(s, t, &u, &why);
	struct call call = {.url = &u, .max_body = BUNDLE_MAX};

	c.timeout_ms = URL_WAIT_MS;
	if (!e) e = client_call(&c, &call, &r, &why);
	if (!e && r.status != STATUS_ABSENT) {
		if (r.status != 200)
			e = why_set(&why, E_STATUS, "status %u", r.status);
		else
			e = gate_match(t, buf_slice(&r.body), &match);
		if (!e && match < MATCH_LIST)
			e = why_set(&why, E_FORMAT, "the answer is about another package");
		if (!e) {
			judge(s, t, buf_slice(&r.body), match, place, l);
			found = 1;
		}
	}
	if (e)
		gate_add(l, RULE_EVIDENCE_UNREAD, slice_str(why.text[0] ? why.text : err_text(e)),
			place, 0);
	response_drop(&r);
	client_drop(&c);
	return found;
}

void gate_evidence(struct gate_setup *s, const struct gate_tree *t, struct gate_reasons *l)
{
	size_t found = 0;

	if (s->policy.gate.evidence_dir[0]) found += from_folder(s, t, l);
	if (s->policy.gate.evidence_url[0]) found += from_url(s, t, l);
	if (!found) gate_add(l, RULE_NO_EVIDENCE, SLICE_NONE, SLICE_NONE, 0);
}
