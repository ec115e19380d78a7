/* SPDX-License-Identifier: MIT */
/* Control groups of jobs. Runs in init, runner and the command line. */
#include "proc/cgroup.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysinfo.h>
#include <sys/vfs.h>
#include <time.h>
#include <unistd.h>

#include "base/fdio.h"
#include "base/num.h"
#include "base/text.h"
#include "proc/mnt.h"
#include "proc/sys.h"
#include "proc/cgroup_view.h"

static const char *const v1_names[CG_V1_COUNT] = {"memory", "pids", "cpu", "cpuacct"};

/* Our group, with those of jobs in it, followed by the number of this process. */
#define GROUP_PREFIX "skill-verifier."
/* Where processes of ours are that are no job; version 2 only. */
#define OWN_LEAF "skill-verifier"
/* Groups of jobs below ours. */
#define JOB_PREFIX "job-"

/* Files of this size are all we read from a group. */
#define CGROUP_FILE 4096

static int open_dir(int dir, const char *path)
{
	return openat(dir, path, O_PATH | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
}

static bool write_file(int dir, const char *path, const char *value)
{
	int fd = openat(dir, path, O_WRONLY | O_CLOEXEC | O_NOFOLLOW), saved;
	bool ok = fd >= 0 && write(fd, value, strlen(value)) == (ssize_t)strlen(value);

	saved = errno;
	fd_close(&fd);
	errno = saved;
	return ok;
}

static bool write_number(int dir, const char *path, uint64_t value)
{
	char t[24];

	snprintf(t, sizeof t, "%llu", (unsigned long long)value);
	return write_file(dir, path, t);
}

/* The content of a small file as a slice over mem; empty when it cannot be read. */
static struct slice read_file(int dir, const char *path, char mem[CGROUP_FILE])
{
	int fd = openat(dir, path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	ssize_t n = fd < 0 ? -1 : read(fd, mem, CGROUP_FILE);

	fd_close(&fd);
	return slice_of(mem, n < 0 ? 0 : (size_t)n);
}

static uint64_t read_number(int dir, const char *path)
{
	char mem[CGROUP_FILE];
	uint64_t v = 0;

	if (parse_u64(slice_trim(read_file(dir, path, mem)), UINT64_MAX, &v)) return 0;
	return v;
}

/* The number behind "key " in a file of such lines; 0 when absent. */
static uint64_t read_keyed(int dir, const char *path, const char *key)
{
	char mem[CGROUP_FILE];
	struct slice text = read_file(dir, path, mem);
	uint64_t v = 0;

	while (text.n) {
		struct slice line = slice_split(&text, '\n');
		struct slice name = slice_split(&line, ' ');

		if (slice_is(name, key) && parse_u64(slice_trim(line), UINT64_MAX, &v) == E_OK)
			return v;
	}
	return 0;
}

/* Our own path in the hierarchy whose line in /proc/self/cgroup lists this controller. */
static bool own_path(const char *controller, char *out, size_t cap)
{
	struct buf b = buf_heap(64 * 1024);
	struct slice text;
	bool found = false;

	if (file_read("/proc/self/cgroup", 64 * 1024, &b)) return false;
	text = buf_slice(&b);
	while (text.n && !found) {
		struct slice line = slice_split(&text, '\n'), list;

		slice_split(&line, ':');
		list = slice_split(&line, ':');
		if (!*controller) found = list.n == 0;
		while (list.n && !found)
			found = slice_is(slice_split(&list, ','), controller);
		if (found) found = slice_text(out, cap, line);
	}
	buf_drop(&b);
	return found;
}

/* Removes the empty groups below dir whose names begin with prefix; false when one is busy. */
static bool remove_children(int dir, const char *prefix)
{
	bool ok = true;
	DIR *d;
	struct dirent *entry;
	int fd = openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	d = fd < 0 ? NULL : fdopendir(fd);
	if (!d) {
		fd_close(&fd);
		return false;
	}
	while ((entry = readdir(d)))
		if (slice_starts(slice_str(entry->d_name), prefix) &&
			unlinkat(dir, entry->d_name, AT_REMOVEDIR) < 0)
			ok = false;
	closedir(d);
	return ok;
}

/*
 * Removes what an appliance that was killed has left in this hierarchy: groups
 * named after a process that no longer exists, with the groups of its jobs.
 */
static void remove_stale(int top)
{
	DIR *d;
	struct dirent *entry;
	int fd = openat(top, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC), stale;
	uint64_t pid;

	d = fd < 0 ? NULL : fdopendir(fd);
	if (!d) {
		fd_close(&fd);
		return;
	}
	while ((entry = readdir(d))) {
		struct slice name = slice_str(entry->d_name);

		if (!slice_starts(name, GROUP_PREFIX)) continue;
		if (parse_u64(slice_from(name, sizeof GROUP_PREFIX - 1), INT32_MAX, &pid)) continue;
		if (kill((pid_t)pid, 0) == 0 || errno != ESRCH) continue;
		stale = open_dir(top, entry->d_name);
		if (stale >= 0) remove_children(stale, JOB_PREFIX);
		fd_close(&stale);
		unlinkat(top, entry->d_name, AT_REMOVEDIR);
	}
	closedir(d);
}

static bool has_word(struct slice text, const char *word)
{
	text = slice_trim(text);
	while (text.n)
		if (slice_is(slice_split(&text, ' '), word)) return true;
	return false;
}

/* Enables controllers for the children of a group; memory and pids are needed. */
static bool enable(int dir)
{
	write_file(dir, "cgroup.subtree_control", "+cpu");
	return write_file(dir, "cgroup.subtree_control", "+memory") &&
	       write_file(dir, "cgroup.subtree_control", "+pids");
}

/* The group that holds the processes of this one, in a hierarchy that is mounted here. */
static int open_own(const char *mount, const char *controller)
{
	char own[256], path[512];

	if (!own_path(controller, own, sizeof own)) return -1;
	snprintf(path, sizeof path, "%s%s", mount, strcmp(own, "/") ? own : "");
	return open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
}

/* Moves this process into the leaf, so that the group may have controllers for children. */
static bool enter_leaf(int top)
{
	return (mkdirat(top, OWN_LEAF, 0755) == 0 || errno == EEXIST) &&
	       write_file(top, OWN_LEAF "/cgroup.procs", "0");
}

/*
 * Version 2: a group may have members or children with controllers, not both
 * (but for the first of all). So this process moves into a leaf, and jobs get
 * groups below a group beside it. Where somebody else is in our group too, for
 * example a shell, that cannot be: everything is put back.
 */
static bool try_v2(struct cgroup_env *env, const char *mount)
{
	char mem[CGROUP_FILE];
	struct statfs fs;
	bool ok;

	if (statfs(mount, &fs) < 0 || fs.f_type != CGROUP2_SUPER_MAGIC) return false;
	env->top = open_own(mount, "");
	if (env->top < 0) return false;
	snprintf(env->name, sizeof env->name, GROUP_PREFIX "%d", (int)getpid());
	remove_stale(env->top);
	ok = has_word(read_file(env->top, "cgroup.controllers", mem), "memory") &&
	     has_word(read_file(env->top, "cgroup.controllers", mem), "pids");
	if (ok) {
		ok = enter_leaf(env->top) && enable(env->top);
		if (!ok && write_file(env->top, "cgroup.procs", "0"))
			unlinkat(env->top, OWN_LEAF, AT_REMOVEDIR);
	}
	if (ok) ok = mkdirat(env->top, env->name, 0755) == 0 || errno == EEXIST;
	if (ok) env->dir[0] = open_dir(env->top, env->name);
	if (ok) ok = env->dir[0] >= 0 && enable(env->dir[0]);
	if (ok)
		env->kind = CGROUP_V2;
	else
		cgroup_env_remove(env);
	return ok;
}

/* Version 1: one group of ours below our own in each hierarchy. */
static bool try_v1(struct cgroup_env *env)
{
	char mount[64];
	unsigned i;

	snprintf(env->name, sizeof env->name, GROUP_PREFIX "%d", (int)getpid());
	for (i = 0; i < CG_V1_COUNT; i++) {
		int top;

		snprintf(mount, sizeof mount, "/sys/fs/cgroup/%s", v1_names[i]);
		top = open_own(mount, v1_names[i]);
		if (top < 0) continue;
		remove_stale(top);
		if (mkdirat(top, env->name, 0755) == 0 || errno == EEXIST)
			env->dir[i] = open_dir(top, env->name);
		if (env->dir[i] >= 0) remove_children(env->dir[i], JOB_PREFIX);
		fd_close(&top);
	}
	if (env->dir[CG_MEMORY] >= 0 && env->dir[CG_PIDS] >= 0) {
		env->kind = CGROUP_V1;
		return true;
	}
	cgroup_env_remove(env);
	return false;
}

/* The runner keeps these, and they must not lead it out of its root. */
static bool alone(struct cgroup_env *env)
{
	unsigned i;

	for (i = 0; i < CG_V1_COUNT; i++) {
		int fd = env->dir[i];

		if (fd < 0) continue;
		env->dir[i] = mnt_alone(fd, "", SV_ATTR_NOSUID | SV_ATTR_NODEV | SV_ATTR_NOEXEC, 0);
		fd_close(&fd);
		if (env->dir[i] < 0) return false;
	}
	return true;
}

void cgroup_env_open(struct cgroup_env *env, char *note, size_t note_cap)
{
	*env = (struct cgroup_env)CGROUP_ENV_INIT;
	if (try_v2(env, "/sys/fs/cgroup"))
		snprintf(note, note_cap, "version 2 with memory and pids");
	else if (try_v1(env))
		snprintf(note, note_cap, "version 1 with memory and pids");
	else if (cgroup_view_open() && (try_v2(env, "/sys/fs/cgroup") || try_v1(env)))
		snprintf(note, note_cap, "version %d with memory and pids, in a view of our own",
			env->kind == CGROUP_V2 ? 2 : 1);
	else
		snprintf(note, note_cap, "none that we may write; limits by rlimits and polling");
	if (alone(env)) return;
	snprintf(note, note_cap, "none that can be handed down alone: %s", strerror(errno));
	cgroup_env_remove(env);
}

void cgroup_env_drop(struct cgroup_env *env)
{
	unsigned i;

	for (i = 0; i < CG_V1_COUNT; i++)
		fd_close(&env->dir[i]);
	fd_close(&env->top);
	env->kind = CGROUP_NONE;
}

void cgroup_env_sweep(const struct cgroup_env *env)
{
	unsigned i;

	for (i = 0; i < CG_V1_COUNT; i++)
		if (env->dir[i] >= 0) remove_children(env->dir[i], JOB_PREFIX);
}

/* Ends whoever is in a group of either version; dir is the group's. */
static void kill_members(int dir)
{
	char mem[CGROUP_FILE];
	struct slice list;
	uint64_t pid;

	if (write_file(dir, "cgroup.kill", "1")) return;
	list = read_file(dir, "cgroup.procs", mem);
	while (list.n)
		/* 0 is somebody of another PID namespace. */
		if (parse_u64(slice_split(&list, '\n'), INT32_MAX, &pid) == E_OK && pid > 1)
			kill((pid_t)pid, SIGKILL);
}

void cgroup_slot_kill(const struct cgroup_env *env, unsigned slot)
{
	DIR *d;
	struct dirent *entry;
	char prefix[32];
	int fd = env->kind == CGROUP_NONE
			 ? -1
			 : openat(env->dir[0], ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	d = fd < 0 ? NULL : fdopendir(fd);
	if (!d) {
		fd_close(&fd);
		return;
	}
	snprintf(prefix, sizeof prefix, JOB_PREFIX "%u-", slot);
	while ((entry = readdir(d))) {
		int group;

		if (!slice_starts(slice_str(entry->d_name), prefix)) continue;
		group = open_dir(fd, entry->d_name);
		if (group >= 0) kill_members(group);
		fd_close(&group);
	}
	closedir(d);
}

bool cgroup_slot_sweep(const struct cgroup_env *env, unsigned slot)
{
	char prefix[32];
	bool ok = true;
	unsigned i;

	snprintf(prefix, sizeof prefix, JOB_PREFIX "%u-", slot);
	for (i = 0; i < CG_V1_COUNT; i++)
		if (env->dir[i] >= 0) ok = remove_children(env->dir[i], prefix) && ok;
	return ok;
}

void cgroup_env_remove(struct cgroup_env *env)
{
	char mount[64];
	unsigned i;
	int top;

	/* A job that was ended with the runner has left its group. */
	cgroup_env_sweep(env);
	/* Our own path is that of the leaf by now. */
	if (env->top >= 0)
		unlinkat(env->top, env->name, AT_REMOVEDIR);
	else
		for (i = 0; i < CG_V1_COUNT; i++) {
			if (env->dir[i] < 0) continue;
			snprintf(mount, sizeof mount, "/sys/fs/cgroup/%s", v1_names[i]);
			top = open_own(mount, v1_names[i]);
			if (top >= 0) unlinkat(top, env->name, AT_REMOVEDIR);
			fd_close(&top);
		}
	cgroup_env_drop(env);
}

static enum err set(const struct cgroup_job *job, unsigned dir, const char *file, uint64_t value,
	struct why *why)
{
	char path[128];

	snprintf(path, sizeof path, "%s/%s", job->name, file);
	return write_number(job->env->dir[dir], path, value) ? E_OK
							     : why_sys(why, E_SANDBOX_SETUP, file);
}

/* Version 2: a file that need not be there, but where it is, takes its value. */
static enum err set_text(
	const struct cgroup_job *job, const char *file, const char *value, struct why *why)
{
	if (write_file(job->fd, file, value) || errno == ENOENT) return E_OK;
	return why_sys(why, E_SANDBOX_SETUP, file);
}

static bool machine_swaps(void)
{
	struct sysinfo s;

	return sysinfo(&s) < 0 || s.totalswap > 0;
}

static enum err open_v2(struct cgroup_job *job, const struct limit_facts *l, struct why *why)
{
	char quota[48];
	enum err e;

	if (mkdirat(job->env->dir[0], job->name, 0755) < 0)
		return why_sys(why, E_SANDBOX_SETUP, "cgroup");
	job->fd = openat(job->env->dir[0], job->name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (job->fd < 0) return why_sys(why, E_SANDBOX_SETUP, "cgroup");
	e = set(job, 0, "memory.max", l->memory_bytes, why);
	if (!e) e = set(job, 0, "pids.max", l->pids, why);
	/* One member over the limit ends the whole job: one consistent verdict. */
	if (!e) e = set(job, 0, "memory.oom.group", 1, why);
	snprintf(quota, sizeof quota, "%u 100000", l->cpu_percent * 1000);
	if (!e && faccessat(job->fd, "memory.swap.max", F_OK, 0) < 0 && machine_swaps())
		return why_set(why, E_SANDBOX_SETUP,
			"memory.swap.max is absent on a machine with swap: boot with swapaccount=1 or without swap");
	/* A kernel may have no swap, and cpu may not be offered. */
	if (!e) e = set_text(job, "memory.swap.max", "0", why);
	if (!e) e = set_text(job, "memory.zswap.max", "0", why);
	if (!e) e = set_text(job, "cpu.max", quota, why);
	if (!e) e = set_text(job, "cgroup.max.descendants", "0", why);
	return e;
}

static enum err open_v1(struct cgroup_job *job, const struct limit_facts *l, struct why *why)
{
	unsigned i;
	enum err e;

	for (i = 0; i < CG_V1_COUNT; i++)
		if (job->env->dir[i] >= 0 && mkdirat(job->env->dir[i], job->name, 0755) < 0)
			return why_sys(why, E_SANDBOX_SETUP, "cgroup");
	e = set(job, CG_MEMORY, "memory.limit_in_bytes", l->memory_bytes, why);
	if (!e) e = set(job, CG_PIDS, "pids.max", l->pids, why);
	if (e) return e;
	/* Exists only with swap accounting, and only behind the limit above. */
	if (set(job, CG_MEMORY, "memory.memsw.limit_in_bytes", l->memory_bytes, NULL) &&
		errno != ENOENT)
		return why_sys(why, E_SANDBOX_SETUP, "memory.memsw.limit_in_bytes");
	e = set(job, CG_MEMORY, "memory.swappiness", 0, why);
	if (e) return e;
	if (job->env->dir[CG_CPU] >= 0)
		e = set(job, CG_CPU, "cpu.cfs_quota_us", (uint64_t)l->cpu_percent * 1000, why);
	/* A kernel without bandwidth limits has no such file. */
	return e && errno != ENOENT ? e : E_OK;
}

void cgroup_job_name(struct cgroup_job *job, const struct cgroup_env *env, const char *name)
{
	*job = (struct cgroup_job)CGROUP_JOB_INIT;
	job->env = env;
	snprintf(job->name, sizeof job->name, JOB_PREFIX "%s", name);
}

enum err cgroup_job_open(struct cgroup_job *job, const struct limit_facts *max, struct why *why)
{
	switch (job->env->kind) {
	case CGROUP_V2: return open_v2(job, max, why);
	case CGROUP_V1: return open_v1(job, max, why);
	default: return E_OK;
	}
}

/*
 * A thread that moves itself is the one case for which the kernel takes no lock
 * over all forks and exits of the machine (5.16). With "cgroup.procs", or for
 * another process, it waits for an RCU grace period first: 10 ms on a machine
 * that has nothing else to do.
 */
enum err cgroup_job_enter(const struct cgroup_job *job)
{
	unsigned i;
	enum err e = E_OK;

	if (job->env->kind != CGROUP_V1) return E_OK;
	for (i = 0; !e && i < CG_V1_COUNT; i++)
		if (job->env->dir[i] >= 0) e = set(job, i, "tasks", 0, NULL);
	return e;
}

void cgroup_job_kill(const struct cgroup_job *job)
{
	if (job->fd >= 0) write_file(job->fd, "cgroup.kill", "1");
}

static void usage_v2(const struct cgroup_job *job, struct cgroup_usage *out)
{
	out->cpu_us = read_keyed(job->fd, "cpu.stat", "usage_usec");
	out->memory_peak = read_number(job->fd, "memory.peak");
	out->oom_kills = read_keyed(job->fd, "memory.events", "oom_kill");
	out->pids_refused = read_keyed(job->fd, "pids.events", "max");
	out->pids_peak = (uint32_t)read_number(job->fd, "pids.peak");
}

static void usage_v1(const struct cgroup_job *job, struct cgroup_usage *out)
{
	char path[128];

	snprintf(path, sizeof path, "%s/memory.max_usage_in_bytes", job->name);
	out->memory_peak = read_number(job->env->dir[CG_MEMORY], path);
	snprintf(path, sizeof path, "%s/memory.oom_control", job->name);
	out->oom_kills = read_keyed(job->env->dir[CG_MEMORY], path, "oom_kill");
	snprintf(path, sizeof path, "%s/pids.events", job->name);
	out->pids_refused = read_keyed(job->env->dir[CG_PIDS], path, "max");
	snprintf(path, sizeof path, "%s/pids.peak", job->name);
	out->pids_peak = (uint32_t)read_number(job->env->dir[CG_PIDS], path);
	if (job->env->dir[CG_CPUACCT] < 0) return;
	snprintf(path, sizeof path, "%s/cpuacct.usage", job->name);
	out->cpu_us = read_number(job->env->dir[CG_CPUACCT], path) / 1000;
}

void cgroup_job_usage(const struct cgroup_job *job, struct cgroup_usage *out)
{
	memset(out, 0, sizeof *out);
	if (!job->env) return;
	if (job->env->kind == CGROUP_V2) usage_v2(job, out);
	if (job->env->kind == CGROUP_V1) usage_v1(job, out);
}

/* rmdir answers EBUSY until the last zombie is reaped: try for a second. */
static bool remove_dir(int dir, const char *name)
{
	struct timespec pause = {0, 200000};
	int tries;

	for (tries = 0; tries < 100; tries++) {
		if (unlinkat(dir, name, AT_REMOVEDIR) == 0 || errno == ENOENT) return true;
		if (errno != EBUSY) return false;
		nanosleep(&pause, NULL);
		if (pause.tv_nsec < 20000000) pause.tv_nsec *= 2;
	}
	return false;
}

bool cgroup_job_close(struct cgroup_job *job)
{
	bool ok = true;
	unsigned i;

	fd_close(&job->fd);
	if (!job->env || job->env->kind == CGROUP_NONE) return true;
	for (i = 0; i < CG_V1_COUNT; i++)
		if (job->env->dir[i] >= 0) ok = remove_dir(job->env->dir[i], job->name) && ok;
	job->env = NULL;
	return ok;
}

enum err cgroup_try(const struct cgroup_env *env, struct cgroup_found *out, struct why *why)
{
	const struct limit_facts some = {.memory_bytes = 64 * MIB, .pids = 16, .cpu_percent = 100};
	struct cgroup_job job;
	char mem[CGROUP_FILE];
	struct slice list = SLICE("memory pids");
	enum err e;

	cgroup_job_name(&job, env, "probe");
	e = cgroup_job_open(&job, &some, why);
	if (!e && job.fd >= 0) list = slice_trim(read_file(env->dir[0], "cgroup.controllers", mem));
	if (!e && job.fd < 0 && env->dir[CG_CPU] >= 0) list = SLICE("memory pids cpu");
	text_ascii(out->controllers, sizeof out->controllers, list);
	out->kill = !e && job.fd >= 0 && faccessat(job.fd, "cgroup.kill", F_OK, 0) == 0;
	cgroup_job_close(&job);
	return e;
}
