/* SPDX-License-Identifier: MIT */
/*
 * From a re-executed binary to a confined role: receive the boot message, make
 * the role's table true, run it. Runs in every role but init.
 */
#include "proc/role.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/securebits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <grp.h>

#include "base/ct.h"
#include "base/fdio.h"
#include "base/log.h"
#include "proc/mnt.h"
#include "proc/msg.h"
#include "proc/sys.h"

/* Name of the agent's socket in attest's root. */
#define AGENT_NAME "agent.sock"

const struct role *role_by_id(enum role_id id)
{
	static const struct role *const all[ROLE_COUNT] = {
		&role_store, &role_http, &role_runner, &role_attest};

	return all[id];
}

static const struct role *role_by_name(const char *name)
{
	unsigned i;

	for (i = 0; i < ROLE_COUNT; i++)
		if (strcmp(role_by_id((enum role_id)i)->name, name) == 0)
			return role_by_id((enum role_id)i);
	return NULL;
}

bool role_has_cap(unsigned cap)
{
	struct __user_cap_header_struct head = {_LINUX_CAPABILITY_VERSION_3, 0};
	struct __user_cap_data_struct data[2];

	if (syscall(SYS_capget, &head, data) < 0) return false;
	return data[cap / 32].effective >> (cap % 32) & 1;
}

enum err role_rlimit(int resource, uint64_t value, struct why *why)
{
	struct rlimit r;

	/* Only ever lower: raising a hard limit may be forbidden to root too. */
	if (getrlimit(resource, &r) < 0) return why_sys(why, E_SANDBOX_SETUP, "getrlimit");
	if (r.rlim_max > value) r.rlim_max = value;
	r.rlim_cur = r.rlim_max;
	if (setrlimit(resource, &r) < 0) return why_sys(why, E_SANDBOX_SETUP, "setrlimit");
	return E_OK;
}

static enum err drop_bounding(uint64_t keep, struct why *why)
{
	int cap;

	/* The kernel answers EINVAL for the first number that it does not know. */
	for (cap = 0; cap < 64; cap++) {
		if (keep >> cap & 1 || prctl(PR_CAPBSET_DROP, cap, 0, 0, 0) == 0) continue;
		if (errno == EINVAL) break;
		return why_sys(why, E_SANDBOX_SETUP, "bounding set");
	}
	return E_OK;
}

enum err role_drop_ids(uint32_t uid, uint64_t keep, struct why *why)
{
	struct __user_cap_header_struct head = {_LINUX_CAPABILITY_VERSION_3, 0};
	struct __user_cap_data_struct data[2] = {{(uint32_t)keep, (uint32_t)keep, 0},
		{(uint32_t)(keep >> 32), (uint32_t)(keep >> 32), 0}};
	enum err e;

	/* A rootless outer namespace denies setgroups; its groups are unmapped then. */
	if (setgroups(0, NULL) < 0 && errno != EPERM)
		return why_sys(why, E_SANDBOX_SETUP, "setgroups");
	e = drop_bounding(keep, why);
	if (e) return e;
	if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) < 0)
		return why_sys(why, E_SANDBOX_SETUP, "ambient capabilities");
	if (prctl(PR_SET_SECUREBITS, SECBIT_NOROOT | SECBIT_NOROOT_LOCKED |
					     SECBIT_NO_SETUID_FIXUP_LOCKED |
					     SECBIT_KEEP_CAPS_LOCKED | SECBIT_NO_CAP_AMBIENT_RAISE |
					     SECBIT_NO_CAP_AMBIENT_RAISE_LOCKED) < 0)
		return why_sys(why, E_SANDBOX_SETUP, "securebits");
	if (setresgid(uid, uid, uid) < 0) return why_sys(why, E_SANDBOX_SETUP, "setresgid");
	if (setresuid(uid, uid, uid) < 0) return why_sys(why, E_SANDBOX_SETUP, "setresuid");
	if (syscall(SYS_capset, &head, data) < 0) return why_sys(why, E_SANDBOX_SETUP, "capset");
	return E_OK;
}

/* A private mount namespace with the tree that the table names as its root. */
static enum err enter_root(const struct role *r, const struct boot *boot, struct why *why)
{
	unsigned attrs = SV_ATTR_NOSUID | SV_ATTR_NODEV | SV_ATTR_NOEXEC;
	int fd, ok;

