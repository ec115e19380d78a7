/* SPDX-License-Identifier: MIT */
/*
 * Reads every file of an unpacked package and lets facts/ search it.
 * Runs in unpack, in a throw-away process of its own.
 */
#ifndef UNPACK_INSPECT_H
#define UNPACK_INSPECT_H

#include "base/err.h"
#include "proc/inspection.h"

struct inspect;

/*
 * Searches the files that r names, below the directory root. *out stays valid
 * until inspect_free. A file that is not there, is no plain file or is larger
 * than a package may hold is E_INTERNAL: whoever wrote the list saw it.
 */
enum err inspect_package(struct inspect **mem, const struct inspection_request *r, int root,
	struct inspection **out);
void inspect_free(struct inspect **mem);

#endif
