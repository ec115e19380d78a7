/* SPDX-License-Identifier: MIT */
/* Contracts of applications: what is asked, and how. Runs in the command line; pure. */
#include "check/governance.h"

#include <string.h>

#include "base/json_write.h"
#include "base/limits.h"
#include "check/governance_table.h"
#include "check/keccak.h"

/* isAppAllowed with as many advisories as collateral can name. */
#define CALL_BYTES (16 * KIB)

const char *const gov_event[EVENTS] = {"ComposeHashAdded(bytes32)", "Upgraded(address)"};

const struct gov_row gov_row[GOV_COUNT] = {
#define GOV(id, name, whom, how, text, arg, type)                                                  \
	[id] = {name, WHOM_##whom, HOW_##how, text, ARG_##arg, TYPE_##type},
	GOV_LIST(GOV)
#undef GOV
};

const char *gov_name(enum gov_fact f)
{
	return gov_row[f].name;
}

bool gov_applies(enum gov_fact f, const struct gov_subject *s, const struct gov_view *v)
{
	if (gov_row[f].arg == ARG_OS_IMAGE && !s->has_os_image) return false;
	if (gov_row[f].arg == ARG_DEVICE && !s->has_device) return false;
	if (gov_row[f].arg == ARG_KMS_MR && !s->has_kms_mr) return false;
	if (gov_row[f].arg == ARG_BOOT && !s->has_boot) return false;
	if (f == GOV_HISTORY && !s->history) return false;
	if (gov_row[f].whom == WHOM_KMS) return s->has_kms;
	/* Nobody owns a contract that is not there. */
	if (gov_row[f].whom == WHOM_OWNER) return v->fact[GOV_APP_OWNER].known;
	if (gov_row[f].whom == WHOM_KMS_OWNER) return v->fact[GOV_KMS_OWNER].known;
	if (gov_row[f].whom == WHOM_APP && f != GOV_APP_CODE) return !v->fact[GOV_APP_CODE].empty;
	return true;
}

/* ---- asking ------------------------------------------------------------------------ */

static void hex_value(struct jw *w, struct slice bytes)
{
	struct buf b = buf_heap(2 * CALL_BYTES + 3);

	buf_str(&b, "0x");
	buf_hex(&b, bytes);
	jw_cstr(w, buf_text(&b));
	/* A request that was cut must not be sent as another one. */
	if (b.err && !w->b->err) w->b->err = b.err;
	buf_drop(&b);
}

static void quantity(struct jw *w, uint64_t v)
{
	char mem[24];
	struct buf b = buf_on(mem, sizeof mem);

	buf_fmt(&b, "0x%llx", (unsigned long long)v);
	jw_cstr(w, buf_text(&b));
}

static struct slice address_of(
	enum gov_whom whom, const struct gov_subject *s, const struct gov_view *v)
{
	if (whom == WHOM_KMS) return SLICE_OF(s->kms);
	if (whom == WHOM_OWNER)
		return slice_from(SLICE_OF(v->fact[GOV_APP_OWNER].word), ABI_WORD - ABI_ADDRESS);
	if (whom == WHOM_KMS_OWNER)
		return slice_from(SLICE_OF(v->fact[GOV_KMS_OWNER].word), ABI_WORD - ABI_ADDRESS);
	return SLICE_OF(s->app);
}

static void put_boot(struct buf *b, const struct gov_subject *s)
{
	struct slice advisory[LIMIT_ADVISORIES];
	struct abi_boot boot = {.app_id = SLICE_OF(s->app),
		.instance_id = SLICE_OF(s->instance),
		.compose_hash = SLICE_OF(s->compose_hash),
		.device_id = SLICE_OF(s->device),
		.mr_aggregated = SLICE_OF(s->mr_aggregated),
		.mr_system = SLICE_OF(s->mr_system),
		.os_image = SLICE_OF(s->os_image),
		.tcb_status = slice_str(s->tcb_status),
		.advisory = advisory,
		.n_advisories = s->advisories ? s->advisories->n : 0};
	size_t i;

	for (i = 0; i < boot.n_advisories; i++)
		advisory[i] = slice_str(s->advisories->id[i]);
	abi_put_boot(b, &boot);
}

static void put_words(struct buf *b, enum gov_arg arg, const struct gov_subject *s)
{
	static const uint8_t app_auth[] = {0x1e, 0x07, 0x91, 0x98}; /* IAppAuth (3.1) */

	switch (arg) {
	case ARG_INTERFACE:
		buf_put(b, SLICE_OF(app_auth));
		buf_zeros(b, ABI_WORD - sizeof app_auth);
		break;
	case ARG_COMPOSE: buf_put(b, SLICE_OF(s->compose_hash)); break;
	case ARG_OS_IMAGE: buf_put(b, SLICE_OF(s->os_image)); break;
	case ARG_DEVICE: buf_put(b, SLICE_OF(s->device)); break;
	case ARG_KMS_MR: buf_put(b, SLICE_OF(s->kms_mr)); break;
	case ARG_APP_ADDRESS: abi_put_address(b, s->app); break;
	case ARG_BOOT: put_boot(b, s); break;
	default: break;
	}
}

static void put_call(struct jw *w, enum gov_fact f, const struct gov_subject *s, struct slice to)
{
	struct buf b = buf_heap(CALL_BYTES), d = buf_heap(CALL_BYTES);

	put_words(&b, gov_row[f].arg, s);
	abi_call(&d, gov_row[f].text, buf_slice(&b));
	jw_object(w);
	jw_key(w, "to");
	hex_value(w, to);
	jw_key(w, "data");
	hex_value(w, buf_slice(&d));
	jw_object_end(w);
	if (d.err && !w->b->err) w->b->err = d.err;
	buf_drop(&b);
	buf_drop(&d);
}

/* From the first block to the one that is asked about: both events, of this contract. */
static void put_filter(struct jw *w, struct slice of, const struct gov_view *v)
{
	uint8_t topic[KECCAK256_LEN];
	size_t i;

	jw_object(w);
	jw_key(w, "address");
	hex_value(w, of);
	jw_key_cstr(w, "fromBlock", "0x0");
	jw_key(w, "toBlock");
	quantity(w, v->block_number);
	jw_key(w, "topics");
	jw_array(w);
	jw_array(w);
	for (i = 0; i < EVENTS; i++) {
		keccak256(slice_str(gov_event[i]), topic);
		hex_value(w, SLICE_OF(topic));
	}
	jw_array_end(w);
	jw_array_end(w);
	jw_object_end(w);
}

void gov_request(
	enum gov_fact f, const struct gov_subject *s, const struct gov_view *v, struct buf *out)
{
	static const char *const methods[] = {[HOW_CHAIN] = "eth_chainId",
		[HOW_BLOCK] = "eth_getBlockByNumber",
		[HOW_CODE] = "eth_getCode",
		[HOW_SLOT] = "eth_getStorageAt",
		[HOW_CALL] = "eth_call",
		[HOW_OPTIONAL] = "eth_call",
		[HOW_LOGS] = "eth_getLogs"};
	struct slice to = address_of(gov_row[f].whom, s, v);
	enum gov_how how = gov_row[f].how;
	struct jw w = jw_to(out, false);
	char slot[80];
	struct buf b = buf_on(slot, sizeof slot);

	jw_object(&w);
	jw_key_cstr(&w, "jsonrpc", "2.0");
	jw_key_u64(&w, "id", (uint64_t)f + 1);
	jw_key_cstr(&w, "method", methods[how]);
	jw_key(&w, "params");
	jw_array(&w);
	if (how == HOW_CODE || how == HOW_SLOT) hex_value(&w, to);
	if (how == HOW_SLOT) {
		buf_fmt(&b, "0x%s", gov_row[f].text);
		jw_cstr(&w, buf_text(&b));
	}
	if (how == HOW_CALL || how == HOW_OPTIONAL) put_call(&w, f, s, to);
	if (how == HOW_LOGS) put_filter(&w, to, v);
	if (how == HOW_BLOCK && !v->pinned)
		jw_cstr(&w, "finalized");
	else if (how != HOW_CHAIN && how != HOW_LOGS)
		quantity(&w, v->block_number);
	if (how == HOW_BLOCK) jw_bool(&w, false);
	jw_array_end(&w);
	jw_object_end(&w);
}
