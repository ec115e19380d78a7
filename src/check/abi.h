/* SPDX-License-Identifier: MIT */
/*
 * Calls of contracts and their answers as Ethereum encodes them
 * (specs/trust-chain.md 3.2): words of 32 bytes, nothing shorter, nothing behind.
 * Runs in the command line; pure; answers are attacker controlled.
 */
#ifndef CHECK_ABI_H
#define CHECK_ABI_H

#include "base/buf.h"
#include "base/err.h"

#define ABI_WORD    32
#define ABI_ADDRESS 20

/* Call data: selector of the signature, for example "owner()", then the words. */
void abi_call(struct buf *b, const char *signature, struct slice words);
/* An address as a word. */
void abi_put_address(struct buf *b, const uint8_t address[ABI_ADDRESS]);

/* Results of one value; E_ABI for another length or for bits that the type does not have. */
enum err abi_bool(struct slice data, bool *out);
enum err abi_address(struct slice data, uint8_t out[ABI_ADDRESS]);
enum err abi_u64(struct slice data, uint64_t *out);
/* A string; out points into data. */
enum err abi_string(struct slice data, struct slice *out);

/* What a contract said when it refused, for people: printable ASCII, at most max bytes. */
void abi_reason(struct buf *b, struct slice revert_data, size_t max);

#endif
