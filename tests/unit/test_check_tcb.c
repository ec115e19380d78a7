/* SPDX-License-Identifier: MIT */
/* check/tcb_info and check/qe_identity: documents as texts, counts and types. */
#include <string.h>

#include "check/qe_identity.h"
#include "check/tcb_info.h"
#include "test.h"

#define DATES                                                                                      \
	"\"issueDate\":\"2026-02-20T10:00:00Z\",\"nextUpdate\":\"2026-03-22T10:00:00Z\","          \
	"\"tcbEvaluationDataNumber\":20,"
#define STATUS "\"tcbDate\":\"2025-11-12T00:00:00Z\",\"tcbStatus\":\"UpToDate\""

/* How many of each list, and what is odd about one element. */
struct doc {
	unsigned levels, identities, isv_levels, components;
	bool levels_object, identities_object, isv_object, components_object;
	bool same_identity, no_svn, no_date, no_status, bad_advisories;
};

static void open_list(struct buf *b, const char *name, bool object)
{
	buf_fmt(b, "\"%s\":%s", name, object ? "{" : "[");
}

/* The comma and, in an object, the name of an element. */
static void next_element(struct buf *b, unsigned i, bool object)
{
	if (i) buf_str(b, ",");
	if (object) buf_fmt(b, "\"m%u\":", i);
}

static void put_isv_levels(struct buf *b, const struct doc *d)
{
	unsigned i;

	open_list(b, "tcbLevels", d->isv_object);
	for (i = 0; i < d->isv_levels; i++) {
		next_element(b, i, d->isv_object);
		buf_fmt(b, "{\"tcb\":{\"%s\":%u}", d->no_svn ? "svn" : "isvsvn", i);
		if (!d->no_date) buf_str(b, ",\"tcbDate\":\"2025-11-12T00:00:00Z\"");
		if (!d->no_status) buf_str(b, ",\"tcbStatus\":\"UpToDate\"");
		if (d->bad_advisories) buf_str(b, ",\"advisoryIDs\":{\"a\":\"b\"}");
		buf_str(b, "}");
	}
	buf_str(b, d->isv_object ? "}" : "]");
}

static void put_components(struct buf *b, const struct doc *d, const char *name)
{
	unsigned i;

	open_list(b, name, d->components_object);
	for (i = 0; i < d->components; i++) {
		next_element(b, i, d->components_object);
		buf_str(b, "{\"svn\":1}");
	}
	buf_str(b, d->components_object ? "}" : "]");
}

static void put_rule(struct buf *b)
{
	buf_fmt(b, "\"mrsigner\":\"%096d\",\"attributes\":\"%016d\",\"attributesMask\":\"%016d\"",
		0, 0, 0);
}

static struct slice tcb_doc(const struct doc *d)
{
	struct buf b = buf_heap(1 << 20);
	unsigned i;

	buf_str(&b, "{\"id\":\"TDX\",\"version\":3," DATES "\"fmspc\":\"000000000000\","
		    "\"pceId\":\"0000\",\"tcbType\":0,\"tdxModule\":{");
	put_rule(&b);
	buf_str(&b, "},");
	open_list(&b, "tdxModuleIdentities", d->identities_object);
	for (i = 0; i < d->identities; i++) {
		next_element(&b, i, d->identities_object);
		buf_fmt(&b, "{\"id\":\"TDX_%02x\",", d->same_identity ? 7 : i + 1);
		put_rule(&b);
		buf_str(&b, ",");
		put_isv_levels(&b, d);
		buf_str(&b, "}");
	}
	buf_str(&b, d->identities_object ? "}," : "],");
	open_list(&b, "tcbLevels", d->levels_object);
	for (i = 0; i < d->levels; i++) {
		next_element(&b, i, d->levels_object);
		buf_str(&b, "{\"tcb\":{");
		put_components(&b, d, "sgxtcbcomponents");
		buf_fmt(&b, ",\"pcesvn\":%u,", i);
		put_components(&b, d, "tdxtcbcomponents");
		buf_str(&b, "}," STATUS "}");
	}
	buf_str(&b, d->levels_object ? "}}" : "]}");
	return test_keep(&b);
}

static struct slice qe_doc(const struct doc *d)
{
	struct buf b = buf_heap(1 << 20);

	buf_fmt(&b,
		"{\"id\":\"QE\",\"version\":2," DATES "\"miscselect\":\"%08d\","
		"\"miscselectMask\":\"%08d\",\"attributes\":\"%032d\",\"attributesMask\":\"%032d\","
		"\"mrsigner\":\"%064d\",\"isvprodid\":1,",
		0, 0, 0, 0, 0);
	put_isv_levels(&b, d);
	buf_str(&b, "}");
	return test_keep(&b);
}

static bool reads_tcb(const struct doc *d)
{
	static struct tcb_info t;
	struct why why = WHY_INIT;
	enum err e = tcb_info_read(tcb_doc(d), &t, &why);

	if (!e) tcb_info_drop(&t);
	CHECK(e == E_OK || (e == E_TCB_INFO_FORMAT && why.text[0]));
	return e == E_OK;
}

static bool reads_qe(const struct doc *d)
{
	static struct qe_identity q;
	struct why why = WHY_INIT;
	enum err e = qe_identity_read(qe_doc(d), &q, &why);

	if (!e) qe_identity_drop(&q);
	CHECK(e == E_OK || (e == E_QE_IDENTITY_FORMAT && why.text[0]));
	return e == E_OK;
}

static struct doc plain(void)
{
	return (struct doc){.levels = 2, .identities = 2, .isv_levels = 2, .components = 16};
}

#define TCB(change, ok)                                                                            \
	do {                                                                                       \
		struct doc d = plain();                                                            \
		d.change;                                                                          \
		CHECK(reads_tcb(&d) == (ok));                                                      \
	} while (0)
#define QE(change, ok)                                                                             \
	do {                                                                                       \
		struct doc d = plain();                                                            \
		d.change;                                                                          \
		CHECK(reads_qe(&d) == (ok));                                                       \
	} while (0)

TEST(check_tcb_info_counts)
{
	TCB(levels = 2, true);
	TCB(levels = 0, false);
	TCB(levels = LIMIT_TCB_LEVELS, true);
	TCB(levels = LIMIT_TCB_LEVELS + 1, false);
	TCB(identities = 0, true);
	TCB(identities = LIMIT_TCB_IDENTITIES, true);
	TCB(identities = LIMIT_TCB_IDENTITIES + 1, false);
	TCB(isv_levels = 0, false);
	TCB(isv_levels = LIMIT_TCB_LEVELS / 2, true);
	TCB(isv_levels = LIMIT_TCB_LEVELS / 2 + 1, false);
	TCB(components = 15, false);
	TCB(components = 17, false);
	TCB(same_identity = true, false);
	QE(isv_levels = LIMIT_TCB_LEVELS, true);
	QE(isv_levels = LIMIT_TCB_LEVELS + 1, false);
	QE(isv_levels = 0, false);
}

TEST(check_tcb_info_types)
{
	TCB(levels_object = true, false);
	TCB(identities_object = true, false);
	TCB(isv_object = true, false);
	TCB(components_object = true, false);
	TCB(no_svn = true, false);
	TCB(no_date = true, false);
	TCB(no_status = true, false);
	TCB(bad_advisories = true, false);
	QE(isv_object = true, false);
	QE(no_svn = true, false);
	QE(no_date = true, false);
	QE(no_status = true, false);
	QE(bad_advisories = true, false);
}
