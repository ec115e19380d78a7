/* SPDX-License-Identifier: MIT */
/* TCB info version 3. Runs in the command line; pure. */
#include "check/tcb_info.h"

#include <string.h>

#include "base/cur.h"
#include "base/num.h"

static enum err bad(struct why *why, const char *what)
{
	return why_set(why, E_TCB_INFO_FORMAT, "%s", what);
}

static enum err read_u64(const struct cJSON *obj, const char *name, uint64_t *out)
{
	uint8_t raw[8];
	struct cur c = cur_of(SLICE_OF(raw));

	if (json_get_hex(obj, name, raw, sizeof raw)) return E_FORMAT;
	*out = cur_le64(&c);
	return E_OK;
}

static enum err read_rule(const struct cJSON *j, struct module_rule *r)
{
	if (json_get_hex(j, "mrsigner", r->mrsigner, sizeof r->mrsigner)) return E_FORMAT;
	if (read_u64(j, "attributes", &r->attributes)) return E_FORMAT;
	return read_u64(j, "attributesMask", &r->attributes_mask);
}

/* "TDX_" and two hex digits of either case. */
static enum err read_identity_id(const struct cJSON *j, uint8_t *version)
{
	struct slice id;

	if (json_get_str(j, "id", &id) || !slice_is_nocase(slice_sub(id, 0, 4), "TDX_"))
		return E_FORMAT;
	return hex_exact(slice_from(id, 4), version, 1);
}

static enum err read_identities(const struct cJSON *array, struct tcb_info *t)
{
	const struct cJSON *j;
	size_t used = 0, i;

	if (!array) return E_OK;
	if (!json_is_array(array)) return E_FORMAT;
	for (j = json_child(array); j; j = json_next(j)) {
		struct module_identity *m = &t->identity[t->n_identities];

		if (t->n_identities == LIMIT_TCB_IDENTITIES) return E_FORMAT;
		if (read_identity_id(j, &m->version) || read_rule(j, &m->rule)) return E_FORMAT;
		for (i = 0; i < t->n_identities; i++)
			if (t->identity[i].version == m->version) return E_FORMAT;
		m->first = used;
		if (isv_levels_read(json_get(j, "tcbLevels"), &t->isv_level[used],
			    LIMIT_TCB_LEVELS - used, &m->n))
			return E_FORMAT;
		used += m->n;
		t->n_identities++;
	}
	return E_OK;
}

/* Exactly sixteen {svn: 0 to 255, ...}. */
static enum err read_components(const struct cJSON *array, uint8_t out[SGX_COMPONENTS])
{
	const struct cJSON *j;
	size_t i = 0;

	if (!json_is_array(array)) return E_FORMAT;
	for (j = json_child(array); j; j = json_next(j)) {
		uint64_t svn;

		if (i == SGX_COMPONENTS || json_get_u64(j, "svn", 255, &svn)) return E_FORMAT;
		out[i++] = (uint8_t)svn;
	}
	return i == SGX_COMPONENTS ? E_OK : E_FORMAT;
}

static enum err read_level(const struct cJSON *j, bool tdx, struct tcb_level *l)
{
	const struct cJSON *tcb = json_get(j, "tcb");
	uint64_t pcesvn;

	if (read_components(json_get(tcb, "sgxtcbcomponents"), l->sgx)) return E_FORMAT;
	if (json_get_u64(tcb, "pcesvn", UINT16_MAX, &pcesvn)) return E_FORMAT;
	l->pcesvn = (uint16_t)pcesvn;
	if (tdx && read_components(json_get(tcb, "tdxtcbcomponents"), l->tdx)) return E_FORMAT;
	return tcb_verdict_read(j, &l->verdict);
}

int tcb_level_cmp(const struct tcb_level *a, const struct tcb_level *b)
{
	int r = memcmp(a->sgx, b->sgx, sizeof a->sgx);

	if (r) return r;
	if (a->pcesvn != b->pcesvn) return a->pcesvn < b->pcesvn ? -1 : 1;
	return memcmp(a->tdx, b->tdx, sizeof a->tdx);
}

static enum err read_levels(const struct cJSON *array, struct tcb_info *t)
{
	const struct cJSON *j;
	size_t i;

	if (!json_is_array(array)) return E_FORMAT;
	for (j = json_child(array); j; j = json_next(j)) {
		if (t->n_levels == LIMIT_TCB_LEVELS) return E_FORMAT;
		if (read_level(j, t->tdx, &t->level[t->n_levels])) return E_FORMAT;
		for (i = 0; i < t->n_levels; i++)
			if (tcb_level_cmp(&t->level[i], &t->level[t->n_levels]) == 0)
				return E_FORMAT;
		t->n_levels++;
	}
	return t->n_levels ? E_OK : E_FORMAT;
}

static enum err read_all(const struct cJSON *j, struct tcb_info *t, struct why *why)
{
	struct slice id;
	uint64_t v;

	if (json_get_u64(j, "version", UINT32_MAX, &v)) return bad(why, "TCB info: no version");
	t->version = (uint32_t)v;
	if (json_get_str(j, "id", &id)) return bad(why, "TCB info: no id");
	t->tdx = slice_is(id, "TDX");
	t->sgx = slice_is(id, "SGX");
	if (tcb_date(j, "issueDate", &t->issue_date) || tcb_date(j, "nextUpdate", &t->next_update))
		return bad(why, "TCB info: a date is missing or malformed");
	if (json_get_hex(j, "fmspc", t->fmspc, sizeof t->fmspc) ||
		json_get_hex(j, "pceId", t->pceid, sizeof t->pceid))
		return bad(why, "TCB info: fmspc or pceId is missing or malformed");
	if (json_get_u64(j, "tcbType", UINT32_MAX, &v)) return bad(why, "TCB info: no tcbType");
	t->tcb_type = (uint32_t)v;
	if (json_get_u64(j, "tcbEvaluationDataNumber", UINT32_MAX, &v))
		return bad(why, "TCB info: no tcbEvaluationDataNumber");
	t->evaluation = (uint32_t)v;
	if (t->tdx && read_rule(json_get(j, "tdxModule"), &t->module))
		return bad(why, "TCB info: tdxModule is missing or malformed");
	if (t->tdx && read_identities(json_get(j, "tdxModuleIdentities"), t))
		return bad(why, "TCB info: tdxModuleIdentities is malformed");
	if (read_levels(json_get(j, "tcbLevels"), t))
		return bad(why, "TCB info: tcbLevels is missing or malformed");
	return E_OK;
}

enum err tcb_info_read(struct slice text, struct tcb_info *out, struct why *why)
{
	struct why inner = WHY_INIT;
	enum err e;

	memset(out, 0, sizeof *out);
	e = json_parse(text, JSON_INTEGERS, &out->tree, &inner);
	if (e == E_NO_MEMORY) return e;
	if (e) return why_set(why, E_TCB_INFO_FORMAT, "TCB info: %s", inner.text);
	e = read_all(out->tree, out, why);
	if (e) tcb_info_drop(out);
	return e;
}

void tcb_info_drop(struct tcb_info *t)
{
	json_drop(&t->tree);
}
