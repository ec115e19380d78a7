/* SPDX-License-Identifier: MIT */
/*
 * The simulator's own primitives against published answers. The sources are
 * included: the simulator is a program of its own and no part of the library.
 */
#include "../simulator/der.c"
#include "../simulator/ed25519.c"
#include "../simulator/keccak.c"
#include "../simulator/keys.c"

#include "base/json.h"
#include "test.h"

static struct slice keccak_of(struct slice s)
{
	static uint8_t out[KECCAK256_LEN];

	sim_keccak256(s, out);
	return SLICE_OF(out);
}

TEST(simulator_keccak256)
{
	struct buf b = buf_heap(1024);

	CHECK_SLICE(keccak_of(SLICE("")),
		test_hex("c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470"));
	CHECK_SLICE(keccak_of(SLICE("abc")),
		test_hex("4e03657aea45a94fc7d47ba826c8d667c0d1e6e33a64a036ec44f58fa12d6c45"));
	CHECK_SLICE(keccak_of(SLICE(
			    "signing:"
			    "03f6e0f232f5eb6f4b118960a80c3939ea947b6dc727215aba43451910f2741bb8")),
		test_hex("06a8bfb9756908b56f1c802bbe5fc2c84bf88b94bca0f48d9763c262e5007af6"));
	/* One block exactly, and one byte less: the padding gets a block of its own, or one byte. */
	buf_zeros(&b, RATE);
	CHECK_SLICE(keccak_of(buf_slice(&b)),
		test_hex("3a5912a7c5faa06ee4fe906253e339467a9ce87d533c65be3c15cb231cdb25f9"));
	CHECK_SLICE(keccak_of(slice_sub(buf_slice(&b), 0, RATE - 1)),
		test_hex("29e3704feeca7fb9ba229f0fa04d9b36449cf3ad6e1d85d9cfff3a10df9abc3e"));
	buf_drop(&b);
}

TEST(simulator_ed25519_public)
{
	uint8_t out[ED25519_LEN];

	/* RFC 8032 7.1, tests 1 and 3. */
	ed25519_public(
		test_hex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60").p,
		out);
	CHECK_SLICE(SLICE_OF(out),
		test_hex("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"));
	ed25519_public(
		test_hex("c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7").p,
		out);
	CHECK_SLICE(SLICE_OF(out),
		test_hex("fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025"));
}

static void check_derived(const struct app_keys *app, const struct cJSON *c)
{
	struct slice path, purpose, algorithm, key, link;
	struct derived_key d;
	struct buf b = buf_heap(4096);

	if (json_get_str(c, "path", &path) || json_get_str(c, "purpose", &purpose) ||
		json_get_str(c, "algorithm", &algorithm) || json_get_str(c, "key", &key) ||
		json_get_str(c, "signature_chain_0", &link)) {
		test_fail(__FILE__, __LINE__, "the vector lacks a member");
		return;
	}
	CHECK_ERR(app_key_derive(app, path, purpose, slice_is(algorithm, "ed25519"), &d), E_OK);
	buf_hex(&b, SLICE_OF(d.secret));
	CHECK_SLICE(buf_slice(&b), key);
	buf_reset(&b);
	buf_hex(&b, SLICE_OF(d.link));
	CHECK_SLICE(buf_slice(&b), link);
	buf_drop(&b);
}

TEST(simulator_key_chain_matches_the_vectors)
{
	struct slice text = test_file(test_vector("dstack/key-chain/derived.json"));
	struct cJSON *j = NULL;
	const struct cJSON *c;
	uint8_t scalar[K256_LEN], app_id[APP_ID_LEN], want[K256_SIG_LEN], point[K256_POINT_LEN];
	struct app_keys app;

	if (!text.p) SKIP("no vectors");
	CHECK_ERR(json_parse(text, JSON_INTEGERS, &j, NULL), E_OK);
	CHECK_ERR(json_get_hex(j, "kms_root_scalar", scalar, sizeof scalar), E_OK);
	CHECK_ERR(json_get_hex(j, "app_id", app_id, sizeof app_id), E_OK);
	CHECK_ERR(json_get_hex(j, "kms_link_signature", want, sizeof want), E_OK);
	CHECK_ERR(json_get_hex(j, "kms_root_pubkey", point, sizeof point), E_OK);
	CHECK_ERR(app_keys_init(scalar, app_id, &app), E_OK);
	CHECK_SLICE(SLICE_OF(app.link), SLICE_OF(want));
	CHECK_SLICE(SLICE_OF(app.kms_point), SLICE_OF(point));
	CHECK(json_count(json_get(j, "v0")) == 5);
	for (c = json_child(json_get(j, "v0")); c; c = json_next(c))
		check_derived(&app, c);
	json_drop(&j);
}

TEST(simulator_der_forms)
{
	struct buf b = buf_heap(100000);
	size_t mark;

	asn_int(&b, 0);
	asn_int(&b, 127);
	asn_int(&b, 128);
	asn_int(&b, 255);
	asn_int(&b, 65535);
	asn_int_bytes(&b, test_hex("00000001"));
	CHECK_SLICE(buf_slice(&b), test_hex("02010002017f02020080020200ff020300ffff020101"));
	buf_reset(&b);
	asn_named_bits(&b, 0x06);
	asn_named_bits(&b, 0xc0);
	CHECK_SLICE(buf_slice(&b), test_hex("03020106030206c0"));
	buf_reset(&b);
	asn_oid(&b, "1.2.840.113741.1.13.1");
	asn_oid(&b, "2.16.840.1.113730.1.13");
	CHECK_SLICE(buf_slice(&b), test_hex("06092a864886f84d010d0106096086480186f842010d"));
	buf_reset(&b);
	asn_time(&b, 2524607999); /* the last second that UTCTime can say */
	asn_time(&b, 2524608000);
	CHECK_SLICE(buf_slice(&b), SLICE("\x17\x0d"
					 "491231235959Z"
					 "\x18\x0f"
					 "20500101000000Z"));
	buf_reset(&b);
	mark = asn_open(&b, DER_OCTET_STRING);
	buf_zeros(&b, 127);
	asn_close(&b, mark);
	CHECK(b.n == 129 && b.p[1] == 127);
	mark = asn_open(&b, DER_OCTET_STRING);
	buf_zeros(&b, 128);
	asn_close(&b, mark);
	CHECK(b.n == 129 + 131 && b.p[130] == 0x81 && b.p[131] == 128);
	mark = asn_open(&b, DER_OCTET_STRING);
	buf_zeros(&b, 65536);
	asn_close(&b, mark);
	CHECK_SLICE(slice_sub(buf_slice(&b), 260, 5), test_hex("0483010000"));
	buf_reset(&b);
	asn_oid(&b, "3.1");
	CHECK_ERR(b.err, E_FORMAT);
	buf_drop(&b);
}
