/* SPDX-License-Identifier: MIT */
/*
 * What was observed: the observer's table, the reasons it gives in the record
 * and again in the statement, and that the largest of everything fits.
 */
#include <stdlib.h>
#include <string.h>

#include "base/json_write.h"
#include "check/behaviour.h"
#include "cli/behaviour.h"
#include "records.h"
#include "runner/observer.h"
#include "test.h"

static struct record r;

/* ---- sizes ------------------------------------------------------------------------------ */

static void check_sizes(char letter)
{
	static struct verifier_id who;
	struct buf record = buf_heap(4 * LIMIT_RECORD_BYTES),
		   b = buf_heap(4 * LIMIT_STATEMENT_BYTES);

	record_largest(&r, letter);
	verifier_example(&who, 1, true);
	CHECK_ERR(record_write(&r, &record), E_OK);
	CHECK(record.n <= LIMIT_RECORD_BYTES);
	statement_write(&r, &who, UINT32_MAX, &b);
	CHECK(b.n <= LIMIT_STATEMENT_BYTES);
	printf("# '%c': record %zu of %d, statement %zu of %d bytes\n", letter, record.n,
		LIMIT_RECORD_BYTES, b.n, LIMIT_STATEMENT_BYTES);
	buf_drop(&record);
	buf_drop(&b);
}

TEST(behaviour_everything_at_its_maximum_fits)
{
	check_sizes('a');
}

/* ---- rows and their reasons ----------------------------------------------------------- */

static uint64_t reasons_now(void)
{
	struct verdict_out v;

	record_verdict(&r, &v);
	CHECK(v.verdict == VERDICT_PASSED);
	return v.set;
}

/* One row more than nothing of note. */
static uint64_t with_row(enum observed_kind kind, const char *value, const char *detail)
{
	record_watched(&r);
	record_saw(&r, kind, value, detail);
	return reasons_now();
}

