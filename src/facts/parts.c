/* SPDX-License-Identifier: MIT */
/* What looks the same in every language: quotes, URLs, variables. Pure. */
#include <string.h>

#include "facts/find.h"

bool is_name_byte(uint8_t c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '_';
}

size_t word_end(struct slice s, size_t at)
{
	while (at < s.n && is_name_byte(s.p[at]))
		at++;
	return at;
}

struct slice quoted_text(struct slice line, size_t *at)
{
	size_t begin;
	uint8_t quote;

	while (*at < line.n && (line.p[*at] == ' ' || line.p[*at] == '\t'))
		++*at;
	if (*at >= line.n) return SLICE_NONE;
	quote = line.p[*at];
	if (quote != '"' && quote != '\'' && quote != '`') return SLICE_NONE;
	begin = ++*at;
	while (*at < line.n && line.p[*at] != quote)
		*at += line.p[*at] == '\\' ? 2 : 1;
	if (*at >= line.n) {
		*at = line.n;
		return SLICE_NONE;
	}
	return slice_sub(line, begin, (*at)++ - begin);
}

/* Letters, digits, dots and hyphens, with a dot or a digit: no placeholder such as HOST or <x>. */
static bool host_ok(struct slice host)
{
	size_t i;
	bool dot = false;

	for (i = 0; i < host.n; i++) {
		uint8_t c = host.p[i];

		if (c == '.') dot = true;
		if (c == '_' || (!is_name_byte(c) && c != '.' && c != '-')) return false;
	}
	return dot && host.p[0] != '.' && host.p[host.n - 1] != '.' && host.n <= 253;
}

void find_host(struct find *in, struct slice host)
{
	uint8_t lower[253];
	size_t i;

	if (!host.n || host.n > sizeof lower || !host_ok(host)) return;
	for (i = 0; i < host.n; i++)
		lower[i] = host.p[i] >= 'A' && host.p[i] <= 'Z' ? (uint8_t)(host.p[i] + 32)
								: host.p[i];
	host = slice_of(lower, host.n);
	if (!known_namespace_host(host)) find_add(in, FACT_HOST, host);
}

/* scheme "://" [user "@"] host: what stands between is up to the first byte no host has. */
void find_urls(struct find *in, struct slice line)
{
	static const char *const schemes[] = {"http", "https", "ws", "wss", "ftp", "ssh", "git"};
	size_t at = 0, i;

	while ((at = slice_search(line, at, SLICE("://"))) < line.n) {
		size_t begin = at, end = at + 3, host = end;
		bool known = false;

		while (begin > 0 && is_name_byte(line.p[begin - 1]))
			begin--;
		for (i = 0; i < sizeof schemes / sizeof *schemes; i++)
			known = known ||
				slice_is_nocase(slice_sub(line, begin, at - begin), schemes[i]);
		while (end < line.n && !strchr("/ \t\"'`<>()[]{}$\\|?#,;", line.p[end])) {
			if (line.p[end] == '@') host = end + 1;
			end++;
		}
		at = end;
		if (known) {
			struct slice rest = slice_sub(line, host, end - host);

			find_host(in, slice_split(&rest, ':'));
		}
	}
}

void find_variable(struct find *in, struct slice name)
{
	size_t i;

	if (name.n < 2 || known_variable(name)) return;
	for (i = 0; i < name.n; i++)
		if (!is_name_byte(name.p[i])) return;
	if (name.p[0] >= '0' && name.p[0] <= '9') return;
	find_add(in, secret_name(name) ? FACT_SECRET : FACT_ENVIRONMENT, name);
}

/*
 * Ways to read a variable: what stands before its name, and whether the name is
 * in quotes. A name that is not written out cannot be found.
 */
static const struct {
	const char *before;
	bool quoted;
} readers[] = {
	{"os.environ[", true},
	{"os.environ.get(", true},
	{"environ.get(", true},
	{"os.getenv(", true},
	{"getenv(", true},
	{"os.environ.pop(", true},
	{"process.env.", false},
	{"process.env[", true},
	{"Bun.env.", false},
	{"import.meta.env.", false},
	{"Deno.env.get(", true},
	{"ENV[", true},
	{"ENV.fetch(", true},
	{"os.Getenv(", true},
	{"os.LookupEnv(", true},
	{"env::var(", true},
	{"env!(", true},
	{"$ENV{", false},
	{"$env:", false},
	{"Sys.getenv(", true},
	{"System.getenv(", true},
};

void find_variables(struct find *in, struct slice line)
{
	size_t i;

	for (i = 0; i < sizeof readers / sizeof *readers; i++) {
		struct slice before = slice_str(readers[i].before);
		size_t at = 0;

		while ((at = slice_search(line, at, before)) < line.n) {
			/* "getenv(" inside "os.getenv(" is the same place. */
			bool inside =
				at > 0 && (is_name_byte(line.p[at - 1]) || line.p[at - 1] == '.');

			at += before.n;
			if (inside) continue;
			if (readers[i].quoted)
				find_variable(in, quoted_text(line, &at));
			else
				find_variable(in, slice_sub(line, at, word_end(line, at) - at));
		}
	}
}

void find_command_text(struct find *in, struct slice text)
{
	struct shell_state st = {NULL, SLICE_NONE, false, false, 0};

	find_shell_line(in, &st, text);
}
