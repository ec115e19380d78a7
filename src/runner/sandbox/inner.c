/* SPDX-License-Identifier: MIT */
/*
 * Job init and payload, step by step. Runs in children of runner and of the
 * command line; after the fork nothing here allocates.
 */
#include "runner/sandbox/inner.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <linux/securebits.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/fdio.h"
#include "base/limits.h"
#include "proc/mnt.h"
#include "proc/procfs.h"
#include "proc/sys.h"
#include "runner/sandbox/landlock.h"

/* A step returns 0, or -1 with errno. */
struct step {
	const char *name;
	int (*run)(struct inner *in);
};

static _Noreturn void fail(struct inner *in, const char *step)
{
	struct inner_failure f = {.sys = errno};

	snprintf(f.step, sizeof f.step, "%s", step);
	/* One write below PIPE_BUF; if S is gone there is nobody to tell. */
	if (write(in->status, &f, sizeof f) < 0) _exit(2);
	_exit(1);
}

static void run_steps(struct inner *in, const struct step *steps, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (steps[i].run(in) < 0) fail(in, steps[i].name);
}

/* ---- I: pid 1 of the job ------------------------------------------------- */

/* S has seen us start, or is gone. */
static int wait_for_go(struct inner *in)
{
	char go;
	ssize_t n;

	if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) < 0) return -1;
	/* To write to our own files in /proc, and to those of P; undone before P runs. */
	if (prctl(PR_SET_DUMPABLE, 1, 0, 0, 0) < 0) return -1;
	do {
		n = read(in->sync, &go, 1);
	} while (n < 0 && errno == EINTR);
	if (n == 1) return 0;
	_exit(2);
}

/* Before anything of the job exists: what we clone later is born in the group. */
static int control_group(struct inner *in)
{
	return cgroup_job_enter(in->group) ? -1 : 0;
}

/*
 * Not with the clone: the root of a new namespace is the group of whoever makes
 * it, and a test would read the names of ours above it in /proc/self/cgroup.
 */
static int control_group_namespace(struct inner *in)
{
	(void)in;
	return unshare(CLONE_NEWCGROUP);
}

static int new_session(struct inner *in)
{
	sigset_t none;

	(void)in;
	sigemptyset(&none);
	umask(022);
	return setsid() < 0 || sigprocmask(SIG_SETMASK, &none, NULL) < 0 ? -1 : 0;
}

static int private_mounts(struct inner *in)
{
	(void)in;
	return mnt_private();
}

/* The runtime, read-only, over everything. */
static int runtime_root(struct inner *in)
{
	in->root = mnt_copy(AT_FDCWD, in->phase->runtime, 1);
	if (in->root < 0) return -1;
	if (mnt_attrs(in->root, SV_ATTR_RDONLY | SV_ATTR_NOSUID | SV_ATTR_NODEV, 1) < 0) return -1;
	return mnt_stack_root(in->root);
}

/* Device nodes: a tree that the runner prepared once from the container's own. */
static int devices(struct inner *in)
{
	int fd = mnt_copy(AT_FDCWD, "/jobdev", 1), r;

	if (fd < 0) return -1;
	r = mnt_attach(fd, in->root, "dev");
	close(fd);
	return r;
}

static int process_files(struct inner *in)
{
	static const char *const options[] = {"hidepid=invisible", "subset=pid", NULL};
	unsigned attrs = SV_ATTR_RDONLY | SV_ATTR_NOSUID | SV_ATTR_NODEV | SV_ATTR_NOEXEC;
	/* T3: where none can be mounted, the job has none, not the container's. */
	int fd = in->env->tier < TIER_3 ? mnt_new("proc", options, attrs)
					: mnt_tmpfs(0, 1, 0555, 0, 0, attrs),
	    r;

	if (fd < 0) return -1;
	r = mnt_attach(fd, in->root, "proc");
	close(fd);
	return r;
}

/*
 * The package, writable: an overlay over the unpacked tree, or where overlays
 * do not work that tree itself (its digests are taken already, C11).
 */
