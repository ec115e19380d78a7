/* SPDX-License-Identifier: MIT */
/*
 * Runs the unpacker in this process on bytes or a directory, into a fresh
 * directory under /tmp, and looks at what came out.
 */
#ifndef UNPACK_RUN_H
#define UNPACK_RUN_H

#include "base/err.h"
#include "base/slice.h"
#include "make_archive.h"
#include "proc/manifest.h"

/* What unpacking ended with; texts are copies. */
struct unpacked {
	enum err code;
	uint32_t member, entries, ignored;
	uint64_t bytes;
	unsigned format, compression;
	char name[2100], text[256]; /* of the refusal */
	char warnings[256];         /* joined with blanks */
	char first_ignored[600];
	char dir[64]; /* the directory, until unpacked_drop */
	int fd;
};

struct unpacked run_archive(struct slice archive);
struct unpacked run_directory(const char *path);
/* The same with a deadline that has passed. */
struct unpacked run_late(struct slice archive);
struct unpacked run_directory_late(const char *path);
/* Removes the directory. */
void unpacked_drop(struct unpacked *u);

/* An empty directory under /tmp; remove_tree removes it. */
void fresh_directory(char path[64]);
void remove_tree(const char *path);

/* True when the file is there with this content, mode 0644 or 0755, and time 0. */
bool has_file(const struct unpacked *u, const char *path, const char *content, bool executable);
bool has_directory(const struct unpacked *u, const char *path);
bool is_absent(const struct unpacked *u, const char *path);
/* Number of files and directories below it. */
unsigned count_tree(const struct unpacked *u);

/* Checks the code, shows text and member when it is another one. Drops u. */
#define CHECK_UNPACK(bytes, want) check_unpack(__FILE__, __LINE__, (bytes), (want))
void check_unpack(const char *file, int line, struct slice bytes, enum err want);

/* Ends a tar archive, checks what unpacking it gives, and drops it. */
#define CHECK_TAR(b, want) check_tar(__FILE__, __LINE__, (b), (want))
void check_tar(const char *file, int line, struct buf *b, enum err want);
/* The same for a zip archive of an array of files. */
#define CHECK_ZIP(files, want)                                                                     \
	check_zip(__FILE__, __LINE__, (files), sizeof(files) / sizeof *(files), (want))
void check_zip(const char *file, int line, struct zip_file *files, unsigned n, enum err want);

/* List of codes joined with blanks. */
const char *join_codes(char out[256], const struct slice *list, unsigned n);

#endif