TEST(behaviour_rows_and_their_reasons)
{
	static const struct {
		enum observed_kind kind;
		const char *value, *detail;
		int reason; /* -1: none */
	} rows[] = {
		{OBSERVED_CANARY_LEAKED, "~/.aws/credentials", "stdout plain 1",
			REASON_CANARY_LEAKED},
		{OBSERVED_CANARY_CHANGED, "~/.claude/CLAUDE.md", "changed", REASON_CANARY_CHANGED},
		{OBSERVED_CANARY_READ, "~/.aws/credentials", "", REASON_CANARY_READ},
		{OBSERVED_DENIED, "ptrace", "", REASON_DENIED_CALL},
		{OBSERVED_SURVIVOR, "sleep", "", REASON_SURVIVOR},
		{OBSERVED_LISTEN, "tcp 0.0.0.0:8080", "", -1},
		{OBSERVED_LOCAL, "/run/x", "", -1},
		/* hosts: by name, else by address, without this machine */
		{OBSERVED_CONNECT, "tcp 203.0.113.7:443", "", REASON_UNDECLARED_NETWORK},
		{OBSERVED_CONNECT, "tcp [2001:db8::1]:443", "", REASON_UNDECLARED_NETWORK},
		{OBSERVED_CONNECT, "tcp 198.18.0.1:443", "evil.example", REASON_UNDECLARED_NETWORK},
		{OBSERVED_CONNECT, "tcp 198.18.0.1:443", "declared.example", -1},
		{OBSERVED_CONNECT, "tcp 198.18.0.1:8443", "DECLARED.example.", -1},
		{OBSERVED_CONNECT, "tcp 198.18.0.1:443", "x.declared.example",
			REASON_UNDECLARED_NETWORK},
		{OBSERVED_CONNECT, "udp 127.0.0.53:53", "", -1},
		{OBSERVED_CONNECT, "tcp [::1]:80", "", -1},
		{OBSERVED_CONNECT, "tcp 127.0.0.1:80", "evil.example", -1},
		{OBSERVED_CONNECT, "tcp 12.7.0.0:80", "", REASON_UNDECLARED_NETWORK},
		{OBSERVED_REQUEST, "http POST declared.example/a:b/c", "", -1},
		{OBSERVED_REQUEST, "http POST declared.example:8080/", "", -1},
		{OBSERVED_REQUEST, "http POST evil.example/declared.example", "",
			REASON_UNDECLARED_NETWORK},
		{OBSERVED_REQUEST, "tls evil.example", "declared.example",
			REASON_UNDECLARED_NETWORK},
		{OBSERVED_REQUEST, "tls declared.example", "", -1},
		{OBSERVED_REQUEST, "http", "", REASON_UNDECLARED_NETWORK},
		{OBSERVED_NAME, "evil.example", "A", REASON_UNDECLARED_NETWORK},
		{OBSERVED_NAME, "127.evil.example", "A", REASON_UNDECLARED_NETWORK},
		{OBSERVED_NAME, "declared.example", "AAAA", -1},
		{OBSERVED_NAME, "skill", "A", -1},
		{OBSERVED_NAME, "1.0.0.127.in-addr.arpa", "PTR", -1},
		/* files */
		{OBSERVED_WRITTEN, JOB_HOME "/.bashrc", "created", REASON_WRITE_OUTSIDE},
		{OBSERVED_WRITTEN, "~/.ssh/authorized_keys", "created", REASON_WRITE_OUTSIDE},
		{OBSERVED_WRITTEN, JOB_HOME "/.cachet/x", "created", REASON_WRITE_OUTSIDE},
		{OBSERVED_WRITTEN, JOB_HOME "/.cache/pip/x", "created", -1},
		{OBSERVED_WRITTEN, "/etc/passwd", "changed", REASON_WRITE_OUTSIDE},
		{OBSERVED_WRITTEN, "/tmpx", "created", REASON_WRITE_OUTSIDE},
		{OBSERVED_WRITTEN, "/var/tmp/a", "removed", -1},
		{OBSERVED_WRITTEN, "/dev/shm/a", "created", -1},
		{OBSERVED_WRITTEN, "/skill/out/a", "created", -1},
		{OBSERVED_WRITTEN, "/skill/weather.sh", "changed", REASON_PACKAGE_MODIFIED},
		{OBSERVED_WRITTEN, "/skill/weather.sh", "removed", REASON_PACKAGE_MODIFIED},
		{OBSERVED_WRITTEN, "/skills/a", "created", REASON_WRITE_OUTSIDE},
	};
	size_t i;
	uint64_t got;

	for (i = 0; i < sizeof rows / sizeof *rows; i++) {
		record_watched(&r);
		r.package.inspection.rows[1].value = SLICE("declared.example");
		r.package.inspection.rows[1].declared = true;
		record_saw(&r, rows[i].kind, rows[i].value, rows[i].detail);
		got = reasons_now();
		if (got != (rows[i].reason < 0 ? 0 : REASON_BIT(rows[i].reason)))
			printf("# %s %s\n", rows[i].value, rows[i].detail);
		CHECK(got == (rows[i].reason < 0 ? 0 : REASON_BIT(rows[i].reason)));
	}
}

TEST(behaviour_long_names)
{
	char name[128];

	memset(name, 'a', sizeof name);
	name[NAME_LABEL_MAX] = '\0';
	CHECK(!(with_row(OBSERVED_NAME, name, "A") & REASON_BIT(REASON_DNS_LONG_LABEL)));
	name[NAME_LABEL_MAX] = 'a';
	name[NAME_LABEL_MAX + 1] = '\0';
	CHECK(with_row(OBSERVED_NAME, name, "A") & REASON_BIT(REASON_DNS_LONG_LABEL));
	memset(name, 'a', sizeof name);
	name[30] = name[61] = name[92] = '.';
	name[NAME_MAX_BYTES] = '\0';
	CHECK(!(with_row(OBSERVED_NAME, name, "A") & REASON_BIT(REASON_DNS_LONG_LABEL)));
	name[NAME_MAX_BYTES] = 'a';
	name[NAME_MAX_BYTES + 1] = '\0';
	CHECK(with_row(OBSERVED_NAME, name, "A") & REASON_BIT(REASON_DNS_LONG_LABEL));
}

