/* SPDX-License-Identifier: MIT */
/* Paths of the machine. Runs in the command line; pure. */
#include "check/mounts.h"

#include "base/buf.h"

#define PATH_MAX_LEN 1024

/* With any of these one can make the engine run something else. */
static const char *const engine[] = {"/run/docker.sock", "/run/docker", "/run/containerd",
	"/run/podman", "/run/crio", "/run/buildkit", "/var/lib/docker", "/var/lib/containerd",
	"/var/lib/containers", NULL};
static const char *const engine_sockets[] = {
	"docker.sock", "containerd.sock", "podman.sock", "crio.sock", "buildkitd.sock", NULL};
/* dstack's agent, and its name before 0.4. */
static const char *const agent[] = {"/run/dstack.sock", "/run/tappd.sock", "/run/dstack", NULL};
/* Who writes here decides what runs as root (core_pattern, uevent_helper, units, programs). */
static const char *const system_dirs[] = {"/dstack", "/proc", "/sys", "/etc", "/boot", "/usr",
	"/bin", "/sbin", "/lib", "/lib64", "/root", "/run", NULL};
static const char *const host[] = {"/dev", "/opt", "/tapp", NULL};

bool mount_is_path(struct slice source)
{
	return source.n && (source.p[0] == '/' || source.p[0] == '.' || source.p[0] == '~');
}

/*
 * Writes the path without doubled slashes and "." parts, /var/run as /run.
 * False for what cannot be told from the text: relative paths that go up, and
 * paths with ".." or of absurd length.
 */
static bool normalise(struct slice path, struct buf *out)
{
	/* The guest starts compose in /dstack; "~" is root's home there. */
	if (path.p[0] == '.') buf_str(out, "/dstack");
	if (path.p[0] == '~') {
		buf_str(out, "/root");
		path = slice_from(path, 1);
	}
	while (path.n) {
		struct slice part = slice_split(&path, '/');

		if (part.n == 0 || slice_is(part, ".")) continue;
		if (slice_is(part, "..")) return false;
		buf_str(out, "/");
		buf_put(out, part);
		if (slice_is(buf_slice(out), "/var/run")) {
			buf_reset(out);
			buf_str(out, "/run");
		}
	}
	return out->err == 0;
}

/* path is dir, or lies in it. */
static bool within(struct slice path, struct slice dir)
{
	if (!slice_eq(slice_sub(path, 0, dir.n), dir)) return false;
	return path.n == dir.n || path.p[dir.n] == '/';
}

static bool within_any(struct slice path, const char *const *list)
{
	size_t i;

	for (i = 0; list[i]; i++)
		if (within(path, slice_str(list[i]))) return true;
	return false;
}

static bool holds_any(struct slice path, const char *const *list)
{
	size_t i;

	for (i = 0; list[i]; i++)
		if (path.n == 0 || within(slice_str(list[i]), path)) return true;
	return false;
}

static struct slice last_part(struct slice path)
{
	struct slice part = SLICE_NONE;

	while (path.n)
		part = slice_split(&path, '/');
	return part;
}

static bool is_engine_socket(struct slice path)
{
	size_t i;

	for (i = 0; engine_sockets[i]; i++)
		if (slice_is(last_part(path), engine_sockets[i])) return true;
	return false;
}

enum mount_kind mount_classify(struct slice source)
{
	char text[PATH_MAX_LEN];
	struct buf b = buf_on(text, sizeof text);
	struct slice path;

	if (source.n == 0 || slice_find(source, 0, '$') < source.n) return MOUNT_VARIABLE;
	if (!normalise(source, &b)) return MOUNT_VARIABLE;
	path = buf_slice(&b);
	if (holds_any(path, engine) || within_any(path, engine) || is_engine_socket(path))
		return MOUNT_ENGINE;
	if (within_any(path, agent)) return MOUNT_AGENT;
	/* Below /proc are links to any directory, which the engine follows as root. */
	if (slice_starts(path, "/proc/")) return MOUNT_ENGINE;
	if (within_any(path, system_dirs)) return MOUNT_SYSTEM;
	return within_any(path, host) ? MOUNT_HOST : MOUNT_HARMLESS;
}

bool mount_has_agent(struct slice source)
{
	char text[PATH_MAX_LEN];
	struct buf b = buf_on(text, sizeof text);

	/* What cannot be told may be anything. */
	if (source.n == 0 || !normalise(source, &b)) return true;
	return holds_any(buf_slice(&b), agent) || within_any(buf_slice(&b), agent);
}
