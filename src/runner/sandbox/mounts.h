/* SPDX-License-Identifier: MIT */
/*
 * The steps of a job's init that make its tree (specs/sandbox.md 4): the order,
 * and the names that failures carry, stand in inner.c. Each returns 0, or -1 with
 * errno, and all before mounts_enter need the worker's view around them.
 * Runs in a job's init.
 */
#ifndef RUNNER_SANDBOX_MOUNTS_H
#define RUNNER_SANDBOX_MOUNTS_H

#include "runner/sandbox/inner.h"

int mounts_private(struct inner *in);
int mounts_runtime(struct inner *in);
int mounts_devices(struct inner *in);
int mounts_processes(struct inner *in);
int mounts_skill(struct inner *in);
int mounts_writable(struct inner *in);
/* Of an observed phase: names are asked of the sinkhole. */
int mounts_resolver(struct inner *in);
int mounts_enter(struct inner *in);
int mounts_leave_old(struct inner *in);
int mounts_verify(struct inner *in);
/* For S, which gets it with the report: in->mounts. */
int mounts_keep(struct inner *in);

#endif
