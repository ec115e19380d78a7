/* SPDX-License-Identifier: MIT */
/*
 * The runner role: takes packages from store, runs each job in a worker of its
 * own, adds the MAC to its record and hands everything back.
 *
 *   uid            root of the container (or of an outer user namespace)
 *   capabilities   those below: namespaces, mounts, ids and ending processes
 *   namespaces     mount, PID, network (empty), IPC, UTS of its own, and last a
 *                  user namespace: its capabilities count only inside (C45)
 *   root           runner/root.h: processes, job devices, runtimes, /job
 *   descriptors    2 log, 3 control, 4 store, then our binary, control groups and
 *                  a procfs of its PID namespace for maps of ids
 *   system calls   calls_runner (runner/sandbox/calls.c); everything else EPERM
 *   never          network, guest agent, data directory
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/ct.h"
#include "base/fdio.h"
#include "base/json_write.h"
#include "base/log.h"
#include "proc/memfd.h"
#include "proc/role.h"
#include "proc/sys.h"
#include "runner/checker.h"
#include "runner/job.h"
#include "runner/root.h"
#include "runner/sandbox/calls.h"
#include "runner/sandbox/probe.h"

#define SLOTS_MAX 64

#define CAP(name) (1ULL << (name))

/* From the confinement, which comes first, to the sandbox. */
static struct runner_root root = RUNNER_ROOT_INIT;

static enum err enter_root(const struct boot *boot, struct why *why)
{
	return runner_root_enter(
		boot->conf.runtimes[0] ? boot->conf.runtimes : NULL, false, &root, why);
}

static int runner_run(struct boot *boot, struct chan *control, struct message *m);

const struct role role_runner = {
	.id = ROLE_RUNNER,
	.name = "runner",
	.uid = 0,
	.root = ROOT_OWN,
	.namespaces = SV_CLONE_NEWNS | SV_CLONE_NEWPID | SV_CLONE_NEWNET | SV_CLONE_NEWIPC |
		      SV_CLONE_NEWUTS,
	.nested = true,
	.capabilities = CAP(CAP_SYS_ADMIN) | CAP(CAP_SETUID) | CAP(CAP_SETGID) | CAP(CAP_SETPCAP) |
			CAP(CAP_KILL) | CAP(CAP_SYS_CHROOT) | CAP(CAP_CHOWN) |
			/* overlays act with their mounter's rights when they copy a file up */
			CAP(CAP_DAC_OVERRIDE) | CAP(CAP_FOWNER) |
			/* routes of an observed job's network, and its listeners below port 1024 */
			CAP(CAP_NET_ADMIN) | CAP(CAP_NET_BIND_SERVICE),
	.files = 1024,
	.calls = &calls_runner,
	.peers = "store",
	.sees = "/proc of its own PID namespace, device nodes for jobs, runtimes read-only, /job",
	.descriptors = "/ socket:* */skill-verifier* /sys/fs/cgroup/* /memfd:* pipe:* "
		       "anon_inode:[[]pidfd[]] anon_inode:inotify",
	.mounts = "/:tmpfs:ro /proc:proc:ro /jobdev:tmpfs:ro /jobdev/null:*:rw /jobdev/zero:*:rw "
		  "/jobdev/full:*:rw /jobdev/random:*:rw /jobdev/urandom:*:rw ?/runtimes:*:ro",
	.enter_root = enter_root,
	.run = runner_run,
};

struct slot {
	bool busy, answered;
	bool swept;          /* false after a crash: its groups may still be there */
	uint8_t phase;       /* enum job_phase, as the worker said */
	int64_t deadline_us; /* of the worker in this phase; it hangs after that */
	struct msg_attempt at;
	struct chan report;
	pid_t pid;
	int pidfd;
};

struct runner {
	struct job_env env;
	struct chan *control, store;
	uint8_t *mac_key; /* 32 bytes on a page that children do not inherit */
	unsigned n_slots;
	struct slot slots[SLOTS_MAX];
	struct probe probe;
	struct checker checker;
	bool stopping;
};

/* C12: workers never see the key, not even for the moment before they run. */
static uint8_t *key_page(const uint8_t key[32])
{
	void *p = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED) return NULL;
	if (madvise(p, 4096, MADV_WIPEONFORK) < 0 || mlock(p, 4096) < 0) return NULL;
	memcpy(p, key, 32);
	return p;
}

