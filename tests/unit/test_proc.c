/* SPDX-License-Identifier: MIT */
/* proc/: encoding of messages and records, channels. */
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/fdio.h"
#include "proc/memfd.h"
#include "proc/msg.h"
#include "proc/role.h"
#include "records.h"
#include "test.h"

/* ---- records --------------------------------------------------------------------- */

/* Decodes, encodes again, and tries every shorter and one longer text. */
static void check_record(struct slice bytes)
{
	static struct record r;
	struct buf again = buf_heap(4 * LIMIT_RECORD_BYTES);
	size_t i, step = bytes.n > 4096 ? bytes.n / 512 : 1;

	/* What the memory held before does not matter. */
	memset(&r, 0xff, sizeof r);
	CHECK_ERR(record_read(bytes, &r), E_OK);
	CHECK_ERR(record_write(&r, &again), E_OK);
	CHECK_SLICE(buf_slice(&again), bytes);
	buf_u8(&again, 0);
	CHECK_ERR(record_read(buf_slice(&again), &r), E_PROTOCOL);
	for (i = 0; i < bytes.n; i += step)
		if (record_read(slice_sub(bytes, 0, i), &r) != E_PROTOCOL) {
			printf("# %zu of %zu bytes\n", i, bytes.n);
			CHECK(false);
		}
	buf_drop(&again);
}

TEST(record_round_trip_and_every_prefix)
{
	static struct record r;

	record_passed(&r);
	check_record(record_bytes(&r));
	record_no_test(&r);
	check_record(record_bytes(&r));
	record_full(&r, 'a');
	check_record(record_bytes(&r));
	record_probed(&r);
	check_record(record_bytes(&r));
	record_probed_full(&r, 'a');
	check_record(record_bytes(&r));
}

/* A field out of its bounds is neither written nor read. */
#define REFUSED(assignment)                                                                        \
	do {                                                                                       \
		record_passed(&r);                                                                 \
		buf_reset(&b);                                                                     \
		assignment;                                                                        \
		CHECK_ERR(record_write(&r, &b), E_PROTOCOL);                                       \
	} while (0)

TEST(record_out_of_bounds_is_not_written)
{
	static struct record r;
	struct buf b = buf_heap(4 * LIMIT_RECORD_BYTES);

	REFUSED(r.attempt = 1001);
	REFUSED(r.attempt_reason = SLICE("two words"));
	REFUSED(r.submitted_ms = -1);
	REFUSED(r.submitted_ms = 253402300800000LL);
	REFUSED(r.package.format = PACKAGE_DIRECTORY + 1);
	REFUSED(r.package.compression = COMPRESSION_ZSTD + 1);
	REFUSED(r.package.bytes = LIMIT_PACKAGE_BYTES + 1);
	REFUSED(r.package.manifest_path = SLICE("SKILL.md\n"));
	REFUSED(r.package.top_directory = SLICE("a\0b"));
	REFUSED(r.package.top_directory = SLICE("\xff"));
	REFUSED(r.package.n_ignored = RECORD_IGNORED + 1);
	REFUSED(r.manifest.description = SLICE("\xed\xa0\x80"));
	REFUSED(r.manifest.command.n = LIMIT_ARGS + 1);
	REFUSED(r.manifest.timeout_ms = LIMIT_TIMEOUT_MS + 1);
	REFUSED(r.manifest.test_source = TEST_METADATA + 1);
	REFUSED(r.runtime.uri = SLICE("pkg:\x7f"));
	REFUSED(r.sandbox.tier = TIER_4 + 1);
	REFUSED(r.sandbox.cgroup = CGROUP_V2 + 1);
	REFUSED(r.n_runs = PHASE_COUNT + 1);
	REFUSED(r.runs[0].phase = PHASE_COUNT);
	REFUSED(r.runs[0].kind = EXIT_KIND_COUNT);
	REFUSED(r.runs[0].value = 4097);
	REFUSED(r.runs[0].limits_hit = HIT_ALL + 1);
	REFUSED(r.runs[1].out.bytes = LIMIT_OUTPUT_KEPT + 1);
	REFUSED(r.n_warnings = LIMIT_WARNINGS + 1);
	REFUSED(r.warnings[0] = SLICE("a\"b"));
	buf_drop(&b);
}

