/* SPDX-License-Identifier: MIT */
/* Throw-away provisioning PKI. Runs in the simulator; pure. */
#include "pki.h"

#include "base/clock.h"
#include "base/num.h"
#include "der.h"
#include "keys.h"
#include "x509.h"

#define CERT_MAX 8192

#define ROOT_CRL_URL "https://certificates.trustedservices.intel.com/IntelSGXRootCA.der"
#define PCK_CRL_URL                                                                                \
	"https://api.trustedservices.intel.com/sgx/certification/v4/"                              \
	"pckcrl?ca=platform&encoding=der"
#define SGX_OID "1.2.840.113741.1.13.1"

/* 255 is a legal component that needs a leading zero in DER; real platforms have it. */
const uint8_t platform_svn[16] = {4, 4, 2, 2, 4, 255, 0, 5};

/* SEQUENCE { OID below the SGX arc, value }; the value is DER. */
static void put_entry(struct buf *b, const char *suffix, struct slice value)
{
	size_t seq = asn_open(b, DER_SEQUENCE);
	char oid[64];
	struct buf text = buf_on(oid, sizeof oid);

	buf_fmt(&text, SGX_OID "%s", suffix);
	asn_oid(b, buf_text(&text));
	buf_put(b, value);
	asn_close(b, seq);
}

static void put_entry_octets(struct buf *b, const char *suffix, struct slice octets)
{
	uint8_t mem[64];
	struct buf v = buf_on(mem, sizeof mem);

	asn_value(&v, DER_OCTET_STRING, octets);
	put_entry(b, suffix, buf_slice(&v));
}

static void put_entry_int(struct buf *b, const char *suffix, unsigned n)
{
	uint8_t mem[16];
	struct buf v = buf_on(mem, sizeof mem);

	asn_int(&v, n);
	put_entry(b, suffix, buf_slice(&v));
}

static void put_entry_hex(struct buf *b, const char *suffix, const char *hex)
{
	uint8_t mem[32];
	struct buf v = buf_on(mem, sizeof mem);

	if (hex_into(slice_str(hex), &v) && !b->err) b->err = E_INTERNAL;
	put_entry_octets(b, suffix, buf_slice(&v));
}

static void put_tcb(struct buf *b)
{
	uint8_t mem[1024];
	char suffix[16];
	struct buf v = buf_on(mem, sizeof mem), name = buf_on(suffix, sizeof suffix);
	size_t seq = asn_open(&v, DER_SEQUENCE);
	unsigned i;

	for (i = 0; i < 16; i++) {
		buf_reset(&name);
		buf_fmt(&name, ".2.%u", i + 1);
		put_entry_int(&v, buf_text(&name), platform_svn[i]);
	}
	put_entry_int(&v, ".2.17", PLATFORM_PCESVN);
	put_entry_octets(&v, ".2.18", SLICE_OF(platform_svn));
	asn_close(&v, seq);
	if (v.err && !b->err) b->err = v.err;
	put_entry(b, ".2", buf_slice(&v));
}

static void put_configuration(struct buf *b)
{
	static const char *const suffix[] = {".7.1", ".7.2", ".7.3"};
	uint8_t mem[128], yes[] = {DER_BOOLEAN, 1, 0xff};
	struct buf v = buf_on(mem, sizeof mem);
	size_t seq = asn_open(&v, DER_SEQUENCE), i;

	for (i = 0; i < 3; i++)
		put_entry(&v, suffix[i], SLICE_OF(yes));
	asn_close(&v, seq);
	put_entry(b, ".7", buf_slice(&v));
}

/* The whole extension of the PCK leaf (specs/dcap.md 2.4). */
static void put_sgx_extension(struct buf *out, struct slice seed)
{
	uint8_t mem[2048], instance[16], scalable[] = {DER_ENUMERATED, 1, 1};
	struct buf v = buf_on(mem, sizeof mem);
	size_t seq = asn_open(&v, DER_SEQUENCE);

	seed_bytes(seed, "platform instance id", instance, sizeof instance);
	put_entry_octets(&v, ".1", SLICE("NOT-A-TEE PPID 0"));
	put_tcb(&v);
	put_entry_hex(&v, ".3", PLATFORM_PCEID);
	put_entry_hex(&v, ".4", PLATFORM_FMSPC);
	put_entry(&v, ".5", SLICE_OF(scalable));
	put_entry_octets(&v, ".6", SLICE_OF(instance));
	put_configuration(&v);
	asn_close(&v, seq);
	if (v.err && !out->err) out->err = v.err;
	sim_x509_extension(out, SGX_OID, false, buf_slice(&v));
}

