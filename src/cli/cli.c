/* SPDX-License-Identifier: MIT */
/* Commands, options, help. Runs on the command line. */
#include "cli/cli.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "base/version.h"
#include "cli/anchors.h"

/* One line for a person; longer ones are cut. */
#define SAY_BYTES 1200

static const struct {
	const char *name;
	command *run;
	const char *help;
	bool first; /* on the first screen */
} commands[] = {
	{"inspect", cmd_inspect, "what a package is; nothing of it is executed", true},
	{"run", cmd_run, "run one skill's test here and now, no server", true},
	{"check", cmd_check, "prove an attested result, offline, down to Intel's root", true},
	{"gate", cmd_gate, "may a skill be installed? the install-policy command of OpenClaw",
		true},
	{"serve", cmd_serve, "the appliance: accept packages over HTTP and attest results", true},
	{"doctor", cmd_doctor, "does this machine have what the appliance needs, and what mends it",
		true},
	{"version", cmd_version, "build identity of this binary", true},
	{"measure", cmd_measure, "digests of this binary and its runtimes, every file compared",
		true},
	{"limits", cmd_limits, "every limit, with its reason", true},
	{"collateral", cmd_collateral, "fetch Intel's collateral once, to check offline with it",
		false},
	{"compose-hash", cmd_compose_hash, "SHA-256 of an app-compose file, as dstack measures it",
		false},
	{"policy", cmd_policy, "a first draft of what you accept, from one bundle", false},
	{"roles", cmd_roles, "what each process of the appliance may do", false},
	{"health", cmd_health, "is a running appliance ready? (container health check)", false},
};
#define COMMANDS (sizeof commands / sizeof *commands)

static void help(FILE *out)
{
	size_t i;

	fprintf(out, "skill-verifier %s: tests of agent skills, with proof of what happened\n\n",
		SV_VERSION);
	for (i = 0; i < COMMANDS; i++)
		if (commands[i].first)
			fprintf(out, "  %-13s %s\n", commands[i].name, commands[i].help);
	fprintf(out, "\nEvidence tools:\n");
	for (i = 0; i < COMMANDS; i++)
		if (!commands[i].first)
			fprintf(out, "  %-13s %s\n", commands[i].name, commands[i].help);
	fprintf(out,
		"\nEvery command has --help. A proof shows what happened once, nothing more.\n"
		"Exit codes: 0 yes, 1 no, 2 not decided, 3 could not run, 4 package refused\n");
}

int cli_main(int argc, char **argv)
{
	size_t i;

	/* Pid 1 without arguments is the appliance. */
	if (argc < 2 && getpid() == 1) return cmd_serve(1, (char *[]){(char[]){"serve"}, NULL});
	if (argc < 2) {
		help(stderr);
		return EXIT_CANNOT;
	}
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "help") == 0) {
		help(stdout);
		return EXIT_YES;
	}
	if (strcmp(argv[1], "--version") == 0) return cmd_version(1, argv + 1);
	for (i = 0; i < COMMANDS; i++)
		if (strcmp(argv[1], commands[i].name) == 0)
			return commands[i].run(argc - 1, argv + 1);
	cli_say("skill-verifier: no command '%s'; see skill-verifier --help", argv[1]);
	return EXIT_CANNOT;
}

/* One line on standard error; bytes that a terminal must not see are escaped (C10). */
static void say(const char *fmt, va_list ap)
{
	char line[SAY_BYTES], shown[4 * SAY_BYTES];

	vsnprintf(line, sizeof line, fmt, ap);
	fprintf(stderr, "%s\n", text_shown(shown, sizeof shown, slice_str(line)));
}

void cli_say(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	say(fmt, ap);
	va_end(ap);
}

const char *cli_member(const struct cJSON *j, const char *name, char *mem, size_t cap)
{
	return text_ascii(mem, cap, json_text_of(j, name));
}