TEST(behaviour_that_no_row_says)
{
	record_watched(&r);
	CHECK(reasons_now() == 0 && record_colour(&r) == COLOUR_GREEN);
	record_saw(&r, OBSERVED_EXEC, "/tmp/a.out", "")->origin = ORIGIN_WRITTEN;
	CHECK(reasons_now() == REASON_BIT(REASON_EXEC_WRITTEN));
	CHECK(record_colour(&r) == COLOUR_AMBER);
	record_watched(&r);
	r.observed.complete = false;
	CHECK(reasons_now() == REASON_BIT(REASON_MONITOR_INCOMPLETE));
	CHECK(record_colour(&r) == COLOUR_AMBER);
	record_watched(&r);
	r.observed.package_read = 0;
	CHECK(reasons_now() == REASON_BIT(REASON_NOTHING_READ));
	record_watched(&r);
	r.observed.survivors = 1;
	CHECK(reasons_now() == REASON_BIT(REASON_SURVIVOR));
	CHECK(record_colour(&r) == COLOUR_AMBER);
	record_watched(&r);
	r.observed.more[OBSERVED_CONNECT] = 1;
	CHECK(reasons_now() == REASON_BIT(REASON_UNDECLARED_NETWORK));
	/* Without a monitor nothing counts, whatever stands there. */
	record_passed(&r);
	record_saw(&r, OBSERVED_CANARY_LEAKED, "x", "y");
	CHECK(reasons_now() == 0 && record_colour(&r) == COLOUR_AMBER);
}

/* ---- the same from the statement ------------------------------------------------------- */

/* The set that check computes; all its rules hold. */
static uint64_t from_statement(enum colour *colour, char says[HEADLINE_MAX])
{
	struct statement s = STATEMENT_INIT;
	struct verifier_id who;
	struct cJSON *tree = NULL;
	struct why why = WHY_INIT;
	uint64_t set = 0;

	verifier_example(&who, 1, false);
	CHECK_ERR(statement_parse(statement_of(&r, &who, 1), &tree, &why), E_OK);
	CHECK_ERR(statement_read(tree, &s, &why), E_OK);
	CHECK_ERR(statement_consistent(&s, &why), E_OK);
	CHECK_ERR(statement_verdict(&s, &why), E_OK);
	if (why.text[0]) printf("# %s\n", why.text);
	set = behaviour_of_statement(&s);
	*colour = statement_colour(&s);
	statement_headline(&s, STANDING_ATTESTED, says);
	statement_drop(&s);
	return set;
}

TEST(behaviour_of_record_and_statement_are_one)
{
	static const enum observed_kind kinds[] = {OBSERVED_CONNECT, OBSERVED_NAME, OBSERVED_DENIED,
		OBSERVED_WRITTEN, OBSERVED_CANARY_READ, OBSERVED_CANARY_CHANGED,
		OBSERVED_CANARY_LEAKED, OBSERVED_SURVIVOR};
	char says[2][HEADLINE_MAX];
	enum colour colour;
	unsigned i, k;

	for (i = 0; i < 1U << (sizeof kinds / sizeof *kinds); i++) {
		record_watched(&r);
		for (k = 0; k < sizeof kinds / sizeof *kinds; k++)
			if (i >> k & 1) record_saw(&r, kinds[k], "tcp 192.0.2.1:80", "changed");
		r.observed.complete = i % 3 != 0;
		r.observed.package_read = i % 5 ? 1 : 0;
		CHECK(from_statement(&colour, says[0]) == reasons_now());
		CHECK(colour == record_colour(&r));
		/* Page, badge, command line and JSON have one sentence. */
		record_headline(&r, STANDING_ATTESTED, says[1]);
		CHECK_SLICE(slice_str(says[0]), slice_str(says[1]));
		CHECK(colour != COLOUR_GREEN || !(i % 3 == 0 || i % 5 == 0));
	}
}

