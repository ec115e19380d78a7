/* SPDX-License-Identifier: MIT */
/* SGX extension of a PCK certificate. Runs in the command line; pure. */
#include "check/sgx_ext.h"

#include "base/der.h"
#include "base/oid.h"

/* Last numbers of the OIDs below Intel's arc. */
enum { SGX_PPID = 1, SGX_TCB, SGX_PCEID, SGX_FMSPC, SGX_TYPE, SGX_INSTANCE_ID };
#define SGX_REQUIRED                                                                               \
	(1U << SGX_PPID | 1U << SGX_TCB | 1U << SGX_PCEID | 1U << SGX_FMSPC | 1U << SGX_TYPE)

/* Numbers below .2: components 1 to 16, PCESVN, CPUSVN. */
enum { TCB_PCESVN = 17, TCB_CPUSVN = 18 };
#define TCB_REQUIRED 0x7fffeU

/* The number behind prefix when oid is prefix and one number below 32; 0 else. */
static unsigned oid_below(struct slice oid, struct slice prefix)
{
	if (oid.n != prefix.n + 1 || !slice_eq(slice_sub(oid, 0, prefix.n), prefix)) return 0;
	return oid.p[prefix.n] < 32 ? oid.p[prefix.n] : 0;
}

static void take_bytes(struct cur *c, uint8_t *out, size_t n)
{
	if (!slice_copy_exact(out, n, der_take(c, DER_OCTET_STRING))) cur_fail(c, E_FORMAT);
}

/* Marks entry k as seen; a second time is a fault. */
static void mark(struct cur *c, uint32_t *seen, unsigned k)
{
	if (*seen >> k & 1) cur_fail(c, E_FORMAT);
	*seen |= 1U << k;
}

static void read_tcb_entry(struct cur *list, struct sgx_ext *x, uint32_t *seen)
{
	struct cur e = der_enter(list, DER_SEQUENCE);
	struct slice oid = der_oid(&e);
	unsigned k = oid_below(oid, SLICE("\x2a\x86\x48\x86\xf8\x4d\x01\x0d\x01\x02"));

	if (k >= 1 && k <= SGX_COMPONENTS) {
		mark(&e, seen, k);
		x->component[k - 1] = (uint8_t)der_uint(&e, DER_INTEGER, 255);
	} else if (k == TCB_PCESVN) {
		mark(&e, seen, k);
		x->pcesvn = (uint16_t)der_uint(&e, DER_INTEGER, UINT16_MAX);
	} else if (k == TCB_CPUSVN) {
		mark(&e, seen, k);
		take_bytes(&e, x->cpusvn, sizeof x->cpusvn);
	} else {
		der_next(&e);
	}
	der_leave(list, &e);
}

static void read_tcb(struct cur *c, struct sgx_ext *x)
{
	struct cur list = der_enter(c, DER_SEQUENCE);
	uint32_t seen = 0;

	while (cur_left(&list) > 0)
		read_tcb_entry(&list, x, &seen);
	if (seen != TCB_REQUIRED) cur_fail(&list, E_FORMAT);
	der_leave(c, &list);
}

static void read_entry(struct cur *list, struct sgx_ext *x, uint32_t *seen)
{
	struct cur e = der_enter(list, DER_SEQUENCE);
	struct slice oid = der_oid(&e);
	unsigned k = oid_below(oid, OID_SGX);

	if (k >= SGX_PPID && k <= SGX_INSTANCE_ID) mark(&e, seen, k);
	switch (k) {
	case SGX_PPID: take_bytes(&e, x->ppid, sizeof x->ppid); break;
	case SGX_TCB: read_tcb(&e, x); break;
	case SGX_PCEID: take_bytes(&e, x->pceid, sizeof x->pceid); break;
	case SGX_FMSPC: take_bytes(&e, x->fmspc, sizeof x->fmspc); break;
	case SGX_TYPE:
		x->sgx_type = (uint8_t)der_uint(&e, DER_ENUMERATED, SGX_SCALABLE_INTEGRITY);
		break;
	case SGX_INSTANCE_ID:
		take_bytes(&e, x->instance_id, sizeof x->instance_id);
		x->has_instance_id = true;
		break;
	default: der_next(&e);
	}
	der_leave(list, &e);
}

enum err sgx_ext_read(struct slice value, struct sgx_ext *out)
{
	struct cur top = cur_of(value), list;
	struct sgx_ext x = {0};
	uint32_t seen = 0;

	if (!der_valid(value)) return E_PCK_EXTENSION;
	list = der_enter(&top, DER_SEQUENCE);
	while (cur_left(&list) > 0)
		read_entry(&list, &x, &seen);
	der_leave(&top, &list);
	if (cur_end(&top) || (seen & SGX_REQUIRED) != SGX_REQUIRED) return E_PCK_EXTENSION;
	*out = x;
	return E_OK;
}
