/* SPDX-License-Identifier: MIT */
/* The signature of a package. Runs in unpack; no I/O. */
#include "unpack/oms.h"

#include "unpack/oms_bundle.h"
#include "unpack/oms_files.h"
#include "unpack/oms_signer.h"

enum err oms_check(const struct signature_request *r, struct buf *name, struct signature_facts *out)
{
	struct signature_facts f = {.present = true, .leaf_subject = SLICE("")};
	struct buf mem = buf_heap(LIMIT_SIGNATURE_BYTES);
	enum err e, statement = E_OK, content = E_OK, signer = E_OK, anchor = E_OK;
	struct oms_chain chain = {.n = 0};
	struct oms_bundle b;

	e = buf_reserve(&mem, r->bundle.n) ? oms_bundle_read(r->bundle, &mem, &b)
	    : r->bundle.n                  ? E_NO_MEMORY
					   : E_SIGNATURE_FORMAT;
	if (!e) {
		statement = oms_files_check(b.payload, r, &f, &content);
		signer = oms_signer_check(&b, r->now, &chain, name, &f);
		if (!signer) anchor = oms_anchor_find(&chain, &r->anchors, r->now, &f);
	}
	buf_drop(&mem);
	if (e == E_NO_MEMORY || statement == E_NO_MEMORY) return E_NO_MEMORY;
	/* What the bytes are comes first, then who signed them, what they say, who vouches. */
	f.reason = e ? e : statement ? statement : signer ? signer : content ? content : anchor;
	*out = f;
	return E_OK;
}
