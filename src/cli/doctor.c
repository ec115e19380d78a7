/* SPDX-License-Identifier: MIT */
/*
 * `doctor`: goes the way of `serve` up to the first job in a process that then
 * ends, and says for each thing on it whether it is there and what mends it.
 * Runs on the command line.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/timex.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fdio.h"
#include "base/json_write.h"
#include "base/text.h"
#include "cli/cli.h"
#include "cli/runtimes.h"
#include "proc/cgroup.h"
#include "proc/conf.h"
#include "proc/mnt.h"
#include "proc/procfs.h"
#include "proc/role.h"
#include "proc/selftest.h"
#include "proc/sys.h"
#include "proc/userns.h"
#include "runner/root.h"
#include "runner/runtime.h"
#include "runner/sandbox/probe.h"

/* Two packages of the largest size with all that is kept of their jobs. */
#define DISK_MIN (2 * (LIMIT_PACKAGE_BYTES + LIMIT_BUNDLE_BYTES))
/* Collateral of quotes is judged by date; no clock before this program's time is right. */
#define CLOCK_MIN_MS (1767225600000LL) /* 2026-01-01 */

/* Written by the process that tries things, read by the command: shared memory. */
struct findings {
	struct probe probe;
	uint8_t tier;
	bool would_serve; /* at the tiers that need no flag */
	bool done;
	struct why why;  /* of what stands in the way */
	struct why root; /* of why we are not root; a line's mend */
};

struct options {
	bool json;
	const char *agent, *data, *runtimes;
};

static struct probe_line *add(
	struct findings *f, const char *item, int err, bool needed, const char *mend)
{
	struct probe_line *l = probe_add(&f->probe, item, err, mend);

	l->needed = needed;
	return l;
}

/* ---- what has nothing to do with rights ------------------------------------ */

static void find_self_test(struct findings *f)
{
	struct why why = WHY_INIT;
	enum err e = selftest(&why);
	struct probe_line *l =
		add(f, "self-test", e ? EIO : 0, true, "another copy of the program");

	if (e) text_shown(l->text, sizeof l->text, slice_str(why.text));
}

static void find_agent(struct findings *f, const char *path)
{
	struct sockaddr_un to = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), err = 0;
	struct probe_line *l;

	if (!slice_text(to.sun_path, sizeof to.sun_path, slice_str(path)))
		err = ENAMETOOLONG;
	else if (fd < 0 || connect(fd, (struct sockaddr *)&to, sizeof to) < 0)
		err = errno;
	fd_close(&fd);
	/* serve starts without it; results wait for their quotes then. */
	l = add(f, "agent", err, false,
		"in compose: volumes: [/var/run/dstack.sock:/var/run/dstack.sock], or serve --no-tee");
	snprintf(l->text, sizeof l->text, "%.60s: %s", path, err ? strerror(err) : "answers");
}

/* The directory, or where it would be made. */
static void find_data(struct findings *f, const char *path)
{
	char dir[CONF_PATH];
	struct statvfs fs;
	struct probe_line *l;
	char *slash;
	int err = 0;

	snprintf(dir, sizeof dir, "%s", path);
	slash = strrchr(dir, '/');
	if (access(dir, F_OK) < 0 && errno == ENOENT && slash)
		*(slash == dir ? slash + 1 : slash) = 0;
	if (access(dir, W_OK | X_OK) < 0 || statvfs(dir, &fs) < 0) err = errno;
	l = add(f, "data", err, true, "in compose: a volume at /var/lib/skill-verifier");
	if (err) {
		snprintf(l->text, sizeof l->text, "%.60s: %s", dir, strerror(err));
		return;
	}
	snprintf(l->text, sizeof l->text, "%.60s may be written", dir);
	err = (uint64_t)fs.f_bavail * fs.f_frsize < DISK_MIN ? ENOSPC : 0;
	l = add(f, "disk", err, true, "more room for the volume at /var/lib/skill-verifier");
	snprintf(l->text, sizeof l->text, "%llu MiB free, %llu needed",
		(unsigned long long)fs.f_bavail * fs.f_frsize / MIB,
		(unsigned long long)DISK_MIN / MIB);
}

