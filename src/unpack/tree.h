/* SPDX-License-Identifier: MIT */
/*
 * Writes the members of a package below one directory descriptor: files of
 * mode 0644 or 0755, directories of mode 0755, every time stamp zero, nothing
 * ever followed or replaced. Paths are those that path_read() let through, so
 * they cannot leave the directory.
 * Runs in unpack.
 */
#ifndef UNPACK_TREE_H
#define UNPACK_TREE_H

#include "base/err.h"
#include "unpack/admit.h"

/*
 * Makes the directories of m that are not known yet, m itself included when it
 * is one. E_STORAGE_FULL or E_SYSTEM with why.
 */
enum err tree_directories(int dst, const struct admitted *m, struct why *why);

/* Creates the file of m, empty; its directories are there. */
enum err tree_open(int dst, const struct admitted *m, int *fd, struct why *why);
enum err tree_write(int fd, struct slice bytes, struct why *why);
/* Sets mode and time of a written file and closes it; *fd becomes -1. */
enum err tree_close(int *fd, const struct admitted *m, struct why *why);

/* After the last member: time stamps of all directories of the set. */
enum err tree_finish(int dst, const struct pathset *paths, struct why *why);

#endif