static int skill_files(struct inner *in)
{
	const char *options[] = {"lowerdir=.", "upperdir=" WORKSPACE_MEM "/upper",
		"workdir=" WORKSPACE_MEM "/work", NULL, NULL};
	unsigned attrs = SV_ATTR_NOSUID | SV_ATTR_NODEV;
	int tree, fd, r;

	if (in->env->copy == COPY_TREE) return mnt_bind(in->ws->skill, in->root, "skill", attrs, 0);
	/* From inside: the tree's name may hold what overlay options cannot. */
	tree = open(in->ws->skill, O_PATH | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	if (tree < 0) return -1;
	if (in->env->copy == COPY_OVERLAY_USERXATTR) options[3] = "userxattr";
	fd = fchdir(tree) < 0 ? -1 : mnt_new("overlay", options, attrs);
	close(tree);
	if (fd < 0) return -1;
	r = mnt_attach(fd, in->root, "skill");
	close(fd);
	return r;
}

/* Places that a test may write to, all on one tmpfs so that one limit covers them. */
static int writable_places(struct inner *in)
{
	static const struct {
		const char *from, *to;
		unsigned attrs;
	} list[] = {
		{WORKSPACE_MEM "/tmp", "tmp", 0},
		{WORKSPACE_MEM "/vartmp", "var/tmp", 0},
		{WORKSPACE_MEM "/run", "run", 0},
		{WORKSPACE_MEM "/home", "home/skill", 0},
		{WORKSPACE_MEM "/shm", "dev/shm", SV_ATTR_NOEXEC},
	};
	size_t i;

	for (i = 0; i < sizeof list / sizeof *list; i++)
		if (mnt_bind(list[i].from, in->root, list[i].to,
			    list[i].attrs | SV_ATTR_NOSUID | SV_ATTR_NODEV, 0) < 0)
			return -1;
	return 0;
}

static int leave_old_root(struct inner *in)
{
	return mnt_leave_old_root(in->root);
}

/* What was asked for is what is there: read every mount's flags back. */
static int verify_mounts(struct inner *in)
{
	static const struct {
		const char *path;
		unsigned long flags;
	} list[] = {
		{"/", ST_RDONLY | ST_NOSUID | ST_NODEV},
		{"/dev", ST_RDONLY | ST_NOSUID | ST_NOEXEC},
		{"/proc", ST_RDONLY | ST_NOSUID | ST_NODEV | ST_NOEXEC},
		{"/skill", ST_NOSUID | ST_NODEV},
		{"/tmp", ST_NOSUID | ST_NODEV},
		{"/var/tmp", ST_NOSUID | ST_NODEV},
		{"/run", ST_NOSUID | ST_NODEV},
		{"/home/skill", ST_NOSUID | ST_NODEV},
		{"/dev/shm", ST_NOSUID | ST_NODEV | ST_NOEXEC},
	};
	struct statvfs st;
	size_t i;

	(void)in;
	for (i = 0; i < sizeof list / sizeof *list; i++) {
		if (statvfs(list[i].path, &st) < 0) return -1;
		if ((st.f_flag & list[i].flags) != list[i].flags) {
			errno = EACCES;
			return -1;
		}
	}
	return 0;
}

static int host_name(struct inner *in)
{
	(void)in;
	return sethostname("skill", 5) < 0 || setdomainname("", 0) < 0 ? -1 : 0;
}

/* A fresh session keyring: ours must not be inherited. Kernels without keys have none. */
static int fresh_keyring(struct inner *in)
{
	(void)in;
	/* KEYCTL_JOIN_SESSION_KEYRING = 1 */
	return syscall(SYS_keyctl, 1, NULL) < 0 && errno != ENOSYS ? -1 : 0;
}

/* Should the whole machine run out of memory, the job goes first. */
static int first_to_die(struct inner *in)
{
	return procfs_write(in->env->proc, procfs_self(in->env->proc), "oom_score_adj", "1000");
}

/* Descriptors 0, 1, 2 of the job; everything else closes on exec. */
static int standard_descriptors(struct inner *in)
{
	int null = open("/dev/null", O_RDONLY | O_CLOEXEC);

	if (null < 0) return -1;
	if (dup2(null, 0) < 0 || dup2(in->out, 1) < 0 || dup2(in->err, 2) < 0) return -1;
	return sys_close_range(3, ~0U, SV_CLOSE_RANGE_CLOEXEC);
}

static int limit(int resource, uint64_t value)
{
	struct rlimit r;

	if (getrlimit(resource, &r) < 0) return -1;
	if (r.rlim_max > value) r.rlim_max = value;
	r.rlim_cur = r.rlim_max;
	return setrlimit(resource, &r);
}

static int resource_limits(struct inner *in)
{
	const struct limit_facts *l = in->phase->limits_of_job;
	/* Of one process, and the last resort: S counts all of them and comes first. */
	uint64_t cpu_s = l->cpu_ms / 1000 + 2;
	bool group = in->env->cgroup.kind != CGROUP_NONE;

	/* 1, not 0: with 0 a core_pattern pipe helper would still be started. */
	if (limit(RLIMIT_CORE, 1) < 0 || limit(RLIMIT_FSIZE, l->file_bytes) < 0 ||
		limit(RLIMIT_STACK, 8 * MIB) < 0 || limit(RLIMIT_MEMLOCK, 64 * KIB) < 0 ||
		limit(RLIMIT_MSGQUEUE, 0) < 0 || limit(RLIMIT_SIGPENDING, 256) < 0 ||
		limit(RLIMIT_RTPRIO, 0) < 0 || limit(RLIMIT_NICE, 0) < 0 ||
		limit(RLIMIT_CPU, cpu_s) < 0)
		return -1;
	return group ? 0 : limit(RLIMIT_DATA, l->memory_bytes);
}

/*
 * What the kernel counts for each user (inotify instances, pending signals, ...)
 * it counts in every namespace up to the first, there for the user who made the
 * namespace below. So that is an id of this slot: a test then uses up its own
 * budget, not that of root of the machine and of all other jobs.
 */
static int init_id(struct inner *in)
{
	uint32_t uid = sandbox_init_uid(in->env, in->ws->slot);
	struct __user_cap_header_struct head = {_LINUX_CAPABILITY_VERSION_3, 0};
	struct __user_cap_data_struct caps[2];
	int i;

	if (in->env->single_id) return 0;
	/* The others stay until the drop: with the last of them go the capabilities. */
	if (setresuid((uid_t)-1, uid, (uid_t)-1) < 0) return -1;
	if (syscall(SYS_capget, &head, caps) < 0) return -1;
	for (i = 0; i < 2; i++)
		caps[i].effective = caps[i].permitted;
	if (syscall(SYS_capset, &head, caps) < 0) return -1;
	/* Both are cleared by the change of ids. */
	if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) < 0) return -1;
	return prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);
}