static void find_clock(struct findings *f)
{
	struct timex t = {0};
	int64_t now = clock_wall_ms();
	bool synchronised = adjtimex(&t) >= 0 && !(t.status & STA_UNSYNC);
	struct probe_line *l = add(f, "clock", now < CLOCK_MIN_MS ? ETIME : 0, true,
		"set the clock of the machine; evidence is judged by date");
	char text[ISO_LEN];

	snprintf(l->text, sizeof l->text, "%s%s", clock_iso(text, now),
		synchronised ? ", synchronised" : ", nobody keeps it synchronised");
}

/* ---- the way of serve -------------------------------------------------------- */

/* Our own file, which helpers run as ids of their own. */
static void find_binary(struct findings *f)
{
	struct stat st;
	int err = stat("/proc/self/exe", &st) < 0 ? errno : st.st_mode & S_IXOTH ? 0 : EACCES;

	add(f, "binary", err, true, "chmod 755 of the program: its helpers are no owner of it");
}

static void find_runtimes(struct findings *f, const char *folder)
{
	static struct runtimes list;
	struct probe_line *l;
	struct buf b;
	unsigned i, good = 0;

	if (*folder) runtimes_load(&list, ROOT_RUNTIMES);
	for (i = 0; i < list.n; i++)
		good += runtime_check(&list.list[i]) == E_OK;
	l = add(f, "runtimes", good ? 0 : ENOENT, true,
		"--runtimes DIR, or the folder runtimes beside the folder of the program");
	if (!good) return;
	b = buf_on(l->text, sizeof l->text);
	for (i = 0; i < list.n; i++)
		buf_fmt(&b, "%s%s%s", i ? ", " : "", list.list[i].name,
			list.list[i].ok ? "" : " (differs from its manifest)");
	buf_text(&b);
}

/* In the runner's place: its tree and its namespace, as far as they can be had. */
static void as_runner(struct findings *f, struct sandbox_env *env, const struct conf *conf)
{
	struct runner_root root = RUNNER_ROOT_INIT;
	const char *runtimes = conf->runtimes;
	enum err e = mnt_private() < 0 ? why_sys(&f->why, E_SANDBOX_SETUP, "private mounts")
				       : runner_root_enter(*runtimes ? runtimes : NULL, false,
						 &root, &f->why);

	if (e) {
		snprintf(add(f, "runner", EPERM, true, NULL)->text, sizeof f->probe.line->text,
			"%.90s", f->why.text);
		root.proc = procfs_open();
	}
	env->proc = root.proc;
	env->counts = root.counts;
	env->nested = root.nested;
	if (!e) find_runtimes(f, runtimes);
	if (!e)
		e = sandbox_probe(env, &f->probe, TIER_2, &f->why);
	else
		sandbox_probe(env, &f->probe, TIER_2, &(struct why)WHY_INIT);
	/* As the runner does it, so that its lines are the same in /info. */
	if (!e) e = sandbox_observe(env, &f->probe, conf->observe, &f->why);
	f->tier = env->tier;
	f->would_serve = !e;
	f->done = true;
}

/* A process that is thrown away: becomes root as init does, then the runner in a child. */
static _Noreturn void as_init(struct findings *f, const struct conf *conf)
{
	struct sandbox_env env = SANDBOX_ENV_INIT;
	char note[96];
	enum err e;
	pid_t pid;

	prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
	e = userns_for_roles(&f->root);
	add(f, "root", e ? EPERM : 0, true, f->root.text);
	find_data(f, conf->data);
	if (!e) cgroup_env_open(&env.cgroup, note, sizeof note);
	pid = e ? -1 : sys_fork(role_runner.namespaces, NULL, -1);
	if (pid == 0) {
		as_runner(f, &env, conf);
		_exit(0);
	}
	if (pid > 0) {
		waitpid(pid, NULL, 0);
	} else if (geteuid() != 0) {
		/* What this user may do says nothing about the machine. */
		f->done = true;
	} else {
		/* Not even that: what each thing says by itself. */
		env.proc = procfs_open();
		sandbox_probe(&env, &f->probe, TIER_2, &f->why);
		f->tier = TIER_4;
		f->done = true;
	}
	cgroup_env_sweep(&env.cgroup);
	cgroup_env_remove(&env.cgroup);
	_exit(0);
}

static enum err examine(struct findings *f, const struct options *opt)
{
	struct conf conf;
	pid_t pid;

