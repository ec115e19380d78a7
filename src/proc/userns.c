/* SPDX-License-Identifier: MIT */
/* An outer user namespace. Runs in init and the command line. */
#include "proc/userns.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/fdio.h"
#include "base/num.h"
#include "proc/role.h"

/* What an ordinary user is told; each line names a setting of a distribution. */
static const char *advice(void)
{
	if (access("/proc/sys/kernel/apparmor_restrict_unprivileged_userns", F_OK) == 0)
		return "user namespaces are refused here; as root: sysctl -w "
		       "kernel.apparmor_restrict_unprivileged_userns=0";
	if (access("/proc/sys/kernel/unprivileged_userns_clone", F_OK) == 0)
		return "user namespaces are refused here; as root: sysctl -w "
		       "kernel.unprivileged_userns_clone=1";
	return "user namespaces are refused here; run as root, in Docker with --security-opt "
	       "seccomp=unconfined --security-opt systempaths=unconfined";
}

static int write_map(pid_t pid, const char *file, const char *text)
{
	char path[48];
	int fd, r;

	snprintf(path, sizeof path, "/proc/%d/%s", pid, file);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0) return -1;
	r = write(fd, text, strlen(text)) == (ssize_t)strlen(text) ? 0 : -1;
	close(fd);
	return r;
}

/* Every line of our own map, as an identity map for the namespace inside. */
static void identity(const char *file, char *out, size_t cap)
{
	struct buf text = buf_heap(64 * 1024), b = buf_on(out, cap);
	struct slice s;
	uint64_t first, count;

	file_read(file, 64 * 1024, &text);
	s = buf_slice(&text);
	while (s.n) {
		struct slice line = slice_trim(slice_split(&s, '\n')), inside;

		inside = slice_split(&line, ' ');
		line = slice_trim(line);
		slice_split(&line, ' ');
		if (parse_u64(inside, UINT32_MAX, &first) == E_OK &&
			parse_u64(slice_trim(line), UINT32_MAX, &count) == E_OK)
			buf_fmt(&b, "%llu %llu %llu\n", (unsigned long long)first,
				(unsigned long long)first, (unsigned long long)count);
	}
	buf_text(&b);
	buf_drop(&text);
}

/* In a child that stayed outside: maps for the parent that went inside. */
static int map_parent(pid_t parent, uid_t uid, gid_t gid)
{
	char uids[512], gids[512];

	identity("/proc/self/uid_map", uids, sizeof uids);
	identity("/proc/self/gid_map", gids, sizeof gids);
	if (role_has_cap(CAP_SETUID) && role_has_cap(CAP_SETGID) &&
		write_map(parent, "uid_map", uids) == 0)
		return write_map(parent, "gid_map", gids);
	snprintf(uids, sizeof uids, "0 %u 1\n", (unsigned)uid);
	snprintf(gids, sizeof gids, "0 %u 1\n", (unsigned)gid);
	if (write_map(parent, "uid_map", uids) < 0 || write_map(parent, "setgroups", "deny\n") < 0)
		return -1;
	return write_map(parent, "gid_map", gids);
}

static int enter(void)
{
	uid_t uid = geteuid();
	gid_t gid = getegid();
	pid_t parent = getpid(), child;
	int ready[2], status = -1;
	char byte;

	if (pipe(ready) < 0) return -1;
	child = fork();
	if (child < 0) return -1;
	if (child == 0) {
		close(ready[1]);
		/* The parent closes its end unwritten when it could not go inside. */
		if (read(ready[0], &byte, 1) != 1) _exit(1);
		_exit(map_parent(parent, uid, gid) < 0);
	}
	close(ready[0]);
	if (unshare(CLONE_NEWUSER | CLONE_NEWNS) == 0 && write(ready[1], "", 1) == 1) status = 0;
	close(ready[1]);
	if (waitpid(child, status == 0 ? &status : NULL, 0) != child || status != 0) return -1;
	return setresgid(0, 0, 0) < 0 || setresuid(0, 0, 0) < 0 ? -1 : 0;
}

enum err userns_become_root(struct why *why)
{
	if (role_has_cap(CAP_SYS_ADMIN) && geteuid() == 0) return E_OK;
	if (enter() < 0) return why_set(why, E_SANDBOX_SETUP, "%s", advice());
	return E_OK;
}
