/* SPDX-License-Identifier: MIT */
/*
 * One attempt of one job, from the bytes of a package to a result record, in a
 * worker process of its own: blocking code that reads from top to bottom. The
 * worker answers over a channel with MSG_PHASE as it goes and ends with
 * exactly one MSG_RESULT (unauthenticated: the runner adds the MAC) or
 * MSG_REFUSED.
 *
 * A worker's death takes its mounts, its helpers and its sandbox with it.
 * Runs in runner workers and, for `run` and `inspect`, in a child of the
 * command line that is confined the same way.
 */
#ifndef RUNNER_JOB_H
#define RUNNER_JOB_H

#include "proc/msg.h"
#include "runner/helper.h"
#include "runner/runtime.h"
#include "runner/sandbox/sandbox.h"

/* Everything that jobs share, made once at start. */
struct job_env {
	const struct conf *conf;
	struct sandbox_env sandbox;
	struct helper_env helper;
	struct runtimes runtimes;
	int64_t boot_us; /* CLOCK_MONOTONIC when the appliance started */
	uint8_t policy_sha256[SHA256_LEN];
};

struct job {
	struct msg_run run; /* identity and nonce; copied into the record */
	int package;        /* sealed memory file, or a directory */
	bool is_directory;
	uint32_t owner;        /* of a directory: it is read with this user's rights */
	struct slice dir_name; /* base name of a directory, else empty */
	bool host_runtime;     /* `run --runtime host` */
	unsigned slot;
	int cancel; /* readable when the job is to end early, or -1 */
};

/*
 * Runs the job and reports on the channel. Returns when the report is sent;
 * the caller then exits. The process has a mount namespace of its own.
 */
void job_run(const struct job_env *env, const struct job *job, struct chan *report);

#endif
