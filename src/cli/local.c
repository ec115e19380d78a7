/* SPDX-License-Identifier: MIT */
/* A runner without a server. Runs on the command line. */
#include "cli/local.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fdio.h"
#include "base/text.h"
#include "proc/cgroup.h"
#include "proc/memfd.h"
#include "proc/mnt.h"
#include "proc/procfs.h"
#include "proc/role.h"
#include "proc/sys.h"
#include "proc/userns.h"
#include "runner/root.h"
#include "runner/sandbox/calls.h"
#include "runner/sandbox/probe.h"

/* The resolved last component of a directory's path: its top folder. */
static enum err directory_name(const char *path, struct local_package *p, struct why *why)
{
	char full[4096];
	char *slash;

	if (!realpath(path, full)) return why_sys(why, E_SYSTEM, path);
	slash = strrchr(full, '/');
	if (!slash || !slice_text(p->name, sizeof p->name, slice_str(slash + 1)))
		return why_set(why, E_PATH_TOO_LONG, "the directory's name is too long");
	if (!utf8_valid(slice_str(p->name)))
		return why_set(why, E_PATH_INVALID, "the directory's name is not UTF-8");
	return E_OK;
}

/* Everything of a file or pipe in a sealed memory file of at most the package limit. */
static enum err seal(int from, struct local_package *p, struct why *why)
{
	int fd = memfd_open("package");
	enum err e = fd < 0 ? why_sys(why, E_SYSTEM, "memory file") : E_OK;

	if (!e) e = fd_copy(from, fd, LIMIT_PACKAGE_BYTES);
	if (!e) e = memfd_seal(fd);
	if (e == E_TOO_LARGE)
		e = why_set(why, E_PKG_TOO_LARGE, "more than %d bytes", LIMIT_PACKAGE_BYTES);
	else if (e)
		why_sys(why, e, "package");
	if (e)
		fd_close(&fd);
	else
		p->fd = fd;
	return e;
}

enum err local_open(const char *path, struct local_package *p, struct why *why)
{
	struct stat st;
	enum err e;
	int fd;

	*p = (struct local_package)LOCAL_PACKAGE_INIT;
	if (strcmp(path, "-") == 0) return seal(0, p, why);
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	if (fd < 0) return why_sys(why, errno == ENOENT ? E_ABSENT : E_SYSTEM, path);
	if (fstat(fd, &st) < 0) {
		e = why_sys(why, E_SYSTEM, path);
	} else if (S_ISDIR(st.st_mode)) {
		p->is_directory = true;
		p->owner = st.st_uid;
		e = directory_name(path, p, why);
		if (!e) {
			p->fd = fd;
			return E_OK;
		}
	} else {
		e = seal(fd, p, why);
	}
	fd_close(&fd);
	return e;
}

void local_close(struct local_package *p)
{
	fd_close(&p->fd);
}

/* What the two processes of the child share. */
struct child {
	struct local *l;
	const struct local_package *package;
	local_body *body;
	int report, exe, cancel;
	struct cgroup_env cgroup;
};

/* Tells the other end why there is no sandbox here, as a refusal. */
static _Noreturn void cannot(struct chan *report, enum err e, const struct why *why)
{
	struct msg_refused m = {.refusal = refusal_of(why, NULL)};

	m.refusal.code = e;
	MSG_SEND(report, MSG_REFUSED, 0, refused, &m, NULL, 0);
	_exit(EXIT_FAILURE);
}

/* The runner role's confinement, in its order (proc/role.c). */
static enum err confine(const struct child *c, struct sandbox_env *env, struct why *why)
{
	const char *dir = c->l->conf.runtimes[0] ? c->l->conf.runtimes : NULL;
	struct filter f = FILTER_INIT;
	/*
	 * An ordinary user's only id is root of the outer namespace, and mapping
	 * that into the payload's namespace takes this capability (Linux 5.12).
	 */
	uint64_t extra = userns_ids(env->proc) < USERNS_FEW_IDS ? 1ULL << CAP_SETFCAP : 0;
	struct runner_root root = RUNNER_ROOT_INIT;
	enum err e;

