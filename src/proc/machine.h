/* SPDX-License-Identifier: MIT */
/*
 * What pid 1 owes a machine that nobody has prepared: the mounts that a
 * container engine makes for others, and an end that is no kernel panic
 * (specs/sandbox.md 16). For any other process all of this is nothing.
 * Runs in init, before it is configured.
 */
#ifndef PROC_MACHINE_H
#define PROC_MACHINE_H

#include "base/err.h"

/*
 * Mounts what is absent of /proc, /sys, control groups, /dev, /dev/shm, /run
 * and /tmp, and says so in the log. What is there stays as it is, whoever made
 * it, and nothing is mounted over files. E_CONFIG when there is no /proc and
 * none can be had; without any of the others the appliance starts, and what
 * needs it says what it lacks.
 */
enum err machine_prepare(struct why *why);

/*
 * For the very end of pid 1: where its exit would be a kernel panic, that is
 * in the machine's own PID namespace, the machine is switched off. Returns in
 * a container, whose engine wants the exit status.
 */
void machine_end(void);

#endif
