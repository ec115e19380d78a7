/* SPDX-License-Identifier: MIT */
/*
 * Processes through a descriptor of a procfs. It need not be mounted anywhere
 * that this process can see, and may count processes in another PID namespace
 * than ours: numbers are those of that procfs.
 * Runs in init, runner and the command line.
 */
#ifndef PROC_PROCFS_H
#define PROC_PROCFS_H

#include <sys/types.h>

#include "base/buf.h"

/* The procfs of this mount namespace; -1 with errno. */
int procfs_open(void);
/* Our own number there, 0 when it does not show us. */
pid_t procfs_self(int proc);
/* The number there of the process behind one of our pidfds, 0 when it is gone or not shown. */
pid_t procfs_pid(int proc, int pidfd);
/* Writes text to a process's file with one write(2), as maps of ids need it; -1 with errno. */
int procfs_write(int proc, pid_t pid, const char *file, const char *text);
/* Adds a process's file to b. */
enum err procfs_read(int proc, pid_t pid, const char *file, struct buf *b);

#endif
