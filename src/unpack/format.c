/* SPDX-License-Identifier: MIT */
/* Kinds of uploads. Runs in unpack; pure. */
#include "unpack/format.h"

#include "proc/record.h"
#include "unpack/scan_tar.h"
#include "unpack/zeros.h"

#define ADVICE "submit a .tar, .tar.gz, .tar.zst or .zip archive, or a SKILL.md"

#define MAGIC_MIN 4 /* the longest magic that decides */

/* Things people send by mistake, so that the answer can name them. */
static enum err refuse(struct slice body, struct why *why)
{
	static const struct {
		struct slice magic;
		const char *what;
	} known[] = {
		{SLICE("\xfd"
		       "7zXZ\0"),
			"xz-compressed data"},
		{SLICE("BZh"), "bzip2-compressed data"},
		{SLICE("7z\xbc\xaf\x27\x1c"), "a 7z archive"},
		{SLICE("Rar!\x1a\x07"), "a RAR archive"},
		{SLICE("!<arch>\n"), "an ar archive"},
		{SLICE("07070"), "a cpio archive"},
		{SLICE("PK\x07\x08"), "a part of a split zip archive"},
		{SLICE("\x50\x2a\x4d\x18"), "a zstd stream of several frames"},
		{SLICE("\x7f"
		       "ELF"),
			"a program"},
		{SLICE("#!"), "a script"},
		{SLICE("<"), "a web page or XML"},
		{SLICE("{"), "JSON"},
	};
	size_t i;

	for (i = 0; i < sizeof known / sizeof *known; i++)
		if (slice_eq(slice_sub(body, 0, known[i].magic.n), known[i].magic))
			return why_set(why, E_PKG_FORMAT, "this is %s; " ADVICE, known[i].what);
	return why_set(why, E_PKG_FORMAT, "this is no known kind of archive; " ADVICE);
}

/* An archive that begins with its end marker is all zeros, unlike a disk image. */
static bool is_tar(struct slice body)
{
	if (!tar_begins(body)) return false;
	return !all_zero(slice_sub(body, 0, TAR_BLOCK)) || all_zero(body);
}

static bool is_manifest(struct slice body)
{
	if (slice_starts(body, "\xef\xbb\xbf")) body = slice_from(body, 3);
	return slice_starts(body, "---");
}

enum err format_detect(struct slice body, struct format *out, struct why *why)
{
	struct format f = {PACKAGE_TAR, COMPRESSION_NONE};

	if (body.n == 0) return why_set(why, E_NO_PACKAGE, "the package is empty");
	if (body.n < MAGIC_MIN || (body.n < TAR_BLOCK && all_zero(body)))
		return why_set(why, E_PKG_TRUNCATED, "%zu bytes are no archive", body.n);
	if (slice_starts(body, "\x1f\x8b"))
		f.compression = COMPRESSION_GZIP;
	else if (slice_starts(body, "\x28\xb5\x2f\xfd"))
		f.compression = COMPRESSION_ZSTD;
	else if (slice_starts(body, "PK\3\4") || slice_starts(body, "PK\5\6"))
		f.format = PACKAGE_ZIP;
	else if (is_manifest(body) && !is_tar(body))
		f.format = PACKAGE_SKILL_MD;
	else if (!is_tar(body))
		return refuse(body, why);
	*out = f;
	return E_OK;
}
