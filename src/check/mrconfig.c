/* SPDX-License-Identifier: MIT */
/* MRCONFIGID. Runs in the command line; pure. */
#include "check/mrconfig.h"

#include <string.h>

#include "base/num.h"
#include "check/keccak.h"

/* Longest key provider id: an SPKI has 91 bytes. */
#define PROVIDER_ID_MAX 512

static void put_version(uint8_t version, const uint8_t digest[32], uint8_t out[MRCONFIG_LEN])
{
	memset(out, 0, MRCONFIG_LEN);
	out[0] = version;
	memcpy(out + 1, digest, 32);
}

static void mrconfig_v2(struct slice compose_hash, struct slice app_id, uint8_t kind,
	struct slice key_provider_id, uint8_t out[MRCONFIG_LEN])
{
	uint8_t digest[KECCAK256_LEN];
	struct keccak256 h;

	keccak256_init(&h);
	keccak256_add(&h, compose_hash);
	keccak256_add(&h, app_id);
	keccak256_add(&h, slice_of(&kind, 1));
	keccak256_add(&h, key_provider_id);
	keccak256_out(&h, digest);
	put_version(2, digest, out);
}

static void mrconfig_v3(struct slice document, uint8_t out[MRCONFIG_LEN])
{
	uint8_t digest[SHA256_LEN];
	struct sha256 h;

	sha256_init(&h);
	sha256_add(&h, SLICE("dstack-mr-config-v3:\0"));
	sha256_add(&h, document);
	sha256_out(&h, digest);
	put_version(3, digest, out);
}

/* Event names of key providers and their names in configurations. */
static const struct {
	const char *event, *config;
	uint8_t kind;
} kinds[] = {{"none", "none", 0}, {"local-sgx", "local", 1}, {"kms", "kms", 2}, {"tpm", "tpm", 3}};

#define KINDS (sizeof kinds / sizeof *kinds)

/* Index in kinds of the launch event's provider; KINDS when unknown. */
static size_t kind_of(const struct launch *l)
{
	size_t i;

	for (i = 0; i < KINDS; i++)
		if (slice_is(l->key_provider_name, kinds[i].event)) break;
	return i;
}

static enum err check_v2(const struct launch *l, struct slice mrconfigid, struct why *why)
{
	uint8_t id[PROVIDER_ID_MAX], want[MRCONFIG_LEN];
	struct buf b = buf_on(id, sizeof id);
	size_t kind = kind_of(l);

	if (kind == KINDS)
		return why_set(why, E_MRCONFIGID, "version 2, and the key provider is unknown");
	if (hex_into(l->key_provider_id, &b))
		return why_set(
			why, E_MRCONFIGID, "version 2, and the key provider's id is not hex");
	mrconfig_v2(l->compose_hash, l->app_id, kinds[kind].kind, buf_slice(&b), want);
	if (slice_eq(mrconfigid, SLICE_OF(want))) return E_OK;
	return why_set(why, E_MRCONFIGID, "version 2 does not follow from the launch events");
}

/* A member of the document that is there must be the hex of what was measured. */
static bool member_agrees(const struct cJSON *doc, const char *name, struct slice measured)
{
	uint8_t raw[PROVIDER_ID_MAX];
	struct buf b = buf_on(raw, sizeof raw);
	struct slice s;

	if (!json_get(doc, name)) return true;
	if (json_get_str(doc, name, &s) || hex_into(s, &b)) return false;
	return slice_eq(buf_slice(&b), measured);
}

static enum err check_document(const struct launch *l, const struct cJSON *doc, struct why *why)
{
	size_t kind = kind_of(l);
	const char *fault = NULL;
	uint8_t id[PROVIDER_ID_MAX];
	struct buf b = buf_on(id, sizeof id);
	uint64_t version;
	struct slice s;

	if (json_get_u64(doc, "version", 3, &version) || version != 3)
		fault = "version";
	else if (json_get_str(doc, "compose_hash", &s) ||
		 !member_agrees(doc, "compose_hash", l->compose_hash))
		fault = "compose_hash";
	else if (!member_agrees(doc, "app_id", l->app_id))
		fault = "app_id";
	else if (!member_agrees(doc, "instance_id", l->instance_id))
		fault = "instance_id";
	else if (kind == KINDS || json_get_str(doc, "key_provider", &s) ||
		 !slice_is(s, kinds[kind].config))
		fault = "key_provider";
	else if (hex_into(l->key_provider_id, &b) ||
		 !member_agrees(doc, "key_provider_id", buf_slice(&b)))
		fault = "key_provider_id";
	if (!fault) return E_OK;
	return why_set(why, E_MRCONFIGID, "version 3: %s of the document disagrees", fault);
}

static enum err check_v3(const struct launch *l, struct slice mrconfigid, struct slice document,
	enum mrconfig_state *state, struct why *why)
{
	struct cJSON *doc = NULL;
	uint8_t want[MRCONFIG_LEN];
	enum err e;

	*state = MRCONFIG_UNKNOWN;
	if (document.n == 0) return E_OK;
	mrconfig_v3(document, want);
	if (!slice_eq(mrconfigid, SLICE_OF(want)))
		return why_set(why, E_MRCONFIGID, "version 3 is not the hash of the document");
	if (json_parse(document, JSON_INTEGERS, &doc, NULL))
		return why_set(why, E_MRCONFIGID, "version 3: the document is not JSON");
	e = check_document(l, doc, why);
	json_drop(&doc);
	*state = MRCONFIG_AGREES;
	return e;
}

enum err mrconfig_check(const struct launch *l, struct slice mrconfigid, struct slice document,
	enum mrconfig_state *out, struct why *why)
{
	static const uint8_t zero[MRCONFIG_LEN];
	enum mrconfig_state state = MRCONFIG_AGREES;
	enum err e;

	/* Length, zero, version 1 and unknown versions. */
	e = eventlog_mrconfigid(l, mrconfigid, why);
	if (e) return e;
	if (slice_eq(mrconfigid, SLICE_OF(zero)))
		state = MRCONFIG_UNSET;
	else if (mrconfigid.p[0] == 2)
		e = check_v2(l, mrconfigid, why);
	else if (mrconfigid.p[0] == 3)
		e = check_v3(l, mrconfigid, document, &state, why);
	if (!e) *out = state;
	return e;
}
