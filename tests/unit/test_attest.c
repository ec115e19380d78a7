/* SPDX-License-Identifier: MIT */
/*
 * The attest role as its store sees it, in a process of its own: what it signs,
 * and that it signs nothing else (C12, C13, C28). The guest it believes in.
 */
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "attest/guest.h"
#include "base/dsse.h"
#include "base/fdio.h"
#include "base/json.h"
#include "check/statement.h"
#include "evidence.h"
#include "proc/memfd.h"
#include "proc/msg.h"
#include "proc/role.h"
#include "records.h"
#include "test.h"

static struct message msg;
static const uint8_t mac_key[32] = {'k', 'e', 'y'};

struct attester {
	pid_t pid;
	struct chan control, store;
	struct verifier_id who; /* as it introduced itself */
};

static enum err next(struct chan *c)
{
	struct pollfd p = {c->fd, POLLIN, 0};

	return poll(&p, 1, 10000) == 1 ? chan_recv(c, &msg) : E_TIMEOUT;
}

static void child(int control, int store)
{
	static struct boot boot;
	struct chan c = chan_of(control);
	int null = open("/dev/null", O_WRONLY | O_CLOEXEC);

	dup2(null, 2);
	boot.conf.no_tee = true;
	memcpy(boot.mac_key, mac_key, sizeof mac_key);
	sha256(SLICE("binary"), boot.binary_sha256);
	memset(&msg, 0, sizeof msg);
	msg.n_fds = 1;
	msg.fds[0] = store;
	_exit(role_attest.run(&boot, &c, &msg));
}

static void introduced(struct attester *a)
{
	struct msg_attester hello = {0};
	struct cJSON *j = NULL;
	struct slice json;
	int fd;

	CHECK_ERR(next(&a->store), E_OK);
	CHECK(msg.type == MSG_ATTESTER);
	fd = message_fd(&msg, 0);
	CHECK_ERR(MSG_READ(attester, &msg, &hello), E_OK);
	CHECK(hello.ready && !hello.tee);
	CHECK(slice_copy_exact(a->who.spki, P256_SPKI_LEN, hello.spki));
	CHECK_ERR(map_sealed(fd, 1 << 20, &json), E_OK);
	CHECK_ERR(json_parse(json, JSON_INTEGERS, &j, NULL), E_OK);
	CHECK_ERR(json_get_hex(j, "bootId", a->who.boot_id, BOOT_ID_LEN), E_OK);
	sha256(SLICE("binary"), a->who.binary_sha256);
	json_drop(&j);
	map_drop(&json);
	fd_close(&fd);
	CHECK_ERR(next(&a->control), E_OK);
	CHECK(msg.type == MSG_READY);
}

static void attester_start(struct attester *a)
{
	int control[2] = {-1, -1}, store[2] = {-1, -1};

	memset(a, 0, sizeof *a);
	if (chan_pair(control) || chan_pair(store)) abort();
	fflush(stdout);
	a->pid = fork();
	if (a->pid == 0) {
		close(control[0]);
		close(store[0]);
		child(control[1], store[1]);
	}
	close(control[1]);
	close(store[1]);
	a->control = chan_of(control[0]);
	a->store = chan_of(store[0]);
	introduced(a);
}

/* An orderly stop; the role must not have died before. */
static void attester_stop(struct attester *a)
{
	struct msg_stop stop = {true};
	int status = -1;

	CHECK_ERR(MSG_SEND(&a->control, MSG_STOP, 0, stop, &stop, NULL, 0), E_OK);
	CHECK(waitpid(a->pid, &status, 0) == a->pid && status == 0);
	chan_drop(&a->control);
	chan_drop(&a->store);
}

/* Hands over a record as store does; id and attempt are the store's claim. */
static void hand_over(struct attester *a, int fd, const struct record *claim, const uint8_t *mac)
{
	struct msg_result m = {.at.attempt = claim->attempt, .parts = PART_RECORD};

	memcpy(m.at.job_id, claim->job_id, JOB_ID_LEN);
	memcpy(m.mac, mac, SHA256_LEN);
	CHECK_ERR(MSG_SEND(&a->store, MSG_ATTEST, 5, result, &m, &fd, 1), E_OK);
	fd_close(&fd);
}

static void authenticated(struct slice record, uint8_t mac[SHA256_LEN])
{
	hmac_sha256(SLICE_OF(mac_key), record, mac);
}

/* The answer is a refusal with this sentence and nothing beside it. */
static void check_refused(struct attester *a, enum err code, const char *says)
{
	struct msg_retry m = {0};

	CHECK_ERR(next(&a->store), E_OK);
	CHECK(msg.type == MSG_RETRY && msg.n_fds == 0);
	CHECK_ERR(MSG_READ(retry, &msg, &m), E_OK);
	CHECK_ERR(m.code, code);
	CHECK_SLICE(m.text, slice_str(says));
	message_drop(&msg);
}

