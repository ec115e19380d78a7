/* SPDX-License-Identifier: MIT */
/* Control groups that an engine shows read-only. Runs in init and the command line. */
#include "proc/cgroup_view.h"

#include <fcntl.h>
#include <linux/magic.h>
#include <sched.h>
#include <sys/statvfs.h>
#include <sys/vfs.h>

#include "base/fdio.h"
#include "proc/mnt.h"
#include "proc/sys.h"

#define MOUNTED "/sys/fs/cgroup"
#define ATTRS   (SV_ATTR_NOSUID | SV_ATTR_NODEV | SV_ATTR_NOEXEC)

/* Version 1 hierarchies that jobs are counted in; each is alone on its mount or fails. */
static const char *const v1[] = {"memory", "pids", "cpu", "cpuacct"};

static bool is_read_only(const char *path)
{
	struct statvfs fs;

	return statvfs(path, &fs) == 0 && (fs.f_flag & ST_RDONLY);
}

static bool is_v2(const char *path)
{
	struct statfs fs;

	return statfs(path, &fs) == 0 && fs.f_type == CGROUP2_SUPER_MAGIC;
}

static int show_v2(void)
{
	int fd = mnt_new("cgroup2", NULL, ATTRS), r;

	if (fd < 0) return -1;
	r = mnt_attach(fd, AT_FDCWD, MOUNTED);
	fd_close(&fd);
	return r;
}

static int show_v1(int top, const char *controller)
{
	const char *const options[] = {controller, NULL};
	int fd = mnt_new("cgroup", options, ATTRS), r;

	if (fd < 0) return -1;
	r = mnt_point_dir(top, controller, 0755);
	if (r == 0) r = mnt_attach(fd, top, controller);
	fd_close(&fd);
	return r;
}

/* Those that can be had; whether they are enough is judged where they are used. */
static int show_all_v1(void)
{
	int top = mnt_tmpfs(0, 16, 0755, 0, 0, ATTRS), r;
	size_t i;

	if (top < 0) return -1;
	r = mnt_attach(top, AT_FDCWD, MOUNTED);
	for (i = 0; r == 0 && i < sizeof v1 / sizeof *v1; i++)
		show_v1(top, v1[i]);
	fd_close(&top);
	return r;
}

bool cgroup_view_open(void)
{
	bool two = is_v2(MOUNTED);

	if (!is_read_only(two ? MOUNTED : MOUNTED "/memory")) return false;
	/* The mounts belong to the user namespace that the cgroup namespace is made in. */
	if (unshare(CLONE_NEWCGROUP | CLONE_NEWNS) < 0 || mnt_private() < 0) return false;
	return (two ? show_v2() : show_all_v1()) == 0;
}
