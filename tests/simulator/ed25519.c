/* SPDX-License-Identifier: MIT */
/* Ed25519 public keys, RFC 8032. Runs in the simulator and its tests; pure. */
#include "ed25519.h"

#include "base/hash.h"

/* Integers modulo p = 2^255 - 19 in four 64-bit words, little endian, below 2^256. */
struct field {
	uint64_t w[4];
};

/* 2^256 = 38 modulo p: what is carried out of the top comes back in at the bottom. */
static void fold(struct field *r, uint64_t carry)
{
	unsigned i;

	while (carry) {
		unsigned __int128 t = (unsigned __int128)carry * 38;

		for (i = 0; i < 4; i++) {
			t += r->w[i];
			r->w[i] = (uint64_t)t;
			t >>= 64;
		}
		carry = (uint64_t)t;
	}
}

static struct field add(struct field a, struct field b)
{
	unsigned __int128 t = 0;
	struct field r;
	unsigned i;

	for (i = 0; i < 4; i++) {
		t += (unsigned __int128)a.w[i] + b.w[i];
		r.w[i] = (uint64_t)t;
		t >>= 64;
	}
	fold(&r, (uint64_t)t);
	return r;
}

static struct field mul(struct field a, struct field b)
{
	uint64_t wide[8] = {0};
	unsigned __int128 t;
	struct field r;
	unsigned i, j;

	for (i = 0; i < 4; i++) {
		t = 0;
		for (j = 0; j < 4; j++) {
			t += (unsigned __int128)a.w[i] * b.w[j] + wide[i + j];
			wide[i + j] = (uint64_t)t;
			t >>= 64;
		}
		wide[i + 4] = (uint64_t)t;
	}
	t = 0;
	for (i = 0; i < 4; i++) {
		t += (unsigned __int128)wide[i + 4] * 38 + wide[i];
		r.w[i] = (uint64_t)t;
		t >>= 64;
	}
	fold(&r, (uint64_t)t);
	return r;
}

/* p - 1, which is -1: a - b = a + (p - 1) b. */
static const struct field p_minus_1 = {
	{0xffffffffffffffec, 0xffffffffffffffff, 0xffffffffffffffff, 0x7fffffffffffffff}};

static struct field sub(struct field a, struct field b)
{
	return add(a, mul(p_minus_1, b));
}

/* a^(p-2), the inverse after Fermat; p - 2 = 2^255 - 21. */
static struct field invert(struct field a)
{
	struct field r = {{1, 0, 0, 0}};
	int bit;

	for (bit = 254; bit >= 0; bit--) {
		r = mul(r, r);
		/* 2^255 - 21 has all bits set but bits 2 and 4. */
		if (bit != 2 && bit != 4) r = mul(r, a);
	}
	return r;
}

/* Takes bit 255 out of *a and returns it. */
static uint64_t take_top(struct field *a)
{
	uint64_t top = a->w[3] >> 63;

	a->w[3] &= 0x7fffffffffffffff;
	return top;
}

/* The one representative below p, little endian. */
static void encode(struct field a, uint8_t out[32])
{
	struct field t;
	uint64_t top;
	unsigned i;

	/* 2^255 = 19 modulo p. The first round leaves less than 2^255 + 19, the second less. */
	for (i = 0; i < 2; i++) {
		top = take_top(&a);
		a = add(a, (struct field){{top * 19, 0, 0, 0}});
	}
	/* Adding 19 reaches bit 255 exactly when the value is at least p. */
	t = add(a, (struct field){{19, 0, 0, 0}});
	if (take_top(&t)) a = t;
	for (i = 0; i < 32; i++)
		out[i] = (uint8_t)(a.w[i / 8] >> 8 * (i % 8));
}

/* Points in projective coordinates: x = X/Z, y = Y/Z. */
struct point {
	struct field x, y, z;
};

/* d of the curve -x^2 + y^2 = 1 + d x^2 y^2 (RFC 8032 5.1). */
static const struct field curve_d = {
	{0x75eb4dca135978a3, 0x00700a4d4141d8ab, 0x8cc740797779e898, 0x52036cee2b6ffe73}};
static const struct point base_point = {
	{{0xc9562d608f25d51a, 0x692cc7609525a7b2, 0xc0a4e231fdd6dc5c, 0x216936d3cd6e53fe}},
	{{0x6666666666666658, 0x6666666666666666, 0x6666666666666666, 0x6666666666666666}},
	{{1, 0, 0, 0}}};

/* The complete addition law; it doubles as well. */
static struct point point_add(struct point p, struct point q)
{
	struct field a = mul(p.z, q.z), b = mul(a, a), c = mul(p.x, q.x), d = mul(p.y, q.y);
	struct field e = mul(curve_d, mul(c, d)), f = sub(b, e), g = add(b, e);
	struct field cross = sub(mul(add(p.x, p.y), add(q.x, q.y)), add(c, d));

	return (struct point){mul(a, mul(f, cross)), mul(a, mul(g, add(d, c))), mul(f, g)};
}

void ed25519_public(const uint8_t secret[ED25519_LEN], uint8_t out[ED25519_LEN])
{
	struct point r = {{{0, 0, 0, 0}}, {{1, 0, 0, 0}}, {{1, 0, 0, 0}}};
	uint8_t h[SHA512_LEN], x[32];
	struct field inverse;
	int bit;

	sha512(slice_of(secret, ED25519_LEN), h);
	h[0] &= 0xf8;
	h[31] = (uint8_t)((h[31] & 0x7f) | 0x40);
	for (bit = 254; bit >= 0; bit--) {
		r = point_add(r, r);
		if (h[bit / 8] >> bit % 8 & 1) r = point_add(r, base_point);
	}
	inverse = invert(r.z);
	encode(mul(r.x, inverse), x);
	encode(mul(r.y, inverse), out);
	out[31] = (uint8_t)(out[31] | (x[0] & 1) << 7);
}