/* The answer is a signature over this record's statement with this number. */
static void check_signed(struct attester *a, const struct record *r, uint64_t seq)
{
	struct msg_evidence m = {0};
	uint8_t digest[SHA256_LEN], want[REPORT_DATA_LEN], point[P256_POINT_LEN];
	struct slice st = SLICE_NONE;
	int fd;

	CHECK_ERR(next(&a->store), E_OK);
	CHECK(msg.type == MSG_SIGNED && msg.n_fds == 1);
	fd = message_fd(&msg, 0);
	CHECK_ERR(MSG_READ(evidence, &msg, &m), E_OK);
	CHECK(m.parts == PART_STATEMENT && memcmp(m.at.job_id, r->job_id, JOB_ID_LEN) == 0);
	CHECK(m.at.attempt == r->attempt);
	CHECK_SLICE(m.spki, SLICE_OF(a->who.spki));
	CHECK_ERR(map_sealed(fd, LIMIT_STATEMENT_BYTES, &st), E_OK);
	CHECK_SLICE(st, statement_of(r, &a->who, seq));
	dsse_digest(st, digest);
	CHECK_ERR(p256_spki_point(m.spki, point), E_OK);
	CHECK(p256_verify(SLICE_OF(point), digest, m.signature));
	report_data(REPORT_RESULT, st, r->has_nonce ? r->nonce : NULL, want);
	CHECK(memcmp(want, m.report_data, sizeof want) == 0);
	map_drop(&st);
	fd_close(&fd);
	message_drop(&msg);
}

TEST(attest_signs_only_what_the_runner_authenticated)
{
	static struct record r, other;
	struct attester a;
	struct slice bytes;
	struct buf altered = buf_heap(LIMIT_RECORD_BYTES);
	uint8_t mac[SHA256_LEN], wrong[SHA256_LEN];
	size_t i;

	record_passed(&r);
	bytes = record_bytes(&r);
	authenticated(bytes, mac);
	attester_start(&a);
	for (i = 0; i < SHA256_LEN; i += 31) {
		memcpy(wrong, mac, sizeof wrong);
		wrong[i] ^= 1;
		hand_over(&a, memfd_of("r", bytes), &r, wrong);
		check_refused(&a, E_PROTOCOL, "the record is not authenticated");
	}
	/* A digest of another key, or of nothing. */
	hmac_sha256(SLICE("kez"), bytes, wrong);
	hand_over(&a, memfd_of("r", bytes), &r, wrong);
	check_refused(&a, E_PROTOCOL, "the record is not authenticated");
	/* One bit of the record, wherever it stands. */
	for (i = 0; i < bytes.n; i += bytes.n / 9) {
		buf_reset(&altered);
		buf_put(&altered, bytes);
		altered.p[i] ^= 1;
		hand_over(&a, memfd_of("r", buf_slice(&altered)), &r, mac);
		check_refused(&a, E_PROTOCOL, "the record is not authenticated");
	}
	hand_over(&a, memfd_of("r", slice_sub(bytes, 0, bytes.n - 1)), &r, mac);
	check_refused(&a, E_PROTOCOL, "the record is not authenticated");
	/* A true record under the name of another job or attempt. */
	record_passed(&other);
	other.job_id[15] ^= 1;
	hand_over(&a, memfd_of("r", bytes), &other, mac);
	check_refused(&a, E_PROTOCOL, "the record is of another attempt");
	record_passed(&other);
	other.attempt = 2;
	hand_over(&a, memfd_of("r", bytes), &other, mac);
	check_refused(&a, E_PROTOCOL, "the record is of another attempt");
	/* None of these took a number. */
	hand_over(&a, memfd_of("r", bytes), &r, mac);
	check_signed(&a, &r, 1);
	attester_stop(&a);
	buf_drop(&altered);
}

TEST(attest_signs_no_record_out_of_its_bounds)
{
	static struct record r;
	struct attester a;
	struct buf bytes = buf_heap(2 * LIMIT_RECORD_BYTES);
	uint8_t mac[SHA256_LEN];
	int fd;

	record_passed(&r);
	buf_put(&bytes, record_bytes(&r));
	buf_u8(&bytes, 0);
	attester_start(&a);
	authenticated(buf_slice(&bytes), mac);
	hand_over(&a, memfd_of("r", buf_slice(&bytes)), &r, mac);
	check_refused(&a, E_PROTOCOL, "the record is out of its bounds");
	bytes.n--;
	bytes.p[JOB_ID_LEN + 7] = 1;
	authenticated(buf_slice(&bytes), mac);
	hand_over(&a, memfd_of("r", buf_slice(&bytes)), &r, mac);
	check_refused(&a, E_PROTOCOL, "the record is out of its bounds");
	/* Bytes that could still change, and more of them than a record has. */
	bytes.p[JOB_ID_LEN + 7] = 0;
	authenticated(buf_slice(&bytes), mac);
	fd = memfd_open("r");
	CHECK_ERR(fd_write_all(fd, buf_slice(&bytes)), E_OK);
	hand_over(&a, fd, &r, mac);
	check_refused(&a, E_FORMAT, "");
	buf_zeros(&bytes, LIMIT_RECORD_BYTES + 1 - bytes.n);
	hand_over(&a, memfd_of("r", buf_slice(&bytes)), &r, mac);
	check_refused(&a, E_TOO_LARGE, "");
	attester_stop(&a);
	buf_drop(&bytes);
}

