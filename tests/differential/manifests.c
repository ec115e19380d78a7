/* SPDX-License-Identifier: MIT */
/*
 * Our reading of many SKILL.md files in one process, for comparison with other
 * YAML readers. Standard input: files, each behind its length as 32 bits,
 * little endian. Standard output: one line of JSON a file. The top directory
 * is always "top".
 */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/fdio.h"
#include "base/json_write.h"
#include "unpack/manifest_read.h"

/* A line: the texts of a manifest with every byte escaped. */
#define LINE_BYTES (8 * LIMIT_FRONTMATTER_BYTES)

static void text_or_null(struct jw *w, const char *name, struct slice s)
{
	if (s.p)
		jw_key_str(w, name, s);
	else
		jw_key_null(w, name);
}

static void print_manifest(struct buf *b, enum err e, const struct manifest *m, const char *text)
{
	struct jw w = jw_to(b, false);
	unsigned i;

	jw_object(&w);
	jw_key_cstr(&w, "code", e ? err_name(e) : "ok");
	if (e) {
		jw_key(&w, "text");
		jw_lossy(&w, slice_str(text));
	} else {
		text_or_null(&w, "name", m->name);
		text_or_null(&w, "version", m->version);
		text_or_null(&w, "description", m->description);
		jw_key(&w, "command");
		jw_array(&w);
		for (i = 0; i < m->command.n; i++)
			jw_str(&w, m->command.argv[i]);
		jw_array_end(&w);
	}
	jw_key(&w, "warnings");
	jw_array(&w);
	for (i = 0; i < m->n_warnings; i++)
		jw_str(&w, m->warnings[i]);
	jw_array_end(&w);
	jw_object_end(&w);
	buf_u8(b, '\n');
}

/* Exactly n bytes of standard input. */
static bool take(void *dst, size_t n)
{
	return fread(dst, 1, n, stdin) == n;
}

int main(void)
{
	struct manifest_memory *mem = manifest_memory_new();
	uint8_t *file = malloc(LIMIT_MANIFEST_BYTES + 1);
	struct buf b = buf_heap(LINE_BYTES);
	static struct manifest m;
	uint8_t head[4];

	if (!mem || !file) return 1;
	while (take(head, sizeof head)) {
		size_t n = head[0] | (size_t)head[1] << 8 | (size_t)head[2] << 16 |
			   (size_t)head[3] << 24;
		struct why why = WHY_INIT;
		enum err e;

		if (n > LIMIT_MANIFEST_BYTES || !take(file, n)) return 1;
		e = manifest_read(slice_of(file, n), SLICE("top"), mem, &m, &why);
		print_manifest(&b, e, &m, why.text);
		if (b.err || fd_write_all(1, buf_slice(&b))) return 1;
		buf_reset(&b);
	}
	buf_drop(&b);
	free(file);
	manifest_memory_free(&mem);
	return 0;
}