/* Rows of probes that no probe makes are neither written nor read. */
#define PROBES_REFUSED(assignment)                                                                 \
	do {                                                                                       \
		record_probed(&r);                                                                 \
		buf_reset(&b);                                                                     \
		assignment;                                                                        \
		CHECK_ERR(record_write(&r, &b), E_PROTOCOL);                                       \
	} while (0)

TEST(record_probes_that_contradict_themselves)
{
	static struct record r;
	struct trial *row = r.trials.rows;
	struct buf b = buf_heap(4 * LIMIT_RECORD_BYTES);

	record_probed(&r);
	CHECK_ERR(record_write(&r, &b), E_OK);
	PROBES_REFUSED(r.trials.scripts = 10);
	PROBES_REFUSED(r.trials.left = 0);
	PROBES_REFUSED(r.trials.checked = 0);
	PROBES_REFUSED(r.trials.n = 8);
	PROBES_REFUSED(r.trials.n_runtimes = 0);
	PROBES_REFUSED(r.trials.n_runtimes = TRIAL_RUNTIMES + 1);
	PROBES_REFUSED(r.manifest.command = ((struct command){FORM_EXEC, 1, {SLICE("true")}}));
	PROBES_REFUSED(row[0].exit = EXIT_SIGNALED);
	PROBES_REFUSED(row[0].outcome = TRIAL_TIMEOUT);
	PROBES_REFUSED(row[0].kind = TRIAL_PARSE);
	PROBES_REFUSED(row[0].kind = TRIAL_KINDS);
	PROBES_REFUSED(row[0].path = SLICE(""));
	PROBES_REFUSED(row[0].ran = false);
	PROBES_REFUSED(row[1].detail = SLICE_NONE);
	PROBES_REFUSED(row[2].detail = SLICE("j\nq"));
	PROBES_REFUSED(row[3].value = 1);
	PROBES_REFUSED(row[3].detail = SLICE("x"));
	PROBES_REFUSED(row[6].exit = EXIT_EXITED);
	PROBES_REFUSED(row[8].exit = EXIT_SIGNALED);
	PROBES_REFUSED(row[8].duration_ms = 1);
	PROBES_REFUSED(row[8].version = SLICE("1"));
	buf_drop(&b);
}

TEST(record_out_of_bounds_is_not_read)
{
	static struct record r;
	struct slice good;
	struct buf b = buf_heap(LIMIT_RECORD_BYTES);

	record_passed(&r);
	good = record_bytes(&r);
	buf_put(&b, good);
	CHECK_ERR(record_read(buf_slice(&b), &r), E_OK);
	/* The attempt, behind the job's id: little endian, and all eight bytes count. */
	b.p[JOB_ID_LEN + 7] = 1;
	CHECK_ERR(record_read(buf_slice(&b), &r), E_PROTOCOL);
	CHECK(r.attempt == 0 && r.n_runs == 0 && r.manifest.command.n == 0);
	b.p[JOB_ID_LEN + 7] = 0;
	/* has_nonce, behind the empty reason: 0 or 1. */
	CHECK(b.p[JOB_ID_LEN + 16] == 1);
	b.p[JOB_ID_LEN + 16] = 2;
	CHECK_ERR(record_read(buf_slice(&b), &r), E_PROTOCOL);
	CHECK(!r.has_nonce);
	buf_drop(&b);
}

TEST(record_exit_codes_are_those_of_the_original)
{
	static const struct {
		uint8_t kind;
		uint32_t value;
		int code;
	} list[] = {{EXIT_EXITED, 3, 3}, {EXIT_SIGNALED, 9, 137}, {EXIT_TIMEOUT_WALL, 0, 124},
		{EXIT_TIMEOUT_CPU, 0, 124}, {EXIT_OOM, 0, 137}, {EXIT_OUTPUT, 0, 137},
		{EXIT_EXEC_FAILED, 2, 127}, {EXIT_EXEC_FAILED, 13, 126}, {EXIT_SETUP_ERROR, 1, 125},
		{EXIT_INTERNAL, 0, 125},
		{EXIT_FLOOD, 0, 137}};
	size_t i;

	for (i = 0; i < sizeof list / sizeof *list; i++) {
		struct run_facts run = {.kind = list[i].kind, .value = list[i].value};

		CHECK(run_exit_code(&run) == list[i].code);
	}
}

