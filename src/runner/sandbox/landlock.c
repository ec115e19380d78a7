/* SPDX-License-Identifier: MIT */
/* Landlock rules of a test. Runs in the payload before it executes. */
#include "runner/sandbox/landlock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <unistd.h>

#define NR_LANDLOCK_CREATE_RULESET 444
#define NR_LANDLOCK_ADD_RULE       445
#define NR_LANDLOCK_RESTRICT_SELF  446

/* include/uapi/linux/landlock.h; older headers lack the later members. */
struct ruleset_attr {
	uint64_t handled_fs, handled_net, scoped;
};
struct path_attr {
	uint64_t allowed;
	int32_t parent;
} __attribute__((packed));
_Static_assert(sizeof(struct path_attr) == 12, "struct landlock_path_beneath_attr");

#define CREATE_RULESET_VERSION 1U
#define RULE_PATH_BENEATH      1

#define FS_EXECUTE           (1ULL << 0)
#define FS_WRITE_FILE        (1ULL << 1)
#define FS_READ_FILE         (1ULL << 2)
#define FS_READ_DIR          (1ULL << 3)
#define FS_MAKE_CHAR         (1ULL << 6)
#define FS_MAKE_BLOCK        (1ULL << 11)
#define FS_REFER             (1ULL << 13) /* ABI 2 */
#define FS_TRUNCATE          (1ULL << 14) /* ABI 3 */
#define FS_IOCTL_DEV         (1ULL << 15) /* ABI 5 */
#define FS_ALL_1             ((1ULL << 13) - 1)
#define NET_BIND_CONNECT_TCP 3ULL /* ABI 4 */
#define SCOPE_ALL            3ULL /* ABI 6: abstract sockets, signals */

#define READ_EXEC (FS_EXECUTE | FS_READ_FILE | FS_READ_DIR)
#define NODE      (FS_READ_FILE | FS_WRITE_FILE | FS_TRUNCATE)
#define WRITABLE  (~(FS_MAKE_CHAR | FS_MAKE_BLOCK))

/* Places of a job's root; those that a runtime lacks are skipped. */
static const struct {
	const char *path;
	uint64_t allowed;
} places[] = {
	/* Names of everything may be listed; it is the job's own root. */
	{"/", FS_READ_DIR},
	{"/bin", READ_EXEC},
	{"/sbin", READ_EXEC},
	{"/lib", READ_EXEC},
	{"/lib32", READ_EXEC},
	{"/lib64", READ_EXEC},
	{"/libx32", READ_EXEC},
	{"/usr", READ_EXEC},
	{"/opt", READ_EXEC},
	{"/etc", READ_EXEC},
	{"/proc", FS_READ_FILE | FS_READ_DIR},
	{"/skill", WRITABLE},
	{"/tmp", WRITABLE},
	{"/var/tmp", WRITABLE},
	{"/run", WRITABLE},
	{"/home", WRITABLE},
	{"/dev/shm", WRITABLE & ~FS_EXECUTE},
	{"/dev/null", NODE},
	{"/dev/zero", NODE},
	{"/dev/full", NODE},
	{"/dev/random", NODE},
	{"/dev/urandom", NODE},
};

int landlock_abi(void)
{
	long abi = syscall(NR_LANDLOCK_CREATE_RULESET, NULL, 0, CREATE_RULESET_VERSION);

	return abi < 0 ? 0 : (int)abi;
}

/* File rights that this ABI knows. */
static uint64_t fs_rights(int abi)
{
	uint64_t all = FS_ALL_1;

	if (abi >= 2) all |= FS_REFER;
	if (abi >= 3) all |= FS_TRUNCATE;
	if (abi >= 5) all |= FS_IOCTL_DEV;
	return all;
}

/* Rights that make sense on something that is not a directory. */
static uint64_t file_rights(void)
{
	return FS_EXECUTE | FS_WRITE_FILE | FS_READ_FILE | FS_TRUNCATE | FS_IOCTL_DEV;
}

static int add_place(int ruleset, const char *path, uint64_t allowed)
{
	struct path_attr attr = {.allowed = allowed};
	int fd = open(path, O_PATH | O_CLOEXEC), r;

	if (fd < 0) return errno == ENOENT ? 0 : -1;
	attr.parent = fd;
	r = (int)syscall(NR_LANDLOCK_ADD_RULE, ruleset, RULE_PATH_BENEATH, &attr, 0);
	/* A file cannot be given the rights of a directory. */
	if (r < 0 && errno == EINVAL) {
		attr.allowed &= file_rights();
		r = (int)syscall(NR_LANDLOCK_ADD_RULE, ruleset, RULE_PATH_BENEATH, &attr, 0);
	}
	close(fd);
	return r;
}

int landlock_restrict(int abi, bool tcp)
{
	struct ruleset_attr attr = {.handled_fs = fs_rights(abi)};
	size_t size = sizeof attr.handled_fs, i;
	int ruleset, r = 0;

	if (abi >= 4) {
		attr.handled_net = tcp ? 0 : NET_BIND_CONNECT_TCP;
		size += sizeof attr.handled_net;
	}
	if (abi >= 6) {
		attr.scoped = SCOPE_ALL;
		size += sizeof attr.scoped;
	}
	ruleset = (int)syscall(NR_LANDLOCK_CREATE_RULESET, &attr, size, 0);
	if (ruleset < 0) return -1;
	for (i = 0; r == 0 && i < sizeof places / sizeof *places; i++)
		r = add_place(ruleset, places[i].path, places[i].allowed & attr.handled_fs);
	if (r == 0) r = (int)syscall(NR_LANDLOCK_RESTRICT_SELF, ruleset, 0);
	close(ruleset);
	return r;
}