static _Noreturn void payload_main(struct inner *in);

static int clone_payload(struct inner *in)
{
	if (pipe2(in->id_map, O_CLOEXEC) < 0) return -1;
	in->payload = sys_fork(SV_CLONE_NEWUSER, &in->payload_fd, -1);
	if (in->payload == 0) payload_main(in);
	return in->payload < 0 ? -1 : 0;
}

/* One line, one write, through the procfs that S kept: the job's own is read-only. */
static int map_ids(struct inner *in)
{
	uint32_t outside = sandbox_payload_uid(in->env, in->ws->slot);
	int proc = in->env->proc;
	pid_t payload = procfs_pid(proc, in->payload_fd);
	char line[48];

	snprintf(line, sizeof line, "%d %u 1\n", PAYLOAD_ID, outside);
	if (procfs_write(proc, payload, "uid_map", line) < 0 ||
		procfs_write(proc, payload, "setgroups", "deny\n") < 0 ||
		procfs_write(proc, payload, "gid_map", line) < 0)
		return -1;
	if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0) return -1;
	close(proc);
	return write(in->id_map[1], "", 1) == 1 ? 0 : -1;
}

static int drop_capabilities(void)
{
	struct __user_cap_header_struct head = {_LINUX_CAPABILITY_VERSION_3, 0};
	struct __user_cap_data_struct none[2] = {{0, 0, 0}, {0, 0, 0}};

	return (int)syscall(SYS_capset, &head, none);
}

static int drop_bounding_set(void)
{
	int cap;

	for (cap = 0; prctl(PR_CAPBSET_READ, cap, 0, 0, 0) >= 0; cap++)
		if (prctl(PR_CAPBSET_DROP, cap, 0, 0, 0) < 0) return -1;
	return 0;
}

