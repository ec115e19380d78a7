/* SPDX-License-Identifier: MIT */
/*
 * Pid 1 (or an ordinary process in tests): starts, watches, restarts and stops
 * the roles (specs/sandbox.md 16). Everything is driven by one poll loop over
 * signals, control channels and ends of processes.
 *
 *   uid           root of the container, or of an outer user namespace (C45)
 *   descriptors   2 log, signals, one control channel and pidfd a role, the
 *                 listening socket, our binary, control groups
 *   never         reads what a client, an archive or the guest agent sent
 */
#include "proc/init.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/ct.h"
#include "base/fdio.h"
#include "base/limits.h"
#include "proc/msg.h"
#include "proc/place.h"
#include "proc/role.h"
#include "proc/selftest.h"
#include "proc/sys.h"
#include "proc/userns.h"

/* Back-off of a role that dies soon after its start (specs/sandbox.md 16.5). */
#define BACKOFF_MIN_MS 50
#define BACKOFF_MAX_MS 5000
/* A role that ran this long is restarted at once. */
#define SETTLED_MS 10000
/* Deaths are counted within this window. */
#define DEATHS_WINDOW_MS 60000
/* How long a degraded appliance stays up to say so before it ends. */
#define DEGRADED_MS   300000
#define PING_EVERY_MS 5000
/* Of an orderly stop: first http and runner finish, then store and attest, then all are killed. */
#define STOP_WORK_MS  2000
#define STOP_STORE_MS 4000

struct child {
	const struct role *role;
	pid_t pid; /* 0: not running */
	int pidfd;
	struct chan control;
	bool ready, stopping;
	bool once_ready;                /* in any of its lives */
	int64_t started_ms, restart_ms; /* restart_ms 0: not waiting */
	int64_t ping_ms;                /* when the unanswered ping went out; 0: none */
	unsigned soon;                  /* deaths soon after a start, in a row */
	int64_t deaths[LIMIT_ROLE_DEATHS];
	unsigned n_deaths; /* in all; the last LIMIT_ROLE_DEATHS are kept */
};

struct init {
	struct conf conf;
	struct boot boot;
	struct child child[ROLE_COUNT];
	struct cgroup_env cgroup;
	int listener, exe, signals;
	uint8_t mac_key[32];
	int64_t stop_ms, degraded_ms, next_ping_ms; /* 0: not */
	bool fatal;                                 /* a role says that nothing can help */
	unsigned stop_step;
	bool second_signal;
};

static int64_t now_ms(void)
{
	return clock_mono_us() / 1000;
}

/* ---- starting ------------------------------------------------------------- */

/* Moves a descriptor out of the way of the fixed numbers below. */
static int high(int fd)
{
	return fcntl(fd, F_DUPFD_CLOEXEC, 64);
}

/* In the child: control channel to its place, everything else closes on exec. */
static _Noreturn void become_role(struct init *in, const struct role *r, int control)
{
	char title[40], name[16];
	char *const argv[] = {title, (char[]){"--role"}, name, NULL};
	char *const envp[] = {NULL};
	sigset_t none;
	int exe = high(in->exe);

	snprintf(title, sizeof title, "skill-verifier: %s", r->name);
	snprintf(name, sizeof name, "%s", r->name);
	control = high(control);
	if (exe < 0 || control < 0 || dup2(control, ROLE_FD_CONTROL) < 0) _exit(101);
	if (sys_close_range(ROLE_FD_CONTROL + 1, ~0U, SV_CLOSE_RANGE_CLOEXEC) < 0) _exit(102);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	/* A session of its own: a terminal's Ctrl-C is for init alone. */
	if (setsid() < 0 || prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) < 0) _exit(103);
	sys_execveat(exe, argv, envp);
	_exit(104);
}

