/* SPDX-License-Identifier: MIT */
/*
 * S's side of one phase: clone, release, watch, read, end, classify. Runs in
 * workers of the runner and of the command line.
 */
#include "runner/sandbox/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/statvfs.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fdio.h"
#include "base/limits.h"
#include "base/log.h"
#include "proc/procfs.h"
#include "proc/sys.h"
#include "runner/sandbox/capture.h"
#include "runner/sandbox/inner.h"
#include "runner/sandbox/listener.h"
#include "runner/sandbox/poll_limits.h"

/* The one of control groups comes later: its root is the group that I is in then. */
#define ALL_NAMESPACES                                                                             \
	(SV_CLONE_NEWNS | SV_CLONE_NEWPID | SV_CLONE_NEWNET | SV_CLONE_NEWIPC | SV_CLONE_NEWUTS)

/* How often memory and processes are counted where no control group does it. */
#define COUNT_MS 20

/* Why the watcher ended a phase. */
/* CUT_ENDED: the command had ended. */
enum cut {
	CUT_NONE,
	CUT_ENDED,
	CUT_TIME,
	CUT_CPU,
	CUT_OUTPUT,
	CUT_MEMORY,
	CUT_FLOOD,
	CUT_CANCEL,
	CUT_SETUP
};

struct watch {
	const struct sandbox_env *env;
	const struct sandbox_phase *phase;
	struct cgroup_job group;
	struct capture out, err;
	struct listener listener;
	int pidfd, sync, status, cancel, mounts;
	int package;               /* which files of the package are opened, or -1 */
	struct sinkhole *sinkhole; /* of an observed phase, else NULL */
	pid_t pid, shown;          /* to us, and in the procfs by which members are counted */
	bool executing;            /* P has become the command */
	bool dead;                 /* I was reaped */
	bool reported;
	bool observed;
	bool deaf;     /* I says nothing more */
	bool survived; /* processes of the job were alive when the command had ended */
	enum cut cut;
	int64_t deadline_us, look_us; /* look_us: when limits are looked at next */
	struct inner_status failure;  /* step[0] != 0 when one came */
	struct inner_report report;
};

static enum err open_channels(struct watch *w, struct inner *in)
{
	int pair[2], pipe_fds[2];

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0) return E_SYSTEM;
	w->sync = pair[0];
	in->sync = pair[1];
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, in->ready) < 0) return E_SYSTEM;
	if (pipe2(pipe_fds, O_CLOEXEC) < 0) return E_SYSTEM;
	w->status = pipe_fds[0];
	in->status = pipe_fds[1];
	if (fd_nonblock(w->status)) return E_SYSTEM;
	if (capture_open(&w->out, w->phase->limits_of_job->output_bytes, &in->out)) return E_SYSTEM;
	if (capture_open(&w->err, w->phase->limits_of_job->output_bytes, &in->err)) return E_SYSTEM;
	return w->sinkhole ? sinkhole_open(w->sinkhole) : E_OK;
}

static void setup_failed(struct watch *w, const char *step, int sys)
{
	if (w->failure.step[0]) return;
	slice_text(w->failure.step, sizeof w->failure.step, slice_str(step));
	w->failure.sys = sys;
}

/*
 * Our copies of the job's ends. While they are open its pipes do not end, so
 * that we sleep until I is dead; then they go, for what is read to the end.
 */
static void drop_inner(struct inner *in)
{
	fd_close(&in->sync);
	fd_close(&in->ready[0]);
	fd_close(&in->ready[1]);
	fd_close(&in->status);
	fd_close(&in->out);
	fd_close(&in->err);
	fd_close(&in->watch);
}

/* Free blocks and inodes are exact here: tmpfs gives its last block to whoever asks for more. */
static bool disk_is_full(const struct workspace *ws)
{
	struct statvfs fs;

	return fstatvfs(ws->mem, &fs) == 0 && (fs.f_bfree == 0 || fs.f_ffree == 0);
}

/* Less processor time than the group's bandwidth gives until the deadline anyway. */
static bool cpu_lowered(const struct watch *w)
{
	const struct limit_facts *max = w->phase->limits_of_job;

	return max->cpu_ms < (uint64_t)w->phase->timeout_ms * max->cpu_percent / 100;
}

static void end(struct watch *w, enum cut why)
{
	if (w->cut == CUT_NONE) w->cut = why;
	cgroup_job_kill(&w->group);
	sys_pidfd_send_signal(w->pidfd, SIGKILL);
	/* From here the tree has a fixed time to disappear. */
	w->deadline_us = clock_mono_us() + LIMIT_END_MS * 1000LL;
}

