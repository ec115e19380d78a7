/* SPDX-License-Identifier: MIT */
/*
 * Runs of zero bytes: the only thing that may stand behind an archive, and
 * only as far as writers put it there. Runs in unpack; pure.
 */
#ifndef UNPACK_ZEROS_H
#define UNPACK_ZEROS_H

#include "base/slice.h"

/* tar, and bsdtar for every format when it writes to a pipe, pad to a multiple of this. */
#define RECORD_BYTES 10240

bool all_zero(struct slice s);

/*
 * True when rest, the end of an archive of total bytes, is empty or is zeros
 * that fill the last record and no more.
 */
bool is_padding(struct slice rest, uint64_t total);

#endif
