/* SPDX-License-Identifier: MIT */
/*
 * What S makes of a K that was taken over, and what K's filter lets it do.
 */
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/fdio.h"
#include "runner/sandbox/calls.h"
#include "runner/sandbox/sinkhole_wire.h"
#include "test.h"

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

/* Memory said it twice, one connection came: the other may have gone elsewhere. */
TEST(sinkhole_confirms_as_many_as_came)
{
	struct sinkhole_report r = {.kind = SAID_STREAM,
		.at = {.proto = IPPROTO_TCP, .family = AF_INET, .addr = {1, 2, 3, 4}, .port = 80},
		.taken = 1,
		.bytes = 3,
		.kept = SLICE("abc")};
	struct sinkhole s = SINKHOLE_INIT;
	static struct observation seen;
	struct observer *o;
	unsigned i;

	CHECK_ERR(observer_new(&o, MONITOR_CALLS), E_OK);
	CHECK_ERR(sinkhole_open(&s), E_OK);
	for (i = 0; i < 2; i++)
		observer_saw(o, OBSERVED_CONNECT, SLICE("tcp 1.2.3.4:80"), SLICE_NONE)->advisory =
			true;
	for (i = 1; i <= 2; i++) {
		uint8_t mem[SINK_REPORT_BYTES];
		struct buf b = buf_on(mem, sizeof mem);
		struct codec c = codec_writer(&b);

		codec_report(&c, &r);
		CHECK(send(s.reports, b.p, b.n, 0) == (ssize_t)b.n);
		sinkhole_read(&s, o);
		observer_finish(o, &seen);
		CHECK(seen.n == 1 && seen.rows[0].count == 2 && seen.rows[0].confirmed == i);
		CHECK(seen.rows[0].advisory == (i < 2));
	}
	sinkhole_drop(&s);
	observer_drop(o);
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
static void waits(void)
{
	struct pollfd p = {0, POLLIN, 0};

	poll(&p, 1, 0);
}
static void makes_tcp(void)
{
	close(socket(AF_INET6, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_TCP));
}

TEST(sinkhole_filter)
{
	NEEDS_MUSL();
	CHECK(dies(opens) == SIGSYS);
	CHECK(dies(forks) == SIGSYS);
	CHECK(dies(makes_local) == SIGSYS);
	CHECK(dies(makes_raw) == SIGSYS);
	CHECK(dies(marks) == SIGSYS);
	CHECK(dies(connects) == SIGSYS);
	CHECK(dies(makes_tcp) == 0);
	CHECK(dies(waits) == 0);
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
