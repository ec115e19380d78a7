/* SPDX-License-Identifier: MIT */
/* Trying out this machine. Runs in runner, doctor and the command line. */
#include "runner/sandbox/probe.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/fdio.h"
#include "proc/mnt.h"
#include "proc/procfs.h"
#include "proc/sys.h"
#include "proc/userns.h"
#include "runner/sandbox/calls.h"
#include "runner/sandbox/landlock.h"

/* A probe that takes longer than this counts as failed. */
#define PROBE_MS 2000
/* waitid on a pidfd (5.4). */
#define WAIT_PIDFD 3

/* Body of a probe in its child: 0, or -1 with errno. */
typedef int probe_body(void);

/* errno of the body, 0 when it succeeded, ETIMEDOUT, or the failure to start it. */
static int in_child(uint64_t namespaces, probe_body *body)
{
	int pidfd = -1, status = 0;
	struct pollfd p;
	pid_t pid = sys_fork(namespaces, &pidfd, -1);

	if (pid < 0) return errno;
	if (pid == 0) _exit(body() < 0 ? (errno & 0x7f) : 0);
	p = (struct pollfd){pidfd, POLLIN, 0};
	if (poll(&p, 1, PROBE_MS) != 1) {
		sys_pidfd_send_signal(pidfd, SIGKILL);
		waitpid(pid, &status, 0);
		fd_close(&pidfd);
		return ETIMEDOUT;
	}
	waitpid(pid, &status, 0);
	fd_close(&pidfd);
	return WIFEXITED(status) ? WEXITSTATUS(status) : EINTR;
}

static int body_nothing(void)
{
	return 0;
}

static int body_proc(void)
{
	static const char *const options[] = {"hidepid=invisible", "subset=pid", NULL};
	int fd = mnt_new("proc", options, SV_ATTR_RDONLY);

	return fd < 0 ? -1 : mnt_attach(fd, AT_FDCWD, "/proc");
}

static int body_tmpfs(void)
{
	return mnt_tmpfs(0, 0, 0755, 0, 0, SV_ATTR_NOSUID) < 0 ? -1 : 0;
}

static int body_pivot(void)
{
	int fd = mnt_tmpfs(0, 0, 0755, 0, 0, SV_ATTR_NOSUID);

	if (fd < 0 || mnt_private() < 0) return -1;
	return mnt_pivot(fd);
}

/* A small overlay whose upper layer gets a file and loses a lower directory. */
static int overlay_with(const char *xattr)
{
	const char *options[] = {
		"lowerdir=/proc/low", "upperdir=/proc/up", "workdir=/proc/work", xattr, NULL};
	int fd = mnt_tmpfs(0, 0, 0755, 0, 0, 0), o;

	if (fd < 0 || mnt_private() < 0) return -1;
	if (mkdirat(fd, "low", 0755) < 0 || mkdirat(fd, "low/sub", 0755) < 0 ||
		mkdirat(fd, "up", 0755) < 0 || mkdirat(fd, "work", 0755) < 0 ||
		mkdirat(fd, "merged", 0755) < 0)
		return -1;
	if (mnt_attach(fd, AT_FDCWD, "/proc") < 0) return -1;
	o = mnt_new("overlay", options, 0);
	if (o < 0 || mnt_attach(o, AT_FDCWD, "/proc/merged") < 0) return -1;
	if (mkdir("/proc/merged/new", 0755) < 0 || rmdir("/proc/merged/sub") < 0) return -1;
	/* Making the directory again needs an opaque mark, which needs extended attributes. */
	return mkdir("/proc/merged/sub", 0755);
}

static int body_overlay(void)
{
	return overlay_with(NULL);
}

static int body_overlay_userxattr(void)
{
	return overlay_with("userxattr");
}

static int body_landlock(void)
{
	int abi = landlock_abi();

	if (abi == 0) return 0;
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0) return -1;
	return landlock_restrict(abi, false);
}

static int body_openat2(void)
{
	return sys_openat2(AT_FDCWD, "/", O_PATH, 0, SV_RESOLVE_NO_MAGICLINKS) < 0 ? -1 : 0;
}

static int body_close_range(void)
{
	return sys_close_range(64, ~0U, SV_CLOSE_RANGE_CLOEXEC);
}

