/* SPDX-License-Identifier: MIT */
/*
 * What a sandbox costs: the runner's own code around a program that does
 * nothing, beside a floor, a bare start and other programs.
 *
 *   sandbox compare RUNTIMES ROUNDS [NAME COMMAND WORD... ;]...
 *       prints "NAME MILLISECONDS" for every run; RUNTIMES/base/root/bin/nothing
 *       is what all of them start, and /bin/nothing inside
 *   sandbox soak RUNTIMES COUNT SCRIPT
 *       COUNT sandboxes in a row, each in a worker of its own, over eight slots;
 *       SCRIPT RUNNER-PID GROUP tells what could be left of them, "before" and "after"
 *   sandbox forest RUNTIMES COUNT RUNS
 *       milliseconds from the end of a program that leaves COUNT processes
 *       behind to the moment when all of them are dead and the result is known
 *
 * Contestants are processes that wait for their turn, so that they take turns in
 * short rounds: a busy machine is busy for all of them.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fdio.h"
#include "base/num.h"
#include "proc/mnt.h"
#include "proc/procfs.h"
#include "proc/role.h"
#include "proc/sys.h"
#include "runner/root.h"
#include "runner/sandbox/calls.h"
#include "runner/sandbox/probe.h"
#include "runner/sandbox/sandbox.h"

#define PROGRAM "/bin/nothing"
/* Runs of one contestant before it is the next one's turn. */
#define TURN            5
#define CONTESTANTS_MAX 8
/* What a contestant is told: one more turn; anything else is the end. */
#define GO 'g'

/* What a run of ours consists of, in milliseconds. */
struct parts {
	double workspace, phase, drop;
	uint64_t said_us, end_us; /* number that the program printed; when the phase was over */
};

static _Noreturn void die(const char *what)
{
	fprintf(stderr, "sandbox: %s: %s\n", what, strerror(errno));
	exit(1);
}

static double ms_since(int64_t begin_us)
{
	return (double)(clock_mono_us() - begin_us) / 1000;
}

/* 0 when exactly n bytes came. */
static int read_exact(int fd, void *to, size_t n)
{
	size_t have = 0;

	while (have < n) {
		ssize_t got = read(fd, (char *)to + have, n - have);

		if (got <= 0) return -1;
		have += (size_t)got;
	}
	return 0;
}

static void wait_for(pid_t pid, const char *what)
{
	int status;

	if (waitpid(pid, &status, 0) != pid || status != 0) {
		fprintf(stderr, "sandbox: %s ended with wait status %d\n", what, status);
		exit(1);
	}
}

/* ---- ours: the runner role, and a worker for each run --------------------- */

static struct boot boot;
static struct sandbox_env env;

static void cannot(const struct why *why)
{
	fprintf(stderr, "sandbox: %s\n", why->text);
	exit(1);
}

/* Phases that are watched: what a sinkhole and a listener cost. */
static bool observed;

/* The runner's tree and its user namespace, and what can be done there. */
static void enter_root(void)
{
	struct runner_root root = RUNNER_ROOT_INIT;
	struct why why = WHY_INIT;

	env.proc = procfs_open();
	if (mnt_private() < 0 || runner_root_enter(boot.conf.runtimes, false, &root, &why))
		cannot(&why);
	fd_close(&env.proc);
	env.proc = root.proc;
	env.proc_error = root.proc_error;
	env.counts = root.counts;
	env.nested = root.nested;
	if (sandbox_probe(&env, NULL, TIER_3, &why)) cannot(&why);
	if (sandbox_observe(&env, NULL, observed ? MONITOR_CALLS : MONITOR_NONE, &why))
		cannot(&why);
}

