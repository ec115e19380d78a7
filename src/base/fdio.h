/* SPDX-License-Identifier: MIT */
/*
 * Descriptors and files: whole reads and writes. All descriptors that these
 * functions make are close-on-exec. Sealed memory files: proc/memfd.h.
 * Runs in every role.
 */
#ifndef BASE_FDIO_H
#define BASE_FDIO_H

#include "base/buf.h"
#include "base/err.h"
#include "base/slice.h"

/* Closes *fd when it is open and sets it to -1. */
void fd_close(int *fd);
enum err fd_write_all(int fd, struct slice s);
/* From the current offset to the end, at most as much as b may still take. */
enum err fd_read_all(int fd, struct buf *b);
/* From one descriptor to the other until the end. E_TOO_LARGE behind max bytes, E_SYSTEM. */
enum err fd_copy(int from, int to, uint64_t max);
/* A whole regular file of at most max bytes; E_ABSENT, E_TOO_LARGE or E_SYSTEM. */
enum err file_read(const char *path, size_t max, struct buf *b);
/* Writes a file anew with mode 0644 and syncs nothing. */
enum err file_write(const char *path, struct slice s);
/*
 * Replaces a file, or makes it: a reader sees the old content or the new one,
 * never a part, also after a power cut. The new file is made beside it, under
 * the same name with a random end. Mode 0644.
 */
enum err file_replace(const char *path, struct slice s);
/* The same with mode 0600. */
enum err file_replace_private(const char *path, struct slice s);
enum err fd_nonblock(int fd);
enum err fd_size(int fd, uint64_t *size);

#endif
