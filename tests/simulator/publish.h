/* SPDX-License-Identifier: MIT */
/*
 * The files that a relying party of the simulator needs (README.md lists
 * them). Runs in the simulator.
 */
#ifndef SIM_PUBLISH_H
#define SIM_PUBLISH_H

#include "guest.h"

/* Writes all files into dir, which is made when it is absent. E_SYSTEM with errno. */
enum err publish(const struct guest *g, const char *dir);

#endif