/* What the four certificates have in common. */
static struct x509_spec spec_of(const struct pki *pki, int64_t from)
{
	return (struct x509_spec){
		.issuer = buf_slice(&pki->root_name),
		.signer = &pki->root_key,
		.from = from,
		.to = clock_from_civil(2050, 1, 1) - 1,
		.path_len = -1,
		.usage = KU_DIGITAL_SIGNATURE | KU_NON_REPUDIATION,
		.crl_url = ROOT_CRL_URL,
	};
}

static void make_authorities(struct pki *pki)
{
	struct x509_spec spec = spec_of(pki, clock_from_civil(2018, 5, 21) + 38710);

	spec.subject = buf_slice(&pki->root_name);
	spec.point = pki->root_key.point;
	spec.path_len = 1;
	spec.usage = KU_CERT_SIGN | KU_CRL_SIGN;
	x509_cert(&pki->root, &spec);
	spec.subject = buf_slice(&pki->platform_name);
	spec.point = pki->platform_key.point;
	spec.path_len = 0;
	x509_cert(&pki->platform, &spec);
}

static void make_leaves(struct pki *pki, struct slice seed)
{
	struct x509_spec spec = spec_of(pki, clock_from_civil(2025, 5, 6) + 33900);
	struct buf name = buf_heap(CERT_MAX), extension = buf_heap(CERT_MAX);

	x509_intel_name(&name, "Intel SGX TCB Signing");
	spec.subject = buf_slice(&name);
	spec.point = pki->tcb_key.point;
	x509_cert(&pki->tcb, &spec);
	buf_reset(&name);
	x509_intel_name(&name, "Intel SGX PCK Certificate");
	put_sgx_extension(&extension, seed);
	spec.subject = buf_slice(&name);
	spec.issuer = buf_slice(&pki->platform_name);
	spec.signer = &pki->platform_key;
	spec.point = pki->pck_key.point;
	spec.crl_url = PCK_CRL_URL;
	spec.more = buf_slice(&extension);
	x509_cert(&pki->pck, &spec);
	if (extension.err && !pki->pck.err) pki->pck.err = extension.err;
	buf_drop(&name);
	buf_drop(&extension);
}

enum err pki_init(struct slice seed, struct pki *pki)
{
	enum err e;

	*pki = (struct pki){
		.root_name = buf_heap(CERT_MAX),
		.platform_name = buf_heap(CERT_MAX),
		.root = buf_heap(CERT_MAX),
		.platform = buf_heap(CERT_MAX),
		.pck = buf_heap(CERT_MAX),
		.tcb = buf_heap(CERT_MAX),
	};
	e = seed_p256(seed, "root CA", &pki->root_key);
	if (!e) e = seed_p256(seed, "platform CA", &pki->platform_key);
	if (!e) e = seed_p256(seed, "PCK", &pki->pck_key);
	if (!e) e = seed_p256(seed, "TCB signing", &pki->tcb_key);
	if (e) return e;
	x509_intel_name(&pki->root_name, "Intel SGX Root CA");
	x509_intel_name(&pki->platform_name, "Intel SGX PCK Platform CA");
	make_authorities(pki);
	make_leaves(pki, seed);
	e = pki->root.err ? pki->root.err : pki->platform.err;
	if (!e) e = pki->tcb.err ? pki->tcb.err : pki->pck.err;
	return e;
}

void pki_drop(struct pki *pki)
{
	buf_drop(&pki->root_name);
	buf_drop(&pki->platform_name);
	buf_drop(&pki->root);
	buf_drop(&pki->platform);
	buf_drop(&pki->pck);
	buf_drop(&pki->tcb);
}

void pki_pck_chain(const struct pki *pki, struct buf *out)
{
	buf_pem(out, "CERTIFICATE", buf_slice(&pki->pck));
	pki_crl_chain(pki, out);
}

void pki_crl_chain(const struct pki *pki, struct buf *out)
{
	buf_pem(out, "CERTIFICATE", buf_slice(&pki->platform));
	buf_pem(out, "CERTIFICATE", buf_slice(&pki->root));
}

void pki_tcb_chain(const struct pki *pki, struct buf *out)
{
	buf_pem(out, "CERTIFICATE", buf_slice(&pki->tcb));
	buf_pem(out, "CERTIFICATE", buf_slice(&pki->root));
}
