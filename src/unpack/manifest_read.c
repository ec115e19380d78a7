/* SPDX-License-Identifier: MIT */
/* A SKILL.md becomes a manifest. Runs in unpack; no I/O. */
#include "unpack/manifest_read.h"

#include <stdlib.h>

#include "unpack/declare.h"
#include "unpack/fields.h"
#include "unpack/frontmatter.h"
#include "unpack/matter.h"
#include "unpack/requires.h"

/* A quote before and behind a value, and each quote in it doubled. */
#define REPAIRED_BYTES (3 * LIMIT_FRONTMATTER_BYTES)
/* Escapes make a text at most half as long again; hosts and arguments are made beside. */
#define TEXT_BYTES_MAX (4 * LIMIT_FRONTMATTER_BYTES)

struct manifest_memory {
	struct matter matter;
	const struct matter_node *metadata; /* once fields were read */
	uint8_t frontmatter[LIMIT_FRONTMATTER_BYTES];
	uint8_t repaired[REPAIRED_BYTES];
	uint8_t text[TEXT_BYTES_MAX];
};

struct manifest_memory *manifest_memory_new(void)
{
	return calloc(1, sizeof(struct manifest_memory));
}

void manifest_memory_free(struct manifest_memory **mem)
{
	free(*mem);
	*mem = NULL;
}

/* Step 7: the repair is tried after a syntax error only, and only once. */
static enum err read_yaml(struct manifest_memory *mem, struct slice in, struct buf *text,
	struct manifest *m, struct why *why)
{
	struct buf repaired = buf_on(mem->repaired, sizeof mem->repaired);
	struct why second = WHY_INIT;
	enum err e = matter_read(&mem->matter, text, in, FRONTMATTER_LINE, why);

	if (e != E_YAML_INVALID || !matter_repair(in, &repaired)) return e;
	buf_reset(text);
	e = matter_read(&mem->matter, text, buf_slice(&repaired), FRONTMATTER_LINE, &second);
	/* What is wrong with the author's own text is the better message. */
	if (e == E_YAML_INVALID) return e;
	if (why) *why = second;
	if (!e) manifest_warn(m, "yaml-repaired");
	return e;
}

enum err manifest_read(struct slice file, struct slice top_directory, struct manifest_memory *mem,
	struct manifest *out, struct why *why)
{
	struct buf front = buf_on(mem->frontmatter, sizeof mem->frontmatter);
	struct buf text = buf_on(mem->text, sizeof mem->text);
	struct reading r = {.matter = &mem->matter,
		.top_directory = top_directory,
		.text = &text,
		.m = out,
		.why = why};
	enum err e;

	*out = (struct manifest){0};
	mem->metadata = NULL;
	mem->matter.n = 0;
	e = frontmatter_find(file, &front, out, why);
	if (!e) e = read_yaml(mem, buf_slice(&front), &text, out, why);
	if (e) {
		mem->matter.n = 0;
		return e;
	}
	if (mem->matter.uneven) manifest_warn(out, "quoted-line-ends");
	r.root = matter_root(&mem->matter);
	e = fields_read(&r);
	mem->metadata = r.metadata;
	if (!e) e = declare_read(&r);
	return e;
}

void manifest_requires(const struct manifest_memory *mem, struct needs *out)
{
	requires_read(&mem->matter, mem->metadata, out);
}
