/* SPDX-License-Identifier: MIT */
/* ECDSA verification on P-256. Runs in command line, init, attest; pure. */
#include "base/p256_verify.h"

#include <stddef.h>
#include <string.h>

#define LIMBS 4 /* of 64 bits, the lowest first */

typedef uint64_t limbs[LIMBS];

/* Jacobian coordinates x/z^2, y/z^3; z = 0 is the point at infinity. */
struct point {
	limbs x, y, z;
};

struct affine {
	limbs x, y;
};

/*
 * OpenSSL's assembly for the baseline of x86-64. Numbers are below their modulus
 * before and after. *_mont multiplies and divides by 2^256: with one factor in
 * Montgomery form (times 2^256) the product is plain, with two it is in that form.
 * Coordinates of points are in Montgomery form modulo the prime.
 */
void ecp_nistz256_add(limbs out, const limbs a, const limbs b);
void ecp_nistz256_sub(limbs out, const limbs a, const limbs b);
void ecp_nistz256_neg(limbs out, const limbs a);
void ecp_nistz256_mul_by_3(limbs out, const limbs a);
void ecp_nistz256_mul_mont(limbs out, const limbs a, const limbs b);
void ecp_nistz256_sqr_mont(limbs out, const limbs a);
void ecp_nistz256_to_mont(limbs out, const limbs a);
/* The same modulo the order; squares as often as is said. */
void ecp_nistz256_ord_mul_mont(limbs out, const limbs a, const limbs b);
void ecp_nistz256_ord_sqr_mont(limbs out, const limbs a, uint64_t times);
/* Any two points: equal, opposite and infinite ones too. */
void ecp_nistz256_point_add(struct point *out, const struct point *a, const struct point *b);
void ecp_nistz256_point_double(struct point *out, const struct point *a);
/* Any but equal ones; b is not infinite here. */
void ecp_nistz256_point_add_affine(
	struct point *out, const struct point *a, const struct affine *b);

/* Windows of seven bits of a multiple of the generator: 1 to 64 times 2^(7 i). */
#define G_WINDOW  7
#define G_WINDOWS 37
extern const struct affine ecp_nistz256_precomputed[G_WINDOWS][1 << (G_WINDOW - 1)];

/* Windows of five bits for any other point: 1 to 16 times it. */
#define Q_WINDOW  5
#define Q_WINDOWS 52
#define Q_TABLE   (1 << (Q_WINDOW - 1))

/* A window carries into the next, and the last may not: there are bits to spare. */
_Static_assert(G_WINDOW *G_WINDOWS > 256 && Q_WINDOW * Q_WINDOWS > 256, "256 bits and a carry");

/* SEC 2 section 2.4.2. */
static const limbs prime = {
	0xffffffffffffffff, 0x00000000ffffffff, 0x0000000000000000, 0xffffffff00000001};
static const limbs order = {
	0xf3b9cac2fc632551, 0xbce6faada7179e84, 0xffffffffffffffff, 0xffffffff00000000};
static const limbs curve_b = {
	0x3bce3c3e27d2604b, 0x651d06b0cc53b0f6, 0xb3ebbd55769886bc, 0x5ac635d8aa3a93e7};
/* 2^256 modulo the prime: 1 in Montgomery form. 2^512 modulo the order brings there. */
static const limbs one_mont = {
	0x0000000000000001, 0xffffffff00000000, 0xffffffffffffffff, 0x00000000fffffffe};
static const limbs order_rr = {
	0x83244c95be79eea2, 0x4699799c49bd6fa6, 0x2845b2392b6bec59, 0x66e12d94f3d95620};

static void load(limbs out, const uint8_t bytes[32])
{
	unsigned i, j;

	for (i = 0; i < LIMBS; i++)
		for (out[i] = j = 0; j < 8; j++)
			out[i] = out[i] << 8 | bytes[8 * (LIMBS - 1 - i) + j];
}

static bool is_zero(const limbs a)
{
	return (a[0] | a[1] | a[2] | a[3]) == 0;
}

static bool is_below(const limbs a, const limbs b)
{
	unsigned i = LIMBS - 1;

	while (i && a[i] == b[i])
		i--;
	return a[i] < b[i];
}

/* a + b, or a - b, modulo 2^256; in place is fine. */
static void plus(limbs out, const limbs a, const limbs b)
{
	unsigned __int128 sum = 0;
	unsigned i;

	for (i = 0; i < LIMBS; i++) {
		sum += (unsigned __int128)a[i] + b[i];
		out[i] = (uint64_t)sum;
		sum >>= 64;
	}
}

static void minus(limbs out, const limbs a, const limbs b)
{
	uint64_t borrow = 0, next;
	unsigned i;

	for (i = 0; i < LIMBS; i++) {
		next = a[i] < b[i] || (a[i] == b[i] && borrow);
		out[i] = a[i] - b[i] - borrow;
		borrow = next;
	}
}

static bool load_scalar(limbs out, const uint8_t bytes[32])
{
	load(out, bytes);
	return !is_zero(out) && is_below(out, order);
}

/* The affine point in Montgomery form, when y^2 = x^3 - 3x + b. */
static bool load_point(struct point *out, const uint8_t bytes[64])
{
	limbs x, y, b, left, right, t;

	load(x, bytes);
	load(y, bytes + 32);
	if (!is_below(x, prime) || !is_below(y, prime)) return false;
	ecp_nistz256_to_mont(out->x, x);
	ecp_nistz256_to_mont(out->y, y);
	memcpy(out->z, one_mont, sizeof out->z);
	ecp_nistz256_to_mont(b, curve_b);
	ecp_nistz256_sqr_mont(left, out->y);
	ecp_nistz256_sqr_mont(t, out->x);
	ecp_nistz256_mul_mont(right, t, out->x);
	ecp_nistz256_mul_by_3(t, out->x);
	ecp_nistz256_sub(right, right, t);
	ecp_nistz256_add(right, right, b);
	return memcmp(left, right, sizeof left) == 0;
}

