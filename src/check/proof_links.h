/* SPDX-License-Identifier: MIT */
/* Inside check/proof*.c: judging single links. Runs in the command line; pure. */
#ifndef CHECK_PROOF_LINKS_H
#define CHECK_PROOF_LINKS_H

#include "check/proof.h"

/* Advice for a link that was not reached. */
extern const char see_earlier[];
/* Empty, with every link not reached. */
void proof_begin(struct proof *p);
/* Set a link's state and text (printf-like). Advice is a whole sentence. */
void link_ok(struct proof *p, enum link_id id, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
void link_skip(struct proof *p, enum link_id id, const char *advice, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));
/* code's sentence and why's detail become the text. */
void link_fail(
	struct proof *p, enum link_id id, enum err code, const struct why *why, const char *advice);
bool link_holds(const struct proof *p, enum link_id id);

/* The verdict and its sentence from the links as they stand. */
void proof_decide(struct proof *p, const struct expect *want);

/* First n bytes of a digest as hex, for people; room for 2 n + 4 characters. */
#define SHORT_LEN 40
const char *hex_short(char mem[SHORT_LEN], struct slice digest);

/* Statement side: envelope, statement, verdict, sandbox, package, freshness, history. */
enum err links_statement(const struct expect *want, struct proof *p);
void links_package(const struct expect *want, struct proof *p);
/* Evidence side: binding, quote, tcb, log. */
enum err links_evidence(const struct expect *want, struct proof *p);
enum err links_quote(const struct expect *want, struct proof *p);
enum err link_log(struct proof *p);
/* Who holds the keys; again when a contract has told the key service's. */
enum err link_kms(const struct expect *want, struct proof *p);
/* Application side: identity, os, state, compose, images, and the places of what comes later. */
enum err links_application(const struct expect *want, struct proof *p, struct why *why);

#endif
