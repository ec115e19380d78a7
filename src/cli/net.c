/* SPDX-License-Identifier: MIT */
/* Options of commands that ask other machines. Runs on the command line. */
#include "cli/net.h"

#include "base/num.h"

#define TIMEOUT_MAX_S 3600

enum err net_client(const char *name, const struct net_options *o, struct client *c)
{
	uint64_t seconds = 0;

	if (o->timeout && (parse_u64(slice_str(o->timeout), TIMEOUT_MAX_S, &seconds) || !seconds)) {
		cli_usage(name, "--timeout needs seconds, 1 to %d", TIMEOUT_MAX_S);
		return E_USAGE;
	}
	*c = (struct client)CLIENT_INIT;
	c->ca_file = o->ca_file;
	c->timeout_ms = (unsigned)seconds * 1000;
	c->plain_anywhere = o->plain_anywhere;
	return E_OK;
}

enum err net_url(const char *name, const char *text, struct url *u)
{
	struct why why = WHY_INIT;

	if (url_read(slice_str(text), u, &why) == E_OK) return E_OK;
	cli_cannot(name, E_URL, &why);
	return E_USAGE;
}
