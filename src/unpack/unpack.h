/* SPDX-License-Identifier: MIT */
/*
 * Bodies of the throw-away processes of a package. The caller has made the
 * process and taken its rights away; what it may still do stands on top of
 * unpack.c. Each reports one encoded result and no digest (C11).
 */
#ifndef UNPACK_UNPACK_H
#define UNPACK_UNPACK_H

#include "base/slice.h"

/*
 * Unpacks into dst_fd, an empty directory that nobody else uses. source_fd is
 * a sealed memory file with the archive, or a directory to copy. Writes a
 * struct unpack_result (proc/unpack_result.h) to result_fd. The refusal in it
 * may also be E_SYSTEM, E_STORAGE_FULL, E_NO_MEMORY or E_INTERNAL: then the
 * fault is not the package's. Returns 0, or 1 when no result could be written.
 */
int unpack_process(int result_fd, int source_fd, int dst_fd);

/*
 * Reads SKILL.md from source_fd, a regular or memory file at offset 0, and
 * writes a struct manifest_result to result_fd. top_directory as in
 * manifest_read(). Returns as above.
 */
int manifest_process(int result_fd, int source_fd, struct slice top_directory);

/*
 * Reads a struct signature_request (proc/signature.h) from source_fd, a sealed
 * memory file, and writes a struct signature_facts to result_fd, its sha256
 * zero. Returns 0, or 1 when there is no result.
 */
int signature_process(int result_fd, int source_fd);

/*
 * Reads a struct inspection_request (proc/inspection.h) from source_fd, a sealed
 * memory file, searches the files below root_fd and writes a struct inspection
 * to result_fd. Returns 0, or 1 when there is no result.
 */
int inspect_process(int result_fd, int source_fd, int root_fd);

/*
 * Reads tokens and frames (proc/leaks.h) from source_fd, a socket, until its end and
 * writes a struct leaks_found to result_fd. Returns 0, or 1 when there is no result.
 */
int leaks_process(int result_fd, int source_fd);

#endif