/* From here on I can only wait and report. */
static int drop_init(struct inner *in)
{
	uint32_t uid = sandbox_init_uid(in->env, in->ws->slot);

	close(in->id_map[0]);
	close(in->id_map[1]);
	close(in->out);
	close(in->err);
	if (dup2(0, 1) < 0 || dup2(0, 2) < 0 || drop_bounding_set() < 0) return -1;
	if (!in->env->single_id && (setresgid(uid, uid, uid) < 0 || setresuid(uid, uid, uid) < 0))
		return -1;
	if (drop_capabilities() < 0 || prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0 ||
		prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) < 0)
		return -1;
	/*
	 * From now on only P holds the status pipe. Should the filter fail to
	 * load, S finds neither failure nor report and calls it a setup error.
	 */
	close(in->status);
	if (filter_load(buf_slice(&in->env->job_init.program)) < 0) _exit(6);
	return 0;
}

static uint64_t micros(struct timeval t)
{
	return (uint64_t)t.tv_sec * 1000000 + (uint64_t)t.tv_usec;
}

/* Reaps everything until P has ended; then ends, and with it the namespace. */
static _Noreturn void reap(struct inner *in)
{
	struct inner_report r;
	struct rusage ru;
	int status;
	pid_t pid;

	do {
		pid = wait4(-1, &status, 0, &ru);
		if (pid < 0 && errno != EINTR) _exit(3);
	} while (pid != in->payload);
	r.status = status;
	r.cpu_us = micros(ru.ru_utime) + micros(ru.ru_stime);
	r.max_rss_bytes = (uint64_t)ru.ru_maxrss * 1024;
	if (send(in->sync, &r, sizeof r, MSG_NOSIGNAL) < 0) _exit(4);
	_exit(0);
}

static const struct step init_steps[] = {
	{"go", wait_for_go},
	{"control-group", control_group},
	{"cgroup-namespace", control_group_namespace},
	{"session", new_session},
	{"private-mounts", private_mounts},
	{"runtime-root", runtime_root},
	{"devices", devices},
	{"proc", process_files},
	{"skill", skill_files},
	{"writable-places", writable_places},
	{"pivot-root", leave_old_root},
	{"verify-mounts", verify_mounts},
	{"host-name", host_name},
	{"keyring", fresh_keyring},
	{"oom-score", first_to_die},
	{"descriptors", standard_descriptors},
	{"resource-limits", resource_limits},
	{"job-init-id", init_id},
	{"user-namespace", clone_payload},
	{"id-maps", map_ids},
	{"job-init-drop", drop_init},
};

_Noreturn void inner_main(struct inner *in)
{
	run_steps(in, init_steps, sizeof init_steps / sizeof *init_steps);
	reap(in);
}

/* ---- P: becomes the command ---------------------------------------------- */

static int wait_for_maps(struct inner *in)
{
	char byte;

	if (read(in->id_map[0], &byte, 1) == 1) return 0;
	_exit(2);
}

/*
 * What the kernel counts for each user it counts for the maker of a namespace
 * too, up to the machine's root, who made the runner's: without limits of its
 * own one test would take what all jobs have. While P has all rights inside.
 */
static int user_limits(struct inner *in)
{
	char inotify[16];
	const struct {
		const char *file, *value;
	} list[] = {
		/* Behind the filter and the empty capability sets, a third wall. */
		{"max_user_namespaces", "0"},
		{"max_inotify_instances", inotify},
	};
	size_t i;
	int fd, r = 0;

	if (in->env->counts < 0) return 0;
	snprintf(inotify, sizeof inotify, "%d", LIMIT_TEST_INOTIFY);
	for (i = 0; r == 0 && i < sizeof list / sizeof *list; i++) {
		fd = openat(in->env->counts, list[i].file, O_WRONLY | O_CLOEXEC | O_NOFOLLOW);
		/* A kernel without inotify counts none. */
		if (fd < 0 && errno == ENOENT) continue;
		if (fd < 0) return -1;
		if (write(fd, list[i].value, strlen(list[i].value)) < 0) r = -1;
		close(fd);
	}
	return r;
}

/* Groups were cleared by the runner; a namespace of one id cannot and has none mapped. */
static int become_user(struct inner *in)
{
	(void)in;
	if (setresgid(PAYLOAD_ID, PAYLOAD_ID, PAYLOAD_ID) < 0) return -1;
	return setresuid(PAYLOAD_ID, PAYLOAD_ID, PAYLOAD_ID);
}

/* SIGCONT may be sent to anybody of one's own session: I shall not be of it. */
static int own_session(struct inner *in)
{
	(void)in;
	return setsid() < 0 ? -1 : 0;
}

/*
 * Inside the user namespace, because it is there that processes are counted
 * (Linux 5.14): set before, an ordinary user's other processes would count too.
 */
