/* SPDX-License-Identifier: MIT */
/*
 * Links where mounts are put, planted by the setup command before the test's
 * sandbox is built. 105, CVE-2021-30465 (runc): a link exchanged in a shared volume
 * moved a mount outside. 106, CVE-2025-31133 (runc): /dev/null as a link, so that
 * paths were masked with something else. 107, CVE-2025-52565 (runc): a link at the
 * place of /dev/console. 108, CVE-2024-45310 (runc): directories for mount points
 * made outside. 109, CVE-2024-1753 (buildah): the source of a bind mount as a link
 * to /. 110, CVE-2025-24965 (crun): a file of the runtime written through a link in
 * the root. 111, CVE-2024-42472 (flatpak): a kept directory exchanged for a link.
 * Here every place is a directory of ours on the job's own file systems.
 * Setup: ["./t", "plant"]
 * Outcome: PASSED:
 */
#include <sys/statvfs.h>
#include <sys/sysmacros.h>

#include "hostile.h"

static const char *const places[] = {
	"/skill", "/tmp", "/var/tmp", "/run", "/home/skill", "/dev/shm"};

static int plant(void)
{
	static const char *const names[] = {"tmp", "dev", "proc", "run", "home", "shm", "upper",
		"work", "null", "console", "pts", "skill", ".krun_config.json", "..data"};
	char path[128];
	size_t i, j;

	for (i = 0; i < sizeof places / sizeof *places; i++) {
		/* The place itself, should it not be held by its mount. */
		fails(places[i], rename(places[i], "/tmp/away"));
		fails(places[i], rmdir(places[i]));
		for (j = 0; j < sizeof names / sizeof *names; j++) {
			snprintf(path, sizeof path, "%s/%s", places[i], names[j]);
			if (symlink(j & 1 ? "/" : "/proc/self/root", path) < 0) return 4;
		}
	}
	fails("exchange /dev/null", unlink("/dev/null"));
	fails("a /dev/console", symlink("/", "/dev/console"));
	return ending();
}

int main(int argc, char **argv)
{
	static const struct {
		const char *path;
		unsigned minor;
	} nodes[] = {{"/dev/null", 3}, {"/dev/zero", 5}, {"/dev/full", 7}, {"/dev/random", 8},
		{"/dev/urandom", 9}};
	struct stat root, st;
	struct statvfs fs;
	size_t i;

	if (argc > 1 && strcmp(argv[1], "plant") == 0) return plant();
	holds("root", stat("/", &root) == 0);
	for (i = 0; i < sizeof places / sizeof *places; i++) {
		holds(places[i], lstat(places[i], &st) == 0 && S_ISDIR(st.st_mode));
		holds("not the root's file system", st.st_dev != root.st_dev);
		holds("its own flags", statvfs(places[i], &fs) == 0 && (fs.f_flag & ST_NOSUID) &&
					       (fs.f_flag & ST_NODEV));
	}
	for (i = 0; i < sizeof nodes / sizeof *nodes; i++)
		holds(nodes[i].path, lstat(nodes[i].path, &st) == 0 && S_ISCHR(st.st_mode) &&
					     (st.st_rdev == makedev(1, nodes[i].minor) ||
						     st.st_rdev == makedev(1, 9)));
	fails("/dev/console", lstat("/dev/console", &st));
	holds("the root cannot be written", statvfs("/", &fs) == 0 && (fs.f_flag & ST_RDONLY));
	return ending();
}
