/* SPDX-License-Identifier: MIT */
/*
 * Unpacks an upload into an empty directory.
 * Runs in unpack; the archive is attacker controlled.
 */
#ifndef UNPACK_ARCHIVE_H
#define UNPACK_ARCHIVE_H

#include "unpack/job.h"

/*
 * Writes the members below job->dst. The result, or the refusal with its code
 * of specs/skills.md 2.9, member number, escaped name and reason, stands in
 * job->admission.result; the code is also returned. On refusal the directory
 * may hold a part of the package and is to be thrown away.
 */
enum err unpack_archive(struct slice archive, struct unpack_job *job);

#endif