	if (mnt_private() < 0) return why_sys(why, E_SANDBOX_SETUP, "private mounts");
	e = c->l->reads_only ? reader_root_enter(why)
			     : runner_root_enter(dir, c->l->host_runtime, &root, why);
	fd_close(&env->proc);
	env->proc = root.proc;
	env->counts = root.counts;
	env->proc_error = root.proc_error;
	env->nested = root.nested;
	if (!e) e = role_drop_ids(0, role_runner.capabilities | extra, why);
	if (!e && prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0)
		e = why_sys(why, E_SANDBOX_SETUP, "dumpable");
	if (!e && prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) < 0)
		e = why_sys(why, E_SANDBOX_SETUP, "parent death signal");
	if (!e) e = filter_compile(c->l->reads_only ? &calls_reader : &calls_runner, &f, why);
	if (!e && filter_load(buf_slice(&f.program)) < 0)
		e = why_sys(why, E_SANDBOX_SETUP, "seccomp");
	filter_drop(&f);
	return e;
}

static void add_host_runtime(struct runtimes *r)
{
	struct runtime *rt;

	if (r->n == RUNTIMES_MAX) return;
	rt = &r->list[r->n++];
	memset(rt, 0, sizeof *rt);
	snprintf(rt->name, sizeof rt->name, "host");
	snprintf(rt->path, sizeof rt->path, "%s", ROOT_HOST);
	snprintf(rt->uri, sizeof rt->uri, "file:///usr");
	rt->ok = rt->checked = rt->host = true;
}

/* What this machine can do for the body; a reader's ids were found before. */
static enum err find_sandbox(const struct child *c, struct job_env *env, struct why *why)
{
	enum err e;

	if (c->l->reads_only) return E_OK;
	env->sandbox.cgroup = c->cgroup;
	e = sandbox_probe(&env->sandbox, NULL, c->l->conf.allow_tier, why);
	if (!e) e = sandbox_observe(&env->sandbox, NULL, c->l->conf.observe, why);
	if (e) return e;
	runtimes_load(&env->runtimes, ROOT_RUNTIMES);
	if (c->l->host_runtime) add_host_runtime(&env->runtimes);
	return E_OK;
}

/* In the innermost process: everything of the runner, then the body. */
static _Noreturn void inner(struct child *c)
{
	static struct job_env env;
	struct chan report = chan_of(c->report);
	struct job job = {
		.package = c->package->fd,
		.is_directory = c->package->is_directory,
		.owner = c->package->owner,
		.dir_name = slice_str(c->package->is_directory ? c->package->name : ""),
		.host_runtime = c->l->host_runtime,
		.cancel = c->cancel,
	};
	struct why why = WHY_INIT;
	enum err e;

	/* It leads out of the root that follows; only who removes the group needs it. */
	fd_close(&c->cgroup.top);
	env.sandbox = (struct sandbox_env)SANDBOX_ENV_INIT;
	/* A reader's root has no /proc. */
	env.sandbox.proc = procfs_open();
	if (c->l->reads_only) sandbox_find_ids(&env.sandbox);
	e = confine(c, &env.sandbox, &why);
	if (e) cannot(&report, e, &why);
	env.conf = &c->l->conf;
	env.boot_us = clock_mono_us();
	conf_policy_sha256(env.conf, env.policy_sha256);
	e = find_sandbox(c, &env, &why);
	if (!e) e = helper_env_open(&env.helper, c->exe, &why);
	if (e) cannot(&report, e, &why);
	if (getrandom(job.run.at.job_id, JOB_ID_LEN, 0) != JOB_ID_LEN) _exit(EXIT_FAILURE);
	job.run.at.attempt = 1;
	job.run.reason = SLICE("");
	job.run.submitted_ms = clock_wall_ms();
	c->body(&env, &job, &report);
	while (chan_wants_write(&report)) {
		struct pollfd p = {report.fd, POLLOUT, 0};

		if (poll(&p, 1, 1000) <= 0 || chan_flush(&report)) break;
	}
	_exit(EXIT_SUCCESS);
}

/* See calls_reader for what takes the place of the other namespaces. */
static uint64_t namespaces(const struct local *l)
{
	return l->reads_only ? SV_CLONE_NEWNS | SV_CLONE_NEWPID : role_runner.namespaces;
}

