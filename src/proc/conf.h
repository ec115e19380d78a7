/* SPDX-License-Identifier: MIT */
/*
 * Effective configuration of the appliance: built-in defaults, then the ini
 * file, then the command line; of the environment only what C19 names. It is
 * a plain structure because it travels to the roles as bytes. It holds no
 * secret. Its security-relevant part is the policy, whose digest is in every
 * statement.
 * Runs in every role; pure.
 */
#ifndef PROC_CONF_H
#define PROC_CONF_H

#include "base/buf.h"
#include "base/hash.h"
#include "base/log.h"
#include "proc/record.h"

#define CONF_PATH 256

struct conf {
	char listen_host[64]; /* numeric address */
	uint16_t listen_port;
	char data[CONF_PATH];      /* data directory */
	char agent[108];           /* guest agent socket, sun_path long */
	char runtimes[CONF_PATH];  /* folder of runtime trees */
	bool no_tee;               /* C20: argv only */
	uint8_t allow_tier;        /* weakest tier that may run: TIER_2 unless a flag says more */
	uint8_t observe;           /* enum monitor: how closely runs are watched */
	bool probes;               /* scripts of a package without a test are tried */
	uint8_t log_level;         /* enum log_level */
	uint32_t slots;            /* jobs at once */
	uint32_t queue;            /* jobs accepted and not finished */
	uint32_t timeout_cap_ms;   /* the longest timeout a manifest may ask for */
	uint32_t attest_ms;        /* how long a finished job waits for its quote */
	struct limit_facts limits; /* timeout_ms: the default of a test */
	struct anchors anchors;    /* whose signers of packages count; none by default */
};

void conf_default(struct conf *c);
/*
 * Lowers one limit of a test by its key, as the configuration file and
 * `run --limit` name it. E_ABSENT when there is no such key; E_CONFIG with the
 * permitted range when the value is above the default or below what works.
 */
enum err conf_lower(struct conf *c, struct slice key, const char *value, struct why *why);
/*
 * The policy in canonical JSON: everything that decides what a verdict means,
 * nothing that names a place or a port. Append-only within a schema number.
 */
void conf_policy_json(const struct conf *c, struct buf *out);
void conf_policy_sha256(const struct conf *c, uint8_t out[SHA256_LEN]);

#endif
