/* SPDX-License-Identifier: MIT */
/*
 * Which language a file is in, and by which program it is started: by its
 * suffix, else by its #! line. One rule for who searches a package for facts
 * and for who tries its scripts. Pure; input is attacker controlled.
 */
#ifndef BASE_LANGUAGE_H
#define BASE_LANGUAGE_H

#include "base/slice.h"

/* Longest #! line that Linux reads (BINPRM_BUF_SIZE, 5.1); of a file no more is needed here. */
#define INTERPRETER_LINE 256

enum language {
	LANG_NONE, /* data, pictures: only its first bytes and hidden characters count */
	LANG_PROSE,
	LANG_SHELL,
	LANG_PYTHON,
	LANG_NODE,
	LANG_OTHER, /* a programming language of which only URLs and variables are read */
	LANG_LIST,  /* requirements.txt and its like */
};

/* bytes: the beginning of the file, INTERPRETER_LINE of them or all. */
enum language language_of(struct slice path, struct slice bytes);
/* The program of a #! line ("/usr/bin/env -S node x" gives "node"); empty without one. */
struct slice interpreter_of(struct slice bytes, bool *ends_in_cr);
/*
 * The program that starts a file of this path when it is called as a script:
 * that of its #! line, else what people write before a name of this suffix.
 * Empty for what is no script: data, prose, sources that are compiled, parts of
 * pages, declarations of types.
 */
struct slice script_program(struct slice path, struct slice bytes);

#endif
