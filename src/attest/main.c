/* SPDX-License-Identifier: MIT */
/*
 * The attest role: holds the statement key, is the only one that reaches the
 * guest agent, signs and quotes statements that it assembled itself from
 * authenticated records (C12, C13). There is no request that makes it sign or
 * quote bytes of the caller's choice.
 *
 *   uid            904, no capabilities
 *   namespaces     mount, PID, network (empty), IPC, UTS of its own
 *   root           a read-only tmpfs that holds the agent's socket (C47)
 *   descriptors    2 log, 3 control, 4 store, one connection to the agent
 *   system calls   unix stream sockets, memory files, its channels
 *   never          files, processes, bytes of a client
 */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#include "attest/agent.h"
#include "attest/guest.h"
#include "attest/statement.h"
#include "base/clock.h"
#include "base/ct.h"
#include "base/fdio.h"
#include "base/json_write.h"
#include "base/log.h"
#include "proc/memfd.h"
#include "proc/msg.h"
#include "proc/role.h"
#include "proc/sys.h"

#define AGENT_PATH "/agent.sock"
/* Requests that wait for the agent: all jobs in flight and one identity quote. */
#define PENDING_MAX (2 * LIMIT_QUEUE + 1)
/* After this many refused connections in a row the socket was replaced: start again. */
#define REBIND_AFTER 3

/* clang-format off */
#define S(name) SYS_##name
static const int calls_io[] = {
	S(read), S(write), S(writev), S(close), S(fcntl), S(fstat), S(ftruncate), S(lseek), S(memfd_create), S(poll),
	S(connect), S(sendto), S(recvfrom), S(sendmsg), S(recvmsg), S(restart_syscall),
};
static const int calls_process[] = {
	S(brk), S(munmap), S(mremap), S(madvise), S(mlock), S(clock_gettime), S(getrandom), S(getpid), S(gettid),
	S(exit_group), S(rt_sigreturn), S(rt_sigprocmask), S(futex),
};
/* clang-format on */
static const struct filter_group groups[] = {
	FILTER_ALLOWS("memory files, channels, the agent's connection", calls_io),
	FILTER_ALLOWS("own memory, clocks, randomness, end", calls_process),
};
static const struct filter_case unix_stream[] = {
	{FILTER_ALLOW, 2, {{0, 0, AF_UNIX}, {1, 0xf, SOCK_STREAM}}}};
static const struct filter_guard guards[] = {
	FILTER_NO_EXEC,
	{S(socket), FILTER_KILL, 1, unix_stream},
};
static const struct filter_spec calls = {
	groups, FILTER_COUNT(groups), guards, FILTER_COUNT(guards), FILTER_KILL, 0, NULL};

static int attest_run(struct boot *boot, struct chan *control, struct message *m);

const struct role role_attest = {
	.id = ROLE_ATTEST,
	.name = "attest",
	.uid = 904,
	.root = ROOT_AGENT,
	.namespaces = SV_CLONE_NEWNS | SV_CLONE_NEWPID | SV_CLONE_NEWNET | SV_CLONE_NEWIPC |
		      SV_CLONE_NEWUTS,
	.files = 256,
	.memory = 256 * MIB,
	.calls = &calls,
	.peers = "store",
	.sees = "the guest agent's socket",
	.descriptors = "socket:*",
	.mounts = "/:tmpfs:ro ?/agent.sock:*:rw",
	.run = attest_run,
};

/* Secrets of this process, on one locked page. */
struct secrets {
	struct p256_key key;
	uint8_t mac_key[32];
};

enum request_kind { REQUEST_RESULT, REQUEST_IDENTITY };

struct request {
	enum request_kind kind;
	struct msg_attempt at; /* result */
	uint64_t id;           /* identity: of the asking message */
	bool has_nonce;
	uint8_t nonce[NONCE_LEN];
	struct buf statement; /* result */
	size_t signature_len;
	uint8_t signature[P256_SIG_MAX];
	uint8_t report_data[REPORT_DATA_LEN];
};

/* Numbers already given to records, so that a retry gives the same statement (C28). */
struct numbered {
	uint8_t mac[SHA256_LEN];
	uint64_t seq;
};

