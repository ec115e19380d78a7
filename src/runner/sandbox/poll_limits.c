/* SPDX-License-Identifier: MIT */
/* Counting by /proc. Runs in runner and the command line. */
#include "runner/sandbox/poll_limits.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fdio.h"
#include "base/num.h"

/* More processes than any job may have; what is beyond is not counted. */
#define PROCESSES_MAX 4096

struct process {
	uint32_t pid, parent;
	uint64_t pages, ticks;
	bool ours;
	char state; /* 'Z': dead, and not waited for */
	char name[16];
};

/*
 * Reads /proc/PID/stat: the parent is field 4, processor time of itself and of
 * children that were waited for fields 14 to 17, resident pages field 24.
 * The name in field 2 may hold anything, so counting starts behind its last ")".
 */
static bool read_process(int proc, const char *pid, struct process *out)
{
	char path[64], mem[1024];
	struct slice s;
	uint64_t number, parent = 0, pages = 0, ticks = 0, value;
	ssize_t n;
	size_t at, begin;
	int fd, field;

	snprintf(path, sizeof path, "%.20s/stat", pid);
	fd = openat(proc, path, O_RDONLY | O_CLOEXEC);
	if (fd < 0) return false;
	n = read(fd, mem, sizeof mem);
	close(fd);
	if (n <= 0 || parse_u64(slice_str(pid), UINT32_MAX, &number)) return false;
	s = slice_of(mem, (size_t)n);
	for (at = s.n; at > 0 && s.p[at - 1] != ')'; at--)
		;
	begin = slice_find(s, 0, '(') + 1;
	*out = (struct process){.pid = (uint32_t)number};
	if (begin < at)
		slice_text(out->name, sizeof out->name, slice_sub(s, begin, at - 1 - begin));
	s = slice_trim(slice_from(s, at));
	for (field = 3; field <= 24; field++) {
		struct slice word = slice_split(&s, ' ');

		if (field == 3 && word.n) out->state = (char)word.p[0];
		if (field == 4 && parse_u64(word, UINT32_MAX, &parent)) return false;
		if (field >= 14 && field <= 17 && parse_u64(word, INT64_MAX, &value) == E_OK)
			ticks += value;
		if (field == 24 && parse_u64(word, UINT32_MAX, &pages)) return false;
	}
	out->parent = (uint32_t)parent;
	out->pages = pages;
	out->ticks = ticks;
	return true;
}

/*
 * Open descriptors of a process: the size of its directory of them (Linux 6.2),
 * or that many entries, where we may list them: an older kernel lets only the
 * maker of its user namespace, which we are where there is a single id. 0: not
 * known.
 */
static uint32_t count_files(int proc, uint32_t pid)
{
	char path[64];
	struct stat st;
	struct dirent *entry;
	uint32_t n = 0;
	DIR *d;
	int fd;

	snprintf(path, sizeof path, "%u/fd", pid);
	if (fstatat(proc, path, &st, 0) < 0) return 0;
	if (st.st_size > 0) return st.st_size < UINT32_MAX ? (uint32_t)st.st_size : UINT32_MAX;
	fd = openat(proc, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	d = fd < 0 ? NULL : fdopendir(fd);
	if (!d) {
		fd_close(&fd);
		return 0;
	}
	while ((entry = readdir(d)))
		if (entry->d_name[0] != '.') n++;
	closedir(d);
	return n;
}

static size_t read_all(int proc, struct process *list, size_t max)
{
	int fd = openat(proc, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *d = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;
	size_t n = 0;

	if (!d) {
		fd_close(&fd);
		return 0;
	}
	while (n < max && (entry = readdir(d)))
		if (entry->d_name[0] >= '1' && entry->d_name[0] <= '9' &&
			read_process(fd, entry->d_name, &list[n]))
			n++;
	closedir(d);
	return n;
}

/* Orphans belong to the job's init, so every member has a path of parents to it. */
static void find_members(struct process *list, size_t n, pid_t pid)
{
	size_t i, j;
	bool more;

	for (i = 0; i < n; i++)
		list[i].ours = list[i].pid == (uint32_t)pid;
	do {
		more = false;
		for (i = 0; i < n; i++)
			for (j = 0; j < n && !list[i].ours; j++)
				if (list[j].ours && list[j].pid == list[i].parent)
					list[i].ours = more = true;
	} while (more);
}

static struct process list[PROCESSES_MAX];

void poll_limits_members(int proc, pid_t pid, poll_limits_member *seen, void *whom)
{
	size_t n = read_all(proc, list, PROCESSES_MAX), i;

	find_members(list, n, pid);
	for (i = 0; i < n; i++)
		if (list[i].ours && list[i].pid != (uint32_t)pid && list[i].state != 'Z')
			seen(whom, slice_str(list[i].name));
}

void poll_limits_count(int proc, pid_t pid, struct poll_counts *out)
{
	size_t n = read_all(proc, list, PROCESSES_MAX), i;
	uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE);
	uint64_t tick_us = 1000000 / (uint64_t)sysconf(_SC_CLK_TCK);
	uint32_t files;

	memset(out, 0, sizeof *out);
	find_members(list, n, pid);
	for (i = 0; i < n; i++) {
		if (!list[i].ours) continue;
		out->max_pids++;
		out->rss_bytes += list[i].pages * page;
		out->cpu_us += list[i].ticks * tick_us;
		/* The job's init has what it was born with, until it ends. */
		if (list[i].pid == (uint32_t)pid) continue;
		files = count_files(proc, list[i].pid);
		if (files > out->max_files) out->max_files = files;
	}
	/* The job's init is ours, not the test's. */
	if (out->max_pids > 0) out->max_pids--;
}