static void probe_json(struct jw *w, const struct probe *p)
{
	unsigned i;

	jw_key(w, "probe");
	jw_array(w);
	for (i = 0; i < p->n; i++) {
		jw_object(w);
		jw_key_cstr(w, "item", p->line[i].item);
		jw_key_bool(w, "ok", p->line[i].ok);
		jw_key_cstr(w, "text", p->line[i].text);
		jw_object_end(w);
	}
	jw_array_end(w);
}

static void runtimes_json(struct jw *w, const struct runtimes *r)
{
	unsigned i;

	jw_key(w, "runtimes");
	jw_array(w);
	for (i = 0; i < r->n; i++) {
		jw_object(w);
		jw_key_bool(w, "checked", r->list[i].checked);
		jw_key_hex(w, "digest", SLICE_OF(r->list[i].digest));
		jw_key_cstr(w, "name", r->list[i].name);
		jw_key_bool(w, "ok", r->list[i].ok);
		jw_key_cstr(w, "uri", r->list[i].uri);
		jw_object_end(w);
	}
	jw_array_end(w);
}

/* What /info shows of this role. */
static int info_file(const struct runner *r)
{
	struct buf b = buf_heap(64 * KIB);
	struct jw w = jw_to(&b, false);
	int fd;

	jw_object(&w);
	jw_key_cstr(&w, "tier", tier_text(r->env.sandbox.tier));
	jw_key_u64(&w, "landlockAbi", r->env.sandbox.landlock_abi);
	jw_key_cstr(&w, "cgroup", cgroup_text(r->env.sandbox.cgroup.kind));
	jw_key_cstr(&w, "accounting", accounting_text(r->env.sandbox.cgroup.kind));
	jw_key_hex(&w, "seccompSha256", SLICE_OF(sandbox_filter(&r->env.sandbox)->sha256));
	jw_key_cstr(&w, "speculation", r->env.sandbox.speculation);
	jw_key_u64(&w, "slots", r->n_slots);
	probe_json(&w, &r->probe);
	runtimes_json(&w, &r->env.runtimes);
	jw_object_end(&w);
	fd = b.err ? -1 : memfd_of("info", buf_slice(&b));
	buf_drop(&b);
	return fd;
}

static void log_probe(const struct probe *p, int64_t us)
{
	unsigned i;

	for (i = 0; i < p->n; i++)
		log_event(p->line[i].ok ? LOG_INFO : LOG_WARN, "sandbox.probe",
			"item=%s ok=%d text=\"%s\"", p->line[i].item, p->line[i].ok,
			p->line[i].text);
	log_event(LOG_INFO, "sandbox.probed", "items=%u us=%lld", p->n, (long long)us);
}

/* Who we are, for store; said again when something of it has changed. */
static enum err say_hello(struct runner *r)
{
	struct msg_runner hello = {.slots = r->n_slots};
	int fd = info_file(r);
	enum err e = MSG_SEND(&r->store, MSG_RUNNER, 0, runner, &hello, &fd, fd >= 0);

	fd_close(&fd);
	return e;
}

/* What a process that works beside us has no business with: store and init. */
static void leave_peers(void *arg)
{
	struct runner *r = arg;

	chan_drop(&r->store);
	chan_drop(r->control);
}

/* Everything that jobs share. The boot message holds binary and control groups. */
static enum err prepare(
	struct runner *r, const struct boot *boot, struct message *m, struct why *why)
{
	int64_t begin;
	unsigned i;
	int exe;
	enum err e;

	r->store = chan_of(message_fd(m, 0));
	exe = message_fd(m, 1);
	r->env.sandbox = (struct sandbox_env)SANDBOX_ENV_INIT;
	r->env.sandbox.proc = root.proc;
	r->env.sandbox.counts = root.counts;
	r->env.sandbox.proc_error = root.proc_error;
	r->env.sandbox.nested = root.nested;
	r->env.sandbox.cgroup.kind = boot->cgroup_kind;
	for (i = 0; i < CG_V1_COUNT; i++)
		if (boot->cgroup_dirs >> i & 1)
			r->env.sandbox.cgroup.dir[i] =
				message_fd(m, 2 + parts_count(boot->cgroup_dirs & ((1U << i) - 1)));
	/* A runner that was killed leaves the groups of its jobs; ours will have the same names. */
	cgroup_env_sweep(&r->env.sandbox.cgroup);
	e = helper_env_open(&r->env.helper, exe, why);
	fd_close(&exe);
	if (e) return e;
	begin = clock_mono_us();
	e = sandbox_probe(&r->env.sandbox, &r->probe, boot->conf.allow_tier, why);
	if (!e) e = sandbox_observe(&r->env.sandbox, &r->probe, boot->conf.observe, why);
	log_probe(&r->probe, clock_mono_us() - begin);
	if (e) return e;
	runtimes_load(&r->env.runtimes, ROOT_RUNTIMES);
	for (i = 0; i < r->env.runtimes.n; i++)
		if (!r->env.runtimes.list[i].ok)
			log_event(LOG_ERROR, "runtime.refused", "name=%s why=\"%s\"",
				r->env.runtimes.list[i].name, r->env.runtimes.list[i].trouble);
	r->n_slots = boot->conf.slots < SLOTS_MAX ? boot->conf.slots : SLOTS_MAX;
	e = say_hello(r);
	if (!e) checker_start(&r->checker, &r->env.runtimes, leave_peers, r);
	return e;
}