/* in-toto's PASSED is for green runs only. */
TEST(behaviour_passed_is_green)
{
	struct verdict_out v;

	record_watched(&r);
	record_verdict(&r, &v);
	CHECK_SLICE(slice_str(v.result), SLICE("PASSED"));
	CHECK(record_colour(&r) == COLOUR_GREEN);
	r.observed.package_read = 0;
	record_verdict(&r, &v);
	CHECK_SLICE(slice_str(v.result), SLICE("WARNED"));
	record_watched(&r);
	r.n_warnings = 1;
	r.warnings[0] = SLICE("runtime-substituted");
	record_verdict(&r, &v);
	CHECK_SLICE(slice_str(v.result), SLICE("WARNED"));
	CHECK(record_colour(&r) == COLOUR_GREEN);
}

/* ---- the observer's table ------------------------------------------------------------- */

static struct observation seen;

static const struct observed *row_of(const char *value)
{
	unsigned i;

	for (i = 0; i < seen.n; i++)
		if (slice_is(seen.rows[i].value, value)) return &seen.rows[i];
	return NULL;
}

/* A flood of what is no reason hides nothing that is one, and is counted. */
TEST(observer_keeps_what_is_a_reason)
{
	struct observer *o = NULL;
	char path[64];
	int i;

	CHECK_ERR(observer_new(&o, MONITOR_CALLS), E_OK);
	observer_phase(o, OBSERVED_TEST);
	for (i = 0; i < 1000; i++) {
		snprintf(path, sizeof path, "/skill/node_modules/%d", i);
		observer_saw(o, OBSERVED_WRITTEN, slice_str(path), SLICE("created"));
		observer_saw(o, OBSERVED_EXEC, SLICE("/bin/true"), slice_str(path))->origin =
			ORIGIN_RUNTIME;
	}
	CHECK(observer_saw(o, OBSERVED_WRITTEN, SLICE(JOB_HOME "/.bashrc"), SLICE("created")));
	/* Where it came from is said when the row is there, as the listener does. */
	observer_saw(o, OBSERVED_EXEC, SLICE("/tmp/x"), SLICE(""))->origin = ORIGIN_WRITTEN;
	/* A file that was the runtime's and is another now. */
	observer_saw(o, OBSERVED_EXEC, SLICE("/bin/true"), SLICE("/skill/node_modules/0"))->origin =
		ORIGIN_WRITTEN;
	observer_finish(o, &seen);
	CHECK(row_of(JOB_HOME "/.bashrc") && row_of("/tmp/x"));
	CHECK(row_of("/tmp/x") && row_of("/tmp/x")->origin == ORIGIN_WRITTEN);
	CHECK(row_of("/bin/true") && row_of("/bin/true")->origin == ORIGIN_WRITTEN &&
		row_of("/bin/true")->count == 2);
	CHECK(seen.n == 2 * LIMIT_OBSERVED_KIND && seen.complete);
	CHECK(seen.more[OBSERVED_WRITTEN] == 1001 - LIMIT_OBSERVED_KIND);
	CHECK(seen.more[OBSERVED_EXEC] == 1001 - LIMIT_OBSERVED_KIND);
	observer_drop(o);
}

/* Reasons as long as they can be, among as many others: no text is lost or mixed up. */
TEST(observer_texts_hold_when_rows_give_way)
{
	struct observer *o = NULL;
	char path[LIMIT_OBSERVED_BYTES + 1];
	size_t text = 0;
	unsigned i;

	CHECK_ERR(observer_new(&o, MONITOR_CALLS), E_OK);
	for (i = 0; i < 400; i++) {
		memset(path, 'a' + (int)(i % 26), sizeof path - 1);
		path[sizeof path - 1] = '\0';
		path[i % 7 == 6 ? 200 : 40 + i % 3] = '\0';
		memcpy(path, i % 7 == 6 ? "/etc/" : "/tmp/", 5);
		snprintf(path + 5, 5, "%03u", i);
		path[8] = '-';
		observer_saw(o, OBSERVED_WRITTEN, slice_str(path), SLICE("created"));
	}
	observer_finish(o, &seen);
	for (i = 0; i < seen.n; i++) {
		struct slice v = seen.rows[i].value;

		text += v.n + seen.rows[i].detail.n;
		CHECK(v.n > 20 && v.p[9] == v.p[v.n - 1]);
		CHECK_SLICE(seen.rows[i].detail, SLICE("created"));
	}
	CHECK(seen.n > 0 && text <= LIMIT_OBSERVED_TEXT);
	CHECK(slice_starts(seen.rows[0].value, "/etc/006"));
	CHECK(seen.n + seen.more[OBSERVED_WRITTEN] == 400);
	observer_drop(o);
}

