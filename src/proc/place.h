/* SPDX-License-Identifier: MIT */
/*
 * What init takes from the machine before there are roles: descriptors,
 * signals, the data directory, the listening socket, our own file. Every
 * failure is E_CONFIG and says what is in the way.
 * Runs in init.
 */
#ifndef PROC_PLACE_H
#define PROC_PLACE_H

#include "base/hash.h"
#include "proc/conf.h"

/* 0, 1 and 2 exist and nothing else does: what our starter left open is not for roles. */
enum err place_descriptors(struct why *why);
/* Blocks what init handles; *fd becomes a signalfd. */
enum err place_signals(int *fd, struct why *why);
/* Makes the data directory and gives it to uid alone. */
enum err place_data(const struct conf *c, uint32_t uid, struct why *why);
/* *fd becomes the listening socket. */
enum err place_listener(const struct conf *c, int *fd, struct why *why);
/* *fd becomes our own file: executed for each role, its digest goes into statements. */
enum err place_binary(int *fd, uint8_t digest[SHA256_LEN], struct why *why);

#endif
