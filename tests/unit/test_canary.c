/* SPDX-License-Identifier: MIT */
/* Decoys: their forms, their places, and homes that are traps. */
#include "test.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "base/fdio.h"
#include "base/num.h"
#include "runner/canary.h"
#include "runner/mask.h"

struct home {
	char dir[40];
	struct workspace ws;
	struct sandbox_env env;
	struct canaries canaries;
	struct manifest manifest;
	struct inspection inspection;
	struct observer *observer;
	struct observation seen;
};

/* A home on this machine's disk, with everything the tests' own. */
static struct home *open_home(void)
{
	static struct home h;
	struct why why = WHY_INIT;

	memset(&h, 0, sizeof h);
	snprintf(h.dir, sizeof h.dir, "/tmp/sv-canary-XXXXXX");
	if (!mkdtemp(h.dir)) abort();
	h.ws.mem = open(h.dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	h.env.single_id = true;
	if (mkdirat(h.ws.mem, "home", 0755) < 0) abort();
	h.inspection.present = true;
	CHECK_ERR(canaries_make(&h.canaries, &h.manifest, &h.inspection, &why), E_OK);
	if (getuid() == 0) CHECK_ERR(canaries_plant(&h.canaries, &h.ws, &h.env, &why), E_OK);
	CHECK_ERR(observer_new(&h.observer, MONITOR_CALLS), E_OK);
	return &h;
}

static void close_home(struct home *h)
{
	char line[80];

	canaries_drop(&h->canaries);
	CHECK(h->canaries.n == 0 && h->canaries.list[0].core[0] == 0);
	observer_drop(h->observer);
	fd_close(&h->ws.mem);
	snprintf(line, sizeof line, "rm -rf %s", h->dir);
	if (strncmp(h->dir, "/tmp/sv-canary-", 15) == 0 && system(line)) abort();
}

static struct slice content(const struct home *h, const char *name)
{
	char path[200];

