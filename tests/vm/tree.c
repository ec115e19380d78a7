/* SPDX-License-Identifier: MIT */
/*
 * A tree of 1000 processes in a group that is made, ended and removed by the
 * code of the sandbox (proc/cgroup), timed; and the same tree ended by one signal
 * to its process group, which is as fast as a kernel ends processes that do not
 * fork. Prints "MEMBERS ENDED REFUSED GROUP_US SIGNAL_US"; REFUSED is 1 when no
 * group comes of a limit that the kernel does not take. Runs in the virtual
 * machine. Argument: directory of the groups of jobs.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fdio.h"
#include "base/limits.h"
#include "proc/cgroup.h"
#include "proc/sys.h"

#define MEMBERS 1000
/* Ten seconds, for an emulated machine on a busy one. */
#define PATIENCE_US 10000000

/* The first number of a file of the group, or behind a word; -1 without. */
static long number(int group, const char *file, const char *word)
{
	char text[8192] = "";
	const char *at;
	int fd = openat(group, file, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof text - 1);

	fd_close(&fd);
	if (n < 0) return -1;
	at = word ? strstr(text, word) : text;
	return at ? strtol(at + (word ? strlen(word) : 0), NULL, 10) : -1;
}

/* Every tenth has nine children: a tree, not a row. */
static _Noreturn void grow(void)
{
	int i, k;

	for (i = 0; i < MEMBERS / 10; i++)
		if (fork() == 0) {
			for (k = 0; k < 9; k++)
				if (fork() == 0) break;
			for (;;)
				pause();
		}
	for (;;)
		pause();
}

static int64_t wait_for(int group, const char *file, const char *word, long want, int64_t since)
{
	while (number(group, file, word) != want && clock_mono_us() - since < PATIENCE_US)
		usleep(200);
	return clock_mono_us() - since;
}

/* Grows the tree in a group, ends it, and takes the group away; false when one of that failed. */
static bool timed(struct cgroup_env *env, bool by_group, long *members, int64_t *us)
{
	struct limit_facts max = {
		.memory_bytes = 512 * MIB, .pids = 2 * MEMBERS, .cpu_percent = 200};
	struct cgroup_job job;
	struct why why = WHY_INIT;
	int64_t begin;
	int pidfd = -1;
	pid_t pid;

	cgroup_job_name(&job, env, "tree");
	if (cgroup_job_open(&job, &max, &why)) return false;
	pid = sys_fork(0, &pidfd, job.fd);
	if (pid == 0) {
		setpgid(0, 0);
		grow();
	}
	wait_for(job.fd, "pids.current", NULL, MEMBERS + 1, clock_mono_us());
	*members = number(job.fd, "pids.current", NULL);
	begin = clock_mono_us();
	if (by_group)
		cgroup_job_kill(&job);
	else
		kill(-pid, SIGKILL);
	*us = wait_for(job.fd, "cgroup.events", "populated ", 0, begin);
	/* A group that is not ended must not be waited for. */
	kill(-pid, SIGKILL);
	waitpid(pid, NULL, 0);
	return cgroup_job_close(&job) && *us < PATIENCE_US;
}

/* A quota of nothing is refused by the kernel: no group may come of it. */
static bool refuses(struct cgroup_env *env)
{
	struct limit_facts max = {.memory_bytes = 512 * MIB, .pids = 2, .cpu_percent = 0};
	struct cgroup_job job;
	struct why why = WHY_INIT;
	enum err e;

	cgroup_job_name(&job, env, "refused");
	e = cgroup_job_open(&job, &max, &why);

	return cgroup_job_close(&job) && e == E_SANDBOX_SETUP && strstr(why.text, "cpu.max");
}

int main(int argc, char **argv)
{
	struct cgroup_env env = CGROUP_ENV_INIT;
	int64_t group_us = 0, signal_us = 0;
	long members = 0;
	bool ended;

	if (argc != 2) return 2;
	env.kind = CGROUP_V2;
	env.dir[0] = open(argv[1], O_PATH | O_DIRECTORY | O_CLOEXEC);
	ended = timed(&env, false, &members, &signal_us) && timed(&env, true, &members, &group_us);
	printf("%ld %d %d %lld %lld\n", members, ended, refuses(&env), (long long)group_us,
		(long long)signal_us);
	return 0;
}
