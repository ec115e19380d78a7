/* SPDX-License-Identifier: MIT */
/* Starting helper processes. Runs in runner workers and the command line. */
#include "runner/helper.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fdio.h"
#include "base/limits.h"
#include "base/num.h"
#include "proc/helper.h"
#include "proc/memfd.h"
#include "proc/role.h"
#include "proc/sys.h"

/* Memory a parser may use: libarchive's and zstd's windows, and room (H01-H64 ask for 64 MiB). */
#define HELPER_DATA  (56 * MIB)
#define HELPER_FILES 32

enum err helper_env_open(struct helper_env *env, int exe, struct why *why)
{
	struct filter f = FILTER_INIT;
	enum err e = filter_compile(&helper_calls, &f, why);

	if (e) return e;
	env->filter = memfd_of("helper-filter", buf_slice(&f.program));
	filter_drop(&f);
	env->exe = fcntl(exe, F_DUPFD_CLOEXEC, 16);
	return env->filter < 0 || env->exe < 0 ? why_sys(why, E_SANDBOX_SETUP, "helper") : E_OK;
}

static const char *helper_name(enum helper_kind kind)
{
	static const char *const names[] = {"unpack", "manifest", "inspect", "signature", "leaks"};

	return names[kind];
}

static enum err lower_limits(struct why *why)
{
	enum err e = role_rlimit(RLIMIT_NOFILE, HELPER_FILES, why);

	if (!e) e = role_rlimit(RLIMIT_CORE, 0, why);
	if (!e) e = role_rlimit(RLIMIT_DATA, HELPER_DATA, why);
	if (!e) e = role_rlimit(RLIMIT_FSIZE, LIMIT_FILE_BYTES, why);
	if (!e) e = role_rlimit(RLIMIT_CPU, LIMIT_UNPACK_MS / 1000 + 1, why);
	return e;
}

/*
 * In the child: descriptors to their places, root, limits, ids, exec. The
 * filter is loaded by the new program, because exec itself needs more calls.
 */
static _Noreturn void become_helper(const struct helper_env *env, enum helper_kind kind, int source,
	int root, int result, uint32_t uid, const char *argument)
{
	static char *const no_env[] = {NULL};
	char title[32], word[16], hex[2 * LIMIT_COMPONENT_BYTES + 1];
	char *const argv[] = {title, (char[]){"--helper"}, word, hex, NULL};
	struct why why = WHY_INIT;
	int from[] = {result, source, root, env->filter, env->exe};
	unsigned i;

	snprintf(title, sizeof title, "skill-verifier: %s", helper_name(kind));
	snprintf(word, sizeof word, "%s", helper_name(kind));
	snprintf(hex, sizeof hex, "%s", argument);
	/* Out of the way of 3 to 6 first, then into place. */
	for (i = 0; i < 5; i++)
		from[i] = fcntl(from[i], F_DUPFD_CLOEXEC, 32);
	for (i = 0; i < 4; i++)
		if (from[i] < 0 || dup2(from[i], HELPER_FD_RESULT + (int)i) < 0) _exit(101);
	if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) < 0) _exit(102);
	if (fchdir(HELPER_FD_ROOT) < 0 || chroot(".") < 0) _exit(103);
	if (lower_limits(&why)) _exit(104);
	if (role_drop_ids(uid, 0, &why)) _exit(105);
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0) _exit(106);
	sys_close_range(HELPER_FD_FILTER + 1, ~0U, SV_CLOSE_RANGE_CLOEXEC);
	sys_execveat(from[4], argv, no_env);
	_exit(107);
}

/* Reads the result until its end or the time limit. */
static enum err read_result(int fd, struct buf *result, int64_t until_us)
{
	for (;;) {
		int64_t left = (until_us - clock_mono_us()) / 1000;
		struct pollfd p = {fd, POLLIN, 0};
		uint8_t mem[4096];
		ssize_t n;

		if (left <= 0) return E_TIMEOUT;
		if (poll(&p, 1, (int)left) <= 0) continue;
		n = read(fd, mem, sizeof mem);
		if (n < 0 && errno == EINTR) continue;
		if (n < 0) return E_SYSTEM;
		if (n == 0) return E_OK;
		buf_put(result, slice_of(mem, (size_t)n));
		if (result->err) return E_PROTOCOL;
	}
}

enum err helper_start(struct helper *h, const struct helper_env *env, enum helper_kind kind,
	int source, int root, uint32_t uid, struct slice argument, struct why *why)
{
	uint8_t mem[2 * LIMIT_COMPONENT_BYTES + 1];
	struct buf hex = buf_on(mem, sizeof mem);
	int p[2], pidfd = -1;
	pid_t pid;

	buf_hex(&hex, argument);
	if (hex.err || pipe2(p, O_CLOEXEC) < 0) return why_sys(why, E_INTERNAL, "helper");
	pid = sys_fork(0, &pidfd, -1);
	if (pid == 0) become_helper(env, kind, source, root, p[1], uid, buf_text(&hex));
	fd_close(&p[1]);
	if (pid < 0) {
		fd_close(&p[0]);
		return why_sys(why, E_INTERNAL, "helper");
	}
	*h = (struct helper){.kind = kind,
		.pid = pid,
		.pidfd = pidfd,
		.result = p[0],
		.until_us = clock_mono_us() + LIMIT_UNPACK_MS * 1000LL};
	return E_OK;
}

enum err helper_end(struct helper *h, struct buf *result, struct why *why)
{
	enum err e = read_result(h->result, result, h->until_us);
	int status = 0;

	if (e) sys_pidfd_send_signal(h->pidfd, SIGKILL);
	waitpid(h->pid, &status, 0);
	fd_close(&h->result);
	fd_close(&h->pidfd);
	if (e == E_TIMEOUT)
		return why_set(why, E_TIMEOUT, "%s took longer than %d ms", helper_name(h->kind),
			LIMIT_UNPACK_MS);
	if (e || !WIFEXITED(status) || WEXITSTATUS(status) != 0)
		return why_set(why, E_INTERNAL, "the %s process ended by %s %d",
			helper_name(h->kind), WIFSIGNALED(status) ? "signal" : "status",
			WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
	return E_OK;
}

enum err helper_run(const struct helper_env *env, enum helper_kind kind, int source, int root,
	uint32_t uid, struct slice argument, struct buf *result, struct why *why)
{
	struct helper h;
	enum err e = helper_start(&h, env, kind, source, root, uid, argument, why);

	return e ? e : helper_end(&h, result, why);
}
