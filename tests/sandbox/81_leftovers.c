/* SPDX-License-Identifier: MIT */
/*
 * Traces of another job: files, memory segments, queues; then leaves its own (cases 81, 83).
 * Outcome: PASSED:
 */
#include <dirent.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "hostile.h"

static void empty(const char *path)
{
	DIR *d = opendir(path);
	struct dirent *entry;
	char file[300];

	while (d && (entry = readdir(d)))
		if (entry->d_name[0] != '.') {
			printf("%s holds %s\n", path, entry->d_name);
			escaped = 1;
		}
	if (d) closedir(d);
	snprintf(file, sizeof file, "%s/left", path);
	try_open(file, O_CREAT | O_WRONLY);
}

int main(void)
{
	struct sockaddr_un name = {.sun_family = AF_UNIX, .sun_path = "\0left"};
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	empty("/tmp");
	empty("/var/tmp");
	empty("/dev/shm");
	empty("/run");
	empty("/home/skill");
	fails("segment of another job", shmget(77, 1, 0));
	fails("queue of another job", msgget(77, 0));
	fails("semaphore of another job", semget(77, 1, 0));
	fails("socket of another job", connect(fd, (struct sockaddr *)&name, 7));
	/* Segments are absent where no control group counts them. */
	holds("own segment", shmget(77, 4096, IPC_CREAT | 0666) >= 0 || errno == ENOSYS);
	holds("own queue", msgget(77, IPC_CREAT | 0666) >= 0);
	holds("own semaphore", semget(77, 1, IPC_CREAT | 0666) >= 0);
	holds("own socket", bind(fd, (struct sockaddr *)&name, 7) == 0);
	return ending();
}
