/* SPDX-License-Identifier: MIT */
/*
 * The server's name in the first message of a TLS client (RFC 8446 4.1.2, RFC
 * 6066 3), however it is cut into records. Nothing else of TLS is read: what
 * follows is not for us. Pure; the bytes are a stranger's.
 */
#ifndef OBSERVE_HELLO_H
#define OBSERVE_HELLO_H

#include "base/err.h"
#include "base/slice.h"

/* A hello of more bytes is no client's; real ones have up to 2 KB, with new key shares 4. */
#define HELLO_BYTES 16384
#define HELLO_NAME  255

struct hello {
	uint8_t name[HELLO_NAME]; /* as sent */
	size_t n;                 /* 0: it names no server */
};

/*
 * E_OK: a whole hello; E_TRUNCATED: it may become one; E_FORMAT: it is none. Bytes
 * behind it do not matter.
 */
enum err hello_read(struct slice bytes, struct hello *out);

#endif
