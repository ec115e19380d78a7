/* SPDX-License-Identifier: MIT */
/*
 * `serve`: effective configuration (defaults, ini file, arguments; of the
 * environment only what C19 names), then init. Runs on the command line.
 */
#include <errno.h>
#include <ini.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/fdio.h"
#include "base/limits.h"
#include "base/num.h"
#include "cli/anchors.h"
#include "cli/cli.h"
#include "cli/runtimes.h"
#include "proc/init.h"
#include "proc/machine.h"

#define INI_DEFAULT "/etc/skill-verifier.ini"
#define INI_BYTES   (64 * KIB)

extern char **environ;

/* Where a setting went wrong. */
struct setting_error {
	char text[160];
};

static int wrong(struct setting_error *err, const char *key, const char *what)
{
	if (!err->text[0]) snprintf(err->text, sizeof err->text, "%s: %s", key, what);
	return 0;
}

static int set_text(
	char *dst, size_t cap, const char *key, const char *value, struct setting_error *err)
{
	if (!slice_text(dst, cap, slice_str(value))) return wrong(err, key, "too long");
	return 1;
}

/* Limits may only be lowered: the defaults are the ceilings. */
static int set_number(const char *key, const char *value, uint64_t min, uint64_t max, uint64_t *out,
	struct setting_error *err)
{
	uint64_t v;
	char range[80];

	snprintf(range, sizeof range, "a number from %llu to %llu is needed",
		(unsigned long long)min, (unsigned long long)max);
	if (parse_u64(slice_str(value), max, &v) || v < min) return wrong(err, key, range);
	*out = v;
	return 1;
}

static int set_u32(const char *key, const char *value, uint64_t min, uint64_t max, uint32_t *out,
	struct setting_error *err)
{
	uint64_t v;

	if (!set_number(key, value, min, max, &v, err)) return 0;
	*out = (uint32_t)v;
	return 1;
}

/* "ADDR:PORT" with a numeric address; IPv6 in brackets. */
static int set_listen(struct conf *c, const char *value, struct setting_error *err)
{
	struct slice s = slice_str(value), host;
	uint64_t port;
	size_t colon = s.n;

	while (colon > 0 && s.p[colon - 1] != ':')
		colon--;
	if (colon == 0 || parse_u64(slice_from(s, colon), 65535, &port) || port == 0)
		return wrong(err, "listen", "ADDR:PORT is needed");
	host = slice_sub(s, 0, colon - 1);
	if (slice_starts(host, "[") && slice_ends(host, "]")) host = slice_sub(host, 1, host.n - 2);
	if (!slice_text(c->listen_host, sizeof c->listen_host, host))
		return wrong(err, "listen", "too long");
	c->listen_port = (uint16_t)port;
	return 1;
}

static int set_observe(struct conf *c, const char *value, struct setting_error *err)
{
	if (!monitor_parse(value, &c->observe))
		return wrong(err, "observe", "none, calls or files is needed");
	return 1;
}

static int set_probes(struct conf *c, const char *value, struct setting_error *err)
{
	if (strcmp(value, "yes") != 0 && strcmp(value, "no") != 0)
		return wrong(err, "probes", "yes or no is needed");
	c->probes = value[0] == 'y';
	return 1;
}

static int set_tier(struct conf *c, const char *value, struct setting_error *err)
{
	if (!tier_parse(value, &c->allow_tier))
		return wrong(err, "allow-tier", "T1, T2, T3 or T4 is needed");
	return 1;
}

static int set_log(struct conf *c, const char *value, struct setting_error *err)
{
	int level = log_level_by_name(value);

	if (level < 0) return wrong(err, "log-level", "error, warn, info or debug is needed");
	c->log_level = (uint8_t)level;
	return 1;
}

static int add_anchor(struct conf *c, const char *path, struct setting_error *err)
{
	struct why why = WHY_INIT;

	return anchors_add(&c->anchors, path, &why) ? wrong(err, "oms-anchor", why.text) : 1;
}

