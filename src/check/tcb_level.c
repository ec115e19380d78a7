/* SPDX-License-Identifier: MIT */
/* Statuses, advisories and ISVSVN levels. Runs in the command line; pure. */
#include "check/tcb_level.h"

#include <string.h>

#include "base/clock.h"

static const char *const status_names[TCB_STATUS_COUNT] = {
	[TCB_UP_TO_DATE] = "UpToDate",
	[TCB_SW_HARDENING_NEEDED] = "SWHardeningNeeded",
	[TCB_CONFIGURATION_NEEDED] = "ConfigurationNeeded",
	[TCB_CONFIGURATION_AND_SW_HARDENING_NEEDED] = "ConfigurationAndSWHardeningNeeded",
	[TCB_OUT_OF_DATE] = "OutOfDate",
	[TCB_OUT_OF_DATE_CONFIGURATION_NEEDED] = "OutOfDateConfigurationNeeded",
	[TCB_REVOKED] = "Revoked",
	[TCB_TD_RELAUNCH_ADVISED] = "TDRelaunchAdvised",
	[TCB_TD_RELAUNCH_ADVISED_CONFIGURATION_NEEDED] = "TDRelaunchAdvisedConfigurationNeeded",
};

const char *tcb_status_name(enum tcb_status s)
{
	return s < TCB_STATUS_COUNT ? status_names[s] : NULL;
}

enum tcb_status tcb_status_by_name(struct slice name)
{
	unsigned i;

	for (i = TCB_UP_TO_DATE; i < TCB_STATUS_COUNT; i++)
		if (slice_is(name, status_names[i])) return (enum tcb_status)i;
	return TCB_NOT_EVALUATED;
}

enum err tcb_date(const struct cJSON *obj, const char *name, int64_t *out)
{
	struct slice s;
	int64_t ms;

	/* The reader also knows a form with milliseconds, which Intel does not use. */
	if (json_get_str(obj, name, &s) || s.n != 20 || clock_parse_iso(s, &ms)) return E_FORMAT;
	*out = ms / 1000;
	return E_OK;
}

/* An identifier: short printable ASCII, as it is shown to people. */
static bool advisory_ok(struct slice id)
{
	size_t i;

	for (i = 0; i < id.n; i++)
		if (id.p[i] <= ' ' || id.p[i] > '~') return false;
	return id.n > 0 && id.n < ADVISORY_LEN;
}

enum err tcb_verdict_read(const struct cJSON *level, struct tcb_verdict *out)
{
	const struct cJSON *a = json_get(level, "advisoryIDs"), *j;
	struct tcb_verdict v = {.advisories = a};
	struct slice s;

	if (tcb_date(level, "tcbDate", &v.date) || json_get_str(level, "tcbStatus", &s))
		return E_FORMAT;
	v.status = tcb_status_by_name(s);
	if (v.status == TCB_NOT_EVALUATED || v.status > TCB_REVOKED) return E_FORMAT;
	if (a && !json_is_array(a)) return E_FORMAT;
	for (j = json_child(a); j; j = json_next(j))
		if (json_str(j, &s) || !advisory_ok(s)) return E_FORMAT;
	*out = v;
	return E_OK;
}

enum err isv_levels_read(const struct cJSON *array, struct isv_level *out, size_t cap, size_t *n)
{
	const struct cJSON *j;
	size_t count = 0, i;

	if (!json_is_array(array)) return E_FORMAT;
	for (j = json_child(array); j; j = json_next(j)) {
		struct isv_level *l = &out[count];
		uint64_t svn;

		if (count == cap) return E_FORMAT;
		if (json_get_u64(json_get(j, "tcb"), "isvsvn", UINT16_MAX, &svn)) return E_FORMAT;
		if (tcb_verdict_read(j, &l->verdict)) return E_FORMAT;
		if (l->verdict.status != TCB_UP_TO_DATE && l->verdict.status != TCB_OUT_OF_DATE &&
			l->verdict.status != TCB_REVOKED)
			return E_FORMAT;
		l->isvsvn = (uint16_t)svn;
		for (i = 0; i < count; i++)
			if (out[i].isvsvn == l->isvsvn) return E_FORMAT;
		count++;
	}
	if (count == 0) return E_FORMAT;
	*n = count;
	return E_OK;
}

const struct isv_level *isv_level_find(const struct isv_level *level, size_t n, uint16_t svn)
{
	const struct isv_level *best = NULL;
	size_t i;

	for (i = 0; i < n; i++)
		if (level[i].isvsvn <= svn && (!best || level[i].isvsvn > best->isvsvn))
			best = &level[i];
	return best;
}

bool advisories_have(const struct advisories *set, const char *id)
{
	size_t i;

	for (i = 0; i < set->n; i++)
		if (strcmp(set->id[i], id) == 0) return true;
	return false;
}

enum err advisories_add(struct advisories *set, const struct cJSON *array)
{
	const struct cJSON *j;
	struct slice s;

	for (j = json_child(array); j; j = json_next(j)) {
		char id[ADVISORY_LEN];

		if (json_str(j, &s) || !slice_text(id, sizeof id, s)) return E_FORMAT;
		if (advisories_have(set, id)) continue;
		if (set->n == LIMIT_ADVISORIES) return E_TOO_LARGE;
		memcpy(set->id[set->n++], id, sizeof id);
	}
	return E_OK;
}