	if (mnt_private() < 0) return why_sys(why, E_SANDBOX_SETUP, "private mounts");
	if (r->root == ROOT_OWN) return r->enter_root(boot, why);
	fd = r->root == ROOT_DATA ? mnt_copy(AT_FDCWD, boot->conf.data, 0)
				  : mnt_tmpfs(0, 16, 0555, 0, 0, attrs);
	if (fd < 0) return why_sys(why, E_SANDBOX_SETUP, "root");
	ok = mnt_stack_root(fd) == 0;
	/* An agent that is not there yet is looked for again at attest's next start. */
	if (ok && r->root == ROOT_AGENT && !boot->conf.no_tee &&
		access(boot->conf.agent, F_OK) == 0)
		ok = mnt_point_file(fd, AGENT_NAME) == 0 &&
		     mnt_bind(boot->conf.agent, fd, AGENT_NAME, attrs, 0) == 0;
	if (ok) ok = mnt_attrs(fd, attrs | (r->root == ROOT_DATA ? 0 : SV_ATTR_RDONLY), 0) == 0;
	if (ok) ok = mnt_leave_old_root(fd) == 0;
	if (!ok) why_sys(why, E_SANDBOX_SETUP, "root");
	fd_close(&fd);
	return ok ? E_OK : E_SANDBOX_SETUP;
}

static enum err load_filter(const struct role *r, struct why *why)
{
	struct filter f = FILTER_INIT;
	enum err e = filter_compile(r->calls, &f, why);

	if (!e && filter_load(buf_slice(&f.program)) < 0)
		e = why_sys(why, E_SANDBOX_SETUP, "seccomp");
	filter_drop(&f);
	return e;
}

enum err role_confine(const struct role *r, const struct boot *boot, struct why *why)
{
	enum err e = enter_root(r, boot, why);

	if (!e) e = role_rlimit(RLIMIT_NOFILE, r->files, why);
	if (!e) e = role_rlimit(RLIMIT_CORE, 0, why);
	if (!e && r->memory) e = role_rlimit(RLIMIT_DATA, r->memory, why);
	if (!e) e = role_drop_ids(r->uid, r->capabilities, why);
	if (!e && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		e = why_sys(why, E_SANDBOX_SETUP, "no_new_privs");
	if (!e && prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0)
		e = why_sys(why, E_SANDBOX_SETUP, "dumpable");
	/* Cleared by the change of ids above. */
	if (!e && prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) < 0)
		e = why_sys(why, E_SANDBOX_SETUP, "parent death signal");
	return e ? e : load_filter(r, why);
}

static enum err receive_boot(
	struct chan *control, const struct role *r, struct boot *boot, struct message *m)
{
	struct pollfd p = {.fd = control->fd, .events = POLLIN};
	enum err e;

	do {
		if (poll(&p, 1, LIMIT_PING_MS) <= 0 && errno != EINTR) return E_TIMEOUT;
		e = chan_recv(control, m);
	} while (e == E_AGAIN);
	if (e) return e;
	if (m->type != MSG_BOOT || !slice_copy_exact(boot, sizeof *boot, message_body(m)) ||
		boot->version != BOOT_VERSION || boot->role != r->id)
		return E_PROTOCOL;
	wipe(m->body, sizeof m->body);
	return E_OK;
}

int role_main(const char *name)
{
	static struct message m;
	static struct boot boot;
	const struct role *r = role_by_name(name);
	struct chan control = chan_of(ROLE_FD_CONTROL);
	struct why why = WHY_INIT;
	enum err e;

	if (!r) return ROLE_EXIT_FAILED;
	log_role(r->name);
	umask(022);
	signal(SIGPIPE, SIG_IGN);
	e = receive_boot(&control, r, &boot, &m);
	if (e) {
		log_event(LOG_ERROR, "role.no-boot", "reason=%s", err_name(e));
		return ROLE_EXIT_PEER;
	}
	log_threshold((enum log_level)boot.conf.log_level);
	e = role_confine(r, &boot, &why);
	if (e) {
		log_event(LOG_ERROR, "role.not-confined", "step=\"%s\"", why.text);
		return ROLE_EXIT_UNCONFINED;
	}
	return r->run(&boot, &control, &m);
}
