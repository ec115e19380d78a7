/* SPDX-License-Identifier: MIT */
/*
 * proc/filter: what the kernel does under a filter of ours. A child loads it,
 * makes one call, and ends or dies.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "proc/filter.h"
#include "proc/helper.h"
#include "proc/role.h"
#include "runner/sandbox/calls.h"
#include "test.h"

struct call {
	long nr, arg[4];
};

/* What came of a call: 0, an errno, or minus the signal that it died of. */
static int outcome(const struct filter *f, const struct call *c)
{
	int status = -1;
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		long r;

		if (filter_load(buf_slice(&f->program)) < 0) syscall(SYS_exit_group, 250);
		r = syscall(c->nr, c->arg[0], c->arg[1], c->arg[2], c->arg[3], 0, 0);
		syscall(SYS_exit_group, r < 0 ? errno : 0);
	}
	CHECK(waitpid(pid, &status, 0) == pid);
	return WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
}

static void check(const char *name, const struct filter_spec *spec, const struct call *calls,
	size_t n, int want)
{
	struct filter f = FILTER_INIT;
	struct why why = WHY_INIT;
	size_t i;

	CHECK_ERR(filter_compile(spec, &f, &why), E_OK);
	for (i = 0; i < n; i++) {
		int got = outcome(&f, &calls[i]);

		if (got != want)
			printf("# %s: call %ld gave %d, not %d\n", name, calls[i].nr, got, want);
		CHECK(got == want);
	}
	filter_drop(&f);
}
#define CHECK_CALLS(name, spec, list, want)                                                        \
	check((name), (spec), (list), sizeof(list) / sizeof *(list), (want))

#define X32 0x40000000L

/* No role but the runner does any of these, nor does a helper. */
static const struct call never[] = {
	{SYS_socket, {AF_INET, SOCK_STREAM, 0, 0}},
	{SYS_socket, {AF_VSOCK, SOCK_STREAM, 0, 0}},
	{SYS_execve, {0, 0, 0, 0}},
	{SYS_execveat, {-1, 0, 0, 0}},
	{SYS_fork, {0, 0, 0, 0}},
	{SYS_clone3, {0, 0, 0, 0}},
	{SYS_ptrace, {0, 0, 0, 0}},
	{SYS_process_vm_readv, {0, 0, 0, 0}},
	{SYS_setns, {-1, 0, 0, 0}},
	{SYS_unshare, {0, 0, 0, 0}},
	{SYS_mount, {0, 0, 0, 0}},
	{SYS_open_by_handle_at, {-1, 0, 0, 0}},
	{SYS_bpf, {0, 0, 0, 0}},
	{SYS_kill, {0, 0, 0, 0}},
	{SYS_setuid, {0, 0, 0, 0}},
	{SYS_mmap, {0, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS}},
	{SYS_mprotect, {0, 4096, PROT_WRITE | PROT_EXEC, 0}},
	{SYS_getpid | X32, {0, 0, 0, 0}},
	{100000, {0, 0, 0, 0}},
};

TEST(filter_of_roles_ends_what_they_never_do)
{
	static const enum role_id roles[] = {ROLE_STORE, ROLE_HTTP, ROLE_ATTEST};
	static const struct call fine[] = {
		{SYS_gettid, {0, 0, 0, 0}},
		{SYS_fcntl, {1, F_GETFD, 0, 0}},
		{SYS_write, {1, 0, 0, 0}},
		{SYS_mmap, {0, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS}},
	};
	size_t i;

	for (i = 0; i < sizeof roles / sizeof *roles; i++) {
		const struct role *r = role_by_id(roles[i]);

		CHECK_CALLS(r->name, r->calls, never, -SIGSYS);
		CHECK_CALLS(r->name, r->calls, fine, 0);
	}
	CHECK_CALLS("helper", &helper_calls, never, -SIGSYS);
}

TEST(filter_of_attest_knows_unix_streams_only)
{
	static const struct call fine[] = {
		{SYS_socket, {AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, 0}},
		/* The kernel looks at the low half only, and so does the filter. */
		{SYS_socket, {AF_UNIX | 1L << 40, SOCK_STREAM, 0, 0}},
	};
	static const struct call dead[] = {
		{SYS_socket, {AF_UNIX, SOCK_DGRAM, 0, 0}},
		{SYS_socket, {AF_UNIX, SOCK_SEQPACKET, 0, 0}},
		{SYS_socket, {AF_NETLINK, SOCK_STREAM, 0, 0}},
		{SYS_openat, {AT_FDCWD, 0, 0, 0}},
		{SYS_bind, {-1, 0, 0, 0}},
		{SYS_accept4, {-1, 0, 0, 0}},
	};

	CHECK_CALLS("attest", role_attest.calls, fine, 0);
	CHECK_CALLS("attest", role_attest.calls, dead, -SIGSYS);
}

