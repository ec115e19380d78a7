/* SPDX-License-Identifier: MIT */
/*
 * Cost of verifying a quote beside the ECDSA verifications that it cannot
 * avoid: nine when nothing is known, three when the collateral is and the
 * machine is new, none when all of it is. The floor is shown twice, with
 * BearSSL's code and with the code that is used. Usage: quote [RUNS], from the top of
 * the tree. CPU time of one core; each figure is the least of its rounds, since
 * others on the machine can only add to it.
 */
#include <bearssl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/fdio.h"
#include "base/hash.h"
#include "base/num.h"
#include "base/p256.h"
#include "check/dcap.h"

#define DIR "tests/vectors/dcap/synthetic/"

static double cpu_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static struct slice load(const char *path, struct buf *b)
{
	*b = buf_heap(1 << 20);
	if (file_read(path, 1 << 20, b)) {
		fprintf(stderr, "bench: cannot read %s\n", path);
		exit(1);
	}
	return buf_slice(b);
}

#define COLD   9
#define CACHED 3 /* the leaf's certificate, the QE report, the quote */
#define ROUNDS 12

/* One verification of one signature, by BearSSL or by what verifies quotes. */
static void one(bool bearssl)
{
	static const uint8_t secret[32] = {1};
	static struct p256_key key;
	static uint8_t digest[32], sig[64], q[1 + P256_POINT_LEN] = {0x04};
	const br_ec_public_key pk = {.curve = BR_EC_secp256r1, .q = q, .qlen = sizeof q};
	static bool ready;

	if (!ready) {
		if (p256_from_secret(secret, &key)) exit(1);
		sha256(SLICE("bench"), digest);
		p256_sign_raw(&key, digest, sig);
		memcpy(q + 1, key.point, P256_POINT_LEN);
		ready = true;
	}
	if (bearssl) {
		if (!br_ecdsa_i31_vrfy_raw(&br_ec_p256_m31, digest, sizeof digest, &pk, sig, 64))
			exit(1);
	} else if (!p256_verify_raw(SLICE_OF(key.point), digest, SLICE_OF(sig)))
		exit(1);
}

static void verify(const struct dcap_input *in)
{
	static struct dcap_result r;
	struct why why = WHY_INIT;

	if (!dcap_verify(in, &r, &why)) return;
	fprintf(stderr, "bench: %s\n", why.text);
	exit(1);
}

/* What is known when the collateral is: the six signatures that are not this machine's. */
static struct sig_memo without_machine(const struct sig_memo *all)
{
	struct sig_memo out = *all;
	unsigned i;

	/* In the order in which they are made: leaf first, QE report and quote last. */
	for (i = 1; i + 2 < COLD; i++)
		memcpy(out.seen[i - 1], all->seen[i], sizeof out.seen[0]);
	out.n = out.next = COLD - CACHED;
	out.computed = 0;
	return out;
}

enum what { BEARSSL, FLOOR, QUOTE_COLD, QUOTE_CACHED, QUOTE_KNOWN, WHATS };

/* Milliseconds of one run of this kind. */
static double measure(enum what w, struct dcap_input in, const struct sig_memo *all, uint64_t runs)
{
	struct sig_memo memo = *all;
	double t = cpu_ms();
	uint64_t i;

	for (i = 0; i < runs; i++) {
		if (w <= FLOOR) {
			one(w == BEARSSL);
			continue;
		}
		in.memo = w == QUOTE_COLD ? NULL : &memo;
		if (w == QUOTE_CACHED) memo = without_machine(all);
		verify(&in);
		if (w == QUOTE_CACHED && memo.computed != CACHED) exit(1);
	}
	return (cpu_ms() - t) / (double)runs;
}

int main(int argc, char **argv)
{
	uint64_t runs = 5, round, w;
	struct sig_memo memo = SIG_MEMO_INIT;
	struct buf quote, bundle, root;
	struct dcap_input in = {.now = 1772323200};
	double best[WHATS] = {1e9, 1e9, 1e9, 1e9, 1e9}, t;

	if (argc > 1 && (parse_u64(slice_str(argv[1]), 100000, &runs) || runs == 0)) return 1;
	in.quote = load(DIR "quotes/ok_tdx_v4.bin", &quote);
	in.collateral = load(DIR "collateral/ok_tdx_v4.json", &bundle);
	in.trusted_root = load(DIR "root_ca.der", &root);
	in.memo = &memo;
	verify(&in);
	if (memo.computed != COLD) return 1;
	for (round = 0; round < ROUNDS; round++)
		for (w = 0; w < WHATS; w++) {
			t = measure((enum what)w, in, &memo, w <= FLOOR ? runs * COLD : runs);
			if (t < best[w]) best[w] = t;
		}
	printf("one verification     %8.4f ms\n", best[FLOOR]);
	printf("one by BearSSL       %8.4f ms\n", best[BEARSSL]);
	printf("floor, cold          %8.4f ms\n", best[FLOOR] * COLD);
	printf("floor, cached        %8.4f ms\n", best[FLOOR] * CACHED);
	printf("BearSSL, cold        %8.4f ms\n", best[BEARSSL] * COLD);
	printf("BearSSL, cached      %8.4f ms\n", best[BEARSSL] * CACHED);
	printf("quote, cold          %8.4f ms\n", best[QUOTE_COLD]);
	printf("quote, cached        %8.4f ms\n", best[QUOTE_CACHED]);
	printf("quote, all known     %8.4f ms\n", best[QUOTE_KNOWN]);
	buf_drop(&quote);
	buf_drop(&bundle);
	buf_drop(&root);
	return 0;
}