struct attest {
	struct conf conf;
	struct chan *control, store;
	struct secrets *secrets;
	struct verifier_id who;
	struct agent agent;
	struct guest guest;
	bool ready; /* who we are is known */
	bool asking_info;
	int64_t info_ms; /* when to ask for Info again */
	unsigned info_tries, refused;
	uint64_t next_seq;
	struct numbered numbered[PENDING_MAX];
	unsigned next_numbered;
	struct request queue[PENDING_MAX]; /* the first one is in work */
	unsigned n;
};

static void hello(struct attest *a)
{
	struct msg_attester m = {
		.ready = a->ready, .tee = !a->conf.no_tee, .spki = SLICE_OF(a->who.spki)};
	struct buf b = buf_heap(2 * MIB);
	struct jw w = jw_to(&b, false);
	uint8_t keyid[SHA256_LEN];
	int fd;

	sha256(SLICE_OF(a->who.spki), keyid);
	jw_object(&w);
	jw_key_cstr(&w, "tee", a->conf.no_tee ? "none" : "tdx");
	jw_key_bool(&w, "ready", a->ready);
	jw_key(&w, "key");
	jw_base64(&w, SLICE_OF(a->who.spki));
	jw_key_hex(&w, "keyid", SLICE_OF(keyid));
	jw_key_hex(&w, "bootId", SLICE_OF(a->who.boot_id));
	jw_key_hex(&w, "binarySha256", SLICE_OF(a->who.binary_sha256));
	if (a->ready && !a->conf.no_tee) {
		jw_key_hex(&w, "appId", SLICE_OF(a->guest.app_id));
		jw_key_hex(&w, "instanceId", slice_of(a->guest.instance_id, a->guest.instance_len));
		jw_key_hex(&w, "composeHash", SLICE_OF(a->guest.compose_hash));
		jw_key_str(&w, "appCompose", buf_slice(&a->guest.app_compose));
	}
	jw_object_end(&w);
	fd = b.err ? -1 : memfd_of("info", buf_slice(&b));
	MSG_SEND(&a->store, MSG_ATTESTER, 0, attester, &m, &fd, fd >= 0);
	fd_close(&fd);
	buf_drop(&b);
}

/* ---- requests -------------------------------------------------------------- */

static void drop_first(struct attest *a)
{
	buf_drop(&a->queue[0].statement);
	a->n--;
	memmove(a->queue, a->queue + 1, a->n * sizeof *a->queue);
}

static void answer_retry(
	struct attest *a, const struct msg_attempt *at, enum err code, const char *text)
{
	struct msg_retry m = {.at = *at, .code = code, .text = slice_str(text)};

	MSG_SEND(&a->store, MSG_RETRY, 0, retry, &m, NULL, 0);
}

static void answer_no_identity(struct attest *a, uint64_t id, enum err code)
{
	struct msg_evidence m = {.code = code, .signature = SLICE(""), .spki = SLICE("")};

	MSG_SEND(&a->store, MSG_QUOTED, id, evidence, &m, NULL, 0);
}

static void fail_first(struct attest *a, const struct why *why)
{
	struct request *r = &a->queue[0];

	log_event(
		LOG_WARN, "attest.no-quote", "error=%s why=\"%s\"", err_name(why->code), why->text);
	if (r->kind == REQUEST_RESULT)
		answer_retry(a, &r->at, why->code, why->text);
	else
		answer_no_identity(a, r->id, E_NOT_READY);
	drop_first(a);
}

/* Adds one memory file to an answer. */
static void add_part(uint32_t *parts, int *fds, unsigned *n, uint32_t part, struct slice content)
{
	int fd = memfd_of("evidence", content);

	if (fd < 0) return;
	*parts |= part;
	fds[(*n)++] = fd;
}

