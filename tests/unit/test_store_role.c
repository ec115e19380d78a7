/* SPDX-License-Identifier: MIT */
/*
 * The store role in a process of its own, in a folder as its root. The test is
 * its http, its runner and its attest, and does not always answer.
 */
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/fdio.h"
#include "proc/memfd.h"
#include "proc/msg.h"
#include "proc/role.h"
#include "test.h"

static struct message msg;

struct store_role {
	char dir[64];
	pid_t pid;
	struct chan control, http, runner, attest;
};

static void child(const char *dir, int control)
{
	static struct boot boot;
	struct chan c = chan_of(control);
	int null = open("/dev/null", O_WRONLY | O_CLOEXEC);

	dup2(null, 2);
	if (chroot(dir) || chdir("/")) _exit(99);
	conf_default(&boot.conf);
	boot.conf.attest_ms = 200;
	memset(&msg, 0, sizeof msg);
	_exit(role_store.run(&boot, &c, &msg));
}

static enum err next(struct chan *c)
{
	struct pollfd p = {c->fd, POLLIN, 0};

	return poll(&p, 1, 10000) == 1 ? chan_recv(c, &msg) : E_TIMEOUT;
}

static struct chan peer(struct store_role *r, enum role_id id)
{
	struct msg_peer m = {(uint8_t)id};
	int pair[2] = {-1, -1};

	if (chan_pair(pair)) abort();
	CHECK_ERR(MSG_SEND(&r->control, MSG_PEER, 0, peer, &m, &pair[1], 1), E_OK);
	close(pair[1]);
	return chan_of(pair[0]);
}

static void role_start(struct store_role *r)
{
	int control[2] = {-1, -1};

	memset(r, 0, sizeof *r);
	snprintf(r->dir, sizeof r->dir, "/tmp/sv-store-XXXXXX");
	if (!mkdtemp(r->dir) || chan_pair(control)) abort();
	fflush(stdout);
	r->pid = fork();
	if (r->pid == 0) {
		close(control[0]);
		child(r->dir, control[1]);
	}
	close(control[1]);
	r->control = chan_of(control[0]);
	CHECK_ERR(next(&r->control), E_OK);
	CHECK(msg.type == MSG_READY);
	r->http = peer(r, ROLE_HTTP);
	r->runner = peer(r, ROLE_RUNNER);
	r->attest = peer(r, ROLE_ATTEST);
}

static void role_stop(struct store_role *r)
{
	struct msg_stop stop = {true};
	char path[128];
	int status = -1;

	CHECK_ERR(MSG_SEND(&r->control, MSG_STOP, 0, stop, &stop, NULL, 0), E_OK);
	CHECK(waitpid(r->pid, &status, 0) == r->pid && status == 0);
	chan_drop(&r->control);
	chan_drop(&r->http);
	chan_drop(&r->runner);
	chan_drop(&r->attest);
	snprintf(path, sizeof path, "%s/jobs.db", r->dir);
	CHECK(unlink(path) == 0);
	CHECK(rmdir(r->dir) == 0);
}

/* Submits a package and lets the runner have it; returns the attempt. */
static struct msg_attempt job_at_runner(struct store_role *r)
{
	struct msg_submit m = {.size = 7};
	struct msg_submitted sub = {0};
	struct msg_runner hello = {1};
	struct msg_run run = {0};
	int fd = memfd_of("package", SLICE("package"));

	sha256(SLICE("package"), m.sha256);
	CHECK_ERR(MSG_SEND(&r->http, MSG_SUBMIT, 9, submit, &m, &fd, 1), E_OK);
	fd_close(&fd);
	CHECK_ERR(next(&r->http), E_OK);
	CHECK(msg.type == MSG_SUBMITTED && msg.id == 9);
	CHECK_ERR(MSG_READ(submitted, &msg, &sub), E_OK);
	CHECK_ERR(sub.code, E_OK);
	CHECK_ERR(MSG_SEND(&r->runner, MSG_RUNNER, 0, runner, &hello, NULL, 0), E_OK);
	CHECK_ERR(next(&r->runner), E_OK);
	CHECK(msg.type == MSG_RUN && msg.n_fds == 1);
	CHECK_ERR(MSG_READ(run, &msg, &run), E_OK);
	CHECK(memcmp(run.at.job_id, sub.job_id, JOB_ID_LEN) == 0 && run.at.attempt == 1);
	message_drop(&msg);
	return run.at;
}

static void send_record(struct store_role *r, const struct msg_attempt *at)
{
	struct msg_result m = {.at = *at, .mac = {7}, .parts = PART_RECORD};
	int fd = memfd_of("record", SLICE("record"));

	CHECK_ERR(MSG_SEND(&r->runner, MSG_RESULT, 0, result, &m, &fd, 1), E_OK);
	fd_close(&fd);
}