/* ---- messages ---------------------------------------------------------------------- */

static uint8_t pattern[96];

/* Writes, reads, compares the bytes of both, and tries every prefix. */
#define ROUND_TRIP(name, ...)                                                                      \
	do {                                                                                       \
		struct msg_##name in_ = {__VA_ARGS__}, out_;                                       \
		struct buf a_ = buf_heap(CHAN_BODY), b_ = buf_heap(CHAN_BODY);                     \
		struct codec c_ = codec_writer(&a_);                                               \
		size_t i_;                                                                         \
		codec_msg_##name(&c_, &in_);                                                       \
		CHECK_ERR(codec_end(&c_), E_OK);                                                   \
		for (i_ = 0; i_ <= a_.n; i_++) {                                                   \
			memset(&out_, 0xff, sizeof out_);                                          \
			c_ = codec_reader(slice_sub(buf_slice(&a_), 0, i_));                       \
			codec_msg_##name(&c_, &out_);                                              \
			CHECK_ERR(codec_end(&c_), i_ < a_.n ? E_PROTOCOL : E_OK);                  \
		}                                                                                  \
		c_ = codec_writer(&b_);                                                            \
		codec_msg_##name(&c_, &out_);                                                      \
		CHECK_SLICE(buf_slice(&b_), buf_slice(&a_));                                       \
		buf_u8(&a_, 0);                                                                    \
		c_ = codec_reader(buf_slice(&a_));                                                 \
		codec_msg_##name(&c_, &out_);                                                      \
		CHECK_ERR(codec_end(&c_), E_PROTOCOL);                                             \
		buf_drop(&a_);                                                                     \
		buf_drop(&b_);                                                                     \
	} while (0)

TEST(messages_round_trip_and_every_prefix)
{
	const struct refusal refusal = {E_PATH_INVALID, 3, 4, 5, SLICE("../x"), SLICE("no")};
	const struct refusal none = {.name = SLICE(""), .text = SLICE("")};
	size_t i;

	for (i = 0; i < sizeof pattern; i++)
		pattern[i] = (uint8_t)(i + 1);
	ROUND_TRIP(peer, ROLE_COUNT - 1);
	ROUND_TRIP(stop, true);
	ROUND_TRIP(health, true, SLICE("runner"));
	ROUND_TRIP(submit, true, {1, 2}, LIMIT_PACKAGE_BYTES, {3});
	ROUND_TRIP(submitted, E_QUEUE_FULL, {1}, {2}, RECORD_TIME_MS);
	ROUND_TRIP(get, {9}, PART_ALL);
	ROUND_TRIP(job, E_OK, PART_STATEMENT,
		{.state = JOB_FAILED,
			.phase = PHASE_ATTEST,
			.attempt = 1000,
			.queue_position = UINT32_MAX,
			.package_bytes = 7,
			.refusal = refusal,
			.waiting_for = SLICE("agent"),
			.signature = slice_of(pattern, 72),
			.spki = slice_of(pattern, 91)});
	ROUND_TRIP(status, true, true, true, true, {1, 2, 3, 4}, 1, 2, 3, 4, 5, 6);
	ROUND_TRIP(info, true, false);
	ROUND_TRIP(identity, {1});
	ROUND_TRIP(attempt, {2}, 3);
	ROUND_TRIP(run, {{2}, 3}, SLICE("worker-died"), true, {4}, RECORD_TIME_MS);
	ROUND_TRIP(runner, 4);
	ROUND_TRIP(phase, {{2}, 3}, PHASE_ATTEST);
	ROUND_TRIP(result, {{2}, 3}, {5}, PART_RECORD | PART_FILES);
	ROUND_TRIP(refused, {{2}, 3}, refusal);
	ROUND_TRIP(refused, {{2}, 3}, none);
	ROUND_TRIP(attester, true, true, slice_of(pattern, 91));
	ROUND_TRIP(evidence, {{2}, 3}, E_OK, PART_QUOTE, slice_of(pattern, 72),
		slice_of(pattern, 91), {6});
	ROUND_TRIP(retry, {{2}, 3}, E_TIMEOUT, SLICE("late"));
}

