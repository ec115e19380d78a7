/* SPDX-License-Identifier: MIT */
/*
 * P-256 verification against BearSSL, which signs, verifies on its own and says
 * what every signature here is: random ones, the same ones broken, numbers at
 * the edges, and keys and digests that lead the sum of points to infinity, to
 * equal points and back over the generator's multiples.
 */
#include <bearssl.h>
#include <string.h>

#include "base/hash.h"
#include "base/p256.h"
#include "base/p256_verify.h"
#include "test.h"

#define NUMBER 32

struct signature {
	uint8_t point[2 * NUMBER], digest[NUMBER], rs[2 * NUMBER];
};

static const uint8_t order[NUMBER] = {0xff, 0xff, 0xff, 0xff, 0x00, 0x00, 0x00, 0x00, 0xff, 0xff,
	0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xbc, 0xe6, 0xfa, 0xad, 0xa7, 0x17, 0x9e, 0x84, 0xf3,
	0xb9, 0xca, 0xc2, 0xfc, 0x63, 0x25, 0x51};
static const uint8_t prime[NUMBER] = {0xff, 0xff, 0xff, 0xff, 0x00, 0x00, 0x00, 0x01, 0x00, 0x00,
	0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0xff, 0xff, 0xff, 0xff, 0xff,
	0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff};

/* How often BearSSL was asked, and how often it said yes. */
static unsigned asked, valid;

/*
 * BearSSL 0.6 lets r = 0 through, which holds for a digest that is a multiple of
 * the order and any key at all; SEC 1 section 4.1.4 refuses it first.
 */
static bool oracle(const struct signature *s)
{
	static const uint8_t zero[NUMBER];
	uint8_t q[1 + sizeof s->point] = {0x04};
	br_ec_public_key pk = {.curve = BR_EC_secp256r1, .q = q, .qlen = sizeof q};

	if (memcmp(s->rs, zero, sizeof zero) == 0) return false;
	memcpy(q + 1, s->point, sizeof s->point);
	return br_ecdsa_i31_vrfy_raw(
		       &br_ec_p256_m31, s->digest, NUMBER, &pk, s->rs, sizeof s->rs) == 1;
}

/* Both say the same; which is that. */
static bool both(const struct signature *s)
{
	bool want = oracle(s);

	asked++;
	valid += want;
	CHECK(p256_signature_holds(s->point, s->digest, s->rs, s->rs + NUMBER) == want);
	CHECK(p256_verify_raw(SLICE_OF(s->point), s->digest, SLICE_OF(s->rs)) == want);
	return want;
}

/* Bytes that look random and are the same in every run. */
static void noise(uint8_t *out, const char *what, uint32_t n)
{
	struct sha256 h;

	sha256_init(&h);
	sha256_add(&h, slice_str(what));
	sha256_add(&h, slice_of((const uint8_t *)&n, sizeof n));
	sha256_out(&h, out);
}

/* big endian a + b, or a - b for sign -1, modulo 2^256. */
static void add(uint8_t out[NUMBER], const uint8_t a[NUMBER], int sign, uint32_t b)
{
	int64_t carry = (int64_t)sign * b;
	unsigned i;

	for (i = NUMBER; i-- > 0;) {
		carry += a[i];
		out[i] = (uint8_t)(carry & 0xff);
		carry = (carry - out[i]) / 256;
	}
}

/* a * b modulo the order: double and add, each step reduced. */
static void times(uint8_t out[NUMBER], const uint8_t a[NUMBER], const uint8_t b[NUMBER])
{
	uint8_t acc[NUMBER] = {0};
	unsigned bit, step, carry, i;
	const uint8_t *what;

	for (bit = 0; bit < 8 * NUMBER; bit++)
		for (step = 0; step < 2; step++) {
			what = step ? b : acc;
			if (step && !(a[bit / 8] >> (7 - bit % 8) & 1)) continue;
			for (carry = 0, i = NUMBER; i-- > 0; carry >>= 8) {
				carry += (unsigned)acc[i] + what[i];
				acc[i] = (uint8_t)carry;
			}
			if (!carry && memcmp(acc, order, NUMBER) < 0) continue;
			for (carry = 1, i = NUMBER; i-- > 0; carry >>= 8) {
				carry += (unsigned)acc[i] + (uint8_t)~order[i];
				acc[i] = (uint8_t)carry;
			}
		}
	memcpy(out, acc, NUMBER);
}

