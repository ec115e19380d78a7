/* SPDX-License-Identifier: MIT */
/*
 * Mounts by descriptor (kernel 5.2 and later; attributes 5.12): everything is
 * prepared detached and becomes visible whole, and no path is resolved twice.
 * A kernel before 6.15 attaches nothing to a detached mount, so a new root is
 * attached first and filled afterwards.
 * All functions return a descriptor or 0, or -1 with errno.
 * Runs in the role start, runner and the command line.
 */
#ifndef PROC_MNT_H
#define PROC_MNT_H

#include <stdint.h>
#include <sys/types.h>

/* A file system of this type with options "key" or "key=value", NULL-ended. */
int mnt_new(const char *type, const char *const *options, unsigned attrs);
/* An empty tmpfs; size and inodes 0 mean one MiB and 1024. */
int mnt_tmpfs(uint64_t size, uint64_t inodes, unsigned mode, uid_t uid, gid_t gid, unsigned attrs);
/* A detached copy of the mount at path (recursive: with all below it). */
int mnt_copy(int dir, const char *path, int recursive);
/*
 * A descriptor of the directory at path that leads nowhere else: it lies on a
 * copy of its mount which is attached nowhere, so there is no way up from it,
 * and nothing can be mounted from it. A plain descriptor of a directory leads
 * out of every root, by "..", into the mount namespace that it came from.
 */
int mnt_alone(int dir, const char *path, unsigned attrs, int recursive);
/* The same of a detached mount, which ends with it; closes fd. */
int mnt_alone_of(int fd);
/* Sets attributes on a mount, and on all below it when recursive. */
int mnt_attrs(int fd, unsigned set, int recursive);
/* Attaches a detached mount at path below dir. */
int mnt_attach(int fd, int dir, const char *path);
/* The usual three steps: copy, set attributes, attach. */
int mnt_bind(const char *from, int dir, const char *path, unsigned attrs, int recursive);
/* Cuts this mount namespace off from its parent's changes. */
int mnt_private(void);
/*
 * Makes the mount of this descriptor the root of the process and lets go of
 * everything outside: attach over "/", pivot, detach the old tree.
 */
int mnt_pivot(int fd);
/* First half of mnt_pivot, for filling the root before the old one goes. */
int mnt_stack_root(int fd);
int mnt_leave_old_root(int fd);
/*
 * Instead of that half: fd becomes the root, and the old one hangs on the
 * directory `at` below it until mnt_detach("/at"), which waits for all processors
 * (an RCU grace period), so that others may do something meanwhile. It must not
 * hang on the root itself: who has a mount over its root makes no user namespace.
 */
int mnt_enter_root(int fd, const char *at);
int mnt_detach(const char *path);
/* An empty file or directory as a place to mount on. */
int mnt_point_file(int dir, const char *path);
int mnt_point_dir(int dir, const char *path, unsigned mode);

#endif
