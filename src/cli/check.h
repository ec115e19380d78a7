/* SPDX-License-Identifier: MIT */
/*
 * Parts of `check`: reading what the caller names, and reporting.
 * Runs on the command line.
 */
#ifndef CLI_CHECK_H
#define CLI_CHECK_H

#include "check/proof.h"
#include "cli/cli.h"
#include "cli/report.h"

/* A file of at most max bytes, or standard input for "-". Says why not. */
enum err check_file(const char *path, size_t max, struct buf *b);
/* A root certificate in DER or PEM, as DER. */
enum err check_root(const char *path, struct buf *der);
/* 64 hex digits; a leading 0x or sha256: is fine. */
enum err check_digest(const char *option, const char *text, uint8_t out[SHA256_LEN]);
/* 66 hex digits, 0x allowed: a compressed point. */
enum err check_kms_key(const char *text, uint8_t out[K256_POINT_LEN]);
/* Seconds since 1970, or a date as 2026-11-20T09:00:00Z. NULL: now. */
enum err check_time(const char *text, int64_t *out);

/* Reads a policy and sets what it says. Says why not. */
enum err check_policy(const char *path, struct policy *p, struct expect *want);

/* Digests every file below a directory; paths go into mem. */
enum err installed_read(const char *path, struct filelist *l, struct buf *mem, struct why *why);

command check_attestation, check_quote, check_log, check_compose, check_governance, check_keys,
	check_app;

#endif