/* order - a, for a below it and above zero. */
static void opposite(uint8_t out[NUMBER], const uint8_t a[NUMBER])
{
	unsigned carry = 1, i;

	for (i = NUMBER; i-- > 0; carry >>= 8) {
		carry += (unsigned)order[i] + (uint8_t)~a[i];
		out[i] = (uint8_t)carry;
	}
}

static void made(struct signature *s, uint32_t n)
{
	struct p256_key key;
	uint8_t secret[NUMBER];

	noise(secret, "key", n);
	if (p256_from_secret(secret, &key)) {
		test_fail(__FILE__, __LINE__, "a secret");
		return;
	}
	noise(s->digest, "digest", n);
	memcpy(s->point, key.point, sizeof s->point);
	p256_sign_raw(&key, s->digest, s->rs);
}

TEST(p256_verify_random_and_broken)
{
	struct signature s, t;
	uint32_t n;

	asked = valid = 0;
	for (n = 0; n < 400; n++) {
		made(&s, n);
		CHECK(both(&s));
		t = s; /* one bit of the digest, of r, of s, of the key */
		t.digest[n % NUMBER] ^= (uint8_t)(1u << n % 8);
		CHECK(!both(&t));
		t = s;
		t.rs[n % NUMBER] ^= (uint8_t)(1u << n % 8);
		CHECK(!both(&t));
		t = s;
		t.rs[NUMBER + n % NUMBER] ^= (uint8_t)(1u << n % 8);
		CHECK(!both(&t));
		t = s;
		t.point[n % sizeof t.point] ^= (uint8_t)(1u << n % 8);
		CHECK(!both(&t));
		made(&t, n + 1); /* somebody else's key */
		memcpy(t.rs, s.rs, sizeof t.rs);
		memcpy(t.digest, s.digest, sizeof t.digest);
		CHECK(!both(&t));
		t = s; /* the other half of the curve is a key too */
		opposite(t.rs + NUMBER, s.rs + NUMBER);
		CHECK(both(&t));
	}
	CHECK(asked == 7 * 400 && valid == 2 * 400);
}

TEST(p256_verify_numbers_at_the_edges)
{
	static const uint8_t zero[NUMBER];
	const uint8_t *base[] = {zero, order, prime};
	uint8_t edge[40][NUMBER];
	struct signature s, t;
	struct p256_key key;
	unsigned n = 0, i, j;

	for (i = 0; i < 3; i++)
		for (j = 0; j < 4; j++) {
			add(edge[n++], base[i], 1, j);
			add(edge[n++], base[i], -1, j + 1);
		}
	made(&s, 7);
	CHECK_ERR(p256_from_secret(s.digest, &key), E_OK);
	memcpy(edge[n++], s.rs, NUMBER);
	memcpy(edge[n++], s.rs + NUMBER, NUMBER);
	memset(edge[n++], 0x80, NUMBER);
	for (i = 0; i < n; i++) {
		for (j = 0; j < n; j++) {
			t = s;
			memcpy(t.rs, edge[i], NUMBER);
			memcpy(t.rs + NUMBER, edge[j], NUMBER);
			CHECK(both(&t) == (memcmp(t.rs, s.rs, sizeof t.rs) == 0));
			memcpy(t.digest, edge[i], NUMBER);
			CHECK(!both(&t) || memcmp(t.digest, s.digest, NUMBER) == 0);
			t = s;
			memcpy(t.point, edge[i], NUMBER);
			memcpy(t.point + NUMBER, edge[j], NUMBER);
			CHECK(!both(&t));
		}
		/*
		 * A digest is taken modulo the order. When that is zero, the generator
		 * has no part in the sum, and BearSSL 0.6 has no answer: it cannot add
		 * the point at infinity. There is one: the signature is valid.
		 */
		memcpy(t.digest, edge[i], NUMBER);
		memcpy(t.point, key.point, sizeof t.point);
		p256_sign_raw(&key, t.digest, t.rs);
		CHECK(p256_verify_raw(SLICE_OF(t.point), t.digest, SLICE_OF(t.rs)));
		if (memcmp(edge[i], zero, NUMBER) && memcmp(edge[i], order, NUMBER))
			CHECK(both(&t));
	}
	t = s;
	memset(t.digest, 0, NUMBER);
	memset(t.rs, 0, NUMBER);
	CHECK(!both(&t));
	memcpy(t.digest, order, NUMBER);
	CHECK(!both(&t));
	memset(&t, 0, sizeof t);
	CHECK(!both(&t));
	memset(&t, 0xff, sizeof t);
	CHECK(!both(&t));
}

