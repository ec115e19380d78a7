/* SPDX-License-Identifier: MIT */
/*
 * App-compose documents for tests: one around a compose file, judged whole, and
 * compared with a verdict, a class and a finding that must be among the others.
 */
#ifndef COMPOSE_CASES_H
#define COMPOSE_CASES_H

#include "check/images.h"

#define DIGEST "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define PINNED "image: r.example/x@sha256:" DIGEST "\n"

#define OTHER "ff23456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define SOCK  "    volumes: ['/var/run/dstack.sock:/s']\n"
#define B     "  b:\n    image: y@sha256:" OTHER "\n"

enum verdict { PIN_PINNED, PIN_UNPINNED, PIN_REFUSE };

/* Reads everything; f is filled. code is why it is not pinned. */
enum verdict judge(
	struct slice text, const struct compose_policy *policy, struct findings *f, enum err *code);
bool has(const struct findings *f, enum finding_code code);
/* A document around a compose file, with more members; kept until the process ends. */
struct slice app(const char *yaml, const char *more);
/* FINDING_COUNT: any findings. */
void expect_app(const char *file, int line, struct slice text, enum verdict want, enum err err,
	enum finding_code code);
/* The class that a fatal remark of this code alone leads to. */
enum err unpinned_class(enum finding_code code);

#define EXPECT_APP(...) expect_app(__FILE__, __LINE__, __VA_ARGS__)
#define SERVICE(rest)   "services:\n  a:\n    " PINNED rest
#define UNPINS(code, rest)                                                                         \
	EXPECT_APP(app(SERVICE(rest), ""), PIN_UNPINNED, unpinned_class(code), code)
#define NOTES(code, rest)                 EXPECT_APP(app(SERVICE(rest), ""), PIN_PINNED, E_OK, code)
#define REFUSED(yaml)                     EXPECT_APP(app(yaml, ""), PIN_REFUSE, E_COMPOSE_YAML, FINDING_COUNT)
#define MEMBERS(verdict, err, code, more) EXPECT_APP(app(SERVICE(""), more), verdict, err, code)

#endif
