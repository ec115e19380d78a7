/* SPDX-License-Identifier: MIT */
/*
 * Looking into a task of a job that waits for our answer: its memory, its files,
 * its sockets. Every number in it may be a lie by the time it is used, and the
 * task may be dead and its number another's: whoever looks asks the listener
 * afterwards whether the call still waits, and drops all of it when it does not.
 * Runs in S; nothing here allocates, nothing here blocks.
 */
#ifndef RUNNER_SANDBOX_REMOTE_H
#define RUNNER_SANDBOX_REMOTE_H

#include <sys/stat.h>
#include <sys/types.h>

#include "base/buf.h"

/* Strings and paths: PATH_MAX of Linux, with its NUL. */
#define REMOTE_PATH 4096
/* How long the memory of a task is kept open for its next call. */
#define REMOTE_KEPT_US 10000

/*
 * One job. What is looked up each time is looked up by as few names as can be:
 * procfs makes everything anew, which costs more than all the rest. So procfs is
 * this process's working directory while it watches.
 */
struct remote {
	int root; /* of all tasks of the job, who cannot change theirs; -1 until the first is seen */
	int mem;  /* memory of the task that waits, or waited last */
	pid_t tid;
	bool kept;         /* mem was opened for an earlier call of the same task */
	int64_t opened_us; /* when it was */
	int64_t keep_us;   /* nothing that was opened before is kept */
	char name[16];     /* "TID/" */
};

#define REMOTE_INIT                                                                                \
	{                                                                                          \
		.root = -1, .mem = -1                                                              \
	}

/*
 * Looks at a task; false when it cannot be looked at (dead, or closed to us). Its
 * memory stays open for its next call, for REMOTE_KEPT_US: no number of a task is
 * given out again in that time, for all others come before it.
 */
bool remote_open(struct remote *r, pid_t tid);
/*
 * Some task is about to get another memory, and perhaps the number of another of
 * its threads: for REMOTE_KEPT_US every call is looked at anew.
 */
void remote_close(struct remote *r);
void remote_drop(struct remote *r);

/* Bytes up to the first that cannot be read. */
size_t remote_read(struct remote *r, uint64_t at, void *mem, size_t n);
/* A string without its NUL; false when it has none, or lies where nothing can be read. */
bool remote_string(struct remote *r, uint64_t at, struct buf *out);

/*
 * A path as a call at directory dirfd (or AT_FDCWD) means it: absolute, "." and
 * ".." still in it. False when the directory cannot be told.
 */
bool remote_path(const struct remote *r, int dirfd, struct slice path, struct buf *out);
/* Takes "//", "." and ".." out of an absolute path, by its text alone. */
void path_normal(struct slice path, struct buf *out);

/* Where a link like /proc/self/exe leads for the task itself; false for other paths. */
bool remote_own_name(const struct remote *r, struct slice path, struct buf *out);

/* What a look-up in the task's root found. */
enum found {
	FOUND,
	FOUND_ABSENT, /* for certain: there is no such name, and no link on the way */
	FOUND_NOT     /* not, or not that way: by links, without rights */
};
/* Opens with O_PATH below the task's root; *fd is -1 but for FOUND. follow: the last link too. */
enum found remote_find(struct remote *r, struct slice path, bool follow, int *fd);
/* One of its open files with O_PATH; its program with file "exe". -1 with errno. */
int remote_file(const struct remote *r, const char *file);

/*
 * One of its sockets speaks UDP; of TCP, and no socket at all, it is false. By its
 * name, not by a descriptor of ours: should the task close its own meanwhile,
 * closing ours would wait as long as it likes (SO_LINGER).
 */
bool remote_is_datagram(const struct remote *r, int fd);

#endif
