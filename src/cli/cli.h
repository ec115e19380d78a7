/* SPDX-License-Identifier: MIT */
/*
 * Commands. Each is a function from its arguments to an exit status; the table
 * in cli.c is what --help prints. Exit codes of all commands (C22): 0 yes,
 * 1 no, 2 not decided, 3 could not run, 4 package refused.
 */
#ifndef CLI_CLI_H
#define CLI_CLI_H

#include <stddef.h>

#include "base/err.h"
#include "base/hash.h"
#include "base/json.h"

enum { EXIT_YES = 0, EXIT_NO = 1, EXIT_UNDECIDED = 2, EXIT_CANNOT = 3, EXIT_REFUSED = 4 };

/* argv[0] is the command's name; argc at least 1. */
typedef int command(int argc, char **argv);

command cmd_serve, cmd_run, cmd_inspect, cmd_check, cmd_version, cmd_limits, cmd_roles, cmd_health;
command cmd_compose_hash, cmd_collateral, cmd_policy, cmd_doctor, cmd_measure, cmd_gate;

int cli_main(int argc, char **argv);

/* Of the file that is running. */
enum err binary_sha256(uint8_t out[SHA256_LEN]);

/* One line on standard error, escaped for a terminal (C10). */
void cli_say(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* A text member of a report, escaped likewise, in mem; "" when it is absent or null. */
const char *cli_member(const struct cJSON *j, const char *name, char *mem, size_t cap);
/* Says why on standard error and returns EXIT_CANNOT. */
int cli_usage(const char *command, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
int cli_cannot(const char *command, enum err e, const struct why *why);

/*
 * A whole document to standard output, or why there is none; drops b. The exit
 * status is the given one, or EXIT_CANNOT: half a document is never printed.
 */
int cli_put(const char *command, struct buf *b, int status);

/*
 * Options: "--name VALUE", "--name=VALUE" and flags, in any order before or
 * after the operands; "--" ends them. cli_options sets what the table says and
 * moves the operands to the front of argv; it returns their number, or -1
 * after a message.
 */
struct cli_option {
	const char *name;   /* "--data" */
	const char **value; /* for an option with a value */
	bool *flag;         /* for one without; CLI_MANY: value is a list */
	const char *what;   /* VALUE in help texts, or NULL */
	const char *help;
};
int cli_options(int argc, char **argv, const struct cli_option *table);
/*
 * In the flag's place: the option may stand CLI_TIMES times, and its values are
 * appended to a list, which begins as NULLs and is ended by one.
 */
extern bool cli_many;
#define CLI_MANY  (&cli_many)
#define CLI_TIMES 8 /* chain nodes, and certificates of anchors */
typedef const char *cli_list[CLI_TIMES + 1];
size_t cli_count(const cli_list list);
/* An option in the table that adds anchors of package signatures, and reading its files. */
#define CLI_ANCHOR(list)                                                                           \
	{                                                                                          \
		"--anchor", list, CLI_MANY, "FILE",                                                \
			"PEM of a CA whose signers of packages count; may stand again"             \
	}
struct anchors;
/* E_CONFIG after a message. */
enum err cli_anchors(const char *command, const cli_list files, struct anchors *a);
/* Prints usage, the options and what stands around them. */
void cli_help(
	const char *usage, const char *text, const struct cli_option *table, const char *more);

#endif
