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
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/fdio.h"
#include "base/num.h"
#include "proc/procfs.h"
#include "proc/record.h"
#include "proc/role.h"

/* Is the file there, and does it hold the number v? */
static bool setting_is(const char *path, uint64_t v)
{
	uint8_t mem[32];
	struct buf b = buf_on(mem, sizeof mem);
	uint64_t found;

	return file_read(path, sizeof mem - 1, &b) == E_OK &&
	       parse_u64(slice_trim(buf_slice(&b)), UINT64_MAX, &found) == E_OK && found == v;
}

/* Does somebody's system call filter apply to us already? */
static bool filtered(void)
{
	return prctl(PR_GET_SECCOMP, 0, 0, 0, 0) == 2;
}

/*
 * What a person is told, from the errno of the attempt and the settings that
 * can be read: each answer is the one thing to change.
 */
static const char *advice(int sys, bool bare_root)
{
	if (sys == ENOSPC || setting_is("/proc/sys/user/max_user_namespaces", 0))
		return "no more user namespaces are permitted here; as root: sysctl -w "
		       "user.max_user_namespaces=1000";
	if (bare_root)
		return "root lacks capabilities here; in Docker: --cap-add SETUID --cap-add SETGID "
		       "--cap-add SETFCAP";
	if (setting_is("/proc/sys/kernel/unprivileged_userns_clone", 0))
		return "user namespaces are refused here; as root: sysctl -w "
		       "kernel.unprivileged_userns_clone=1";
	if (setting_is("/proc/sys/kernel/apparmor_restrict_unprivileged_userns", 1))
		return "user namespaces are refused here; as root: sysctl -w "
		       "kernel.apparmor_restrict_unprivileged_userns=0";
	if (filtered())
		return "a seccomp profile refuses user namespaces here; in Docker: --security-opt "
		       "seccomp=unconfined --security-opt systempaths=unconfined";
	if (sys == EINVAL || sys == ENOSYS)
		return "this kernel has no user namespaces (CONFIG_USER_NS); run as root";
	return "user namespaces are refused here; run as root, in Docker with --security-opt "
	       "seccomp=unconfined --security-opt systempaths=unconfined";
}

