/* SPDX-License-Identifier: MIT */
/* PEM chains. Runs in the command line; pure. */
#include "check/pem.h"

#include "base/limits.h"
#include "base/num.h"

#define BEGIN SLICE("-----BEGIN CERTIFICATE-----")
#define END   SLICE("-----END CERTIFICATE-----")

/* One LF or CR LF at the start of *s; false when there is none. */
static bool take_eol(struct slice *s)
{
	size_t n = slice_starts(*s, "\n") ? 1 : slice_starts(*s, "\r\n") ? 2 : 0;

	*s = slice_from(*s, n);
	return n > 0;
}

static bool take_label(struct slice *s, struct slice label)
{
	if (!slice_eq(slice_sub(*s, 0, label.n), label)) return false;
	*s = slice_from(*s, label.n);
	return true;
}

/* The lines of one block, joined in mem, then decoded behind them. */
static enum err take_block(struct slice *s, struct buf *mem, struct slice *cert)
{
	size_t text = mem->n, der;

	if (!take_label(s, BEGIN) || !take_eol(s)) return E_FORMAT;
	while (!take_label(s, END)) {
		size_t n = slice_find(*s, 0, '\n');

		/* Text that ends inside a block comes to an empty line here. */
		if (n > 0 && s->p[n - 1] == '\r') n--;
		if (n == 0) return E_FORMAT;
		buf_put(mem, slice_sub(*s, 0, n));
		*s = slice_from(*s, n);
		take_eol(s);
	}
	der = mem->n;
	if (der == text) return E_FORMAT;
	if (base64_into(slice_from(buf_slice(mem), text), mem)) return E_CERT_FORMAT;
	*cert = slice_from(buf_slice(mem), der);
	return mem->err;
}

static bool only_zeros(struct slice s)
{
	size_t i;

	for (i = 0; i < s.n; i++)
		if (s.p[i]) return false;
	return true;
}

enum err pem_chain(struct slice text, struct buf *mem, struct slice cert[PEM_CERTS], size_t *count)
{
	struct slice s = text, found[PEM_CERTS];
	size_t n = 0, i;
	bool apart = true;
	enum err e;

	if (text.n > LIMIT_PEM_BYTES) return E_FORMAT;
	if (!buf_reserve(mem, PEM_ROOM(text.n))) return mem->err;
	for (;;) {
		while (take_eol(&s))
			apart = true;
		if (only_zeros(s)) break;
		if (n == PEM_CERTS || !apart) return E_FORMAT;
		e = take_block(&s, mem, &found[n]);
		if (e) return e;
		n++;
		apart = false;
	}
	for (i = 0; i < n; i++)
		cert[i] = found[i];
	*count = n;
	return E_OK;
}
