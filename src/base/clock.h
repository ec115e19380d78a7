/* SPDX-License-Identifier: MIT */
/*
 * Clocks and dates. Wall-clock time is host controlled in a CVM: it is shown
 * as "claimed" and never decides anything but certificate windows.
 * The conversions are pure.
 */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include "base/err.h"
#include "base/slice.h"

/* Milliseconds since 1970-01-01T00:00:00Z. */
int64_t clock_wall_ms(void);
/* Microseconds of CLOCK_MONOTONIC. */
int64_t clock_mono_us(void);

#define ISO_LEN 25 /* "2026-11-20T09:00:00.000Z" and NUL */
/* Formats milliseconds since 1970; years 0000 to 9999 only, else "". */
const char *clock_iso(char out[ISO_LEN], int64_t ms);
/*
 * Reads exactly YYYY-MM-DDTHH:MM:SSZ, or the same with three decimals, years
 * 2000 to 9999, into milliseconds since 1970. E_FORMAT else.
 */
enum err clock_parse_iso(struct slice s, int64_t *ms);
/* Seconds since 1970 of a proleptic Gregorian date; no check of ranges. */
int64_t clock_from_civil(int64_t year, unsigned month, unsigned day);
/* True when the date exists (month 1-12, day of that month). */
bool clock_date_valid(int64_t year, unsigned month, unsigned day);

#endif