/*
 * Signatures that no signer makes in our lifetime, from chosen multipliers and a
 * chosen sum R = u1 G + u2 Q: s = r / u2, digest = u1 s.
 */
struct rare {
	const char *what, *point, *digest, *rs;
	bool valid;
};

static const struct rare rare[] = {
	{"a key with x = 0",
		"0000000000000000000000000000000000000000000000000000000000000000"
		"66485c780e2f83d72433bd5d84a06bb6541c2af31dae871728bf856a174f93f4",
		"2b3c62eebefcbc5e2ec981e0267c6a5d22f6955255ac22a7d0322457343941d7",
		"f0d422a574268b60ab41de5eb4f529354f4add07df142de8a4fbd98a266f3fff"
		"964e6decfe8cba735af548765241d60e2c1bdcbb54014de6d22280879d69ce00",
		true},
	{"the same with the prime on top",
		"ffffffff00000001000000000000000000000000ffffffffffffffffffffffff"
		"66485c780e2f83d72433bd5d84a06bb6541c2af31dae871728bf856a174f93f4",
		"2b3c62eebefcbc5e2ec981e0267c6a5d22f6955255ac22a7d0322457343941d7",
		"f0d422a574268b60ab41de5eb4f529354f4add07df142de8a4fbd98a266f3fff"
		"964e6decfe8cba735af548765241d60e2c1bdcbb54014de6d22280879d69ce00",
		false},
	{"x of R is the order and 3: r is 3",
		"0964c900bc053f6234a8f2734e28b15a4e453389a756d1ca3b297b945befbdea"
		"87f64e3bfa6495c47e15d484b8b53b0094a587862a04e7e5e321f9c35ad5a294",
		"ca152eb496fa7d3c3d95dde378e9be8ca64cea0095ab8a38f5650035c16df693",
		"0000000000000000000000000000000000000000000000000000000000000003"
		"6ac4339f60b90b057de8e1c0853f6200d1784e80217c99d40a7becd705d71efe",
		true},
	{"x of R is the prime less 3",
		"87e403c40378e1055434cfbde7aeb64d9e972bc830bbba89ee7dcf151e97dfbe"
		"76e45f21d9ff8aaa0562ed5c8f5a78d67fbcae3c7701e2252d1bde1dbfb0c2a4",
		"221e2d6e7ca77b69426b78079068c168284b33d6380bd97c31d8f55b82667427",
		"000000000000000000000000000000004319055358e8617b0c46353d039cdaab"
		"e1a083fa9553ad521c22d7f9d96bea0f434771c3eb8a9021c844cdc15bf7a603",
		true},
	{"x of R is 0, r and the order make the prime",
		"a0222feb4610ff531fc6133d5ee9f6956e099b2dfa931068010d2604f3e2ea91"
		"a29618a2c5df275295f08c5f6ef05ad01a6ece48a19f18452e624c6c4fdb6965",
		"35e456d78c37b51619d9ccdb05dacff5adb662b7b5d8438b74fd68618e08887d",
		"000000000000000000000000000000004319055358e8617b0c46353d039cdaae"
		"41b7ca3967b1f5811d918b9a07642dbb3ceb13747785baa19e4ec56331ab0869",
		false},
	{"x of R is the order and 3: r is not that",
		"0964c900bc053f6234a8f2734e28b15a4e453389a756d1ca3b297b945befbdea"
		"87f64e3bfa6495c47e15d484b8b53b0094a587862a04e7e5e321f9c35ad5a294",
		"ca152eb496fa7d3c3d95dde378e9be8ca64cea0095ab8a38f5650035c16df693",
		"ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632554"
		"6ac4339f60b90b057de8e1c0853f6200d1784e80217c99d40a7becd705d71efe",
		false},
	{"s is 5",
		"e1395b3a804d19e353fa940f9e18577631ae639cde90b02ffef9f74dc08f18a0"
		"d818832143fe1cc7ca2fdc97073bf373b9bf1be231ca69f09c13425f8b6b06a8",
		"ee3624c9ce615b439d584b7f9e7529abcb4259f9829511d377252c4a72d8b447",
		"03b163f70c355463a1e7befbe3cce8bfc49d4b8e45da209515ebe300472c59f9"
		"0000000000000000000000000000000000000000000000000000000000000005",
		true},
	{"s is the order and 5",
		"e1395b3a804d19e353fa940f9e18577631ae639cde90b02ffef9f74dc08f18a0"
		"d818832143fe1cc7ca2fdc97073bf373b9bf1be231ca69f09c13425f8b6b06a8",
		"ee3624c9ce615b439d584b7f9e7529abcb4259f9829511d377252c4a72d8b447",
		"03b163f70c355463a1e7befbe3cce8bfc49d4b8e45da209515ebe300472c59f9"
		"ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632556",
		false},
	{"a key with y = 5",
		"d7325d7646cd60d80a92738ceb345f844cffaf35841022cab176f692de8de1d7"
		"0000000000000000000000000000000000000000000000000000000000000005",
		"65a6bacbf0576abf70c18d9e90de578042ed546669462f3152720d0838d9e448",
		"b843e0b12cdd8a7a7b9b02b76e90dea3d124dac52da4b3e616d7ac0df3f1ae18"
		"513f9b1c7c96070f09614977f76c56a963ff89195c3b9eb556beed366140a825",
		true},
	{"the same with the prime on top of it",
		"d7325d7646cd60d80a92738ceb345f844cffaf35841022cab176f692de8de1d7"
		"ffffffff00000001000000000000000000000001000000000000000000000004",
		"65a6bacbf0576abf70c18d9e90de578042ed546669462f3152720d0838d9e448",
		"b843e0b12cdd8a7a7b9b02b76e90dea3d124dac52da4b3e616d7ac0df3f1ae18"
		"513f9b1c7c96070f09614977f76c56a963ff89195c3b9eb556beed366140a825",
		false},
	{"a key on another curve, and no multiple of the generator in the sum",
		"2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881"
		"a1fce4363854ff888cff4b8e7875d600c2682390412a8cf79b37d0b11148b0fa",
		"0000000000000000000000000000000000000000000000000000000000000000",
		"4d15e28e0f29f28c1550ce25147ba087e46d040a23fbd38d692e4a0bc0c20eaf"
		"11e1e94f04c3062e347b5bbc2bf147b561fb19d6b07fa62fdaf1a782bcbe65a7",
		false},
};

