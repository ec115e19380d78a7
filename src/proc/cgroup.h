/* SPDX-License-Identifier: MIT */
/*
 * Control groups of jobs: version 2 with CLONE_INTO_CGROUP and cgroup.kill,
 * version 1 with one directory a controller, or none (specs/sandbox.md 10).
 * All work is relative to directory descriptors that were opened before the
 * runner gave up its view of /sys. Nobody else writes below our directories.
 * Runs in init (preparation), runner and the command line.
 */
#ifndef PROC_CGROUP_H
#define PROC_CGROUP_H

#include "proc/record.h"

/* Version 1 controllers, one directory each; memory and pids are required. */
enum { CG_MEMORY, CG_PIDS, CG_CPU, CG_CPUACCT, CG_V1_COUNT };

struct cgroup_env {
	uint8_t kind;         /* enum cgroup_kind */
	int dir[CG_V1_COUNT]; /* where job groups are made; version 2 uses dir[0] */
	char name[64];        /* of our own group below the machine's */
	int top;              /* version 2: where that is; only who made it has this */
};

#define CGROUP_ENV_INIT                                                                            \
	{                                                                                          \
		CGROUP_NONE, {-1, -1, -1, -1}, "", -1                                              \
	}

/*
 * Finds a usable hierarchy, makes our group in it (for version 2 after moving
 * this process and so all its later children into a leaf beside it) and opens
 * it. Another member of the group we are in, say a shell, makes version 2
 * unusable. Leaves kind CGROUP_NONE when there is none: that is a weaker tier,
 * not an error. The descriptors of dir lead nowhere else (mnt_alone), which takes
 * CAP_SYS_ADMIN over the mount namespace. note gets a line for people about what was found.
 */
void cgroup_env_open(struct cgroup_env *env, char *note, size_t note_cap);
void cgroup_env_drop(struct cgroup_env *env);
/* Removes our (empty) group again; for an orderly end. */
void cgroup_env_remove(struct cgroup_env *env);

/* Removes the empty groups of all jobs; for a time when no job begins. */
void cgroup_env_sweep(const struct cgroup_env *env);
/* The same for the jobs of one slot, whose worker died before it could; false when one is busy yet. */
bool cgroup_slot_sweep(const struct cgroup_env *env, unsigned slot);

/* Ends everybody in the groups of a slot whose worker is to be ended. */
void cgroup_slot_kill(const struct cgroup_env *env, unsigned slot);

/* What a group of ours turned out to have. */
struct cgroup_found {
	char controllers[64];
	bool kill; /* all members can be killed at once */
};
/* Makes a group with limits and removes it. E_SANDBOX_SETUP when a needed limit cannot be set. */
enum err cgroup_try(const struct cgroup_env *env, struct cgroup_found *out, struct why *why);

struct cgroup_usage {
	uint64_t cpu_us, memory_peak; /* 0: not known */
	uint32_t pids_peak;
	uint64_t oom_kills, pids_refused;
};

/* The group of one phase of a job; its name is unique among those alive. */
struct cgroup_job {
	const struct cgroup_env *env;
	char name[32];
	int fd; /* version 2: the directory, for CLONE_INTO_CGROUP; else -1 */
};

#define CGROUP_JOB_INIT                                                                            \
	{                                                                                          \
		NULL, "", -1                                                                       \
	}

/* Says where the group will be, so that a process cloned before it is made can move in. */
void cgroup_job_name(struct cgroup_job *job, const struct cgroup_env *env, const char *name);
/* Makes the group and sets its limits. E_SANDBOX_SETUP when a needed limit cannot be set. */
enum err cgroup_job_open(struct cgroup_job *job, const struct limit_facts *max, struct why *why);
/*
 * Version 1: the caller, which has one thread, moves itself in before it runs
 * anything of the job; errno says why it cannot. Version 2 and none: nothing.
 */
enum err cgroup_job_enter(const struct cgroup_job *job);
/* Kills every member at once where the kernel can (version 2, 5.14). */
void cgroup_job_kill(const struct cgroup_job *job);
void cgroup_job_usage(const struct cgroup_job *job, struct cgroup_usage *out);
/* Removes the group of a dead job; false when it is still busy after a second. */
bool cgroup_job_close(struct cgroup_job *job);

#endif
