/* SPDX-License-Identifier: MIT */
/*
 * The guest agent's methods (specs/dstack.md 1): from one whole request to one
 * whole answer. How an answer travels is the server's business (server.h).
 * Runs in the simulator; no I/O but the clock and randomness for TLS keys.
 */
#ifndef SIM_AGENT_H
#define SIM_AGENT_H

#include "args.h"
#include "base/buf.h"
#include "faults.h"
#include "guest.h"

#define SIM_NOTE "NOT-A-TEE dstack simulator: proves nothing about hardware"

/* Body limit of each method (specs/dstack.md 1.2). */
#define AGENT_BODY_MAX (10 * 1024 * 1024)
/* What the fault "huge" adds to an answer. */
#define AGENT_HUGE_BYTES (20 * 1024 * 1024)
/* Most that an answer can have: the huge one, or an Info with a large compose file. */
#define AGENT_ANSWER_MAX (32 * 1024 * 1024)

struct agent {
	struct guest guest;
	struct faults faults;
	uint64_t delay_ms; /* every quote takes this long */
	uint64_t quotes, requests, calls[METHODS];
	/* Report data of the last call and of the last one that differed from it. */
	uint8_t last[REPORT_DATA_LEN], earlier[REPORT_DATA_LEN];
	bool have_last, have_earlier;
	struct buf app_cert; /* PEM */
};

/* One request; slices live until the answer was made. */
struct request {
	struct slice method, path, query, content_type, accept, body;
	bool body_too_large; /* the body was not read */
};

struct answer {
	unsigned status;
	const char *content_type;
	struct buf body;
	uint32_t faults;   /* bits that say how to send it */
	bool quoted;       /* it took a quote: those are made one at a time */
	uint64_t extra_ms; /* on top of that */
};

enum err sim_agent_init(struct agent *a, const struct guest_options *o, const char *compose_path);
void sim_agent_drop(struct agent *a);
/* Fills *out, whose body is to be dropped by the caller. Always gives an answer. */
void agent_handle(struct agent *a, const struct request *r, struct answer *out);

/* ---- between the files of the agent ---- */

/* {"error": text}, pretty-printed, as the agent shows a failed call. */
void sim_answer_error(struct answer *out, unsigned status, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
/* The web framework's own page (or JSON, by Accept) for paths that nothing serves. */
void answer_page(struct answer *out, unsigned status, const char *reason, bool json);
/* Opens the answer's JSON object; answer_close ends it with the note and what faults add. */
struct jw answer_open(struct answer *out);
void answer_close(struct jw *w, const struct answer *out);

/* Methods. out->faults holds the faults for this call. */
void agent_info(struct agent *a, const struct args *args, struct answer *out);
void agent_get_quote(struct agent *a, const struct args *args, struct answer *out);
void agent_attest(struct agent *a, const struct args *args, struct answer *out);
void agent_get_key(struct agent *a, const struct args *args, struct answer *out);
void agent_get_tls_key(struct agent *a, const struct args *args, struct answer *out);
void agent_version(struct agent *a, const struct args *args, struct answer *out);
void agent_emit_event(struct agent *a, const struct args *args, struct answer *out);
/* The demo certificate chain of Info, PEM. */
enum err agent_make_app_cert(struct agent *a);

/* /simulator/...: no part of dstack. False when the path is another one. */
bool control_handle(struct agent *a, const struct request *r, struct answer *out);

/* Indents compact JSON by two spaces, as serde's pretty printer does. */
void json_pretty(struct slice compact, struct buf *out);

#endif
