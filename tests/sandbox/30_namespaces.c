/* SPDX-License-Identifier: MIT */
/*
 * New namespaces, other namespaces, rewritten id maps (cases 30, 31, 32, 50).
 * Outcome: PASSED:
 */
#include <sched.h>

#include "hostile.h"

int main(void)
{
	static const unsigned long flags[] = {CLONE_NEWUSER, CLONE_NEWNS, CLONE_NEWPID,
		CLONE_NEWNET, CLONE_NEWIPC, CLONE_NEWUTS, CLONE_NEWCGROUP, 0x80 /* time */,
		CLONE_NEWUSER | CLONE_NEWNS};
	static const char *const kinds[] = {
		"user", "mnt", "pid", "net", "ipc", "uts", "cgroup", "time", "pid_for_children"};
	static const char *const maps[] = {"uid_map", "gid_map", "setgroups", "oom_score_adj",
		"timens_offsets", "attr/current", "comm"};
	uint64_t clone3_args[11] = {CLONE_NEWUSER};
	char path[64];
	size_t i;

	for (i = 0; i < sizeof flags / sizeof *flags; i++) {
		fails("unshare", unshare((int)flags[i]));
		/* The low byte of clone's flags is a signal, so time namespaces are not its. */
		if (flags[i] > 0xff) {
			long pid = syscall(SYS_clone, flags[i] | SIGCHLD, 0, 0, 0, 0);

			if (pid == 0) _exit(0);
			fails("clone", pid);
		}
	}
	fails_with("clone3", syscall(SYS_clone3, clone3_args, sizeof clone3_args), ENOSYS);
	for (i = 0; i < sizeof kinds / sizeof *kinds; i++) {
		snprintf(path, sizeof path, "/proc/1/ns/%s", kinds[i]);
		fails(path, try_open(path, O_RDONLY));
		snprintf(path, sizeof path, "/proc/self/ns/%s", kinds[i]);
		fails(path, setns(open(path, O_RDONLY), 0));
	}
	for (i = 0; i < sizeof maps / sizeof *maps; i++) {
		snprintf(path, sizeof path, "/proc/self/%s", maps[i]);
		fails(path, try_open(path, O_WRONLY));
	}
	return ending();
}
