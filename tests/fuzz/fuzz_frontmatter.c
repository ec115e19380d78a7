/* SPDX-License-Identifier: MIT */
/* Frontmatter, the YAML tree, and its repair. */
#include "fuzz.h"

#include <string.h>

#include "base/text.h"
#include "unpack/frontmatter.h"
#include "unpack/matter.h"

static struct matter tree;
static uint8_t front_mem[LIMIT_FRONTMATTER_BYTES], repaired_mem[4 * LIMIT_FRONTMATTER_BYTES],
	text_mem[4 * LIMIT_FRONTMATTER_BYTES];

/* Every node is reached once, texts are UTF-8 without NUL, keys are texts. */
static void check_tree(const struct buf *text)
{
	unsigned i, children = 0;

	FUZZ_ASSERT(tree.n >= 1 && tree.n <= LIMIT_YAML_NODES);
	for (i = 1; i <= tree.n; i++) {
		const struct matter_node *n = &tree.nodes[i], *c;
		unsigned count = 0;

		FUZZ_ASSERT(n->line >= FRONTMATTER_LINE && n->column >= 1);
		FUZZ_ASSERT(inside(buf_slice(text), n->text));
		FUZZ_ASSERT(utf8_valid(n->text) && slice_find(n->text, 0, 0) == n->text.n);
		for (c = matter_first(&tree, n); c; c = matter_next(&tree, c)) {
			FUZZ_ASSERT(n->kind != MATTER_TEXT);
			FUZZ_ASSERT(n->kind != MATTER_MAP || count % 2 || c->kind == MATTER_TEXT);
			count++;
		}
		FUZZ_ASSERT(n->kind != MATTER_MAP || count % 2 == 0);
		children += count;
	}
	FUZZ_ASSERT(children == tree.n - 1);
}

static enum err read_tree(struct slice in)
{
	struct buf text = buf_on(text_mem, sizeof text_mem);
	struct why why = WHY_INIT;
	enum err e = matter_read(&tree, &text, in, FRONTMATTER_LINE, &why);

	FUZZ_ASSERT(e != E_NO_MEMORY && (!e || why.text[0]));
	if (!e) check_tree(&text);
	return e;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buf front = buf_on(front_mem, sizeof front_mem);
	struct buf repaired = buf_on(repaired_mem, sizeof repaired_mem);
	struct slice s = slice_of(data, size);
	struct manifest m = {0};
	struct why why = WHY_INIT;
	enum err e = frontmatter_find(s, &front, &m, &why);

	FUZZ_ASSERT(!e || why.text[0]);
	if (e) return 0;
	e = read_tree(buf_slice(&front));
	if (matter_repair(buf_slice(&front), &repaired)) {
		FUZZ_ASSERT(repaired.n > 0 && repaired.err == E_OK);
		if (e == E_YAML_INVALID) read_tree(buf_slice(&repaired));
	}
	return 0;
}
