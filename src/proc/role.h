/* SPDX-License-Identifier: MIT */
/*
 * A role of the appliance: what it may do is data (struct role, written at the
 * top of the role's main file), and role_confine makes exactly that true. The
 * command `roles` prints the same tables, and a test compares them with /proc
 * of the running appliance.
 * Runs in init and in every role.
 */
#ifndef PROC_ROLE_H
#define PROC_ROLE_H

#include "proc/chan.h"
#include "proc/conf.h"
#include "proc/filter.h"

/* Store comes first: the others cannot be without it. */
enum role_id { ROLE_STORE, ROLE_HTTP, ROLE_RUNNER, ROLE_ATTEST, ROLE_COUNT };

/* Which tree a role sees as its root. */
enum role_root {
	ROOT_EMPTY, /* an empty read-only tmpfs */
	ROOT_DATA,  /* the data directory, nothing else */
	ROOT_AGENT, /* a read-only tmpfs that holds the guest agent's socket (C47) */
	ROOT_OWN,   /* built by the role itself (enter_root) */
};

struct boot;

/* Fixed descriptors of every role; peers follow from ROLE_FD_PEER on. */
enum { ROLE_FD_CONTROL = 3, ROLE_FD_PEER = 4 };

struct role {
	enum role_id id;
	const char *name;
	uint32_t uid; /* and gid; 0 stays root */
	enum role_root root;
	uint64_t namespaces;   /* SV_CLONE_ flags at its start */
	bool nested;           /* a user namespace of its own, entered with its root */
	uint64_t capabilities; /* kept, as bits; 0 for all but runner */
	uint32_t files;        /* RLIMIT_NOFILE */
	uint64_t memory;       /* RLIMIT_DATA in bytes; 0: no limit of its own */
	const struct filter_spec *calls;
	const char *peers; /* roles at the other end of the channels from ROLE_FD_PEER on */
	const char *sees;  /* the root in words, for people */
	/*
	 * What /proc/PID/fd may show from 3 on, as shell patterns, and what
	 * /proc/PID/mountinfo shows, as "point:type:ro|rw" with "*" for any type
	 * and "?" in front of what is there only sometimes.
	 */
	const char *descriptors, *mounts;
	/* ROOT_OWN only: builds and enters the root. */
	enum err (*enter_root)(const struct boot *boot, struct why *why);
	/* The role after role_confine; returns its exit status. */
	int (*run)(struct boot *boot, struct chan *control, struct message *m);
};

/* First message on the control channel, sent by init. */
struct boot {
	uint32_t version; /* BOOT_VERSION */
	uint8_t role;     /* enum role_id */
	bool pid1;        /* the appliance is pid 1 of a container or machine */
	uint64_t boot_us; /* CLOCK_MONOTONIC when init started */
	struct conf conf;
	uint8_t mac_key[32];  /* runner and attest only, else zero (C12) */
	uint8_t cgroup_kind;  /* runner only: enum cgroup_kind */
	uint32_t cgroup_dirs; /* bits of the directories that follow as descriptors */
	uint8_t binary_sha256[SHA256_LEN];
	uint8_t policy_sha256[SHA256_LEN];
};
#define BOOT_VERSION 1
_Static_assert(sizeof(struct boot) <= CHAN_BODY, "a boot message fits a channel message");

/* The tables; each is defined in its role's main file. */
extern const struct role role_http, role_store, role_runner, role_attest;
const struct role *role_by_id(enum role_id id);

/* Body of a role process after re-execution (control channel at descriptor 3). */
int role_main(const char *name);

/*
 * Makes the table true, in this order: root, limits, ids, capabilities,
 * no_new_privs, not dumpable, seccomp last. Nothing is optional: the first
 * failure ends the process (why says at which step).
 */
enum err role_confine(const struct role *r, const struct boot *boot, struct why *why);

/* The steps of role_confine that runner's helpers use on their own. */
enum err role_drop_ids(uint32_t uid, uint64_t keep_caps, struct why *why);
/* True when this process has the capability (number) in its effective set. */
bool role_has_cap(unsigned cap);
/* Sets soft and hard to value, or to the present hard limit if that is lower. */
enum err role_rlimit(int resource, uint64_t value, struct why *why);

/* Exit statuses of roles that init understands (stable, in the log). */
enum {
	ROLE_EXIT_ORDERLY = 0,
	ROLE_EXIT_FAILED = 1,     /* the start failed; the log says why */
	ROLE_EXIT_REBIND = 2,     /* attest: the agent's socket was replaced; not a crash */
	ROLE_EXIT_PEER = 3,       /* the control channel ended or broke the protocol */
	ROLE_EXIT_FATAL = 4,      /* a restart cannot help: the whole appliance has to end */
	ROLE_EXIT_UNCONFINED = 5, /* a wall of its table cannot be built; the log says which */
};

#endif
