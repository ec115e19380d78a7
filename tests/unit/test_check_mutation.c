/* SPDX-License-Identifier: MIT */
/*
 * Accepted evidence with one byte changed: no byte of a quote is without
 * meaning, and of a bundle only spelling.
 */
#include <stdlib.h>
#include <string.h>

#include "check/collateral.h"
#include "check/dcap.h"
#include "check_vectors.h"
#include "made.h"
#include "test.h"

/* A quote in memory that may be written to. */
static struct slice copy(struct slice s, uint8_t **out)
{
	struct buf b = buf_heap(s.n + 1);

	buf_put(&b, s);
	*out = b.p;
	return test_keep(&b);
}

/* Number of bytes whose change still gives "accepted"; says where. */
static unsigned survivors(struct dcap_input in, bool every_bit)
{
	static struct sig_memo memo;
	struct dcap_result r;
	unsigned n = 0, bit;
	uint8_t *p;
	size_t i;

	in.memo = &memo;
	in.quote = copy(in.quote, &p);
	CHECK_ERR(dcap_verify(&in, &r, NULL), E_OK);
	for (i = 0; i < in.quote.n; i++)
		for (bit = every_bit ? 0 : i % 8; bit < 8; bit += every_bit ? 1 : 8) {
			p[i] ^= (uint8_t)(1U << bit);
			if (!dcap_verify(&in, &r, NULL)) {
				printf("#   byte %zu bit %u\n", i, bit);
				n++;
			}
			p[i] ^= (uint8_t)(1U << bit);
		}
	return n;
}

/* MUTATE_ALL=1 tries all eight bits of each byte, which takes minutes. */
static bool every_bit(void)
{
	return getenv("MUTATE_ALL") != NULL;
}

static bool real_input(struct dcap_input *in)
{
	const char *dir = vectors_dir("dcap");

	memset(in, 0, sizeof *in);
	if (!dir) return false;
	in->quote = vectors_file(dir, "real/quotes/dq_tdx.bin");
	in->collateral = vectors_file(dir, "real/collateral/dcapqvl_tdx_quote.json");
	in->now = 1751624191;
	return in->quote.p != NULL;
}

TEST(check_mutation_made_quote)
{
	struct made m;

	made_default(&m);
	m.version = 5;
	m.padding = SLICE("\0\0\0\0\0\0\0");
	made_build(&m);
	CHECK(survivors(m.in, every_bit()) == 0);
}

TEST(check_mutation_real_quote)
{
	struct dcap_input in;

	if (!real_input(&in)) SKIP("vectors/dcap/real not found");
	CHECK(survivors(in, every_bit()) == 0);
}

/*
 * All values of the last bytes of a PEM chain: the line end before the NUL may
 * be a NUL, the NUL may be a line end; nothing else.
 */
TEST(check_mutation_pem_tail)
{
	struct dcap_input in;
	struct dcap_result r;
	struct made m;
	unsigned accepted[2] = {0}, v;
	uint8_t *p;
	size_t end, i;

	made_default(&m);
	made_build(&m);
	in = m.in;
	in.quote = copy(m.in.quote, &p);
	end = in.quote.n;
	for (i = 1; i <= 2; i++)
		for (v = 0; v < 256; v++) {
			uint8_t was = p[end - i];

			p[end - i] = (uint8_t)v;
			if (!dcap_verify(&in, &r, NULL)) {
				accepted[i - 1]++;
				CHECK(v == 0 || v == '\n');
			}
			p[end - i] = was;
		}
	CHECK(accepted[0] == 2 && accepted[1] == 2);
}

static bool same_hex(struct slice a, struct slice b)
{
	size_t i;

	if (a.n != b.n) return false;
	for (i = 0; i < a.n; i++)
		if (hex_digit(a.p[i]) != hex_digit(b.p[i])) return false;
	return true;
}

/* True when two bundles say the same: hex in other case, or a change in what nobody reads. */
static bool same_meaning(struct slice a, struct slice b)
{
	struct collateral x, y;
	bool same;

	if (collateral_read(a, &x, NULL)) return false;
	if (collateral_read(b, &y, NULL)) {
		collateral_drop(&x);
		return false;
	}
	same = same_hex(x.root_ca_crl, y.root_ca_crl) && same_hex(x.pck_crl, y.pck_crl) &&
	       same_hex(x.tcb_info_signature, y.tcb_info_signature) &&
	       same_hex(x.qe_identity_signature, y.qe_identity_signature) &&
	       slice_eq(x.tcb_info_chain, y.tcb_info_chain) &&
	       slice_eq(x.qe_identity_chain, y.qe_identity_chain) &&
	       slice_eq(x.tcb_info, y.tcb_info) && slice_eq(x.qe_identity, y.qe_identity);
	collateral_drop(&x);
	collateral_drop(&y);
	return same;
}

TEST(check_mutation_collateral)
{
	static struct sig_memo memo;
	struct dcap_input in, good;
	struct dcap_result r;
	size_t i, step = every_bit() ? 1 : 11;
	unsigned spelling = 0;
	uint8_t *p;

	if (!real_input(&in)) SKIP("vectors/dcap/real not found");
	good = in;
	in.memo = &memo;
	in.collateral = copy(in.collateral, &p);
	for (i = 0; i < in.collateral.n; i += step) {
		p[i] ^= (uint8_t)(1U << i % 8);
		if (!dcap_verify(&in, &r, NULL)) {
			spelling++;
			CHECK(same_meaning(good.collateral, in.collateral));
		}
		p[i] ^= (uint8_t)(1U << i % 8);
	}
	printf("# %u changes of spelling\n", spelling);
}
