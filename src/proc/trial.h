/* SPDX-License-Identifier: MIT */
/*
 * What came of trying a package without a test (C26, `probe[]`): each of its
 * scripts was started once with `--help`, and its text was parsed where an
 * interpreter can do that without running it. Facts of one start, no verdict:
 * "started" says that a script can begin here, not that it works.
 *
 * The runner fills it (runner/probes.h); attest, http, check and the command
 * line show it. Texts are a stranger's: details are printable ASCII, escaped as
 * C10 says, and cut.
 * Runs in runner, attest, http and the command line; pure.
 */
#ifndef PROC_TRIAL_H
#define PROC_TRIAL_H

#include "base/hash.h"
#include "base/json_write.h"
#include "base/limits.h"
#include "base/verdict.h"
#include "proc/codec.h"

/* The words of the three functions below are interface. */
enum trial_kind {
	TRIAL_HELP,  /* "help": started once with --help */
	TRIAL_PARSE, /* "parse": read by its interpreter's parser, not run; failures only */
	TRIAL_KINDS
};

enum trial_outcome {
	TRIAL_STARTED,      /* "started": it said something and ended by itself */
	TRIAL_NEEDS_MODULE, /* "needs-module"; detail: its name */
	TRIAL_NEEDS_TOOL,   /* "needs-tool"; detail: its name */
	TRIAL_SILENT,       /* "silent": ended with status 0 and said nothing */
	TRIAL_ERROR,        /* "error"; detail: what it said last */
	TRIAL_TIMEOUT,      /* "timeout": ended by us */
	TRIAL_OUTCOMES
};

/* Runtimes that probes may use: the default one and one for each language. */
#define TRIAL_RUNTIMES 4

/*
 * Scripts with longer paths are counted and not tried, so that the largest of
 * everything fits into a statement; the longest published path has 125 bytes.
 */
#define TRIAL_PATH_BYTES 128
/* Longer ones are cut: a machine that slept is no reason to lose a record. */
#define TRIAL_DURATION_MAX LIMIT_TIMEOUT_MS

struct trial_runtime {
	struct slice name, uri;
	uint8_t digest[SHA256_LEN];
};

struct trial {
	uint8_t kind, outcome;
	/* False: nothing was run, because no runtime has the interpreter; the rest is empty. */
	bool ran;
	uint8_t runtime;      /* index in trials.runtimes */
	uint8_t exit;         /* enum exit_kind */
	uint32_t value;       /* exit status, signal or errno, as in struct run_facts */
	uint32_t duration_ms; /* the sandbox included */
	struct slice path;    /* below the skill's root */
	struct slice interpreter;
	struct slice version; /* as the interpreter says; absent when it does not */
	struct slice detail;  /* absent when there is nothing to add */
};

struct trials {
	bool done;        /* false: the package has a test, or trying is switched off */
	uint32_t scripts; /* in the package */
	uint32_t left;    /* of them, for which there was no room or no time */
	uint32_t checked; /* parse checks that were made, failures included */
	unsigned n_runtimes;
	struct trial_runtime runtimes[TRIAL_RUNTIMES];
	unsigned n; /* for each script in the order of trying: its failed parse check, its start */
	struct trial rows[2 * LIMIT_PROBES];
};

const char *trial_kind_text(unsigned kind);
const char *trial_outcome_text(unsigned outcome);

/* The value of the member "probe": an array of rows. */
void trials_json(struct jw *w, const struct trials *t);
/* The value of the member "probed": what the rows belong to; null when nothing was tried. */
void trials_summary_json(struct jw *w, const struct trials *t);
/* E_PROTOCOL for rows that contradict each other or their bounds. */
void codec_trials(struct codec *c, struct trials *t);

#endif
