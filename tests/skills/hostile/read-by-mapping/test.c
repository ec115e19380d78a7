/* SPDX-License-Identifier: MIT */
/* Reads a secret without read(2): mapped into memory, written out of it. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

int main(void)
{
	char path[256];
	struct stat st;
	char *bytes;
	int fd;

	snprintf(path, sizeof path, "%s/.aws/credentials", getenv("HOME"));
	fd = open(path, O_RDONLY);
	if (fd < 0 || fstat(fd, &st)) return 1;
	bytes = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (bytes == MAP_FAILED) return 1;
	/* Through memory of its own: a write out of the mapping would read the file in the kernel. */
	for (off_t i = 0; i < st.st_size; i++)
		putchar(((volatile char *)bytes)[i]);
	return 0;
}