static int process_limit(struct inner *in)
{
	return limit(RLIMIT_NPROC, in->phase->limits_of_job->pids);
}

static int lock_securebits(struct inner *in)
{
	(void)in;
	return prctl(PR_SET_SECUREBITS,
		SECBIT_NOROOT | SECBIT_NOROOT_LOCKED | SECBIT_NO_SETUID_FIXUP |
			SECBIT_NO_SETUID_FIXUP_LOCKED | SECBIT_KEEP_CAPS_LOCKED |
			SECBIT_NO_CAP_AMBIENT_RAISE | SECBIT_NO_CAP_AMBIENT_RAISE_LOCKED);
}

static int no_capabilities(struct inner *in)
{
	(void)in;
	if (drop_bounding_set() < 0) return -1;
	if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) < 0) return -1;
	return drop_capabilities();
}

static int no_new_privileges(struct inner *in)
{
	(void)in;
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0) return -1;
	/* Cleared by the change of ids. */
	return prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
}

/* Speculation controls that the processor has; the probe said which (statement). */
static int no_speculation(struct inner *in)
{
	(void)in;
	prctl(PR_SET_SPECULATION_CTRL, PR_SPEC_STORE_BYPASS, PR_SPEC_FORCE_DISABLE, 0, 0);
	prctl(PR_SET_SPECULATION_CTRL, PR_SPEC_INDIRECT_BRANCH, PR_SPEC_FORCE_DISABLE, 0, 0);
	return 0;
}

/*
 * Dispositions other than "ignored" were reset by clone3; exec would keep the
 * ignored, and which those are depends on how the appliance was started.
 */
static int default_signals(struct inner *in)
{
	int sig;

	(void)in;
	/* Refused for SIGKILL, SIGSTOP and those of the C library, which nobody can ignore. */
	for (sig = 1; sig < NSIG; sig++)
		signal(sig, SIG_DFL);
	return 0;
}

static int second_wall(struct inner *in)
{
	return in->env->landlock_abi > 0 ? landlock_restrict(in->env->landlock_abi) : 0;
}

/* Late: until here descriptors of ours are open that the command will not have. */
static int descriptor_limit(struct inner *in)
{
	return limit(RLIMIT_NOFILE, in->phase->limits_of_job->files);
}

static int working_directory(struct inner *in)
{
	char cwd[4096];
	/*
	 * A set-up command may have made it a link: an ordinary one stays inside the
	 * root, one of /proc would lead to a descriptor of ours.
	 */
	int fd = sys_openat2(AT_FDCWD, in->phase->workdir, O_PATH | O_DIRECTORY | O_CLOEXEC, 0,
		SV_RESOLVE_NO_MAGICLINKS);
	int r = fd < 0 ? -1 : fchdir(fd), saved = errno;

	fd_close(&fd);
	errno = saved;
	if (r < 0) return -1;
	/* The kernel marks a directory outside the root "(unreachable)" (CVE-2024-21626). */
	if (!getcwd(cwd, sizeof cwd)) return -1;
	if (cwd[0] == '/') return 0;
	errno = EACCES;
	return -1;
}

static int system_calls(struct inner *in)
{
	return filter_load(buf_slice(&in->env->payload.program));
}

/* The command: a path as it stands, or a name looked up along PATH. */
static int execute(struct inner *in)
{
	/* execvp searches the PATH of this variable, which is the test's own. */
	environ = (char **)(uintptr_t)in->phase->envp;
	execvp(in->phase->argv[0], in->phase->argv);
	return -1;
}

static const struct step payload_steps[] = {
	{"wait-for-id-maps", wait_for_maps},
	{"user-limits", user_limits},
	{"user-id", become_user},
	{"own-session", own_session},
	{"process-limit", process_limit},
	{"securebits", lock_securebits},
	{"capabilities", no_capabilities},
	{"no-new-privileges", no_new_privileges},
	{"speculation", no_speculation},
	{"signals", default_signals},
	{"landlock", second_wall},
	{"working-directory", working_directory},
	{"descriptor-limit", descriptor_limit},
	{"seccomp", system_calls},
	{STEP_EXEC, execute},
};

static _Noreturn void payload_main(struct inner *in)
{
	run_steps(in, payload_steps, sizeof payload_steps / sizeof *payload_steps);
	_exit(5);
}
