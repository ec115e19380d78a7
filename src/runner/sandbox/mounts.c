/* SPDX-License-Identifier: MIT */
/* What a job sees of files. Runs in a job's init; nothing here allocates. */
#include "runner/sandbox/mounts.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "proc/mnt.h"
#include "proc/procfs.h"
#include "proc/sys.h"

int mounts_private(struct inner *in)
{
	(void)in;
	return mnt_private();
}

/* The runtime, read-only, over everything. */
int mounts_runtime(struct inner *in)
{
	in->root = mnt_copy(AT_FDCWD, in->phase->runtime, 1);
	if (in->root < 0) return -1;
	if (mnt_attrs(in->root, SV_ATTR_RDONLY | SV_ATTR_NOSUID | SV_ATTR_NODEV, 1) < 0) return -1;
	return mnt_stack_root(in->root);
}

/* Device nodes: a tree that the runner prepared once from the container's own. */
int mounts_devices(struct inner *in)
{
	int fd = mnt_copy(AT_FDCWD, "/jobdev", 1), r;

	if (fd < 0) return -1;
	r = mnt_attach(fd, in->root, "dev");
	close(fd);
	return r;
}

int mounts_processes(struct inner *in)
{
	static const char *const options[] = {"hidepid=invisible", "subset=pid", NULL};
	unsigned attrs = SV_ATTR_RDONLY | SV_ATTR_NOSUID | SV_ATTR_NODEV | SV_ATTR_NOEXEC;
	/* T3: where none can be mounted, the job has none, not the container's. */
	int fd = in->env->tier < TIER_3 ? mnt_new("proc", options, attrs)
					: mnt_tmpfs(0, 1, 0555, 0, 0, attrs),
	    r;

	if (fd < 0) return -1;
	r = mnt_attach(fd, in->root, "proc");
	close(fd);
	return r;
}

/*
 * The package, writable: an overlay over the unpacked tree, or where overlays
 * do not work that tree itself (its digests are taken already, C11).
 */
int mounts_skill(struct inner *in)
{
	const char *options[] = {"lowerdir=.", "upperdir=" WORKSPACE_MEM "/upper",
		"workdir=" WORKSPACE_MEM "/work", NULL, NULL};
	unsigned attrs = SV_ATTR_NOSUID | SV_ATTR_NODEV;
	int tree, fd, r;

	if (in->env->copy == COPY_TREE)
		return mnt_bind(in->ws->skill, in->root, "skill",
			attrs | (in->phase->keep_package ? SV_ATTR_RDONLY : 0), 0);
	/* From inside: the tree's name may hold what overlay options cannot. */
	tree = open(in->ws->skill, O_PATH | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	if (tree < 0) return -1;
	if (in->env->copy == COPY_OVERLAY_USERXATTR) options[3] = "userxattr";
	fd = fchdir(tree) < 0 ? -1 : mnt_new("overlay", options, attrs);
	close(tree);
	if (fd < 0) return -1;
	r = mnt_attach(fd, in->root, "skill");
	close(fd);
	return r;
}

/* Places that a test may write to, all on one tmpfs so that one limit covers them. */
int mounts_writable(struct inner *in)
{
	static const struct {
		const char *from, *to;
		unsigned attrs;
	} list[] = {
		{WORKSPACE_MEM "/tmp", "tmp", 0},
		{WORKSPACE_MEM "/vartmp", "var/tmp", 0},
		{WORKSPACE_MEM "/run", "run", 0},
		{WORKSPACE_MEM "/home", "home/skill", 0},
		{WORKSPACE_MEM "/shm", "dev/shm", SV_ATTR_NOEXEC},
	};
	size_t i;

	for (i = 0; i < sizeof list / sizeof *list; i++)
		if (mnt_bind(list[i].from, in->root, list[i].to,
			    list[i].attrs | SV_ATTR_NOSUID | SV_ATTR_NODEV, 0) < 0)
			return -1;
	return 0;
}

/*
 * Over the runtime's own file, if that is one. Where there is none libcs ask at
 * 127.0.0.1, and where it is a link it leads to a place that a job does not have.
 */
int mounts_resolver(struct inner *in)
{
	static const char text[] = "nameserver 127.0.0.53\noptions timeout:1 attempts:1\n";
	static const char from[] = WORKSPACE_MEM "/resolv.conf";
	struct stat st;
	int fd;

	if (!in->sinkhole) return 0;
	if (fstatat(in->root, "etc/resolv.conf", &st, AT_SYMLINK_NOFOLLOW) < 0)
		return errno == ENOENT ? 0 : -1;
	if (!S_ISREG(st.st_mode)) return 0;
	/* It lies there already when this is not the job's first phase. */
	fd = open(from, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC | O_NOFOLLOW, 0444);
	if (fd < 0 && errno != EEXIST) return -1;
	if (fd >= 0) {
		ssize_t n = write(fd, text, sizeof text - 1);

		close(fd);
		if (n != (ssize_t)sizeof text - 1) return -1;
	}
	return mnt_bind(from, in->root, "etc/resolv.conf",
		SV_ATTR_RDONLY | SV_ATTR_NOSUID | SV_ATTR_NODEV | SV_ATTR_NOEXEC, 0);
}

/*
 * Where the old root hangs until I lets go of it: no place of Landlock's, so
 * that P, which prepares itself meanwhile, goes nowhere near it.
 */
#define OLD_ROOT "home/skill"

int mounts_enter(struct inner *in)
{
	return mnt_enter_root(in->root, OLD_ROOT);
}

int mounts_leave_old(struct inner *in)
{
	(void)in;
	return mnt_detach("/" OLD_ROOT);
}

/* What was asked for is what is there: read every mount's flags back. */
int mounts_verify(struct inner *in)
{
	static const struct {
		const char *path;
		unsigned long flags;
	} list[] = {
		{"/", ST_RDONLY | ST_NOSUID | ST_NODEV},
		{"/dev", ST_RDONLY | ST_NOSUID | ST_NOEXEC},
		{"/proc", ST_RDONLY | ST_NOSUID | ST_NODEV | ST_NOEXEC},
		{"/skill", ST_NOSUID | ST_NODEV},
		{"/tmp", ST_NOSUID | ST_NODEV},
		{"/var/tmp", ST_NOSUID | ST_NODEV},
		{"/run", ST_NOSUID | ST_NODEV},
		{"/home/skill", ST_NOSUID | ST_NODEV},
		{"/dev/shm", ST_NOSUID | ST_NODEV | ST_NOEXEC},
	};
	struct statvfs st;
	size_t i;

	(void)in;
	for (i = 0; i < sizeof list / sizeof *list; i++) {
		if (statvfs(list[i].path, &st) < 0) return -1;
		if ((st.f_flag & list[i].flags) != list[i].flags) {
			errno = EACCES;
			return -1;
		}
	}
	return 0;
}

/* For S, which gets it with our report: the last to let go of mounts waits for the kernel. */
int mounts_keep(struct inner *in)
{
	char path[40];

	snprintf(path, sizeof path, "%d/ns/mnt", procfs_self(in->env->proc));
	in->mounts = openat(in->env->proc, path, O_RDONLY | O_CLOEXEC);
	return in->mounts < 0 ? -1 : 0;
}
