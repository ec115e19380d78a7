/* SPDX-License-Identifier: MIT */
/*
 * From a package to what it is: unpacked tree, digests, declaration. The order
 * is that of C11: archive digest, unpack process, tree digests after it is
 * gone, signature and manifest processes, all before anything of the package runs.
 * Runs in runner workers and the command line.
 */
#ifndef RUNNER_PACKAGE_H
#define RUNNER_PACKAGE_H

#include "runner/job.h"
#include "runner/tree.h"

struct package {
	struct package_facts facts;
	struct tree tree;
	struct buf list;         /* canonical file list */
	struct buf unpack_bytes; /* encoded results; slices point into them */
	struct buf manifest_bytes, signature_bytes, inspection_bytes;
	struct manifest manifest;
	struct refusal refusal; /* code E_OK: accepted */
	struct why why;         /* text of a refusal that was found here */
	unsigned n_warnings;
	struct slice warnings[LIMIT_WARNINGS]; /* of package and manifest */
	bool has_tree;                         /* digests are known, also of a refused package */
};

/* Who reads the package: the slot's own id, or a directory's owner. */
uint32_t job_package_uid(const struct job_env *env, const struct job *job);
/*
 * Who looks at it once its digests are known (C11): another id than that of the
 * files, so that a process that hostile bytes took over cannot change them. Where
 * there is a single id it is the same.
 */
uint32_t package_reader_uid(const struct job_env *env, const struct workspace *ws);

/*
 * Reads the package into ws. refusal says whether it is accepted; everything
 * that is known by then is filled in either case.
 */
void package_read(struct package *p, const struct job_env *env, const struct job *job,
	struct workspace *ws, struct chan *report);
void package_drop(struct package *p);

#endif
