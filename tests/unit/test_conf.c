/* SPDX-License-Identifier: MIT */
/* proc/conf: limits are only lowered, and what is lowered is another policy. */
#include <stdio.h>
#include <string.h>

#include "base/limits.h"
#include "proc/conf.h"
#include "test.h"

TEST(conf_limits_are_only_lowered)
{
	static const struct {
		const char *key;
		uint64_t floor, ceiling;
	} list[] = {
		{"cpu-ms", 100, LIMIT_TEST_CPU_MS},
		{"cpu-percent", 10, LIMIT_TEST_CPU_PERCENT},
		{"file-bytes", 4096, LIMIT_TEST_FILE_BYTES},
		{"files", 16, LIMIT_TEST_FILES},
		{"inodes", 64, LIMIT_TEST_INODES},
		{"memory-bytes", 16 * MIB, LIMIT_TEST_MEMORY},
		{"output-bytes", 1024, LIMIT_OUTPUT_KEPT},
		{"output-total-bytes", 65536, LIMIT_OUTPUT_TOTAL},
		{"pids", 4, LIMIT_TEST_PIDS},
		{"write-bytes", MIB, LIMIT_TEST_DISK},
	};
	uint8_t digest[SHA256_LEN], other[SHA256_LEN];
	struct conf c, before;
	struct why why;
	char text[32];
	size_t i;

	conf_default(&before);
	conf_policy_sha256(&before, digest);
	for (i = 0; i < sizeof list / sizeof *list; i++) {
		struct slice key = slice_str(list[i].key);

		conf_default(&c);
		snprintf(text, sizeof text, "%llu", (unsigned long long)list[i].ceiling);
		CHECK_ERR(conf_lower(&c, key, text, &why), E_OK);
		CHECK(memcmp(&c, &before, sizeof c) == 0);
		snprintf(text, sizeof text, "%llu", (unsigned long long)list[i].ceiling + 1);
		CHECK_ERR(conf_lower(&c, key, text, &why), E_CONFIG);
		snprintf(text, sizeof text, "%llu", (unsigned long long)list[i].floor - 1);
		CHECK_ERR(conf_lower(&c, key, text, &why), E_CONFIG);
		CHECK_ERR(conf_lower(&c, key, "", &why), E_CONFIG);
		CHECK_ERR(conf_lower(&c, key, "-1", &why), E_CONFIG);
		CHECK(memcmp(&c, &before, sizeof c) == 0);
		snprintf(text, sizeof text, "%llu", (unsigned long long)list[i].floor);
		CHECK_ERR(conf_lower(&c, key, text, &why), E_OK);
		conf_policy_sha256(&c, other);
		CHECK(memcmp(digest, other, sizeof digest) != 0);
	}
	CHECK_ERR(conf_lower(&c, SLICE("memory"), "1", &why), E_ABSENT);
	CHECK_ERR(conf_lower(&c, SLICE(""), "1", &why), E_ABSENT);
}
