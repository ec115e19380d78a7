/* SPDX-License-Identifier: MIT */
/* K in a network namespace of its own, S played by the test. */
#include "sinkhole_run.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fdio.h"
#include "base/text.h"
#include "runner/sandbox/calls.h"
#include "runner/sandbox/sinkhole_steps.h"
#include "runner/sandbox/sinkhole_wire.h"

int to_s, said;

void log_line(const char *what, long result, struct slice detail)
{
	char mem[256];
	struct buf b = buf_on(mem, sizeof mem);

	buf_fmt(&b, "%s %ld ", what, result);
	buf_ascii(&b, detail, 100);
	buf_u8(&b, '\n');
	if (write(said, b.p, b.n) < 0) _exit(1);
}

pid_t keeper_of(const struct network *n)
{
	char path[64], text[64];
	int fd;
	ssize_t got;

	snprintf(path, sizeof path, "/proc/%d/task/%d/children", n->init, n->init);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	got = fd < 0 ? -1 : read(fd, text, sizeof text - 1);
	fd_close(&fd);
	text[got > 0 ? got : 0] = '\0';
	return (pid_t)strtol(text, NULL, 10);
}

static _Noreturn void init_main(struct network *n, client_fn *client, int ask, int log, int go)
{
	static const struct limit_facts limits = {.files = 1024};
	static const char file[] = "nameserver 127.0.0.53\n";
	struct sandbox_env env = SANDBOX_ENV_INIT;
	struct workspace ws = WORKSPACE_INIT;
	struct sandbox_phase phase = {.limits_of_job = &limits};
	struct inner in = {
		.env = &env, .ws = &ws, .phase = &phase, .status = log, .sinkhole = &n->s};
	char name[] = "/tmp/sv-resolv-XXXXXX", byte;
	int fd, status;
	pid_t pid;

	env.uid_base = 70000;
	sinkhole_keep_inner(&n->s);
	if (filter_compile(&calls_sinkhole, &env.sinkhole, NULL)) _exit(10);
	if (unshare(CLONE_NEWNET | CLONE_NEWNS) < 0) _exit(11);
	fd = mkstemp(name);
	if (fd < 0 || write(fd, file, sizeof file - 1) < 0 || fchmod(fd, 0644) < 0) _exit(12);
	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0) _exit(12);
	/* Where there is none, libcs ask at 127.0.0.1. */
	if (access("/etc/resolv.conf", F_OK) == 0 &&
		mount(name, "/etc/resolv.conf", NULL, MS_BIND, NULL) < 0)
		_exit(12);
	unlink(name);
	if (sinkhole_network(&in) < 0) _exit(13);
	if (sinkhole_start(&in) < 0) _exit(14);
	if (sinkhole_ready(&in) < 0) _exit(15);
	if (read(go, &byte, 1) != 1) _exit(16);
	pid = fork();
	if (pid == 0) {
		to_s = ask;
		said = log;
		client();
		_exit(0);
	}
	close(ask);
	close(log);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	sinkhole_stop(&in);
	_exit(status ? 17 : 0);
}

static void serve(struct network *n, int ask, int log)
{
	int64_t end = clock_mono_us() + 20000000;

	while (clock_mono_us() < end) {
		struct pollfd p[] = {{ask, POLLIN, 0}, {log, POLLIN, 0}, {n->s.channel, POLLIN, 0}};
		struct endpoint at;
		bool there;

		poll(p, 3, 1000);
		if (p[2].revents) sinkhole_read(&n->s, n->o);
		if (p[0].revents & POLLIN && read(ask, &at, sizeof at) == (ssize_t)sizeof at) {
			sinkhole_read(&n->s, n->o);
			there = sinkhole_expect(&n->s, &at);
			if (write(ask, &there, 1) != 1) return;
		}
		if (p[1].revents) {
			ssize_t got = read(log, n->said + n->n_said, sizeof n->said - n->n_said);

			if (got <= 0) return;
			n->n_said += (size_t)got;
		}
	}
	CHECK(!"the client has ended in time");
}

/* Runs a client and tells what was seen; 0 or init's exit status. */
int network_run(struct network *n, client_fn *client, before_fn *before)
{
	int ask[2], log[2], go[2], status = -1;

	*n = (struct network){.s = SINKHOLE_INIT};
	CHECK_ERR(observer_new(&n->o, MONITOR_CALLS), E_OK);
	observer_phase(n->o, OBSERVED_TEST);
	CHECK_ERR(sinkhole_open(&n->s), E_OK);
	CHECK(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ask) == 0);
	CHECK(pipe2(log, O_CLOEXEC) == 0 && pipe2(go, O_CLOEXEC) == 0);
	fflush(stdout);
	n->init = fork();
	if (n->init == 0) {
		close(ask[0]);
		close(log[0]);
		close(go[1]);
		init_main(n, client, ask[1], log[1], go[0]);
	}
	sinkhole_keep_outer(&n->s);
	close(ask[1]);
	close(log[1]);
	if (before) before(n);
	CHECK(write(go[1], "", 1) == 1);
	close(go[0]);
	close(go[1]);
	serve(n, ask[0], log[0]);
	CHECK(waitpid(n->init, &status, 0) == n->init);
	sinkhole_end(&n->s, n->o);
	observer_finish(n->o, &n->seen);
	close(ask[0]);
	close(log[0]);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

void network_drop(struct network *n)
{
	sinkhole_drop(&n->s);
	observer_drop(n->o);
}

const struct observed *row(
	const struct network *n, enum observed_kind kind, const char *value, const char *detail)
{
	unsigned i;

	for (i = 0; i < n->seen.n; i++)
		if (n->seen.rows[i].kind == kind && slice_is(n->seen.rows[i].value, value) &&
			slice_is(n->seen.rows[i].detail, detail))
			return &n->seen.rows[i];
	return NULL;
}

/* Whole streams: a head, its place, its bytes. True when one is exactly that. */
bool traffic_has(const struct network *n, enum traffic_channel channel, const char *place,
	struct slice bytes)
{
	struct buf b = buf_heap(8 * MIB);
	struct slice rest;
	bool found = false;

	CHECK(lseek(n->s.traffic, 0, SEEK_SET) == 0);
	CHECK_ERR(fd_read_all(n->s.traffic, &b), E_OK);
	rest = buf_slice(&b);
	while (rest.n >= sizeof(struct traffic_head)) {
		struct traffic_head h;

		memcpy(&h, rest.p, sizeof h);
		rest = slice_from(rest, sizeof h);
		CHECK(h.channel < TRAFFIC_CHANNELS && h.place_bytes + h.bytes <= rest.n);
		if (h.channel == channel && slice_is(slice_sub(rest, 0, h.place_bytes), place) &&
			slice_eq(slice_sub(rest, h.place_bytes, h.bytes), bytes))
			found = true;
		rest = slice_from(rest, h.place_bytes + h.bytes);
	}
	CHECK(rest.n == 0);
	buf_drop(&b);
	return found;
}