TEST(filter_of_http_opens_and_connects_nothing)
{
	static const struct call dead[] = {
		{SYS_openat, {AT_FDCWD, 0, 0, 0}},
		{SYS_open, {0, 0, 0, 0}},
		{SYS_socket, {AF_UNIX, SOCK_STREAM, 0, 0}},
		{SYS_connect, {-1, 0, 0, 0}},
		{SYS_memfd_create, {0, 0, 0, 0}},
	};

	CHECK_CALLS("http", role_http.calls, dead, -SIGSYS);
}

TEST(filter_of_runner_refuses_what_leaves_its_view)
{
	static const struct call refused[] = {
		{SYS_setns, {-1, 0, 0, 0}},
		{SYS_open_by_handle_at, {-1, 0, 0, 0}},
		{SYS_ptrace, {0, 0, 0, 0}},
		{SYS_process_vm_readv, {0, 0, 0, 0}},
		{SYS_socket, {AF_VSOCK, SOCK_STREAM, 0, 0}},
		{SYS_bpf, {0, 0, 0, 0}},
	};
	struct filter f = FILTER_INIT;
	size_t i;

	CHECK_ERR(filter_compile(&calls_runner, &f, NULL), E_OK);
	for (i = 0; i < sizeof refused / sizeof *refused; i++) {
		int got = outcome(&f, &refused[i]);

		/* C18 asks for a refusal; which one is the table's choice. */
		if (got != EPERM && got != -SIGSYS && got != ENOSYS && got != EAFNOSUPPORT)
			printf("# call %ld gave %d\n", refused[i].nr, got);
		CHECK(got == EPERM || got == -SIGSYS || got == ENOSYS || got == EAFNOSUPPORT);
	}
	filter_drop(&f);
}

/* Takes the place of network, IPC and UTS namespaces around `inspect`. */
TEST(filter_of_reader_knows_no_way_out)
{
	static const struct call refused[] = {
		{SYS_socket, {AF_UNIX, SOCK_STREAM, 0, 0}},
		{SYS_socket, {AF_INET, SOCK_STREAM, 0, 0}},
		{SYS_socket, {AF_NETLINK, SOCK_RAW, 0, 0}},
		{SYS_socket, {AF_VSOCK, SOCK_STREAM, 0, 0}},
		{SYS_socketpair, {AF_UNIX, SOCK_STREAM, 0, 0}},
		{SYS_connect, {-1, 0, 0, 0}},
		{SYS_recvmsg, {-1, 0, 0, 0}},
		{SYS_shmget, {0, 4096, 0600, 0}},
		{SYS_msgget, {0, 0600, 0, 0}},
		{SYS_sethostname, {0, 0, 0, 0}},
		{SYS_setns, {-1, 0, 0, 0}},
		{SYS_unshare, {0, 0, 0, 0}},
		{SYS_open_by_handle_at, {-1, 0, 0, 0}},
		{SYS_ptrace, {0, 0, 0, 0}},
		{SYS_pidfd_getfd, {-1, 0, 0, 0}},
		{SYS_bpf, {0, 0, 0, 0}},
		{SYS_open_tree, {-1, 0, 0, 0}},
	};

	CHECK_CALLS("reader", &calls_reader, refused, EPERM);
}

TEST(filter_program_is_the_same_each_time)
{
	struct filter a = FILTER_INIT, b = FILTER_INIT;

	/* Its digest is in every statement. */
	CHECK_ERR(filter_compile(&calls_payload, &a, NULL), E_OK);
	CHECK_ERR(filter_compile(&calls_payload, &b, NULL), E_OK);
	CHECK_SLICE(buf_slice(&a.program), buf_slice(&b.program));
	CHECK(memcmp(a.sha256, b.sha256, SHA256_LEN) == 0);
	filter_drop(&b);
	CHECK_ERR(filter_compile(&calls_job_init, &b, NULL), E_OK);
	CHECK(memcmp(a.sha256, b.sha256, SHA256_LEN) != 0);
	filter_drop(&a);
	filter_drop(&b);
}
