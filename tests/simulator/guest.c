/* SPDX-License-Identifier: MIT */
/* The pretended confidential VM. Runs in the simulator. */
#include "guest.h"

#include <string.h>

#include "base/clock.h"
#include "base/fdio.h"
#include "base/json.h"
#include "base/text.h"
#include "faults.h"

/* The guest refuses more (specs/dstack.md 3.3); `next` takes up to 50 MiB. */
#define COMPOSE_MAX (256 * 1024)
#define TEXT_MAX    65536
/* Names and payloads of emitted events, all together. */
#define EMITTED_BYTES (1024 * 1024)

static const char *const version_names[GUEST_VERSIONS] = {"0.5.4", "0.5.6", "0.5.11", "0.6.0"};

enum guest_version guest_version_by_name(const char *name)
{
	unsigned v;

	for (v = 0; v < GUEST_VERSIONS; v++)
		if (strcmp(name, version_names[v]) == 0) break;
	return (enum guest_version)v;
}

const char *guest_version_name(enum guest_version v)
{
	return version_names[v];
}

static void put_member(
	const struct cJSON *j, const char *name, const char *otherwise, struct buf *b)
{
	struct slice s;

	if (json_get_str(j, name, &s)) s = slice_str(otherwise);
	buf_put(b, s);
}

/* What the launch takes from the compose file; one that is no JSON launches with defaults. */
static void read_compose(struct guest *g)
{
	struct cJSON *j = NULL;
	uint64_t version;

	if (json_parse(buf_slice(&g->compose), JSON_NUMBERS, &j, NULL)) j = NULL;
	put_member(j, "name", "", &g->app_name);
	put_member(j, "storage_fs", "zfs", &g->storage_fs);
	if (json_get_bool(j, "no_instance_id", &g->no_instance_id)) g->no_instance_id = false;
	g->log_v2 = g->o.version >= GUEST_0_6_0 &&
		    !json_get_u64(j, "event_log_version", 2, &version) && version == 2;
	json_drop(&j);
}

static void put_key_provider(struct guest *g)
{
	struct jw w = jw_to(&g->key_provider, false);
	uint8_t spki[P256_SPKI_LEN];

	p256_spki(g->kms_ca.point, spki);
	jw_object(&w);
	jw_key_cstr(&w, "name", g->o.kms ? "kms" : "none");
	jw_key_hex(&w, "id", g->o.kms ? SLICE_OF(spki) : SLICE_NONE);
	jw_object_end(&w);
}

static void put_vm_config(struct guest *g)
{
	struct jw w = jw_to(&g->vm_config, false);

	jw_object(&w);
	jw_key_hex(&w, "os_image_hash", SLICE_OF(g->os_image_hash));
	jw_key_u64(&w, "cpu_count", 2);
	jw_key_u64(&w, "memory_size", 4294967296);
	jw_key_cstr(&w, "qemu_version", "8.2.2");
	jw_key_u64(&w, "pci_hole64_size", 0);
	jw_key_bool(&w, "hugepages", false);
	jw_key_u64(&w, "num_gpus", 0);
	jw_key_u64(&w, "num_nvswitches", 0);
	jw_key_bool(&w, "hotplug_off", false);
	jw_key_cstr(&w, "image", "NOT-A-TEE-dstack-simulator");
	jw_object_end(&w);
}

/* Compose hash, app id and instance id after specs/dstack.md 2.5 and 3.5. */
static void derive_identity(struct guest *g)
{
	uint8_t full[SHA256_LEN], own[APP_ID_LEN];
	struct sha256 h;

	sha256(buf_slice(&g->compose), g->compose_hash);
	memcpy(g->app_id, g->o.has_app_id ? g->o.app_id : g->compose_hash, APP_ID_LEN);
	seed_bytes(g->o.seed, "instance", own, sizeof own);
	sha256_init(&h);
	sha256_add(&h, SLICE_OF(own));
	sha256_add(&h, SLICE_OF(g->app_id));
	sha256_out(&h, full);
	memcpy(g->instance_id, full, APP_ID_LEN);
	sha256(SLICE("NOT-A-TEE dstack-simulator OS image"), g->os_image_hash);
	sha256(SLICE("NOT-A-TEE dstack-simulator KMS"), g->mr_kms);
}

enum err guest_init(struct guest *g, const struct guest_options *o, const char *compose_path)
{
	uint8_t kms_scalar[K256_LEN];
	enum err e;