static void answer_first(struct attest *a, const struct guest_quote *q)
{
	struct request *r = &a->queue[0];
	struct msg_evidence m = {
		.at = r->at,
		.signature = slice_of(r->signature, r->signature_len),
		.spki = SLICE_OF(a->who.spki),
	};
	bool result = r->kind == REQUEST_RESULT;
	int fds[CHAN_FDS];
	unsigned n = 0, want = (result ? 1U : 0U) + (q ? 4U : 0U);

	memcpy(m.report_data, r->report_data, sizeof m.report_data);
	if (result) add_part(&m.parts, fds, &n, PART_STATEMENT, buf_slice(&r->statement));
	if (q) {
		add_part(&m.parts, fds, &n, PART_QUOTE, buf_slice(&q->quote));
		add_part(&m.parts, fds, &n, PART_EVENTS, buf_slice(&q->event_log));
		add_part(&m.parts, fds, &n, PART_COMPOSE, buf_slice(&a->guest.app_compose));
		add_part(&m.parts, fds, &n, PART_VM, buf_slice(&q->vm_config));
	}
	if (n != want) {
		struct why why = {.code = E_NO_MEMORY, .text = "no memory for the evidence"};

		fail_first(a, &why);
	} else {
		MSG_SEND(&a->store, result ? MSG_SIGNED : MSG_QUOTED, r->id, evidence, &m, fds, n);
		drop_first(a);
	}
	while (n > 0)
		fd_close(&fds[--n]);
}

/* The number of this record: the one it had before, or the next. */
static uint64_t number_of(struct attest *a, const uint8_t mac[SHA256_LEN])
{
	struct numbered *slot;
	unsigned i;

	for (i = 0; i < PENDING_MAX; i++)
		if (a->numbered[i].seq && memcmp(a->numbered[i].mac, mac, SHA256_LEN) == 0)
			return a->numbered[i].seq;
	slot = &a->numbered[a->next_numbered++ % PENDING_MAX];
	memcpy(slot->mac, mac, SHA256_LEN);
	slot->seq = ++a->next_seq;
	return slot->seq;
}

/* C12: only bytes that the runner authenticated; C13: only within their bounds. */
static enum err build_statement(struct attest *a, const struct msg_result *m, struct slice bytes,
	struct request *r, struct why *why)
{
	static struct record record;
	uint8_t mac[SHA256_LEN], digest[SHA256_LEN];
	enum err e;

	hmac_sha256(SLICE_OF(a->secrets->mac_key), bytes, mac);
	if (!ct_equal(mac, m->mac, sizeof mac))
		return why_set(why, E_PROTOCOL, "the record is not authenticated");
	memset(&record, 0, sizeof record);
	e = record_read(bytes, &record);
	if (e) return why_set(why, E_PROTOCOL, "the record is out of its bounds");
	if (memcmp(record.job_id, m->at.job_id, JOB_ID_LEN) != 0 || record.attempt != m->at.attempt)
		return why_set(why, E_PROTOCOL, "the record is of another attempt");
	r->statement = buf_heap(2 * LIMIT_STATEMENT_BYTES);
	e = statement_write(&record, &a->who, number_of(a, mac), &r->statement);
	if (e) return why_set(why, e, "the statement does not fit");
	r->has_nonce = record.has_nonce;
	memcpy(r->nonce, record.nonce, NONCE_LEN);
	dsse_digest(buf_slice(&r->statement), digest);
	r->signature_len = p256_sign(&a->secrets->key, digest, r->signature);
	report_data(REPORT_RESULT, buf_slice(&r->statement), r->has_nonce ? r->nonce : NULL,
		r->report_data);
	return E_OK;
}

static void take_result(struct attest *a, struct message *m)
{
	struct msg_result res = {0};
	struct request *r = &a->queue[a->n];
	struct why why = WHY_INIT;
	struct slice bytes;
	int fd = message_fd(m, 0);
	enum err e = MSG_READ(result, m, &res);

	if (e) {
		fd_close(&fd);
		return;
	}
	if (a->n == PENDING_MAX) {
		answer_retry(a, &res.at, E_QUEUE_FULL, "too many results wait for quotes");
		fd_close(&fd);
		return;
	}
	*r = (struct request){.kind = REQUEST_RESULT, .at = res.at};
	e = map_sealed(fd, LIMIT_RECORD_BYTES, &bytes);
	if (!e) {
		e = build_statement(a, &res, bytes, r, &why);
		map_drop(&bytes);
	}
	fd_close(&fd);
	if (e) {
		log_event(LOG_ERROR, "attest.refused-record", "error=%s why=\"%s\"", err_name(e),
			why.text);
		answer_retry(a, &res.at, e, why.text);
		buf_drop(&r->statement);
		return;
	}
	a->n++;
}

