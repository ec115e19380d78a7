/* SPDX-License-Identifier: MIT */
/*
 * Landlock as a second wall behind the mounts (specs/sandbox.md 8): what a
 * test may read, write and execute by path, no TCP, no signals and abstract
 * sockets to the outside, as far as the kernel's ABI knows these.
 * Runs in the payload before it executes, and in the probe.
 */
#ifndef RUNNER_SANDBOX_LANDLOCK_H
#define RUNNER_SANDBOX_LANDLOCK_H

#include <stdbool.h>

/* The kernel's ABI version, 0 when Landlock is absent or disabled. */
int landlock_abi(void);
/*
 * Restricts this process for good, by the paths of a job's root. abi is what
 * landlock_abi answered and at least 1. With tcp, TCP is left to the network
 * namespace, in which a sinkhole takes it. 0, or -1 with errno.
 */
int landlock_restrict(int abi, bool tcp);

#endif