TEST(p256_verify_rare_signatures)
{
	struct signature s;
	size_t i;

	for (i = 0; i < sizeof rare / sizeof *rare; i++) {
		CHECK_ERR(hex_exact(slice_str(rare[i].point), s.point, sizeof s.point), E_OK);
		CHECK_ERR(hex_exact(slice_str(rare[i].digest), s.digest, NUMBER), E_OK);
		CHECK_ERR(hex_exact(slice_str(rare[i].rs), s.rs, sizeof s.rs), E_OK);
		if (both(&s) != rare[i].valid) test_fail(__FILE__, __LINE__, rare[i].what);
	}
}

/* 1/a modulo the order: a^(order - 2). */
static void inverse(uint8_t out[NUMBER], const uint8_t a[NUMBER])
{
	uint8_t acc[NUMBER] = {0}, exponent[NUMBER];
	unsigned bit;

	acc[NUMBER - 1] = 1;
	add(exponent, order, -1, 2);
	for (bit = 0; bit < 8 * NUMBER; bit++) {
		times(acc, acc, acc);
		if (exponent[bit / 8] >> (7 - bit % 8) & 1) times(acc, acc, a);
	}
	memcpy(out, acc, NUMBER);
}

/* Multipliers whose windows of five and of seven bits are all full, empty, or carry. */
static void multipliers(uint8_t m[][NUMBER], unsigned n)
{
	unsigned i, bit;

	memset(m, 0, (size_t)n * NUMBER);
	m[0][NUMBER - 1] = 1;
	m[1][NUMBER - 1] = 2;
	add(m[2], order, -1, 1);
	add(m[3], order, -1, 2);
	for (bit = 4; bit < 255; bit += 5) /* sixteens */
		m[4][NUMBER - 1 - bit / 8] |= (uint8_t)(1u << bit % 8);
	for (bit = 6; bit < 255; bit += 7) /* sixty-fours */
		m[5][NUMBER - 1 - bit / 8] |= (uint8_t)(1u << bit % 8);
	memset(m[6], 0xff, NUMBER); /* carries all along */
	m[6][0] = 0x7f;
	m[7][0] = 0xf0;
	m[8][0] = 0x80;
	for (i = 9; i < n; i++)
		noise(m[i], "multiplier", i);
}

#define MULTIPLIERS 11

