/* SPDX-License-Identifier: MIT */
/* The runner's view of the file system. Runs in runner and the command line. */
#include "runner/root.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "base/fdio.h"
#include "proc/mnt.h"
#include "proc/sys.h"
#include "proc/userns.h"

#define PLAIN (SV_ATTR_NOSUID | SV_ATTR_NODEV | SV_ATTR_NOEXEC)

/* Device nodes of a job: name there, path and number here. */
static const struct {
	const char *name, *from;
	unsigned major, minor;
} nodes[] = {
	{"null", "/dev/null", 1, 3},
	{"zero", "/dev/zero", 1, 5},
	{"full", "/dev/full", 1, 7},
	/* Reading random may block; a test gets the one that does not. */
	{"random", "/dev/urandom", 1, 9},
	{"urandom", "/dev/urandom", 1, 9},
};

static const struct {
	const char *name, *to;
} dev_links[] = {
	{"fd", "/proc/self/fd"},
	{"stdin", "/proc/self/fd/0"},
	{"stdout", "/proc/self/fd/1"},
	{"stderr", "/proc/self/fd/2"},
};

/* The node itself must be what its name says: it was made by somebody else. */
static int attach_node(int dev, unsigned i)
{
	int fd = mnt_copy(AT_FDCWD, nodes[i].from, 0), r = -1;
	struct stat st;

	if (fd < 0) return -1;
	errno = ENODEV;
	if (fstat(fd, &st) == 0 && S_ISCHR(st.st_mode) &&
		st.st_rdev == makedev(nodes[i].major, nodes[i].minor) &&
		mnt_point_file(dev, nodes[i].name) == 0 &&
		mnt_attrs(fd, SV_ATTR_NOSUID | SV_ATTR_NOEXEC, 0) == 0)
		r = mnt_attach(fd, dev, nodes[i].name);
	close(fd);
	return r;
}

static int build_dev(int root)
{
	int dev = mnt_tmpfs(64 * 1024, 64, 0755, 0, 0, SV_ATTR_NOSUID | SV_ATTR_NOEXEC), r;
	unsigned i;

	if (dev < 0) return -1;
	r = mnt_attach(dev, root, ROOT_JOBDEV + 1);
	for (i = 0; r == 0 && i < sizeof nodes / sizeof *nodes; i++)
		r = attach_node(dev, i);
	for (i = 0; r == 0 && i < sizeof dev_links / sizeof *dev_links; i++)
		r = symlinkat(dev_links[i].to, dev, dev_links[i].name);
	if (r == 0) r = mnt_point_dir(dev, "shm", 01777);
	if (r == 0) r = mnt_attrs(dev, SV_ATTR_RDONLY, 0);
	close(dev);
	return r;
}

/* Directories of the machine that a test may need beside /usr, and where it wants to write. */
static const char *const host_links[] = {"bin", "sbin", "lib", "lib32", "lib64", "libx32"};
/* Of /etc what says nothing of this machine's people: tables, and where the loader finds libraries. */
static const char *const host_etc[] = {
	"alternatives", "ssl", "ca-certificates", "services", "protocols", "ld.so.cache"};
static const char *const host_dirs[] = {
	"usr", "etc", "proc", "dev", "tmp", "var", "var/tmp", "run", "home", "home/skill", "skill"};

static int write_text(int dir, const char *path, const char *text)
{
	int fd = openat(dir, path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644), r;

	if (fd < 0) return -1;
	r = write(fd, text, strlen(text)) == (ssize_t)strlen(text) ? 0 : -1;
	close(fd);
	return r;
}

/* /bin and so on: the same link as outside, or a mount where it is a directory. */
static int host_link(int root, const char *name)
{
	char path[64], target[64];
	ssize_t n;

	snprintf(path, sizeof path, "/%s", name);
	n = readlink(path, target, sizeof target - 1);
	if (n > 0) {
		target[n] = '\0';
		return symlinkat(target, root, name);
	}
	if (access(path, F_OK) < 0) return 0;
	return mnt_point_dir(root, name, 0755) < 0
		       ? -1
		       : mnt_bind(path, root, name, SV_ATTR_RDONLY | SV_ATTR_NOSUID | SV_ATTR_NODEV,
				 0);
}

/* A file or directory below /etc, where there is one. */
static int host_configuration(int root, const char *name)
{
	char path[64], from[64];
	struct stat st;
	int r;

	snprintf(from, sizeof from, "/etc/%s", name);
	snprintf(path, sizeof path, "etc/%s", name);
	if (stat(from, &st) < 0) return 0;
	r = S_ISDIR(st.st_mode) ? mnt_point_dir(root, path, 0755) : mnt_point_file(root, path);
	if (r < 0) return -1;
	return mnt_bind(from, root, path, SV_ATTR_RDONLY | SV_ATTR_NOSUID | SV_ATTR_NODEV, 0);
}

