/* SPDX-License-Identifier: MIT */
/*
 * `check keys`: a key with its signatures, back to the KMS that issued the
 * application's root key. Without a quote: it proves whose the key is, never
 * which code has it. Runs on the command line.
 */
#include <stdio.h>

#include "base/json_write.h"
#include "base/num.h"
#include "base/text.h"
#include "check/key_file.h"
#include "cli/check.h"

#define COMMAND "check keys"

struct outcome {
	struct key_file file;
	bool has_signers;
	uint8_t app[APP_ID_LEN], root[K256_POINT_LEN], app_key[K256_POINT_LEN];
	uint8_t kms_key[K256_POINT_LEN];
	enum err code;
	struct why why;
};

static void judge(struct slice text, const char *purpose, struct outcome *o)
{
	struct keychain *k = &o->file.chain;

	o->code = key_file_read(text, &o->file, &o->why);
	if (o->code) return;
	k->app_id = SLICE_OF(o->app);
	if (purpose && !slice_is(k->purpose, purpose)) {
		o->code = why_set(&o->why, E_KEY_CHAIN, "the key is for another purpose");
		return;
	}
	o->code = keychain_signers(k, o->app_key, o->kms_key, &o->why);
	o->has_signers = o->code == E_OK;
	k->kms_root = SLICE_OF(o->root);
	/* Once more, now compared: who signed is shown in any case. */
	if (o->has_signers) o->code = keychain_check(k, NULL, &o->why);
}

static void print_json(const struct outcome *o)
{
	static const char *const words[] = {"nothing", "not looked at", "data"};
	const struct keychain *k = &o->file.chain;
	struct buf b = buf_heap(64 * KIB);
	struct jw w = jw_to(&b, false);
	char purpose[200];

	jw_object(&w);
	jw_key_cstr(&w, "verdict", o->code ? "refused" : "holds");
	jw_key_str_or_null(&w, "code", o->code ? slice_str(err_name(o->code)) : SLICE_NONE);
	jw_key_cstr(&w, "detail", o->why.text);
	jw_key_hex(&w, "appId", SLICE_OF(o->app));
	jw_key_hex_or_null(&w, "publicKey", k->public_key);
	jw_key_cstr(&w, "purpose", text_ascii(purpose, sizeof purpose, k->purpose));
	jw_key_cstr(&w, "signed", words[o->file.what]);
	jw_key_hex_or_null(
		&w, "applicationKey", o->has_signers ? SLICE_OF(o->app_key) : SLICE_NONE);
	jw_key_hex_or_null(&w, "kmsKey", o->has_signers ? SLICE_OF(o->kms_key) : SLICE_NONE);
	jw_object_end(&w);
	printf("%s\n", buf_text(&b));
	buf_drop(&b);
}

static void print_hex(const char *name, struct slice bytes)
{
	char hex[2 * K256_POINT_LEN + 1];
	struct buf b = buf_on(hex, sizeof hex);

	buf_hex(&b, bytes);
	printf("%-17s %s\n", name, buf_text(&b));
}

static void print_text(const struct outcome *o)
{
	char purpose[200];

	if (o->has_signers) {
		print_hex("key", o->file.chain.public_key);
		printf("%-17s %s\n", "purpose",
			text_ascii(purpose, sizeof purpose, o->file.chain.purpose));
		print_hex("application's key", SLICE_OF(o->app_key));
		print_hex("key of the KMS", SLICE_OF(o->kms_key));
	}
	if (o->code) {
		printf("[FAIL] keys        %s: %s (%s)\n", err_text(o->code), o->why.text,
			err_name(o->code));
		return;
	}
	printf("[OK]   keys        the key is this application's; which code has it, a quote tells\n");
	if (o->file.what == KEY_SIGNED_DATA)
		printf("                   its signature over %zu bytes of data holds\n",
			o->file.data_len);
	if (o->file.what == KEY_SIGNED_UNREAD)
		printf("                   its signature was not looked at: ed25519, or no data\n");
}

int check_keys(int argc, char **argv)
{
	static struct outcome o;
	const char *app = NULL, *root = NULL, *purpose = NULL;
	bool json = false, help = false;
	const struct cli_option table[] = {
		{"--app-id", &app, NULL, "HEX", "the application, as a verified quote names it"},
		{"--kms-key", &root, NULL, "HEX",
			"the secp256k1 key of the KMS (kmsInfo of its contract)"},
		{"--key-purpose", &purpose, NULL, "TEXT", "what the key must be for"},
		{"--json", NULL, &json, NULL, "machine-readable report"},
		{"--help", NULL, &help, NULL, "this text"},
		{NULL, NULL, NULL, NULL, NULL},
	};
	struct buf text = BUF_INIT;
	int n = cli_options(argc, argv, table), status = EXIT_CANNOT;

	if (n < 0) return EXIT_CANNOT;
	if (help) {
		cli_help("check keys FILE --app-id HEX --kms-key HEX [options]",
			"Follows a key of an application back to its KMS: FILE is JSON with public_key,\n"
			"signature_chain and purpose (GetKey), or an answer of Sign with its data. It\n"
			"proves whose the key is, and not which code has it: every version that the\n"
			"application ever had derives the same keys. check attestation --key-chain\n"
			"takes the application from the quote instead.",
			table, "Exit codes: 0 the chain holds, 1 it does not, 3 could not run");
		return EXIT_YES;
	}
	if (n != 1 || !app || !root)
		return cli_usage(COMMAND, "FILE, --app-id and --kms-key are needed");
	if (hex_exact(hex_bare(slice_str(app)), o.app, sizeof o.app))
		return cli_usage(COMMAND, "--app-id needs 40 hex digits");
	if (check_kms_key(root, o.root) || check_file(argv[0], KEY_FILE_BYTES, &text)) goto out;
	judge(buf_slice(&text), purpose, &o);
	if (json)
		print_json(&o);
	else
		print_text(&o);
	status = o.code ? EXIT_NO : EXIT_YES;
out:
	key_file_drop(&o.file);
	buf_drop(&text);
	return status;
}
