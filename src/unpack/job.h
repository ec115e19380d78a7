/* SPDX-License-Identifier: MIT */
/*
 * One unpacking: where it writes, until when, what it decided and found. Both
 * unpack_archive() and unpack_directory() fill job->admission.result, refusal
 * included; slices in it live as long as the job.
 * Runs in unpack.
 */
#ifndef UNPACK_JOB_H
#define UNPACK_JOB_H

#include "proc/memfd.h"
#include "unpack/admit.h"

struct unpack_job {
	int dst;             /* an empty directory */
	int64_t deadline_us; /* of clock_mono_us; then package-timeout */
	struct slice mapped; /* the archive, when it is a mapping of map_sealed */
	struct admission admission;
	struct why why; /* of the refusal */
};

/* NULL without memory. dst stays the caller's. */
struct unpack_job *unpack_job_new(int dst, int64_t deadline_us);
void unpack_job_free(struct unpack_job **job);

/* Prepares admission for an archive of so many bytes; 0 for a directory. */
enum err unpack_job_begin(struct unpack_job *job, uint64_t packed);
/* E_PKG_TIMEOUT once the deadline has passed. */
enum err unpack_job_tick(struct unpack_job *job);
/* Counts written bytes; E_PKG_BOMB beyond what may be written. */
enum err unpack_job_count(struct unpack_job *job, size_t n);
/* Finishes: on success the directories' times; puts e and job->why into the result. */
enum err unpack_job_end(struct unpack_job *job, enum err e);

#endif
