/* SPDX-License-Identifier: MIT */
/*
 * Connections of the http role: one epoll loop, no blocking, memory bounded by
 * tables. A connection owns at most one request at a time; a request may wait
 * for store under the connection's number and generation, so a late answer for
 * a connection that is gone finds nobody.
 * Runs in http.
 */
#ifndef HTTP_SERVER_H
#define HTTP_SERVER_H

#include "base/hash.h"
#include "http/body.h"
#include "http/request.h"
#include "proc/msg.h"
#include "proc/role.h"

enum conn_state {
	CONN_FREE,
	CONN_HEAD,   /* reading a request head, or idle between requests */
	CONN_SPOOL,  /* waiting for a place to put an upload */
	CONN_BODY,   /* reading an upload into that place */
	CONN_STORE,  /* waiting for store's answer */
	CONN_WRITE,  /* writing the answer */
	CONN_LINGER, /* answered early: reading what the client still sends, then closing */
};

/* What an answer is wanted for; decides how store's message is rendered. */
enum want {
	WANT_NONE,
	WANT_STATUS,      /* GET /verify/:id */
	WANT_ATTESTATION, /* GET /verify/:id/attestation */
	WANT_BUNDLE,      /* GET /attestation/:id */
	WANT_DSSE,
	WANT_STATEMENT,
	WANT_QUOTE_BYTES,
	WANT_HEALTH,
	WANT_INFO,
	WANT_IDENTITY,
	WANT_SUBMIT,
};

struct upload {
	int fd; /* spooled file, -1: none */
	struct framing framing;
	struct multipart *multipart; /* heap, or NULL for a raw body */
	struct sha256 hash;
	uint64_t size;
	uint8_t first[512]; /* to look at the magic */
	bool full;          /* the disk took no more */
	bool has_nonce;
	uint8_t nonce[NONCE_LEN];
};

struct conn {
	enum conn_state state;
	enum want want;
	uint32_t generation, events; /* events: what epoll waits for */
	int fd;
	bool head_only, close, expect;
	bool refused; /* what follows in the stream is not framed: answer and leave */
	unsigned requests;
	int64_t deadline_us; /* of the present state */
	uint8_t *head;       /* LIMIT_HTTP_HEADER bytes, or NULL */
	size_t head_len;     /* bytes read and not used */
	struct buf out;      /* answer */
	size_t sent;
	uint64_t swallow; /* LINGER: bytes still taken before closing */
	char etag[80];    /* If-None-Match of the request, or "" */
	uint8_t job_id[JOB_ID_LEN];
	uint8_t nonce[NONCE_LEN];
	struct upload *upload;
};

struct server {
	struct conf conf;
	int64_t scan_us; /* when connections are looked through for passed deadlines again */
	int64_t boot_us;
	uint8_t policy_sha256[SHA256_LEN], binary_sha256[SHA256_LEN];
	struct chan *control, store;
	int listener, epoll;
	bool stopping, degraded;
	char degraded_why[80];
	struct conn *conns; /* LIMIT_CONNECTIONS */
	uint32_t n_conns, n_uploads;
	uint32_t next_free; /* no entry below it is free */
};

/* conn.c */
void conn_open(struct server *s, int fd);
/*
 * Goes on with a connection as far as it goes without waiting, for instance
 * after replies.c has changed its state on an answer of store.
 */
void conn_drive(struct server *s, struct conn *c);
/* The same upon what epoll told; a client that is gone while store works is closed. */
void conn_event(struct server *s, struct conn *c, uint32_t events);
/* Ends connections whose time is over; milliseconds until the next one. */
int conn_expire(struct server *s);
void conn_wait(struct conn *c, enum conn_state state, int ms);
/* Sends a few bytes at once, outside the answer; E_AGAIN when they do not fit. */
enum err conn_send_now(struct conn *c, struct slice bytes);
/* Id for a message to store, and back; NULL when that connection is gone. */
uint64_t conn_id(const struct server *s, const struct conn *c);
struct conn *conn_by_id(struct server *s, uint64_t id);

/* api.c */
/* A complete head was read: answer it, ask store, or start an upload. */
void api_request(struct server *s, struct conn *c, const struct request *r);
/* The upload is complete. */
void api_uploaded(struct server *s, struct conn *c);

/* replies.c */
/* A message from store. */
void replies_message(struct server *s, struct message *m);

/* answer.c */
struct answer_head {
	unsigned status;
	const char *type;  /* Content-Type */
	const char *more;  /* further header lines with CR LF, or NULL */
	bool immutable;    /* may be kept for ever */
	struct slice etag; /* without quotes, or empty */
};
/* Head and body into c->out; the connection's state becomes CONN_WRITE. */
void answer(struct server *s, struct conn *c, const struct answer_head *h, struct slice body);
/* {"error","errorCode","detail"}; detail NULL gives {}. */
void answer_error(struct server *s, struct conn *c, enum err e, const char *detail);
bool answer_not_modified(struct server *s, struct conn *c, struct slice etag);

#endif