/* u1 G + u2 Q for every pair, and keys that are multiples of the generator themselves. */
TEST(p256_verify_chosen_multipliers)
{
	uint8_t m[MULTIPLIERS][NUMBER], inverses[MULTIPLIERS][NUMBER], sum[1 + 2 * NUMBER];
	const unsigned keys[] = {0, 1, 2, 10};
	unsigned k, i, j, infinite = 0, equal = 0;
	struct signature s;
	struct p256_key key;
	uint8_t u2[NUMBER];

	multipliers(m, MULTIPLIERS);
	for (i = 0; i < MULTIPLIERS; i++)
		inverse(inverses[i], m[i]);
	times(u2, m[9], inverses[9]);
	CHECK(memcmp(u2, m[0], NUMBER) == 0);
	asked = valid = 0;
	for (k = 0; k < sizeof keys / sizeof *keys; k++) {
		CHECK_ERR(p256_from_secret(m[keys[k]], &key), E_OK);
		memcpy(s.point, key.point, sizeof s.point);
		for (i = 0; i < MULTIPLIERS; i++)
			for (j = 0; j < MULTIPLIERS; j++) {
				times(u2, m[j], m[keys[k]]);
				equal += memcmp(u2, m[i], NUMBER) == 0;
				sum[0] = 0x04;
				memcpy(sum + 1, key.point, sizeof key.point);
				if (!br_ec_p256_m31.muladd(sum, NULL, sizeof sum, m[j], NUMBER,
					    m[i], NUMBER, BR_EC_secp256r1)) {
					infinite++; /* there is no r; any does */
					memcpy(sum + 1, m[9], NUMBER);
				}
				times(s.rs, sum + 1, m[0]); /* modulo the order */
				times(s.rs + NUMBER, s.rs, inverses[j]);
				times(s.digest, m[i], s.rs + NUMBER);
				both(&s);
				s.rs[2 * NUMBER - 1] ^= 1;
				CHECK(!both(&s));
			}
	}
	CHECK(infinite >= 4 && equal >= 4);
	CHECK(asked == 2 * valid + 2 * infinite);
}

/* DER as BearSSL reads it, and numbers that it could not hold in 32 bytes. */
TEST(p256_verify_der_like_bearssl)
{
	uint8_t der[P256_SIG_MAX + 1], q[1 + 2 * NUMBER] = {0x04}, long_r[P256_SIG_MAX] = {0};
	br_ec_public_key pk = {.curve = BR_EC_secp256r1, .q = q, .qlen = sizeof q};
	struct signature s;
	size_t len, i;
	bool want;
	uint32_t n;

	asked = valid = 0;
	for (n = 0; n < 16; n++) {
		made(&s, n);
		memcpy(q + 1, s.point, sizeof s.point);
		memcpy(der, s.rs, sizeof s.rs);
		len = br_ecdsa_raw_to_asn1(der, sizeof s.rs);
		CHECK(len && p256_verify(SLICE_OF(s.point), s.digest, slice_of(der, len)));
		CHECK(!p256_verify(SLICE_OF(s.point), s.digest, slice_of(der, len - 1)));
		CHECK(!p256_verify(SLICE_OF(s.point), s.digest, slice_of(der, len + 1)));
		for (i = 0; i < len; i++) {
			der[i] ^= (uint8_t)(1u << n % 8);
			want = br_ecdsa_i31_vrfy_asn1(
				       &br_ec_p256_m31, s.digest, NUMBER, &pk, der, len) == 1;
			asked++;
			valid += want;
			CHECK(p256_verify(SLICE_OF(s.point), s.digest, slice_of(der, len)) == want);
			der[i] ^= (uint8_t)(1u << n % 8);
		}
	}
	CHECK(asked > 1000 && valid < asked / 100);
	/* SEQUENCE { INTEGER of 33 bytes that are none of them needed less, INTEGER 1 } */
	memcpy(long_r, (const uint8_t[]){0x30, 38, 0x02, 33, 0x01}, 5);
	memcpy(long_r + 37, (const uint8_t[]){0x02, 0x01, 0x01}, 3);
	CHECK(!p256_verify(SLICE_OF(s.point), s.digest, slice_of(long_r, 40)));
	CHECK(!p256_verify(SLICE_OF(s.point), s.digest, slice_of(long_r, 0)));
	CHECK(!p256_verify(slice_of(s.point, 63), s.digest, slice_of(der, len)));
}
