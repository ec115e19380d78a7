/* SPDX-License-Identifier: MIT */
/*
 * What decoys there are, as data (canary_list.c). Runs in runner workers and the
 * command line; pure.
 */
#ifndef RUNNER_CANARY_LIST_H
#define RUNNER_CANARY_LIST_H

#include <stdbool.h>

enum decoy_form {
	DECOY_AWS,
	DECOY_SSH,
	DECOY_NPM,
	DECOY_GITHUB,
	DECOY_GITLAB,
	DECOY_PYPI,
	DECOY_OPENAI,
	DECOY_ANTHROPIC,
	DECOY_GOOGLE,
	DECOY_WALLET, /* BIP 32 */
	DECOY_PLAIN,  /* letters and digits */
};

struct decoy {
	const char *shown; /* at most LIMIT_CANARY_BYTES - 1 */
	const char *name;  /* path below the home, or name of the variable */
	bool is_file;
	unsigned mode; /* of a file */
	enum decoy_form form;
	const char *before, *after; /* text around the token */
};

extern const struct decoy decoy_files[], decoy_variables[];
extern const unsigned decoy_files_n, decoy_variables_n;

#endif