/* A channel between store and another role; store gets its end by MSG_PEER. */
static int connect_to_store(struct init *in, enum role_id id)
{
	struct msg_peer peer = {.role = (uint8_t)id};
	int pair[2], fd;

	if (chan_pair(pair)) return -1;
	if (MSG_SEND(&in->child[ROLE_STORE].control, MSG_PEER, 0, peer, &peer, &pair[0], 1)) {
		fd_close(&pair[0]);
		fd_close(&pair[1]);
		return -1;
	}
	fd_close(&pair[0]);
	fd = pair[1];
	return fd;
}

static enum err send_boot(struct init *in, struct child *c)
{
	struct boot boot = in->boot;
	int fds[CHAN_FDS], store = -1;
	unsigned i, n = 0;
	enum err e;

	boot.role = (uint8_t)c->role->id;
	if (c->role->id == ROLE_RUNNER || c->role->id == ROLE_ATTEST)
		memcpy(boot.mac_key, in->mac_key, sizeof boot.mac_key);
	if (c->role->id != ROLE_STORE) {
		store = connect_to_store(in, c->role->id);
		if (store < 0) return E_SYSTEM;
		fds[n++] = store;
	}
	if (c->role->id == ROLE_HTTP) fds[n++] = in->listener;
	if (c->role->id == ROLE_RUNNER) {
		fds[n++] = in->exe;
		for (i = 0; i < CG_V1_COUNT; i++) {
			if (in->cgroup.dir[i] < 0) continue;
			boot.cgroup_dirs |= 1U << i;
			fds[n++] = in->cgroup.dir[i];
		}
	}
	e = chan_send(&c->control, MSG_BOOT, 0, slice_of(&boot, sizeof boot), fds, n);
	wipe(boot.mac_key, sizeof boot.mac_key);
	fd_close(&store);
	return e;
}

static enum err spawn(struct init *in, struct child *c)
{
	int pair[2];

	if (chan_pair(pair)) return E_SYSTEM;
	c->pid = sys_fork(c->role->namespaces, &c->pidfd, -1);
	if (c->pid == 0) become_role(in, c->role, pair[1]);
	fd_close(&pair[1]);
	if (c->pid < 0) {
		fd_close(&pair[0]);
		c->pid = 0;
		return E_SYSTEM;
	}
	c->control = chan_of(pair[0]);
	c->ready = false;
	c->restart_ms = c->ping_ms = 0;
	c->started_ms = now_ms();
	log_event(LOG_INFO, "role.started", "role=%s pid=%d", c->role->name, c->pid);
	return send_boot(in, c);
}

/* ---- watching ------------------------------------------------------------- */

static void begin_stop(struct init *in);

static void kill_child(struct child *c)
{
	if (c->pid > 0) sys_pidfd_send_signal(c->pidfd, SIGKILL);
}

static void tell_health(struct init *in, const char *reason)
{
	struct msg_health m = {
		.degraded = reason != NULL, .reason = slice_str(reason ? reason : "")};

	MSG_SEND(&in->child[ROLE_HTTP].control, MSG_HEALTH, 0, health, &m, NULL, 0);
}

/* More than LIMIT_ROLE_DEATHS within a minute: something is broken for good. */
static bool dies_too_often(const struct child *c)
{
	unsigned oldest = c->n_deaths % LIMIT_ROLE_DEATHS;

	return c->n_deaths >= LIMIT_ROLE_DEATHS && now_ms() - c->deaths[oldest] < DEATHS_WINDOW_MS;
}

static void degrade(struct init *in, const struct child *c)
{
	char reason[64];

	snprintf(reason, sizeof reason, "role %s ends again and again", c->role->name);
	if (!in->degraded_ms) {
		log_event(LOG_ERROR, "init.degraded", "role=%s", c->role->name);
		in->degraded_ms = now_ms();
	}
	tell_health(in, reason);
}

