/* SPDX-License-Identifier: MIT */
/* One unpacking. Runs in unpack. */
#include "unpack/job.h"

#include <stdlib.h>

#include "base/clock.h"
#include "proc/sys.h"
#include "unpack/tree.h"

struct unpack_job *unpack_job_new(int dst, int64_t deadline_us)
{
	struct unpack_job *job = calloc(1, sizeof *job);

	if (!job) return NULL;
	job->dst = dst;
	job->deadline_us = deadline_us;
	return job;
}

void unpack_job_free(struct unpack_job **job)
{
	if (*job) admission_drop(&(*job)->admission);
	free(*job);
	*job = NULL;
}

enum err unpack_job_begin(struct unpack_job *job, uint64_t packed)
{
	uint8_t key[PATHSET_KEY_LEN];

	_Static_assert(PATHSET_KEY_LEN == SYS_START_RANDOM, "all of it");
	sys_start_random(key);
	return admission_init(&job->admission, packed, key);
}

enum err unpack_job_tick(struct unpack_job *job)
{
	if (clock_mono_us() < job->deadline_us) return E_OK;
	return why_set(&job->why, E_PKG_TIMEOUT, "at most %d ms are allowed", LIMIT_UNPACK_MS);
}

enum err unpack_job_count(struct unpack_job *job, size_t n)
{
	struct unpack_result *r = &job->admission.result;

	if (n > LIMIT_UNPACKED_BYTES - r->unpacked_bytes)
		return why_set(
			&job->why, E_PKG_BOMB, "more than %d bytes come out", LIMIT_UNPACKED_BYTES);
	r->unpacked_bytes += n;
	return admit_ratio(job->admission.packed, r->unpacked_bytes, &job->why);
}

enum err unpack_job_end(struct unpack_job *job, enum err e)
{
	if (!e) e = tree_finish(job->dst, job->admission.paths, &job->why);
	/* Failures of memory and of the program itself come without a text. */
	if (!e || job->why.code != e) job->why = (struct why)WHY_INIT;
	job->why.code = e;
	job->admission.result.refusal = refusal_of(&job->why, job->admission.name);
	return e;
}