TEST(attest_gives_a_retry_the_same_statement)
{
	static struct record r, second;
	struct attester a, b;
	struct slice one, two;
	uint8_t mac1[SHA256_LEN], mac2[SHA256_LEN];

	record_passed(&r);
	record_no_test(&second);
	one = record_bytes(&r);
	two = record_bytes(&second);
	authenticated(one, mac1);
	authenticated(two, mac2);
	attester_start(&a);
	hand_over(&a, memfd_of("r", one), &r, mac1);
	check_signed(&a, &r, 1);
	hand_over(&a, memfd_of("r", two), &second, mac2);
	check_signed(&a, &second, 2);
	hand_over(&a, memfd_of("r", one), &r, mac1);
	check_signed(&a, &r, 1);
	/* Another life of the role: another key, another bootId, numbers from 1. */
	attester_start(&b);
	CHECK(memcmp(a.who.spki, b.who.spki, sizeof a.who.spki) != 0);
	CHECK(memcmp(a.who.boot_id, b.who.boot_id, BOOT_ID_LEN) != 0);
	hand_over(&b, memfd_of("r", two), &second, mac2);
	check_signed(&b, &second, 1);
	attester_stop(&a);
	attester_stop(&b);
}

TEST(attest_has_no_identity_quote_without_a_tee)
{
	struct msg_identity ask = {{1}};
	struct msg_evidence m = {0};
	struct attester a;

	attester_start(&a);
	CHECK_ERR(MSG_SEND(&a.store, MSG_QUOTE, 77, identity, &ask, NULL, 0), E_OK);
	CHECK_ERR(next(&a.store), E_OK);
	CHECK(msg.type == MSG_QUOTED && msg.id == 77 && msg.n_fds == 0);
	CHECK_ERR(MSG_READ(evidence, &msg, &m), E_OK);
	CHECK_ERR(m.code, E_NOT_AVAILABLE);
	CHECK(m.parts == 0 && m.signature.n == 0);
	attester_stop(&a);
}

/* ---- the guest ------------------------------------------------------------------- */

/* Asks for a quote of an agent that answers with this evidence. */
static enum err take(const struct evidence *e, const char *quote, const char *log,
	const char *report_data_text, struct why *why)
{
	struct evidence honest;
	struct guest g = {.app_compose = BUF_INIT};
	struct guest_quote q;
	enum err r;

	evidence_default(&honest);
	evidence_guest(&honest, &g);
	r = guest_take_quote(
		evidence_answer(e, quote, log, report_data_text), &g, honest.report_data, &q, why);
	if (!r) guest_quote_drop(&q);
	guest_drop(&g);
	return r;
}

#define LIE(member)                                                                                \
	do {                                                                                       \
		struct why why_ = WHY_INIT;                                                        \
		evidence_default(&e);                                                              \
		member;                                                                            \
		CHECK(take(&e, NULL, NULL, NULL, &why_) != E_OK && why_.text[0]);                  \
	} while (0)

TEST(attest_believes_no_lie_of_the_agent)
{
	struct evidence e;
	struct why why = WHY_INIT;

	evidence_default(&e);
	CHECK_ERR(take(&e, NULL, NULL, NULL, &why), E_OK);
	if (why.text[0]) printf("# %s\n", why.text);
	LIE(e.report_data[0] ^= 1);
	LIE(e.report_data[63] ^= 1);
	LIE(e.tee_type = 0);
	LIE(e.app_id[0] ^= 1);
	LIE(e.instance_id[19] ^= 1);
	LIE(e.instance_len = 0);
	LIE(e.compose_hash[0] ^= 1);
	LIE(e.extra_event = SLICE("compose-hash"));
	LIE(e.no_ready = true);
	evidence_default(&e);
	CHECK(take(&e, "\"00\"", NULL, NULL, NULL) != E_OK);
	CHECK(take(&e, "null", NULL, NULL, NULL) != E_OK);
	CHECK(take(&e, NULL, "\"[]\"", NULL, NULL) != E_OK);
	CHECK(take(&e, NULL, "\"{}\"", NULL, NULL) != E_OK);
}