static int set_limit(struct conf *c, const char *key, const char *value, struct setting_error *err)
{
	struct why why = WHY_INIT;

	switch (conf_lower(c, slice_str(key), value, &why)) {
	case E_OK: return 1;
	case E_ABSENT: return wrong(err, key, "no such setting");
	default: return wrong(err, key, why.text);
	}
}

/* One setting by its name, from file or argument. 1 when it is fine (inih's convention). */
static int set(struct conf *c, const char *key, const char *value, struct setting_error *err)
{
	if (strcmp(key, "listen") == 0) return set_listen(c, value, err);
	if (strcmp(key, "data") == 0) return set_text(c->data, sizeof c->data, key, value, err);
	if (strcmp(key, "agent") == 0) return set_text(c->agent, sizeof c->agent, key, value, err);
	if (strcmp(key, "runtimes") == 0)
		return set_text(c->runtimes, sizeof c->runtimes, key, value, err);
	if (strcmp(key, "allow-tier") == 0) return set_tier(c, value, err);
	if (strcmp(key, "observe") == 0) return set_observe(c, value, err);
	if (strcmp(key, "probes") == 0) return set_probes(c, value, err);
	if (strcmp(key, "log-level") == 0) return set_log(c, value, err);
	if (strcmp(key, "slots") == 0) return set_u32(key, value, 1, 64, &c->slots, err);
	if (strcmp(key, "queue") == 0) return set_u32(key, value, 1, LIMIT_QUEUE, &c->queue, err);
	if (strcmp(key, "timeout-cap-ms") == 0)
		return set_u32(key, value, 100, LIMIT_TIMEOUT_MS, &c->timeout_cap_ms, err);
	if (strcmp(key, "attest-ms") == 0)
		return set_u32(key, value, 1000, LIMIT_ATTEST_MS, &c->attest_ms, err);
	if (strcmp(key, "oms-anchor") == 0) return add_anchor(c, value, err);
	return set_limit(c, key, value, err);
}

struct ini_context {
	struct conf *conf;
	struct setting_error *err;
};

static int ini_setting(void *ctx, const char *section, const char *name, const char *value)
{
	struct ini_context *c = ctx;

	/* Some builds of inih call with no name when a section begins; Debian's does not. */
	if (strcmp(section, "serve") != 0) return wrong(c->err, section, "no such section");
	if (!name) return 1;
	/* C20: the TEE can be given up by an argument only. */
	return set(c->conf, name, value, c->err);
}

static enum err read_ini(struct conf *c, const char *path, bool must, struct why *why)
{
	struct setting_error err = {""};
	struct ini_context ctx = {c, &err};
	struct buf text = buf_heap(INI_BYTES);
	enum err e = file_read(path, INI_BYTES - 1, &text);
	int line;

	if (e == E_ABSENT && !must) {
		buf_drop(&text);
		return E_OK;
	}
	if (e) {
		buf_drop(&text);
		return why_set(why, E_CONFIG, "%s cannot be read", path);
	}
	line = ini_parse_string(buf_text(&text), ini_setting, &ctx);
	buf_drop(&text);
	if (line) return why_set(why, E_CONFIG, "%s line %d: %s", path, line, err.text);
	return E_OK;
}

/* A path out of "unix:/path" or "/path". */
static const char *socket_path(const char *value)
{
	return strncmp(value, "unix:", 5) == 0 ? value + 5 : value;
}

/* C19: port, log level and the agent's socket; any other of our names stops the start. */
static enum err read_environment(struct conf *c, struct why *why)
{
	const char *port = getenv("PORT"), *level = getenv("SKILL_VERIFIER_LOG_LEVEL"), *agent;
	struct setting_error err = {""};
	uint64_t v;
	char **e;

