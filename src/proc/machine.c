/* SPDX-License-Identifier: MIT */
/* What pid 1 owes a bare machine. Runs in init. */
#include "proc/machine.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>
#include <termios.h>
#include <unistd.h>

#include "base/fdio.h"
#include "base/limits.h"
#include "base/log.h"
#include "proc/mnt.h"
#include "proc/sys.h"

/* Nothing of ours writes there: room for what a library or an operator leaves. */
#define SCRATCH_BYTES  (16 * MIB)
#define SCRATCH_INODES 1024

/* The number of the machine's own PID namespace, the same on every kernel since 3.8. */
#define FIRST_PID_NAMESPACE 0xEFFFFFFCU

#define PLAIN (SV_ATTR_NOSUID | SV_ATTR_NODEV | SV_ATTR_NOEXEC)

/* File systems of the kernel; any of types means that the place is prepared. */
static const struct {
	const char *path, *type;
	unsigned attrs;
	long types[3];
} kernel_places[] = {
	{"/proc", "proc", PLAIN, {PROC_SUPER_MAGIC, PROC_SUPER_MAGIC, PROC_SUPER_MAGIC}},
	{"/sys", "sysfs", PLAIN | SV_ATTR_RDONLY, {SYSFS_MAGIC, SYSFS_MAGIC, SYSFS_MAGIC}},
	/* Version 1 is a tmpfs with a directory for each hierarchy, or one of them. */
	{"/sys/fs/cgroup", "cgroup2", PLAIN,
		{CGROUP2_SUPER_MAGIC, TMPFS_MAGIC, CGROUP_SUPER_MAGIC}},
};

/* What roles and jobs are given of /dev; the same numbers on every Linux. */
static const struct {
	const char *path;
	unsigned minor;
} nodes[] = {
	{"/dev/null", 3},
	{"/dev/zero", 5},
	{"/dev/full", 7},
	{"/dev/random", 8},
	{"/dev/urandom", 9},
};
#define NODES_MAJOR 1

static const struct {
	const char *path;
	unsigned mode;
} scratch_places[] = {
	{"/dev/shm", 01777},
	{"/run", 0755},
	{"/tmp", 01777},
};

static void say(const char *path, bool ok)
{
	if (ok)
		log_event(LOG_INFO, "machine.mounted", "path=%s", path);
	else
		log_event(LOG_INFO, "machine.not-mounted", "path=%s errno=%d", path, errno);
}

/* Attaches a new file system, or passes its failure on; the place may have to be made. */
static bool attach_at(int fd, const char *path)
{
	bool ok = fd >= 0 && (mkdir(path, 0755) == 0 || errno == EEXIST) &&
		  mnt_attach(fd, AT_FDCWD, path) == 0;
	int saved = errno;

	fd_close(&fd);
	errno = saved;
	return ok;
}

static bool kernel_place_there(unsigned i)
{
	struct statfs fs;
	unsigned k;

	if (statfs(kernel_places[i].path, &fs) < 0) return false;
	for (k = 0; k < 3; k++)
		if ((long)fs.f_type == kernel_places[i].types[k]) return true;
	return false;
}

static bool make_kernel_place(unsigned i)
{
	bool ok;

	if (kernel_place_there(i)) return true;
	ok = attach_at(mnt_new(kernel_places[i].type, NULL, kernel_places[i].attrs),
		kernel_places[i].path);
	say(kernel_places[i].path, ok);
	return ok;
}

static bool node_there(unsigned i)
{
	struct stat st;

	return stat(nodes[i].path, &st) == 0 && S_ISCHR(st.st_mode) &&
	       st.st_rdev == makedev(NODES_MAJOR, nodes[i].minor);
}

/* A /dev with what we need and nothing else; a machine's real devices are not for us. */
static void make_dev(void)
{
	unsigned i;
	bool ok = true;

	for (i = 0; ok && i < sizeof nodes / sizeof *nodes; i++)
		ok = node_there(i);
	if (ok) return;
	ok = attach_at(
		mnt_tmpfs(64 * KIB, 64, 0755, 0, 0, SV_ATTR_NOSUID | SV_ATTR_NOEXEC), "/dev");
	for (i = 0; ok && i < sizeof nodes / sizeof *nodes; i++)
		ok = mknod(nodes[i].path, S_IFCHR, makedev(NODES_MAJOR, nodes[i].minor)) == 0 &&
		     chmod(nodes[i].path, 0666) == 0;
	say("/dev", ok);
}

static bool is_empty(const char *path)
{
	DIR *d = opendir(path);
	struct dirent *entry;
	unsigned n = 0;

	/* Absent is as good as empty; what cannot be read is left alone. */
	if (!d) return errno == ENOENT;
	while ((entry = readdir(d)))
		n += !(entry->d_name[0] == '.' &&
			(!entry->d_name[1] || (entry->d_name[1] == '.' && !entry->d_name[2])));
	closedir(d);
	return n == 0;
}

/* A mount of its own: another file system than that of the directory above. */
static bool is_mount(const char *path)
{
	struct stat st, above;
	char up[32];

	snprintf(up, sizeof up, "%s/..", path);
	return stat(path, &st) == 0 && stat(up, &above) == 0 && st.st_dev != above.st_dev;
}

/* The agent's socket may have been put into /run: only an empty place is covered. */
static void make_scratch(unsigned i)
{
	const char *path = scratch_places[i].path;

	if (is_mount(path) || !is_empty(path)) return;
	say(path, attach_at(mnt_tmpfs(SCRATCH_BYTES, SCRATCH_INODES, scratch_places[i].mode, 0, 0,
				    PLAIN),
			  path));
}

enum err machine_prepare(struct why *why)
{
	unsigned i;

	if (getpid() != 1) return E_OK;
	log_role("init");
	if (!make_kernel_place(0))
		return why_set(why, E_CONFIG,
			"there is no /proc, and none can be mounted; mount one before the start");
	for (i = 1; i < sizeof kernel_places / sizeof *kernel_places; i++)
		make_kernel_place(i);
	make_dev();
	for (i = 0; i < sizeof scratch_places / sizeof *scratch_places; i++)
		make_scratch(i);
	return E_OK;
}

void machine_end(void)
{
	struct stat st;

	if (getpid() != 1 || stat("/proc/self/ns/pid", &st) < 0 || st.st_ino != FIRST_PID_NAMESPACE)
		return;
	sync();
	/* The last lines may still be on their way to a serial console. */
	tcdrain(STDERR_FILENO);
	reboot(RB_POWER_OFF);
}
