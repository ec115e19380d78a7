/* SPDX-License-Identifier: MIT */
/* Files for relying parties. Runs in the simulator. */
#include "publish.h"

#include <errno.h>
#include <sys/stat.h>

#include "base/fdio.h"
#include "base/limits.h"
#include "collateral.h"

#define FILE_MAX_BYTES (1 * MIB)

static void put_root_der(const struct guest *g, struct buf *b)
{
	buf_put(b, buf_slice(&g->pki.root));
}

static void put_root_pem(const struct guest *g, struct buf *b)
{
	buf_pem(b, "CERTIFICATE", buf_slice(&g->pki.root));
}

static void put_collateral(const struct guest *g, struct buf *b)
{
	collateral_bundle(&g->pki, guest_now(g), b);
}

static void put_compose_hash(const struct guest *g, struct buf *b)
{
	buf_hex(b, SLICE_OF(g->compose_hash));
	buf_u8(b, '\n');
}

static void put_measurements(const struct guest *g, struct buf *b)
{
	static const char *const name[] = {"rtmr0", "rtmr1", "rtmr2"};
	struct jw w = jw_to(b, false);
	uint8_t mr[SHA384_LEN];
	struct evidence e;
	unsigned i;

	guest_evidence(g, 0, &e);
	jw_object(&w);
	jw_key_cstr(&w, "note", "NOT-A-TEE simulator");
	jw_key(&w, "images");
	jw_array(&w);
	jw_object(&w);
	jw_key_cstr(&w, "name", "NOT-A-TEE-dstack-simulator");
	quote_measurement("mrtd", mr);
	jw_key_hex(&w, "mrtd", SLICE_OF(mr));
	for (i = 0; i < 3; i++)
		jw_key_hex(&w, name[i], SLICE_OF(e.rtmr[i]));
	quote_measurement("mrseam", mr);
	jw_key_hex(&w, "mrseam", SLICE_OF(mr));
	jw_object_end(&w);
	jw_array_end(&w);
	jw_object_end(&w);
	buf_u8(b, '\n');
}

static void put_kms_root(const struct guest *g, struct buf *b)
{
	buf_hex(b, SLICE_OF(g->app_keys.kms_point));
	buf_u8(b, '\n');
}

static void put_notice(const struct guest *g, struct buf *b)
{
	uint8_t root[SHA256_LEN];

	sha256(buf_slice(&g->pki.root), root);
	buf_str(b,
		"NOT-A-TEE\n\n"
		"These files were made by dstack-simulator, a test double of the dstack guest\n"
		"agent. Its quotes have the structure of Intel TDX quotes, but they are signed\n"
		"by a throw-away PKI whose private keys anybody can derive from the seed below.\n"
		"They prove nothing about any hardware. Never trust this root outside tests.\n\n");
	buf_fmt(b, "emulates dstack %s\nseed ", guest_version_name(g->o.version));
	buf_hex(b, g->o.seed);
	buf_str(b, "\nroot certificate sha256 ");
	buf_hex(b, SLICE_OF(root));
	buf_str(b, "\n\n"
		   "root.der, root.pem     the root, for --root\n"
		   "collateral.json        TCB info, QE identity and revocation lists\n"
		   "measurements.json      MRTD, RTMR0-2 and MRSEAM, for --measurements\n"
		   "compose-hash.txt       SHA-256 of the app-compose file\n"
		   "mr-config.json         the document behind MRCONFIGID of version 3\n"
		   "kms-root.txt           secp256k1 public key at the end of GetKey's chains\n");
}

static const struct {
	const char *name;
	void (*put)(const struct guest *, struct buf *);
} files[] = {
	{"NOT-A-TEE.txt", put_notice},
	{"root.der", put_root_der},
	{"root.pem", put_root_pem},
	{"collateral.json", put_collateral},
	{"measurements.json", put_measurements},
	{"compose-hash.txt", put_compose_hash},
	{"kms-root.txt", put_kms_root},
	{"mr-config.json", guest_mr_config},
};

enum err publish(const struct guest *g, const char *dir)
{
	enum err e = E_OK;
	size_t i;

	if (mkdir(dir, 0755) < 0 && errno != EEXIST) return E_SYSTEM;
	for (i = 0; i < sizeof files / sizeof *files && !e; i++) {
		struct buf b = buf_heap(FILE_MAX_BYTES), path = buf_heap(FILE_MAX_BYTES);

		buf_fmt(&path, "%s/%s", dir, files[i].name);
		files[i].put(g, &b);
		e = b.err ? b.err : file_write(buf_text(&path), buf_slice(&b));
		buf_drop(&b);
		buf_drop(&path);
	}
	return e;
}