static int64_t look_interval(const struct watch *w)
{
	return 1000LL * (w->env->cgroup.kind == CGROUP_NONE ? COUNT_MS : LIMIT_WATCH_MS);
}

/* False when the job cannot have its group, which has then been said. */
static bool open_group(struct watch *w)
{
	struct why why = WHY_INIT;

	if (cgroup_job_open(&w->group, w->phase->limits_of_job, &why) == E_OK) return true;
	setup_failed(w, "control-group", why.sys);
	return false;
}

/*
 * Clones I and lets it go. With version 2 I is born in its group; with version 1
 * it moves in when it has built its mounts, and we make the group meanwhile.
 */
static void start(struct watch *w, struct inner *in)
{
	bool born = w->env->cgroup.kind == CGROUP_V2;

	if (open_channels(w, in)) {
		setup_failed(w, "channels", errno);
		return;
	}
	cgroup_job_name(&w->group, &w->env->cgroup, w->phase->name);
	if (born && !open_group(w)) return;
	w->pid = sys_fork(ALL_NAMESPACES, &w->pidfd, w->group.fd);
	if (w->pid == 0) {
		/* Held by I too, it would hide from I that we are gone. */
		fd_close(&w->sync);
		if (w->sinkhole) sinkhole_keep_inner(w->sinkhole);
		inner_main(in);
	}
	/* Held by us too, K's end would hide from us that it is gone. */
	if (w->sinkhole) sinkhole_keep_outer(w->sinkhole);
	if (w->pid < 0) {
		setup_failed(w, "namespaces", errno);
		return;
	}
	if (!born && !open_group(w)) {
		end(w, CUT_SETUP);
		return;
	}
	if (send(w->sync, "", 1, MSG_NOSIGNAL) == 1) return;
	setup_failed(w, "go", errno);
	end(w, CUT_SETUP);
}

/* What I and P have said by now; a failure comes last and ends everything. */
static void read_status(struct watch *w, struct run_facts *run)
{
	struct inner_status s;

	while (read(w->status, &s, sizeof s) == (ssize_t)sizeof s) {
		if (s.executing_us) {
			w->executing = true;
			run->started_ms =
				clock_wall_ms() - (clock_mono_us() - s.executing_us) / 1000;
			if (w->cut == CUT_NONE)
				w->deadline_us = s.executing_us + w->phase->timeout_ms * 1000LL;
			w->look_us = s.executing_us + look_interval(w);
		} else if (!w->failure.step[0]) {
			s.step[sizeof s.step - 1] = '\0';
			w->failure = s;
		}
	}
}

/* The ends of what is to be watched; fds is all that came. */
static void handed_over(struct watch *w, const struct inner_handover *h, int fds[HANDOVER_FDS])
{
	unsigned n = 0;
	int fd = h->has & HANDOVER_LISTENER ? fds[n++] : -1;

	if (h->has & HANDOVER_WATCH) {
		w->package = fds[n];
		fds[n] = -1;
	}
	if (fd < 0) return;
	fds[0] = -1;
	if (listener_open(&w->listener, fd) == 0) return;
	setup_failed(w, "listener", errno);
	end(w, CUT_SETUP);
}

