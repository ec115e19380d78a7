/* SPDX-License-Identifier: MIT */
/*
 * An outer user namespace for machines that do not give us CAP_SYS_ADMIN (a
 * container with few capabilities, an ordinary user): inside it this process
 * is root and may make all other namespaces (C45).
 * Runs in init and the command line.
 */
#ifndef PROC_USERNS_H
#define PROC_USERNS_H

#include <stdint.h>

#include "base/err.h"

/* Root with the right to make namespaces: userns_become_root has nothing to do. */
bool userns_is_root(void);
/*
 * Does nothing with CAP_SYS_ADMIN. Otherwise moves this (single-threaded)
 * process into a new user and mount namespace and becomes uid 0 there: with an
 * identity map of all ids when it may map them, else with its own id only.
 * E_SANDBOX_SETUP with what to change on the machine.
 */
enum err userns_become_root(struct why *why);

/* What to change where namespaces are refused with this errno to root: E_SANDBOX_SETUP. */
enum err userns_refused(int sys, struct why *why);
/* Adds to a refusal that tier T4, when it is asked for, is no way around it. */
void userns_no_tier_4(uint8_t allow_tier, struct why *why);
/*
 * One namespace further in, always, with every id of here under its own number:
 * what this process mounts, makes and kills from now on, it may by rights that
 * count only there. Mounts that it sees are locked as they are. proc is a
 * procfs that may be written to and shows this process. E_SANDBOX_SETUP.
 */
enum err userns_nest(int proc, struct why *why);

/*
 * userns_become_root for `serve`, whose roles need user ids of their own: E_CONFIG where
 * only one id exists.
 */
enum err userns_for_roles(struct why *why);

/* The highest user id that exists in this user namespace, plus one, read through a procfs; 0 when it cannot be read. */
uint64_t userns_ids(int proc);
/* Below this many ids slots and roles cannot have ids of their own. */
#define USERNS_FEW_IDS 4096

#endif
