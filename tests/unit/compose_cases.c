/* SPDX-License-Identifier: MIT */
/* App-compose documents for tests, and what comes out of them. */
#include "compose_cases.h"

#include <string.h>

#include "base/json_write.h"
#include "test.h"

/* Reads everything; f is filled. code is why it is not pinned. */
enum verdict judge(
	struct slice text, const struct compose_policy *policy, struct findings *f, enum err *code)
{
	struct compose c;
	struct images im;
	struct why why = WHY_INIT;
	enum verdict v;

	memset(f, 0, sizeof *f);
	*code = compose_read(text, policy, &c, f, &why);
	if (*code) goto refused;
	*code = images_read(&c, policy, &im, f, &why);
	compose_drop(&c);
	if (*code) goto refused;
	*code = findings_verdict(f, &why);
	v = *code ? PIN_UNPINNED : PIN_PINNED;
	CHECK(f->fatal == (*code != E_OK) && f->fatal == (why.text[0] != 0));
	images_drop(&im);
	return v;
refused:
	CHECK(why.code == *code && why.text[0]);
	return PIN_REFUSE;
}

bool has(const struct findings *f, enum finding_code code)
{
	size_t i;

	for (i = 0; i < f->n; i++)
		if (f->item[i].code == code) return true;
	return false;
}

/* An app-compose document around a compose file. */
struct slice app(const char *yaml, const char *more)
{
	struct buf b = buf_heap(1 << 20);
	struct jw w = jw_to(&b, false);

	buf_str(&b, "{\"manifest_version\":2,\"name\":\"t\",\"runner\":\"docker-compose\",");
	buf_str(&b, "\"key_provider\":\"none\",\"docker_compose_file\":");
	jw_cstr(&w, yaml);
	buf_str(&b, more);
	buf_str(&b, "}");
	return test_keep(&b);
}

void expect_app(const char *file, int line, struct slice text, enum verdict want, enum err err,
	enum finding_code code)
{
	static struct findings f;
	enum err e;
	enum verdict v = judge(text, NULL, &f, &e);
	size_t i;

	if (v == want && e == err && (code == FINDING_COUNT || has(&f, code))) return;
	test_fail(file, line, "another verdict");
	printf("#   verdict %d, %s\n", v, err_name(e));
	for (i = 0; i < f.n; i++)
		printf("#   %s %s: %s\n", finding_name(f.item[i].code), f.item[i].where,
			f.item[i].text);
}

/* The class that a fatal remark of this code alone leads to. */
enum err unpinned_class(enum finding_code code)
{
	return code == FIND_IMAGE_UNPINNED || code == FIND_NO_IMAGE || code == FIND_BUILD ||
			       code == FIND_PROVIDER || code == FIND_IMAGE_VOLUME
		       ? E_IMAGE_UNPINNED
		       : E_COMPOSE_POLICY;
}
