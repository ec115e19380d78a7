/* SPDX-License-Identifier: MIT */
/* Clocks and dates. Runs in every role. */
#include "base/clock.h"

#include <stdio.h>
#include <time.h>

#define DAY_S 86400

int64_t clock_wall_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

int64_t clock_mono_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

/*
 * Days between 1970-01-01 and a civil date. The year is taken to begin in
 * March, so that the leap day is the last of its year; 146097 days make 400
 * years.
 */
static int64_t days_from_civil(int64_t y, unsigned m, unsigned d)
{
	int64_t era, yoe, doy;

	if (m <= 2) y--;
	era = (y >= 0 ? y : y - 399) / 400;
	yoe = y - era * 400;
	doy = (153 * (int64_t)(m > 2 ? m - 3 : m + 9) + 2) / 5 + d - 1;
	return era * 146097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719468;
}

static void civil_from_days(int64_t z, int64_t *y, unsigned *m, unsigned *d)
{
	int64_t era, doe, yoe, doy, mp;

	z += 719468;
	era = (z >= 0 ? z : z - 146096) / 146097;
	doe = z - era * 146097;
	yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
	mp = (5 * doy + 2) / 153;
	*d = (unsigned)(doy - (153 * mp + 2) / 5 + 1);
	*m = (unsigned)(mp < 10 ? mp + 3 : mp - 9);
	*y = yoe + era * 400 + (*m <= 2);
}

int64_t clock_from_civil(int64_t year, unsigned month, unsigned day)
{
	return days_from_civil(year, month, day) * DAY_S;
}

bool clock_date_valid(int64_t year, unsigned month, unsigned day)
{
	static const unsigned len[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);

	if (month < 1 || month > 12 || day < 1) return false;
	return day <= len[month - 1] + (month == 2 && leap);
}

const char *clock_iso(char out[ISO_LEN], int64_t ms)
{
	int64_t s = ms >= 0 ? ms / 1000 : -((999 - ms) / 1000);
	int64_t day = s >= 0 ? s / DAY_S : -((DAY_S - 1 - s) / DAY_S);
	int64_t left = s - day * DAY_S, y;
	unsigned m, d;

	civil_from_days(day, &y, &m, &d);
	out[0] = '\0';
	if (y < 0 || y > 9999) return out;
	snprintf(out, ISO_LEN, "%04u-%02u-%02uT%02u:%02u:%02u.%03uZ", (unsigned)y % 10000, m % 100,
		d % 100, (unsigned)(left / 3600) % 100, (unsigned)(left / 60 % 60),
		(unsigned)(left % 60), (unsigned)(ms - s * 1000) % 1000);
	return out;
}

static bool digits(struct slice s, size_t from, size_t n, unsigned *out)
{
	unsigned v = 0;
	size_t i;

	for (i = from; i < from + n; i++) {
		if (s.p[i] < '0' || s.p[i] > '9') return false;
		v = v * 10 + (unsigned)(s.p[i] - '0');
	}
	*out = v;
	return true;
}

enum err clock_parse_iso(struct slice s, int64_t *ms)
{
	unsigned y, mo, d, h, mi, sec, milli = 0;

	if (s.n != 20 && s.n != 24) return E_FORMAT;
	if (s.p[4] != '-' || s.p[7] != '-' || s.p[10] != 'T' || s.p[13] != ':' || s.p[16] != ':' ||
		s.p[s.n - 1] != 'Z')
		return E_FORMAT;
	if (!digits(s, 0, 4, &y) || !digits(s, 5, 2, &mo) || !digits(s, 8, 2, &d) ||
		!digits(s, 11, 2, &h) || !digits(s, 14, 2, &mi) || !digits(s, 17, 2, &sec))
		return E_FORMAT;
	if (s.n == 24 && (s.p[19] != '.' || !digits(s, 20, 3, &milli))) return E_FORMAT;
	if (y < 2000 || !clock_date_valid(y, mo, d) || h > 23 || mi > 59 || sec > 59)
		return E_FORMAT;
	*ms = (clock_from_civil(y, mo, d) + h * 3600 + mi * 60 + sec) * 1000 + milli;
	return E_OK;
}
