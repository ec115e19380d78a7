/* SPDX-License-Identifier: MIT */
/*
 * ECDSA P-256 over SHA-256 with a memory of what was found valid. Whether a
 * signature is valid depends on key, message and signature alone, so the memory
 * can never change an answer: it only saves the second look at the certificate
 * that signs both TCB info and QE identity, and at collateral that serves many
 * quotes (specs/dcap.md 5). Dates, names and revocation are no part of it.
 * Runs in the command line; pure.
 */
#ifndef CHECK_SIG_H
#define CHECK_SIG_H

#include "base/slice.h"

/* A cold verification has nine signatures. */
#define SIG_MEMO 16

struct sig_memo {
	uint8_t seen[SIG_MEMO][32]; /* SHA-256 of point, message digest and signature */
	unsigned n, next;
	unsigned computed; /* verifications that were really done */
};

#define SIG_MEMO_INIT                                                                              \
	{                                                                                          \
		{{0}}, 0, 0, 0                                                                     \
	}

/* point: x || y, 64 bytes; sig: r || s, 64 bytes. */
bool sig_valid(struct sig_memo *memo, struct slice point, struct slice message, struct slice sig);

#endif