static void take_identity(struct attest *a, struct message *m)
{
	struct msg_identity ask = {0};
	struct request *r = &a->queue[a->n];
	static const uint8_t zero[NONCE_LEN];

	if (MSG_READ(identity, m, &ask)) return;
	if (a->conf.no_tee) {
		answer_no_identity(a, m->id, E_NOT_AVAILABLE);
		return;
	}
	if (a->n == PENDING_MAX || !a->ready || memcmp(ask.nonce, zero, sizeof zero) == 0) {
		answer_no_identity(a, m->id, E_NOT_READY);
		return;
	}
	*r = (struct request){.kind = REQUEST_IDENTITY, .id = m->id, .has_nonce = true};
	memcpy(r->nonce, ask.nonce, NONCE_LEN);
	report_data(REPORT_IDENTITY, SLICE_OF(a->who.spki), r->nonce, r->report_data);
	a->n++;
}

/* ---- the agent -------------------------------------------------------------- */

static enum err ask_quote(struct attest *a, struct why *why)
{
	uint8_t mem[2 * REPORT_DATA_LEN + 64];
	struct buf b = buf_on(mem, sizeof mem);
	struct jw w = jw_to(&b, false);

	jw_object(&w);
	jw_key_hex(&w, "report_data", SLICE_OF(a->queue[0].report_data));
	jw_object_end(&w);
	return agent_post(&a->agent, "/GetQuote", buf_slice(&b), why);
}

static void info_failed(struct attest *a, const struct why *why)
{
	int64_t pause = (int64_t)LIMIT_AGENT_RETRY_MIN_MS
			<< (a->info_tries < 6 ? a->info_tries : 6);

	if (pause > LIMIT_AGENT_RETRY_MAX_MS) pause = LIMIT_AGENT_RETRY_MAX_MS;
	if (a->info_tries++ == 0 || pause == LIMIT_AGENT_RETRY_MAX_MS)
		log_event(LOG_WARN, "attest.no-info", "error=%s why=\"%s\"", err_name(why->code),
			why->text);
	a->info_ms = clock_mono_us() / 1000 + pause;
}

static void take_info(struct attest *a, struct why *why)
{
	if (guest_from_info(a->agent.body, &a->guest, why)) {
		info_failed(a, why);
		return;
	}
	memcpy(a->who.app_id, a->guest.app_id, sizeof a->who.app_id);
	memcpy(a->who.instance_id, a->guest.instance_id, sizeof a->who.instance_id);
	a->who.instance_len = a->guest.instance_len;
	memcpy(a->who.compose_hash, a->guest.compose_hash, sizeof a->who.compose_hash);
	a->ready = true;
	log_event(LOG_INFO, "attest.identified", "%s", "tee=tdx");
	hello(a);
}

static void take_quote(struct attest *a, struct why *why)
{
	struct guest_quote q;

	if (guest_take_quote(a->agent.body, &a->guest, a->queue[0].report_data, &q, why)) {
		log_event(LOG_ERROR, "attest.quote-refused", "error=%s", err_name(why->code));
		fail_first(a, why);
		return;
	}
	answer_first(a, &q);
	guest_quote_drop(&q);
}

/* Starts what is next for the agent. Returns false when its socket was replaced. */
static bool start_next(struct attest *a)
{
	struct why why = WHY_INIT;
	enum err e = E_OK;

	if (agent_busy(&a->agent)) return true;
	if (a->conf.no_tee) {
		while (a->n > 0)
			answer_first(a, NULL);
		return true;
	}
	if (!a->ready) {
		if (clock_mono_us() / 1000 < a->info_ms) return true;
		a->asking_info = true;
		e = agent_post(&a->agent, "/Info", SLICE("{}"), &why);
		if (e) info_failed(a, &why);
	} else if (a->n > 0) {
		a->asking_info = false;
		e = ask_quote(a, &why);
		if (e) fail_first(a, &why);
	}
	/* Only a connection that was made shows that the socket is still the right one. */
	if (e == E_ABSENT)
		a->refused++;
	else if (agent_busy(&a->agent))
		a->refused = 0;
	return a->refused < REBIND_AFTER;
}

