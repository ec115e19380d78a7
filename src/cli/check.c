/* SPDX-License-Identifier: MIT */
/*
 * `check`: the relying party. Finds the part that is meant and reads the files
 * that the caller names; the judgement is in src/check. Only a URL that the
 * caller names is ever asked for anything.
 * Runs on the command line.
 */
#include "cli/check.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fdio.h"
#include "base/num.h"
#include "check/pem.h"
#include "cli/ask_app.h"

enum err check_file(const char *path, size_t max, struct buf *b)
{
	enum err e;

	*b = buf_heap(max + 1);
	e = strcmp(path, "-") == 0 ? fd_read_all(STDIN_FILENO, b) : file_read(path, max, b);
	if (!e && b->n > max) e = E_TOO_LARGE;
	if (e) cli_say("skill-verifier check: %s: %s", path, err_text(e));
	return e;
}

enum err check_root(const char *path, struct buf *der)
{
	struct slice cert[PEM_CERTS];
	struct buf file, mem;
	size_t n = 0;
	enum err e = check_file(path, LIMIT_PEM_BYTES, &file);

	if (!e && slice_starts(buf_slice(&file), "-----BEGIN")) {
		mem = buf_heap(PEM_ROOM(file.n));
		if (!buf_reserve(&mem, PEM_ROOM(file.n))) return E_NO_MEMORY;
		if (pem_chain(buf_slice(&file), &mem, cert, &n) || n != 1) {
			e = E_FORMAT;
			cli_say("skill-verifier check: %s holds not exactly one certificate", path);
		} else {
			*der = buf_heap(cert[0].n);
			buf_put(der, cert[0]);
		}
		buf_drop(&mem);
		buf_drop(&file);
		return e;
	}
	*der = file;
	return e;
}

enum err check_policy(const char *path, struct policy *p, struct expect *want)
{
	struct why why = WHY_INIT;
	struct buf text;
	enum err e = check_file(path, POLICY_BYTES, &text);

	if (!e) {
		e = policy_read(buf_slice(&text), p, &why);
		if (e)
			cli_say("skill-verifier check: %s %s", path, why.text);
		else
			policy_apply(p, want);
	}
	buf_drop(&text);
	return e;
}

enum err check_digest(const char *option, const char *text, uint8_t out[SHA256_LEN])
{
	struct slice s = hex_bare(slice_str(text));

	if (slice_starts(s, "sha256:")) s = slice_from(s, 7);
	if (hex_exact(s, out, SHA256_LEN) == E_OK) return E_OK;
	cli_say("skill-verifier check: %s needs 64 hex digits", option);
	return E_USAGE;
}

enum err check_kms_key(const char *text, uint8_t out[K256_POINT_LEN])
{
	if (hex_exact(hex_bare(slice_str(text)), out, K256_POINT_LEN) == E_OK) return E_OK;
	cli_say("skill-verifier check: --kms-key needs 66 hex digits");
	return E_USAGE;
}

enum err check_time(const char *text, int64_t *out)
{
	uint64_t seconds;
	int64_t ms;

	if (!text) {
		*out = clock_wall_ms() / 1000;
		return E_OK;
	}
	/* Dates of certificates end in the year 9999. */
	if (parse_u64(slice_str(text), 253402300799, &seconds) == E_OK) {
		*out = (int64_t)seconds;
		return E_OK;
	}
	if (clock_parse_iso(slice_str(text), &ms) == E_OK) {
		*out = ms / 1000;
		return E_OK;
	}
	cli_say("skill-verifier check: --at needs seconds since 1970 or a date like "
		"2026-11-20T09:00:00Z");
	return E_USAGE;
}

static const struct {
	const char *name;
	command *run;
} parts[] = {
	{"attestation", check_attestation},
	{"quote", check_quote},
	{"log", check_log},
	{"compose", check_compose},
	{"governance", check_governance},
	{"keys", check_keys},
	{"app", check_app},
};

static const char help_text[] =
	"usage: skill-verifier check [attestation] FILE [options]\n"
	"       skill-verifier check [app] URL [options]\n"
	"       skill-verifier check quote|log|compose|keys|governance [options]\n\n"
	"Proves evidence offline; nobody is asked who is not named by URL. Each part has --help.\n\n"
	"  attestation FILE   the bundle of one job: from its statement to Intel's root\n"
	"  app URL            a running application: what answers is what you expect\n"
	"  quote              one TDX or SGX quote with its collateral\n"
	"  log                a boot event log against RTMR3 (signs nothing, checks no signature)\n"
	"  compose FILE       what an app-compose text starts, and whether it pins all of it\n"
	"  keys FILE          a key of an application, back to the KMS that issued its root\n"
	"  governance         what an application's contract on a chain allows; asks --rpc nodes\n";

int cmd_check(int argc, char **argv)
{
	size_t i;

	if (argc > 1 && strcmp(argv[1], "--help") == 0) {
		fputs(help_text, stdout);
		return EXIT_YES;
	}
	if (argc < 2) return cli_usage("check", "nothing named to check");
	for (i = 0; i < sizeof parts / sizeof *parts; i++)
		if (strcmp(argv[1], parts[i].name) == 0) return parts[i].run(argc - 1, argv + 1);
	if (ask_is_url(argv[1])) return check_app(argc, argv);
	return check_attestation(argc, argv);
}