#define NOT_SENT(name, ...)                                                                        \
	do {                                                                                       \
		struct msg_##name m_ = {__VA_ARGS__};                                              \
		struct chan none_ = CHAN_INIT;                                                     \
		CHECK_ERR(MSG_SEND(&none_, MSG_GET, 0, name, &m_, NULL, 0), E_PROTOCOL);           \
	} while (0)

TEST(messages_out_of_bounds_are_not_sent)
{
	NOT_SENT(peer, ROLE_COUNT);
	NOT_SENT(submit, .size = LIMIT_PACKAGE_BYTES + 1ULL);
	NOT_SENT(submitted, .code = E_COUNT);
	NOT_SENT(get, .parts = PART_ALL + 1);
	NOT_SENT(phase, .phase = PHASE_JOB_COUNT);
	NOT_SENT(health, .reason = SLICE("a\nb"));
	NOT_SENT(run, .reason = SLICE("two words"));
	NOT_SENT(attester, .spki = slice_of(pattern, 92));
	NOT_SENT(evidence, .code = E_OK, .signature = slice_of(pattern, 73), .spki = SLICE(""));
}

TEST(parts_are_counted)
{
	CHECK(parts_count(0) == 0 && parts_count(PART_ALL) == PART_COUNT);
	CHECK(parts_count(PART_RECORD | PART_STATEMENT) == 2);
}

/* ---- channels ---------------------------------------------------------------------- */

static struct message msg;

static void open_pair(struct chan *a, struct chan *b)
{
	int pair[2] = {-1, -1};

	CHECK_ERR(chan_pair(pair), E_OK);
	*a = chan_of(pair[0]);
	*b = chan_of(pair[1]);
}

TEST(chan_carries_bytes_and_descriptors)
{
	struct chan a, b;
	int fd = memfd_of("t", SLICE("content")), got;
	struct buf text = buf_heap(64);

	open_pair(&a, &b);
	CHECK_ERR(chan_recv(&b, &msg), E_AGAIN);
	CHECK_ERR(chan_send(&a, 7, 1ULL << 63, SLICE("body"), (int[]){fd, fd}, 2), E_OK);
	CHECK_ERR(chan_send(&a, 8, 0, SLICE_NONE, NULL, 0), E_OK);
	CHECK_ERR(chan_recv(&b, &msg), E_OK);
	CHECK(msg.type == 7 && msg.id == 1ULL << 63 && msg.n_fds == 2);
	CHECK_SLICE(message_body(&msg), SLICE("body"));
	got = message_fd(&msg, 1);
	CHECK(got >= 0 && message_fd(&msg, 1) == -1 && message_fd(&msg, 2) == -1);
	CHECK(fcntl(got, F_GETFD) & FD_CLOEXEC);
	CHECK(lseek(got, 0, SEEK_SET) == 0);
	CHECK_ERR(fd_read_all(got, &text), E_OK);
	CHECK_SLICE(buf_slice(&text), SLICE("content"));
	/* What nobody took is closed. */
	message_drop(&msg);
	CHECK_ERR(chan_recv(&b, &msg), E_OK);
	CHECK(msg.type == 8 && msg.n == 0 && msg.n_fds == 0);
	fd_close(&got);
	fd_close(&fd);
	buf_drop(&text);
	chan_drop(&a);
	chan_drop(&b);
}

TEST(chan_refuses_what_does_not_fit)
{
	static uint8_t big[CHAN_BODY + 1];
	struct chan a, b;

	open_pair(&a, &b);
	CHECK_ERR(chan_send(&a, 1, 0, slice_of(big, CHAN_BODY), NULL, 0), E_OK);
	CHECK_ERR(chan_recv(&b, &msg), E_OK);
	CHECK(msg.n == CHAN_BODY);
	CHECK_ERR(chan_send(&a, 1, 0, SLICE_OF(big), NULL, 0), E_INTERNAL);
	CHECK_ERR(chan_send(&a, 1, 0, SLICE_NONE, (int[9]){0}, CHAN_FDS + 1), E_INTERNAL);
	chan_drop(&a);
	chan_drop(&b);
}

