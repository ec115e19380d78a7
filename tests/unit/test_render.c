/* SPDX-License-Identifier: MIT */
/* http/render: what a client is told of a job, and what it is never told. */
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "records.h"
#include "test.h"

static const uint8_t id[JOB_ID_LEN] = {0xab};
static struct job_example job;
static struct record record;

/* The answer about the job as it stands in `job`, parsed; dropped by the caller. */
static struct cJSON *answer(void)
{
	struct buf b = buf_heap(4 << 20);
	struct cJSON *j = NULL;

	CHECK_ERR(render_job(&b, id, &job.view, &job.parts), E_OK);
	CHECK_ERR(json_parse(buf_slice(&b), JSON_INTEGERS, &j, NULL), E_OK);
	buf_drop(&b);
	return j;
}

static struct slice text(const struct cJSON *j, const char *name)
{
	struct slice s = SLICE("(no text)");

	json_get_str(j, name, &s);
	return s;
}

static const struct cJSON *test_result(const struct cJSON *j)
{
	return json_get(json_get(j, "result"), "result");
}

TEST(render_passed)
{
	struct cJSON *j;
	bool passed = false;
	uint64_t code = 1;

	record_passed(&record);
	job_example(&job, &record);
	j = answer();
	CHECK_SLICE(text(j, "status"), SLICE("completed"));
	CHECK_SLICE(text(j, "verdict"), SLICE("PASSED"));
	CHECK_ERR(json_get_bool(test_result(j), "passed", &passed), E_OK);
	CHECK_ERR(json_get_u64(test_result(j), "exitCode", 255, &code), E_OK);
	CHECK(passed && code == 0);
	CHECK_SLICE(text(test_result(j), "stdout"), SLICE("ok\n"));
	/* C20: without a quote nothing looks like one. */
	CHECK(json_is_null(json_get(json_get(json_get(j, "result"), "attestation"), "quote")));
	CHECK_SLICE(text(json_get(json_get(j, "result"), "attestation"), "teeType"), SLICE("none"));
	json_drop(&j);
}

/* The same sentence and colour wherever a client asks; attested only with a quote. */
TEST(render_headline_is_that_of_the_record)
{
	struct buf b = buf_heap(4 << 20);
	char says[HEADLINE_MAX];
	struct cJSON *j;

	record_watched(&record);
	job_example(&job, &record);
	j = answer();
	record_headline(&record, STANDING_UNATTESTED, says);
	CHECK_SLICE(text(j, "headline"), slice_str(says));
	CHECK_SLICE(text(j, "colour"), SLICE("green"));
	json_drop(&j);
	record_saw(&record, OBSERVED_CANARY_READ, "~/.aws/credentials", "");
	job_example(&job, &record);
	job.parts.part[__builtin_ctz(PART_QUOTE)] = SLICE("quote");
	j = answer();
	record_headline(&record, STANDING_ATTESTED, says);
	CHECK_SLICE(text(j, "headline"), slice_str(says));
	CHECK(slice_starts(slice_str(says), "In a single run, attested, it read a planted decoy"));
	CHECK_SLICE(text(j, "colour"), SLICE("amber"));
	CHECK(json_count(json_get(j, "reasons")) == 1);
	json_drop(&j);
	CHECK_ERR(render_attestation(&b, id, &job.view, &job.parts), E_OK);
	CHECK(slice_search(buf_slice(&b), 0, slice_str(says)) < b.n);
	buf_drop(&b);
}

TEST(render_no_test_is_neither)
{
	struct cJSON *j;

	record_no_test(&record);
	job_example(&job, &record);
	j = answer();
	CHECK_SLICE(text(j, "verdict"), SLICE("NO_TEST"));
	/* C23 */
	CHECK(json_is_null(json_get(test_result(j), "passed")));
	CHECK(json_is_null(json_get(test_result(j), "exitCode")));
	CHECK_SLICE(text(test_result(j), "stdout"), SLICE(""));
	json_drop(&j);
}

