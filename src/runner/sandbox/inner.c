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
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fdio.h"
#include "base/limits.h"
#include "proc/procfs.h"
#include "proc/sys.h"
#include "runner/sandbox/handover.h"
#include "runner/sandbox/landlock.h"
#include "runner/sandbox/mounts.h"
#include "runner/sandbox/sinkhole_steps.h"

static _Noreturn void fail(struct inner *in, const char *step)
{
	struct inner_status s = {.sys = errno};

	snprintf(s.step, sizeof s.step, "%s", step);
	/* One write below PIPE_BUF; if S is gone there is nobody to tell. */
	if (write(in->status, &s, sizeof s) < 0) _exit(2);
	_exit(1);
}

void inner_run_steps(struct inner *in, const struct step *steps, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (steps[i].run(in) < 0) fail(in, steps[i].name);
}

/* ---- I: pid 1 of the job ------------------------------------------------- */

static int die_with_parent(struct inner *in)
{
	(void)in;
	if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) < 0) return -1;
	/* To write to our own files in /proc, and to those of P; undone before P runs. */
	return prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);
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

/*
 * Only inside the group: outside it a new session is a new unit of scheduling
 * (autogroup), and this process would queue up again behind everybody else.
 */
static int new_session(struct inner *in)
{
	sigset_t none;

	(void)in;
	sigemptyset(&none);
	umask(022);
	return setsid() < 0 || sigprocmask(SIG_SETMASK, &none, NULL) < 0 ? -1 : 0;
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
 * S has made the group while we mounted, or is gone: it may have ended before
 * we asked to end with it. What we clone from here on is born in the group.
 * Moving in means queueing up for the processor anew. So it comes before the
 * step that sleeps anyway (old-root), not before those that could run on.
 */
static int control_group(struct inner *in)
{
	char go;
	ssize_t n;

	do {
		n = read(in->sync, &go, 1);
	} while (n < 0 && errno == EINTR);
	if (n != 1) _exit(2);
	return cgroup_job_enter(in->group) ? -1 : 0;
}

/*
 * What the kernel counts for each user (pending signals, processes, ...) it counts
 * in every namespace up to the first, there for the user who made the namespace
 * below and against that maker's limits. So that is an id of this slot: under one
 * id all jobs would share the limits of one. What of it reaches the machine's
 * root is the business of user_limits().
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

/* From here on P prepares itself while we finish; it waits for release(). */
static int clone_payload(struct inner *in)
{
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
	close(proc);
	return 0;
}

int inner_drop_capabilities(void)
{
	struct __user_cap_header_struct head = {_LINUX_CAPABILITY_VERSION_3, 0};
	struct __user_cap_data_struct none[2] = {{0, 0, 0}, {0, 0, 0}};

	return (int)syscall(SYS_capset, &head, none);
}

int inner_drop_bounding_set(void)
{
	int cap;

	/* The kernel answers EINVAL for the first number that it does not know. */
	for (cap = 0; prctl(PR_CAPBSET_DROP, cap, 0, 0, 0) == 0; cap++)
		;
	return cap > 0 && errno == EINVAL ? 0 : -1;
}

/* From here on I can only wait and report. */
static int drop_init(struct inner *in)
{
	uint32_t uid = sandbox_init_uid(in->env, in->ws->slot);

	close(in->ready[0]);
	close(in->out);
	close(in->err);
	if (dup2(0, 1) < 0 || dup2(0, 2) < 0 || inner_drop_bounding_set() < 0) return -1;
	if (!in->env->single_id && (setresgid(uid, uid, uid) < 0 || setresuid(uid, uid, uid) < 0))
		return -1;
	if (inner_drop_capabilities() < 0 || prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0 ||
		prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) < 0)
		return -1;
	/* Should the filter fail to load, S finds no report and calls it a setup error. */
	close(in->status);
	if (filter_load(buf_slice(&in->env->job_init.program)) < 0) _exit(6);
	return 0;
}

/* Nothing of ours is left to attack: P may become the command. */
static int release_payload(struct inner *in)
{
	if (send(in->ready[1], "", 1, MSG_NOSIGNAL) == 1) return 0;
	/* The filter no longer lets us say why; S takes our end for a setup error. */
	_exit(7);
}

static uint64_t micros(struct timeval t)
{
	return (uint64_t)t.tv_sec * 1000000 + (uint64_t)t.tv_usec;
}

/* The report, and with it the job's mounts. */
static ssize_t send_report(const struct inner *in, const struct inner_report *r)
{
	return handover_message(in->sync, slice_of(r, sizeof *r), &in->mounts, 1);
}

/*
 * Whoever lives on behind the command has a moment more, so that S can say who
 * it was. Waiting is all that this process can do; S ends it.
 */
