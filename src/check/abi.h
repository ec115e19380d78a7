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
/*
 * The value of no fixed length whose offset is word head of a tuple. Values
 * stand one behind the other: *end is where the one before ended (first: behind
 * the head's last word) and becomes where this one does; after the last it is
 * data.n, or something stands behind. E_ABI.
 */
enum err abi_bytes_at(struct slice data, size_t head, size_t *end, struct slice *out);

/* What a KMS tells a contract about a machine that asks for keys (3.1: AppBootInfo). */
struct abi_boot {
	struct slice app_id, instance_id; /* 20 bytes; an empty instance is zeros */
	struct slice compose_hash, device_id, mr_aggregated, mr_system, os_image; /* 32 bytes */
	struct slice tcb_status;
	const struct slice *advisory;
	size_t n_advisories;
};
/* It as the one argument of a call. */
void abi_put_boot(struct buf *b, const struct abi_boot *boot);

/* What a contract said when it refused, for people: printable ASCII, at most max bytes. */
void abi_reason(struct buf *b, struct slice revert_data, size_t max);

#endif