static void attest_hello(struct store_role *r)
{
	struct msg_attester m = {true, true, SLICE("")};

	CHECK_ERR(MSG_SEND(&r->attest, MSG_ATTESTER, 0, attester, &m, NULL, 0), E_OK);
}

static int64_t cpu_us(pid_t pid)
{
	clockid_t clock;
	struct timespec t = {0};

	CHECK(clock_getcpuclockid(pid, &clock) == 0 && clock_gettime(clock, &t) == 0);
	return t.tv_sec * 1000000LL + t.tv_nsec / 1000;
}

static void pause_ms(long ms)
{
	struct timespec t = {ms / 1000, ms % 1000 * 1000000};

	nanosleep(&t, NULL);
}

static uint8_t state_of(struct store_role *r, const struct msg_attempt *at)
{
	struct msg_get get = {.parts = 0};
	struct msg_job view = {0};

	memcpy(get.job_id, at->job_id, JOB_ID_LEN);
	CHECK_ERR(MSG_SEND(&r->http, MSG_GET, 1, get, &get, NULL, 0), E_OK);
	CHECK_ERR(next(&r->http), E_OK);
	CHECK_ERR(MSG_READ(job, &msg, &view), E_OK);
	return view.job.state;
}

TEST(store_role_waits_quietly_for_an_attest_that_is_not_ready)
{
	struct store_role r;
	struct msg_attempt at;
	int64_t used;

	if (getuid() != 0) SKIP("needs root for its own root");
	role_start(&r);
	at = job_at_runner(&r);
	used = cpu_us(r.pid);
	send_record(&r, &at);
	pause_ms(100);
	CHECK(state_of(&r, &at) == JOB_RUNNING);
	used = cpu_us(r.pid) - used;
	if (used >= 50000) printf("# %lld us in 100 ms\n", (long long)used);
	CHECK(used < 50000);
	/* Nobody signs it in time. */
	pause_ms(300);
	CHECK(state_of(&r, &at) == JOB_FAILED);
	role_stop(&r);
}

TEST(store_role_waits_quietly_for_a_slow_attest)
{
	struct store_role r;
	struct msg_attempt at;
	struct msg_retry retry = {.code = E_TIMEOUT, .text = SLICE("late")};
	int64_t used;

	if (getuid() != 0) SKIP("needs root for its own root");
	role_start(&r);
	at = job_at_runner(&r);
	attest_hello(&r);
	send_record(&r, &at);
	CHECK_ERR(next(&r.attest), E_OK);
	CHECK(msg.type == MSG_ATTEST && msg.n_fds == 1);
	message_drop(&msg);
	/* Past the time for an attestation; attest still works on it. */
	pause_ms(300);
	used = cpu_us(r.pid);
	pause_ms(500);
	used = cpu_us(r.pid) - used;
	if (used >= 100000) printf("# %lld us in 500 ms\n", (long long)used);
	CHECK(used < 100000);
	CHECK(state_of(&r, &at) == JOB_RUNNING);
	/* Its refusal is the end. */
	retry.at = at;
	CHECK_ERR(MSG_SEND(&r.attest, MSG_RETRY, 0, retry, &retry, NULL, 0), E_OK);
	pause_ms(300);
	CHECK(state_of(&r, &at) == JOB_FAILED);
	role_stop(&r);
}

TEST(store_role_runs_a_job_again_when_its_runner_dies)
{
	struct store_role r;
	struct msg_attempt at;
	struct msg_runner hello = {1};
	struct msg_run run = {0};

	if (getuid() != 0) SKIP("needs root for its own root");
	role_start(&r);
	at = job_at_runner(&r);
	chan_drop(&r.runner);
	r.runner = peer(&r, ROLE_RUNNER);
	CHECK_ERR(MSG_SEND(&r.runner, MSG_RUNNER, 0, runner, &hello, NULL, 0), E_OK);
	CHECK_ERR(next(&r.runner), E_OK);
	CHECK_ERR(MSG_READ(run, &msg, &run), E_OK);
	CHECK(run.at.attempt == 2 && memcmp(run.at.job_id, at.job_id, JOB_ID_LEN) == 0);
	CHECK_SLICE(run.reason, SLICE("runner-died"));
	message_drop(&msg);
	/* A late result of the first attempt is not taken for the second's. */
	attest_hello(&r);
	send_record(&r, &at);
	send_record(&r, &run.at);
	CHECK_ERR(next(&r.attest), E_OK);
	struct msg_result m = {0};
	CHECK(msg.type == MSG_ATTEST);
	CHECK_ERR(MSG_READ(result, &msg, &m), E_OK);
	CHECK(m.at.attempt == 2);
	message_drop(&msg);
	role_stop(&r);
}