static int body_pidfd_wait(void)
{
	int fd = -1;
	siginfo_t info;
	pid_t pid = sys_fork(0, &fd, -1);

	if (pid == 0) _exit(0);
	return pid < 0 ? -1 : waitid((idtype_t)WAIT_PIDFD, (id_t)fd, &info, WEXITED);
}

static int action(uint32_t value)
{
	return (int)syscall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &value);
}

static int body_seccomp_kill(void)
{
	return action(SECCOMP_RET_KILL_PROCESS);
}

static int body_seccomp_notify(void)
{
	struct seccomp_notif_sizes sizes;

	if (action(SECCOMP_RET_USER_NOTIF) < 0) return -1;
	return (int)syscall(SYS_seccomp, SECCOMP_GET_NOTIF_SIZES, 0, &sizes);
}

/* Exit status 0: both controls disabled; 1: one; 2: none. */
static int body_speculation(void)
{
	int off = 0;

	off += prctl(PR_SET_SPECULATION_CTRL, PR_SPEC_STORE_BYPASS, PR_SPEC_FORCE_DISABLE, 0, 0) ==
	       0;
	off += prctl(PR_SET_SPECULATION_CTRL, PR_SPEC_INDIRECT_BRANCH, PR_SPEC_FORCE_DISABLE, 0,
		       0) == 0;
	_exit(2 - off);
}

struct probe_line *probe_add(struct probe *p, const char *item, int err, const char *mend)
{
	struct probe_line *l = &p->line[p->n < PROBE_LINES ? p->n++ : PROBE_LINES - 1];

	l->item = item;
	l->ok = err == 0;
	l->needed = false;
	l->mend = err ? mend : NULL;
	snprintf(l->text, sizeof l->text, "%s", err ? strerror(err) : "works");
	return l;
}

#define OUTER                                                                                      \
	(SV_CLONE_NEWNS | SV_CLONE_NEWPID | SV_CLONE_NEWNET | SV_CLONE_NEWIPC | SV_CLONE_NEWUTS |  \
		SV_CLONE_NEWCGROUP)

#define MEND_SECCOMP  "in Docker: security_opt: [seccomp=unconfined]"
#define MEND_PROC     "in Docker: security_opt: [systempaths=unconfined], or cap_add: [SYS_ADMIN]"
#define MEND_KERNEL   "a newer kernel"
#define MEND_LANDLOCK "a kernel of 5.13 or later, with landlock among lsm= of its command line"
#define MEND_CGROUP   "in Docker: cgroup: private, with a host of cgroup version 2"

/* Tried one by one only to say which of OUTER is refused. */
#define PART_OF_OUTER 0xff

/* In the order in which a person would mend them. */
static const struct item {
	const char *item;
	uint64_t namespaces;
	probe_body *body;
	uint8_t without; /* tier that is left without it; 0: for information */
	const char *mend;
} items[] = {
	{"clone3", 0, sys_has_clone3, 0, MEND_SECCOMP},
	{"pidfd-wait", 0, body_pidfd_wait, 0, MEND_KERNEL},
	{"openat2", 0, body_openat2, TIER_4, MEND_KERNEL},
	{"close-range", 0, body_close_range, TIER_4, MEND_KERNEL},
	{"seccomp-kill", 0, body_seccomp_kill, 0, MEND_KERNEL},
	{"seccomp-notify", 0, body_seccomp_notify, 0, MEND_KERNEL},
	{"namespaces", OUTER, body_nothing, TIER_4, MEND_SECCOMP},
	{"mount-namespace", SV_CLONE_NEWNS, body_nothing, PART_OF_OUTER, MEND_SECCOMP},
	{"pid-namespace", SV_CLONE_NEWPID, body_nothing, PART_OF_OUTER, MEND_SECCOMP},
	{"network-namespace", SV_CLONE_NEWNET, body_nothing, PART_OF_OUTER, MEND_SECCOMP},
	{"ipc-namespace", SV_CLONE_NEWIPC, body_nothing, PART_OF_OUTER, MEND_SECCOMP},
	{"host-name-namespace", SV_CLONE_NEWUTS, body_nothing, PART_OF_OUTER, MEND_SECCOMP},
	{"cgroup-namespace", SV_CLONE_NEWCGROUP, body_nothing, PART_OF_OUTER, MEND_SECCOMP},
	{"user-namespace", SV_CLONE_NEWUSER, body_nothing, TIER_4, MEND_SECCOMP},
	{"tmpfs", SV_CLONE_NEWNS, body_tmpfs, TIER_4, MEND_SECCOMP},
	{"pivot-root", SV_CLONE_NEWNS, body_pivot, TIER_4, MEND_SECCOMP},
	{"proc-mount", SV_CLONE_NEWNS | SV_CLONE_NEWPID, body_proc, TIER_3, MEND_PROC},
	{"landlock-rules", 0, body_landlock, TIER_4, MEND_LANDLOCK},
};

