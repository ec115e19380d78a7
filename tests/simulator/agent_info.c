/* SPDX-License-Identifier: MIT */
/* The method Info. Runs in the simulator. */
#include "agent.h"

/* What every part of the answer says, computed once. */
struct statement {
	struct evidence e;
	uint8_t mr_aggregated[SHA256_LEN], device_id[SHA256_LEN];
};

static void make_statement(const struct agent *a, uint32_t faults, struct statement *s)
{
	static const uint8_t padding[4];
	struct sha256 h;

	guest_evidence(&a->guest, faults, &s->e);
	guest_mr_aggregated(&s->e, s->mr_aggregated);
	/* From 0.5.6 on the agent hashes nothing here (specs/dstack.md 1.4). */
	sha256_init(&h);
	if (a->guest.o.version < GUEST_0_5_6) {
		sha256_add(&h, SLICE(QUOTE_USER_DATA));
		sha256_add(&h, SLICE_OF(padding));
	}
	sha256_out(&h, s->device_id);
}

/* tcb_info: a pretty-printed object with sorted names, event_log as an array. */
static void put_tcb_info(const struct agent *a, const struct statement *s, struct buf *out)
{
	static const char *const rtmr[] = {"rtmr0", "rtmr1", "rtmr2", "rtmr3"};
	struct buf compact = buf_heap(AGENT_ANSWER_MAX);
	struct jw w = jw_to(&compact, true);
	uint8_t mrtd[SHA384_LEN];
	unsigned i;

	quote_measurement("mrtd", mrtd);
	jw_object(&w);
	jw_key_str(&w, "app_compose", buf_slice(&a->guest.compose));
	jw_key_hex(&w, "compose_hash", SLICE_OF(s->e.compose_hash));
	jw_key_hex(&w, "device_id", SLICE_OF(s->device_id));
	jw_key(&w, "event_log");
	evlog_json(&s->e.log, EVLOG_SORTED, &w);
	jw_key_hex(&w, "mr_aggregated", SLICE_OF(s->mr_aggregated));
	jw_key_hex(&w, "mrtd", SLICE_OF(mrtd));
	jw_key_hex(&w, "os_image_hash", SLICE_OF(a->guest.os_image_hash));
	for (i = 0; i < 4; i++)
		jw_key_hex(&w, rtmr[i], SLICE_OF(s->e.rtmr[i]));
	jw_object_end(&w);
	json_pretty(buf_slice(&compact), out);
	if (compact.err && !out->err) out->err = compact.err;
	buf_drop(&compact);
}

void agent_info(struct agent *a, const struct args *args, struct answer *out)
{
	struct buf tcb = buf_heap(AGENT_ANSWER_MAX);
	struct statement s;
	struct jw w;

	(void)args;
	make_statement(a, out->faults, &s);
	put_tcb_info(a, &s, &tcb);
	w = answer_open(out);
	jw_key_hex(&w, "app_id", SLICE_OF(s.e.app_id));
	jw_key_hex(&w, "instance_id", slice_of(s.e.instance_id, s.e.instance_id_len));
	jw_key_str(&w, "app_cert", buf_slice(&a->app_cert));
	jw_key_str(&w, "tcb_info", buf_slice(&tcb));
	jw_key_str(&w, "app_name", buf_slice(&a->guest.app_name));
	jw_key_hex(&w, "device_id", SLICE_OF(s.device_id));
	jw_key_hex(&w, "mr_aggregated", SLICE_OF(s.mr_aggregated));
	jw_key_hex(&w, "os_image_hash", SLICE_OF(a->guest.os_image_hash));
	jw_key_str(&w, "key_provider_info", buf_slice(&a->guest.key_provider));
	jw_key_hex(&w, "compose_hash", SLICE_OF(s.e.compose_hash));
	jw_key_str(&w, "vm_config", buf_slice(&a->guest.vm_config));
	if (a->guest.o.version >= GUEST_0_5_6) {
		jw_key_cstr(&w, "cloud_vendor", "NOT-A-TEE");
		jw_key_cstr(&w, "cloud_product", "dstack simulator");
	}
	answer_close(&w, out);
	if (tcb.err) sim_answer_error(out, 500, "the simulator's answer is too large");
	buf_drop(&tcb);
}
