/* SPDX-License-Identifier: MIT */
/*
 * The clock of the benchmarks: every mode but memory prints milliseconds, one run
 * a line.
 *
 *   client job PORT PACKAGE RUNS         POST /verify until the job is completed
 *   client start PORT PATH COMMAND...    starting COMMAND until GET PATH is 200
 *   client run RUNS COMMAND...           COMMAND from fork to its end
 *   client memory RUNS COMMAND...        the largest resident set of any of its
 *                                        processes instead, in KiB
 *   client durable RUNS DIR COMMAND...   the same, then a synced file and a
 *                                        SQLite transaction, as a job needs
 *
 * One process and one connection a job: no interpreter and no curl is in the figures.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/fdio.h"
#include "base/num.h"

#define ANSWER_BYTES (1 << 20)
/* Asking more often would take the processor from what is measured. */
#define ASK_EVERY_US 500
#define GIVE_UP_US   (20 * 1000000LL)

static _Noreturn void die(const char *what)
{
	fprintf(stderr, "client: %s: %s\n", what, strerror(errno));
	exit(1);
}

static void pause_us(long us)
{
	struct timespec t = {0, us * 1000};

	nanosleep(&t, NULL);
}

static void print_since(int64_t begin_us)
{
	printf("%.3f\n", (double)(clock_mono_us() - begin_us) / 1000);
}

static int connect_to(uint16_t port)
{
	struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(port)};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), one = 1;

	to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (fd < 0) die("socket");
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
	if (connect(fd, (struct sockaddr *)&to, sizeof to) == 0) return fd;
	fd_close(&fd);
	return -1;
}

/* The body of the answer that b holds, or nothing while it is incomplete. */
static bool complete(const struct buf *b, struct slice *body)
{
	static const char name[] = "content-length:";
	struct slice all = buf_slice(b), line;
	uint64_t length = 0;
	size_t i, end = 0;

	for (i = 0; i + 4 <= all.n && !end; i++)
		if (memcmp(all.p + i, "\r\n\r\n", 4) == 0) end = i + 4;
	if (!end) return false;
	line = slice_sub(all, 0, end);
	while (line.n) {
		struct slice l = slice_split(&line, '\n');

		if (l.n < sizeof name || !slice_is_nocase(slice_sub(l, 0, sizeof name - 1), name))
			continue;
		parse_u64(slice_trim(slice_from(l, sizeof name - 1)), ANSWER_BYTES, &length);
	}
	*body = slice_from(all, end);
	return body->n >= length;
}

/* One request on an open connection; the status, or 0 when the connection ended. */
static unsigned ask(int fd, struct slice request, struct buf *b, struct slice *body)
{
	uint8_t mem[16384];
	uint64_t status = 0;

	buf_reset(b);
	if (fd_write_all(fd, request)) return 0;
	do {
		ssize_t n = read(fd, mem, sizeof mem);

		if (n <= 0) return 0;
		buf_put(b, slice_of(mem, (size_t)n));
		if (b->err) die("answer");
	} while (!complete(b, body));
	parse_u64(slice_sub(buf_slice(b), 9, 3), 999, &status);
	return (unsigned)status;
}

/* The value of the first "key":"..." in compact JSON of our own server. */
static struct slice value_of(struct slice json, const char *key)
{
	char want[32];
	size_t n = (size_t)snprintf(want, sizeof want, "\"%s\":\"", key), i;

	for (i = 0; i + n <= json.n; i++)
		if (memcmp(json.p + i, want, n) == 0)
			return slice_sub(json, i + n, slice_find(json, i + n, '"') - (i + n));
	return SLICE_NONE;
}

static void one_job(uint16_t port, struct slice post, struct buf *b)
{
	char get[160];
	int fd = connect_to(port);
	int64_t begin = clock_mono_us();
	struct slice body, id, state;

	if (fd < 0) die("connect");

	if (ask(fd, post, b, &body) != 202) die("POST /verify was refused");
	id = value_of(body, "jobId");
	snprintf(get, sizeof get, "GET /verify/%.*s HTTP/1.1\r\nHost: bench\r\n\r\n", (int)id.n,
		(const char *)id.p);
	for (;;) {
		unsigned status;

		pause_us(ASK_EVERY_US);
		status = ask(fd, slice_str(get), b, &body);
		if (status == 0) {
			/* The server ends a connection after so many requests. */
			fd_close(&fd);
			fd = connect_to(port);
			if (fd < 0) die("connect");
			continue;
		}
		if (status != 200) die("GET /verify");
		state = value_of(body, "status");
		if (slice_is(state, "completed")) break;
		if (slice_is(state, "failed") || clock_mono_us() - begin > GIVE_UP_US)
			die("the job did not complete");
	}
	print_since(begin);
	fd_close(&fd);
}

