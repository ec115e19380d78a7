/* SPDX-License-Identifier: MIT */
/*
 * Cost of verifying a quote: cold, with known signatures, and beside the nine
 * ECDSA verifications that it cannot avoid. Usage: quote [RUNS], from the top
 * of the tree. CPU time of one core.
 */
#include <stdio.h>
#include <stdlib.h>
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

/* Nine verifications of one signature, as a cold quote needs. */
static void nine(void)
{
	static const uint8_t secret[32] = {1};
	static struct p256_key key;
	static uint8_t digest[32], sig[64];
	static bool ready;
	unsigned i;

	if (!ready) {
		if (p256_from_secret(secret, &key)) exit(1);
		sha256(SLICE("bench"), digest);
		p256_sign_raw(&key, digest, sig);
		ready = true;
	}
	for (i = 0; i < 9; i++)
		if (!p256_verify_raw(SLICE_OF(key.point), digest, SLICE_OF(sig))) exit(1);
}

static void verify(const struct dcap_input *in)
{
	static struct dcap_result r;
	struct why why = WHY_INIT;

	if (!dcap_verify(in, &r, &why)) return;
	fprintf(stderr, "bench: %s\n", why.text);
	exit(1);
}

int main(int argc, char **argv)
{
	uint64_t runs = 50, i;
	static struct sig_memo memo;
	struct buf quote, bundle, root;
	struct dcap_input in = {.now = 1772323200};
	double floor_ms, cold, warm, t;

	if (argc > 1 && (parse_u64(slice_str(argv[1]), 100000, &runs) || runs == 0)) return 1;
	in.quote = load(DIR "quotes/ok_tdx_v4.bin", &quote);
	in.collateral = load(DIR "collateral/ok_tdx_v4.json", &bundle);
	in.trusted_root = load(DIR "root_ca.der", &root);
	nine();
	for (t = cpu_ms(), i = 0; i < runs; i++)
		nine();
	floor_ms = (cpu_ms() - t) / (double)runs;
	for (t = cpu_ms(), i = 0; i < runs; i++)
		verify(&in);
	cold = (cpu_ms() - t) / (double)runs;
	in.memo = &memo;
	verify(&in);
	for (t = cpu_ms(), i = 0; i < runs; i++)
		verify(&in);
	warm = (cpu_ms() - t) / (double)runs;
	printf("nine P-256 verifications  %8.3f ms\n", floor_ms);
	printf("quote, cold               %8.3f ms (%.3f of that)\n", cold, cold / floor_ms);
	printf("quote, signatures known   %8.3f ms\n", warm);
	printf("signatures computed       %u\n", memo.computed);
	buf_drop(&quote);
	buf_drop(&bundle);
	buf_drop(&root);
	return memo.computed == 9 ? 0 : 1;
}