/* What the runner role does before its first job, in its order. */
static void become_runner(void)
{
	struct filter f = FILTER_INIT;
	struct why why = WHY_INIT;

	enter_root();
	if (role_drop_ids(0, role_runner.capabilities, &why) ||
		prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0 ||
		prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) < 0 ||
		filter_compile(&calls_runner, &f, &why) || filter_load(buf_slice(&f.program)) < 0)
		cannot(&why);
	filter_drop(&f);
}

/* The number that a program printed; 0 for anything else. */
static uint64_t number_in(int fd)
{
	char text[32];
	ssize_t n = fd < 0 ? -1 : pread(fd, text, sizeof text, 0);
	uint64_t number = 0;

	if (n <= 0 || parse_u64(slice_trim(slice_of(text, (size_t)n)), INT64_MAX, &number))
		return 0;
	return number;
}

/* One job's sandbox as runner/job.c makes it, with its command already known. */
static void one_phase(unsigned slot, char *const *argv, struct parts *out, int *said)
{
	char *const envp[] = {(char[]){"PATH=/bin"}, NULL};
	struct workspace ws = WORKSPACE_INIT;
	struct sandbox_output output = SANDBOX_OUTPUT_INIT;
	struct run_facts run;
	struct why why = WHY_INIT;
	char name[32];
	struct sandbox_phase phase = {
		.argv = argv,
		.envp = envp,
		.workdir = "/skill",
		.runtime = ROOT_RUNTIMES "/base/root",
		.name = name,
		.timeout_ms = 10000,
		.limits_of_job = &boot.conf.limits,
	};
	int64_t begin = clock_mono_us();

	snprintf(name, sizeof name, "%u-%d-bench", slot, (int)getpid());
	if (workspace_open(
		    &ws, &env, slot, sandbox_payload_uid(&env, slot), &boot.conf.limits, &why)) {
		fprintf(stderr, "sandbox: workspace: %s\n", why.text);
		_exit(1);
	}
	out->workspace = ms_since(begin);
	if (observer_new(&phase.observer, observed ? MONITOR_CALLS : MONITOR_NONE)) _exit(1);
	begin = clock_mono_us();
	sandbox_run(&env, &ws, &phase, -1, &run, &output);
	out->phase = ms_since(begin);
	begin = clock_mono_us();
	out->end_us = (uint64_t)begin;
	workspace_drop(&ws);
	out->drop = ms_since(begin);
	*said = output.out;
	if (run.kind == EXIT_EXITED && run.value == 0) return;
	fprintf(stderr, "sandbox: %s %u at %.*s\n", exit_kind_name((enum exit_kind)run.kind),
		run.value, (int)run.stage.n, run.stage.n ? (const char *)run.stage.p : "");
	_exit(1);
}

/* A worker, forked off the runner as for a job, runs one phase and tells how long it took. */
static void in_worker(unsigned slot, char *const *argv, struct parts *out)
{
	int p[2], pidfd = -1, said = -1;
	pid_t pid;

	if (pipe2(p, O_CLOEXEC) < 0) die("pipe");
	pid = sys_fork(SV_CLONE_NEWNS, &pidfd, -1);
	if (pid < 0) die("worker");
	if (pid == 0) {
		one_phase(slot, argv, out, &said);
		out->said_us = number_in(said);
		_exit(write(p[1], out, sizeof *out) == sizeof *out ? 0 : 1);
	}
	close(p[1]);
	if (read_exact(p[0], out, sizeof *out)) die("worker's answer");
	close(p[0]);
	close(pidfd);
	wait_for(pid, "the worker");
}

static void ours_once(struct parts *out)
{
	char *const argv[] = {(char[]){PROGRAM}, NULL};

	in_worker(0, argv, out);
}

static void become_observer(void)
{
	observed = true;
	become_runner();
}

/* ---- the floor: the same namespaces and mounts, and nothing else ------------ */

static const char *floor_root;

static void must(int r, const char *what)
{
	if (r < 0) {
		fprintf(stderr, "sandbox: floor: %s: %s\n", what, strerror(errno));
		_exit(1);
	}
}

