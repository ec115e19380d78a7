/* SPDX-License-Identifier: MIT */
/*
 * Asking a running application for a quote over a nonce: what `check app` and
 * `policy init` share. Asks the URL that it is given, and the guest's public
 * information beside it where that is needed; believes neither.
 * Runs on the command line.
 */
#ifndef CLI_ASK_APP_H
#define CLI_ASK_APP_H

#include "check/proof.h"
#include "cli/net.h"

struct ask_options {
	const char *nonce; /* NULL: a fresh random one */
	const char *quote_path, *report_data, *info;
};

/* clang-format off */
/* Lines of a struct cli_option table; a nonce is for who wants to name one. */
#define ASK_OPTIONS(o) \
	{"--quote-path", &(o).quote_path, NULL, "PATH", "where it answers (/quote?nonce={nonce})"}, \
	{"--report-data", &(o).report_data, NULL, "KIND", \
		"what it has quoted: identity, raw or hex-ascii"}, \
	{"--info", &(o).info, NULL, "URL", "public information of its guest"}
/* clang-format on */

/* Begins as zeros. Answers live as long as it. */
struct asking {
	struct url base;
	char origin[URL_HOST_LEN + 16]; /* "https://host:port": a path may hold a key */
	struct app_question question;
	struct client client;
	struct response quote, info; /* info is empty where nobody had to be asked for it */
	struct app_answer answer;
};

/* What begins like a URL is a running application, anything else a file. */
bool ask_is_url(const char *text);
/* Reads options and the URL, asks nobody. E_USAGE or E_SYSTEM after a message. */
enum err ask_begin(const char *name, const struct ask_options *o, const struct net_options *net,
	const char *url, struct asking *a);
/* Asks, and takes the answer apart. Not E_OK after a message. */
enum err ask_app(const char *name, const struct ask_options *o, struct asking *a);
void asking_drop(struct asking *a);

#endif
