/* SPDX-License-Identifier: MIT */
/* What init takes from the machine. Runs in init. */
#include "proc/place.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fdio.h"
#include "proc/sys.h"

/* Connections that wait while http starts again. */
#define BACKLOG 512

enum err place_descriptors(struct why *why)
{
	int fd;

	do {
		fd = open("/dev/null", O_RDWR);
		if (fd < 0) return why_sys(why, E_CONFIG, "/dev/null");
	} while (fd < 3);
	if (sys_close_range(3, ~0U, 0) < 0) return why_sys(why, E_CONFIG, "close_range");
	return E_OK;
}

enum err place_signals(int *fd, struct why *why)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGCHLD);
	sigaddset(&set, SIGHUP);
	sigaddset(&set, SIGUSR1);
	sigaddset(&set, SIGQUIT);
	if (sigprocmask(SIG_BLOCK, &set, NULL) < 0) return why_sys(why, E_CONFIG, "signals");
	signal(SIGPIPE, SIG_IGN);
	*fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	return *fd < 0 ? why_sys(why, E_CONFIG, "signalfd") : E_OK;
}

enum err place_data(const struct conf *c, uint32_t uid, struct why *why)
{
	struct stat st;

	if (mkdir(c->data, 0700) < 0 && errno != EEXIST) return why_sys(why, E_CONFIG, c->data);
	if (stat(c->data, &st) < 0 || !S_ISDIR(st.st_mode)) return why_sys(why, E_CONFIG, c->data);
	if (st.st_uid != uid && chown(c->data, uid, uid) < 0)
		return why_sys(why, E_CONFIG, "data directory");
	if (chmod(c->data, 0700) < 0 && errno != EPERM)
		return why_sys(why, E_CONFIG, "data directory");
	return E_OK;
}

enum err place_listener(const struct conf *c, int *fd, struct why *why)
{
	struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_port = htons(c->listen_port)};
	struct sockaddr_in6 v6 = {.sin6_family = AF_INET6, .sin6_port = htons(c->listen_port)};
	bool six = strchr(c->listen_host, ':') != NULL;
	struct sockaddr *addr = six ? (struct sockaddr *)&v6 : (struct sockaddr *)&v4;
	int one = 1;

	if (inet_pton(six ? AF_INET6 : AF_INET, c->listen_host,
		    six ? (void *)&v6.sin6_addr : (void *)&v4.sin_addr) != 1)
		return why_set(why, E_CONFIG, "--listen: not a numeric address");
	*fd = socket(six ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (*fd < 0) return why_sys(why, E_CONFIG, "--listen");
	setsockopt(*fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
	if (bind(*fd, addr, six ? sizeof v6 : sizeof v4) < 0 || listen(*fd, BACKLOG) < 0)
		return why_sys(why, E_CONFIG, "--listen");
	return E_OK;
}

enum err place_binary(int *fd, uint8_t digest[SHA256_LEN], struct why *why)
{
	struct sha256 h;
	uint8_t mem[64 * KIB];
	ssize_t n;

	*fd = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
	if (*fd < 0) return why_sys(why, E_CONFIG, "/proc/self/exe");
	sha256_init(&h);
	while ((n = read(*fd, mem, sizeof mem)) > 0)
		sha256_add(&h, slice_of(mem, (size_t)n));
	if (n < 0) return why_sys(why, E_CONFIG, "/proc/self/exe");
	sha256_out(&h, digest);
	return E_OK;
}