static void tell_survivors(struct inner *in)
{
	const struct inner_handover h = {HANDOVER_SURVIVORS};
	int status;
	pid_t pid;

	/* Orphans are ours by now: without a child of ours nobody is left. */
	do {
		pid = wait4(-1, &status, WNOHANG, NULL);
	} while (pid > 0 || (pid < 0 && errno == EINTR));
	if (pid < 0 || handover_message(in->sync, slice_of(&h, sizeof h), NULL, 0) < 0) return;
	while (wait4(-1, &status, 0, NULL) > 0 || errno == EINTR)
		;
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
	if (send_report(in, &r) < 0) _exit(4);
	sinkhole_stop(in);
	if (handover_observed(in)) tell_survivors(in);
	_exit(0);
}

static const struct step init_steps[] = {
	{"parent-death", die_with_parent},
	{"private-mounts", mounts_private},
	{"runtime-root", mounts_runtime},
	{"devices", mounts_devices},
	{"proc", mounts_processes},
	{"skill", mounts_skill},
	{"writable-places", mounts_writable},
	{"resolver", mounts_resolver},
	{"package-watch", reads_watch},
	{"pivot-root", mounts_enter},
	{"mounts-kept", mounts_keep},
	{"host-name", host_name},
	{"sinkhole-network", sinkhole_network},
	{"keyring", fresh_keyring},
	{"oom-score", first_to_die},
	{"descriptors", standard_descriptors},
	{"resource-limits", resource_limits},
	{"control-group", control_group},
	{"session", new_session},
	{"cgroup-namespace", control_group_namespace},
	{"job-init-id", init_id},
	{"user-namespace", clone_payload},
	{"sinkhole", sinkhole_start},
	{"old-root", mounts_leave_old},
	{"verify-mounts", mounts_verify},
	{"id-maps", map_ids},
	{"listener", handover_send},
	{"sinkhole-ready", sinkhole_ready},
	{"job-init-drop", drop_init},
	{"release", release_payload},
};

_Noreturn void inner_main(struct inner *in)
{
	inner_run_steps(in, init_steps, sizeof init_steps / sizeof *init_steps);
	reap(in);
}

/* ---- P: becomes the command ---------------------------------------------- */

/* Until I has let go of the old root, written our id maps and dropped its own rights. */
static int wait_for_release(struct inner *in)
{
	char byte;

	return read(in->ready[0], &byte, 1) == 1 ? 0 : -1;
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

static int empty_bounding_set(struct inner *in)
{
	(void)in;
	if (inner_drop_bounding_set() < 0) return -1;
	return prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
}

static int no_new_privileges(struct inner *in)
{
	(void)in;
	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
}

/* Held until now for the change of ids, in a namespace that owns nothing else. */
static int no_capabilities(struct inner *in)
{
	(void)in;
	if (inner_drop_capabilities() < 0) return -1;
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
	/* Refused for SIGKILL and SIGSTOP, which nobody can ignore. */
	for (sig = 1; sig < NSIG; sig++)
		sys_default_signal(sig);
	return 0;
}

static int second_wall(struct inner *in)
{
	return in->env->landlock_abi > 0
		       ? landlock_restrict(in->env->landlock_abi, in->sinkhole != NULL)
		       : 0;
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
	if (handover_observed(in)) return handover_load(in);
	return filter_load(buf_slice(&in->env->payload.program));
}

/* The command: a path as it stands, or a name looked up along PATH. */
static int execute(struct inner *in)
{
	struct inner_status s = {.executing_us = clock_mono_us()};

	if (write(in->status, &s, sizeof s) != sizeof s) return -1;
	/* execvp searches the PATH of this variable, which is the test's own. */
	environ = (char **)(uintptr_t)in->phase->envp;
	execvp(in->phase->argv[0], in->phase->argv);
	return -1;
}

static const struct step payload_steps[] = {
	/* while I lets go of the old root, writes the id maps and drops its own rights */
	{"user-limits", user_limits},
	{"own-session", own_session},
	{"securebits", lock_securebits},
	{"bounding-set", empty_bounding_set},
	{"no-new-privileges", no_new_privileges},
	{"speculation", no_speculation},
	{"signals", default_signals},
	{"landlock", second_wall},
	{"seccomp", system_calls},
	/* after it has: what is left are calls that the command may make too */
	{"wait-for-release", wait_for_release},
	{"user-id", become_user},
	{"process-limit", process_limit},
	{"capabilities", no_capabilities},
	{"listener-closed", handover_close},
	{"working-directory", working_directory},
	{"descriptor-limit", descriptor_limit},
	{STEP_EXEC, execute},
};

static _Noreturn void payload_main(struct inner *in)
{
	inner_run_steps(in, payload_steps, sizeof payload_steps / sizeof *payload_steps);
	_exit(5);
}
