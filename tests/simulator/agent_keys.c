/* SPDX-License-Identifier: MIT */
/* The methods GetKey and GetTlsKey. Runs in the simulator. */
#include "agent.h"

#include "tls.h"

/* Lifetime of a certificate unless asked otherwise (specs/dstack.md 1.4). */
#define TLS_LIFETIME_S (3650LL * 86400)
/* End of the year 9999, the last that a certificate can say. */
#define TLS_LAST_S 253402300799

void agent_get_key(struct agent *a, const struct args *args, struct answer *out)
{
	struct slice path, purpose, algorithm;
	struct derived_key key;
	bool ed25519, known;
	struct jw w;

	if (args_str(args, "path", &path) || args_str(args, "purpose", &purpose) ||
		args_str(args, "algorithm", &algorithm)) {
		sim_answer_error(out, 400, "path, purpose and algorithm are texts");
		return;
	}
	/* Older agents do not know the member and derive secp256k1 whatever it says. */
	if (a->guest.o.version < GUEST_0_5_6) algorithm = SLICE_NONE;
	ed25519 = slice_is(algorithm, "ed25519");
	known = ed25519 || algorithm.n == 0 || slice_is(algorithm, "secp256k1") ||
		(slice_is(algorithm, "k256") && a->guest.o.version >= GUEST_0_5_11) ||
		(slice_is(algorithm, "secp256k1_prehashed") && a->guest.o.version == GUEST_0_5_6);
	if (!known) {
		sim_answer_error(out, 400, "Unsupported algorithm");
		return;
	}
	if (app_key_derive(&a->guest.app_keys, path, purpose, ed25519, &key)) {
		sim_answer_error(out, 500, "the simulator cannot derive this key");
		return;
	}
	w = answer_open(out);
	jw_key_hex(&w, "key", SLICE_OF(key.secret));
	jw_key(&w, "signature_chain");
	jw_array(&w);
	jw_hex(&w, SLICE_OF(key.link));
	jw_hex(&w, SLICE_OF(a->guest.app_keys.link));
	jw_array_end(&w);
	answer_close(&w, out);
}

/* The arguments of GetTlsKey; false when an error was answered. */
static bool read_tls_args(
	const struct agent *a, const struct args *args, struct tls_spec *spec, struct answer *out)
{
	bool from_given, to_given;
	uint64_t from = 0, to = 0;

	spec->alt_names = json_get(args->json, "alt_names");
	if (args_str(args, "subject", &spec->subject) ||
		args_bool(args, "usage_ra_tls", &spec->ra_tls) ||
		args_bool(args, "usage_server_auth", &spec->server_auth) ||
		args_bool(args, "usage_client_auth", &spec->client_auth) ||
		args_u64(args, "not_before", &from_given, &from) || from > TLS_LAST_S ||
		args_u64(args, "not_after", &to_given, &to) || to > TLS_LAST_S) {
		sim_answer_error(out, 400, "Invalid argument");
		return false;
	}
	if (a->guest.o.version < GUEST_0_5_6) from_given = to_given = false;
	if (a->guest.o.version >= GUEST_0_6_0 && from_given && to_given && from >= to) {
		sim_answer_error(out, 400, "not_before must be earlier than not_after");
		return false;
	}
	spec->from = from_given ? (int64_t)from : guest_now(&a->guest);
	spec->to = to_given ? (int64_t)to : guest_now(&a->guest) + TLS_LIFETIME_S;
	spec->faults = out->faults;
	return true;
}

void agent_get_tls_key(struct agent *a, const struct args *args, struct answer *out)
{
	struct buf pem = buf_heap(2 * TLS_CERT_MAX);
	struct tls_spec spec = {.alt_names = NULL};
	struct tls_chain chain = {.n = 0};
	struct p256_key key;
	struct jw w;
	size_t i;

	if (!read_tls_args(a, args, &spec, out)) return;
	out->quoted = spec.ra_tls;
	if (p256_generate(&key)) {
		sim_answer_error(out, 500, "the simulator has no randomness");
		return;
	}
	if (tls_chain_make(&a->guest, key.point, &spec, &chain)) {
		sim_answer_error(out, 400, "the simulator cannot make this certificate");
		goto out;
	}
	a->quotes += spec.ra_tls;
	tls_key_pem(&key, &pem);
	w = answer_open(out);
	jw_key_str(&w, "key", buf_slice(&pem));
	jw_key(&w, "certificate_chain");
	jw_array(&w);
	for (i = 0; i < chain.n; i++) {
		buf_reset(&pem);
		buf_pem(&pem, "CERTIFICATE", buf_slice(&chain.der[i]));
		jw_str(&w, buf_slice(&pem));
	}
	jw_array_end(&w);
	answer_close(&w, out);
out:
	tls_chain_drop(&chain);
	buf_drop(&pem);
}

enum err agent_make_app_cert(struct agent *a)
{
	struct tls_spec spec = {.subject = SLICE("demo NOT-A-TEE")};
	struct tls_chain chain;
	struct p256_key key;
	enum err e = seed_p256(a->guest.o.seed, "demo certificate", &key);
	size_t i;

	if (e) return e;
	spec.from = guest_now(&a->guest);
	spec.to = spec.from + TLS_LIFETIME_S;
	e = tls_chain_make(&a->guest, key.point, &spec, &chain);
	for (i = 0; i < chain.n && !e; i++)
		buf_pem(&a->app_cert, "CERTIFICATE", buf_slice(&chain.der[i]));
	tls_chain_drop(&chain);
	return e ? e : a->app_cert.err;
}
