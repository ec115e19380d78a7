/* SPDX-License-Identifier: MIT */
/* proc/cgroup: what is read of a group's files, of both versions. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/fdio.h"
#include "proc/cgroup.h"
#include "test.h"

static const char *const files_v2[][2] = {
	{"cpu.stat", "user_usec 1\nusage_usec 1234567\nsystem_usec 2\n"},
	{"memory.peak", "4096\n"},
	{"memory.events", "low 0\nmax 9\noom 3\noom_kill 2\noom_group_kill 7\n"},
	{"pids.events", "max 5\n"},
	{"pids.peak", "17\n"},
};
static const char *const files_v1[][2] = {
	{"memory.max_usage_in_bytes", "8192\n"},
	{"memory.oom_control", "oom_kill_disable 0\nunder_oom 0\noom_kill 1\n"},
	{"pids.events", "max 6\n"},
	{"cpuacct.usage", "5000999\n"},
};

/* A made-up group "job-x" in a folder of its own. */
static int make(char dir[64], const char *const (*files)[2], size_t n)
{
	char path[160];
	size_t i;

	snprintf(dir, 64, "/tmp/sv-cgroup-XXXXXX");
	if (!mkdtemp(dir)) abort();
	snprintf(path, sizeof path, "%s/job-x", dir);
	CHECK(mkdir(path, 0755) == 0);
	for (i = 0; i < n; i++) {
		snprintf(path, sizeof path, "%s/job-x/%s", dir, files[i][0]);
		CHECK_ERR(file_write(path, slice_str(files[i][1])), E_OK);
	}
	return open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

static void drop(const char *dir, int fd, const char *const (*files)[2], size_t n)
{
	char path[160];
	size_t i;

	for (i = 0; i < n; i++) {
		snprintf(path, sizeof path, "%s/job-x/%s", dir, files[i][0]);
		unlink(path);
	}
	CHECK(unlinkat(fd, "job-x", AT_REMOVEDIR) == 0 && rmdir(dir) == 0);
	fd_close(&fd);
}

TEST(cgroup_usage_of_version_2)
{
	struct cgroup_env env = CGROUP_ENV_INIT;
	struct cgroup_job job = {&env, "job-x", -1};
	struct cgroup_usage u;
	char dir[64];
	size_t n = sizeof files_v2 / sizeof *files_v2;
	int fd = make(dir, files_v2, n);

	env.kind = CGROUP_V2;
	job.fd = openat(fd, "job-x", O_PATH | O_DIRECTORY | O_CLOEXEC);
	cgroup_job_usage(&job, &u);
	CHECK(u.cpu_us == 1234567 && u.memory_peak == 4096 && u.pids_peak == 17);
	CHECK(u.oom_kills == 2 && u.pids_refused == 5);
	/* Older kernels have no peaks: not known is 0, not an error. */
	unlinkat(job.fd, "memory.peak", 0);
	unlinkat(job.fd, "pids.peak", 0);
	cgroup_job_usage(&job, &u);
	CHECK(u.memory_peak == 0 && u.pids_peak == 0 && u.cpu_us == 1234567);
	fd_close(&job.fd);
	drop(dir, fd, files_v2, n);
}

TEST(cgroup_usage_of_version_1)
{
	struct cgroup_env env = CGROUP_ENV_INIT;
	struct cgroup_job job = {&env, "job-x", -1};
	struct cgroup_usage u;
	char dir[64];
	size_t n = sizeof files_v1 / sizeof *files_v1;
	int fd = make(dir, files_v1, n);

	env.kind = CGROUP_V1;
	env.dir[CG_MEMORY] = env.dir[CG_PIDS] = fd;
	cgroup_job_usage(&job, &u);
	CHECK(u.memory_peak == 8192 && u.oom_kills == 1 && u.pids_refused == 6 && u.cpu_us == 0);
	env.dir[CG_CPUACCT] = fd;
	cgroup_job_usage(&job, &u);
	CHECK(u.cpu_us == 5000);
	env.kind = CGROUP_NONE;
	cgroup_job_usage(&job, &u);
	CHECK(u.memory_peak == 0 && u.oom_kills == 0);
	drop(dir, fd, files_v1, n);
}

/* A folder dir/name with one file in it. */
static void put_group(int dir, const char *name, const char *file, const char *content)
{
	char path[96];
	int fd;

	CHECK(mkdirat(dir, name, 0755) == 0);
	snprintf(path, sizeof path, "%s/%s", name, file);
	fd = openat(dir, path, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
	CHECK(fd >= 0 && fd_write_all(fd, slice_str(content)) == E_OK);
	fd_close(&fd);
}

static int first_byte(int dir, const char *path)
{
	char c = 0;
	int fd = openat(dir, path, O_RDONLY | O_CLOEXEC);

	CHECK(fd >= 0 && read(fd, &c, 1) == 1);
	fd_close(&fd);
	return c;
}

TEST(cgroup_slot_kill_ends_members_of_that_slot_only)
{
	struct cgroup_env env = CGROUP_ENV_INIT;
	char dir[] = "/tmp/sv-cgroup-XXXXXX", pid_text[32];
	int status = 0, fd;
	pid_t pid = fork();

	if (pid == 0)
		for (;;)
			pause();
	if (!mkdtemp(dir)) abort();
	fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	env.kind = CGROUP_V2;
	env.dir[0] = fd;
	put_group(fd, "job-3-a", "cgroup.kill", "0");
	put_group(fd, "job-33-a", "cgroup.kill", "0");
	cgroup_slot_kill(&env, 3);
	CHECK(first_byte(fd, "job-3-a/cgroup.kill") == '1');
	CHECK(first_byte(fd, "job-33-a/cgroup.kill") == '0');
	/* Version 1 has no such file: its members one by one, never pid 0 or 1. */
	snprintf(pid_text, sizeof pid_text, "0\n1\n%d\n", (int)pid);
	put_group(fd, "job-4-a", "cgroup.procs", pid_text);
	env.kind = CGROUP_V1;
	cgroup_slot_kill(&env, 4);
	CHECK(waitpid(pid, &status, 0) == pid && WIFSIGNALED(status));
	/* A group that cannot be removed yet is said to be busy. */
	CHECK(!cgroup_slot_sweep(&env, 4));
	CHECK(unlinkat(fd, "job-4-a/cgroup.procs", 0) == 0);
	CHECK(cgroup_slot_sweep(&env, 4));
	CHECK(unlinkat(fd, "job-3-a/cgroup.kill", 0) == 0 &&
		unlinkat(fd, "job-33-a/cgroup.kill", 0) == 0);
	CHECK(cgroup_slot_sweep(&env, 3) && cgroup_slot_sweep(&env, 33) && rmdir(dir) == 0);
	fd_close(&fd);
}
