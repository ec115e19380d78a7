/* SPDX-License-Identifier: MIT */
/*
 * What this machine can do, found out by doing it, each item in a child of its
 * own that may fail or hang without harm. Runs in runner, doctor and the
 * command line.
 */
#include "runner/sandbox/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/fdio.h"
#include "proc/mnt.h"
#include "proc/sys.h"
#include "proc/userns.h"
#include "runner/sandbox/calls.h"
#include "runner/sandbox/landlock.h"

/* A probe that takes longer than this counts as failed. */
#define PROBE_MS 2000
/* Where slot ids start when the whole range of ids exists here. */
#define UID_BASE 0x10000000U

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
	return landlock_restrict(abi);
}

static int body_openat2(void)
{
	return sys_openat2(AT_FDCWD, "/", O_PATH, 0, SV_RESOLVE_NO_MAGICLINKS) < 0 ? -1 : 0;
}

static int body_close_range(void)
{
	return sys_close_range(64, ~0U, SV_CLOSE_RANGE_CLOEXEC);
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

static struct probe_line *add_line(struct probe_line *lines, unsigned *n, const char *item, int err)
{
	struct probe_line *l = &lines[*n < PROBE_LINES ? (*n)++ : PROBE_LINES - 1];

	l->item = item;
	l->ok = err == 0;
	snprintf(l->text, sizeof l->text, "%s", err ? strerror(err) : "works");
	return l;
}

#define OUTER                                                                                      \
	(SV_CLONE_NEWNS | SV_CLONE_NEWPID | SV_CLONE_NEWNET | SV_CLONE_NEWIPC | SV_CLONE_NEWUTS |  \
		SV_CLONE_NEWCGROUP)

/* Items without which there is no sandbox at all. */
static const struct {
	const char *item;
	uint64_t namespaces;
	probe_body *body;
} needed[] = {
	{"namespaces", OUTER, body_nothing},
	{"user-namespace", SV_CLONE_NEWUSER, body_nothing},
	{"tmpfs", SV_CLONE_NEWNS, body_tmpfs},
	{"pivot-root", SV_CLONE_NEWNS, body_pivot},
	{"landlock-rules", 0, body_landlock},
	{"openat2", 0, body_openat2},
	{"close-range", 0, body_close_range},
};

static void find_copy(struct sandbox_env *env, struct probe_line *lines, unsigned *n)
{
	struct probe_line *l;
	int err = in_child(SV_CLONE_NEWNS, body_overlay);

	env->copy = COPY_OVERLAY;
	if (err && in_child(SV_CLONE_NEWNS, body_overlay_userxattr) == 0) {
		env->copy = COPY_OVERLAY_USERXATTR;
		err = 0;
	}
	if (err) env->copy = COPY_TREE;
	l = add_line(lines, n, "overlay", err);
	if (err)
		snprintf(l->text, sizeof l->text, "%s; tests write into their unpacked tree",
			strerror(err));
}

void sandbox_find_ids(struct sandbox_env *env)
{
	uint64_t end = userns_ids(env->proc);

	/* Room for 4096 slots high up, else for some at the top, else for none. */
	if (end > UID_BASE + 4096ULL * SLOT_IDS)
		env->uid_base = UID_BASE;
	else if (end >= USERNS_FEW_IDS)
		/* A small range: slots are 16 ids apart, see sandbox_payload_uid. */
		env->uid_base = (uint32_t)(end / 2);
	else
		env->single_id = true;
}

static void find_ids(struct sandbox_env *env, struct probe_line *lines, unsigned *n)
{
	struct probe_line *l = add_line(lines, n, "user-ids", 0);

	sandbox_find_ids(env);
	if (env->single_id)
		snprintf(l->text, sizeof l->text, "one id only; job and runner share it");
	else if (env->uid_base == UID_BASE)
		snprintf(l->text, sizeof l->text, "a range of ids for each slot from %u", UID_BASE);
	else
		snprintf(l->text, sizeof l->text, "%u ids here; slots from %u",
			(unsigned)userns_ids(env->proc), env->uid_base);
}

static void find_speculation(struct sandbox_env *env, struct probe_line *lines, unsigned *n)
{
	static const char *const words[] = {"disabled", "partly-disabled", "not-controllable"};
	int missing = in_child(0, body_speculation);

	env->speculation = words[missing >= 0 && missing <= 2 ? missing : 2];
	snprintf(add_line(lines, n, "speculation", 0)->text, sizeof lines->text, "%s",
		env->speculation);
}

enum err sandbox_probe(
	struct sandbox_env *env, struct probe_line *lines, unsigned *n, struct why *why)
{
	struct probe_line *l;
	size_t i;
	int err, proc;

	*n = 0;
	for (i = 0; i < sizeof needed / sizeof *needed; i++) {
		err = in_child(needed[i].namespaces, needed[i].body);
		l = add_line(lines, n, needed[i].item, err);
		if (err) return why_set(why, E_SANDBOX_SETUP, "%s: %s", l->item, l->text);
	}
	proc = in_child(SV_CLONE_NEWNS | SV_CLONE_NEWPID, body_proc);
	add_line(lines, n, "proc-mount", proc);
	find_copy(env, lines, n);
	find_ids(env, lines, n);
	find_speculation(env, lines, n);
	env->landlock_abi = (uint8_t)landlock_abi();
	snprintf(add_line(lines, n, "landlock", env->landlock_abi ? 0 : ENOSYS)->text,
		sizeof lines->text, "ABI %u", env->landlock_abi);
	snprintf(add_line(lines, n, "control-groups", env->cgroup.kind == CGROUP_NONE)->text,
		sizeof lines->text, "%s", cgroup_text(env->cgroup.kind));
	if (filter_compile(
		    env->cgroup.kind == CGROUP_NONE ? &calls_payload_uncounted : &calls_payload,
		    &env->payload, why) ||
		filter_compile(&calls_job_init, &env->job_init, why))
		return E_SANDBOX_SETUP;
	add_line(lines, n, "seccomp", 0);
	env->tier = proc ? TIER_3 : env->cgroup.kind == CGROUP_V2 ? TIER_1 : TIER_2;
	if (proc)
		return why_set(why, E_SANDBOX_SETUP,
			"no procfs can be mounted here: %s (Docker: security_opt systempaths=unconfined)",
			strerror(proc));
	return E_OK;
}

void sandbox_facts(const struct sandbox_env *env, struct sandbox_facts *out)
{
	out->tier = env->tier;
	out->landlock_abi = env->landlock_abi;
	out->cgroup = env->cgroup.kind;
	memcpy(out->seccomp_sha256, env->payload.sha256, sizeof out->seccomp_sha256);
	out->speculation = slice_str(env->speculation);
}

uint32_t sandbox_payload_uid(const struct sandbox_env *env, unsigned slot)
{
	if (env->single_id) return 0;
	if (env->uid_base != UID_BASE) return env->uid_base + slot * 2;
	return env->uid_base + slot * SLOT_IDS + PAYLOAD_ID;
}

uint32_t sandbox_init_uid(const struct sandbox_env *env, unsigned slot)
{
	if (env->single_id) return 0;
	if (env->uid_base != UID_BASE) return env->uid_base + slot * 2 + 1;
	return env->uid_base + slot * SLOT_IDS + INIT_ID;
}

/* Directories of the writable tmpfs; the last two belong to the overlay. */
static const struct {
	const char *name;
	unsigned mode;
	bool payload; /* owned by the payload's id, else by ours */
} places[] = {
	{"tmp", 01777, true},
	{"vartmp", 01777, true},
	{"run", 0755, true},
	{"home", 0755, true},
	{"shm", 01777, true},
	{"upper", 0755, true},
	{"work", 0700, false},
};

static enum err make_places(int mem, uint32_t uid, struct why *why)
{
	size_t i;

	for (i = 0; i < sizeof places / sizeof *places; i++) {
		if (mkdirat(mem, places[i].name, 0700) < 0 ||
			fchmodat(mem, places[i].name, places[i].mode, 0) < 0 ||
			(places[i].payload && fchownat(mem, places[i].name, uid, uid, 0) < 0))
			return why_sys(why, E_SANDBOX_SETUP, "workspace");
	}
	return E_OK;
}

static int package_tmpfs(uint32_t uid, unsigned attrs)
{
	/* File data plus a page a member for rounding; names live in inodes. */
	uint64_t size = LIMIT_UNPACKED_BYTES + (uint64_t)LIMIT_MEMBERS * 4 * KIB;

	/* Each member may need its directories too, at most one for each level of its path. */
	return mnt_tmpfs(
		size, (uint64_t)LIMIT_MEMBERS * (LIMIT_PATH_DEPTH + 1), 0755, uid, uid, attrs);
}

enum err workspace_open_package(struct workspace *ws, uint32_t pkg_uid, struct why *why)
{
	ws->pkg = package_tmpfs(pkg_uid, SV_ATTR_NOSUID | SV_ATTR_NODEV | SV_ATTR_NOEXEC);
	if (ws->pkg < 0 || mnt_attach(ws->pkg, AT_FDCWD, WORKSPACE_PKG) < 0)
		return why_sys(why, E_SANDBOX_SETUP, "workspace");
	return E_OK;
}

enum err workspace_open(struct workspace *ws, const struct sandbox_env *env, unsigned slot,
	uint32_t pkg_uid, const struct limit_facts *l, struct why *why)
{
	unsigned attrs = SV_ATTR_NOSUID | SV_ATTR_NODEV;
	uint32_t uid = sandbox_payload_uid(env, slot);
	int top;

	ws->slot = slot;
	if (mnt_private() < 0) return why_sys(why, E_SANDBOX_SETUP, "workspace");
	top = mnt_tmpfs(0, 16, 0755, 0, 0, attrs);
	if (top < 0) return why_sys(why, E_SANDBOX_SETUP, "workspace");
	if (mnt_point_dir(top, "pkg", 0755) < 0 || mnt_point_dir(top, "mem", 0755) < 0 ||
		mnt_attach(top, AT_FDCWD, WORKSPACE) < 0) {
		why_sys(why, E_SANDBOX_SETUP, "workspace");
		fd_close(&top);
		return E_SANDBOX_SETUP;
	}
	fd_close(&top);
	ws->pkg = package_tmpfs(pkg_uid, attrs);
	ws->mem = mnt_tmpfs(l->write_bytes, l->inodes, 0755, 0, 0, attrs);
	if (ws->pkg < 0 || ws->mem < 0 || mnt_attach(ws->pkg, AT_FDCWD, WORKSPACE_PKG) < 0 ||
		mnt_attach(ws->mem, AT_FDCWD, WORKSPACE_MEM) < 0)
		return why_sys(why, E_SANDBOX_SETUP, "workspace");
	return make_places(ws->mem, uid, why);
}

void workspace_drop(struct workspace *ws)
{
	fd_close(&ws->pkg);
	fd_close(&ws->mem);
	umount2(WORKSPACE, MNT_DETACH);
}