static void agent_ready(struct attest *a)
{
	struct why why = WHY_INIT;
	enum err e = agent_step(&a->agent, &why);

	if (e == E_AGAIN) return;
	if (a->asking_info) {
		if (e)
			info_failed(a, &why);
		else
			take_info(a, &why);
	} else if (e) {
		fail_first(a, &why);
	} else {
		take_quote(a, &why);
	}
	agent_drop(&a->agent);
}

/* ---- the loop --------------------------------------------------------------- */

/* Exit status when the role has to end, -1 else. */
static int read_channels(struct attest *a, struct message *m)
{
	enum err e;

	while ((e = chan_recv(a->control, m)) == E_OK) {
		uint16_t type = m->type;

		if (type == MSG_PING) chan_send(a->control, MSG_PONG, 0, SLICE_NONE, NULL, 0);
		message_drop(m);
		if (type == MSG_STOP) return ROLE_EXIT_ORDERLY;
	}
	if (e != E_AGAIN) return ROLE_EXIT_PEER;
	while ((e = chan_recv(&a->store, m)) == E_OK) {
		if (m->type == MSG_ATTEST) take_result(a, m);
		if (m->type == MSG_QUOTE) take_identity(a, m);
		message_drop(m);
	}
	/* Without store there is no work; init restarts both. */
	return e == E_AGAIN ? -1 : ROLE_EXIT_PEER;
}

static int poll_timeout(const struct attest *a)
{
	int64_t now = clock_mono_us() / 1000, next = now + 60000;

	if (agent_busy(&a->agent))
		next = a->agent.deadline_us / 1000 + 1;
	else if (!a->ready)
		next = a->info_ms;
	return next <= now ? 0 : (int)(next - now);
}

static int loop(struct attest *a, struct message *m)
{
	for (;;) {
		struct pollfd p[3] = {
			{a->control->fd, POLLIN, 0},
			{a->store.fd, (short)(POLLIN | (chan_wants_write(&a->store) ? POLLOUT : 0)),
				0},
			{a->agent.fd, agent_events(&a->agent), 0},
		};
		int status;

		if (poll(p, 3, poll_timeout(a)) < 0 && errno != EINTR) return ROLE_EXIT_FAILED;
		status = read_channels(a, m);
		if (status >= 0) return status;
		chan_flush(&a->store);
		chan_flush(a->control);
		if (agent_busy(&a->agent) &&
			(p[2].revents || clock_mono_us() >= a->agent.deadline_us))
			agent_ready(a);
		if (!start_next(a)) {
			log_event(LOG_WARN, "attest.agent-gone", "%s", "action=start-again");
			return ROLE_EXIT_REBIND;
		}
	}
}

/* C14: a fresh key for this life of the process, on a page that is never swapped. */
static enum err make_secrets(struct attest *a, struct boot *boot)
{
	void *p = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED || mlock(p, 4096) < 0) return E_SYSTEM;
	a->secrets = p;
	memcpy(a->secrets->mac_key, boot->mac_key, sizeof a->secrets->mac_key);
	wipe(boot->mac_key, sizeof boot->mac_key);
	if (p256_generate(&a->secrets->key)) return E_SYSTEM;
	p256_spki(a->secrets->key.point, a->who.spki);
	if (getrandom(a->who.boot_id, BOOT_ID_LEN, 0) != BOOT_ID_LEN) return E_SYSTEM;
	return E_OK;
}

static int attest_run(struct boot *boot, struct chan *control, struct message *m)
{
	static struct attest a;
	int status;

	a.conf = boot->conf;
	a.control = control;
	a.store = chan_of(message_fd(m, 0));
	agent_init(&a.agent, AGENT_PATH);
	a.who.tee = !a.conf.no_tee;
	memcpy(a.who.binary_sha256, boot->binary_sha256, sizeof a.who.binary_sha256);
	if (make_secrets(&a, boot)) {
		log_event(LOG_ERROR, "attest.no-key", "errno=%d", errno);
		return ROLE_EXIT_FAILED;
	}
	a.ready = a.conf.no_tee;
	hello(&a);
	chan_send(control, MSG_READY, 0, SLICE_NONE, NULL, 0);
	status = loop(&a, m);
	wipe(a.secrets, sizeof *a.secrets);
	return status;
}
