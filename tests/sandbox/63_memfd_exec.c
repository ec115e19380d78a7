/* SPDX-License-Identifier: MIT */
/*
 * A program that is no file, started from memory: it has the same walls.
 * Outcome: PASSED:
 */
#include <sys/mman.h>
#include <sys/prctl.h>

#include "hostile.h"

int main(int argc, char **argv)
{
	char mem[1 << 16], *again[] = {argv[0], (char[]){"again"}, NULL}, *none[] = {NULL};
	int in = open("/skill/t", O_RDONLY | O_CLOEXEC), fd = memfd_create("x", MFD_CLOEXEC);
	int absent = fd < 0 && errno == ENOSYS;
	ssize_t n;

	fails("setuid 0", setuid(0));
	fails_with("keyctl", syscall(SYS_keyctl, 0, 0, 0, 0, 0), ENOSYS);
	fails("write to a program", try_open("/bin/sh", O_WRONLY));
	holds("filtered", prctl(PR_GET_SECCOMP, 0, 0, 0, 0) == 2);
	/* Memory files are absent where no control group counts them. */
	if (argc > 1 || absent) return ending();
	while ((n = read(in, mem, sizeof mem)) > 0)
		if (write(fd, mem, (size_t)n) != n) return 2;
	syscall(SYS_execveat, fd, "", again, none, AT_EMPTY_PATH);
	return 3;
}