	conf_default(&conf);
	if (opt->runtimes)
		snprintf(conf.runtimes, sizeof conf.runtimes, "%s", opt->runtimes);
	else
		runtimes_default(conf.runtimes, sizeof conf.runtimes);
	if (opt->data) snprintf(conf.data, sizeof conf.data, "%s", opt->data);
	find_self_test(f);
	find_clock(f);
	find_agent(f, opt->agent ? opt->agent : conf.agent);
	find_binary(f);
	pid = fork();
	if (pid == 0) as_init(f, &conf);
	if (pid < 0 || waitpid(pid, NULL, 0) != pid) return E_SYSTEM;
	return f->done ? E_OK : E_INTERNAL;
}

/* ---- the answer -------------------------------------------------------------- */

static bool would_serve(const struct findings *f)
{
	unsigned i;

	for (i = 0; i < f->probe.n; i++)
		if (f->probe.line[i].needed && !f->probe.line[i].ok) return false;
	return f->would_serve;
}

static void print_lines(const struct findings *f)
{
	unsigned i;

	for (i = 0; i < f->probe.n; i++) {
		const struct probe_line *l = &f->probe.line[i];
		const char *word = l->ok ? "ok" : l->needed ? "MISSING" : "absent";

		printf("%-8s %-20s %s\n", word, l->item, l->text);
		if (l->mend) printf("%-8s %-20s mend: %s\n", "", "", l->mend);
	}
	if (would_serve(f))
		printf("\nserve would run here, in tier %s.\n", tier_text(f->tier));
	else
		printf("\nserve would not run here%s%s\n", f->why.text[0] ? ": " : ".",
			f->why.text);
}

static void print_json(const struct findings *f)
{
	struct buf b = buf_heap(64 * KIB);
	struct jw w = jw_to(&b, false);
	unsigned i;

	jw_object(&w);
	jw_key_bool(&w, "wouldServe", would_serve(f));
	jw_key_cstr(&w, "tier", tier_text(f->tier));
	jw_key_cstr(&w, "why", would_serve(f) ? "" : f->why.text);
	jw_key(&w, "items");
	jw_array(&w);
	for (i = 0; i < f->probe.n; i++) {
		const struct probe_line *l = &f->probe.line[i];

		jw_object(&w);
		jw_key_cstr(&w, "item", l->item);
		jw_key_bool(&w, "ok", l->ok);
		jw_key_bool(&w, "needed", l->needed);
		jw_key_cstr(&w, "text", l->text);
		jw_key_cstr(&w, "mend", l->mend ? l->mend : "");
		jw_object_end(&w);
	}
	jw_array_end(&w);
	jw_object_end(&w);
	printf("%s\n", buf_text(&b));
	buf_drop(&b);
}

int cmd_doctor(int argc, char **argv)
{
	struct options opt = {0};
	bool help = false;
	const struct cli_option options[] = {
		{"--json", NULL, &opt.json, NULL, "machine-readable output"},
		{"--agent", &opt.agent, NULL, "PATH",
			"socket of the dstack guest agent (/var/run/dstack.sock)"},
		{"--data", &opt.data, NULL, "DIR", "where jobs are kept (/var/lib/skill-verifier)"},
		{"--runtimes", &opt.runtimes, NULL, "DIR", "runtime trees (beside this binary)"},
		{"--help", NULL, &help, NULL, "this text"},
		{NULL, NULL, NULL, NULL, NULL},
	};
	struct findings *f;
	int n = cli_options(argc, argv, options);
	enum err e;

	if (n < 0) return EXIT_CANNOT;
	if (help) {
		cli_help("doctor [options]",
			"Tries everything that the appliance needs of this machine, one line each, with\n"
			"what mends it. Nothing is changed.",
			options,
			"Exit codes: 0 serve could run here without --allow-tier, 3 it could not");
		return EXIT_YES;
	}
	if (n > 0) return cli_usage("doctor", "no operand is expected: %s", argv[0]);
	f = mmap(NULL, sizeof *f, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (f == MAP_FAILED) return cli_cannot("doctor", E_NO_MEMORY, NULL);
	e = examine(f, &opt);
	if (e) return cli_cannot("doctor", e, &f->why);
	if (opt.json)
		print_json(f);
	else
		print_lines(f);
	return would_serve(f) ? EXIT_YES : EXIT_CANNOT;
}
