/* SPDX-License-Identifier: MIT */
/*
 * The one list of outcomes of the whole program. A function that can fail
 * returns enum err (0 = ok) and writes its results only on success. Every code
 * has a name that is interface (JSON, terminal, statement: never renamed) and
 * a sentence for people. Codes that leave the program towards users are
 * grouped as the specification groups them.
 * Runs in every role; pure.
 */
#ifndef BASE_ERR_H
#define BASE_ERR_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err_list.h"

/* clang-format off */
enum err {
	E_OK,
#define ERR(code, name, text) code,
	ERR_LIST(ERR)
#undef ERR
		E_COUNT
};
/* clang-format on */

/* The stable name, for example "package-bomb"; "unknown" for a bad value. */
const char *err_name(enum err e);
/* A sentence without a full stop, for example "the archive expands too far". */
const char *err_text(enum err e);
/* The code with this name; E_COUNT when there is none. */
enum err err_by_name(const char *name);

/*
 * What went wrong, with detail, owned by the caller. text is printable ASCII
 * (made with the escaping functions of base/text.h where it quotes input).
 */
struct why {
	enum err code;
	int sys;         /* errno of the failed call, 0 when none */
	uint32_t member; /* archive member counted from 1, 0 when none */
	uint32_t line;   /* line counted from 1, 0 when none */
	uint32_t column; /* column counted from 1, 0 when none */
	char text[240];  /* detail; empty when the sentence of the code says all */
};

#define WHY_INIT                                                                                   \
	{                                                                                          \
		E_OK, 0, 0, 0, 0, ""                                                               \
	}

/* Records code and detail in w (which may be NULL) and returns code. */
enum err why_set(struct why *w, enum err code, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
/* As why_set for a failed system call: keeps errno. */
enum err why_sys(struct why *w, enum err code, const char *what);

#endif