/* 1/a modulo the order, in Montgomery form: a^(order - 2), four bits a step. */
static void invert(limbs out, const limbs a)
{
	limbs power[16], exponent, acc;
	const limbs two = {2};
	unsigned i, nibble;

	minus(exponent, order, two);
	ecp_nistz256_ord_mul_mont(power[1], a, order_rr);
	for (i = 2; i < 16; i++)
		ecp_nistz256_ord_mul_mont(power[i], power[i - 1], power[1]);
	/* The order begins with 32 bits of ones. */
	memcpy(acc, power[15], sizeof acc);
	for (i = 63; i-- > 0;) {
		ecp_nistz256_ord_sqr_mont(acc, acc, 4);
		nibble = exponent[i / 16] >> (i % 16 * 4) & 15;
		if (nibble) ecp_nistz256_ord_mul_mont(acc, acc, power[nibble]);
	}
	memcpy(out, acc, sizeof acc);
}

/*
 * Digits from -2^(width-1) + 1 to 2^(width-1) that make up a: the sum of
 * digit[i] * 2^(width i). A window above the half is taken from the next one.
 */
static void digits_of(const limbs a, unsigned width, unsigned count, int *digit)
{
	int carry = 0, half = 1 << (width - 1);
	unsigned i, at, bit;
	uint64_t w;

	for (i = 0; i < count; i++) {
		at = i * width / 64;
		bit = i * width % 64;
		w = at < LIMBS ? a[at] >> bit : 0;
		if (bit && at + 1 < LIMBS) w |= a[at + 1] << (64 - bit);
		digit[i] = (int)(w & ((1u << width) - 1)) + carry;
		carry = digit[i] > half;
		if (carry) digit[i] -= 2 * half;
	}
}

/*
 * u times the generator, from the lowest window up: what is added is larger than
 * all before it and never equal to it (nor, below the order, modulo the order).
 */
static void mul_generator(struct point *out, const limbs u)
{
	int digit[G_WINDOWS];
	struct affine t;
	unsigned i;

	memset(out, 0, sizeof *out);
	digits_of(u, G_WINDOW, G_WINDOWS, digit);
	for (i = 0; i < G_WINDOWS; i++) {
		if (digit[i] == 0) continue;
		t = ecp_nistz256_precomputed[i][(digit[i] < 0 ? -digit[i] : digit[i]) - 1];
		if (digit[i] < 0) ecp_nistz256_neg(t.y, t.y);
		ecp_nistz256_point_add_affine(out, out, &t);
	}
}

/* u times q, from the highest window down. */
static void mul_point(struct point *out, const limbs u, const struct point *q)
{
	struct point table[Q_TABLE], t;
	int digit[Q_WINDOWS];
	unsigned i, j;

	table[0] = *q;
	for (i = 1; i < Q_TABLE; i++) {
		if (i % 2)
			ecp_nistz256_point_double(&table[i], &table[i / 2]);
		else
			ecp_nistz256_point_add(&table[i], &table[i - 1], q);
	}
	memset(out, 0, sizeof *out);
	digits_of(u, Q_WINDOW, Q_WINDOWS, digit);
	for (i = Q_WINDOWS; i-- > 0;) {
		for (j = 0; j < Q_WINDOW && !is_zero(out->z); j++)
			ecp_nistz256_point_double(out, out);
		if (digit[i] == 0) continue;
		t = table[(digit[i] < 0 ? -digit[i] : digit[i]) - 1];
		if (digit[i] < 0) ecp_nistz256_neg(t.y, t.y);
		ecp_nistz256_point_add(out, out, &t);
	}
}

/* Whether the affine x of p is a number below the prime: x/z^2 = a, without a division. */
static bool has_x(const struct point *p, const limbs a)
{
	limbs z2, want;

	ecp_nistz256_to_mont(want, a);
	ecp_nistz256_sqr_mont(z2, p->z);
	ecp_nistz256_mul_mont(want, want, z2);
	return memcmp(want, p->x, sizeof want) == 0;
}

bool p256_signature_holds(
	const uint8_t point[64], const uint8_t digest[32], const uint8_t r[32], const uint8_t s[32])
{
	limbs r1, s1, e, inverse, u1, u2, room;
	struct point q, a, b;

	if (!load_scalar(r1, r) || !load_scalar(s1, s) || !load_point(&q, point)) return false;
	load(e, digest);
	/* Twice the order is above 2^256: once is enough. */
	if (!is_below(e, order)) minus(e, e, order);
	invert(inverse, s1);
	ecp_nistz256_ord_mul_mont(u1, e, inverse);
	ecp_nistz256_ord_mul_mont(u2, r1, inverse);
	mul_generator(&a, u1);
	mul_point(&b, u2, &q);
	ecp_nistz256_point_add(&a, &a, &b);
	if (is_zero(a.z)) return false;
	if (has_x(&a, r1)) return true;
	/* x is taken modulo the order: what lies between order and prime is r too. */
	minus(room, prime, order);
	if (!is_below(r1, room)) return false;
	plus(r1, r1, order);
	return has_x(&a, r1);
}