static void schedule_restart(struct init *in, struct child *c, bool orderly)
{
	int64_t ran = now_ms() - c->started_ms, wait = 0;

	if (!orderly) {
		c->deaths[c->n_deaths++ % LIMIT_ROLE_DEATHS] = now_ms();
		if (dies_too_often(c)) degrade(in, c);
	}
	c->soon = ran >= SETTLED_MS || orderly ? 0 : c->soon + 1;
	if (c->soon > 0) {
		wait = BACKOFF_MIN_MS << (c->soon < 8 ? c->soon - 1 : 7);
		if (wait > BACKOFF_MAX_MS) wait = BACKOFF_MAX_MS;
	}
	c->restart_ms = now_ms() + wait + 1;
}

/*
 * Nothing is gained by starting again: the role says so, or it could not be
 * confined at the first start, which is a property of this place.
 */
static bool is_fatal(const struct child *c, int status)
{
	return WIFEXITED(status) &&
	       (WEXITSTATUS(status) == ROLE_EXIT_FATAL ||
		       (WEXITSTATUS(status) == ROLE_EXIT_UNCONFINED && !c->once_ready));
}

static void ended(struct init *in, struct child *c, int status)
{
	bool orderly =
		c->stopping || (WIFEXITED(status) && WEXITSTATUS(status) == ROLE_EXIT_REBIND);
	unsigned i;

	log_event(orderly ? LOG_INFO : LOG_ERROR, "role.ended", "role=%s pid=%d %s=%d ran_ms=%lld",
		c->role->name, c->pid, WIFSIGNALED(status) ? "signal" : "status",
		WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status),
		(long long)(now_ms() - c->started_ms));
	chan_drop(&c->control);
	fd_close(&c->pidfd);
	c->pid = 0;
	c->ready = false;
	if (is_fatal(c, status)) {
		in->fatal = true;
		begin_stop(in);
	}
	if (in->stop_ms) return;
	schedule_restart(in, c, orderly);
	/* Jobs in flight are store's knowledge: without it all start again. */
	if (c->role->id == ROLE_STORE)
		for (i = 0; i < ROLE_COUNT; i++)
			if (i != ROLE_STORE && in->child[i].pid > 0) {
				in->child[i].stopping = true;
				kill_child(&in->child[i]);
			}
}

static void reap(struct init *in)
{
	int status;
	unsigned i;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
		for (i = 0; i < ROLE_COUNT; i++)
			if (in->child[i].pid == pid) ended(in, &in->child[i], status);
}

/* Roles live only beside a store: one that waits for it is not waited for. */
static bool may_start(const struct init *in, const struct child *c)
{
	return !c->pid && c->restart_ms &&
	       (c->role->id == ROLE_STORE || in->child[ROLE_STORE].pid > 0);
}

static void restart_due(struct init *in)
{
	int64_t now = now_ms();
	unsigned i;

	if (in->stop_ms) return;
	for (i = 0; i < ROLE_COUNT; i++) {
		struct child *c = &in->child[i];

		if (!may_start(in, c) || now < c->restart_ms) continue;
		c->stopping = false;
		if (spawn(in, c)) {
			log_event(LOG_ERROR, "role.not-started", "role=%s errno=%d", c->role->name,
				errno);
			kill_child(c);
			if (!c->pid) schedule_restart(in, c, false);
		}
		if (c->role->id == ROLE_HTTP && in->degraded_ms)
			tell_health(in, "a role ends again and again");
	}
}

static void ping(struct init *in)
{
	int64_t now = now_ms();
	unsigned i;

	for (i = 0; i < ROLE_COUNT; i++) {
		struct child *c = &in->child[i];

		if (!c->pid || !c->ready) continue;
		if (c->ping_ms && now - c->ping_ms > LIMIT_PING_MS) {
			log_event(LOG_ERROR, "role.hangs", "role=%s pid=%d", c->role->name, c->pid);
			kill_child(c);
		} else if (!c->ping_ms && now >= in->next_ping_ms) {
			c->ping_ms = now;
			chan_send(&c->control, MSG_PING, 0, SLICE_NONE, NULL, 0);
		}
	}
	if (now >= in->next_ping_ms) in->next_ping_ms = now + PING_EVERY_MS;
}

