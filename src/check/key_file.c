/* SPDX-License-Identifier: MIT */
/* Key chains as a file. Runs in the command line; pure. */
#include "check/key_file.h"

#include "base/buf.h"
#include "base/hash.h"
#include "base/num.h"

#define SIGNATURE_LEN 64
#define LINKS         2

static enum err wrong(struct why *why, const char *what)
{
	return why_set(why, E_KEY_FORMAT, "%s", what);
}

/* A hex text, 0x allowed, into b; false when it is none or does not fit. */
static bool take_hex(const struct cJSON *j, struct buf *b)
{
	struct slice s;

	return json_str(j, &s) == E_OK && hex_into(hex_bare(s), b) == E_OK && !b->err;
}

static enum err read_key(struct key_file *k, struct why *why)
{
	struct buf b = buf_on(k->key, sizeof k->key);

	if (!take_hex(json_get(k->tree, "public_key"), &b) || (b.n != 32 && b.n != K256_POINT_LEN))
		return wrong(why, "public_key is not hex of 32 or 33 bytes");
	k->chain.public_key = buf_slice(&b);
	return E_OK;
}

/* The links; signature is the entry before them in an answer of Sign, else NULL. */
static enum err read_links(struct key_file *k, const struct cJSON **signature, struct why *why)
{
	const struct cJSON *list = json_get(k->tree, "signature_chain"), *at = json_child(list);
	size_t i, n = json_is_array(list) ? json_count(list) : 0;

	*signature = NULL;
	if (n == LINKS + 1) {
		*signature = at;
		at = json_next(at);
	} else if (n != LINKS) {
		return wrong(why, "signature_chain has neither two nor three entries");
	}
	for (i = 0; i < LINKS; i++, at = json_next(at)) {
		struct buf b = buf_on(k->link[i], sizeof k->link[i]);

		/* One of another length is no signature; that is the chain's fault, not the form's. */
		if (!take_hex(at, &b))
			return wrong(why, "a link of signature_chain is not hex of 65 bytes");
		k->chain.link[i] = buf_slice(&b);
	}
	return E_OK;
}

/* What the key is for: text that its application signed. */
static enum err read_claim(struct key_file *k, bool of_sign, struct why *why)
{
	const struct cJSON *j = k->tree;
	bool purpose = json_get(j, "purpose") != NULL, domain = json_get(j, "domain") != NULL;

	if (purpose && domain) return wrong(why, "purpose or domain, not both");
	if (domain) {
		k->chain.claim = KEY_CLAIM_V1;
		if (of_sign) return wrong(why, "three links are of Sign, which has no domain");
		if (json_get_str(j, "domain", &k->chain.purpose) ||
			json_get_str(j, "algorithm", &k->chain.algorithm))
			return wrong(why, "domain and algorithm are texts, and both are needed");
		return E_OK;
	}
	k->chain.claim = KEY_CLAIM_V0;
	if (of_sign) k->chain.purpose = SLICE("signing");
	if (purpose && json_get_str(j, "purpose", &k->chain.purpose))
		return wrong(why, "purpose is not a text");
	if (of_sign && !slice_is(k->chain.purpose, "signing"))
		return wrong(why, "Sign has one purpose, and it is \"signing\"");
	if (!of_sign && !purpose) return wrong(why, "neither purpose nor domain");
	return E_OK;
}

/* The signature of an answer of Sign over its data, when both are there and of our curve. */
static enum err read_signature(struct key_file *k, const struct cJSON *first, struct why *why)
{
	uint8_t mem[K256_RECOVERABLE_LEN], copy[K256_RECOVERABLE_LEN], digest[SHA256_LEN];
	struct buf sig = buf_on(mem, sizeof mem), same = buf_on(copy, sizeof copy);
	struct buf data = buf_heap(KEY_FILE_BYTES);
	const struct cJSON *j = k->tree, *named = json_get(j, "signature");
	struct slice algorithm = SLICE_NONE;
	bool prehashed;
	enum err e = E_OK;

	k->what = KEY_SIGNED_UNREAD;
	if (!take_hex(first, &sig) || sig.n != SIGNATURE_LEN)
		e = wrong(why, "the first of three links is not hex of 64 bytes");
	else if (named && (!take_hex(named, &same) || !slice_eq(buf_slice(&sig), buf_slice(&same))))
		e = wrong(why, "signature and the first link differ");
	else if (json_get(j, "algorithm") && json_get_str(j, "algorithm", &algorithm))
		e = wrong(why, "algorithm is not a text");
	if (e || !json_get(j, "data") || !algorithm.p || slice_is(algorithm, "ed25519")) goto out;
	prehashed = slice_is(algorithm, "secp256k1_prehashed");
	if (!prehashed && !slice_is(algorithm, "secp256k1"))
		e = wrong(why, "no such algorithm");
	else if (!take_hex(json_get(j, "data"), &data) || (prehashed && data.n != sizeof digest))
		e = wrong(why, "data is not hex, or no digest of 32 bytes");
	if (e) goto out;
	if (!prehashed || !slice_copy_exact(digest, sizeof digest, buf_slice(&data)))
		sha256(buf_slice(&data), digest);
	if (!k256_verify(k->chain.public_key, digest, buf_slice(&sig))) {
		e = why_set(why, E_KEY_CHAIN, "the signature over the data is not of this key");
		goto out;
	}
	k->what = KEY_SIGNED_DATA;
	k->data_len = data.n;
out:
	buf_drop(&data);
	return e;
}

enum err key_file_read(struct slice text, struct key_file *out, struct why *why)
{
	const struct cJSON *signature = NULL;
	enum err e;

	*out = (struct key_file){0};
	e = json_parse(text, JSON_INTEGERS, &out->tree, why);
	if (e == E_NO_MEMORY) return e;
	if (e || !json_is_object(out->tree)) return wrong(why, "no strict JSON object");
	if (json_get(out->tree, "key"))
		return wrong(why, "it holds a private key: put public_key in its place, and take "
				  "the key for lost");
	e = read_key(out, why);
	if (!e) e = read_links(out, &signature, why);
	if (!e) e = read_claim(out, signature != NULL, why);
	if (!e && signature) e = read_signature(out, signature, why);
	return e;
}

void key_file_drop(struct key_file *k)
{
	json_drop(&k->tree);
}