	memset(g, 0, sizeof *g);
	g->o = *o;
	g->clock_offset_s = o->now - clock_wall_ms() / 1000;
	g->compose = buf_heap(COMPOSE_MAX);
	g->app_name = buf_heap(COMPOSE_MAX);
	g->storage_fs = buf_heap(COMPOSE_MAX);
	g->key_provider = buf_heap(TEXT_MAX);
	g->vm_config = buf_heap(TEXT_MAX);
	g->emitted = buf_heap(EMITTED_BYTES);
	if (!buf_reserve(&g->emitted, EMITTED_BYTES)) return E_NO_MEMORY;
	e = file_read(compose_path, COMPOSE_MAX, &g->compose);
	if (!e && !utf8_valid(buf_slice(&g->compose))) e = E_UTF8;
	if (e) return e;
	derive_identity(g);
	read_compose(g);
	e = pki_init(o->seed, &g->pki);
	if (!e) e = quoting_init(o->seed, &g->pki, &g->quoting);
	if (!e) e = seed_p256(o->seed, "app CA", &g->app_ca);
	if (!e) e = seed_p256(o->seed, "KMS CA", &g->kms_ca);
	seed_bytes(o->seed, "KMS secp256k1", kms_scalar, sizeof kms_scalar);
	if (!e) e = app_keys_init(kms_scalar, g->app_id, &g->app_keys);
	put_key_provider(g);
	put_vm_config(g);
	return e;
}

void sim_guest_drop(struct guest *g)
{
	pki_drop(&g->pki);
	quoting_drop(&g->quoting);
	buf_drop(&g->compose);
	buf_drop(&g->app_name);
	buf_drop(&g->storage_fs);
	buf_drop(&g->key_provider);
	buf_drop(&g->vm_config);
	buf_drop(&g->emitted);
}

int64_t guest_now(const struct guest *g)
{
	return clock_wall_ms() / 1000 + g->clock_offset_s;
}

enum err guest_emit(struct guest *g, struct slice name, struct slice payload)
{
	size_t at = g->emitted.n;

	if (g->events == GUEST_EMITTED_MAX || name.n > EMITTED_BYTES - at ||
		payload.n > EMITTED_BYTES - at - name.n)
		return E_TOO_LARGE;
	buf_put(&g->emitted, name);
	buf_put(&g->emitted, payload);
	g->event[g->events].name = slice_sub(buf_slice(&g->emitted), at, name.n);
	g->event[g->events].payload = slice_from(buf_slice(&g->emitted), at + name.n);
	g->events++;
	return E_OK;
}

/* The launch events of this release (specs/dstack.md 2.4). */
static void put_launch(const struct guest *g, struct evidence *e)
{
	bool v2 = g->log_v2, kms = g->o.kms;
	struct evlog *l = &e->log;

	evlog_runtime(l, v2, SLICE("system-preparing"), SLICE_NONE);
	evlog_runtime(l, v2, SLICE("app-id"), SLICE_OF(e->app_id));
	evlog_runtime(l, v2, SLICE("compose-hash"), SLICE_OF(e->compose_hash));
	evlog_runtime(l, v2, SLICE("instance-id"), slice_of(e->instance_id, e->instance_id_len));
	evlog_runtime(l, v2, SLICE("boot-mr-done"), SLICE_NONE);
	if (kms && g->o.version < GUEST_0_6_0)
		evlog_runtime(l, v2, SLICE("mr-kms"), SLICE_OF(g->mr_kms));
	if (kms) evlog_runtime(l, v2, SLICE("os-image-hash"), SLICE_OF(g->os_image_hash));
	evlog_runtime(l, v2, SLICE("key-provider"), buf_slice(&g->key_provider));
	if (g->o.version >= GUEST_0_5_6)
		evlog_runtime(l, v2, SLICE("storage-fs"), buf_slice(&g->storage_fs));
	evlog_runtime(l, v2, SLICE("system-ready"), SLICE_NONE);
}

/* Identity as it is, or as a lie wants it: every byte inverted. */
static void lie(uint8_t *bytes, size_t n, bool on)
{
	size_t i;

	for (i = 0; on && i < n; i++)
		bytes[i] = (uint8_t)~bytes[i];
}

void guest_mr_config(const struct guest *g, struct buf *out)
{
	struct jw w = jw_to(out, true);
	uint8_t spki[P256_SPKI_LEN];

	p256_spki(g->kms_ca.point, spki);
	jw_object(&w);
	jw_key_hex(&w, "app_id", SLICE_OF(g->app_id));
	jw_key_hex(&w, "compose_hash", SLICE_OF(g->compose_hash));
	jw_key_hex(&w, "instance_id", g->no_instance_id ? SLICE_NONE : SLICE_OF(g->instance_id));
	jw_key_cstr(&w, "key_provider", g->o.kms ? "kms" : "none");
	jw_key_hex(&w, "key_provider_id", g->o.kms ? SLICE_OF(spki) : SLICE_NONE);
	jw_key_u64(&w, "version", 3);
	jw_object_end(&w);
}