/* Takes one message of I: what is to be watched, or the report. False when there is none. */
static bool read_sync(struct watch *w)
{
	union {
		struct inner_handover handover;
		struct inner_report report;
	} body;
	union {
		struct cmsghdr head;
		char space[CMSG_SPACE(HANDOVER_FDS * sizeof(int))];
	} control;
	struct iovec part = {&body, sizeof body};
	struct msghdr m = {.msg_iov = &part,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = sizeof control};
	ssize_t got = recvmsg(w->sync, &m, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
	const struct cmsghdr *c = got < 0 ? NULL : CMSG_FIRSTHDR(&m);
	int fds[HANDOVER_FDS] = {-1, -1};
	unsigned i;

	if (got <= 0) return false;
	if (c && c->cmsg_type == SCM_RIGHTS && c->cmsg_len <= CMSG_LEN(sizeof fds))
		memcpy(fds, CMSG_DATA(c), c->cmsg_len - CMSG_LEN(0));
	if (got == (ssize_t)sizeof body.handover) {
		if (body.handover.has & HANDOVER_SURVIVORS) w->survived = true;
		handed_over(w, &body.handover, fds);
	}
	if (got == (ssize_t)sizeof body.report) {
		w->report = body.report;
		w->reported = true;
		/* Its mount namespace, for whoever takes our output. */
		w->mounts = fds[0];
		fds[0] = -1;
	}
	for (i = 0; i < HANDOVER_FDS; i++)
		fd_close(&fds[i]);
	return true;
}

/* A process of the job that lives on behind its command. */
static void survivor(void *whom, struct slice name)
{
	struct watch *w = whom;

	observer_totals(w->phase->observer)->survivors++;
	observer_saw(w->phase->observer, OBSERVED_SURVIVOR, name, SLICE_NONE);
}

/*
 * I says what there is to watch; later that the command has ended, and the sinkhole
 * takes what is left. That is the job's end, whatever happens to the sinkhole: no time
 * limit of the command counts from here.
 */
static void hear_init(struct watch *w)
{
	if (!read_sync(w)) {
		/* It has ended, which its pidfd says. */
		w->deaf = true;
		return;
	}
	if (w->survived) {
		if (!w->shown) w->shown = procfs_pid(w->env->proc, w->pidfd);
		poll_limits_members(w->env->proc, w->shown, survivor, w);
		w->survived = false;
		end(w, CUT_ENDED);
	} else if (w->reported && w->cut == CUT_NONE)
		w->deadline_us = clock_mono_us() + LIMIT_SINK_END_MS * 1000LL;
}

static void watch_deadline(struct watch *w)
{
	if (clock_mono_us() < w->deadline_us) return;
	if (w->reported && w->cut == CUT_NONE) {
		/* A sinkhole that hangs ends with the rest; it has not said its end (observer_broken). */
		end(w, CUT_ENDED);
		return;
	}
	if (w->cut != CUT_NONE) {
		/* Killed, and still not gone: nothing that follows can be believed. */
		log_event(LOG_ERROR, "sandbox.undead", "name=%s pid=%d", w->phase->name, w->pid);
		w->dead = true;
		w->cut = CUT_SETUP;
		setup_failed(w, "kill", ETIMEDOUT);
		return;
	}
	if (!w->executing) setup_failed(w, "setup-time", ETIMEDOUT);
	end(w, w->executing ? CUT_TIME : CUT_SETUP);
}

/* The command runs and nobody has ended it yet. */
static bool watched(const struct watch *w)
{
	return w->executing && w->cut == CUT_NONE && !w->reported;
}

/*
 * What of a running test can only be seen by looking: a process lost to memory
 * (version 2 then kills the whole group, version 1 does not), processor time
 * where less was granted than the share of the processors gives, a disk that
 * is full now and will not be at the end, descriptors.
 */
static void look(struct watch *w, const struct workspace *ws, struct run_facts *run)
{
	const struct limit_facts *max = w->phase->limits_of_job;
	bool grouped = w->env->cgroup.kind != CGROUP_NONE;
	struct cgroup_usage use;
	struct poll_counts counts;
	uint64_t cpu_us;

	if (clock_mono_us() < w->look_us) return;
	if (!w->shown) w->shown = procfs_pid(w->env->proc, w->pidfd);
	cgroup_job_usage(&w->group, &use);
	poll_limits_count(w->env->proc, w->shown, &counts);
	cpu_us = use.cpu_us ? use.cpu_us : counts.cpu_us;
	if (counts.max_files >= max->files) run->limits_hit |= HIT_FILES;
	if (disk_is_full(ws)) run->limits_hit |= HIT_DISK;
	if (!grouped) {
		if (counts.max_pids > run->max_pids) run->max_pids = counts.max_pids;
		if (counts.max_pids >= max->pids) run->limits_hit |= HIT_PIDS;
		if (counts.rss_bytes > run->max_rss_bytes) run->max_rss_bytes = counts.rss_bytes;
		if (cpu_us > run->cpu_us) run->cpu_us = cpu_us;
	}
	if (use.oom_kills || (!grouped && counts.rss_bytes > max->memory_bytes))
		end(w, CUT_MEMORY);
	else if (cpu_lowered(w) && cpu_us >= max->cpu_ms * 1000ULL)
		end(w, CUT_CPU);
	w->look_us = clock_mono_us() + look_interval(w);
}

static int poll_timeout(const struct watch *w)
{
	int64_t left = (w->deadline_us - clock_mono_us()) / 1000 + 1;

	/* Whether it executes by now shows in the status pipe, which wakes nobody. */
	int64_t look =
		watched(w) ? (w->look_us - clock_mono_us()) / 1000 + 1 : look_interval(w) / 1000;

	if (left > look && w->cut == CUT_NONE) left = look;
	if (left < 0) left = 0;
	return left > 60000 ? 60000 : (int)left;
}

/* A flood slows only the job itself; that it ends here is said, and that not all was seen. */
static void answer(struct watch *w, short revents)
{
	listener_serve(&w->listener, revents);
	if (w->cut != CUT_NONE || !listener_flooded(&w->listener)) return;
	observer_broken(w->phase->observer);
	end(w, CUT_FLOOD);
}

/*
 * More output than is taken. What processes that stayed behind write after the
 * command's end is not its own; whether it has ended may be known by now.
 */
static void watch_output(struct watch *w)
{
	struct pollfd p = {w->observed && !w->deaf ? w->sync : -1, POLLIN, 0};

	if (!w->reported && poll(&p, 1, 0) > 0) hear_init(w);
	if (!w->reported && w->cut == CUT_NONE) end(w, CUT_OUTPUT);
}

static void watch_until_dead(struct watch *w, const struct workspace *ws, struct run_facts *run)
{
	uint64_t output_total = w->phase->limits_of_job->output_total;

	while (!w->dead) {
		struct pollfd p[] = {{w->pidfd, POLLIN, 0}, {w->out.fd, POLLIN, 0},
			{w->err.fd, POLLIN, 0}, {w->cut == CUT_NONE ? w->cancel : -1, POLLIN, 0},
			{w->observed && !w->deaf ? w->sync : -1, POLLIN, 0},
			{w->listener.fd, POLLIN, 0},
			{w->sinkhole ? w->sinkhole->channel : -1, POLLIN, 0}};

		if (poll(p, 7, poll_timeout(w)) < 0 && errno != EINTR) break;
		if (p[1].revents) capture_read(&w->out);
		if (p[2].revents) capture_read(&w->err);
		if (!w->executing) read_status(w, run);
		if (p[6].revents) sinkhole_read(w->sinkhole, w->phase->observer);
		if (p[4].revents) hear_init(w);
		if (p[5].revents) answer(w, p[5].revents);
		if (p[3].revents) end(w, CUT_CANCEL);
		if (p[0].revents) w->dead = true;
		if (w->cut == CUT_NONE && w->out.total + w->err.total > output_total)
			watch_output(w);
		if (!w->dead && watched(w)) look(w, ws, run);
		if (!w->dead) watch_deadline(w);
	}
}

/* What only shows after the tree is dead. */
static void collect(struct watch *w, const struct workspace *ws, struct run_facts *run)
{
	struct cgroup_usage use;

	if (w->pid > 0) {
		siginfo_t info;

		waitid(P_PID, (id_t)w->pid, &info, WEXITED | (w->cut == CUT_SETUP ? WNOHANG : 0));
	}
	while (w->sync >= 0 && read_sync(w))
		;
	if (w->status >= 0) read_status(w, run);
	/* Every writer is dead: both streams end. */
	capture_read(&w->out);
	capture_read(&w->err);
	if (w->sinkhole) sinkhole_end(w->sinkhole, w->phase->observer);
	cgroup_job_usage(&w->group, &use);
	if (w->report.cpu_us > run->cpu_us) run->cpu_us = w->report.cpu_us;
	if (use.cpu_us) run->cpu_us = use.cpu_us;
	if (use.memory_peak) run->max_rss_bytes = use.memory_peak;
	if (!run->max_rss_bytes) run->max_rss_bytes = w->report.max_rss_bytes;
	if (use.pids_peak) run->max_pids = use.pids_peak;
	if (use.pids_refused) run->limits_hit |= HIT_PIDS;
	/* Whatever happened after it: a test that lost a process to memory says so. */
	if (use.oom_kills && (w->cut == CUT_NONE || w->cut == CUT_ENDED || w->cut == CUT_TIME ||
				     w->cut == CUT_CPU || w->cut == CUT_OUTPUT))
		w->cut = CUT_MEMORY;
	if (disk_is_full(ws)) run->limits_hit |= HIT_DISK;
}

/*
 * RLIMIT_CPU ends a process with one of these signals; so may anybody. Which it
 * was says the processor time that the kernel has counted.
 */
static bool ended_by_cpu(const struct watch *w, const struct run_facts *run)
{
	int sig = WTERMSIG(w->report.status);

	return (sig == SIGXCPU || sig == SIGKILL) &&
	       run->cpu_us >= w->phase->limits_of_job->cpu_ms * 1000ULL;
}

static void classify(const struct watch *w, struct run_facts *run)
{
	run->value = 0;
	run->stage = SLICE("");
	if (w->failure.step[0]) {
		bool exec = strcmp(w->failure.step, STEP_EXEC) == 0;

		run->kind = exec ? EXIT_EXEC_FAILED : EXIT_SETUP_ERROR;
		run->value = (uint32_t)w->failure.sys;
		if (!exec) run->stage = slice_str(w->failure.step);
		return;
	}
	switch (w->cut) {
	case CUT_TIME: run->kind = EXIT_TIMEOUT_WALL; return;
	case CUT_CPU: run->kind = EXIT_TIMEOUT_CPU; return;
	case CUT_OUTPUT: run->kind = EXIT_OUTPUT; return;
	case CUT_MEMORY: run->kind = EXIT_OOM; return;
	case CUT_FLOOD: run->kind = EXIT_FLOOD; return;
	case CUT_CANCEL:
		run->kind = EXIT_INTERNAL;
		run->stage = SLICE("cancelled");
		return;
	case CUT_SETUP:
	case CUT_ENDED:
	case CUT_NONE: break;
	}
	if (!w->executing || !w->reported) {
		run->kind = EXIT_SETUP_ERROR;
		run->stage = SLICE("job-init");
	} else if (WIFSIGNALED(w->report.status)) {
		bool cpu = ended_by_cpu(w, run);

		run->kind = cpu ? EXIT_TIMEOUT_CPU : EXIT_SIGNALED;
		run->value = cpu ? 0 : (uint32_t)WTERMSIG(w->report.status);
	} else {
		run->kind = EXIT_EXITED;
		run->value = (uint32_t)WEXITSTATUS(w->report.status);
	}
}

void sandbox_run(const struct sandbox_env *env, const struct workspace *ws,
	const struct sandbox_phase *phase, int cancel, struct run_facts *run,
	struct sandbox_output *output)
{
	static struct sinkhole sinkhole;
	bool observed = phase->observer && observer_monitor(phase->observer) != MONITOR_NONE;
	struct watch w = {.env = env,
		.phase = phase,
		.group = CGROUP_JOB_INIT,
		.out = CAPTURE_INIT,
		.err = CAPTURE_INIT,
		.pidfd = -1,
		.sync = -1,
		.status = -1,
		.cancel = cancel,
		.mounts = -1,
		.package = -1,
		.observed = observed,
		.listener = LISTENER_INIT,
		.sinkhole = observed ? &sinkhole : NULL};
	struct inner in = {.env = env,
		.group = &w.group,
		.ws = ws,
		.phase = phase,
		.sync = -1,
		.status = -1,
		.out = -1,
		.err = -1,
		.listener = -1,
		.watch = -1,
		.root = -1,
		.mounts = -1,
		.ready = {-1, -1},
		.sinkhole = w.sinkhole,
		.payload_fd = -1};
	int64_t begin = clock_mono_us();
	static char stage[sizeof w.failure.step];

	memset(run, 0, sizeof *run);
	sinkhole = SINKHOLE_INIT;
	run->started_ms = clock_wall_ms();
	/* A group without pids.peak (before 6.1) knows no peak: 0, not a guess. */
	run->max_pids = env->cgroup.kind == CGROUP_NONE;
	w.deadline_us = begin + LIMIT_SETUP_MS * 1000LL;
	listener_prepare(&w.listener, env, ws, phase, w.sinkhole);
	start(&w, &in);
	if (w.pid > 0) watch_until_dead(&w, ws, run);
	drop_inner(&in);
	listener_drop(&w.listener);
	collect(&w, ws, run);
	run->finished_ms = clock_wall_ms();
	run->duration_us = (uint64_t)(clock_mono_us() - begin);
	classify(&w, run);
	/* The stage must outlive this call; there is one phase at a time in a worker. */
	if (run->stage.n && slice_text(stage, sizeof stage, run->stage))
		run->stage = slice_str(stage);
	output->out = w.out.memory >= 0 ? capture_finish(&w.out, &run->out) : -1;
	output->mounts = w.mounts;
	output->traffic = sinkhole.traffic;
	sinkhole.traffic = -1;
	sinkhole_drop(&sinkhole);
	output->reads = w.package;
	output->err = w.err.memory >= 0 ? capture_finish(&w.err, &run->err) : -1;
	if (!cgroup_job_close(&w.group))
		log_event(LOG_ERROR, "sandbox.group-busy", "name=%s", phase->name);
	capture_drop(&w.out);
	capture_drop(&w.err);
	fd_close(&w.pidfd);
	fd_close(&w.sync);
	fd_close(&w.status);
}
