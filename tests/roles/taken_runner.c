/* SPDX-License-Identifier: MIT */
/*
 * The runner role, taken over (C18). Arguments: agent's socket, data directory,
 * port of the service, abstract name of a listening socket, process ids of the
 * other roles. Prints a line for each attempt. With --outer it goes through the
 * outer user namespace of C45 first, as init does. With --unfiltered it has the
 * role's walls but the system call filter, which would hide what the others do.
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

#include "proc/cgroup.h"
#include "proc/mnt.h"
#include "proc/procfs.h"
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

/* Namespaces of whoever starts us, which are init's; opened before the role is confined. */
static const char *const namespaces[] = {"user", "mnt", "pid", "net", "ipc", "uts", "cgroup"};
#define NAMESPACES (sizeof namespaces / sizeof *namespaces)
static int outside[NAMESPACES];
static int proc; /* ours, from before there was a role */

static void open_namespaces(void)
{
	char path[64];
	size_t i;

	proc = procfs_open();
	for (i = 0; i < NAMESPACES; i++) {
		snprintf(path, sizeof path, "/proc/self/ns/%s", namespaces[i]);
		outside[i] = open(path, O_RDONLY | O_CLOEXEC);
	}
}

/*
 * In a child that then ends: should this ever work, what is tried after it would
 * be done to the machine and not to a role's copies of it.
 */
static long enter(int fd)
{
	int status = 0;
	pid_t pid = fork();

	if (pid == 0) _exit(setns(fd, 0) < 0 ? errno : 0);
	if (pid < 0 || waitpid(pid, &status, 0) != pid || !WIFEXITED(status)) return 0;
	errno = WEXITSTATUS(status);
	return errno ? -1 : 0;
}

/* Mounts and names are the role's own, so that what works here changes nothing else. */
static int in_copies(void)
{
	static const char *const own[] = {"self/ns/mnt", "self/ns/uts"};
	static const size_t of[] = {1, 5};
	struct stat here, there;
	size_t i;

	for (i = 0; i < 2; i++)
		if (fstatat(proc, own[i], &here, 0) < 0 || fstat(outside[of[i]], &there) < 0 ||
			here.st_ino == there.st_ino)
			return 0;
	close(proc);
	return 1;
}

/*
 * The call itself it may make, for listeners of its jobs. It can only name
 * processes of its own PID namespace, which are its own.
 */
static long anybodys_descriptor(void)
{
	int pid, fd;
	long got;

	for (pid = 1; pid < 32768; pid++) {
		int process = pid == getpid() ? -1 : (int)syscall(SYS_pidfd_open, pid, 0);

		if (process < 0) continue;
		for (fd = 0; fd < 64; fd++) {
			got = syscall(SYS_pidfd_getfd, process, fd, 0);
			if (got >= 0) return got;
		}
		close(process);
	}
	errno = EPERM;
	return -1;
}

static void everywhere(void)
{
	struct {
		unsigned bytes;
		int type;
		unsigned char mem[128];
	} handle = {128, 1, {0}};
	int own = open("/proc/self/ns/mnt", O_RDONLY | O_CLOEXEC);

	refused("setns", "mnt", enter(own));
	refused("ptrace", "traceme", ptrace(PTRACE_TRACEME, 0, NULL, NULL));
	refused("open_by_handle_at", "/", syscall(SYS_open_by_handle_at, own, &handle, O_RDONLY));
	refused("vsock", "stream", socket(AF_VSOCK_NUMBER, SOCK_STREAM, 0));
	refused("packets", "raw", socket(AF_PACKET, SOCK_RAW, 0));
	refused("raw sockets", "icmp", socket(AF_INET, SOCK_RAW, IPPROTO_ICMP));
	refused("bpf", "", syscall(SYS_bpf, 0, NULL, 0));
	refused("kernel module", "", syscall(SYS_init_module, NULL, 0, ""));
	refused("device node", "/dev/vda", mknod("/proc/x", S_IFBLK | 0600, makedev(254, 0)));
	refused("pidfd_getfd", "of anybody else", anybodys_descriptor());
}

static long clear_readonly(const char *path)
{
	struct {
		uint64_t set, clear, propagation, userns;
	} attr = {0, SV_ATTR_RDONLY, 0, 0};

	return syscall(SYS_mount_setattr, AT_FDCWD, path, 0, &attr, sizeof attr);
}

/* Files of the machine that only ask for root's number, below a procfs. */
static void machine_files(int dir, const char *where)
{
	static const char *const files[] = {
		"sys/kernel/core_pattern", "sys/kernel/modprobe", "sysrq-trigger"};
	size_t i;

	for (i = 0; i < sizeof files / sizeof *files; i++)
		refused("settings of the machine", where,
			openat(dir, files[i], O_WRONLY | O_CLOEXEC));
}

/* In a PID namespace of its own, where a procfs may be mounted. */
static int new_processes(void)
{
	int fd;

	reached = 0;
	refused("a procfs to write to", "", mnt_new("proc", NULL, 0));
	fd = mnt_new("proc", NULL, SV_ATTR_RDONLY);
	if (fd < 0 || mnt_attach(fd, AT_FDCWD, "/job") < 0) {
		printf("not ok reach runner (%s): no procfs for jobs, errno %d\n", variant, errno);
		return 1;
	}
	close(fd);
	refused("a procfs made writable", "/job", clear_readonly("/job"));
	fd = open("/job", O_PATH | O_CLOEXEC);
	machine_files(fd, "new procfs");
	return reached;
}

