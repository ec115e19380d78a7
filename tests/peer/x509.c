/* SPDX-License-Identifier: MIT */
/*
 * Our certificate paths without anything around them, for comparison with
 * another program. One case a line on standard input, one answer a line:
 *   chain NOW ROOT.der CHAIN.pem              PCK chain
 *   crl NOW ROOT.der CHAIN.pem PCK.crl ROOT.crl   the same with both lists, DER
 *   der FILE                                  one well-formed DER element
 * Answers: "ok", or the error's class and detail.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/fdio.h"
#include "base/num.h"
#include "check/chain.h"
#include "check/crl.h"
#include "base/der.h"

#define WORDS    6
#define FILE_MAX 65536

static struct buf files[WORDS];

static struct slice load(size_t i, struct slice name)
{
	char path[512];

	files[i] = buf_heap(FILE_MAX);
	if (!slice_text(path, sizeof path, name) || file_read(path, FILE_MAX, &files[i])) {
		fprintf(stderr, "x509: cannot read a file\n");
		exit(1);
	}
	return buf_slice(&files[i]);
}

static enum err one_list(struct slice der, const struct x509 *issuer, struct slice serial,
	int64_t now, struct sig_memo *memo, const char *name, struct why *why)
{
	struct crl crl;
	enum err e = crl_read(der, &crl);

	if (e) return why_set(why, e, "%s", name);
	e = crl_check(&crl, issuer, now, memo, name, why);
	if (!e && crl_revokes(&crl, serial)) e = why_set(why, E_CERT_REVOKED, "%s", name);
	return e;
}

static enum err run(size_t n, struct slice *word, struct why *why)
{
	static struct sig_memo memo;
	struct slice pem;
	struct buf mem;
	struct chain chain;
	uint64_t now;
	enum err e;

	if (n == 2 && slice_is(word[0], "der"))
		return der_valid(load(1, word[1])) ? E_OK : why_set(why, E_CERT_FORMAT, "not DER");
	if (n < 4 || parse_u64(word[1], INT64_MAX, &now)) return E_USAGE;
	pem = load(3, word[3]);
	mem = buf_heap(PEM_ROOM(pem.n) + 1);
	if (!buf_reserve(&mem, PEM_ROOM(pem.n) + 1)) return E_NO_MEMORY;
	e = chain_check(CHAIN_PCK, pem, load(2, word[2]), (int64_t)now, &memo, &mem, &chain, why);
	if (!e && n == 6)
		e = one_list(load(5, word[5]), &chain.cert[2], chain.cert[1].serial, (int64_t)now,
			&memo, "root list", why);
	/* The root's list may hold the root itself. */
	if (!e && n == 6)
		e = one_list(buf_slice(&files[5]), &chain.cert[2], chain.cert[2].serial,
			(int64_t)now, &memo, "root list", why);
	if (!e && n == 6)
		e = one_list(load(4, word[4]), &chain.cert[1], chain.cert[0].serial, (int64_t)now,
			&memo, "PCK list", why);
	buf_drop(&mem);
	return e;
}

int main(void)
{
	char line[4096];

	while (fgets(line, sizeof line, stdin)) {
		struct slice rest = slice_trim(slice_str(line)), word[WORDS] = {SLICE_NONE};
		struct why why = WHY_INIT;
		size_t n = 0, i;
		enum err e;

		while (rest.n && n < WORDS)
			word[n++] = slice_split(&rest, ' ');
		e = run(n, word, &why);
		if (e)
			printf("%s %s\n", err_name(e), why.text);
		else
			printf("ok\n");
		for (i = 0; i < WORDS; i++)
			buf_drop(&files[i]);
	}
	return 0;
}
