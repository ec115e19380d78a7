/* SPDX-License-Identifier: MIT */
/*
 * The sinkhole in a network namespace of its own: K as jobs have it, S played by
 * the test, and clients that try every way out. Needs root.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fdio.h"
#include "network_bytes.h"
#include "sinkhole_run.h"
#include "test.h"

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

	NEEDS_MUSL();
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

	NEEDS_MUSL();
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

	NEEDS_MUSL();
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

	NEEDS_MUSL();
	NEEDS_ROOT;
	CHECK(network_run(&n, servers, NULL) == 0);
	CHECK_SLICE(slice_of(n.said, n.n_said),
		SLICE("from 2 \\xc6\\x13\\xff\\xfe\nout 0 \nout6 0 \nv4 0 own\nv6 0 own\nany4 0 own\nany6 0 own\nown 0 own\nitself 0 own\n"
		      "again 0 \n"));
	CHECK(n.seen.complete);
	CHECK(row(&n, OBSERVED_CONNECT, "tcp 93.184.216.34:8080", "")->confirmed == 3);
	network_drop(&n);
}

/* ---- silence --------------------------------------------------------------------- */

/* A protocol in which the server speaks first, and half a request: neither waits for ever. */
static void silent(void)
{
	int64_t begin = clock_mono_us(), took;

	talk("silent", "192.0.2.25", 25, SLICE(""), false);
	talk("half", "192.0.2.25", 80, SLICE("POST / HTTP/1.1\r\nContent-Length: 9\r\n\r\nabc"),
		false);
	took = (clock_mono_us() - begin) / 1000;
	log_line("ms", took >= 2 * LIMIT_SINK_IDLE_MS && took < 4 * LIMIT_SINK_IDLE_MS, SLICE(""));
}

TEST(sinkhole_closes_what_is_silent)
{
	static struct network n;

	NEEDS_MUSL();
	NEEDS_ROOT;
	CHECK(network_run(&n, silent, NULL) == 0);
	CHECK_SLICE(slice_of(n.said, n.n_said), SLICE("silent 0 \nhalf 0 \nms 1 \n"));
	CHECK(row(&n, OBSERVED_CONNECT, "tcp 192.0.2.25:25", "")->confirmed == 1);
	CHECK(row(&n, OBSERVED_REQUEST, "http POST 192.0.2.25:80/", ""));
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

	NEEDS_MUSL();
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

	NEEDS_MUSL();
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