static void read_control(struct child *c)
{
	static struct message m;

	while (chan_recv(&c->control, &m) == E_OK) {
		if (m.type == MSG_READY) {
			c->ready = c->once_ready = true;
			log_event(LOG_INFO, "role.ready", "role=%s ms=%lld", c->role->name,
				(long long)(now_ms() - c->started_ms));
		} else if (m.type == MSG_PONG) {
			c->ping_ms = 0;
		}
		message_drop(&m);
	}
}

/* ---- stopping ------------------------------------------------------------- */

static void tell_stop(struct child *c, bool now)
{
	struct msg_stop m = {.now = now};

	if (!c->pid) return;
	c->stopping = true;
	MSG_SEND(&c->control, MSG_STOP, 0, stop, &m, NULL, 0);
}

static void begin_stop(struct init *in)
{
	if (in->stop_ms) {
		in->second_signal = true;
		return;
	}
	log_event(LOG_INFO, "init.stopping", "reason=%s", in->fatal ? "fatal" : "signal");
	in->stop_ms = now_ms();
	/* Store has to know first: what it then sees end was stopped, not broken. */
	tell_stop(&in->child[ROLE_STORE], false);
	tell_stop(&in->child[ROLE_HTTP], true);
	tell_stop(&in->child[ROLE_RUNNER], true);
}

/* Moves the stop along; true when every role is gone. */
static bool continue_stop(struct init *in)
{
	int64_t since = now_ms() - in->stop_ms;
	bool work_ended = !in->child[ROLE_HTTP].pid && !in->child[ROLE_RUNNER].pid;
	unsigned i, alive = 0;

	if (in->stop_step == 0 && (work_ended || since > STOP_WORK_MS)) {
		in->stop_step = 1;
		tell_stop(&in->child[ROLE_STORE], true);
		tell_stop(&in->child[ROLE_ATTEST], true);
	}
	if (in->second_signal || since > STOP_STORE_MS)
		for (i = 0; i < ROLE_COUNT; i++)
			kill_child(&in->child[i]);
	for (i = 0; i < ROLE_COUNT; i++)
		alive += in->child[i].pid > 0;
	return alive == 0;
}

/* ---- the loop ------------------------------------------------------------- */

static void read_signals(struct init *in)
{
	struct signalfd_siginfo s;

	while (read(in->signals, &s, sizeof s) == (ssize_t)sizeof s) {
		unsigned i;

		if (s.ssi_signo == SIGTERM || s.ssi_signo == SIGINT) begin_stop(in);
		if (s.ssi_signo == SIGUSR1)
			for (i = 0; i < ROLE_COUNT; i++)
				log_event(LOG_INFO, "init.state",
					"role=%s pid=%d ready=%d deaths=%u",
					in->child[i].role->name, in->child[i].pid,
					in->child[i].ready, in->child[i].n_deaths);
	}
}

static int next_wakeup(const struct init *in)
{
	int64_t now = now_ms(), next = in->next_ping_ms;
	unsigned i;

	if (in->stop_ms) return 50;
	for (i = 0; i < ROLE_COUNT; i++)
		if (may_start(in, &in->child[i]) && in->child[i].restart_ms < next)
			next = in->child[i].restart_ms;
	return next <= now ? 0 : (int)(next - now);
}

