/* SPDX-License-Identifier: MIT */
/* Effective configuration and policy. Runs in every role; pure. */
#include "proc/conf.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "base/json_write.h"
#include "base/limits.h"
#include "base/num.h"

#define POLICY_BYTES 2048

void conf_default(struct conf *c)
{
	memset(c, 0, sizeof *c);
	snprintf(c->listen_host, sizeof c->listen_host, "0.0.0.0");
	c->listen_port = 3000;
	snprintf(c->data, sizeof c->data, "/var/lib/skill-verifier");
	snprintf(c->agent, sizeof c->agent, "/var/run/dstack.sock");
	c->allow_tier = TIER_2;
	c->observe = MONITOR_CALLS;
	c->probes = true;
	c->log_level = LOG_INFO;
	c->slots = 1;
	c->queue = LIMIT_QUEUE;
	c->timeout_cap_ms = LIMIT_TIMEOUT_MS;
	c->attest_ms = LIMIT_ATTEST_MS;
	c->limits = (struct limit_facts){
		.cpu_percent = LIMIT_TEST_CPU_PERCENT,
		.pids = LIMIT_TEST_PIDS,
		.files = LIMIT_TEST_FILES,
		.timeout_ms = LIMIT_TIMEOUT_DEFAULT_MS,
		.memory_bytes = LIMIT_TEST_MEMORY,
		.write_bytes = LIMIT_TEST_DISK,
		.inodes = LIMIT_TEST_INODES,
		.output_bytes = LIMIT_OUTPUT_KEPT,
		.cpu_ms = LIMIT_TEST_CPU_MS,
		.file_bytes = LIMIT_TEST_FILE_BYTES,
		.output_total = LIMIT_OUTPUT_TOTAL,
	};
}

/*
 * What an operator may lower. The ceiling is the default; the floor is what a
 * test needs to start, or to be told from a mistake of unit.
 */
static const struct {
	const char *key;
	size_t at; /* in struct limit_facts */
	bool wide; /* 64 bits, else 32 */
	uint64_t floor, ceiling;
} limit_settings[] = {
#define WIDE(field)   offsetof(struct limit_facts, field), true
#define NARROW(field) offsetof(struct limit_facts, field), false
	{"cpu-ms", NARROW(cpu_ms), 100, LIMIT_TEST_CPU_MS},
	{"cpu-percent", NARROW(cpu_percent), 10, LIMIT_TEST_CPU_PERCENT},
	{"file-bytes", WIDE(file_bytes), 4 * KIB, LIMIT_TEST_FILE_BYTES},
	{"files", NARROW(files), 16, LIMIT_TEST_FILES},
	{"inodes", WIDE(inodes), 64, LIMIT_TEST_INODES},
	{"memory-bytes", WIDE(memory_bytes), 16 * MIB, LIMIT_TEST_MEMORY},
	{"output-bytes", WIDE(output_bytes), 1 * KIB, LIMIT_OUTPUT_KEPT},
	{"output-total-bytes", WIDE(output_total), 64 * KIB, LIMIT_OUTPUT_TOTAL},
	{"pids", NARROW(pids), 4, LIMIT_TEST_PIDS},
	{"write-bytes", WIDE(write_bytes), 1 * MIB, LIMIT_TEST_DISK},
#undef WIDE
#undef NARROW
};

enum err conf_lower(struct conf *c, struct slice key, const char *value, struct why *why)
{
	uint8_t *limits = (uint8_t *)&c->limits;
	uint64_t v;
	uint32_t narrow;
	size_t i;

	for (i = 0; i < sizeof limit_settings / sizeof *limit_settings; i++) {
		if (!slice_is(key, limit_settings[i].key)) continue;
		if (parse_u64(slice_str(value), limit_settings[i].ceiling, &v) ||
			v < limit_settings[i].floor)
			return why_set(why, E_CONFIG, "a number from %llu to %llu is needed",
				(unsigned long long)limit_settings[i].floor,
				(unsigned long long)limit_settings[i].ceiling);
		narrow = (uint32_t)v;
		if (limit_settings[i].wide)
			memcpy(limits + limit_settings[i].at, &v, sizeof v);
		else
			memcpy(limits + limit_settings[i].at, &narrow, sizeof narrow);
		return E_OK;
	}
	return why_set(why, E_ABSENT, "no such limit");
}

void conf_policy_json(const struct conf *c, struct buf *out)
{
	struct jw w = jw_to(out, true);
	unsigned i;

	jw_object(&w);
	jw_key(&w, "limits");
	jw_object(&w);
	jw_key_u64(&w, "cpuMs", c->limits.cpu_ms);
	jw_key_u64(&w, "cpuPercent", c->limits.cpu_percent);
	jw_key_u64(&w, "fileBytes", c->limits.file_bytes);
	jw_key_u64(&w, "files", c->limits.files);
	jw_key_u64(&w, "inodes", c->limits.inodes);
	jw_key_u64(&w, "memoryBytes", c->limits.memory_bytes);
	jw_key_u64(&w, "outputBytes", c->limits.output_bytes);
	jw_key_u64(&w, "outputTotalBytes", c->limits.output_total);
	jw_key_u64(&w, "packageBytes", LIMIT_PACKAGE_BYTES);
	jw_key_u64(&w, "pids", c->limits.pids);
	jw_key_u64(&w, "timeoutCapMs", c->timeout_cap_ms);
	jw_key_u64(&w, "timeoutMs", c->limits.timeout_ms);
	jw_key_u64(&w, "unpackedBytes", LIMIT_UNPACKED_BYTES);
	jw_key_u64(&w, "writeBytes", c->limits.write_bytes);
	jw_object_end(&w);
	jw_key_cstr(&w, "network", "none");
	jw_key_cstr(&w, "observe", monitor_text(c->observe));
	jw_key(&w, "omsAnchors");
	jw_array(&w);
	for (i = 0; i < c->anchors.n; i++)
		jw_hex(&w, SLICE_OF(c->anchors.list[i].sha256));
	jw_array_end(&w);
	jw_key_bool(&w, "probes", c->probes);
	jw_key_u64(&w, "schema", 1);
	jw_key_cstr(&w, "secrets", "refused");
	jw_key_cstr(&w, "tier", tier_text(c->allow_tier));
	jw_object_end(&w);
}

void conf_policy_sha256(const struct conf *c, uint8_t out[SHA256_LEN])
{
	uint8_t mem[POLICY_BYTES];
	struct buf b = buf_on(mem, sizeof mem);

	conf_policy_json(c, &b);
	sha256(buf_slice(&b), out);
}
