/* SPDX-License-Identifier: MIT */
/*
 * What the commands that ask other machines share: their options, and files
 * that are there whole or not at all. Every other command asks nobody.
 * Runs on the command line.
 */
#ifndef CLI_NET_H
#define CLI_NET_H

#include "cli/cli.h"
#include "net/client.h"

/* Values of --ca-file, --timeout and --plain-http; NULL and false: not given. */
struct net_options {
	const char *ca_file, *timeout;
	bool plain_anywhere;
};

/* Lines of a struct cli_option table for the options above. */
#define NET_OPTIONS(o)                                                                             \
	{"--ca-file", &(o).ca_file, NULL, "FILE", "authorities of TLS instead of the system's"},   \
		{"--timeout", &(o).timeout, NULL, "SECONDS", "for one request (30)"},              \
	{                                                                                          \
		"--plain-http", NULL, &(o).plain_anywhere, NULL,                                   \
			"allow http:// to other machines than this one"                            \
	}

/* E_USAGE after a message. c is to be dropped after success. */
enum err net_client(const char *name, const struct net_options *o, struct client *c);
/* Reads a URL of an option; E_USAGE after a message. */
enum err net_url(const char *name, const char *text, struct url *u);

#endif
