/* SPDX-License-Identifier: MIT */
/*
 * Unpacks a zip archive: scanned whole by our scan, then read by libarchive.
 * Runs in unpack.
 */
#ifndef UNPACK_ZIP_H
#define UNPACK_ZIP_H

#include "unpack/job.h"

/* Codes of specs/skills.md 2.9 with job->why; job has begun. */
enum err unpack_zip(struct unpack_job *job, struct slice archive);

#endif
