/* SPDX-License-Identifier: MIT */
/*
 * Sealed memory files, in which processes hand each other bytes that neither can
 * change any more, and mappings of them. Linux only: another system needs its own.
 * Runs in every role.
 */
#ifndef PROC_MEMFD_H
#define PROC_MEMFD_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "base/slice.h"

/* An empty memory file that can be sealed; name is for /proc only. -1 with errno. */
int memfd_open(const char *name);
/* Forbids every later change of content and size of a memory file. */
enum err memfd_seal(int fd);
/* True when fd is a memory file whose content can never change again. */
bool memfd_sealed(int fd);
/* A sealed memory file with this content; -1 with errno. */
int memfd_of(const char *name, struct slice content);

/*
 * Maps a sealed memory file of at most max bytes for reading. The slice lives
 * until map_drop. E_FORMAT when it is not sealed, E_TOO_LARGE or E_SYSTEM else.
 */
enum err map_sealed(int fd, size_t max, struct slice *out);
/*
 * Of a mapping made by map_sealed, the first `used` bytes will not be read
 * again: from time to time they stop counting as memory of this process. *done
 * starts at 0 and is kept by the caller.
 */
void map_forget(struct slice s, size_t *done, size_t used);
void map_drop(struct slice *s);

#endif
