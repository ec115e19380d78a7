/* SPDX-License-Identifier: MIT */
/*
 * Between the runner and the process that searches for tokens of decoys in what
 * a job gave out. To it goes a stream: the number of tokens as u32, the tokens, then
 * frames of u32 place, u32 length, bytes, all little endian, until the end;
 * frames of one place follow each other. Back comes a struct leaks_found. Places
 * are numbers: the process learns no names, and can say nothing that is not there.
 * Runs in unpack, runner and the command line; pure.
 */
#ifndef PROC_LEAKS_H
#define PROC_LEAKS_H

#include "base/limits.h"
#include "proc/codec.h"

/* Random letters and digits of a token, which are searched for. */
#define LEAK_TOKEN 16
/* Bytes of a frame, at most. */
#define LEAK_FRAME (64 * KIB)
/* Finds; what is beyond them is cut. */
#define LEAKS_MAX 256

enum leak_code { LEAK_PLAIN, LEAK_BASE64, LEAK_HEX, LEAK_URL, LEAK_CODES };
/* What a token's text was packed into, from outside in. */
enum leak_packing { LEAK_BARE, LEAK_GZIP, LEAK_BASE64_GZIP, LEAK_HEX_GZIP, LEAK_PACKINGS };

struct leak {
	uint32_t token, place;
	uint8_t packing, code;
	bool reversed;
};

struct leaks_found {
	unsigned n;
	bool cut; /* more than could be searched or listed */
	struct leak list[LEAKS_MAX];
};

void codec_leaks(struct codec *c, struct leaks_found *f);
#define LEAKS_FOUND_BYTES (LEAKS_MAX * 16 + 64)

/* "plain", "base64", "gzip+hex", "reversed": from outside in. cap at least 40. */
const char *leak_text(char *dst, size_t cap, const struct leak *l);

#endif
