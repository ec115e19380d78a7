/* SPDX-License-Identifier: MIT */
/*
 * A storm of signals, and the end of whole processes, in the middle of connects,
 * opens and execs (cases 77, 78).
 * Outcome: PASSED:
 * Watched: a watched test has the sinkhole, which takes what this expects to be unreachable
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <sys/socket.h>
#include <sys/time.h>

#include "hostile.h"

static volatile sig_atomic_t storms;

static void count(int sig)
{
	(void)sig;
	storms++;
}

static void attempt(void)
{
	struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(80)};
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	to.sin_addr.s_addr = htonl(0x08080808);
	fails("connect", connect(fd, (struct sockaddr *)&to, sizeof to));
	close(fd);
	try_open("/etc/shadow", O_RDONLY);
}

static void *forever(void *arg)
{
	for (;;)
		attempt();
	return arg;
}

int main(void)
{
	struct itimerval often = {{0, 50}, {0, 50}}, never = {{0, 0}, {0, 0}};
	struct sigaction act = {.sa_handler = count};
	pthread_t thread;
	int i;

	sigaction(SIGALRM, &act, NULL);
	setitimer(ITIMER_REAL, &often, NULL);
	for (i = 0; i < 50000; i++)
		attempt();
	setitimer(ITIMER_REAL, &never, NULL);
	holds("there was a storm", storms > 100);
	for (i = 0; i < 50; i++) {
		pid_t pid = fork();

		if (pid == 0) {
			pthread_create(&thread, NULL, forever, NULL);
			pthread_create(&thread, NULL, forever, NULL);
			usleep(1000);
			/* The others are in the middle of a call. */
			if (i & 1) kill(getpid(), SIGKILL);
			_exit(0);
		}
		waitpid(pid, NULL, 0);
	}
	return ending();
}