	snprintf(path, sizeof path, "%s/home/%s", h->dir, name);
	return test_file(path);
}

static bool saw(struct home *h, uint8_t kind, const char *name, const char *detail)
{
	return observer_find(h->observer, kind, slice_str(name), slice_str(detail)) != NULL;
}

TEST(canary_files_hold_their_tokens)
{
	struct home *h = open_home();
	unsigned i, k;

	if (getuid() != 0) {
		close_home(h);
		SKIP("files are given to somebody, which takes root");
	}
	CHECK(h->canaries.n_files >= 18 && h->canaries.n == h->canaries.n_files + 3);
	for (i = 0; i < h->canaries.n_files; i++) {
		const struct canary *c = &h->canaries.list[i];
		struct slice text = content(h, canary_path(c)), core = SLICE_OF(c->core);

		CHECK(slice_search(text, 0, core) < text.n);
		CHECK(canary_name(c).n < LIMIT_CANARY_BYTES);
		for (k = 0; k < core.n; k++)
			CHECK((core.p[k] | 32) >= 'a' ? (core.p[k] | 32) <= 'z'
						      : core.p[k] >= '0' && core.p[k] <= '9');
		for (k = 0; k < i; k++)
			CHECK(memcmp(core.p, h->canaries.list[k].core, core.n) != 0);
	}
	close_home(h);
}

/* Prefix, 30 letters, and their CRC-32 in base 62, as npm and GitHub check them. */
TEST(canary_checksum)
{
	static const char digits[] =
		"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
	struct home *h = open_home();
	struct slice text, token;
	uint32_t crc, want = 0;
	unsigned i;

	if (getuid() != 0) {
		close_home(h);
		SKIP("files are given to somebody, which takes root");
	}
	text = content(h, ".npmrc");
	token = slice_sub(text, slice_search(text, 0, SLICE("npm_")) + 4, 36);
	CHECK(token.n == 36);
	crc = (uint32_t)crc32(0, token.p, 30);
	for (i = 30; i < 36; i++)
		want = want * 62 + (uint32_t)(strchr(digits, token.p[i]) - digits);
	CHECK(crc == want);
	close_home(h);
}

TEST(canary_variables_that_are_waited_for)
{
	struct home *h = open_home();
	struct canaries c;
	struct why why = WHY_INIT;

	CHECK(slice_starts(slice_str(h->canaries.environment), "OPENAI_API_KEY=sk-"));
	h->manifest.n_secrets = 1;
	h->manifest.secrets[0] = SLICE("OPENAI_API_KEY");
	CHECK_ERR(canaries_make(&c, &h->manifest, &h->inspection, &why), E_OK);
	CHECK(c.n == c.n_files + 2);
	h->inspection.n = 1;
	h->inspection.rows[0] =
		(struct fact){.kind = FACT_SECRET, .value = SLICE("GEMINI_API_KEY")};
	CHECK_ERR(canaries_make(&c, &h->manifest, &h->inspection, &why), E_OK);
	CHECK(c.n == c.n_files + 1);
	/* Names for which there was no room, or that nobody looked for, may be any. */
	h->inspection.more[FACT_ENVIRONMENT] = 1;
	CHECK_ERR(canaries_make(&c, &h->manifest, &h->inspection, &why), E_OK);
	CHECK(c.n == c.n_files && c.environment_bytes == 0);
	h->inspection = (struct inspection){.present = false};
	CHECK_ERR(canaries_make(&c, &h->manifest, &h->inspection, &why), E_OK);
	CHECK(c.n == c.n_files);
	close_home(h);
}

TEST(canary_set_up_leaves_traps)
{
	struct home *h = open_home();
	struct why why = WHY_INIT;
	struct stat st;
	uint8_t before[CANARY_CORE];
	int home;

	if (getuid() != 0) {
		close_home(h);
		SKIP("files are given to somebody, which takes root");
	}
	canaries_check(&h->canaries, &h->ws, h->observer);
	observer_finish(h->observer, &h->seen);
	CHECK(h->seen.n == 0);
	home = openat(h->ws.mem, "home", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	memcpy(before, h->canaries.list[2].core, sizeof before);
	/* One is gone, one is a link to outside, the directory of one is a link, one is a pipe. */
	CHECK(unlinkat(home, ".npmrc", 0) == 0);
	CHECK(unlinkat(home, ".netrc", 0) == 0 && symlinkat("/etc/hostname", home, ".netrc") == 0);
	CHECK(unlinkat(home, ".aws/credentials", 0) == 0 &&
		unlinkat(home, ".aws", AT_REMOVEDIR) == 0 && symlinkat(h->dir, home, ".aws") == 0);
	CHECK(unlinkat(home, ".pypirc", 0) == 0 && mkfifoat(home, ".pypirc", 0666) == 0);
	canaries_check(&h->canaries, &h->ws, h->observer);
	CHECK(saw(h, OBSERVED_CANARY_CHANGED, "~/.npmrc", "removed"));
	CHECK(saw(h, OBSERVED_CANARY_CHANGED, "~/.netrc", "changed"));
	CHECK(saw(h, OBSERVED_CANARY_CHANGED, "~/.aws/credentials", "changed"));
	CHECK(saw(h, OBSERVED_CANARY_CHANGED, "~/.pypirc", "changed"));
	CHECK(!saw(h, OBSERVED_CANARY_CHANGED, "~/.kube/config", "changed"));
	/* What is gone comes back with another token; traps stay and are not gone into. */
	CHECK_ERR(canaries_plant(&h->canaries, &h->ws, &h->env, &why), E_OK);
	CHECK(fstatat(home, ".npmrc", &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(st.st_mode));
	CHECK(memcmp(before, h->canaries.list[2].core, sizeof before) != 0);
	CHECK(fstatat(home, ".netrc", &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISLNK(st.st_mode));
	CHECK(fstatat(home, ".aws", &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISLNK(st.st_mode));
	CHECK(faccessat(h->ws.mem, "credentials", F_OK, 0) < 0);
	fd_close(&home);
	close_home(h);
}

/* ---- stars over tokens ---------------------------------------------------------- */

static const char token_core[] = "Ab3dE5gH7jK9mN1p";

static bool masked(const char *before, const char *after)
{
	uint8_t mem[200];
	size_t n = strlen(before);

	memcpy(mem, before, n);
	mask_token(mem, n, (const uint8_t *)token_core);
	if (slice_is(slice_of(mem, n), after)) return true;
	printf("# %.*s\n", (int)n, (const char *)mem);
	return false;
}

TEST(mask_whole_word_in_every_spelling)
{
	CHECK(masked("-c KEY=sk-Ab3dE5gH7jK9mN1pqRT3BlbkFJxy.",
		"-c KEY=*******************************."));
	CHECK(masked("Ab3dE5gH7jK9mN1p Ab3dE5gH7jK9mN1p", "**************** ****************"));
	CHECK(masked("ab3de5gh7jk9mn1p.evil.example", "****************.evil.example"));
	CHECK(masked("p1Nm9Kj7Hg5Ed3bA", "****************"));
	CHECK(masked("416233644535674837 x", "416233644535674837 x"));
	CHECK(masked("4162336445356748376a4b396d4e3170.a.example",
		"********************************.a.example"));
	/* cut in its middle */
	CHECK(masked("-H Ab3dE5gH...", "-H ********..."));
	CHECK(masked("-H Ab3dE5gH", "-H ********"));
	CHECK(masked("-H Ab3dE5gH x", "-H Ab3dE5gH x"));
	CHECK(masked("-H Ab3dE", "-H Ab3dE"));
}

TEST(mask_base64_at_every_place)
{
	static const char *const before[] = {"", "s", "sk", "sk-"};
	unsigned i;

	for (i = 0; i < 4; i++) {
		uint8_t mem[100], text[64];
		struct buf b = buf_on(mem, sizeof mem), plain = buf_on(text, sizeof text);
		size_t k;

		buf_fmt(&plain, "%s%stail", before[i], token_core);
		buf_base64(&b, buf_slice(&plain));
		mask_token(b.p, b.n, (const uint8_t *)token_core);
		for (k = 0; k < b.n; k++)
			CHECK(b.p[k] == '*' || b.p[k] == '=');
	}
}

/* A row without room is one too, and no row takes from its neighbour. */
TEST(mask_every_row_of_an_observer)
{
	struct observer *o;
	static struct observation seen;
	char text[200], path[32];
	unsigned i;

	CHECK_ERR(observer_new(&o, MONITOR_CALLS), E_OK);
	for (i = 0; i < LIMIT_OBSERVED_KIND; i++) {
		snprintf(path, sizeof path, "/bin/%u", i);
		observer_saw(o, OBSERVED_EXEC, slice_str(path), SLICE_NONE);
	}
	observer_saw(o, OBSERVED_LISTEN, SLICE("abc"), slice_str(token_core));
	snprintf(text, sizeof text, "-k sk-%s", token_core);
	observer_saw(o, OBSERVED_EXEC, SLICE("/skill/new"), slice_str(text))->origin =
		ORIGIN_WRITTEN;
	observer_mask(o, (const uint8_t *)token_core);
	observer_finish(o, &seen);
	for (i = 0; i < seen.n; i++) {
		struct observed *row = &seen.rows[i];

		CHECK(slice_search(row->detail, 0, slice_str(token_core)) == row->detail.n);
		if (row->kind == OBSERVED_LISTEN) CHECK_SLICE(row->value, SLICE("abc"));
		if (slice_is(row->value, "/skill/new"))
			CHECK_SLICE(row->detail, SLICE("-k *******************"));
	}
	CHECK(slice_is(seen.rows[LIMIT_OBSERVED_KIND - 1].value, "/skill/new"));
	observer_drop(o);
}
