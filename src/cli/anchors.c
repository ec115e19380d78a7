/* SPDX-License-Identifier: MIT */
/* Anchors of package signatures. Runs on the command line. */
#include "cli/anchors.h"

#include <string.h>

#include "base/fdio.h"
#include "base/x509.h"
#include "check/pem.h"

static enum err refuse(struct why *why, const char *path, const char *what)
{
	return why_set(why, E_CONFIG, "%.160s: %s", path, what);
}

static const char *fault(const struct x509 *x)
{
	if (!x->p384) return "the key is not of P-384";
	if (x->unknown_critical) return "it has an unknown critical extension";
	if (!x->ca || !x->has_key_usage || !(x->key_usage & KEY_USAGE_CERT_SIGN))
		return "it is not the certificate of a certification authority";
	if (x->subject.n > LIMIT_ANCHOR_NAME_BYTES) return "its name is too long";
	return NULL;
}

/* Keeps the list sorted: the policy names the same anchors whatever their order was. */
static enum err insert(struct anchors *list, const struct anchor *a)
{
	unsigned at = 0;
	int order = 1;

	while (at < list->n && (order = memcmp(list->list[at].sha256, a->sha256, SHA256_LEN)) < 0)
		at++;
	if (at < list->n && order == 0) return E_OK;
	if (list->n == LIMIT_ANCHORS) return E_TOO_LARGE;
	memmove(list->list + at + 1, list->list + at, (list->n - at) * sizeof *a);
	list->list[at] = *a;
	list->n++;
	return E_OK;
}

static enum err add_one(struct anchors *list, struct slice der, const char *path, struct why *why)
{
	struct anchor a = {.name_len = 0};
	struct x509 x;
	const char *what;

	if (x509_read(der, &x)) return refuse(why, path, "a certificate is not well formed");
	what = fault(&x);
	if (what) return refuse(why, path, what);
	sha256(der, a.sha256);
	slice_copy_exact(a.point, sizeof a.point, x.point);
	/* Nothing was signed before 1970. */
	a.not_before = x.not_before > 0 ? (uint64_t)x.not_before : 0;
	a.not_after = x.not_after > 0 ? (uint64_t)x.not_after : 0;
	a.below = x.has_path_len ? (uint32_t)x.path_len : UINT32_MAX;
	a.name_len = (uint32_t)x.subject.n;
	slice_copy_exact(a.name, x.subject.n, x.subject);
	return insert(list, &a) ? refuse(why, path, "too many anchors") : E_OK;
}

enum err anchors_add(struct anchors *list, const char *path, struct why *why)
{
	struct buf file = buf_heap(LIMIT_PEM_BYTES), mem = buf_heap(PEM_ROOM(LIMIT_PEM_BYTES) + 1);
	struct slice cert[PEM_CERTS];
	size_t n = 0, i;
	enum err e = file_read(path, LIMIT_PEM_BYTES, &file);

	if (e)
		e = refuse(why, path, "cannot be read");
	else if (pem_chain(buf_slice(&file), &mem, cert, &n) || n == 0)
		e = refuse(why, path, "certificates as PEM are needed, and nothing else");
	for (i = 0; !e && i < n; i++)
		e = add_one(list, cert[i], path, why);
	buf_drop(&file);
	buf_drop(&mem);
	return e;
}
