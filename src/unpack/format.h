/* SPDX-License-Identifier: MIT */
/*
 * What an upload is, by its first bytes and never by its name (specs/skills.md
 * 2.1): tar, tar in gzip, tar in zstd, zip, or a bare SKILL.md.
 * Runs in unpack; pure; input is attacker controlled.
 */
#ifndef UNPACK_FORMAT_H
#define UNPACK_FORMAT_H

#include "base/err.h"
#include "base/slice.h"

struct format {
	uint8_t format, compression; /* enum package_format, package_compression */
};

/*
 * E_NO_PACKAGE for nothing, E_PKG_TRUNCATED for too little to tell,
 * E_PKG_FORMAT for anything else, with a sentence about what it looks like.
 */
enum err format_detect(struct slice body, struct format *out, struct why *why);

#endif