static int build_host(int top)
{
	int root = mnt_tmpfs(0, 256, 0755, 0, 0, SV_ATTR_NOSUID | SV_ATTR_NODEV), r;
	unsigned i;

	if (root < 0) return -1;
	r = mnt_attach(root, top, ROOT_HOST + 1);
	for (i = 0; r == 0 && i < sizeof host_dirs / sizeof *host_dirs; i++)
		r = mnt_point_dir(root, host_dirs[i], 0755);
	if (r == 0)
		r = mnt_bind(
			"/usr", root, "usr", SV_ATTR_RDONLY | SV_ATTR_NOSUID | SV_ATTR_NODEV, 0);
	for (i = 0; r == 0 && i < sizeof host_links / sizeof *host_links; i++)
		r = host_link(root, host_links[i]);
	for (i = 0; r == 0 && i < sizeof host_etc / sizeof *host_etc; i++)
		r = host_configuration(root, host_etc[i]);
	if (r == 0) r = symlinkat("../proc/self/mounts", root, "etc/mtab");
	if (r == 0)
		r = write_text(root, "etc/passwd",
			"root:x:0:0:root:/root:/bin/sh\nskill:x:1000:1000::/home/skill:/bin/sh\n");
	if (r == 0) r = write_text(root, "etc/group", "root:x:0:\nskill:x:1000:\n");
	if (r == 0) r = write_text(root, "etc/hosts", "127.0.0.1 localhost skill\n");
	if (r == 0)
		r = write_text(
			root, "etc/nsswitch.conf", "passwd: files\ngroup: files\nhosts: files dns\n");
	close(root);
	return r;
}

/*
 * Two views of our processes. The one in the tree is read-only, and nobody who
 * enters a user namespace after this can mount another with more rights: the
 * kernel lets a new procfs reveal no more than one that is seen already, and
 * root's files in /proc/sys ask for no capability. Maps of ids must be written,
 * so a descriptor of a second one stays, from which nothing can be mounted
 * (mnt_alone). Neither has more than processes in it.
 */
static int build_proc(int root, struct runner_root *out)
{
	static const char *const options[] = {"subset=pid", NULL};
	int fd = mnt_new("proc", options, PLAIN), r;

	if (fd < 0) {
		/* Masked paths in /proc: tests get none (T3), and ours is the container's. */
		out->proc_error = errno;
		out->proc = mnt_alone(AT_FDCWD, "/proc", PLAIN, 1);
		return out->proc < 0 ? -1 : 0;
	}
	out->proc = mnt_alone_of(fd);
	if (out->proc < 0) return -1;
	fd = mnt_new("proc", options, PLAIN | SV_ATTR_RDONLY);
	r = fd < 0 ? -1 : mnt_attach(fd, root, "proc");
	fd_close(&fd);
	return r;
}

/*
 * Limits that count for a user namespace are files that each namespace sees with
 * its own values. Where the engine shows them read-only there is nothing to do,
 * and the probe says so (user-limits).
 */
static void keep_counts(struct runner_root *out)
{
	out->counts = mnt_alone(AT_FDCWD, "/proc/sys/user", PLAIN, 0);
}

/* Inside the namespace, whose root may set them unless the files are shown read-only. */
static void try_counts(struct runner_root *out)
{
	int fd = out->counts < 0 ? -1
				 : openat(out->counts, "max_user_namespaces", O_WRONLY | O_CLOEXEC);

	if (fd < 0) fd_close(&out->counts);
	fd_close(&fd);
}

static int build(int root, const char *runtimes, bool host, struct runner_root *out)
{
	static const char *const dirs[] = {"proc", "jobdev", "job", "runtimes", "hostroot"};
	unsigned i;
	int r = mnt_stack_root(root);

	for (i = 0; r == 0 && i < sizeof dirs / sizeof *dirs; i++)
		r = mnt_point_dir(root, dirs[i], 0755);
	if (r == 0) r = build_proc(root, out);
	if (r == 0) keep_counts(out);
	if (r == 0) r = build_dev(root);
	if (r == 0 && runtimes)
		r = mnt_bind(runtimes, root, ROOT_RUNTIMES + 1,
			SV_ATTR_RDONLY | SV_ATTR_NOSUID | SV_ATTR_NODEV, 0);
	if (r == 0 && host) r = build_host(root);
	if (r == 0) r = mnt_attrs(root, SV_ATTR_RDONLY | PLAIN, 0);
	return r == 0 ? mnt_leave_old_root(root) : r;
}

enum err runner_root_enter(
	const char *runtimes, bool host, struct runner_root *out, struct why *why)
{
	int root = mnt_tmpfs(0, 64, 0755, 0, 0, PLAIN), r;
	enum err e;

	*out = (struct runner_root)RUNNER_ROOT_INIT;
	if (root < 0) return why_sys(why, E_SANDBOX_SETUP, "runner root");
	r = build(root, runtimes, host, out);
	if (r < 0) why_sys(why, E_SANDBOX_SETUP, "runner root");
	fd_close(&root);
	if (r < 0) return E_SANDBOX_SETUP;
	e = userns_nest(out->proc, why);
	out->nested = !e;
	if (!e) try_counts(out);
	return e;
}

enum err reader_root_enter(struct why *why)
{
	int root = mnt_tmpfs(0, 8, 0755, 0, 0, PLAIN), r = root < 0 ? -1 : mnt_stack_root(root);

	if (r == 0) r = mnt_point_dir(root, "job", 0755);
	if (r == 0) r = mnt_point_dir(root, "job/pkg", 0755);
	if (r == 0) r = mnt_attrs(root, SV_ATTR_RDONLY | PLAIN, 0);
	if (r == 0) r = mnt_leave_old_root(root);
	if (r < 0) why_sys(why, E_SANDBOX_SETUP, "root");
	fd_close(&root);
	return r < 0 ? E_SANDBOX_SETUP : E_OK;
}
