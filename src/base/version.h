/* SPDX-License-Identifier: MIT */
/* Name and version of the program, as they stand in statements and pages. */
#ifndef BASE_VERSION_H
#define BASE_VERSION_H

#define SV_NAME    "skill-verifier"
#define SV_VERSION "0.1.0"

#endif
