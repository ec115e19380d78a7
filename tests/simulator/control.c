/* SPDX-License-Identifier: MIT */
/* The simulator's own paths, which no guest agent has. Runs in the simulator. */
#include "agent.h"

static void put_fault(struct agent *a, const struct request *r, struct answer *out)
{
	struct args args = ARGS_INIT;
	struct why why = WHY_INIT;
	struct slice name, method;
	uint64_t count = FAULT_FOREVER, ms = 0;
	bool given, given_ms;
	struct jw w;

	if (args_from_json(r->body, &args, &why)) {
		sim_answer_error(out, 400, "%s", why.text);
		goto out;
	}
	if (args_str(&args, "fault", &name) || args_str(&args, "method", &method) ||
		args_u64(&args, "count", &given, &count) || count > FAULT_FOREVER ||
		args_u64(&args, "ms", &given_ms, &ms)) {
		sim_answer_error(out, 400, "fault and method are texts, count and ms are numbers");
		goto out;
	}
	if (faults_set(&a->faults, name, method.n ? method_by_name(method) : METHOD_GET_QUOTE,
		    (uint32_t)count)) {
		sim_answer_error(out, 400, "there is no such fault or method");
		goto out;
	}
	if (given_ms) a->faults.slow_ms = ms;
	w = answer_open(out);
	jw_key(&w, "faults");
	faults_json(&a->faults, &w);
	answer_close(&w, out);
out:
	args_drop(&args);
}

static void get_stats(struct agent *a, struct answer *out)
{
	struct jw w = answer_open(out);
	unsigned m;

	jw_key_u64(&w, "quotes", a->quotes);
	jw_key_u64(&w, "requests", a->requests);
	jw_key(&w, "methods");
	jw_object(&w);
	for (m = 0; m < METHODS; m++)
		jw_key_u64(&w, method_name((enum method)m), a->calls[m]);
	jw_object_end(&w);
	jw_key(&w, "faults");
	faults_json(&a->faults, &w);
	answer_close(&w, out);
}

bool control_handle(struct agent *a, const struct request *r, struct answer *out)
{
	if (!slice_starts(r->path, "/simulator/")) return false;
	if (slice_is(r->path, "/simulator/fault") && slice_is(r->method, "POST"))
		put_fault(a, r, out);
	else if (slice_is(r->path, "/simulator/stats") && slice_is(r->method, "GET"))
		get_stats(a, out);
	else
		sim_answer_error(out, 404,
			"the simulator has POST /simulator/fault and GET "
			"/simulator/stats");
	return true;
}
