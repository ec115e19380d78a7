/* SPDX-License-Identifier: MIT */
/* Archives and compiled programs, by their first bytes. Pure. */
#include "facts/find.h"

static const struct {
	size_t at;
	struct slice magic;
	const char *what;
} kinds[] = {
	{0,
		{(const uint8_t *)"\x7f"
				  "ELF",
			4},
		"ELF program"},
	{0, {(const uint8_t *)"\xcf\xfa\xed\xfe", 4}, "Mach-O program"},
	{0, {(const uint8_t *)"\xce\xfa\xed\xfe", 4}, "Mach-O program"},
	{0, {(const uint8_t *)"\xca\xfe\xba\xbe", 4}, "Mach-O or Java program"},
	{0, {(const uint8_t *)"MZ", 2}, "Windows program"},
	{0, {(const uint8_t *)"\0asm", 4}, "WebAssembly program"},
	{0, {(const uint8_t *)"PK\x03\x04", 4}, "zip archive"},
	{0, {(const uint8_t *)"\x1f\x8b", 2}, "gzip data"},
	{0, {(const uint8_t *)"BZh", 3}, "bzip2 data"},
	{0,
		{(const uint8_t *)"\xfd"
				  "7zXZ",
			5},
		"xz data"},
	{0, {(const uint8_t *)"\x28\xb5\x2f\xfd", 4}, "zstd data"},
	{0, {(const uint8_t *)"7z\xbc\xaf\x27\x1c", 6}, "7-Zip archive"},
	{0, {(const uint8_t *)"Rar!", 4}, "RAR archive"},
	{257, {(const uint8_t *)"ustar", 5}, "tar archive"},
	{0, {(const uint8_t *)"!<arch>\n", 8}, "ar archive"},
};

/* Suffixes of Python's compiled modules, whose magic changes with each version. */
static bool is_bytecode(struct slice path)
{
	return slice_ends(path, ".pyc") || slice_ends(path, ".pyo");
}

void find_nested(struct find *in, struct slice bytes)
{
	const char *what = is_bytecode(in->path) ? "Python bytecode" : NULL;
	size_t i;

	for (i = 0; !what && i < sizeof kinds / sizeof *kinds; i++)
		if (slice_eq(slice_sub(bytes, kinds[i].at, kinds[i].magic.n), kinds[i].magic))
			what = kinds[i].what;
	if (what) find_add_file(in, FACT_NESTED, slice_str(what));
}
