/* SPDX-License-Identifier: MIT */
/* Reasons of what was observed. Runs in runner, attest, http and the command line; pure. */
#include "proc/behaviour.h"

/* A folder and all below it. */
static bool below(struct slice path, const char *folder)
{
	size_t n = slice_str(folder).n;

	return slice_starts(path, folder) && (path.n == n || path.p[n] == '/');
}

static uint64_t written_reasons(const struct observed *row)
{
	/* What a job may write to without anybody's minding; the home's are the caches of many programs. */
	static const char *const ordinary[] = {"/tmp", "/var/tmp", "/run", "/dev/shm",
		JOB_HOME "/.cache", JOB_HOME "/.npm", "~/.cache", "~/.npm"};
	size_t i;

	if (below(row->value, "/skill"))
		return slice_is(row->detail, "created") ? 0 : REASON_BIT(REASON_PACKAGE_MODIFIED);
	for (i = 0; i < sizeof ordinary / sizeof *ordinary; i++)
		if (below(row->value, ordinary[i])) return 0;
	return REASON_BIT(REASON_WRITE_OUTSIDE);
}

static bool long_name(struct slice name)
{
	struct slice rest = name;

	while (rest.n)
		if (slice_split(&rest, '.').n > NAME_LABEL_MAX) return true;
	return name.n > NAME_MAX_BYTES;
}

uint64_t observed_reasons(const struct observed *row)
{
	switch (row->kind) {
	case OBSERVED_EXEC:
		return row->origin == ORIGIN_WRITTEN ? REASON_BIT(REASON_EXEC_WRITTEN) : 0;
	case OBSERVED_NAME: return long_name(row->value) ? REASON_BIT(REASON_DNS_LONG_LABEL) : 0;
	case OBSERVED_DENIED: return REASON_BIT(REASON_DENIED_CALL);
	case OBSERVED_WRITTEN: return written_reasons(row);
	case OBSERVED_CANARY_READ: return REASON_BIT(REASON_CANARY_READ);
	case OBSERVED_CANARY_CHANGED: return REASON_BIT(REASON_CANARY_CHANGED);
	case OBSERVED_CANARY_LEAKED: return REASON_BIT(REASON_CANARY_LEAKED);
	case OBSERVED_SURVIVOR: return REASON_BIT(REASON_SURVIVOR);
	default: return 0;
	}
}

/* ---- hosts ---------------------------------------------------------------------------- */

/* "[::1]:80" and "a:80" without port and brackets. */
static struct slice host_of(struct slice place)
{
	size_t end = place.n;

	if (place.n && place.p[0] == '[') {
		end = slice_find(place, 0, ']');
		return slice_sub(place, 1, end - 1);
	}
	while (end > 0 && place.p[end - 1] != ':')
		end--;
	return end ? slice_sub(place, 0, end - 1) : place;
}

static bool same_host(struct slice a, struct slice b)
{
	char text[LIMIT_OBSERVED_BYTES + 64];

	if (b.n && b.p[b.n - 1] == '.') b.n--;
	return b.n && slice_text(text, sizeof text, a) && slice_is_nocase(b, text);
}

/* This machine by any name; a job's host name is "skill". */
static bool local_host(struct slice host)
{
	static const char *const names[] = {"localhost", "skill", "::1", "::", "0.0.0.0"};
	size_t i;

	for (i = 0; i < sizeof names / sizeof *names; i++)
		if (same_host(slice_str(names[i]), host)) return true;
	/* Addresses that the kernel wrote, and names for the way back from them. */
	return slice_starts(host, "::ffff:127.") || slice_ends(host, ".127.in-addr.arpa") ||
	       slice_ends(host, ".localhost");
}

/* An address of this machine is one in numbers: "127.evil.example" is a name. */
static bool local_address(struct slice host)
{
	size_t i;

	for (i = 0; i < host.n; i++)
		if ((host.p[i] < '0' || host.p[i] > '9') && host.p[i] != '.') return false;
	return slice_starts(host, "127.");
}

static bool declared(const struct behaviour_facts *f, struct slice host)
{
	unsigned i;

	if (local_host(host) || local_address(host)) return true;
	for (i = 0; i < f->n_hosts; i++)
		if (same_host(f->hosts[i], host) || same_host(host_of(f->hosts[i]), host))
			return true;
	return false;
}

/* "tcp A:P": where the kernel went; by the name that the address was looked up by. */
static bool connect_declared(const struct behaviour_facts *f, const struct observed *row)
{
	struct slice place = row->value, host;

	slice_split(&place, ' ');
	host = host_of(place);
	if (local_host(host) || local_address(host)) return true;
	return declared(f, row->detail.n ? row->detail : host);
}

/* "http POST HOST/path", "tls HOST": what the program said to whom it reached. */
static bool request_declared(const struct behaviour_facts *f, const struct observed *row)
{
	struct slice rest = row->value, protocol = slice_split(&rest, ' '), host;

	if (slice_is(protocol, "http")) slice_split(&rest, ' ');
	host = slice_split(&rest, '/');
	return declared(f, host) || declared(f, host_of(host));
}

static bool row_declared(const struct behaviour_facts *f, const struct observed *row)
{
	switch (row->kind) {
	case OBSERVED_CONNECT: return connect_declared(f, row);
	case OBSERVED_REQUEST: return request_declared(f, row);
	case OBSERVED_NAME: return declared(f, row->value);
	default: return true;
	}
}

uint64_t behaviour_of_row(const struct behaviour_facts *f, const struct observed *row)
{
	return observed_reasons(row) |
	       (row_declared(f, row) ? 0 : REASON_BIT(REASON_UNDECLARED_NETWORK));
}

uint64_t behaviour_reasons(const struct behaviour_facts *f)
{
	const struct observation *o = f->observed;
	uint64_t set = 0;
	unsigned i;

	if (o->monitor == MONITOR_NONE) return 0;
	for (i = 0; i < o->n; i++)
		set |= behaviour_of_row(f, &o->rows[i]);
	/* Who reaches more hosts than there is room for reaches some that nobody declared. */
	if (o->more[OBSERVED_CONNECT] || o->more[OBSERVED_REQUEST] || o->more[OBSERVED_NAME])
		set |= REASON_BIT(REASON_UNDECLARED_NETWORK);
	if (o->survivors) set |= REASON_BIT(REASON_SURVIVOR);
	if (!o->complete) set |= REASON_BIT(REASON_MONITOR_INCOMPLETE);
	if (f->test_ran && !o->package_read) set |= REASON_BIT(REASON_NOTHING_READ);
	return set;
}
