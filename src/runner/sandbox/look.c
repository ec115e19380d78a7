/* SPDX-License-Identifier: MIT */
/* Decoding of watched calls. Runs in S. */
#include "runner/sandbox/look.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/fdio.h"
#include "proc/sys.h"

/* specs/sandbox.md 15.4; of what is read only LIMIT_OBSERVED_BYTES is shown. */
#define ARGUMENTS_MAX  64
#define ARGUMENTS_ROOM 8192
/* Messages of one sendmmsg: the kernel's own limit. */
#define MESSAGES_MAX 1024

struct call {
	struct look *l;
	const struct seccomp_notif *n;
	struct remote *r;
};

static bool waits(const struct call *c)
{
	return c->l->waits(c->l->whom, c->n->id);
}

static struct observed *saw(
	const struct call *c, uint8_t kind, struct slice value, struct slice detail)
{
	struct observed *row = observer_saw(c->l->observer, kind, value, detail);

	if (row) row->advisory = true;
	return row;
}

/* ---- programs ------------------------------------------------------------- */

/*
 * What follows the name of the program, with spaces between; before it the name
 * that the program is told, where that is another ("(as unshare) -n true").
 */
static void read_arguments(
	const struct call *c, uint64_t argv, struct slice program, struct buf *out)
{
	static uint8_t mem[ARGUMENTS_ROOM];
	uint64_t list[ARGUMENTS_MAX];
	unsigned i, n = (unsigned)(remote_read(c->r, argv, list, sizeof list) / sizeof *list);

	for (i = 0; i < n && list[i] && out->n < LIMIT_OBSERVED_BYTES; i++) {
		struct buf one = buf_on(mem, sizeof mem);

		/* One that is too long, or ends nowhere, is shown as far as it was read. */
		remote_string(c->r, list[i], &one);
		one.n = one.n < LIMIT_OBSERVED_BYTES ? one.n : LIMIT_OBSERVED_BYTES;
		if (i == 0 && slice_eq(slice_base(buf_slice(&one)), slice_base(program))) continue;
		if (out->n) buf_u8(out, ' ');
		if (i == 0) buf_str(out, "(as ");
		buf_put(out, buf_slice(&one));
		if (i == 0) buf_u8(out, ')');
	}
}

/*
 * A row of what ran. The same name with the same arguments and another content
 * is a row of its own.
 */
static void saw_program(
	const struct call *c, struct slice path, struct buf *detail, const struct program *p)
{
	struct observed *row =
		observer_find(c->l->observer, OBSERVED_EXEC, path, buf_slice(detail));

	if (row && (row->origin != p->origin || row->has_sha256 != p->has_sha256 ||
			   memcmp(row->sha256, p->sha256, SHA256_LEN) != 0)) {
		detail->n = detail->n < LIMIT_OBSERVED_BYTES - 16 ? detail->n
								  : LIMIT_OBSERVED_BYTES - 16;
		buf_str(detail, detail->n ? " (changed)" : "(changed)");
	}
	row = saw(c, OBSERVED_EXEC, path, buf_slice(detail));
	if (!row) return;
	row->origin = p->origin;
	row->has_sha256 = p->has_sha256;
	memcpy(row->sha256, p->sha256, SHA256_LEN);
}

/* Where the file of execve or execveat lies; *fd is that of the file, or -1. */
static enum found find_program(
	const struct call *c, int dirfd, struct slice path, int flags, struct buf *full, int *fd)
{
	char name[24];

	*fd = -1;
	if (!remote_path(c->r, dirfd, path, full)) return FOUND_NOT;
	if (path.n || !(flags & AT_EMPTY_PATH) || dirfd == AT_FDCWD)
		return remote_find(c->r, buf_slice(full), !(flags & AT_SYMLINK_NOFOLLOW), fd);
	snprintf(name, sizeof name, "fd/%d", dirfd);
	*fd = remote_file(c->r, name);
	return *fd < 0 ? FOUND_NOT : FOUND;
}

static int see_exec(struct call *c)
{
	static uint8_t mem[4][2 * REMOTE_PATH];
	struct buf path = buf_on(mem[0], REMOTE_PATH), full = buf_on(mem[1], sizeof mem[1]);
	struct buf shown = buf_on(mem[2], sizeof mem[2]), detail = buf_on(mem[3], sizeof mem[3]);
	const __u64 *a = c->n->data.args;
	bool at = c->n->data.nr == SYS_execveat;
	bool named = remote_string(c->r, at ? a[1] : a[0], &path);
	struct program program = {0};
	enum found found = FOUND_NOT;
	int fd = -1;

	if (named)
		found = find_program(c, at ? (int)a[0] : AT_FDCWD, buf_slice(&path),
			at ? (int)a[4] : 0, &full, &fd);
	if (!remote_own_name(c->r, buf_slice(&full), &shown)) path_normal(buf_slice(&full), &shown);
	read_arguments(c, at ? a[2] : a[1], buf_slice(&shown), &detail);
	if (!waits(c)) {
		fd_close(&fd);
		return 0;
	}
	if (found == FOUND && !program_find(&c->l->programs, fd, c->l->files, &program))
		observer_broken(c->l->observer);
	fd_close(&fd);
	/* A shell that looks along PATH: it is told so by us, not by a file that comes meanwhile. */
	if (found == FOUND_ABSENT && path.n) return ENOENT;
	saw_program(c, full.n ? buf_slice(&shown) : SLICE_NONE, &detail, &program);
	return 0;
}