static int loop(struct init *in)
{
	for (;;) {
		struct pollfd p[1 + ROLE_COUNT];
		unsigned i;

		p[0] = (struct pollfd){in->signals, POLLIN, 0};
		for (i = 0; i < ROLE_COUNT; i++)
			p[1 + i] = (struct pollfd){in->child[i].control.fd,
				(short)(POLLIN |
					(chan_wants_write(&in->child[i].control) ? POLLOUT : 0)),
				0};
		if (poll(p, 1 + ROLE_COUNT, next_wakeup(in)) < 0 && errno != EINTR) return 3;
		read_signals(in);
		for (i = 0; i < ROLE_COUNT; i++) {
			if (!chan_open(&in->child[i].control)) continue;
			chan_flush(&in->child[i].control);
			if (p[1 + i].revents) read_control(&in->child[i]);
		}
		reap(in);
		if (in->stop_ms) {
			if (continue_stop(in)) return in->fatal ? 3 : 0;
			continue;
		}
		if (in->degraded_ms && now_ms() - in->degraded_ms > DEGRADED_MS) return 3;
		restart_due(in);
		ping(in);
	}
}

static enum err prepare(struct init *in, struct why *why)
{
	char note[96];
	enum err e = place_descriptors(why);

	if (!e) e = place_signals(&in->signals, why);
	if (!e) e = selftest(why);
	if (e) return e;
	log_event(LOG_INFO, "init.self-test", "%s", "result=ok");
	if (getpid() != 1 && prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) < 0)
		return why_sys(why, E_CONFIG, "subreaper");
	/* The binary first: an outer namespace may not see /proc as we do. */
	e = place_binary(&in->exe, in->boot.binary_sha256, why);
	if (!e) e = userns_for_roles(why);
	if (e == E_SANDBOX_SETUP) userns_no_tier_4(in->conf.allow_tier, why);
	if (!e) e = place_data(&in->conf, role_store.uid, why);
	if (!e) e = place_listener(&in->conf, &in->listener, why);
	if (e) return e;
	cgroup_env_open(&in->cgroup, note, sizeof note);
	log_event(LOG_INFO, "init.cgroup", "found=\"%s\"", note);
	in->boot.version = BOOT_VERSION;
	in->boot.pid1 = getpid() == 1;
	in->boot.boot_us = (uint64_t)clock_mono_us();
	in->boot.conf = in->conf;
	in->boot.cgroup_kind = in->cgroup.kind;
	conf_policy_sha256(&in->conf, in->boot.policy_sha256);
	if (getrandom(in->mac_key, sizeof in->mac_key, 0) != (ssize_t)sizeof in->mac_key)
		return why_sys(why, E_CONFIG, "getrandom");
	return E_OK;
}

int init_main(const struct conf *conf)
{
	static struct init in;
	struct why why = WHY_INIT;
	unsigned i;
	int status;

	in.conf = *conf;
	in.listener = in.exe = in.signals = -1;
	in.cgroup = (struct cgroup_env)CGROUP_ENV_INIT;
	log_role("init");
	log_threshold((enum log_level)conf->log_level);
	prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
	for (i = 0; i < ROLE_COUNT; i++)
		in.child[i] = (struct child){
			.role = role_by_id((enum role_id)i), .pidfd = -1, .control = CHAN_INIT};
	if (prepare(&in, &why)) {
		log_event(LOG_ERROR, "init.cannot-serve", "why=\"%s: %s\"", err_name(why.code),
			why.text);
		return 3;
	}
	for (i = 0; i < ROLE_COUNT; i++)
		if (spawn(&in, &in.child[i])) {
			userns_refused(errno, &why);
			userns_no_tier_4(conf->allow_tier, &why);
			log_event(LOG_ERROR, "init.cannot-serve", "why=\"start of %s: %s\"",
				in.child[i].role->name, why.text);
			return 3;
		}
	in.next_ping_ms = now_ms() + PING_EVERY_MS;
	log_event(LOG_INFO, "init.serving", "listen=%s:%u pid=%d", conf->listen_host,
		conf->listen_port, (int)getpid());
	status = loop(&in);
	cgroup_env_remove(&in.cgroup);
	wipe(in.mac_key, sizeof in.mac_key);
	log_event(LOG_INFO, "init.stopped", "status=%d", status);
	return status;
}
