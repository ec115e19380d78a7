/* SPDX-License-Identifier: MIT */
/*
 * Lets libarchive read an archive that our own scan has read before it, and
 * writes the members: both readers must agree on name, type and size of every
 * member, in order (C42). Whoever opens the archive feeds libarchive only
 * bytes that the scan has accepted.
 * Runs in unpack.
 */
#ifndef UNPACK_EXTRACT_H
#define UNPACK_EXTRACT_H

#include <archive.h>

#include "unpack/job.h"

struct extraction {
	struct unpack_job *job;
	/* The next member of the scan; false when there is none. path lives until the next call. */
	bool (*expect)(void *ctx, struct admitted *out);
	void *ctx;
	bool positions; /* header positions are comparable */
	enum err stop;  /* set by read callbacks: why libarchive got no more bytes */
	uint32_t member;
};

/*
 * Reads a, opened, to its end. E_PKG_FORMAT when the readers disagree or
 * libarchive finds damage (job->why says which), x->stop, or an error of
 * writing.
 */
enum err extract(struct extraction *x, struct archive *a);

#endif
