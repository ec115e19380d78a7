/* SPDX-License-Identifier: MIT */
/* One thread changes the address without end, the other connects to it. */
#include <arpa/inet.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define TRIES 400

static struct sockaddr_in to = {.sin_family = AF_INET};
static atomic_int done;

static void *flip(void *unused)
{
	volatile uint32_t *address = &to.sin_addr.s_addr;
	uint32_t shown = inet_addr("192.0.2.30"), meant = inet_addr("198.51.100.30");

	while (!atomic_load_explicit(&done, memory_order_relaxed)) {
		*address = meant;
		*address = shown;
	}
	return unused;
}

int main(void)
{
	pthread_t other;
	int i, reached = 0, fd;

	to.sin_port = htons(3030);
	to.sin_addr.s_addr = inet_addr("192.0.2.30");
	if (pthread_create(&other, NULL, flip, NULL)) return 1;
	for (i = 0; i < TRIES; i++) {
		fd = socket(AF_INET, SOCK_STREAM, 0);
		if (connect(fd, (struct sockaddr *)&to, sizeof to) == 0) reached++;
		close(fd);
	}
	atomic_store(&done, 1);
	pthread_join(other, NULL);
	printf("reached %d of %d\n", reached, i);
	return 0;
}