static void floor_map(pid_t pid, const char *file)
{
	char line[48];

	snprintf(line, sizeof line, "%d %u 1\n", PAYLOAD_ID, env.uid_base + PAYLOAD_ID);
	must(procfs_write(env.proc, pid, file, line), file);
}

/* The same tree that a job sees: read-only root, nodes, processes, package, places to write. */
static void floor_mounts(void)
{
	static const char *const places[][2] = {{"/job/mem/tmp", "tmp"},
		{"/job/mem/vartmp", "var/tmp"}, {"/job/mem/run", "run"},
		{"/job/mem/home", "home/skill"}, {"/job/mem/shm", "dev/shm"}};
	static const char *const proc[] = {"hidepid=invisible", "subset=pid", NULL};
	static const char *const overlay[] = {
		"lowerdir=/job/pkg", "upperdir=/job/mem/upper", "workdir=/job/mem/work", NULL};
	unsigned attrs = SV_ATTR_NOSUID | SV_ATTR_NODEV, i;
	int root, fd;

	must(mnt_private(), "private");
	root = mnt_copy(AT_FDCWD, floor_root, 1);
	must(root, "root");
	must(mnt_attrs(root, SV_ATTR_RDONLY | attrs, 1), "root");
	must(mnt_stack_root(root), "root");
	fd = mnt_copy(AT_FDCWD, "/jobdev", 1);
	must(fd, "dev");
	must(mnt_attach(fd, root, "dev"), "dev");
	close(fd);
	fd = mnt_new("proc", proc, attrs | SV_ATTR_NOEXEC | SV_ATTR_RDONLY);
	must(fd, "proc");
	must(mnt_attach(fd, root, "proc"), "proc");
	close(fd);
	fd = mnt_new("overlay", overlay, attrs);
	must(fd, "skill");
	must(mnt_attach(fd, root, "skill"), "skill");
	close(fd);
	for (i = 0; i < sizeof places / sizeof *places; i++)
		must(mnt_bind(places[i][0], root, places[i][1], attrs, 0), places[i][1]);
	must(mnt_leave_old_root(root), "pivot");
	close(root);
}

static _Noreturn void floor_init(void)
{
	int p[2], status, pidfd = -1;
	pid_t pid;
	char go;

	floor_mounts();
	must(pipe2(p, O_CLOEXEC), "pipe");
	pid = sys_fork(SV_CLONE_NEWUSER, &pidfd, -1);
	must(pid, "user namespace");
	if (pid == 0) {
		must(read(p[0], &go, 1) == 1 ? 0 : -1, "go");
		must(setresgid(PAYLOAD_ID, PAYLOAD_ID, PAYLOAD_ID), "setresgid");
		must(setresuid(PAYLOAD_ID, PAYLOAD_ID, PAYLOAD_ID), "setresuid");
		must(chdir("/skill"), "/skill");
		execl(PROGRAM, PROGRAM, NULL);
		must(-1, PROGRAM);
	}
	floor_map(procfs_pid(env.proc, pidfd), "uid_map");
	floor_map(procfs_pid(env.proc, pidfd), "gid_map");
	must(write(p[1], "", 1) == 1 ? 0 : -1, "go");
	if (waitpid(pid, &status, 0) != pid) _exit(1);
	_exit(status ? 1 : 0);
}

static void floor_once(struct parts *out)
{
	struct workspace ws = WORKSPACE_INIT;
	struct why why = WHY_INIT;
	int64_t begin = clock_mono_us();
	pid_t pid;

	if (workspace_open(&ws, &env, 1, sandbox_payload_uid(&env, 1), &boot.conf.limits, &why))
		die("floor's workspace");
	out->workspace = ms_since(begin);
	begin = clock_mono_us();
	pid = sys_fork(role_runner.namespaces | SV_CLONE_NEWCGROUP, NULL, -1);
	if (pid < 0) die("floor");
	if (pid == 0) floor_init();
	wait_for(pid, "the floor");
	out->phase = ms_since(begin);
	begin = clock_mono_us();
	workspace_drop(&ws);
	out->drop = ms_since(begin);
}

