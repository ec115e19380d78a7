/* SPDX-License-Identifier: MIT */
/*
 * Copies a directory as if it were an archive: the same rules for every
 * entry, entries of each directory in bytewise order. Nothing is followed:
 * links, devices, pipes, sockets and mount points are refused, and an entry
 * that changes between looking at it and reading it is refused too.
 * Runs in unpack; the directory may be changed by others meanwhile.
 */
#ifndef UNPACK_DIRECTORY_H
#define UNPACK_DIRECTORY_H

#include "unpack/job.h"

/*
 * source is a directory descriptor (O_PATH will do); it stays the caller's.
 * Result and refusal as with unpack_archive(); E_SYSTEM also for entries that
 * may not be read. Memory: at most LIMIT_MEMBERS names.
 */
enum err unpack_directory(int source, struct unpack_job *job);

#endif
