/* SPDX-License-Identifier: MIT */
/* TLS over a connection. Runs on the command line. */
#include "net/tls.h"

static int low_read(void *ctx, unsigned char *p, size_t n)
{
	struct dial *d = ctx;
	int r = dial_read(d, p, n);

	/* BearSSL takes -1 for any end of the transport. */
	if (r == 0) d->err = E_CLOSED;
	return r > 0 ? r : -1;
}

static int low_write(void *ctx, const unsigned char *p, size_t n)
{
	return dial_write(ctx, p, n);
}

enum err tls_start(
	struct tls *t, struct dial *d, const struct anchors *a, const char *name, struct why *why)
{
	static const uint16_t suites[] = {
		BR_TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256,
		BR_TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256,
		BR_TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,
		BR_TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
		BR_TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,
		BR_TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
	};
	br_ssl_engine_context *engine = &t->client.eng;

	t->dial = d;
	br_ssl_client_init_full(&t->client, &t->x509, anchors_list(a), a->n);
	br_ssl_engine_set_versions(engine, BR_TLS12, BR_TLS12);
	br_ssl_engine_set_suites(engine, suites, sizeof suites / sizeof *suites);
	br_ssl_engine_set_buffer(engine, t->buffer, sizeof t->buffer, 1);
	if (!br_ssl_client_reset(&t->client, name, 0))
		return why_set(
			why, E_TLS, "no session (error %d)", br_ssl_engine_last_error(engine));
	br_sslio_init(&t->io, engine, low_read, d, low_write, d);
	return E_OK;
}

/* Why a certificate was not accepted. */
static const char *certificate_fault(int code)
{
	switch (code) {
	case BR_ERR_X509_EXPIRED: return "it has expired or is not valid yet";
	case BR_ERR_X509_BAD_SERVER_NAME: return "it is for another name";
	case BR_ERR_X509_NOT_TRUSTED: return "no known authority issued it";
	case BR_ERR_X509_BAD_SIGNATURE: return "a signature in its chain is wrong";
	case BR_ERR_X509_DN_MISMATCH: return "its chain has gaps";
	case BR_ERR_X509_NOT_CA: return "an issuer in its chain is no authority";
	case BR_ERR_X509_FORBIDDEN_KEY_USAGE:
	case BR_ERR_X509_WRONG_KEY_TYPE: return "its key is for another use";
	case BR_ERR_X509_WEAK_PUBLIC_KEY: return "its key is too short";
	case BR_ERR_X509_CRITICAL_EXTENSION: return "it has an unknown critical extension";
	case BR_ERR_X509_EMPTY_CHAIN: return "the server sent none";
	default: return "it is not well formed";
	}
}

static enum err fault(struct tls *t, struct why *why)
{
	int code = br_ssl_engine_last_error(&t->client.eng);

	if (code > BR_ERR_X509_OK && code <= BR_ERR_X509_NOT_TRUSTED)
		return why_set(why, E_TLS_CERT, "%s", certificate_fault(code));
	if (code == BR_ERR_IO || code == BR_ERR_OK) {
		enum err e = t->dial->err ? t->dial->err : E_CLOSED;

		return why_set(why, e, "%s", "");
	}
	if (code >= BR_ERR_RECV_FATAL_ALERT && code < BR_ERR_SEND_FATAL_ALERT)
		return why_set(why, E_TLS, "the server refuses (alert %d)",
			code - BR_ERR_RECV_FATAL_ALERT);
	if (code == BR_ERR_BAD_VERSION || code == BR_ERR_UNSUPPORTED_VERSION ||
		code == BR_ERR_UNKNOWN_TYPE)
		return why_set(why, E_TLS, "the server does not speak TLS 1.2");
	return why_set(why, E_TLS, "error %d of the TLS library", code);
}

enum err tls_write(struct tls *t, struct slice s, struct why *why)
{
	if (br_sslio_write_all(&t->io, s.p, s.n) < 0 || br_sslio_flush(&t->io) < 0)
		return fault(t, why);
	return E_OK;
}

enum err tls_read(struct tls *t, void *p, size_t n, size_t *got, struct why *why)
{
	int r = br_sslio_read(&t->io, p, n);

	if (r > 0) {
		*got = (size_t)r;
		return E_OK;
	}
	/* An orderly end; anything else may be somebody cutting the answer. */
	if (br_ssl_engine_last_error(&t->client.eng) == BR_ERR_OK) {
		*got = 0;
		return E_OK;
	}
	return fault(t, why);
}