/* ---- addresses ------------------------------------------------------------ */

struct address {
	union {
		struct sockaddr any;
		struct sockaddr_un un;
		uint8_t bytes[sizeof(struct sockaddr_storage)];
	} u;
	size_t n;
};

static bool read_address(const struct call *c, uint64_t at, uint64_t n, struct address *out)
{
	memset(out, 0, sizeof *out);
	/* The kernel refuses longer ones. */
	if ((uint32_t)n > sizeof out->u) return false;
	out->n = remote_read(c->r, at, &out->u, (uint32_t)n);
	return out->n >= sizeof out->u.any.sa_family && out->n == (uint32_t)n;
}

/* A path, or "@" and an abstract name; a name of no length is no address. */
static bool local_text(const struct address *a, struct buf *out)
{
	struct slice s = slice_from(slice_of(a->u.bytes, a->n), sizeof a->u.un.sun_family);

	if (!s.n) return false;
	if (s.p[0]) {
		buf_put(out, slice_sub(s, 0, slice_find(s, 0, 0)));
		return true;
	}
	buf_u8(out, '@');
	buf_put(out, slice_from(s, 1));
	return true;
}

/* A local socket: its path. */
static void see_local(struct call *c, const struct address *a, bool listens)
{
	uint8_t mem[160];
	struct buf text = buf_on(mem, sizeof mem);

	if (listens) buf_str(&text, "unix ");
	if (!local_text(a, &text) || !waits(c)) return;
	saw(c, listens ? OBSERVED_LISTEN : OBSERVED_LOCAL, buf_slice(&text), SLICE_NONE);
}

/*
 * An address of the network. Whoever connects there finds the sinkhole, which has
 * to listen before the call goes on; should the address be another by then, nobody
 * answers, and the connection that was made is not in the row's count.
 */
static void see_inet(struct call *c, int fd, const struct address *a, bool listens)
{
	uint8_t mem[96], proto = remote_is_datagram(c->r, fd) ? IPPROTO_UDP : IPPROTO_TCP;
	struct buf text = buf_on(mem, sizeof mem);
	struct look *l = c->l;
	struct endpoint at;

	if (!endpoint_of(&at, proto, &a->u, a->n) || !waits(c)) return;
	endpoint_text(&text, &at);
	if (listens) {
		saw(c, OBSERVED_LISTEN, buf_slice(&text), SLICE_NONE);
		return;
	}
	if (endpoint_is_local(&at)) {
		saw(c, OBSERVED_CONNECT, buf_slice(&text), SLICE_NONE);
		return;
	}
	/* What name it was given out for: its rows are one with ours. */
	sinkhole_read(l->sinkhole, l->observer);
	saw(c, OBSERVED_CONNECT, buf_slice(&text), sinkhole_name(l->sinkhole, &at));
	sinkhole_expect(l->sinkhole, &at);
}

/* One address that is spoken to, or listened at. */
static void see_address(struct call *c, int fd, uint64_t at, uint64_t n, bool listens)
{
	struct address a;

	if (!read_address(c, at, n, &a)) return;
	switch (a.u.any.sa_family) {
	case AF_INET:
	case AF_INET6: see_inet(c, fd, &a, listens); break;
	case AF_UNIX: see_local(c, &a, listens); break;
	default: break; /* taking a connection back, netlink */
	}
}

static int see_connect(struct call *c)
{
	const __u64 *a = c->n->data.args;

	see_address(c, (int)a[0], a[1], a[2], c->n->data.nr == SYS_bind);
	return 0;
}

static int see_sendto(struct call *c)
{
	const __u64 *a = c->n->data.args;

	see_address(c, (int)a[0], a[4], a[5], false);
	return 0;
}

/* The kernel's msghdr begins with the address and its length. */
static void see_message(struct call *c, uint64_t at)
{
	struct {
		uint64_t name;
		uint32_t bytes;
	} head;

	if (remote_read(c->r, at, &head, 12) != 12 || !head.name || !head.bytes) return;
	see_address(c, (int)c->n->data.args[0], head.name, head.bytes, false);
}

static int see_sendmsg(struct call *c)
{
	see_message(c, c->n->data.args[1]);
	return 0;
}

static int see_sendmmsg(struct call *c)
{
	uint32_t i, n = (uint32_t)c->n->data.args[2];

	if (n > MESSAGES_MAX) n = MESSAGES_MAX;
	/* struct mmsghdr: a msghdr of 56 bytes and a length */
	for (i = 0; i < n; i++)
		see_message(c, c->n->data.args[1] + i * 64ULL);
	return 0;
}

