/* SPDX-License-Identifier: MIT */
/*
 * The folder of approvals: the operator's own, one file for each name. What
 * anybody else could have put there is refused, never skipped.
 * Runs on the command line.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fdio.h"
#include "cli/gate.h"

/* Ours alone: owned by us, and nobody else may write to it. */
static enum err check_owner(const struct stat *st, const char *what, struct why *why)
{
	if (st->st_uid != geteuid())
		return why_set(why, E_CONFIG, "%.160s belongs to another user", what);
	if (st->st_mode & (S_IWGRP | S_IWOTH))
		return why_set(why, E_CONFIG, "%.160s can be written to by others", what);
	return E_OK;
}

/* E_ABSENT when it does not exist. */
static enum err open_folder(const char *folder, int *out, struct why *why)
{
	int fd = open(folder, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	struct stat st;
	enum err e;

	if (fd < 0 && errno == ENOENT) return E_ABSENT;
	if (fd < 0)
		return why_set(why, E_CONFIG, "%.160s: %s", folder,
			errno == ELOOP || errno == ENOTDIR ? "a link, or no folder"
							   : strerror(errno));
	e = fstat(fd, &st) < 0 ? why_sys(why, E_CONFIG, folder) : check_owner(&st, folder, why);
	if (e)
		fd_close(&fd);
	else
		*out = fd;
	return e;
}

/* A whole file of the folder; E_ABSENT when it does not exist. */
static enum err read_file(int dir, const char *name, struct buf *b, struct why *why)
{
	int fd = openat(dir, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	struct stat st;
	enum err e;

	if (fd < 0 && errno == ENOENT) return E_ABSENT;
	if (fd < 0)
		return why_set(
			why, E_CONFIG, "%s: %s", name, errno == ELOOP ? "a link" : strerror(errno));
	e = fstat(fd, &st) < 0 ? why_sys(why, E_CONFIG, name) : check_owner(&st, name, why);
	if (!e && (!S_ISREG(st.st_mode) || st.st_nlink != 1))
		e = why_set(why, E_CONFIG, "%s is no file of its own", name);
	if (!e && fd_read_all(fd, b)) e = why_set(why, E_CONFIG, "%s cannot be read", name);
	fd_close(&fd);
	return e;
}

enum err gate_state_read(
	const char *folder, struct slice skill, struct gate_approval *a, struct why *why)
{
	struct buf text = buf_heap(GATE_APPROVAL_BYTES);
	char name[GATE_APPROVAL_NAME];
	int dir = -1;
	enum err e;

	*a = (struct gate_approval){0};
	gate_approval_name(skill, name);
	e = open_folder(folder, &dir, why);
	if (!e) e = read_file(dir, name, &text, why);
	if (!e) e = gate_approval_read(buf_slice(&text), skill, a, why);
	fd_close(&dir);
	buf_drop(&text);
	return e == E_ABSENT ? E_OK : e;
}

/* Every missing folder of a path, for us alone. */
static enum err make_folders(const char *folder, struct why *why)
{
	char path[4096];
	size_t i, n = strlen(folder);

	if (n >= sizeof path) return why_set(why, E_CONFIG, "its path is too long");
	for (i = 1; i <= n; i++) {
		if (folder[i] != '/' && folder[i] != '\0') continue;
		memcpy(path, folder, i);
		path[i] = '\0';
		if (mkdir(path, 0700) < 0 && errno != EEXIST) return why_sys(why, E_CONFIG, path);
	}
	return E_OK;
}

enum err gate_state_write(
	const char *folder, struct slice skill, struct slice text, struct why *why)
{
	char name[GATE_APPROVAL_NAME], path[4096 + GATE_APPROVAL_NAME];
	int dir = -1;
	enum err e;

	gate_approval_name(skill, name);
	e = open_folder(folder, &dir, why);
	if (e == E_ABSENT) {
		e = make_folders(folder, why);
		if (!e) e = open_folder(folder, &dir, why);
	}
	if (!e && snprintf(path, sizeof path, "%s/%s", folder, name) >= (int)sizeof path)
		e = why_set(why, E_CONFIG, "its path is too long");
	/* The folder is ours alone, so its path leads to what was just opened. */
	if (!e && file_replace_private(path, text)) e = why_sys(why, E_CONFIG, path);
	/* The new name has to last too. */
	if (!e && fsync(dir) < 0) e = why_sys(why, E_CONFIG, folder);
	fd_close(&dir);
	return e;
}