int cli_usage(const char *name, const char *fmt, ...)
{
	char what[SAY_BYTES];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(what, sizeof what, fmt, ap);
	va_end(ap);
	cli_say("skill-verifier %s: %s; see skill-verifier %s --help", name, what, name);
	return EXIT_CANNOT;
}

int cli_cannot(const char *name, enum err e, const struct why *why)
{
	const char *text = why ? why->text : "";

	cli_say("skill-verifier %s: %s%s%s", name, err_text(e), text[0] ? ": " : "", text);
	return EXIT_CANNOT;
}

int cli_put(const char *name, struct buf *b, int status)
{
	if (b->err)
		status = cli_cannot(name, b->err, NULL);
	else
		printf("%s\n", buf_text(b));
	buf_drop(b);
	return status;
}

/* Sets a value, or appends it to a list; false when that is full. */
static bool put_value(const struct cli_option *t, const char *text)
{
	size_t n = t->flag == CLI_MANY ? cli_count(t->value) : 0;

	if (n == CLI_TIMES) return false;
	t->value[n] = text;
	return true;
}

enum taken { TAKEN_NOT, TAKEN, TAKEN_WITH_NEXT, TAKEN_NO_VALUE, TAKEN_TOO_OFTEN };

static enum taken take_option(const char *arg, const char *next, const struct cli_option *t)
{
	for (; t->name; t++) {
		size_t n = strlen(t->name);

		if (strncmp(arg, t->name, n) != 0) continue;
		if (!t->value && arg[n] == '\0') {
			*t->flag = true;
			return TAKEN;
		}
		if (!t->value) continue;
		if (arg[n] == '=') return put_value(t, arg + n + 1) ? TAKEN : TAKEN_TOO_OFTEN;
		if (arg[n] == '\0') {
			if (!next) return TAKEN_NO_VALUE;
			return put_value(t, next) ? TAKEN_WITH_NEXT : TAKEN_TOO_OFTEN;
		}
	}
	return TAKEN_NOT;
}

int cli_options(int argc, char **argv, const struct cli_option *table)
{
	static const char *const faults[] = {[TAKEN_NOT] = "is not known here",
		[TAKEN_NO_VALUE] = "needs a value",
		[TAKEN_TOO_OFTEN] = "is given too often"};
	enum taken took;
	int i, n = 0;

	for (i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--") == 0) {
			while (++i < argc)
				argv[n++] = argv[i];
			break;
		}
		if (argv[i][0] != '-' || argv[i][1] == '\0') {
			argv[n++] = argv[i];
			continue;
		}
		took = take_option(argv[i], i + 1 < argc ? argv[i + 1] : NULL, table);
		if (took != TAKEN && took != TAKEN_WITH_NEXT) {
			cli_say("skill-verifier: option %s %s", argv[i], faults[took]);
			return -1;
		}
		if (took == TAKEN_WITH_NEXT) i++;
	}
	return n;
}

bool cli_many;

size_t cli_count(const cli_list list)
{
	size_t n = 0;

	while (list[n])
		n++;
	return n;
}

enum err cli_anchors(const char *name, const cli_list files, struct anchors *a)
{
	struct why why = WHY_INIT;
	size_t i;

	_Static_assert(LIMIT_ANCHORS == CLI_TIMES, "a file for each of them");
	for (i = 0; files[i]; i++)
		if (anchors_add(a, files[i], &why)) {
			cli_cannot(name, E_CONFIG, &why);
			return E_CONFIG;
		}
	return E_OK;
}

void cli_help(const char *usage, const char *text, const struct cli_option *t, const char *more)
{
	printf("usage: skill-verifier %s\n\n%s\n\n", usage, text);
	for (; t->name; t++) {
		char left[48];

		snprintf(left, sizeof left, "%s%s%s", t->name, t->what ? " " : "",
			t->what ? t->what : "");
		printf("  %-28s %s\n", left, t->help);
	}
	if (more) printf("\n%s\n", more);
}
