/* SPDX-License-Identifier: MIT */
/*
 * Fields and declarations: the input is the frontmatter itself, behind fixed
 * lines, so that mutations stay among fields. What passes obeys its rules.
 */
#include "fuzz.h"

#include <string.h>

#include "base/text.h"
#include "unpack/fields.h"
#include "unpack/manifest_read.h"
#include "unpack/path.h"
#include "unpack/values.h"

static void check_paths(const struct manifest *m)
{
	struct path p;

	FUZZ_ASSERT(!m->entrypoint.p || !path_read(m->entrypoint, &p, NULL));
	FUZZ_ASSERT(!m->workdir.p || !path_read(m->workdir, &p, NULL));
	FUZZ_ASSERT(!m->runtime.p || runtime_ok(m->runtime));
}

static void check_command(const struct command *c)
{
	size_t sum = 0;
	unsigned i;

	for (i = 0; i < c->n; i++) {
		FUZZ_ASSERT(slice_find(c->argv[i], 0, 0) == c->argv[i].n);
		sum += c->argv[i].n;
	}
	FUZZ_ASSERT(sum <= LIMIT_ARGS_BYTES && (c->n == 0 || c->argv[0].n > 0));
}

static void check_manifest(const struct manifest *m)
{
	unsigned i, j;

	FUZZ_ASSERT(!name_problem(m->name));
	FUZZ_ASSERT(m->description.n <= LIMIT_DESCRIPTION_BYTES && utf8_valid(m->description));
	check_paths(m);
	check_command(&m->command);
	check_command(&m->setup);
	FUZZ_ASSERT((m->test_source == TEST_NONE) == (m->command.n == 0));
	FUZZ_ASSERT(m->timeout_ms >= 100 && m->timeout_ms <= LIMIT_TIMEOUT_MS);
	FUZZ_ASSERT(m->n_env + m->n_secrets <= LIMIT_ENV);
	for (i = 0; i < m->n_env; i++)
		for (j = 0; j < i; j++)
			FUZZ_ASSERT(!slice_eq(m->env[i].name, m->env[j].name));
	for (i = 0; i < m->n_hosts; i++) {
		struct slice host = m->hosts[i];

		FUZZ_ASSERT(slice_find(host, 0, ':') < host.n && slice_find(host, 0, '.') < host.n);
		FUZZ_ASSERT(
			slice_find(host, 0, '*') == host.n && slice_find(host, 0, '/') == host.n);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct manifest_memory *mem;
	static struct manifest m;
	struct buf b = buf_heap(1 << 20);
	struct slice s = slice_of(data, size);

	if (!mem) mem = manifest_memory_new();
	version_is_semver(s);
	name_is_standard(s);
	runtime_ok(s);
	buf_str(&b, "---\nlicense: MIT\n");
	buf_put(&b, s);
	buf_str(&b, "\n---\n");
	if (b.err == E_OK && !manifest_read(buf_slice(&b), SLICE("top"), mem, &m, NULL))
		check_manifest(&m);
	buf_drop(&b);
	return 0;
}
