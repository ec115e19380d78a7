/* SPDX-License-Identifier: MIT */
/*
 * The appliance's first process: prepares the machine, starts the four roles,
 * watches, restarts and stops them. As pid 1 it also reaps orphans. It parses
 * no byte from outside.
 */
#ifndef PROC_INIT_H
#define PROC_INIT_H

#include "proc/conf.h"
#include "proc/cgroup.h"

/* Runs the appliance until it is told to stop; the process's exit status. */
int init_main(const struct conf *conf);

#endif
