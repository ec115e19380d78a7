/* SPDX-License-Identifier: MIT */
/*
 * The runner role, taken over (C18). Arguments: agent's socket, data directory,
 * port of the service, abstract name of a listening socket, process ids of the
 * other roles. Prints a line for each attempt. With --outer it goes through the
 * outer user namespace of C45 first, as init does, and tries mounts as well.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "proc/mnt.h"
#include "proc/role.h"
#include "proc/sys.h"
#include "proc/userns.h"

#define AF_VSOCK_NUMBER 40

static int reached;
static const char *variant = "root";

static void refused(const char *what, const char *detail, long result)
{
	int saved = errno;

	if (result < 0) {
		printf("ok reach runner (%s): %s\n", variant, what);
		return;
	}
	reached = 1;
	printf("not ok reach runner (%s): %s: %s, errno %d\n", variant, what, detail, saved);
}

static long unix_connect(const char *path, int abstract)
{
	struct sockaddr_un to = {.sun_family = AF_UNIX};
	size_t n = strlen(path);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || n + 1 >= sizeof to.sun_path) return -1;
	memcpy(to.sun_path + (abstract ? 1 : 0), path, n);
	return connect(fd, (struct sockaddr *)&to,
		(socklen_t)(offsetof(struct sockaddr_un, sun_path) + (abstract ? 1 : 0) + n));
}

static long tcp_connect(const char *port)
{
	struct sockaddr_in to = {
		.sin_family = AF_INET, .sin_port = htons((uint16_t)strtoul(port, NULL, 10))};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	return fd < 0 ? -1 : connect(fd, (struct sockaddr *)&to, sizeof to);
}

/* A path as it stands, and below every root that /proc may lead to. */
static void paths(const char *what, const char *path)
{
	static const char *const roots[] = {"", "/proc/1/root", "/proc/self/root", "/proc/1/cwd",
		"/proc/self/cwd/../..", "/job", "/runtimes"};
	char full[4096];
	size_t i;

	for (i = 0; i < sizeof roots / sizeof *roots; i++) {
		snprintf(full, sizeof full, "%s%s", roots[i], path);
		refused(what, full, open(full, O_RDONLY | O_CLOEXEC));
		refused(what, full, open(full, O_PATH | O_CLOEXEC));
		refused(what, full, unix_connect(full, 0));
	}
}

static void process(const char *text)
{
	int pid = (int)strtoul(text, NULL, 10);
	char mem[8], path[64];
	struct iovec here = {mem, sizeof mem}, there = {mem, sizeof mem};
	static const char *const files[] = {
		"", "/root", "/mem", "/exe", "/fd", "/environ", "/ns/mnt"};
	size_t i;

	refused("signal to a role", text, kill(pid, 0));
	refused("pidfd of a role", text, (int)syscall(SYS_pidfd_open, pid, 0));
	refused("ptrace of a role", text, ptrace(PTRACE_SEIZE, pid, NULL, NULL));
	refused("read memory of a role", text, process_vm_readv(pid, &here, 1, &there, 1, 0));
	refused("write memory of a role", text, process_vm_writev(pid, &here, 1, &there, 1, 0));
	for (i = 0; i < sizeof files / sizeof *files; i++) {
		snprintf(path, sizeof path, "/proc/%d%s", pid, files[i]);
		refused("/proc of a role", path, open(path, O_RDONLY | O_CLOEXEC));
	}
}

static void everywhere(void)
{
	struct {
		unsigned bytes;
		int type;
		unsigned char mem[128];
	} handle = {128, 1, {0}};
	int own = open("/proc/self/ns/mnt", O_RDONLY | O_CLOEXEC);

	refused("setns", "mnt", setns(own, 0));
	refused("ptrace", "traceme", ptrace(PTRACE_TRACEME, 0, NULL, NULL));
	refused("open_by_handle_at", "/", syscall(SYS_open_by_handle_at, own, &handle, O_RDONLY));
	refused("vsock", "stream", socket(AF_VSOCK_NUMBER, SOCK_STREAM, 0));
	refused("packets", "raw", socket(AF_PACKET, SOCK_RAW, 0));
	refused("raw sockets", "icmp", socket(AF_INET, SOCK_RAW, IPPROTO_ICMP));
	refused("bpf", "", syscall(SYS_bpf, 0, NULL, 0));
	refused("kernel module", "", syscall(SYS_init_module, NULL, 0, ""));
	refused("device node", "/dev/vda", mknod("/proc/x", S_IFBLK | 0600, makedev(254, 0)));
	refused("pidfd_getfd", "", syscall(SYS_pidfd_getfd, 0, 0, 0));
}

/* What CAP_SYS_ADMIN of the machine would give, and that of a namespace must not. */
static void outer_only(void)
{
	static const char *const types[] = {"devtmpfs", "cgroup", "securityfs", "debugfs", "ext4"};
	size_t i;

	for (i = 0; i < sizeof types / sizeof *types; i++)
		refused("mount of what belongs to the machine", types[i],
			mnt_new(types[i], NULL, 0));
}

static int taken(int argc, char **argv)
{
	static struct boot boot;
	struct why why = WHY_INIT;
	int i;

	conf_default(&boot.conf);
	boot.role = ROLE_RUNNER;
	snprintf(boot.conf.agent, sizeof boot.conf.agent, "%s", argv[0]);
	snprintf(boot.conf.data, sizeof boot.conf.data, "%s", argv[1]);
	boot.conf.runtimes[0] = '\0';
	if (role_confine(&role_runner, &boot, &why)) {
		printf("not ok reach runner (%s) confined: %s\n", variant, why.text);
		return 1;
	}
	paths("the guest agent's socket", argv[0]);
	paths("the data directory", argv[1]);
	refused("the service on loopback", argv[2], tcp_connect(argv[2]));
	refused("an abstract socket", argv[3], unix_connect(argv[3], 1));
	for (i = 4; i < argc; i++)
		process(argv[i]);
	everywhere();
	if (strcmp(variant, "root") != 0) outer_only();
	return reached;
}

int main(int argc, char **argv)
{
	struct why why = WHY_INIT;
	int status = 1;
	pid_t pid;

	if (argc > 1 && strcmp(argv[1], "--outer") == 0) {
		variant = "C45";
		argc--;
		argv++;
		if (userns_become_root(&why)) {
			printf("not ok reach runner (C45) namespace: %s\n", why.text);
			return 1;
		}
	}
	if (argc < 6) return 2;
	setvbuf(stdout, NULL, _IONBF, 0);
	pid = sys_fork(role_runner.namespaces, NULL, -1);
	if (pid == 0) _exit(taken(argc - 1, argv + 1));
	if (pid < 0 || waitpid(pid, &status, 0) != pid) return 1;
	if (WIFEXITED(status)) return WEXITSTATUS(status);
	printf("not ok reach runner (%s): ended by signal %d\n", variant, WTERMSIG(status));
	return 1;
}