TEST(render_follows_the_facts_not_the_store)
{
	struct cJSON *j;
	bool passed = true;

	record_passed(&record);
	record.runs[1].kind = EXIT_SIGNALED;
	record.runs[1].value = 9;
	job_example(&job, &record);
	j = answer();
	CHECK_SLICE(text(j, "verdict"), SLICE("FAILED"));
	CHECK_ERR(json_get_bool(test_result(j), "passed", &passed), E_OK);
	CHECK(!passed);
	json_drop(&j);
}

TEST(render_failed_and_running)
{
	struct cJSON *j;

	record_passed(&record);
	job_example(&job, &record);
	job.view.state = JOB_FAILED;
	job.view.refusal = (struct refusal){E_PATH_INVALID, 3, 0, 0, SLICE("../\"x"), SLICE("")};
	j = answer();
	CHECK_SLICE(text(j, "errorCode"), SLICE("path-invalid"));
	CHECK_SLICE(text(j, "error"), SLICE("a path is not allowed"));
	CHECK_SLICE(text(json_get(j, "detail"), "name"), SLICE("../\"x"));
	/* C29: nothing of a result, though the record is there. */
	CHECK(!json_get(j, "verdict") && !json_get(j, "result"));
	json_drop(&j);
	/* The sentence of the code, then the reason. */
	job.view.refusal.text = SLICE("the path is absolute");
	j = answer();
	CHECK_SLICE(text(j, "error"), SLICE("a path is not allowed: the path is absolute"));
	CHECK_SLICE(text(json_get(j, "detail"), "reason"), SLICE("the path is absolute"));
	json_drop(&j);
	job.view.state = JOB_RUNNING;
	job.view.phase = PHASE_ATTEST;
	job.view.waiting_for = SLICE("agent");
	j = answer();
	CHECK_SLICE(text(j, "waitingFor"), SLICE("agent"));
	CHECK(!json_get(j, "verdict") && !json_get(j, "result") && !json_get(j, "errorCode"));
	json_drop(&j);
}

TEST(render_output_is_cut_and_made_valid)
{
	static uint8_t big[LIMIT_INLINE_OUTPUT + 1];
	struct cJSON *j;
	struct slice out;
	bool cut = false;

	memset(big, 'a', sizeof big);
	big[0] = 0xff;
	record_passed(&record);
	record.runs[1].out.total = sizeof big;
	job_example(&job, &record);
	job.parts.part[__builtin_ctz(PART_STDOUT)] = SLICE_OF(big);
	j = answer();
	out = text(test_result(j), "stdout");
	CHECK(out.n == LIMIT_INLINE_OUTPUT + 2 && slice_starts(out, "\xef\xbf\xbd"
								    "a"));
	CHECK_ERR(json_get_bool(test_result(j), "stdoutTruncated", &cut), E_OK);
	CHECK(cut);
	json_drop(&j);
}

TEST(render_bundle_name_is_a_plain_file_name)
{
	struct buf b = buf_heap(256);
	size_t i;

	record_no_test(&record);
	record.manifest.name = SLICE("../\"\r\n X-Y: \xc3\xa4/..");
	job_example(&job, &record);
	CHECK_ERR(render_bundle_name(&b, id, &job.parts), E_OK);
	CHECK(slice_ends(buf_slice(&b), "-ab000000.attestation.json"));
	for (i = 0; i < b.n; i++)
		CHECK(strchr("abcdefghijklmnopqrstuvwxyz0123456789-.", b.p[i]));
	CHECK(b.p[0] != '.' && slice_search(buf_slice(&b), 0, SLICE("..")) == b.n);
	buf_drop(&b);
}

TEST(render_needs_a_whole_record)
{
	struct buf b = buf_heap(1 << 20);

	record_passed(&record);
	job_example(&job, &record);
	job.parts.part[0].n--;
	CHECK_ERR(render_job(&b, id, &job.view, &job.parts), E_INTERNAL);
	CHECK_ERR(render_attestation(&b, id, &job.view, &job.parts), E_INTERNAL);
	buf_drop(&b);
}
