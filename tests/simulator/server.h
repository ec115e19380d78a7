/* SPDX-License-Identifier: MIT */
/*
 * The event loop: one unix stream socket, many connections, no threads. Quotes
 * are made one at a time, so a delayed one holds up those behind it.
 * Runs in the simulator.
 */
#ifndef SIM_SERVER_H
#define SIM_SERVER_H

#include "agent.h"

/* Connections at a time; beyond this the one that is idle longest gives way. */
#define SERVER_CONNECTIONS 512
/* Idle connections are closed (specs/dstack.md 1.2). */
#define SERVER_IDLE_MS 10000
/* How long the faults restart and refuse keep the socket away. */
#define SERVER_DOWN_MS 2000

/*
 * Serves until SIGTERM or SIGINT, then removes the socket. Prints the ready
 * line on standard output once connections are accepted. E_SYSTEM (errno is
 * set), E_RANGE (the path is too long) or E_AGAIN (somebody serves it already).
 */
enum err server_run(struct agent *a, const char *path);

#endif
