/* SPDX-License-Identifier: MIT */
/* Known answers. Runs in init and the command line. */
#include "proc/selftest.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/hash.h"
#include "base/json.h"
#include "base/num.h"
#include "base/p256.h"
#include "proc/filter.h"

static bool is_hex(struct slice have, const char *want)
{
	uint8_t bytes[64];

	return hex_exact(slice_str(want), bytes, have.n) == E_OK &&
	       memcmp(bytes, have.p, have.n) == 0;
}

/*
 * FIPS 180-4 example "abc"; and a text that is hashed at once by the processor's
 * instructions, where it has them, and in small pieces without.
 */
static bool test_sha256(void)
{
	static uint8_t text[1000];
	uint8_t out[SHA256_LEN], pieces[SHA256_LEN];
	struct sha256 h;
	size_t i;

	for (i = 0; i < sizeof text; i++)
		text[i] = (uint8_t)(i * i);
	sha256_init(&h);
	for (i = 0; i < sizeof text; i += 50)
		sha256_add(&h, slice_of(text + i, 50));
	sha256_out(&h, pieces);
	sha256(SLICE_OF(text), out);
	if (memcmp(out, pieces, sizeof out) != 0) return false;
	sha256(SLICE("abc"), out);
	return is_hex(
		SLICE_OF(out), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

/* RFC 4231 test case 2. */
static bool test_hmac(void)
{
	uint8_t out[SHA256_LEN];

	hmac_sha256(SLICE("Jefe"), SLICE("what do ya want for nothing?"), out);
	return is_hex(
		SLICE_OF(out), "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
}

/* RFC 6979 A.2.5 with SHA-256 and "sample"; and a wrong digest must not verify. */
static bool test_p256(void)
{
	uint8_t secret[32], digest[32], sig[64];
	struct p256_key key;

	if (hex_exact(SLICE("c9afa9d845ba75166b5c215767b1d6934e50c3db36e89b127b8a622b120f6721"),
		    secret, sizeof secret) ||
		p256_from_secret(secret, &key))
		return false;
	sha256(SLICE("sample"), digest);
	p256_sign_raw(&key, digest, sig);
	if (!is_hex(SLICE_OF(sig),
		    "efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716"
		    "f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8"))
		return false;
	if (!p256_verify_raw(SLICE_OF(key.point), digest, SLICE_OF(sig))) return false;
	digest[31] ^= 1;
	return !p256_verify_raw(SLICE_OF(key.point), digest, SLICE_OF(sig));
}

static bool test_canonical_json(void)
{
	static const char text[] = "{\"a\":[1,true,null,\"\\u0001\\n\"],\"b\":{}}";
	struct cJSON *j = NULL;
	struct buf b = buf_heap(256);
	bool ok = json_parse(slice_str(text), JSON_INTEGERS, &j, NULL) == E_OK &&
		  json_canonical(j, &b) == E_OK && slice_is(buf_slice(&b), text);

	json_drop(&j);
	/* What readers disagree about must be refused. */
	if (json_parse(SLICE("{\"a\":1,\"a\":2}"), JSON_INTEGERS, &j, NULL) == E_OK) ok = false;
	json_drop(&j);
	buf_drop(&b);
	return ok;
}

/* A filter that allows exit and write only: getppid must be refused in a child. */
static bool test_seccomp(void)
{
	static const int calls[] = {SYS_exit_group, SYS_write};
	static const struct filter_group group = {"self-test", FILTER_ALLOW, 2, calls};
	static const struct filter_spec spec = {
		.groups = &group, .n_groups = 1, .otherwise = EXDEV};
	struct filter f = FILTER_INIT;
	int status = 1;
	pid_t pid;

	if (filter_compile(&spec, &f, NULL)) return false;
	pid = fork();
	if (pid == 0) {
		if (filter_load(buf_slice(&f.program)) < 0) _exit(2);
		_exit(syscall(SYS_getppid) == -1 && errno == EXDEV ? 0 : 3);
	}
	filter_drop(&f);
	return pid > 0 && waitpid(pid, &status, 0) == pid && status == 0;
}

enum err selftest(struct why *why)
{
	static const struct {
		const char *name;
		bool (*run)(void);
	} tests[] = {
		{"sha-256", test_sha256},
		{"hmac-sha-256", test_hmac},
		{"ecdsa-p256", test_p256},
		{"canonical-json", test_canonical_json},
		{"seccomp", test_seccomp},
	};
	size_t i;

	for (i = 0; i < sizeof tests / sizeof *tests; i++)
		if (!tests[i].run()) return why_set(why, E_SELF_TEST, "%s", tests[i].name);
	return E_OK;
}