/* The runner's tree; no filter, all capabilities. */
static void become_floor(void)
{
	enter_root();
	floor_root = ROOT_RUNTIMES "/base/root";
}

/* ---- plain commands -------------------------------------------------------- */

static char *const *command;

static void command_once(struct parts *out)
{
	int64_t begin = clock_mono_us();
	pid_t pid = fork();

	if (pid < 0) die("fork");
	if (pid == 0) {
		execvp(command[0], command);
		_exit(127);
	}
	wait_for(pid, command[0]);
	*out = (struct parts){.phase = ms_since(begin)};
}

static void become_plain(void)
{
}

/* ---- taking turns ------------------------------------------------------------ */

struct contestant {
	const char *name;
	uint64_t namespaces;
	void (*become)(void);
	void (*once)(struct parts *out);
	char *const *command;
	pid_t pid;
	int talk;
};

static _Noreturn void contestant_main(const struct contestant *c, int talk)
{
	struct parts p[TURN];
	char go;
	int i;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	command = c->command;
	c->become();
	/* The first ones fill caches. */
	for (i = 0; i < TURN; i++)
		c->once(&p[0]);
	if (write(talk, "", 1) != 1) _exit(1);
	while (read(talk, &go, 1) == 1 && go == GO) {
		for (i = 0; i < TURN; i++)
			c->once(&p[i]);
		if (write(talk, p, sizeof p) != sizeof p) _exit(1);
	}
	_exit(0);
}

static void contestant_start(struct contestant *c)
{
	int pair[2], pidfd = -1;
	char ready;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0) die("socketpair");
	fflush(stdout);
	c->pid = sys_fork(c->namespaces, &pidfd, -1);
	if (c->pid < 0) die(c->name);
	if (c->pid == 0) {
		close(pair[0]);
		contestant_main(c, pair[1]);
	}
	close(pair[1]);
	c->talk = pair[0];
	if (read(c->talk, &ready, 1) != 1) die(c->name);
}

static void turn(const struct contestant *c)
{
	struct parts p[TURN];
	int i;

	char go = GO;

	if (write(c->talk, &go, 1) != 1 || read_exact(c->talk, p, sizeof p)) die(c->name);
	for (i = 0; i < TURN; i++) {
		printf("%s %.3f\n", c->name, p[i].workspace + p[i].phase);
		if (p[i].workspace > 0)
			printf("%s-workspace %.3f\n%s-phase %.3f\n", c->name, p[i].workspace,
				c->name, p[i].phase);
	}
}

static void compare(uint64_t rounds, int argc, char **argv)
{
	struct contestant list[CONTESTANTS_MAX] = {
		{.name = "ours",
			.namespaces = role_runner.namespaces,
			.become = become_runner,
			.once = ours_once},
		{.name = "observed",
			.namespaces = role_runner.namespaces,
			.become = become_observer,
			.once = ours_once},
		{.name = "floor",
			.namespaces = role_runner.namespaces,
			.become = become_floor,
			.once = floor_once},
	};
	int n = 3, i, at = 0;

	while (at < argc && n < CONTESTANTS_MAX) {
		list[n] = (struct contestant){.name = argv[at],
			.become = become_plain,
			.once = command_once,
			.command = &argv[at + 1]};
		while (at < argc && strcmp(argv[at], ";") != 0)
			at++;
		if (at < argc) argv[at++] = NULL;
		n++;
	}
	for (i = 0; i < n; i++)
		contestant_start(&list[i]);
	while (rounds-- > 0)
		for (i = 0; i < n; i++)
			turn(&list[i]);
	for (i = 0; i < n; i++) {
		/* Contestants that started later hold a copy of this end: say it. */
		if (write(list[i].talk, "", 1) != 1) die(list[i].name);
		wait_for(list[i].pid, list[i].name);
	}
}

