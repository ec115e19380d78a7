/* SPDX-License-Identifier: MIT */
/*
 * dstack-simulator: plays the dstack guest agent for tests. NOT-A-TEE. It
 * opens the files it is given, one unix socket and nothing else.
 */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "agent.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/num.h"
#include "publish.h"
#include "server.h"

#define SEED_DEFAULT "skill-verifier dstack-simulator NOT-A-TEE public seed 1"
#define SEED_MAX     64
/* Longest pause that makes sense in a test: an hour. */
#define DELAY_MAX_MS    3600000
#define EXIT_CANNOT_RUN 3

static const char usage[] =
	"NOT-A-TEE: a test double of the dstack guest agent.\n"
	"usage: dstack-simulator --socket PATH --app-compose FILE --out DIR [options]\n"
	"  --seed HEX             up to 64 bytes from which all keys derive\n"
	"  --version V            0.5.4, 0.5.6 (default), 0.5.11 or 0.6.0\n"
	"  --quote-version N      4 (default) or 5\n"
	"  --key-provider NAME    none (default) or kms\n"
	"  --mr-config N          version of MRCONFIGID: 1 (default) or 3, of a document\n"
	"  --app-id HEX           20 bytes, as an app that a contract governs has\n"
	"  --fault NAME[:COUNT[:METHOD]]  lie or fail COUNT times (default: always);\n"
	"                         METHOD is GetQuote unless given; may be repeated\n"
	"  --slow-ms MS           what the fault slow adds (default 5000)\n"
	"  --delay MS             time that every quote takes (default 0)\n"
	"  --now UNIX             time to start from instead of the clock's\n"
	"See tests/simulator/README.md for the faults and the control requests.\n";

struct options {
	const char *socket, *compose, *out;
	struct guest_options guest;
	uint8_t seed[SEED_MAX];
	uint64_t delay_ms, slow_ms;
	struct faults faults;
};

enum {
	OPT_SOCKET = 256,
	OPT_COMPOSE,
	OPT_OUT,
	OPT_SEED,
	OPT_VERSION,
	OPT_QUOTE,
	OPT_KEYS,
	OPT_MR_CONFIG,
	OPT_APP_ID,
	OPT_FAULT,
	OPT_SLOW,
	OPT_DELAY,
	OPT_NOW,
	OPT_HELP
};

static const struct option long_options[] = {
	{"socket", required_argument, NULL, OPT_SOCKET},
	{"app-compose", required_argument, NULL, OPT_COMPOSE},
	{"out", required_argument, NULL, OPT_OUT},
	{"seed", required_argument, NULL, OPT_SEED},
	{"version", required_argument, NULL, OPT_VERSION},
	{"quote-version", required_argument, NULL, OPT_QUOTE},
	{"key-provider", required_argument, NULL, OPT_KEYS},
	{"mr-config", required_argument, NULL, OPT_MR_CONFIG},
	{"app-id", required_argument, NULL, OPT_APP_ID},
	{"fault", required_argument, NULL, OPT_FAULT},
	{"slow-ms", required_argument, NULL, OPT_SLOW},
	{"delay", required_argument, NULL, OPT_DELAY},
	{"now", required_argument, NULL, OPT_NOW},
	{"help", no_argument, NULL, OPT_HELP},
	{NULL, 0, NULL, 0},
};

static enum err read_seed(const char *hex, struct options *o)
{
	struct buf b = buf_on(o->seed, sizeof o->seed);

	if (hex_into(slice_str(hex), &b) || b.n == 0) return E_USAGE;
	o->guest.seed = buf_slice(&b);
	return E_OK;
}

static enum err read_number(const char *text, uint64_t max, uint64_t *out)
{
	return parse_u64(slice_str(text), max, out) ? E_USAGE : E_OK;
}

static enum err set_option(struct options *o, int opt, const char *value)
{
	uint64_t n = 0;
	enum err e = E_OK;

	switch (opt) {
	case OPT_SOCKET: o->socket = value; break;
	case OPT_COMPOSE: o->compose = value; break;
	case OPT_OUT: o->out = value; break;
	case OPT_SEED: e = read_seed(value, o); break;
	case OPT_VERSION:
		o->guest.version = guest_version_by_name(value);
		if (o->guest.version == GUEST_VERSIONS) e = E_USAGE;
		break;
	case OPT_QUOTE:
		e = read_number(value, 5, &n);
		o->guest.quote_version = (unsigned)n;
		if (n < 4) e = E_USAGE;
		break;
	case OPT_KEYS:
		o->guest.kms = strcmp(value, "kms") == 0;
		if (!o->guest.kms && strcmp(value, "none") != 0) e = E_USAGE;
		break;
	case OPT_MR_CONFIG:
		o->guest.mr_config_v3 = strcmp(value, "3") == 0;
		if (!o->guest.mr_config_v3 && strcmp(value, "1") != 0) e = E_USAGE;
		break;
	case OPT_APP_ID:
		o->guest.has_app_id = true;
		if (hex_exact(slice_str(value), o->guest.app_id, sizeof o->guest.app_id))
			e = E_USAGE;
		break;
	case OPT_FAULT: e = faults_option(&o->faults, value); break;
	case OPT_SLOW: e = read_number(value, DELAY_MAX_MS, &o->faults.slow_ms); break;
	case OPT_DELAY: e = read_number(value, DELAY_MAX_MS, &o->delay_ms); break;
	case OPT_NOW:
		/* Beyond 2049 our own certificates have expired. */
		e = read_number(value, (uint64_t)clock_from_civil(2049, 12, 1), &n);
		o->guest.now = (int64_t)n;
		break;
	default: e = E_USAGE;
	}
	return e;
}

static enum err read_options(int argc, char **argv, struct options *o)
{
	int opt;

	*o = (struct options){
		.guest = {.version = GUEST_0_5_6,
			.quote_version = 4,
			.now = clock_wall_ms() / 1000,
			.seed = SLICE(SEED_DEFAULT)},
	};
	faults_init(&o->faults);
	while ((opt = getopt_long(argc, argv, "", long_options, NULL)) != -1) {
		if (opt == OPT_HELP) {
			fputs(usage, stdout);
			return E_CLOSED;
		}
		if (set_option(o, opt, optarg)) return E_USAGE;
	}
	return optind < argc || !o->socket || !o->compose || !o->out ? E_USAGE : E_OK;
}

int main(int argc, char **argv)
{
	static struct agent agent;
	struct options o;
	const char *what = "command line";
	enum err e;

	log_role("NOT-A-TEE-simulator");
	e = read_options(argc, argv, &o);
	if (e == E_CLOSED) return 0;
	if (e) {
		fputs(usage, stderr);
		return EXIT_CANNOT_RUN;
	}
	what = o.compose;
	e = sim_agent_init(&agent, &o.guest, o.compose);
	agent.faults = o.faults;
	agent.delay_ms = o.delay_ms;
	if (!e) {
		what = o.out;
		e = publish(&agent.guest, o.out);
	}
	if (!e) {
		what = o.socket;
		e = server_run(&agent, o.socket);
	}
	if (e)
		log_event(LOG_ERROR, "cannot-run", "%s: %s (errno %d)", what, err_text(e), errno);
	else
		log_event(LOG_INFO, "stopped", "quotes=%llu", (unsigned long long)agent.quotes);
	sim_agent_drop(&agent);
	return e ? EXIT_CANNOT_RUN : 0;
}
