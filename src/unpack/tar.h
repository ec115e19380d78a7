/* SPDX-License-Identifier: MIT */
/*
 * Unpacks a tar archive, compressed or not: one stream, read by our scan and,
 * a chunk behind it, by libarchive.
 * Runs in unpack.
 */
#ifndef UNPACK_TAR_H
#define UNPACK_TAR_H

#include "proc/record.h"
#include "unpack/job.h"

/* Codes of specs/skills.md 2.9 with job->why; job has begun. */
enum err unpack_tar(struct unpack_job *job, enum package_compression kind, struct slice archive);

#endif