/* Tries what is asked for; the worst tier that is left, and what it is for want of. */
static uint8_t try_items(struct probe *p, struct why *lacks)
{
	uint8_t tier = TIER_1;
	bool outer = false;
	size_t i;

	for (i = 0; i < sizeof items / sizeof *items; i++) {
		const struct item *it = &items[i];
		bool decides = it->without >= TIER_1 && it->without <= TIER_4;
		int err;

		if (!p && !decides) continue;
		err = it->without == PART_OF_OUTER && outer ? 0
							    : in_child(it->namespaces, it->body);
		outer = outer || (it->namespaces == OUTER && !err);
		if (p) probe_add(p, it->item, err, it->mend)->needed = it->without != 0;
		if (!err || !decides || it->without <= tier) continue;
		tier = it->without;
		why_set(lacks, E_SANDBOX_SETUP, "%s: %s; %s", it->item, strerror(err), it->mend);
	}
	return tier;
}

static void find_copy(struct sandbox_env *env, struct probe *p)
{
	struct probe_line *l;
	int err = in_child(SV_CLONE_NEWNS, body_overlay);

	env->copy = COPY_OVERLAY;
	if (err && in_child(SV_CLONE_NEWNS, body_overlay_userxattr) == 0) {
		env->copy = COPY_OVERLAY_USERXATTR;
		err = 0;
	}
	if (err) env->copy = COPY_TREE;
	if (!p) return;
	l = probe_add(p, "overlay", err, "a kernel of 5.11 or later");
	if (err)
		snprintf(l->text, sizeof l->text, "%s; tests write into their unpacked tree",
			strerror(err));
	else if (env->copy == COPY_OVERLAY_USERXATTR)
		snprintf(l->text, sizeof l->text, "works, with attributes of users");
}

static void tell_ids(const struct sandbox_env *env, struct probe *p)
{
	struct probe_line *l = probe_add(p, "user-ids", 0, NULL);

	if (env->single_id)
		snprintf(l->text, sizeof l->text, "one id only; job and runner share it");
	else
		snprintf(l->text, sizeof l->text, "%llu ids here; those of slots from %u on",
			(unsigned long long)userns_ids(env->proc), env->uid_base);
}

static void find_speculation(struct sandbox_env *env, struct probe *p)
{
	static const char *const words[] = {"disabled", "partly-disabled", "not-controllable"};
	int missing = in_child(0, body_speculation);

	env->speculation = words[missing >= 0 && missing <= 2 ? missing : 2];
	if (p)
		snprintf(probe_add(p, "speculation", 0, NULL)->text, sizeof p->line->text, "%s",
			env->speculation);
}

/* A group made and taken away again, with limits set. */
static void tell_cgroup(const struct sandbox_env *env, struct probe *p)
{
	struct cgroup_found found;
	struct why why = WHY_INIT;
	bool none = env->cgroup.kind == CGROUP_NONE;
	enum err e = none ? E_ABSENT : cgroup_try(&env->cgroup, &found, &why);
	struct probe_line *l = probe_add(p, "control-groups", e ? EACCES : 0, MEND_CGROUP);

	snprintf(l->text, sizeof l->text, "%s%s%s", cgroup_text(env->cgroup.kind), e ? " " : ": ",
		none ? "that we may write; limits by rlimits and counting"
		: e  ? why.text
		     : found.controllers);
	if (e || env->cgroup.kind != CGROUP_V2) return;
	l = probe_add(p, "cgroup-kill", found.kill ? 0 : ENOENT, MEND_CGROUP);
	if (!found.kill) snprintf(l->text, sizeof l->text, "absent; jobs end with their init");
}

