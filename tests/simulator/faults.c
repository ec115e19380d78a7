/* SPDX-License-Identifier: MIT */
/* Faults on demand. Runs in the simulator; pure. */
#include "faults.h"

#include <string.h>

#include "base/num.h"

static const char *const method_names[] = {
#define METHOD(id, name) [id] = name,
	METHOD_LIST(METHOD)
#undef METHOD
};
static const char *const fault_names[] = {
#define FAULT(id, name) [id] = name,
	FAULT_LIST(FAULT)
#undef FAULT
};

enum method method_by_name(struct slice name)
{
	unsigned m;

	for (m = 0; m < METHODS; m++)
		if (slice_is(name, method_names[m])) break;
	return (enum method)m;
}

enum fault fault_by_name(struct slice name)
{
	unsigned f;

	for (f = 0; f < FAULTS; f++)
		if (slice_is(name, fault_names[f])) break;
	return (enum fault)f;
}

const char *method_name(enum method m)
{
	return method_names[m];
}

void faults_init(struct faults *f)
{
	memset(f, 0, sizeof *f);
	f->slow_ms = FAULT_SLOW_MS;
}

enum err faults_set(struct faults *f, struct slice name, enum method method, uint32_t count)
{
	enum fault fault = fault_by_name(name);

	if (slice_is(name, "all") && count == 0) {
		memset(f->left, 0, sizeof f->left);
		return E_OK;
	}
	if (fault == FAULTS || method == METHODS) return E_ABSENT;
	f->left[method][fault] = count;
	return E_OK;
}

enum err faults_option(struct faults *f, const char *text)
{
	struct slice rest = slice_str(text), name = slice_split(&rest, ':');
	struct slice number = slice_split(&rest, ':');
	uint64_t count = FAULT_FOREVER;

	if (number.n && parse_u64(number, FAULT_FOREVER, &count)) return E_USAGE;
	if (faults_set(f, name, rest.n ? method_by_name(rest) : METHOD_GET_QUOTE, (uint32_t)count))
		return E_USAGE;
	return E_OK;
}

uint32_t faults_take(struct faults *f, enum method method)
{
	uint32_t bits = 0;
	unsigned i;

	for (i = 0; i < FAULTS; i++) {
		uint32_t *left = &f->left[method][i];

		if (*left == 0) continue;
		bits |= BIT(i);
		if (*left != FAULT_FOREVER) *left -= 1;
	}
	return bits;
}

void faults_json(const struct faults *f, struct jw *w)
{
	unsigned m, i;

	jw_array(w);
	for (m = 0; m < METHODS; m++) {
		for (i = 0; i < FAULTS; i++) {
			uint32_t left = f->left[m][i];

			if (left == 0) continue;
			jw_object(w);
			jw_key_cstr(w, "fault", fault_names[i]);
			jw_key_cstr(w, "method", method_names[m]);
			jw_key(w, "left");
			jw_i64(w, left == FAULT_FOREVER ? -1 : (int64_t)left);
			jw_object_end(w);
		}
	}
	jw_array_end(w);
}