/* Raw bytes of a peer that does not keep the framing. */
TEST(chan_notices_a_broken_peer)
{
	static uint8_t raw[32 + CHAN_BODY];
	static const struct {
		uint16_t version;
		uint32_t len;
		size_t n;
	} list[] = {{CHAN_VERSION, 4, 20}, {CHAN_VERSION + 1, 4, 20}, {CHAN_VERSION, 5, 20},
		{CHAN_VERSION, 3, 20}, {CHAN_VERSION, 0, 15}, {CHAN_VERSION, UINT32_MAX, 20},
		{CHAN_VERSION, CHAN_BODY, sizeof raw}};
	struct chan a, b;
	size_t i;

	open_pair(&a, &b);
	for (i = 0; i < sizeof list / sizeof *list; i++) {
		memcpy(raw, &list[i].version, 2);
		memcpy(raw + 4, &list[i].len, 4);
		CHECK(send(a.fd, raw, list[i].n, 0) == (ssize_t)list[i].n);
		CHECK_ERR(chan_recv(&b, &msg), i == 0 ? E_OK : E_PROTOCOL);
	}
	chan_drop(&a);
	chan_drop(&b);
}

static unsigned open_descriptors(void)
{
	unsigned n = 0;
	int fd;

	for (fd = 0; fd < 256; fd++)
		n += fcntl(fd, F_GETFD) >= 0;
	return n;
}

TEST(chan_refuses_more_descriptors_than_it_takes)
{
	union {
		struct cmsghdr align;
		uint8_t space[CMSG_SPACE(sizeof(int) * (CHAN_FDS + 1))];
	} control = {0};
	struct {
		uint16_t version, type;
		uint32_t len;
		uint64_t id;
	} head = {CHAN_VERSION, 1, 0, 0};
	struct iovec iov = {&head, sizeof head};
	struct msghdr mh = {.msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = control.space,
		.msg_controllen = sizeof control.space};
	struct cmsghdr *cm = CMSG_FIRSTHDR(&mh);
	int fds[CHAN_FDS + 1] = {0};
	struct chan a, b;
	unsigned before;

	open_pair(&a, &b);
	cm->cmsg_level = SOL_SOCKET;
	cm->cmsg_type = SCM_RIGHTS;
	cm->cmsg_len = CMSG_LEN(sizeof fds);
	memcpy(CMSG_DATA(cm), fds, sizeof fds);
	before = open_descriptors();
	CHECK(sendmsg(a.fd, &mh, 0) == sizeof head);
	CHECK_ERR(chan_recv(&b, &msg), E_PROTOCOL);
	/* Those that did arrive are closed again. */
	CHECK(open_descriptors() == before);
	chan_drop(&a);
	chan_drop(&b);
}

TEST(chan_end_is_seen_after_the_last_message)
{
	struct chan a, b;

	open_pair(&a, &b);
	CHECK_ERR(chan_send(&a, 1, 0, SLICE("last"), NULL, 0), E_OK);
	chan_drop(&a);
	CHECK(!chan_open(&a));
	CHECK_ERR(chan_send(&a, 1, 0, SLICE_NONE, NULL, 0), E_CLOSED);
	CHECK_ERR(chan_recv(&b, &msg), E_OK);
	CHECK_SLICE(message_body(&msg), SLICE("last"));
	CHECK_ERR(chan_recv(&b, &msg), E_CLOSED);
	CHECK_ERR(chan_send(&b, 1, 0, SLICE_NONE, NULL, 0), E_CLOSED);
	chan_drop(&b);
}

TEST(chan_queues_in_order_up_to_its_limit)
{
	struct chan a, b;
	uint64_t sent = 0, got = 0;
	int fd = memfd_of("t", SLICE("x"));
	enum err e;

	open_pair(&a, &b);
	while (!(e = chan_send(&a, 1, sent, SLICE("body"), &fd, 1)))
		sent++;
	CHECK_ERR(e, E_TOO_LARGE);
	CHECK(a.queued == CHAN_QUEUE && chan_wants_write(&a) && sent > CHAN_QUEUE);
	/* The sender's descriptor may go: the queue has copies. */
	fd_close(&fd);
	while (got < sent) {
		e = chan_recv(&b, &msg);
		if (e == E_AGAIN) {
			e = chan_flush(&a);
			CHECK_ERR(e, E_OK);
			if (e) break;
			continue;
		}
		CHECK_ERR(e, E_OK);
		if (e || msg.id != got || msg.n_fds != 1) break;
		message_drop(&msg);
		got++;
	}
	CHECK(got == sent && !chan_wants_write(&a) && a.queued == 0);
	chan_drop(&a);
	chan_drop(&b);
}