/* ---- files by path -------------------------------------------------------- */

/* Places of the runtime's own programs and libraries: that a program loads them says nothing. */
static bool is_usual(struct slice path)
{
	return slice_starts(path, "/usr/") || slice_starts(path, "/lib") ||
	       slice_starts(path, "/bin/") || slice_starts(path, "/sbin/") ||
	       slice_starts(path, "/etc/ld");
}

static void see_path(struct call *c, int dirfd, uint64_t at, bool writes, bool follow)
{
	static uint8_t mem[3][2 * REMOTE_PATH];
	struct buf path = buf_on(mem[0], REMOTE_PATH), full = buf_on(mem[1], sizeof mem[1]);
	struct buf shown = buf_on(mem[2], sizeof mem[2]);
	const char *detail = writes ? "write" : "read";
	enum found found = FOUND_NOT;
	int fd = -1;

	if (remote_string(c->r, at, &path) && remote_path(c->r, dirfd, buf_slice(&path), &full)) {
		found = remote_find(c->r, buf_slice(&full), follow, &fd);
		path_normal(buf_slice(&full), &shown);
	}
	fd_close(&fd);
	if (!waits(c)) return;
	if (found == FOUND && !writes && is_usual(buf_slice(&shown))) return;
	if (found == FOUND_ABSENT && !writes) detail = "absent";
	saw(c, OBSERVED_PATH, buf_slice(&shown), slice_str(detail));
}

static int see_open(struct call *c, int dirfd, uint64_t path, uint64_t flags)
{
	/* Not O_ACCMODE: musl counts O_PATH to it. */
	bool writes = flags & (O_WRONLY | O_RDWR | O_CREAT | O_TRUNC);

	see_path(c, dirfd, path, writes, !(flags & O_NOFOLLOW));
	return 0;
}

static int see_openat2(struct call *c)
{
	const __u64 *a = c->n->data.args;
	uint64_t flags = 0;

	remote_read(c->r, a[2], &flags, sizeof flags);
	return see_open(c, (int)a[0], a[1], flags);
}

/* Calls that name a file, and where; what they do with it is one of two things. */
static const struct named_file {
	int nr;
	int8_t dir, path; /* number of the argument; -1: the working directory */
	bool writes, follow;
} named_files[] = {
	{SYS_creat, -1, 0, true, true},
	{SYS_readlink, -1, 0, false, false},
	{SYS_readlinkat, 0, 1, false, false},
	{SYS_truncate, -1, 0, true, true},
	{SYS_unlink, -1, 0, true, false},
	{SYS_unlinkat, 0, 1, true, false},
	{SYS_rename, -1, 0, true, false},
	{SYS_rename, -1, 1, true, false},
	{SYS_renameat, 0, 1, true, false},
	{SYS_renameat, 2, 3, true, false},
	{SYS_renameat2, 0, 1, true, false},
	{SYS_renameat2, 2, 3, true, false},
};

/* False when it is none of them. */
static bool see_named(struct call *c)
{
	const __u64 *a = c->n->data.args;
	bool any = false;
	size_t i;

	for (i = 0; i < sizeof named_files / sizeof *named_files; i++) {
		const struct named_file *f = &named_files[i];

		if (f->nr != c->n->data.nr) continue;
		see_path(c, f->dir < 0 ? AT_FDCWD : (int)a[f->dir], a[f->path], f->writes,
			f->follow);
		any = true;
	}
	return any;
}

/* ---- all ------------------------------------------------------------------ */

static int see(struct call *c)
{
	const __u64 *a = c->n->data.args;

	switch (c->n->data.nr) {
	case SYS_execve:
	case SYS_execveat: return see_exec(c);
	case SYS_connect:
	case SYS_bind: return see_connect(c);
	case SYS_sendto: return see_sendto(c);
	case SYS_sendmsg: return see_sendmsg(c);
	case SYS_sendmmsg: return see_sendmmsg(c);
	case SYS_open: return see_open(c, AT_FDCWD, a[0], a[1]);
	case SYS_openat: return see_open(c, (int)a[0], a[1], a[2]);
	case SYS_openat2: return see_openat2(c);
	default: break;
	}
	/* Asked about, and nobody knows what it is: the tables do not fit each other. */
	if (!see_named(c)) observer_broken(c->l->observer);
	return 0;
}

int look_at(struct look *l, const struct seccomp_notif *n)
{
	struct call c = {.l = l, .n = n, .r = &l->remote};
	bool executes = n->data.nr == SYS_execve || n->data.nr == SYS_execveat;
	int error = 0;

	if (n->data.nr == SYS_execve) l->begun = true;
	if (!l->begun) return 0;
	if (executes) remote_close(c.r);
	if (remote_open(c.r, (pid_t)n->pid)) error = see(&c);
	/* Closed to us, perhaps since its last call. */
	if (c.r->mem < 0 && waits(&c)) observer_broken(l->observer);
	/* It has another memory when it goes on. */
	if (executes) remote_close(c.r);
	return error;
}
