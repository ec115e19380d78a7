/* SPDX-License-Identifier: MIT */
/* Structured log lines. Runs in every role. */
#include "base/log.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"

static const char *log_name = "-";
static enum log_level log_max = LOG_INFO;
static const char *const level_names[] = {"error", "warn", "info", "debug"};

void log_role(const char *role)
{
	log_name = role;
}

void log_threshold(enum log_level level)
{
	log_max = level;
}

int log_level_by_name(const char *name)
{
	int i;

	for (i = 0; i < 4; i++)
		if (strcmp(name, level_names[i]) == 0) return i;
	return -1;
}

void log_event(enum log_level level, const char *event, const char *fmt, ...)
{
	char line[1024], when[ISO_LEN];
	int saved = errno, n, more;
	va_list ap;

	if (level > log_max) return;
	n = snprintf(line, sizeof line, "%s %s %s %s ", clock_iso(when, clock_wall_ms()),
		level_names[level], log_name, event);
	if (n > 0 && (size_t)n < sizeof line) {
		va_start(ap, fmt);
		more = vsnprintf(line + n, sizeof line - (size_t)n, fmt, ap);
		va_end(ap);
		n += more < 0 ? 0 : more;
		if ((size_t)n >= sizeof line) n = sizeof line - 1;
		line[n++] = '\n';
		/* A log that cannot be written must not stop the appliance. */
		if (write(2, line, (size_t)n) < 0) errno = saved;
	}
	errno = saved;
}
