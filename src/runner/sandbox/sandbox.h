/* SPDX-License-Identifier: MIT */
/*
 * The sandbox: runs one command of one job with every protection that
 * specs/sandbox.md asks for, or does not run it at all (I6). The verdict-
 * bearing facts come from the kernel only: wait status, group counters, byte
 * counts (I4).
 *
 * Processes of one phase:
 *   S  the caller (a worker of the runner): prepares, watches, reads output
 *   I  pid 1 of the job's namespaces: mounts, clones P, waits, reports, ends
 *   P  the payload: own user namespace, last; becomes the command
 *   K  the sinkhole of an observed phase: takes what P sends anywhere (sinkhole.h)
 * When I ends the kernel kills everything in its PID namespace, so "I was
 * reaped" means "the tree is dead".
 * Runs in runner and the command line.
 */
#ifndef RUNNER_SANDBOX_SANDBOX_H
#define RUNNER_SANDBOX_SANDBOX_H

#include "proc/conf.h"
#include "proc/filter.h"
#include "proc/cgroup.h"
#include "runner/observer.h"
#include "runner/sandbox/reads.h"
#include "runner/tree.h"

/* What this machine can do, found out by doing it once at start (probe.h). */
struct sandbox_env {
	uint8_t tier; /* enum sandbox_tier; TIER_4 and worse cannot run yet */
	uint8_t landlock_abi;
	/* How a test gets a writable copy of its package. */
	enum { COPY_TREE, COPY_OVERLAY, COPY_OVERLAY_USERXATTR } copy;
	bool single_id;          /* only one user id exists here (an ordinary user's namespace) */
	uint32_t uid_base;       /* host-level ids of slot n start at uid_base + n * SLOT_IDS */
	const char *speculation; /* word for the statement */
	/* From the way into the runner's root (runner/root.h), set before the probe. */
	int proc;       /* procfs through which maps of ids are written */
	int counts;     /* folder of limits of a user namespace (sysctl user.*), or -1 */
	int proc_error; /* why tests get no procfs, or 0 */
	bool nested;    /* whoever makes sandboxes is root of a namespace of its own only */
	struct cgroup_env cgroup;
	struct filter payload, job_init, sinkhole;
	const struct filter_spec *calls; /* what payload was made of */
	/* From sandbox_observe: how closely jobs are watched, and the filter that asks. */
	uint8_t monitor; /* enum monitor */
	struct filter watched;
};

#define SANDBOX_ENV_INIT                                                                           \
	{                                                                                          \
		0, 0, COPY_TREE, false, 0, "", -1, -1, 0, false, CGROUP_ENV_INIT, FILTER_INIT,     \
			FILTER_INIT, FILTER_INIT, NULL, MONITOR_NONE, FILTER_INIT                  \
	}

/* Ids a slot may use; the payload runs as 1000 of them, its init as 999, its sinkhole as 998. */
#define SLOT_IDS    65536
#define PAYLOAD_ID  1000
#define INIT_ID     999
#define SINKHOLE_ID 998

/* Which user ids there are: single_id and uid_base; proc must be set. */
void sandbox_find_ids(struct sandbox_env *env);
/* sinkhole: phases of this job are observed, and so have one. */
void sandbox_facts(const struct sandbox_env *env, bool sinkhole, struct sandbox_facts *out);
/* The filter that a test gets. */
const struct filter *sandbox_filter(const struct sandbox_env *env);

/* Host-level ids of a slot. */
uint32_t sandbox_payload_uid(const struct sandbox_env *env, unsigned slot);
uint32_t sandbox_init_uid(const struct sandbox_env *env, unsigned slot);
uint32_t sandbox_sinkhole_uid(const struct sandbox_env *env, unsigned slot);

/*
 * Files of a job: the unpacked package and all that the test may write, both
 * in memory, mounted in the worker's own mount namespace below WORKSPACE.
 * They end with the worker.
 */
#define WORKSPACE     "/job"
#define WORKSPACE_PKG "/job/pkg"
#define WORKSPACE_MEM "/job/mem"

struct workspace {
	unsigned slot;
	int pkg; /* root of the package tmpfs */
	int mem; /* root of the writable tmpfs */
	/* the skill root: WORKSPACE_PKG, or its only directory */
	char skill[sizeof WORKSPACE_PKG + 1 + LIMIT_COMPONENT_BYTES];
};

#define WORKSPACE_INIT                                                                             \
	{                                                                                          \
		0, -1, -1, WORKSPACE_PKG                                                           \
	}

/* Mounts both file systems; pkg_uid owns the first until the tree is read. E_SANDBOX_SETUP. */
enum err workspace_open(struct workspace *ws, const struct sandbox_env *env, unsigned slot,
	uint32_t pkg_uid, const struct limit_facts *limits_of_job, struct why *why);
/*
 * A new file system for what is written, in place of the one that the last phase
 * left behind: nothing of it is there any more. Nobody may use the old one.
 */
enum err workspace_renew(struct workspace *ws, const struct sandbox_env *env,
	const struct limit_facts *limits_of_job, struct why *why);
/* The package's file system alone, for a process that reads it, runs nothing and ends. */
enum err workspace_open_package(struct workspace *ws, uint32_t pkg_uid, struct why *why);
void workspace_drop(struct workspace *ws);

struct sandbox_phase {
	char *const *argv, *const *envp;
	const char *workdir; /* absolute, inside the job's root */
	const char *runtime; /* path of the runtime tree in the worker's view */
	const char *name;    /* of the control group; unique among the jobs alive */
	uint32_t timeout_ms;
	const struct limit_facts *limits_of_job;
	/*
	 * The package stays as it is for the next: without overlays /skill is the tree
	 * itself, and then read-only.
	 */
	bool keep_package;
	struct observer *observer; /* watches, unless its monitor is MONITOR_NONE */
	const struct tree *files;  /* of the package, as it was submitted; NULL: not known */
	struct reads *reads;       /* whose first read is noted (reads.h), or NULL */
};

struct sandbox_output {
	int out, err; /* sealed memory files with what was kept; owned by the caller */
	/*
	 * Mount namespace of the dead job, or -1; owned by the caller. Its last user
	 * waits until all processors have let go of its mounts (an RCU grace period):
	 * close it when nobody waits for the result any more.
	 */
	int mounts;
	/* What an observed phase sent anywhere (sinkhole.h), or -1; owned by the caller. */
	int traffic;
	int reads; /* for reads_end, or -1; owned by the caller */
};

#define SANDBOX_OUTPUT_INIT                                                                        \
	{                                                                                          \
		-1, -1, -1, -1, -1                                                                 \
	}

/*
 * Runs one phase to its end. Fills everything of run but phase. Never fails:
 * what goes wrong is in run->kind (EXIT_SETUP_ERROR with a stage,
 * EXIT_INTERNAL). cancel is a descriptor that becomes readable when the job is
 * to be ended early, or -1; such a run ends as EXIT_INTERNAL with stage
 * "cancelled".
 */
void sandbox_run(const struct sandbox_env *env, const struct workspace *ws,
	const struct sandbox_phase *phase, int cancel, struct run_facts *run,
	struct sandbox_output *output);

#endif
