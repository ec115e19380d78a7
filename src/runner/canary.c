/* SPDX-License-Identifier: MIT */
/* Decoys of a job. Runs in runner workers and the command line. */
#include "runner/canary.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "base/clock.h"
#include "base/ct.h"
#include "base/fdio.h"
#include "base/num.h"
#include "proc/sys.h"
#include "runner/canary_list.h"

/* Where the home lies below the writable tmpfs; the job's name for it is JOB_HOME. */
#define HOME "home"
/* Random bytes for one token, however long; half of them are rejected at worst. */
#define RANDOM_BYTES 512
/* Decoys look as if they had lain there for a while: one to three hundred days. */
#define DAY_S 86400

/* ---- tokens ---------------------------------------------------------------- */

/* A form being written: random bytes in, text out, where its core begins. */
struct making {
	struct buf *out;
	uint8_t random[RANDOM_BYTES];
	size_t used;
	const uint8_t *core; /* in out; NULL until it was written */
};

static const char base62[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/* One of the first n letters of a list of at most 64, each equally likely. */
static uint8_t letter(struct making *m, const char *list, unsigned n)
{
	while (m->used < sizeof m->random) {
		unsigned v = m->random[m->used++] & 63;

		if (v < n) return (uint8_t)list[v];
	}
	m->out->err = E_TOO_LARGE;
	return '0';
}

static void letters(struct making *m, const char *list, unsigned n, unsigned count)
{
	while (count--)
		buf_u8(m->out, letter(m, list, n));
}

/* Random letters and digits; the first run that is long enough is the core. */
static void random62(struct making *m, unsigned count)
{
	if (!m->core && count >= CANARY_CORE) m->core = m->out->p + m->out->n;
	letters(m, base62, 62, count);
}

/* GitHub's and npm's form: a prefix, 30 random ones, their CRC-32 in six digits of base 62. */
static void checked(struct making *m, const char *prefix)
{
	uint8_t digits[6];
	size_t at;
	struct slice core;
	uint32_t crc;
	int i;

	buf_str(m->out, prefix);
	at = m->out->n;
	random62(m, 30);
	core = slice_from(buf_slice(m->out), at);
	crc = (uint32_t)crc32(0, core.p, (uInt)core.n);
	for (i = 5; i >= 0; i--, crc /= 62)
		digits[i] = (uint8_t)base62[crc % 62];
	buf_put(m->out, SLICE_OF(digits));
}

/*
 * An unencrypted OpenSSH key as PROTOCOL.key has it, so that ssh reads it. The
 * public half is random too: no server has it. The core lies in the text of the
 * secret half; a key without 16 letters and digits in a row there is thrown away.
 */
static void ssh_key(struct making *m)
{
	static const char type[] = "\0\0\0\013ssh-ed25519\0\0\0 ";
	uint8_t mem[300], text_mem[420];
	struct buf key = buf_on(mem, sizeof mem), text = buf_on(text_mem, sizeof text_mem);
	struct slice public = slice_of(m->random, 32), secret = slice_of(m->random + 32, 32),
		     check = slice_of(m->random + 64, 4), left;
	size_t at, run = 0;

	m->used = 68;
	buf_put(&key,
		SLICE("openssh-key-v1\0\0\0\0\004none\0\0\0\004none\0\0\0\0\0\0\0\001\0\0\0\063"));
	buf_put(&key, slice_of(type, sizeof type - 1));
	buf_put(&key, public);
	buf_put(&key, SLICE("\0\0\0\210"));
	buf_put(&key, check);
	buf_put(&key, check);
	buf_put(&key, slice_of(type, sizeof type - 1));
	buf_put(&key, public);
	buf_put(&key, SLICE("\0\0\0\100"));
	at = key.n;
	buf_put(&key, secret);
	buf_put(&key, public);
	buf_put(&key, SLICE("\0\0\0\0\001\002\003\004\005"));
	buf_base64(&text, buf_slice(&key));
	/* In letters of the text: where the secret begins and ends, lines of 70 around it. */
	for (at = at * 4 / 3 + 2, left = buf_slice(&text); at < left.n && run < CANARY_CORE; at++) {
		bool plain = left.p[at] != '+' && left.p[at] != '/';

		run = plain && at % 70 ? run + 1 : plain;
	}
	buf_str(m->out, "-----BEGIN OPENSSH PRIVATE KEY-----\n");
	while (left.n) {
		size_t begin = text.n - left.n, n = left.n < 70 ? left.n : 70;

		if (run == CANARY_CORE && at - run >= begin && at - run < begin + n)
			m->core = m->out->p + m->out->n + (at - run - begin);
		buf_put(m->out, slice_sub(left, 0, n));
		buf_u8(m->out, '\n');
		left = slice_from(left, n);
	}
	buf_str(m->out, "-----END OPENSSH PRIVATE KEY-----\n");
	wipe(mem, sizeof mem);
	wipe(text_mem, sizeof text_mem);
}

static void token(struct making *m, enum decoy_form form)
{
	switch (form) {
	case DECOY_AWS:
		buf_str(m->out, "AKIA");
		letters(m, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", 32, 16);
		buf_str(m->out, "\naws_secret_access_key = ");
		random62(m, 40);
		return;
	case DECOY_SSH: ssh_key(m); return;
	case DECOY_NPM: checked(m, "npm_"); return;
	case DECOY_GITHUB: checked(m, "ghp_"); return;
	case DECOY_GITLAB:
		buf_str(m->out, "glpat-");
		random62(m, 20);
		return;
	case DECOY_PYPI:
		/* What every token of that index begins with: version and host, in base64. */
		buf_str(m->out, "pypi-AgEIcHlwaS5vcmcC");
		random62(m, 144);
		return;
	case DECOY_OPENAI:
		buf_str(m->out, "sk-");
		random62(m, 20);
		buf_str(m->out, "T3BlbkFJ");
		random62(m, 20);
		return;
	case DECOY_ANTHROPIC:
		buf_str(m->out, "sk-ant-api03-");
		random62(m, 93);
		buf_str(m->out, "AA");
		return;
	case DECOY_GOOGLE:
		buf_str(m->out, "AIzaSy");
		random62(m, 33);
		return;
	case DECOY_WALLET:
		buf_str(m->out, "xprv9s21ZrQH143K");
		m->core = m->out->p + m->out->n;
		/* The alphabet of base 58. */
		letters(m, "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz", 58, 95);
		return;
	case DECOY_PLAIN: random62(m, 32); return;
	}
}

/* The whole text of a decoy into b, whose memory does not move; its core into core. */
static enum err make_text(const struct decoy *d, struct buf *b, uint8_t core[CANARY_CORE])
{
	struct making m;
	enum err e = E_OK;
	size_t at = b->n;

	do {
		b->n = at;
		m = (struct making){.out = b};
		if (getrandom(m.random, sizeof m.random, 0) != (ssize_t)sizeof m.random)
			e = E_SYSTEM;
		buf_str(b, d->before);
		token(&m, d->form);
		buf_str(b, d->after);
	} while (!e && !b->err && !m.core);
	if (!e) e = b->err;
	if (!e) memcpy(core, m.core, CANARY_CORE);
	wipe(&m, sizeof m);
	return e;
}

/* ---- which ------------------------------------------------------------------- */

static bool manifest_names(const struct manifest *m, const char *name)
{
	unsigned i;

	for (i = 0; i < m->n_env; i++)
		if (slice_is(m->env[i].name, name)) return true;
	for (i = 0; i < m->n_secrets; i++)
		if (slice_is(m->secrets[i], name)) return true;
	return false;
}

/* Unknown counts as yes. */
static bool package_reads(const struct inspection *in, const char *name)
{
	unsigned i;

	if (!in->present || in->more[FACT_ENVIRONMENT] || in->more[FACT_SECRET]) return true;
	for (i = 0; i < in->n; i++)
		if ((in->rows[i].kind == FACT_ENVIRONMENT || in->rows[i].kind == FACT_SECRET) &&
			slice_is(in->rows[i].value, name))
			return true;
	return false;
}

/* "NAME=token", with its NUL, behind those that are there. */
static enum err make_variable(struct canaries *c, struct canary *canary)
{
	struct buf b = buf_on(c->environment + c->environment_bytes,
		sizeof c->environment - c->environment_bytes);
	enum err e;

	buf_str(&b, canary->decoy->name);
	buf_u8(&b, '=');
	e = make_text(canary->decoy, &b, canary->core);
	buf_u8(&b, 0);
	if (!e) e = b.err;
	if (!e) c->environment_bytes += b.n;
	return e;
}

enum err canaries_make(
	struct canaries *c, const struct manifest *m, const struct inspection *in, struct why *why)
{
	enum err e = E_OK;
	unsigned i;

	*c = (struct canaries){0};
	for (i = 0; i < decoy_files_n; i++)
		c->list[c->n++] = (struct canary){.decoy = &decoy_files[i], .fd = -1};
	c->n_files = c->n;
	for (i = 0; !e && i < decoy_variables_n; i++) {
		struct canary *canary = &c->list[c->n];

		if (manifest_names(m, decoy_variables[i].name)) continue;
		if (package_reads(in, decoy_variables[i].name)) continue;
		*canary = (struct canary){.decoy = &decoy_variables[i], .fd = -1};
		e = make_variable(c, canary);
		if (!e) c->n++;
	}
	return e ? why_sys(why, E_SYSTEM, "decoys") : E_OK;
}

void canaries_drop(struct canaries *c)
{
	unsigned i;

	for (i = 0; i < c->n_files; i++)
		fd_close(&c->list[i].fd);
	wipe(c, sizeof *c);
}

struct slice canary_name(const struct canary *c)
{
	return slice_str(c->decoy->shown);
}

const char *canary_path(const struct canary *c)
{
	return c->decoy->is_file ? c->decoy->name : NULL;
}

/* ---- files ------------------------------------------------------------------- */

/* The home may be the work of a set-up command: nothing in it is followed. */
static int open_beneath(int dir, const char *path, uint64_t flags)
{
	return sys_openat2(dir, path, flags | O_CLOEXEC | O_NOFOLLOW, 0,
		SV_RESOLVE_BENEATH | SV_RESOLVE_NO_SYMLINKS | SV_RESOLVE_NO_XDEV);
}

/* One directory of the test's own, made unless it is there. */
static int enter(int dir, const char *name, uint32_t uid)
{
	int fd;

	if (mkdirat(dir, name, 0700) == 0) {
		/* As every tool that makes these makes them. */
		unsigned mode = strcmp(name, ".ssh") == 0 ? 0700 : 0755;

		if (fchmodat(dir, name, mode, 0) < 0 ||
			fchownat(dir, name, uid, uid, AT_SYMLINK_NOFOLLOW) < 0)
			return -1;
	} else if (errno != EEXIST) {
		return -1;
	}
	fd = open_beneath(dir, name, O_PATH | O_DIRECTORY);
	return fd;
}

/* The directory of a decoy; its own name is left in *base. */
static int enter_all(int home, const char *path, uint32_t uid, const char **base)
{
	int dir = fcntl(home, F_DUPFD_CLOEXEC, 3);
	const char *slash;

	while (dir >= 0 && (slash = strchr(path, '/'))) {
		char name[LIMIT_CANARY_BYTES];
		int next = -1;

		if (slice_text(name, sizeof name, slice_of(path, (size_t)(slash - path))))
			next = enter(dir, name, uid);
		close(dir);
		dir = next;
		path = slash + 1;
	}
	*base = path;
	return dir;
}

/* Looks old, and read just when it was written: then the first read counts (relatime). */
static int set_times(int fd, const char *name)
{
	int64_t now = clock_wall_ms() / 1000;
	uint16_t age;
	struct timespec t[2] = {{0}, {0}};

	if (getrandom(&age, sizeof age, 0) != (ssize_t)sizeof age) return -1;
	t[0].tv_sec = t[1].tv_sec = (time_t)(now - DAY_S * (1 + age % 300) - age);
	return utimensat(fd, name, t, AT_SYMLINK_NOFOLLOW);
}

static int write_file(int dir, const char *name, unsigned mode, struct slice text, uint32_t owner)
{
	int fd = openat(dir, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600), r;

	if (fd < 0) return -1;
	r = fd_write_all(fd, text) ? -1 : 0;
	if (r == 0) r = fchmod(fd, mode);
	if (r == 0) r = fchown(fd, owner, owner);
	close(fd);
	return r < 0 ? r : set_times(dir, name);
}

/* What its times are now; a difference later is somebody's deed. */
static enum err note_times(struct canary *c)
{
	struct stat st;

	if (fstat(c->fd, &st) < 0) return E_SYSTEM;
	c->read = st.st_atim;
	c->kept = st.st_ctim;
	c->was_read = c->was_opened = false;
	return E_OK;
}

static enum err plant(struct canary *c, int home, uint32_t uid)
{
	uint8_t mem[CANARY_FILE_BYTES];
	struct buf text = buf_on(mem, sizeof mem);
	const char *base;
	int dir = enter_all(home, c->decoy->name, uid, &base), r = -1;
	enum err e = dir < 0 ? E_SYSTEM : make_text(c->decoy, &text, c->core);

	fd_close(&c->fd);
	if (!e) r = write_file(dir, base, c->decoy->mode, buf_slice(&text), uid);
	if (r == 0) c->fd = openat(dir, base, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	if (!e && c->fd < 0) e = E_SYSTEM;
	fd_close(&dir);
	wipe(mem, sizeof mem);
	return e ? e : note_times(c);
}

/* What lies at the decoy's place now. */
enum place { PLACE_OURS, PLACE_OTHER, PLACE_EMPTY };

static enum place look(const struct canary *c, int home)
{
	int fd = open_beneath(home, c->decoy->name, O_PATH), saved = errno;
	struct stat st, ours;
	bool same;

	if (fd < 0) return saved == ENOENT ? PLACE_EMPTY : PLACE_OTHER;
	same = c->fd >= 0 && fstat(fd, &st) == 0 && fstat(c->fd, &ours) == 0 &&
	       st.st_ino == ours.st_ino && st.st_dev == ours.st_dev;
	close(fd);
	return same ? PLACE_OURS : PLACE_OTHER;
}

/* Read times go back to those of writing, through the one name that is surely ours. */
static enum err start_anew(struct canary *c, int home)
{
	const char *base;
	int dir = enter_all(home, c->decoy->name, 0, &base);
	enum err e = dir < 0 || set_times(dir, base) < 0 ? E_SYSTEM : E_OK;

	fd_close(&dir);
	return e ? e : note_times(c);
}

static int open_home(const struct workspace *ws)
{
	return openat(ws->mem, HOME, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

enum err canaries_plant(struct canaries *c, const struct workspace *ws,
	const struct sandbox_env *env, struct why *why)
{
	uint32_t uid = sandbox_payload_uid(env, ws->slot);
	int home = open_home(ws);
	enum err e = home < 0 ? E_SYSTEM : E_OK;
	unsigned i;

	for (i = 0; !e && i < c->n_files; i++) {
		struct canary *canary = &c->list[i];

		switch (look(canary, home)) {
		case PLACE_OURS: e = start_anew(canary, home); break;
		/* A directory of it may be a file or a link by now: the set-up's own doing. */
		case PLACE_EMPTY: e = plant(canary, home, uid); break;
		case PLACE_OTHER: fd_close(&canary->fd); break;
		}
	}
	fd_close(&home);
	return e ? why_sys(why, E_SANDBOX_SETUP, "decoys") : E_OK;
}

static bool same_time(struct timespec a, struct timespec b)
{
	return a.tv_sec == b.tv_sec && a.tv_nsec == b.tv_nsec;
}

bool canaries_intact(const struct canaries *c, const struct stat *st)
{
	unsigned i;

	for (i = 0; i < c->n_files; i++) {
		struct stat ours;

		if (c->list[i].fd < 0 || fstat(c->list[i].fd, &ours) < 0) continue;
		if (ours.st_ino == st->st_ino && ours.st_dev == st->st_dev)
			return same_time(ours.st_ctim, c->list[i].kept);
	}
	return false;
}

const struct canary *canaries_own(const struct canaries *c, struct slice path)
{
	unsigned i;

	if (!slice_starts(path, JOB_HOME "/")) return NULL;
	path = slice_from(path, sizeof JOB_HOME);
	for (i = 0; i < c->n_files; i++)
		if (slice_is(path, c->list[i].decoy->name)) return &c->list[i];
	return NULL;
}

static void check(struct canary *c, int home, struct observer *o)
{
	struct stat st;
	enum place at = look(c, home);
	bool changed;

	if (fstat(c->fd, &st) < 0) {
		observer_broken(o);
		return;
	}
	changed = !same_time(st.st_ctim, c->kept);
	if (c->was_read || !same_time(st.st_atim, c->read) || (c->was_opened && !changed))
		observer_saw(o, OBSERVED_CANARY_READ, canary_name(c), SLICE_NONE);
	if (at == PLACE_EMPTY)
		observer_saw(o, OBSERVED_CANARY_CHANGED, canary_name(c), SLICE("removed"));
	else if (at == PLACE_OTHER || changed)
		observer_saw(o, OBSERVED_CANARY_CHANGED, canary_name(c), SLICE("changed"));
}

void canaries_check(struct canaries *c, const struct workspace *ws, struct observer *o)
{
	int home = open_home(ws);
	unsigned i;

	if (home < 0) observer_broken(o);
	for (i = 0; home >= 0 && i < c->n_files; i++)
		if (c->list[i].fd >= 0) check(&c->list[i], home, o);
	fd_close(&home);
}
