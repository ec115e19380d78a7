/* SPDX-License-Identifier: MIT */
/* Registers of known operating systems. Runs in the command line; pure. */
#include "check/measurements.h"

#include <string.h>

#include "base/text.h"

static const char *const names[] = {"mrtd", "rtmr0", "rtmr1", "rtmr2", "mrseam"};
#define REGISTERS (sizeof names / sizeof *names)
#define MRSEAM    4

struct entry {
	struct slice name;
	bool has_seam;
	uint8_t reg[REGISTERS][TDX_REG_LEN];
};

static enum err read_entry(const struct cJSON *j, struct entry *e, struct why *why)
{
	size_t i;

	e->has_seam = json_get(j, names[MRSEAM]) != NULL;
	if (json_get_str(j, "name", &e->name) || json_count(j) != 5 + (size_t)e->has_seam)
		return why_set(why, E_FORMAT,
			"an image has other members than name, mrtd, rtmr0, rtmr1, rtmr2 and mrseam");
	for (i = 0; i < REGISTERS; i++)
		if ((i != MRSEAM || e->has_seam) &&
			json_get_hex(j, names[i], e->reg[i], sizeof e->reg[i]))
			return why_set(why, E_FORMAT, "%s is no hex text of 48 bytes", names[i]);
	return E_OK;
}

/* Number of registers that agree before the first that does not. */
static size_t agree(const struct entry *e, const struct tdx_body *td)
{
	const struct slice got[REGISTERS] = {
		td->mrtd, td->rtmr[0], td->rtmr[1], td->rtmr[2], td->mrseam};
	size_t i;

	for (i = 0; i < REGISTERS; i++)
		if ((i != MRSEAM || e->has_seam) && !slice_eq(SLICE_OF(e->reg[i]), got[i])) break;
	return i;
}

enum err measurements_match(
	struct slice text, const struct tdx_body *td, char name[64], struct why *why)
{
	struct cJSON *j = NULL;
	const struct cJSON *images, *c;
	struct entry entry;
	size_t best = 0, n = 0, same;
	enum err e;

	e = json_parse(text, JSON_INTEGERS, &j, why);
	if (e) return E_FORMAT;
	images = json_get(j, "images");
	if (!json_is_array(images) || json_count(j) != 1 + (size_t)(json_get(j, "note") != NULL))
		e = why_set(why, E_FORMAT, "no object with a list of images");
	for (c = json_child(images); c && !e; c = json_next(c)) {
		e = read_entry(c, &entry, why);
		if (e) break;
		n++;
		same = agree(&entry, td);
		if (same == REGISTERS) {
			text_ascii(name, 64, entry.name);
			break;
		}
		if (same > best) best = same;
	}
	if (!e && !c)
		e = why_set(why, E_OS_MISMATCH, "none of the %zu images: %s differs", n,
			names[best < REGISTERS ? best : 0]);
	json_drop(&j);
	return e;
}
