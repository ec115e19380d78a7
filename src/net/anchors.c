/* SPDX-License-Identifier: MIT */
/* Certificate authorities of TLS. Runs on the command line. */
#include "net/anchors.h"

#include "base/fdio.h"
#include "base/limits.h"

/* A PEM block has more than this many bytes, so a text of n bytes has fewer blocks. */
#define BLOCK_MIN 256

struct reading {
	br_pem_decoder_context pem;
	struct buf der;      /* of the block at hand */
	bool in_certificate; /* the block at hand is one */
	struct anchors a;
};

static void put_der(void *ctx, const void *bytes, size_t n)
{
	struct buf *b = ctx;

	buf_put(b, slice_of(bytes, n));
}

/* A copy that stays where it is. */
static unsigned char *keep(struct buf *mem, const void *p, size_t n)
{
	size_t at = mem->n;

	buf_put(mem, slice_of(p, n));
	return mem->err ? NULL : mem->p + at;
}

static bool copy_key(struct buf *mem, const br_x509_pkey *key, br_x509_pkey *out)
{
	out->key_type = key->key_type;
	if (key->key_type == BR_KEYTYPE_RSA) {
		out->key.rsa.n = keep(mem, key->key.rsa.n, key->key.rsa.nlen);
		out->key.rsa.nlen = key->key.rsa.nlen;
		out->key.rsa.e = keep(mem, key->key.rsa.e, key->key.rsa.elen);
		out->key.rsa.elen = key->key.rsa.elen;
	} else {
		out->key.ec.curve = key->key.ec.curve;
		out->key.ec.q = keep(mem, key->key.ec.q, key->key.ec.qlen);
		out->key.ec.qlen = key->key.ec.qlen;
	}
	return !mem->err;
}

/* The subject of a certificate goes into dn while it is decoded. */
static void add_certificate(struct anchors *a, struct slice der)
{
	br_x509_decoder_context decoder;
	br_x509_trust_anchor anchor = {0};
	struct buf dn = buf_heap(LIMIT_PEM_BYTES);
	const br_x509_pkey *key;

	br_x509_decoder_init(&decoder, put_der, &dn);
	br_x509_decoder_push(&decoder, der.p, der.n);
	key = br_x509_decoder_get_pkey(&decoder);
	if (key && !dn.err && dn.n) {
		anchor.dn.data = keep(&a->mem, dn.p, dn.n);
		anchor.dn.len = dn.n;
		/* A server's own certificate may be named too: it vouches for itself. */
		anchor.flags = br_x509_decoder_isCA(&decoder) ? BR_X509_TA_CA : 0;
		if (copy_key(&a->mem, key, &anchor.pkey)) {
			buf_put(&a->list, slice_of(&anchor, sizeof anchor));
			if (!a->list.err) a->n++;
		}
	}
	buf_drop(&dn);
}

/* Every block of the text; the decoder stops at each border. */
static void read_blocks(struct reading *r, struct slice text)
{
	while (text.n) {
		text = slice_from(text, br_pem_decoder_push(&r->pem, text.p, text.n));
		switch (br_pem_decoder_event(&r->pem)) {
		case BR_PEM_BEGIN_OBJ:
			buf_reset(&r->der);
			r->in_certificate =
				slice_is(slice_str(br_pem_decoder_name(&r->pem)), "CERTIFICATE");
			br_pem_decoder_setdest(
				&r->pem, r->in_certificate ? put_der : NULL, &r->der);
			break;
		case BR_PEM_END_OBJ:
			if (r->in_certificate && !r->der.err)
				add_certificate(&r->a, buf_slice(&r->der));
			r->in_certificate = false;
			break;
		case BR_PEM_ERROR: r->in_certificate = false; break;
		default: break;
		}
	}
}

enum err anchors_read(struct slice pem, struct anchors *out, struct why *why)
{
	struct reading r = {.a = ANCHORS_INIT};
	size_t room = (pem.n / BLOCK_MIN + 1) * sizeof(br_x509_trust_anchor);
	enum err e = E_OK;

	r.a.mem = buf_heap(pem.n + 1);
	r.a.list = buf_heap(room);
	r.der = buf_heap(LIMIT_PEM_BYTES);
	if (!buf_reserve(&r.a.mem, pem.n + 1) || !buf_reserve(&r.a.list, room)) {
		e = E_NO_MEMORY;
	} else {
		br_pem_decoder_init(&r.pem);
		read_blocks(&r, pem);
		/* The last line of a file may lack its line feed. */
		read_blocks(&r, SLICE("\n"));
		if (r.a.n == 0) e = why_set(why, E_FORMAT, "no certificate of an authority in it");
	}
	buf_drop(&r.der);
	if (e)
		anchors_drop(&r.a);
	else
		*out = r.a;
	return e;
}

enum err anchors_load(const char *path, struct anchors *out, struct why *why)
{
	struct buf text = buf_heap(LIMIT_ANCHORS_BYTES + 1);
	enum err e = file_read(path ? path : ANCHORS_SYSTEM, LIMIT_ANCHORS_BYTES, &text);

	if (e == E_ABSENT)
		why_set(why, e,
			"%s: authorities of TLS; install ca-certificates or name a file with --ca-file",
			path ? path : ANCHORS_SYSTEM);
	else if (e)
		why_set(why, e, "%s", path ? path : ANCHORS_SYSTEM);
	else
		e = anchors_read(buf_slice(&text), out, why);
	buf_drop(&text);
	return e;
}

void anchors_drop(struct anchors *a)
{
	buf_drop(&a->mem);
	buf_drop(&a->list);
	a->n = 0;
}

const br_x509_trust_anchor *anchors_list(const struct anchors *a)
{
	/* malloc's alignment is enough for any type. */
	return (const void *)a->list.p;
}
