/* SPDX-License-Identifier: MIT */
/*
 * The file list of a package (C27): what every file of the tested tree was, so
 * that an installed directory can be compared with it, file by file.
 * Runs in the command line; pure; the list of a bundle is attacker controlled
 * until its digest is compared with the signed one.
 */
#ifndef CHECK_FILELIST_H
#define CHECK_FILELIST_H

#include "base/buf.h"
#include "base/err.h"
#include "base/hash.h"
#include "base/json.h"

struct file_entry {
	struct slice path; /* relative, "/" between components */
	bool executable;
	uint64_t size;
	uint8_t sha256[SHA256_LEN];
};

/* Sorted bytewise by path, no path twice. */
struct filelist {
	struct file_entry *entry; /* heap */
	size_t n, cap;
};

#define FILELIST_INIT                                                                              \
	{                                                                                          \
		NULL, 0, 0                                                                         \
	}

/* Appends; E_NO_MEMORY, or E_TOO_LARGE above LIMIT_MEMBERS. */
enum err filelist_add(struct filelist *l, const struct file_entry *f);
/* Sorts; E_FORMAT when a path stands there twice. */
enum err filelist_sort(struct filelist *l);
void filelist_drop(struct filelist *l);

/*
 * Reads the member "files" of a bundle and compares it with the signed digests:
 * E_BUNDLE_FORMAT, E_COPY_MISMATCH or E_NO_MEMORY. Slices live as long as the
 * tree; out is to be dropped in any case.
 */
enum err filelist_read(const struct cJSON *files, const uint8_t files_sha256[SHA256_LEN],
	const uint8_t dir_hash1[SHA256_LEN], struct filelist *out, struct why *why);

/* How a directory differs from the list. */
struct filelist_diff {
	size_t identical, changed, missing, added;
	size_t omitted; /* missing, and what installers leave out */
	size_t extra;   /* added, and what installers write beside */
	/* The first that counts as a difference, and the first that does not. */
	struct slice changed_path, missing_path, added_path, omitted_path, extra_path;
};

/*
 * Compares a directory with the list of the tested tree. A changed byte or
 * mode, a file more or a file less is a difference, but for the names that
 * common installers are known to leave out (specs/skills.md 1.3) or to add.
 * True when nothing differs but those.
 */
bool filelist_same(
	const struct filelist *tested, const struct filelist *found, struct filelist_diff *out);

#endif