static void jobs(uint16_t port, const char *package, uint64_t runs)
{
	struct buf file = buf_heap(ANSWER_BYTES), post = buf_heap(2 * ANSWER_BYTES),
		   b = buf_heap(ANSWER_BYTES);

	if (file_read(package, ANSWER_BYTES, &file)) die(package);
	buf_fmt(&post,
		"POST /verify HTTP/1.1\r\nHost: bench\r\nContent-Type: application/gzip\r\n"
		"Content-Length: %zu\r\n\r\n",
		file.n);
	buf_put(&post, buf_slice(&file));
	while (runs-- > 0)
		one_job(port, buf_slice(&post), &b);
	buf_drop(&file);
	buf_drop(&post);
	buf_drop(&b);
}

static pid_t start_command(char **argv, bool quiet)
{
	pid_t pid = fork();
	int null;

	if (pid < 0) die("fork");
	if (pid > 0) return pid;
	null = open("/dev/null", O_RDWR | O_CLOEXEC);
	if (dup2(null, 0) < 0 || dup2(null, 1) < 0 || (quiet && dup2(null, 2) < 0)) _exit(126);
	execvp(argv[0], argv);
	_exit(127);
}

static void until_answer(uint16_t port, const char *path, char **argv)
{
	char get[160];
	struct buf b = buf_heap(ANSWER_BYTES);
	int64_t begin = clock_mono_us();
	pid_t pid = start_command(argv, true);
	struct slice body;
	int fd = -1, status;
	bool ok = false;

	snprintf(get, sizeof get, "GET %s HTTP/1.0\r\nHost: bench\r\n\r\n", path);
	while (!ok && clock_mono_us() - begin < GIVE_UP_US) {
		fd = connect_to(port);
		if (fd >= 0) ok = ask(fd, slice_str(get), &b, &body) == 200;
		fd_close(&fd);
		if (!ok) pause_us(ASK_EVERY_US);
	}
	if (ok) print_since(begin);
	kill(pid, SIGTERM);
	waitpid(pid, &status, 0);
	buf_drop(&b);
	if (!ok) die("no answer");
}

static void run_command(char **argv)
{
	int status;
	pid_t pid = start_command(argv, false);

	if (waitpid(pid, &status, 0) != pid || !WIFEXITED(status) || WEXITSTATUS(status) > 4)
		die(argv[0]);
}

static sqlite3 *open_database(const char *dir)
{
	char path[512];
	sqlite3 *db = NULL;

	snprintf(path, sizeof path, "%s/floor.db", dir);
	if (sqlite3_initialize() || sqlite3_open(path, &db) ||
		sqlite3_exec(db,
			"PRAGMA locking_mode=EXCLUSIVE;PRAGMA journal_mode=WAL;"
			"PRAGMA synchronous=FULL;CREATE TABLE IF NOT EXISTS t(a)",
			NULL, NULL, NULL))
		die(path);
	return db;
}

static void synced_file(const char *dir)
{
	char path[512];
	int fd;

	snprintf(path, sizeof path, "%s/floor.out", dir);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd < 0 || fd_write_all(fd, SLICE("hello\n")) || fsync(fd) < 0) die(path);
	fd_close(&fd);
}

/*
 * The largest resident set of COMMAND and all that it waited for, in KiB. Our own
 * share at the fork is below any of them.
 */
static void memory(uint64_t runs, char **argv)
{
	struct rusage use;
	int status;

	while (runs-- > 0) {
		pid_t pid = start_command(argv, false);

		if (wait4(pid, &status, 0, &use) != pid || !WIFEXITED(status) ||
			WEXITSTATUS(status) > 4)
			die(argv[0]);
		printf("%ld\n", use.ru_maxrss);
	}
}

static void commands(uint64_t runs, const char *dir, char **argv)
{
	sqlite3 *db = dir ? open_database(dir) : NULL;

	while (runs-- > 0) {
		int64_t begin = clock_mono_us();

		run_command(argv);
		if (db) {
			synced_file(dir);
			if (sqlite3_exec(db, "INSERT INTO t VALUES('hello')", NULL, NULL, NULL))
				die("insert");
		}
		print_since(begin);
	}
	sqlite3_close(db);
}

int main(int argc, char **argv)
{
	struct slice mode = slice_str(argc > 1 ? argv[1] : "");
	uint64_t number = 0, runs = 1;

	if (argc < 4 || parse_u64(slice_str(argv[2]), 100000, &number)) return 2;
	signal(SIGPIPE, SIG_IGN);
	if (slice_is(mode, "job") && argc == 5 && !parse_u64(slice_str(argv[4]), 100000, &runs))
		jobs((uint16_t)number, argv[3], runs);
	else if (slice_is(mode, "start") && argc > 4)
		until_answer((uint16_t)number, argv[3], argv + 4);
	else if (slice_is(mode, "run"))
		commands(number, NULL, argv + 3);
	else if (slice_is(mode, "memory"))
		memory(number, argv + 3);
	else if (slice_is(mode, "durable") && argc > 4)
		commands(number, argv[3], argv + 4);
	else
		return 2;
	return 0;
}