TEST(observer_without_a_monitor_keeps_nothing)
{
	struct observer *o = NULL;

	CHECK_ERR(observer_new(&o, MONITOR_NONE), E_OK);
	CHECK(!observer_saw(o, OBSERVED_DENIED, SLICE("ptrace"), SLICE("")));
	observer_finish(o, &seen);
	CHECK(seen.n == 0 && !seen.complete && seen.monitor == MONITOR_NONE);
	observer_drop(o);
}

/* What a stranger wrote is printable and cut; what was lost or broken is no complete watch. */
TEST(observer_escapes_and_says_what_it_lost)
{
	struct observer *o = NULL;
	char longest[2 * LIMIT_OBSERVED_BYTES];

	memset(longest, 'x', sizeof longest);
	CHECK_ERR(observer_new(&o, MONITOR_FILES), E_OK);
	observer_saw(o, OBSERVED_NAME, SLICE("a\x1b\n"), SLICE_NONE);
	observer_saw(o, OBSERVED_DENIED, SLICE_NONE, SLICE_NONE);
	observer_saw(o, OBSERVED_PATH, SLICE_OF(longest), SLICE_NONE);
	observer_finish(o, &seen);
	CHECK(seen.complete && row_of("a\\x1b\\x0a") && row_of("-"));
	CHECK(seen.rows[seen.n - 1].value.n <= LIMIT_OBSERVED_BYTES);
	observer_dropped(o, 1);
	observer_finish(o, &seen);
	CHECK(!seen.complete && seen.dropped == 1);
	observer_drop(o);
	CHECK_ERR(observer_new(&o, MONITOR_CALLS), E_OK);
	observer_broken(o);
	observer_finish(o, &seen);
	CHECK(!seen.complete && seen.dropped == 0);
	observer_drop(o);
}

/* ---- for people ------------------------------------------------------------------------ */

/* Rows of a statement are whatever its author wrote: a page shows them and obeys none. */
TEST(behaviour_page_escapes_every_row)
{
	struct buf b = buf_heap(1 << 16);

	record_watched(&r);
	record_saw(
		&r, OBSERVED_CANARY_LEAKED, "<script>alert(1)</script>", "\x1b[31m\" onload=x '");
	record_saw(&r, OBSERVED_NAME, "&lt;\xe2\x80\xae", "A");
	r.observed.more[OBSERVED_PATH] = 3;
	behaviour_html(&b, &r.observed);
	CHECK_ERR(b.err, E_OK);
	CHECK(slice_search(buf_slice(&b), 0, SLICE("<script")) == b.n);
	CHECK(slice_search(buf_slice(&b), 0, SLICE("&lt;script&gt;alert(1)")) < b.n);
	CHECK(slice_search(buf_slice(&b), 0, SLICE("\\x1b[31m&quot; onload=x &#39;")) < b.n);
	CHECK(slice_search(buf_slice(&b), 0, SLICE("&amp;lt;\\u{202e}")) < b.n);
	CHECK(slice_search(buf_slice(&b), 0, SLICE("read 2 of 2 package files")) < b.n);
	CHECK(slice_search(buf_slice(&b), 0, SLICE("and 3 for which there was no room")) < b.n);
	/* The gravest kind stands first. */
	CHECK(slice_search(buf_slice(&b), 0, SLICE("decoys given away")) <
		slice_search(buf_slice(&b), 0, SLICE("programs")));
	buf_reset(&b);
	record_passed(&r);
	behaviour_html(&b, &r.observed);
	CHECK(b.n == 0);
	buf_drop(&b);
}
