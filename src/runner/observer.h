/* SPDX-License-Identifier: MIT */
/*
 * The table of what a job's runs did, filled by whoever sees something: the
 * listener of system calls, the sinkhole, the canaries, the walk over what was
 * written. One for a job; all memory is there from the start, so that nothing
 * allocates while a program waits for an answer.
 *
 * Rows of one kind have room of their own: a flood of one kind cannot push out
 * another, and what has no room is counted (more). Of one kind, a row that is a
 * reason (proc/behaviour.h) takes the place of one that is none, so that nobody
 * hides a write to ~/.bashrc behind a thousand to /skill.
 * Runs in runner workers and the command line; pure.
 */
#ifndef RUNNER_OBSERVER_H
#define RUNNER_OBSERVER_H

#include "proc/leaks.h"
#include "proc/observation.h"

struct observer;

/* With monitor MONITOR_NONE nothing is kept. E_NO_MEMORY. Dropped with observer_drop. */
enum err observer_new(struct observer **out, uint8_t monitor);
void observer_drop(struct observer *o);

uint8_t observer_monitor(const struct observer *o);
/* Rows that follow belong to this phase (enum observed_phase). */
void observer_phase(struct observer *o, uint8_t phase);

/*
 * Counts one more of (phase, kind, value, detail) and gives its row, for what
 * else is known; NULL without a monitor. Where there is no room, the row is
 * judged by what it says when the next call comes: as a reason it takes the
 * place of another, else it is counted and gone. Any bytes may be
 * given: they are escaped (C10) and cut to LIMIT_OBSERVED_BYTES here. A row
 * pointer is valid until the next call. An empty value counts as "-".
 */
struct observed *observer_saw(
	struct observer *o, uint8_t kind, struct slice value, struct slice detail);
/* A row that is there already, without counting; NULL when there is none. */
struct observed *observer_find(
	struct observer *o, uint8_t kind, struct slice value, struct slice detail);
/* Something was lost; what was seen is not all that happened. */
void observer_dropped(struct observer *o, uint32_t n);
/* A part of the watch did not hold: complete is false from here on. */
void observer_broken(struct observer *o);

/* Puts stars in the place of a decoy's token in all rows (runner/mask.h). */
void observer_mask(struct observer *o, const uint8_t core[LEAK_TOKEN]);
/* Names a planted canary, in the order of the list in the statement. */
void observer_planted(struct observer *o, struct slice name);
/* What is counted once: fields of struct observation other than rows. */
struct observation *observer_totals(struct observer *o);

/*
 * The whole, rows sorted. Slices point into the observer. complete is set when
 * nothing was dropped or broken.
 */
void observer_finish(struct observer *o, struct observation *out);

#endif
