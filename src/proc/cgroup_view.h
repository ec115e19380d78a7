/* SPDX-License-Identifier: MIT */
/*
 * Control groups in a container, where the engine shows them read-only: the same
 * groups once more, from our own one down, mounted for this process alone.
 * Runs in init and the command line.
 */
#ifndef PROC_CGROUP_VIEW_H
#define PROC_CGROUP_VIEW_H

#include <stdbool.h>

/*
 * Where the hierarchies at /sys/fs/cgroup are mounted read-only: a cgroup and a
 * mount namespace of our own, in which they stand in the same places, as deep as
 * our own group and with what rights its owner has. Our own group is "/" from
 * then on. False, with nothing mounted, when they are not read-only or the
 * kernel refuses: the caller goes on without control groups.
 */
bool cgroup_view_open(void);

#endif