/* Every line of our own map, as an identity map for the namespace inside. */
static void identity(int proc, const char *file, char *out, size_t cap)
{
	struct buf text = buf_heap(64 * 1024), b = buf_on(out, cap);
	struct slice s;
	uint64_t first, count;

	procfs_read(proc, procfs_self(proc), file, &text);
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

/* Who goes inside, as those outside see it. */
struct mover {
	int proc;  /* procfs through which maps are written */
	pid_t pid; /* number there */
	uid_t uid;
	gid_t gid;
	bool all; /* every id of here, or fail */
};

/* In a child that stayed outside: maps for the parent that went inside. */
static int map_parent(const struct mover *m)
{
	char uids[512], gids[512];

	identity(m->proc, "uid_map", uids, sizeof uids);
	identity(m->proc, "gid_map", gids, sizeof gids);
	if (role_has_cap(CAP_SETUID) && role_has_cap(CAP_SETGID) &&
		procfs_write(m->proc, m->pid, "uid_map", uids) == 0)
		return procfs_write(m->proc, m->pid, "gid_map", gids);
	if (m->all) return -1;
	snprintf(uids, sizeof uids, "0 %u 1\n", (unsigned)m->uid);
	snprintf(gids, sizeof gids, "0 %u 1\n", (unsigned)m->gid);
	if (procfs_write(m->proc, m->pid, "uid_map", uids) < 0 ||
		procfs_write(m->proc, m->pid, "setgroups", "deny\n") < 0)
		return -1;
	return procfs_write(m->proc, m->pid, "gid_map", gids);
}

static int enter(int proc, bool all)
{
	struct mover m = {proc, procfs_self(proc), geteuid(), getegid(), all};
	pid_t child;
	int ready[2], status = -1, saved;
	char byte;

	if (pipe2(ready, O_CLOEXEC) < 0) return -1;
	child = fork();
	if (child < 0) return -1;
	if (child == 0) {
		close(ready[1]);
		/* The parent closes its end unwritten when it could not go inside. */
		if (read(ready[0], &byte, 1) != 1) _exit(1);
		_exit(map_parent(&m) < 0);
	}
	close(ready[0]);
	if (unshare(CLONE_NEWUSER | CLONE_NEWNS) == 0 && write(ready[1], "", 1) == 1) status = 0;
	/* The reason, not what ending the child leaves behind. */
	saved = status == 0 ? EPERM : errno;
	close(ready[1]);
	if (waitpid(child, status == 0 ? &status : NULL, 0) != child || status != 0) {
		errno = saved;
		return -1;
	}
	return setresgid(0, 0, 0) < 0 || setresuid(0, 0, 0) < 0 ? -1 : 0;
}

bool userns_is_root(void)
{
	return geteuid() == 0 && role_has_cap(CAP_SYS_ADMIN);
}

enum err userns_become_root(struct why *why)
{
	/* Asked before, because inside a namespace of our own we have all of them. */
	bool bare_root = geteuid() == 0 && !(role_has_cap(CAP_SETUID) && role_has_cap(CAP_SETGID) &&
						   role_has_cap(CAP_SETFCAP));

	int proc, r;

	if (userns_is_root()) return E_OK;
	proc = procfs_open();
	r = enter(proc, false);
	if (r < 0) why_set(why, E_SANDBOX_SETUP, "%s", advice(errno, bare_root));
	fd_close(&proc);
	return r < 0 ? E_SANDBOX_SETUP : E_OK;
}

enum err userns_refused(int sys, struct why *why)
{
	if (sys != EPERM && sys != ENOSPC)
		return why_set(why, E_SANDBOX_SETUP, "namespaces: %s", strerror(sys));
	return why_set(why, E_SANDBOX_SETUP, "%s", advice(sys, !userns_is_root()));
}

void userns_no_tier_4(uint8_t allow_tier, struct why *why)
{
	char text[sizeof why->text];

	if (allow_tier < TIER_4) return;
	snprintf(text, sizeof text, "%s", why->text);
	why_set(why, why->code,
		"tier T4 is not built in this version, --allow-tier T4 permits nothing; %.150s",
		text);
}

enum err userns_nest(int proc, struct why *why)
{
	return enter(proc, true) < 0 ? why_sys(why, E_SANDBOX_SETUP, "user namespace") : E_OK;
}

enum err userns_for_roles(struct why *why)
{
	enum err e = E_OK;
	bool few;
	int proc;

	if (geteuid() == 0) e = userns_become_root(why);
	proc = procfs_open();
	few = userns_ids(proc) < USERNS_FEW_IDS;
	fd_close(&proc);
	if (e || (geteuid() == 0 && !few)) return e;
	return why_set(why, E_CONFIG,
		"serve needs root with the capabilities SETUID, SETGID and SETFCAP, because its "
		"roles run under user ids of their own; `skill-verifier run` works without");
}

uint64_t userns_ids(int proc)
{
	struct buf b = buf_heap(64 * 1024);
	struct slice text;
	uint64_t end = 0;

	if (procfs_read(proc, procfs_self(proc), "uid_map", &b)) return 0;
	text = buf_slice(&b);
	while (text.n) {
		struct slice line = slice_trim(slice_split(&text, '\n'));
		uint64_t first, count;
		struct slice inside = slice_split(&line, ' ');

		line = slice_trim(line);
		slice_split(&line, ' ');
		if (parse_u64(inside, UINT32_MAX, &first) ||
			parse_u64(slice_trim(line), UINT32_MAX, &count))
			continue;
		if (first + count > end) end = first + count;
	}
	buf_drop(&b);
	return end;
}
