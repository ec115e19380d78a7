/* SPDX-License-Identifier: MIT */
/*
 * JSON-RPC 2.0 as chain nodes speak it (specs/trust-chain.md 3.3). "0x" is a
 * value, an error is an error, and neither is ever read as zero.
 * Runs in the command line; pure; answers are attacker controlled.
 */
#ifndef CHECK_JSONRPC_H
#define CHECK_JSONRPC_H

#include "base/buf.h"
#include "base/json.h"

struct jsonrpc {
	struct cJSON *tree;         /* owned */
	const struct cJSON *result; /* lives as long as tree */
};

/*
 * Reads one answer to request id. E_RPC_FORMAT: not strict JSON, another id,
 * neither result nor error, or both. E_RPC_REVERT: the contract refused (why has
 * its reason). E_RPC_ERROR: the node did (why has its text). E_NO_MEMORY.
 * out is to be dropped after success.
 */
enum err jsonrpc_read(struct slice text, uint64_t id, struct jsonrpc *out, struct why *why);
void jsonrpc_drop(struct jsonrpc *r);

/* "0x2105": no leading zeros. E_RPC_FORMAT. */
enum err jsonrpc_quantity(const struct cJSON *j, uint64_t *out);
/* "0x" and whole bytes in hex, appended to b. E_RPC_FORMAT or what b fails with. */
enum err jsonrpc_bytes(const struct cJSON *j, struct buf *b);

#endif
