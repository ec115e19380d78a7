/* SPDX-License-Identifier: MIT */
/* Names and sentences of all outcomes. Runs in every role; pure. */
#include "base/err.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* clang-format off */
static const struct {
	const char *name, *text;
} table[] = {[E_OK] = {"ok", "ok"},
#define ERR(code, name, text) [code] = {name, text},
	ERR_LIST(ERR)
#undef ERR
};
/* clang-format on */

const char *err_name(enum err e)
{
	return e < E_COUNT ? table[e].name : "unknown";
}

const char *err_text(enum err e)
{
	return e < E_COUNT ? table[e].text : "unknown";
}

enum err err_by_name(const char *name)
{
	unsigned i;

	for (i = 0; i < E_COUNT; i++)
		if (strcmp(table[i].name, name) == 0) return (enum err)i;
	return E_COUNT;
}

enum err why_set(struct why *w, enum err code, const char *fmt, ...)
{
	va_list ap;

	if (!w) return code;
	w->code = code;
	va_start(ap, fmt);
	vsnprintf(w->text, sizeof w->text, fmt, ap);
	va_end(ap);
	return code;
}

enum err why_sys(struct why *w, enum err code, const char *what)
{
	int sys = errno;

	if (!w) return code;
	why_set(w, code, "%s: %s", what, strerror(sys));
	w->sys = sys;
	return code;
}