static _Noreturn void worker_main(
	struct runner *r, unsigned slot, int package, const struct msg_run *run, int report_fd)
{
	struct chan report = chan_of(report_fd);
	struct job job = {.run = *run, .package = package, .slot = slot, .cancel = -1};
	unsigned i;

	/* Nor has the worker with other workers. */
	leave_peers(r);
	fd_close(&r->checker.fd);
	for (i = 0; i < r->n_slots; i++) {
		chan_drop(&r->slots[i].report);
		fd_close(&r->slots[i].pidfd);
	}
	job_run(&r->env, &job, &report);
	/* The channel is read until its end: what is queued must go out first. */
	while (chan_wants_write(&report)) {
		struct pollfd p = {report.fd, POLLOUT, 0};

		if (poll(&p, 1, 1000) <= 0 || chan_flush(&report)) break;
	}
	_exit(0);
}

/*
 * When a worker has to be done with what it says it is doing: all deadlines of
 * its own, and a margin. Up to three helpers read a package one after another.
 */
static int64_t phase_deadline(const struct runner *r, uint8_t phase)
{
	int64_t ms = 3 * LIMIT_UNPACK_MS;

	if (phase == PHASE_RUN_SETUP || phase == PHASE_RUN_TEST)
		ms = LIMIT_SETUP_MS + (int64_t)r->env.conf->timeout_cap_ms + LIMIT_END_MS +
		     /* what it left behind, and the search of it (effects.h) */
		     (r->env.conf->observe ? LIMIT_WRITTEN_MS + LIMIT_UNPACK_MS : 0);
	/* No probe starts behind the deadline of all; the last one may begin just before. */
	if (phase == PHASE_RUN_PROBE)
		ms = LIMIT_PROBES_MS + LIMIT_SETUP_MS + LIMIT_END_MS +
		     (r->env.conf->observe ? LIMIT_WRITTEN_MS + LIMIT_UNPACK_MS : 0);
	return clock_mono_us() + 1000 * (ms + LIMIT_WORKER_MARGIN_MS);
}

/* Each phase once and in their order, so that a worker cannot put off its end. */
static enum err worker_phase(struct runner *r, struct slot *s, struct message *m)
{
	struct msg_phase p = {0};
	enum err e = MSG_READ(phase, m, &p);

	if (e || memcmp(&p.at, &s->at, sizeof p.at) != 0 || p.phase <= s->phase) return E_PROTOCOL;
	s->phase = p.phase;
	s->deadline_us = phase_deadline(r, p.phase);
	return chan_send(&r->store, MSG_PHASE, 0, message_body(m), NULL, 0);
}

/* Ends workers that hang, with everything in their groups; reap tells store. */
static void end_hung(struct runner *r)
{
	unsigned i;

	for (i = 0; i < r->n_slots; i++) {
		struct slot *s = &r->slots[i];

		if (!s->busy || clock_mono_us() < s->deadline_us) continue;
		log_event(LOG_ERROR, "runner.worker-hung", "slot=%u phase=%u", i, s->phase);
		sys_pidfd_send_signal(s->pidfd, SIGKILL);
		cgroup_slot_kill(&r->env.sandbox.cgroup, i);
		s->deadline_us = INT64_MAX;
	}
}

/* Milliseconds until the next worker is late; -1 when there is none. */
static int next_deadline(const struct runner *r)
{
	int64_t first = INT64_MAX, left;
	unsigned i;

	for (i = 0; i < r->n_slots; i++)
		if (r->slots[i].busy && r->slots[i].deadline_us < first)
			first = r->slots[i].deadline_us;
	if (first == INT64_MAX) return -1;
	left = (first - clock_mono_us()) / 1000 + 1;
	return left < 0 ? 0 : left > INT32_MAX ? INT32_MAX : (int)left;
}

