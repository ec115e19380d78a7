/* SPDX-License-Identifier: MIT */
/*
 * What jobs of this machine have: ids of slots, and file systems that end with
 * their worker. Runs in runner and the command line.
 */
#include "runner/sandbox/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fdio.h"
#include "proc/mnt.h"
#include "proc/sys.h"
#include "proc/userns.h"

/* Where slot ids start when the whole range of ids exists here. */
#define UID_BASE 0x10000000U
/* Ids of a slot where there are few: payload, its init, its sinkhole. */
#define FEW_IDS_EACH 4

void sandbox_find_ids(struct sandbox_env *env)
{
	uint64_t end = userns_ids(env->proc);

	/* Room for 4096 slots high up, else for some at the top, else for none. */
	if (end > UID_BASE + 4096ULL * SLOT_IDS)
		env->uid_base = UID_BASE;
	else if (end >= USERNS_FEW_IDS)
		/* A small range: slots are FEW_IDS_EACH ids apart. */
		env->uid_base = (uint32_t)(end / 2);
	else
		env->single_id = true;
}

void sandbox_facts(const struct sandbox_env *env, bool sinkhole, struct sandbox_facts *out)
{
	out->sinkhole = sinkhole;
	out->tier = env->tier;
	out->landlock_abi = env->landlock_abi;
	out->cgroup = env->cgroup.kind;
	memcpy(out->seccomp_sha256, sandbox_filter(env)->sha256, sizeof out->seccomp_sha256);
	out->speculation = slice_str(env->speculation);
}

const struct filter *sandbox_filter(const struct sandbox_env *env)
{
	return env->monitor == MONITOR_NONE ? &env->payload : &env->watched;
}

uint32_t sandbox_payload_uid(const struct sandbox_env *env, unsigned slot)
{
	if (env->single_id) return 0;
	if (env->uid_base != UID_BASE) return env->uid_base + slot * FEW_IDS_EACH;
	return env->uid_base + slot * SLOT_IDS + PAYLOAD_ID;
}

uint32_t sandbox_init_uid(const struct sandbox_env *env, unsigned slot)
{
	if (env->single_id) return 0;
	if (env->uid_base != UID_BASE) return env->uid_base + slot * FEW_IDS_EACH + 1;
	return env->uid_base + slot * SLOT_IDS + INIT_ID;
}

uint32_t sandbox_sinkhole_uid(const struct sandbox_env *env, unsigned slot)
{
	if (env->single_id) return 0;
	if (env->uid_base != UID_BASE) return env->uid_base + slot * FEW_IDS_EACH + 2;
	return env->uid_base + slot * SLOT_IDS + SINKHOLE_ID;
}

/* Directories of the writable tmpfs; the last two belong to the overlay. */
static const struct {
	const char *name;
	unsigned mode;
	bool payload; /* owned by the payload's id, else by ours */
} places[] = {
	{"tmp", 01777, true},
	{"vartmp", 01777, true},
	{"run", 0755, true},
	{"home", 0755, true},
	{"shm", 01777, true},
	{"upper", 0755, true},
	{"work", 0700, false},
};

static enum err make_places(int mem, uint32_t uid, struct why *why)
{
	size_t i;

	for (i = 0; i < sizeof places / sizeof *places; i++) {
		if (mkdirat(mem, places[i].name, 0700) < 0 ||
			fchmodat(mem, places[i].name, places[i].mode, 0) < 0 ||
			(places[i].payload && fchownat(mem, places[i].name, uid, uid, 0) < 0))
			return why_sys(why, E_SANDBOX_SETUP, "workspace");
	}
	return E_OK;
}

static int package_tmpfs(uint32_t uid, unsigned attrs)
{
	/* File data plus a page a member for rounding; names live in inodes. */
	uint64_t size = LIMIT_UNPACKED_BYTES + (uint64_t)LIMIT_MEMBERS * 4 * KIB;

	/* Each member may need its directories too, at most one for each level of its path. */
	return mnt_tmpfs(
		size, (uint64_t)LIMIT_MEMBERS * (LIMIT_PATH_DEPTH + 1), 0755, uid, uid, attrs);
}

enum err workspace_open_package(struct workspace *ws, uint32_t pkg_uid, struct why *why)
{
	ws->pkg = package_tmpfs(pkg_uid, SV_ATTR_NOSUID | SV_ATTR_NODEV | SV_ATTR_NOEXEC);
	if (ws->pkg < 0 || mnt_attach(ws->pkg, AT_FDCWD, WORKSPACE_PKG) < 0)
		return why_sys(why, E_SANDBOX_SETUP, "workspace");
	return E_OK;
}

enum err workspace_open(struct workspace *ws, const struct sandbox_env *env, unsigned slot,
	uint32_t pkg_uid, const struct limit_facts *l, struct why *why)
{
	unsigned attrs = SV_ATTR_NOSUID | SV_ATTR_NODEV;
	uint32_t uid = sandbox_payload_uid(env, slot);
	int top;

	ws->slot = slot;
	if (mnt_private() < 0) return why_sys(why, E_SANDBOX_SETUP, "workspace");
	top = mnt_tmpfs(0, 16, 0755, 0, 0, attrs);
	if (top < 0) return why_sys(why, E_SANDBOX_SETUP, "workspace");
	if (mnt_point_dir(top, "pkg", 0755) < 0 || mnt_point_dir(top, "mem", 0755) < 0 ||
		mnt_attach(top, AT_FDCWD, WORKSPACE) < 0) {
		why_sys(why, E_SANDBOX_SETUP, "workspace");
		fd_close(&top);
		return E_SANDBOX_SETUP;
	}
	fd_close(&top);
	ws->pkg = package_tmpfs(pkg_uid, attrs);
	ws->mem = mnt_tmpfs(l->write_bytes, l->inodes, 0755, 0, 0, attrs);
	if (ws->pkg < 0 || ws->mem < 0 || mnt_attach(ws->pkg, AT_FDCWD, WORKSPACE_PKG) < 0 ||
		mnt_attach(ws->mem, AT_FDCWD, WORKSPACE_MEM) < 0)
		return why_sys(why, E_SANDBOX_SETUP, "workspace");
	return make_places(ws->mem, uid, why);
}

enum err workspace_renew(struct workspace *ws, const struct sandbox_env *env,
	const struct limit_facts *l, struct why *why)
{
	fd_close(&ws->mem);
	/* Its content is gone with the last mount: that of the dead sandbox is let go of too. */
	if (umount2(WORKSPACE_MEM, MNT_DETACH) < 0)
		return why_sys(why, E_SANDBOX_SETUP, "workspace");
	ws->mem = mnt_tmpfs(l->write_bytes, l->inodes, 0755, 0, 0, SV_ATTR_NOSUID | SV_ATTR_NODEV);
	if (ws->mem < 0 || mnt_attach(ws->mem, AT_FDCWD, WORKSPACE_MEM) < 0)
		return why_sys(why, E_SANDBOX_SETUP, "workspace");
	return make_places(ws->mem, sandbox_payload_uid(env, ws->slot), why);
}

void workspace_drop(struct workspace *ws)
{
	fd_close(&ws->pkg);
	fd_close(&ws->mem);
	umount2(WORKSPACE, MNT_DETACH);
}
