/* SPDX-License-Identifier: MIT */
/*
 * Log lines on standard error: one line an event, "time level role event
 * key=value ...". Event names are stable interface. Outside text goes in only
 * through text_ascii, so no input can forge a line (rule 14).
 * Runs in every role.
 */
#ifndef BASE_LOG_H
#define BASE_LOG_H

enum log_level { LOG_ERROR, LOG_WARN, LOG_INFO, LOG_DEBUG };

/* Names the role of this process; its argument must live as long as the process. */
void log_role(const char *role);
void log_threshold(enum log_level level);
/* LOG_INFO and so on by name ("error", "warn", "info", "debug"); -1 when unknown. */
int log_level_by_name(const char *name);
/* Writes one line in one write(2); cut at 1024 bytes. */
void log_event(enum log_level level, const char *event, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

#endif