static struct slot *free_slot(struct runner *r)
{
	unsigned i;

	for (i = 0; i < r->n_slots; i++)
		if (!r->slots[i].busy) return &r->slots[i];
	return NULL;
}

static void crashed(struct runner *r, const struct msg_attempt *at)
{
	struct msg_attempt m = *at;

	MSG_SEND(&r->store, MSG_CRASHED, 0, attempt, &m, NULL, 0);
}

static void start_job(struct runner *r, struct message *m)
{
	struct msg_run run = {0};
	struct slot *s = free_slot(r);
	int pair[2], package;

	if (MSG_READ(run, m, &run)) return;
	package = message_fd(m, 0);
	if (!s || package < 0 || !memfd_sealed(package) || chan_pair(pair)) {
		/* Store knows our slots and seals its packages: this is a bug, said loudly. */
		log_event(
			LOG_ERROR, "runner.bad-request", "free=%d package=%d", s != NULL, package);
		crashed(r, &run.at);
		fd_close(&package);
		return;
	}
	*s = (struct slot){.busy = true, .swept = s->swept, .at = run.at, .pidfd = -1};
	s->deadline_us = phase_deadline(r, PHASE_NONE);
	s->pid = sys_fork(SV_CLONE_NEWNS, &s->pidfd, -1);
	if (s->pid == 0) {
		fd_close(&pair[0]);
		worker_main(r, (unsigned)(s - r->slots), package, &run, pair[1]);
	}
	fd_close(&pair[1]);
	fd_close(&package);
	s->report = chan_of(pair[0]);
	if (s->pid < 0) {
		log_event(LOG_ERROR, "runner.no-worker", "errno=%d", errno);
		crashed(r, &run.at);
		chan_drop(&s->report);
		s->busy = false;
	}
}

/* Adds the MAC over the record and passes the result on. */
static enum err forward_result(struct runner *r, struct slot *s, struct message *m)
{
	struct msg_result res = {0};
	struct slice record;
	enum err e = MSG_READ(result, m, &res);

	if (e || memcmp(&res.at, &s->at, sizeof res.at) != 0 || !(res.parts & PART_RECORD) ||
		parts_count(res.parts) != m->n_fds)
		return E_PROTOCOL;
	e = map_sealed(m->fds[0], LIMIT_RECORD_BYTES, &record);
	if (e) return e;
	hmac_sha256(slice_of(r->mac_key, 32), record, res.mac);
	map_drop(&record);
	return MSG_SEND(&r->store, MSG_RESULT, 0, result, &res, m->fds, m->n_fds);
}

static void worker_message(struct runner *r, struct slot *s)
{
	static struct message m;
	enum err e;

	while ((e = chan_recv(&s->report, &m)) == E_OK) {
		if (m.type == MSG_RESULT && !s->answered)
			e = forward_result(r, s, &m);
		else if (m.type == MSG_PHASE && !s->answered)
			e = worker_phase(r, s, &m);
		else if (m.type == MSG_REFUSED && !s->answered)
			e = chan_send(&r->store, m.type, 0, message_body(&m), NULL, 0);
		else
			e = E_PROTOCOL;
		s->answered = s->answered || m.type != MSG_PHASE;
		message_drop(&m);
		if (e) break;
	}
	if (e == E_AGAIN) return;
	if (e != E_CLOSED) log_event(LOG_ERROR, "runner.worker-message", "error=%s", err_name(e));
	chan_drop(&s->report);
}

/* Reaps workers, and orphans of workers that died (we are their pid 1). */
static void reap(struct runner *r)
{
	int status;
	unsigned i;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
		for (i = 0; i < r->n_slots; i++) {
			struct slot *s = &r->slots[i];

			if (!s->busy || s->pid != pid) continue;
			if (chan_open(&s->report)) worker_message(r, s);
			if (!s->answered && !r->stopping) {
				log_event(LOG_ERROR, "runner.worker-died", "status=%d", status);
				cgroup_slot_kill(&r->env.sandbox.cgroup, i);
				s->swept = false;
				crashed(r, &s->at);
			}
			/* Groups of the dead are busy for a moment: then after the next job. */
			if (!s->swept) s->swept = cgroup_slot_sweep(&r->env.sandbox.cgroup, i);
			chan_drop(&s->report);
			fd_close(&s->pidfd);
			s->busy = false;
		}
}

static void stop(struct runner *r)
{
	unsigned i;

	r->stopping = true;
	for (i = 0; i < r->n_slots; i++)
		if (r->slots[i].busy) sys_pidfd_send_signal(r->slots[i].pidfd, SIGKILL);
}