/* ---- what is left of many ------------------------------------------------------ */

#define SOAK_SLOTS 8
/* The kernel takes network namespaces apart in the background. */
#define SETTLE_S 3

static void tell_held(const char *when, const char *script, pid_t runner)
{
	const struct timespec settle = {SETTLE_S, 0};
	char pid[16];
	pid_t child;

	nanosleep(&settle, NULL);
	printf("%s\n", when);
	fflush(stdout);
	snprintf(pid, sizeof pid, "%d", runner);
	child = fork();
	if (child < 0) die("fork");
	if (child == 0) {
		execlp("sh", "sh", script, pid, env.cgroup.name, NULL);
		_exit(127);
	}
	wait_for(child, script);
}

static void soak_once(struct parts *out)
{
	static unsigned n;
	char *const argv[] = {(char[]){PROGRAM}, NULL};

	in_worker(n++ % SOAK_SLOTS, argv, out);
}

static void soak(uint64_t count, const char *script)
{
	struct contestant c = {.name = "soak",
		.namespaces = role_runner.namespaces,
		.become = become_runner,
		.once = soak_once};
	struct parts p[TURN];
	uint64_t i;
	char go = GO;

	/* The first ones of a contestant, before it is ready, fill caches. */
	contestant_start(&c);
	tell_held("before", script, c.pid);
	for (i = 0; i < count; i += TURN)
		if (write(c.talk, &go, 1) != 1 || read_exact(c.talk, p, sizeof p)) die("soak");
	tell_held("after", script, c.pid);
	if (write(c.talk, "", 1) != 1) die("soak");
	wait_for(c.pid, "soak");
}

/* ---- how long a forest takes to die ----------------------------------------------- */

static char *forest_size;

static void forest_once(struct parts *out)
{
	char *const argv[] = {(char[]){"/bin/forest"}, forest_size, NULL};

	in_worker(0, argv, out);
	if (!out->said_us || out->said_us > out->end_us) die("the forest did not say when");
	*out = (struct parts){.phase = (double)(out->end_us - out->said_us) / 1000};
}

static void forest(const char *runs)
{
	struct contestant c = {.name = "forest",
		.namespaces = role_runner.namespaces,
		.become = become_runner,
		.once = forest_once};
	uint64_t n;

	if (parse_u64(slice_str(runs), 1000, &n)) die("RUNS");
	contestant_start(&c);
	while (n-- > 0)
		turn(&c);
	if (write(c.talk, "", 1) != 1) die("forest");
	wait_for(c.pid, "forest");
}

int main(int argc, char **argv)
{
	char note[128];
	uint64_t n;

	if (argc < 4 || parse_u64(slice_str(argv[3]), 1000000, &n)) return 2;
	conf_default(&boot.conf);
	snprintf(boot.conf.runtimes, sizeof boot.conf.runtimes, "%s", argv[2]);
	env = (struct sandbox_env)SANDBOX_ENV_INIT;
	cgroup_env_open(&env.cgroup, note, sizeof note);
	if (strcmp(argv[1], "compare") == 0) {
		compare(n, argc - 4, argv + 4);
	} else if (strcmp(argv[1], "soak") == 0 && argc == 5) {
		soak(n, argv[4]);
	} else if (strcmp(argv[1], "soak-observed") == 0 && argc == 5) {
		observed = true;
		soak(n, argv[4]);
	} else if (strcmp(argv[1], "forest") == 0 && argc == 5) {
		/* Room for all of them, the program and the job's init. */
		boot.conf.limits.pids = (uint32_t)n + 8;
		forest_size = argv[3];
		forest(argv[4]);
	} else {
		return 2;
	}
	cgroup_env_sweep(&env.cgroup);
	cgroup_env_remove(&env.cgroup);
	return 0;
}