static void tell_walls(const struct sandbox_env *env, struct probe *p)
{
	struct probe_line *l =
		probe_add(p, "landlock", env->landlock_abi ? 0 : ENOSYS, MEND_LANDLOCK);

	if (env->landlock_abi) snprintf(l->text, sizeof l->text, "ABI %u", env->landlock_abi);
	l = probe_add(p, "user-limits", env->counts < 0 ? EROFS : 0, MEND_PROC);
	snprintf(l->text, sizeof l->text, "%s",
		env->counts < 0 ? "jobs share what the kernel counts for their users"
				: "each test has a share of what the kernel counts for users");
	l = probe_add(p, "own-user-namespace", env->nested ? 0 : EPERM, MEND_SECCOMP);
	l->needed = true;
	if (env->nested) snprintf(l->text, sizeof l->text, "the runner is root of its own only");
}

/* Whether the tier that holds may run. */
static enum err permitted(uint8_t tier, uint8_t allow, const struct why *lacks, struct why *why)
{
	const char *word = tier_text(tier);

	if (tier <= allow && tier < TIER_4) return E_OK;
	if (tier == TIER_2)
		return why_set(why, E_SANDBOX_SETUP,
			"tier T1 is asked for, only T2 holds here: no control groups of version 2 with memory and pids");
	if (tier == TIER_4)
		return why_set(why, E_SANDBOX_SETUP,
			"tier T4 is all that holds here, and this version runs nothing in it: %s",
			lacks->text);
	return why_set(why, E_SANDBOX_SETUP,
		"only tier %s holds here (%s); --allow-tier %s permits it", word, lacks->text,
		word);
}

enum err sandbox_probe(struct sandbox_env *env, struct probe *p, uint8_t allow, struct why *why)
{
	struct why lacks = WHY_INIT;
	uint8_t tier = try_items(p, &lacks);

	find_copy(env, p);
	sandbox_find_ids(env);
	find_speculation(env, p);
	env->landlock_abi = (uint8_t)landlock_abi();
	if (p) {
		tell_ids(env, p);
		tell_walls(env, p);
		tell_cgroup(env, p);
	}
	env->tier = tier != TIER_1 ? tier : env->cgroup.kind == CGROUP_V2 ? TIER_1 : TIER_2;
	env->calls = env->cgroup.kind == CGROUP_NONE ? &calls_payload_uncounted : &calls_payload;
	if (filter_compile(env->calls, &env->payload, why) ||
		filter_compile(&calls_job_init, &env->job_init, why) ||
		filter_compile(&calls_sinkhole, &env->sinkhole, why))
		return E_SANDBOX_SETUP;
	return permitted(env->tier, allow, &lacks, why);
}

/* Why nobody can watch here, or NULL. */
static const char *unwatchable(const struct sandbox_env *env)
{
	/* The listener names processes by our numbers; their memory is found by those of procfs. */
	if (procfs_self(env->proc) != getpid())
		return "no procfs has this process's own numbers (tier T3)";
	if (in_child(0, body_seccomp_notify)) return "seccomp answers no questions";
	return NULL;
}

enum err sandbox_observe(struct sandbox_env *env, struct probe *p, uint8_t monitor, struct why *why)
{
	const char *lacks = monitor == MONITOR_NONE ? NULL : unwatchable(env);
	struct filter_spec spec = *env->calls;
	struct probe_line *l;

	if (p && monitor != MONITOR_NONE) {
		l = probe_add(p, "observation", lacks ? ENOSYS : 0, MEND_PROC);
		snprintf(l->text, sizeof l->text, "%s%s", lacks ? "none: " : "",
			lacks ? lacks : monitor_text(monitor));
	}
	env->monitor = lacks ? MONITOR_NONE : monitor;
	if (env->monitor == MONITOR_NONE) return E_OK;
	spec.watch = monitor == MONITOR_FILES ? &calls_watch_files : &calls_watch;
	return filter_compile(&spec, &env->watched, why);
}
