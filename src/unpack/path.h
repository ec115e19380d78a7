/* SPDX-License-Identifier: MIT */
/*
 * Names of package members: what is allowed, what is ignored, what is warned
 * about (specs/skills.md 2.2 rules 2 and 3 and the end of rule 4). A name that
 * passes is safe to append to a directory descriptor: relative, without "." or
 * "..", valid UTF-8, no control character, no backslash.
 * Runs in unpack; pure; input is attacker controlled.
 */
#ifndef UNPACK_PATH_H
#define UNPACK_PATH_H

#include "base/err.h"
#include "base/slice.h"

struct path {
	struct slice text; /* part of the name given: no leading "./", no trailing "/" */
	unsigned depth;    /* components */
	bool slash;        /* the name ended in "/": it can only be a directory */
	bool root;         /* "." or "./": the top itself; text is empty */
	bool ignored;      /* rule 3: litter of archivers, neither written nor counted */
	bool decomposed;   /* holds a combining mark: warning path-decomposed */
};

/* E_PATH_TOO_LONG or E_PATH_INVALID, with the reason in why. */
enum err path_read(struct slice name, struct path *out, struct why *why);

/*
 * True for a code point that makes a name look like another one: combining
 * marks and conjoining jamo of rule 4. Also used for names of skills.
 */
bool code_point_combines(int32_t c);

#endif