/* Version 3 is of the document, version 1 of the compose hash alone (specs/dstack.md 2.5). */
static void put_mrconfigid(const struct guest *g, struct evidence *out)
{
	struct buf document = buf_heap(4096);
	uint8_t zero = 0;
	struct sha256 h;

	out->mrconfigid[0] = g->o.mr_config_v3 ? 3 : 1;
	memcpy(out->mrconfigid + 1, out->compose_hash, SHA256_LEN);
	if (!g->o.mr_config_v3) return;
	guest_mr_config(g, &document);
	sha256_init(&h);
	sha256_add(&h, SLICE("dstack-mr-config-v3:"));
	sha256_add(&h, slice_of(&zero, 1));
	sha256_add(&h, buf_slice(&document));
	sha256_out(&h, out->mrconfigid + 1);
	buf_drop(&document);
}

void guest_evidence(const struct guest *g, uint32_t faults, struct evidence *out)
{
	uint8_t unlisted[SHA384_LEN];
	size_t i;

	memset(out, 0, sizeof *out);
	memcpy(out->compose_hash, g->compose_hash, sizeof out->compose_hash);
	memcpy(out->app_id, g->app_id, sizeof out->app_id);
	memcpy(out->instance_id, g->instance_id, sizeof out->instance_id);
	out->instance_id_len = g->no_instance_id ? 0 : sizeof out->instance_id;
	lie(out->compose_hash, SHA256_LEN, faults & BIT(FAULT_WRONG_COMPOSE_HASH));
	lie(out->app_id, APP_ID_LEN, faults & BIT(FAULT_WRONG_APP_ID));
	lie(out->instance_id, APP_ID_LEN, faults & BIT(FAULT_WRONG_INSTANCE_ID));
	if (faults & BIT(FAULT_WRONG_INSTANCE_ID)) out->instance_id_len = APP_ID_LEN;
	evlog_boot(&out->log, g->o.version >= GUEST_0_6_0);
	put_launch(g, out);
	for (i = 0; i < g->events; i++)
		evlog_runtime(&out->log, g->log_v2, g->event[i].name, g->event[i].payload);
	evlog_replay(&out->log, out->rtmr);
	if (faults & BIT(FAULT_NO_REPLAY)) {
		/* Something was measured that the log does not show. */
		sha384(SLICE("NOT-A-TEE unlisted event"), unlisted);
		sha384_two(SLICE_OF(out->rtmr[3]), SLICE_OF(unlisted), out->rtmr[3]);
	}
	put_mrconfigid(g, out);
}

void guest_quote(const struct guest *g, const struct evidence *e, uint32_t faults,
	const uint8_t report_data[REPORT_DATA_LEN], struct buf *out)
{
	struct quote_spec spec = {
		.version = g->o.quote_version,
		.tee_type = faults & BIT(FAULT_SGX_QUOTE) ? TEE_TYPE_SGX : TEE_TYPE_TDX,
		.td_attributes = TD_SEPT_VE_DISABLE | (faults & BIT(FAULT_DEBUG_TD) ? TD_DEBUG : 0),
		.mrconfigid = SLICE_OF(e->mrconfigid),
		.break_signature = faults & BIT(FAULT_BAD_SIGNATURE),
	};

	memcpy(spec.rtmr, e->rtmr, sizeof spec.rtmr);
	memcpy(spec.report_data, report_data, sizeof spec.report_data);
	quote_build(&g->quoting, &spec, out);
}

void guest_mr_aggregated(const struct evidence *e, uint8_t out[SHA256_LEN])
{
	static const uint8_t owner[2 * SHA384_LEN]; /* MROWNER, MROWNERCONFIG: unused */
	uint8_t mrtd[SHA384_LEN];
	struct sha256 h;

	quote_measurement("mrtd", mrtd);
	sha256_init(&h);
	sha256_add(&h, SLICE_OF(mrtd));
	sha256_add(&h, slice_of(e->rtmr, sizeof e->rtmr));
	/* MRCONFIGID is never zero here, so all three are part of it. */
	sha256_add(&h, SLICE_OF(e->mrconfigid));
	sha256_add(&h, SLICE_OF(owner));
	sha256_out(&h, out);
}

enum err guest_attestation(const struct guest *g, const struct evidence *e, uint32_t faults,
	const uint8_t report_data[REPORT_DATA_LEN], bool only_runtime, struct buf *out)
{
	struct buf quote = buf_heap(QUOTE_MAX);

	if (g->log_v2) return E_RANGE;
	guest_quote(g, e, faults, report_data, &quote);
	buf_u8(out, 0); /* SCALE V0 */
	buf_u8(out, 0); /* TDX */
	scale_bytes(out, buf_slice(&quote));
	evlog_scale(&e->log, only_runtime, out);
	buf_put(out, slice_of(report_data, REPORT_DATA_LEN));
	scale_bytes(out, buf_slice(&g->vm_config));
	if (quote.err && !out->err) out->err = quote.err;
	buf_drop(&quote);
	return out->err;
}
