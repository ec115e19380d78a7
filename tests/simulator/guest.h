/* SPDX-License-Identifier: MIT */
/*
 * The pretended confidential VM: which application was launched, what was
 * measured, which keys it has. Evidence is built anew for every answer, so
 * that lies (faults.h) are consistent wherever the lie wants them to be.
 * Runs in the simulator; pure but for reading the clock.
 */
#ifndef SIM_GUEST_H
#define SIM_GUEST_H

#include "base/buf.h"
#include "base/err.h"
#include "events.h"
#include "keys.h"
#include "pki.h"
#include "quote.h"

/* Emulated releases in their order; comparisons like >= GUEST_0_5_6 are meant. */
enum guest_version { GUEST_0_5_4, GUEST_0_5_6, GUEST_0_5_11, GUEST_0_6_0, GUEST_VERSIONS };

/* "0.5.4" and so on; GUEST_VERSIONS when unknown. */
enum guest_version guest_version_by_name(const char *name);
const char *guest_version_name(enum guest_version v);

/* Most events that applications may emit; the log has room for them. */
#define GUEST_EMITTED_MAX 256

struct guest_options {
	enum guest_version version;
	unsigned quote_version;
	bool kms;          /* key provider kms instead of none */
	bool mr_config_v3; /* MRCONFIGID is of a document instead of the compose hash */
	int64_t now;       /* what the clock of this run starts with, seconds since 1970 */
	struct slice seed; /* must live as long as the guest */
	bool has_app_id;   /* else the first bytes of the compose hash */
	uint8_t app_id[APP_ID_LEN];
};

struct guest {
	struct guest_options o;
	int64_t clock_offset_s;
	struct pki pki;
	struct quoting quoting;
	struct app_keys app_keys;
	struct p256_key app_ca, kms_ca;
	struct buf compose; /* the exact bytes of app-compose.json */
	struct buf app_name, storage_fs, key_provider, vm_config;
	bool log_v2, no_instance_id; /* as app-compose.json says */
	uint8_t compose_hash[SHA256_LEN], app_id[APP_ID_LEN], instance_id[APP_ID_LEN];
	uint8_t os_image_hash[SHA256_LEN], mr_kms[SHA256_LEN];
	struct buf emitted; /* names and payloads of emitted events, never moved */
	struct {
		struct slice name, payload;
	} event[GUEST_EMITTED_MAX];
	size_t events;
};

/*
 * Reads the compose file and derives everything. E_ABSENT, E_TOO_LARGE, E_UTF8
 * (its text could not be shown in JSON) or E_SYSTEM; drop the guest in any case.
 */
enum err guest_init(struct guest *g, const struct guest_options *o, const char *compose_path);
void sim_guest_drop(struct guest *g);
/* Seconds since 1970 by the clock that --now may have set. */
int64_t guest_now(const struct guest *g);
/* Extends register 3; E_TOO_LARGE when there is no more room. */
enum err guest_emit(struct guest *g, struct slice name, struct slice payload);

/* All that is measured and stated at one moment. */
struct evidence {
	struct evlog log;
	uint8_t rtmr[4][SHA384_LEN];
	uint8_t mrconfigid[TDX_REG_LEN];
	uint8_t compose_hash[SHA256_LEN], app_id[APP_ID_LEN], instance_id[APP_ID_LEN];
	size_t instance_id_len; /* 0 or APP_ID_LEN */
};

/* faults: bits of faults.h; those about content are applied. */
void guest_evidence(const struct guest *g, uint32_t faults, struct evidence *out);
/* The document behind MRCONFIGID of version 3, for an application without faults. */
void guest_mr_config(const struct guest *g, struct buf *out);
/* Appends a quote over report_data, with the faults that concern quotes. */
void guest_quote(const struct guest *g, const struct evidence *e, uint32_t faults,
	const uint8_t report_data[REPORT_DATA_LEN], struct buf *out);
/* SHA-256 over the registers (specs/dstack.md 2.5). */
void guest_mr_aggregated(const struct evidence *e, uint8_t out[SHA256_LEN]);
/* Appends a SCALE V0 attestation; E_RANGE when the log has V2 events. */
enum err guest_attestation(const struct guest *g, const struct evidence *e, uint32_t faults,
	const uint8_t report_data[REPORT_DATA_LEN], bool only_runtime, struct buf *out);

#endif
