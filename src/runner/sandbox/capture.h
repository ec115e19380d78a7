/* SPDX-License-Identifier: MIT */
/*
 * One output stream of a test (C24): the first bytes are kept and hashed, all
 * are counted, the rest is read and thrown away so that a test never blocks on
 * us. Runs in runner and the command line.
 */
#ifndef RUNNER_SANDBOX_CAPTURE_H
#define RUNNER_SANDBOX_CAPTURE_H

#include "base/hash.h"
#include "proc/record.h"

struct capture {
	int fd;     /* read end of the pipe, non-blocking; -1 after its end */
	int memory; /* what is kept */
	uint64_t keep, kept, total;
	struct sha256 hash;
	bool failed; /* memory could not be written */
};

#define CAPTURE_INIT                                                                               \
	{                                                                                          \
		.fd = -1, .memory = -1                                                             \
	}

/* Makes pipe and memory file; *write_end is for the test. E_SYSTEM. */
enum err capture_open(struct capture *c, uint64_t keep, int *write_end);
/* Reads what is there; at the end of the stream fd becomes -1. */
void capture_read(struct capture *c);
/* Seals the memory file and hands it over; -1 when something failed. */
int capture_finish(struct capture *c, struct stream_facts *facts);
void capture_drop(struct capture *c);

#endif