static bool all_idle(const struct runner *r)
{
	unsigned i;

	for (i = 0; i < r->n_slots; i++)
		if (r->slots[i].busy) return false;
	return true;
}

/* Returns false when the runner has to end. */
static bool control_message(struct runner *r, struct message *m)
{
	switch (m->type) {
	case MSG_PING: chan_send(r->control, MSG_PONG, 0, SLICE_NONE, NULL, 0); return true;
	case MSG_PEER:
		chan_drop(&r->store);
		r->store = chan_of(message_fd(m, 0));
		return true;
	case MSG_STOP: stop(r); return true;
	default: return false;
	}
}

static bool read_channels(struct runner *r, struct message *m)
{
	enum err e;

	while ((e = chan_recv(r->control, m)) == E_OK) {
		bool more = control_message(r, m);

		message_drop(m);
		if (!more) return false;
	}
	if (e != E_AGAIN) return false;
	/*
	 * For store a job leaves its slot with its result; here only with the end
	 * of its worker, which comes a little later. Until then the next job stays
	 * in the channel.
	 */
	e = E_AGAIN;
	while ((r->stopping || free_slot(r)) && (e = chan_recv(&r->store, m)) == E_OK) {
		if (m->type == MSG_RUN && !r->stopping) start_job(r, m);
		message_drop(m);
	}
	if (e == E_OK) e = E_AGAIN;
	/* Without store there is nobody to work for: init restarts everything. */
	if (e != E_OK && e != E_AGAIN) chan_drop(&r->store);
	return true;
}

static int loop(struct runner *r, struct message *m)
{
	while (!(r->stopping && all_idle(r))) {
		struct pollfd p[3 + 2 * SLOTS_MAX];
		bool out = chan_wants_write(&r->store), in = r->stopping || free_slot(r);
		unsigned i, n = 0;

		p[n++] = (struct pollfd){r->control->fd, POLLIN, 0};
		p[n++] = (struct pollfd){in || out ? r->store.fd : -1,
			(short)((in ? POLLIN : 0) | (out ? POLLOUT : 0)), 0};
		for (i = 0; i < r->n_slots; i++) {
			p[n++] = (struct pollfd){
				r->slots[i].busy ? r->slots[i].report.fd : -1, POLLIN, 0};
			p[n++] = (struct pollfd){
				r->slots[i].busy ? r->slots[i].pidfd : -1, POLLIN, 0};
		}
		p[n++] = (struct pollfd){r->checker.fd, POLLIN, 0};
		if (poll(p, n, next_deadline(r)) < 0 && errno != EINTR) return ROLE_EXIT_FAILED;
		end_hung(r);
		for (i = 0; i < r->n_slots; i++)
			if (r->slots[i].busy && p[2 + 2 * i].revents)
				worker_message(r, &r->slots[i]);
		reap(r);
		if (p[n - 1].revents && checker_read(&r->checker, &r->env.runtimes) &&
			chan_open(&r->store))
			say_hello(r);
		if (chan_open(&r->store)) chan_flush(&r->store);
		if (!read_channels(r, m)) return ROLE_EXIT_PEER;
	}
	return ROLE_EXIT_ORDERLY;
}

static int runner_run(struct boot *boot, struct chan *control, struct message *m)
{
	static struct runner r;
	static struct conf conf;
	struct why why = WHY_INIT;
	unsigned i;
	enum err e;

	conf = boot->conf;
	r.control = control;
	r.checker = (struct checker)CHECKER_INIT;
	r.env.conf = &conf;
	r.env.boot_us = (int64_t)boot->boot_us;
	memcpy(r.env.policy_sha256, boot->policy_sha256, sizeof r.env.policy_sha256);
	for (i = 0; i < SLOTS_MAX; i++)
		r.slots[i] = (struct slot){.report = CHAN_INIT, .pidfd = -1, .swept = true};
	r.mac_key = key_page(boot->mac_key);
	wipe(boot->mac_key, sizeof boot->mac_key);
	e = r.mac_key ? prepare(&r, boot, m, &why) : E_NO_MEMORY;
	if (e) {
		log_event(LOG_ERROR, "runner.not-ready", "why=\"%s\"", why.text);
		/* What this place does not have a second start does not bring. */
		return e == E_SANDBOX_SETUP ? ROLE_EXIT_UNCONFINED : ROLE_EXIT_FAILED;
	}
	chan_send(control, MSG_READY, 0, SLICE_NONE, NULL, 0);
	return loop(&r, m);
}
