/* SPDX-License-Identifier: MIT */
/*
 * Huge files without writing them; nodes that cannot be read or listed (case 21).
 * Outcome: PASSED:
 */
#include <sys/xattr.h>

#include "hostile.h"

int main(void)
{
	int fd = open("/tmp/big", O_CREAT | O_RDWR, 0600);

	signal(SIGXFSZ, SIG_IGN);
	fails("1 TiB sparse", ftruncate(fd, 1LL << 40));
	fails("1 TiB allocated", posix_fallocate(fd, 0, 1LL << 40) ? -1 : 0);
	fails("trusted attribute", setxattr("/skill", "trusted.overlay.opaque", "y", 1, 0));
	fails("file capability", setxattr("/skill/SKILL.md", "security.capability", "y", 1, 0));
	holds("places that nobody can enter", mkdir("/tmp/shut", 0) == 0 &&
						      mkfifo("/tmp/fifo", 0) == 0 &&
						      symlink("/tmp/loop", "/tmp/loop") == 0);
	return ending();
}
