/* SPDX-License-Identifier: MIT */
/*
 * What the finders share: the file they read, how they report, and the words
 * that are known. Pure; input is attacker controlled.
 */
#ifndef FACTS_FIND_H
#define FACTS_FIND_H

#include "base/language.h"
#include "facts/facts.h"

struct find {
	struct facts *f;
	struct slice path;
	enum language language;
	uint32_t line; /* the one being read, from 1 */
};

/* Records a value at the current line, or at the file as a whole. Cuts long ones. */
void find_add(struct find *in, enum fact_kind kind, struct slice value);
void find_add_file(struct find *in, enum fact_kind kind, struct slice value);
/*
 * A module, unless the package itself has a folder or a Python file of that
 * name. Beyond FACTS_OWN of those, a package's own modules count as modules too.
 */
void find_module(struct find *in, struct slice name);
/* A file that SKILL.md names, unless it is there. */
void find_named_file(struct find *in, struct slice path);
/* A module that a list of dependencies names. */
void find_provided(struct find *in, struct slice name);

/* The next line without its end; false when there is none. Counts in->line. */
bool find_line(struct find *in, struct slice *rest, struct slice *line);

/* Functions and variables that a shell text gives itself: no programs, no environment. */
#define OWN_NAMES 256
struct own_names {
	struct names set;
	struct slice list[OWN_NAMES];
	uint16_t index[2 * OWN_NAMES];
};
void own_names_init(struct own_names *own);
void own_names_line(struct own_names *own, struct slice line);

/* What is known between the lines of a shell text. */
struct shell_state {
	struct own_names *own; /* may be NULL */
	struct slice heredoc;  /* the word that ends the text being skipped */
	bool heredoc_tabs, continued;
	uint8_t quote; /* a text in quotes that goes on in the next line */
};
/* One line of a shell program or of a command in prose: its programs. */
void find_shell_line(struct find *in, struct shell_state *st, struct slice line);
/* $NAME and ${NAME}, where the text itself does not set it. */
void find_shell_variables(struct find *in, const struct own_names *own, struct slice line);

void find_shell(struct find *in, struct slice bytes);
void find_python(struct find *in, struct slice bytes);
void find_node(struct find *in, struct slice bytes);
void find_other(struct find *in, struct slice bytes);
void find_prose(struct find *in, struct slice bytes);
/* The command of a file whose base name is that of a test. */
void find_test_file(struct find *in, struct slice name);
void find_package_json(struct find *in, struct slice bytes);
void find_requirements(struct find *in, struct slice bytes);
void find_pyproject(struct find *in, struct slice bytes);
/* The last look at a file: tells its source what was passed. */
void find_hidden(struct find *in, const struct facts_source *s);
void find_nested(struct find *in, struct slice bytes);

/* Parts of lines, in every language. */
void find_urls(struct find *in, struct slice line);
/* Records a name that can be a host, unless it names schemas or nobody. */
void find_host(struct find *in, struct slice name);
/* Calls such as getenv("NAME"): every way of every language that is known. */
void find_variables(struct find *in, struct slice line);
void find_variable(struct find *in, struct slice name);
/* A command line in a text of a program: its first word. */
void find_command_text(struct find *in, struct slice text);

/* A quoted text that begins at line.p[*at]; moves *at behind it. Empty when there is none. */
struct slice quoted_text(struct slice line, size_t *at);
size_t word_end(struct slice s, size_t at);
bool is_name_byte(uint8_t c);

/* Words that are known, each a sorted table in words.c. */
bool known_shell_word(struct slice s);     /* builtins, keywords, tools of every POSIX system */
bool known_variable(struct slice s);       /* what every environment has */
bool known_python_module(struct slice s);  /* of the standard library */
bool known_node_module(struct slice s);    /* of Node.js itself */
bool known_macos_program(struct slice s);  /* exists on no other system */
bool known_namespace_host(struct slice s); /* names XML and JSON schemas, or nobody at all */
bool secret_name(struct slice s);
/* What pip calls the distribution of a module, where the names differ; else the name. */
struct slice python_distribution(struct slice module);
/* A distribution as pip compares names: without case, and "_" and "." are "-". */
struct slice pip_name(uint8_t mem[LIMIT_FACT_BYTES], struct slice name);

#endif
