/* SPDX-License-Identifier: MIT */
/*
 * What a phase does with given files: the kernel notes it (inotify), so it counts
 * whoever did it and whatever way was taken: an interpreter, an import, cat, a
 * program that is started. A watch belongs to the file, not to its name: what a
 * job puts in its place is another file. Nobody wakes up for it; S reads the queue
 * when the job is dead.
 *
 * A file counts as read at its first read(2) or execve, or when it was opened for
 * reading alone and closed (an empty file; one that was only mapped). Opening for
 * writing is not reading. A watch for reading fires once, so those flood nothing;
 * one for all events may, and an overflow is said.
 *
 * S makes the list in memory that it shares with I, which adds the watches and
 * writes down their numbers.
 * Runs in runner workers, the command line and a job's init.
 */
#ifndef RUNNER_SANDBOX_READS_H
#define RUNNER_SANDBOX_READS_H

#include "base/err.h"
#include "base/limits.h"
#include "base/slice.h"

#define READS_MAX   (LIMIT_MEMBERS + LIMIT_CANARIES)
#define READS_BYTES (LIMIT_MEMBERS * (LIMIT_PATH_BYTES + 8) + LIMIT_CANARIES * 128)

struct reads {
	unsigned n;
	size_t used;
	bool broken; /* a watch could not be had, or its news were lost */
	struct {
		uint32_t path; /* in text */
		int32_t watch; /* the kernel's number; 0: none */
		bool all;      /* every event, not the first read alone */
		bool read, opened;
	} list[READS_MAX];
	char text[READS_BYTES];
};

/* E_NO_MEMORY. Memory that is not used is not there. */
enum err reads_new(struct reads **out);
void reads_drop(struct reads **r);
/*
 * Adds a file: below the job's root ("skill/x"), or as I sees it before it leaves
 * our root ("/job/mem/home/x"). all: opened is noted too. False when there is no room.
 */
bool reads_add(struct reads *r, const char *below, struct slice path, bool all);
/* Marks what was read, from the descriptor that I handed over; -1 is broken. */
void reads_end(struct reads *r, int fd);

struct inner;
/* I's step "package-watch": fills in->watch. Not to have it is no failure of the job's. */
int reads_watch(struct inner *in);

#endif
