/* SPDX-License-Identifier: MIT */
/*
 * The throw-away processes of a package: our own binary again, as `unpack`,
 * `manifest`, `inspect`, `signature` or `leaks`, without rights. Each gets one source descriptor, one result pipe
 * and the package's tmpfs as its root; each is reaped before its result is
 * looked at (C11).
 * Runs in runner workers and the command line.
 */
#ifndef RUNNER_HELPER_H
#define RUNNER_HELPER_H

#include "base/buf.h"
#include "base/err.h"

enum helper_kind { HELPER_UNPACK, HELPER_MANIFEST, HELPER_INSPECT, HELPER_SIGNATURE, HELPER_LEAKS };

/* Made once: what every helper process needs. */
struct helper_env {
	int exe;    /* our binary, for execveat */
	int filter; /* sealed memory file with the helpers' BPF program */
};

#define HELPER_ENV_INIT                                                                            \
	{                                                                                          \
		-1, -1                                                                             \
	}

/* Compiles the filter and opens the binary. E_SANDBOX_SETUP. */
enum err helper_env_open(struct helper_env *env, int exe, struct why *why);

/* A helper that was started and has to be ended. */
struct helper {
	enum helper_kind kind;
	int pid, pidfd, result;
	int64_t until_us; /* its time limit */
};

/*
 * Starts a helper. root becomes its root directory, uid its user; argument (a
 * text, may be empty) is handed over as hex. E_INTERNAL when there is none;
 * nothing has to be ended then. Several may run beside each other.
 */
enum err helper_start(struct helper *h, const struct helper_env *env, enum helper_kind kind,
	int source, int root, uint32_t uid, struct slice argument, struct why *why);
/*
 * Waits for its end. The encoded result is appended to result (at most its
 * maximum). E_TIMEOUT after the time limit, which began with the start;
 * E_INTERNAL when the process ended in another way than by its result.
 */
enum err helper_end(struct helper *h, struct buf *result, struct why *why);
/* Both, one after the other. */
enum err helper_run(const struct helper_env *env, enum helper_kind kind, int source, int root,
	uint32_t uid, struct slice argument, struct buf *result, struct why *why);

#endif
