/* SPDX-License-Identifier: MIT */
/*
 * Signatures of packages. The first byte says what follows: a bundle, the
 * statement inside one, a certificate of the signer, a Name, a whole request
 * as the process gets it. Whatever comes there is an answer that may travel,
 * and nothing is ever verified: the only anchor is one that signed nothing.
 */
#include "fuzz.h"

#include <string.h>

#include "base/num.h"
#include "unpack/oms.h"
#include "unpack/oms_name.h"

/* As if the operator named a CA whose key is the curve's own point. */
static const struct anchor anchor = {
	.not_after = 253402300799ULL, .below = 4, .name_len = 2, .name = {0x30, 0x00}};

static struct signed_file files[LIMIT_MEMBERS];

static void travels(struct signature_facts *f)
{
	struct buf b = buf_heap(SIGNATURE_RESULT_BYTES), again = buf_heap(SIGNATURE_RESULT_BYTES);
	struct codec c = codec_writer(&b);
	struct signature_facts got;

	codec_signature(&c, f);
	FUZZ_ASSERT(codec_end(&c) == E_OK);
	memset(&got, 0xff, sizeof got);
	c = codec_reader(buf_slice(&b));
	codec_signature(&c, &got);
	FUZZ_ASSERT(codec_end(&c) == E_OK);
	c = codec_writer(&again);
	codec_signature(&c, &got);
	FUZZ_ASSERT(slice_eq(buf_slice(&b), buf_slice(&again)));
	buf_drop(&b);
	buf_drop(&again);
}

static void whole(struct signature_request *r)
{
	uint8_t mem[LIMIT_SIGNER_BYTES];
	struct buf name = buf_on(mem, sizeof mem);
	struct signature_facts f;

	if (oms_check(r, &name, &f)) return;
	FUZZ_ASSERT(f.present && f.reason != E_OK);
	FUZZ_ASSERT(f.unsigned_files <= r->n_files);
	FUZZ_ASSERT(inside(SLICE_OF(mem), f.leaf_subject));
	travels(&f);
}

static struct signature_request request_of(struct slice bundle)
{
	struct signature_request r = {.now = 1795165200, .bundle = bundle, .files = files};

	r.anchors.n = 1;
	r.anchors.list[0] = anchor;
	r.n_files = 3;
	memset(files, 0, 3 * sizeof *files);
	files[0].path = SLICE(".gitignore");
	files[1].path = SLICE("SKILL.md");
	files[2].path = SLICE(SIGNATURE_FILE);
	return r;
}

/* The strict form around bytes that are drawn: otherwise few inputs get past base64. */
static void around(struct slice payload, struct slice cert)
{
	struct buf b = buf_heap(8 * MIB);
	struct signature_request r;

	buf_str(&b, "{\"mediaType\":\"application/vnd.dev.sigstore.bundle.v0.3+json\","
		    "\"verificationMaterial\":{\"x509CertificateChain\":{\"certificates\":["
		    "{\"rawBytes\":\"");
	buf_base64(&b, cert);
	buf_str(&b, "\"}]}},\"dsseEnvelope\":{\"payload\":\"");
	buf_base64(&b, payload);
	buf_str(&b, "\",\"payloadType\":\"application/vnd.in-toto+json\",\"signatures\":[{\"sig\":"
		    "\"MAYCAQECAQE=\"}]}}");
	r = request_of(buf_slice(&b));
	if (b.n <= LIMIT_SIGNATURE_BYTES) whole(&r);
	buf_drop(&b);
}

static void name_alone(struct slice in)
{
	uint8_t mem[LIMIT_SIGNER_BYTES];
	struct buf out = buf_on(mem, sizeof mem);
	size_t i;

	if (oms_name_text(in, &out)) return;
	for (i = 0; i < out.n; i++)
		FUZZ_ASSERT(out.p[i] >= 0x20 && out.p[i] <= 0x7e);
}

static void encoded(struct slice in)
{
	static struct signature_request r;
	struct buf again = buf_heap(SIGNATURE_REQUEST_BYTES);
	struct codec c = codec_reader(in);

	memset(&r, 0xff, sizeof r);
	r.files = files;
	codec_signature_request(&c, &r);
	if (!codec_end(&c)) {
		struct codec w = codec_writer(&again);

		codec_signature_request(&w, &r);
		FUZZ_ASSERT(codec_end(&w) == E_OK && slice_eq(buf_slice(&again), in));
		/* Whoever writes requests may name an anchor that did sign. */
		r.anchors.n = 0;
		whole(&r);
	}
	buf_drop(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice in = slice_of(data, size), rest = slice_from(in, 1);
	struct signature_request r = request_of(rest);

	if (size == 0) return 0;
	switch (data[0] % 5) {
	case 0:
		if (rest.n <= LIMIT_SIGNATURE_BYTES) whole(&r);
		break;
	case 1: around(rest, SLICE("\x30")); break;
	case 2: around(SLICE("{}"), rest); break;
	case 3: name_alone(rest); break;
	default: encoded(rest); break;
	}
	return 0;
}