/* A directory of another mount namespace leads up and out of any root. */
static void climb(int fd, const char *text)
{
	static const char up[] = "../../../../../../../../../../../../../../../../etc/passwd";

	refused("up and out of a descriptor", text, openat(fd, up, O_RDONLY | O_CLOEXEC));
}

/* Every descriptor that the role keeps, as a way to somewhere else. */
static void descriptors(void)
{
	char text[16];
	int fd, tree;

	for (fd = 3; fd < 64; fd++) {
		if (fcntl(fd, F_GETFD) < 0) continue;
		snprintf(text, sizeof text, "%d", fd);
		climb(fd, text);
		machine_files(fd, text);
		refused("a mount out of a descriptor", text, mnt_attach(fd, AT_FDCWD, "/job"));
		tree = mnt_copy(fd, "", 0);
		refused("a copy of a mount out of a descriptor", text, tree);
	}
}

/* What CAP_SYS_ADMIN of the machine would give, and that of a namespace must not. */
static void machine(void)
{
	static const char *const types[] = {"devtmpfs", "cgroup", "cgroup2", "sysfs", "securityfs",
		"debugfs", "tracefs", "ext4"};
	int status = 1, tmp;
	size_t i;
	pid_t pid;

	for (i = 0; i < sizeof types / sizeof *types; i++)
		refused("mount of what belongs to the machine", types[i],
			mnt_new(types[i], NULL, 0));
	for (i = 0; i < NAMESPACES; i++)
		refused("setns into init's namespaces", namespaces[i], enter(outside[i]));
	for (i = 0; i < NAMESPACES; i++)
		close(outside[i]);
	descriptors();
	machine_files(open("/proc", O_PATH | O_CLOEXEC), "/proc");
	refused("a tree made writable", "/", clear_readonly("/"));
	refused("a tree made writable", "/jobdev", clear_readonly("/jobdev"));
	refused("a tree made writable", "/proc", clear_readonly("/proc"));
	refused("a mount taken away", "/proc", umount2("/proc", MNT_DETACH));
	refused("name of the machine", "", sethostname("taken", 5));
	tmp = mnt_tmpfs(0, 0, 0755, 0, 0, 0);
	if (tmp < 0 || mnt_attach(tmp, AT_FDCWD, "/job") < 0) {
		printf("not ok reach runner (%s): no tmpfs for jobs, errno %d\n", variant, errno);
		reached = 1;
	}
	refused("device node", "block", mknodat(tmp, "b", S_IFBLK | 0600, makedev(254, 0)));
	refused("device node", "memory", mknodat(tmp, "c", S_IFCHR | 0600, makedev(1, 1)));
	/* T3: there is none for jobs either. */
	if (access("/proc/self", F_OK) < 0) {
		refused("a procfs to write to", "", mnt_new("proc", NULL, 0));
		return;
	}
	pid = sys_fork(SV_CLONE_NEWPID | SV_CLONE_NEWNS, NULL, -1);
	if (pid == 0) _exit(new_processes());
	if (pid < 0 || waitpid(pid, &status, 0) != pid || status != 0) reached = 1;
}

/* Everything is permitted that the other walls permit. */
static const struct filter_spec no_filter = {.otherwise = FILTER_ALLOW};

static int taken(int argc, char **argv)
{
	struct role role = role_runner;
	static struct boot boot;
	struct why why = WHY_INIT;
	int i;

	conf_default(&boot.conf);
	boot.role = ROLE_RUNNER;
	snprintf(boot.conf.agent, sizeof boot.conf.agent, "%s", argv[0]);
	snprintf(boot.conf.data, sizeof boot.conf.data, "%s", argv[1]);
	boot.conf.runtimes[0] = '\0';
	if (strcmp(variant, "unfiltered") == 0) role.calls = &no_filter;
	if (role_confine(&role, &boot, &why)) {
		printf("not ok reach runner (%s) confined: %s\n", variant, why.text);
		return 1;
	}
	paths("the guest agent's socket", argv[0]);
	paths("the data directory", argv[1]);
	refused("the service on loopback", argv[2], tcp_connect(argv[2]));
	refused("an abstract socket", argv[3], unix_connect(argv[3], 1));
	for (i = 4; i < argc; i++)
		process(argv[i]);
	if (in_copies())
		machine();
	else
		refused("namespaces of its own", "mnt, uts", 0);
	if (role.calls == role_runner.calls) everywhere();
	return reached;
}

int main(int argc, char **argv)
{
	struct cgroup_env groups = CGROUP_ENV_INIT;
	struct why why = WHY_INIT;
	char note[96];
	int status = 1;
	pid_t pid;

	open_namespaces();
	if (argc > 1 && strcmp(argv[1], "--unfiltered") == 0) {
		variant = "unfiltered";
		argc--;
		argv++;
	}
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
	/* As init does, and hands down. */
	cgroup_env_open(&groups, note, sizeof note);
	setvbuf(stdout, NULL, _IONBF, 0);
	pid = sys_fork(role_runner.namespaces, NULL, -1);
	if (pid == 0) _exit(taken(argc - 1, argv + 1));
	if (pid < 0 || waitpid(pid, &status, 0) != pid) return 1;
	cgroup_env_remove(&groups);
	if (WIFEXITED(status)) return WEXITSTATUS(status);
	printf("not ok reach runner (%s): ended by signal %d\n", variant, WTERMSIG(status));
	return 1;
}
