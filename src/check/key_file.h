/* SPDX-License-Identifier: MIT */
/*
 * A key of an application with the signatures that lead from it to its KMS, as
 * one JSON text: what GetKey and Sign of a guest agent answer (specs/dstack.md
 * 1.4, 4.3, 4.4), with the public key in the place of the private one.
 * Runs in the command line; pure; input is attacker controlled.
 */
#ifndef CHECK_KEY_FILE_H
#define CHECK_KEY_FILE_H

#include "base/json.h"
#include "check/keychain.h"

#define KEY_FILE_BYTES (256 * 1024) /* data that was signed, as hex, with room */

enum key_signed {
	KEY_SIGNED_NOTHING, /* the text is about the key alone */
	KEY_SIGNED_UNREAD,  /* a signature that is not looked at: ed25519, or its data is missing */
	KEY_SIGNED_DATA,    /* the key signed the data */
};

struct key_file {
	struct cJSON *tree;    /* owned; chain points into it and into here */
	struct keychain chain; /* without application and KMS: those are the caller's */
	enum key_signed what;
	size_t data_len; /* of the data that was signed */
	uint8_t key[K256_POINT_LEN];
	uint8_t link[2][K256_RECOVERABLE_LEN];
};

/*
 * Members: public_key; signature_chain of two links; purpose, or domain and
 * algorithm for a key of /v1. An answer of Sign has three entries, the first of
 * which is its signature; its purpose is "signing", and with data and algorithm
 * the signature is verified. Others are ignored, but a private key (`key`) is
 * refused: it has no business in a file that is passed on. E_KEY_FORMAT,
 * E_KEY_CHAIN when the signature is not of this key, E_NO_MEMORY. out is to be
 * dropped in any case, and not to be moved.
 */
enum err key_file_read(struct slice text, struct key_file *out, struct why *why);
void key_file_drop(struct key_file *k);

#endif