/* The outer process of the child: namespaces of its own, then it waits. */
static _Noreturn void outer(struct child *c)
{
	struct chan report = chan_of(c->report);
	struct why why = WHY_INIT;
	char note[96];
	int status = 1;
	pid_t pid;
	enum err e;

	prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
	e = userns_become_root(&why);
	if (e) userns_no_tier_4(c->l->conf.allow_tier, &why);
	if (e) cannot(&report, e, &why);
	/* An ordinary user may do this only now. */
	if (!c->l->reads_only && c->cgroup.kind == CGROUP_NONE)
		cgroup_env_open(&c->cgroup, note, sizeof note);
	pid = sys_fork(namespaces(c->l), NULL, -1);
	if (pid == 0) inner(c);
	if (pid < 0) {
		e = userns_refused(errno, &why);
		userns_no_tier_4(c->l->conf.allow_tier, &why);
		cannot(&report, e, &why);
	}
	chan_drop(&report);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	cgroup_env_sweep(&c->cgroup);
	cgroup_env_remove(&c->cgroup);
	_exit(WIFEXITED(status) ? WEXITSTATUS(status) : EXIT_FAILURE);
}

/*
 * A folder that root names leads nowhere else: as it is, its descriptor leads up
 * into our mount namespace, whatever root the child has. An ordinary user
 * cannot do this, and loses no more than his own files. A reader runs nothing,
 * and it would take a tenth of its time.
 */
static enum err folder_alone(struct child *c, struct local_package *alone, struct why *why)
{
	if (!alone->is_directory || c->l->reads_only || !userns_is_root()) return E_OK;
	alone->fd = mnt_alone(alone->fd, "", SV_ATTR_RDONLY | SV_ATTR_NOSUID | SV_ATTR_NODEV, 1);
	if (alone->fd < 0) {
		userns_refused(errno, why);
		userns_no_tier_4(c->l->conf.allow_tier, why);
		return E_SANDBOX_SETUP;
	}
	c->package = alone;
	return E_OK;
}

enum err local_start(
	struct local *l, const struct local_package *p, local_body *body, struct why *why)
{
	struct child c = {.l = l, .package = p, .body = body, .cgroup = CGROUP_ENV_INIT};
	/* Without ids to map or groups to clear away there is no need for an outer process. */
	bool direct = l->reads_only && userns_is_root();
	struct local_package alone = *p;
	int pair[2], cancel[2], sys;
	char note[96];
	pid_t pid;
	enum err e;

	l->report = (struct chan)CHAN_INIT;
	l->cancel = -1;
	c.exe = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
	if (c.exe < 0 || chan_pair(pair)) return why_sys(why, E_SYSTEM, "start");
	if (pipe2(cancel, O_CLOEXEC) < 0) return why_sys(why, E_SYSTEM, "start");
	e = folder_alone(&c, &alone, why);
	if (e) return e;
	c.report = pair[1];
	c.cancel = cancel[0];
	/* Before the fork: left behind, this process would be in the way of version 2. */
	if (!l->reads_only && userns_is_root()) cgroup_env_open(&c.cgroup, note, sizeof note);
	pid = sys_fork(direct ? namespaces(l) : 0, &l->pidfd, -1);
	if (pid == 0) {
		close(pair[0]);
		close(cancel[1]);
		if (alone.fd != p->fd) close(p->fd);
		if (direct) inner(&c);
		outer(&c);
	}
	sys = errno;
	fd_close(&pair[1]);
	fd_close(&cancel[0]);
	fd_close(&c.exe);
	if (alone.fd != p->fd) fd_close(&alone.fd);
	cgroup_env_drop(&c.cgroup);
	l->report = chan_of(pair[0]);
	l->cancel = cancel[1];
	l->pid = pid;
	if (pid >= 0) return E_OK;
	return direct ? userns_refused(sys, why) : why_sys(why, E_SYSTEM, "start");
}

enum err local_next(struct local *l, struct message *m)
{
	struct pollfd p = {l->report.fd, POLLIN, 0};
	enum err e;

	while ((e = chan_recv(&l->report, m)) == E_AGAIN)
		if (poll(&p, 1, -1) < 0 && errno != EINTR) return E_SYSTEM;
	return e;
}

int local_finish(struct local *l)
{
	int status = -1;

	chan_drop(&l->report);
	fd_close(&l->cancel);
	while (waitpid(l->pid, &status, 0) < 0 && errno == EINTR)
		;
	fd_close(&l->pidfd);
	return status;
}