	for (e = environ; *e; e++)
		if (strncmp(*e, "SKILL_VERIFIER_", 15) == 0 &&
			strncmp(*e, "SKILL_VERIFIER_LOG_LEVEL=", 25) != 0)
			return why_set(why, E_CONFIG,
				"%.60s: settings come from the configuration file or arguments, which are "
				"measured; the environment is not",
				*e);
	if (port) {
		if (parse_u64(slice_str(port), 65535, &v) || v == 0)
			return why_set(why, E_CONFIG, "PORT: a number from 1 to 65535 is needed");
		c->listen_port = (uint16_t)v;
	}
	agent = getenv("DSTACK_SOCKET");
	if (!agent) agent = getenv("DSTACK_SIMULATOR_ENDPOINT");
	if (agent) {
		agent = socket_path(agent);
		if (agent[0] != '/' ||
			!set_text(c->agent, sizeof c->agent, "DSTACK_SOCKET", agent, &err))
			return why_set(why, E_CONFIG,
				"the guest agent's endpoint has to be a unix socket path");
	}
	if (level && !set_log(c, level, &err)) return why_set(why, E_CONFIG, "%s", err.text);
	return E_OK;
}

/* Arguments of settings; each overrides file and environment. */
struct arguments {
	const char *config, *listen, *data, *agent, *runtimes, *tier, *observe, *level, *slots;
	cli_list anchors;
	bool no_tee, help;
};

static enum err apply(struct conf *c, const struct arguments *a, struct why *why)
{
	const struct {
		const char *key, *value;
	} list[] = {
		{"listen", a->listen},
		{"data", a->data},
		{"agent", a->agent},
		{"runtimes", a->runtimes},
		{"allow-tier", a->tier},
		{"observe", a->observe},
		{"log-level", a->level},
		{"slots", a->slots},
	};
	struct setting_error err = {""};
	size_t i;

	for (i = 0; i < sizeof list / sizeof *list; i++)
		if (list[i].value && !set(c, list[i].key, list[i].value, &err))
			return why_set(why, E_CONFIG, "--%s", err.text);
	c->no_tee = a->no_tee;
	return E_OK;
}

int cmd_serve(int argc, char **argv)
{
	struct arguments a = {0};
	const struct cli_option options[] = {
		{"--listen", &a.listen, NULL, "ADDR:PORT", "where to listen (0.0.0.0:3000)"},
		{"--data", &a.data, NULL, "DIR", "where jobs are kept (/var/lib/skill-verifier)"},
		{"--agent", &a.agent, NULL, "PATH",
			"socket of the dstack guest agent (/var/run/dstack.sock)"},
		{"--runtimes", &a.runtimes, NULL, "DIR",
			"runtime trees for tests (beside this binary)"},
		{"--slots", &a.slots, NULL, "N", "jobs that run at once (1)"},
		{"--allow-tier", &a.tier, NULL, "TIER",
			"weakest sandbox that may run: T1, T2 (default), T3"},
		{"--observe", &a.observe, NULL, "HOW",
			"how closely tests are watched: none, calls or files"},
		CLI_ANCHOR(a.anchors),
		{"--config", &a.config, NULL, "FILE", "configuration (" INI_DEFAULT ")"},
		{"--log-level", &a.level, NULL, "LEVEL", "error, warn, info (default) or debug"},
		{"--no-tee", NULL, &a.no_tee, NULL,
			"no quotes: every result is marked as not attested"},
		{"--help", NULL, &a.help, NULL, "this text"},
		{NULL, NULL, NULL, NULL, NULL},
	};
	struct why why = WHY_INIT;
	struct conf conf;
	enum err e;
	int n, status;

	conf_default(&conf);
	n = cli_options(argc, argv, options);
	if (n < 0) return EXIT_CANNOT;
	if (a.help) {
		cli_help("serve [options]",
			"Runs the appliance: HTTP service, sandboxes and attestation, as\n"
			"pid 1 of a container or as an ordinary process of root.",
			options, NULL);
		return EXIT_YES;
	}
	if (n > 0) return cli_usage("serve", "no operand is expected: %s", argv[0]);
	if (cli_anchors("serve", a.anchors, &conf.anchors)) return EXIT_CANNOT;
	e = machine_prepare(&why);
	if (!e) e = read_ini(&conf, a.config ? a.config : INI_DEFAULT, a.config != NULL, &why);
	if (!e) e = read_environment(&conf, &why);
	if (!e) e = apply(&conf, &a, &why);
	if (!e && !conf.runtimes[0]) runtimes_default(conf.runtimes, sizeof conf.runtimes);
	status = e ? cli_cannot("serve", e, &why) : init_main(&conf);
	machine_end();
	return status;
}
