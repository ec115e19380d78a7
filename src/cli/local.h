/* SPDX-License-Identifier: MIT */
/*
 * A runner without a server: for `run` a child process is confined exactly like
 * the runner role (own namespaces, root, capabilities, filter) and does one job
 * there; for `inspect` it is confined as calls_reader says. The rest of the command stays outside and
 * gets messages and sealed files.
 * Runs on the command line.
 */
#ifndef CLI_LOCAL_H
#define CLI_LOCAL_H

#include "proc/chan.h"
#include "runner/job.h"

/* A package named on the command line. */
struct local_package {
	int fd; /* sealed memory file, or a directory */
	bool is_directory;
	uint32_t owner;
	char name[LIMIT_COMPONENT_BYTES + 1]; /* resolved base name of a directory */
};

#define LOCAL_PACKAGE_INIT                                                                         \
	{                                                                                          \
		-1, false, 0, ""                                                                   \
	}

/* Opens a directory, an archive or a bare SKILL.md; "-" is standard input. */
enum err local_open(const char *path, struct local_package *p, struct why *why);
void local_close(struct local_package *p);

/* What the confined child does; it reports over the channel and returns. */
typedef void local_body(const struct job_env *env, const struct job *job, struct chan *report);

struct local {
	struct conf conf;
	bool host_runtime;
	/*
	 * The body reads a package and runs nothing of it: control groups, runtimes
	 * and what a payload's sandbox needs are neither made nor looked for.
	 */
	bool reads_only;
	struct chan report; /* our end */
	int pid, pidfd;
	int cancel; /* write end: closing it ends the job early */
};

/*
 * Starts the child. E_SANDBOX_SETUP when this machine does not allow it (why
 * says what to change); later failures come as the child's report or as its
 * end without one.
 */
enum err local_start(
	struct local *l, const struct local_package *p, local_body *body, struct why *why);
/* The next message; E_CLOSED at the end. Blocks. */
enum err local_next(struct local *l, struct message *m);
/* Waits for the child's end; its wait status. */
int local_finish(struct local *l);

#endif
