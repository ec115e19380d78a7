/* SPDX-License-Identifier: MIT */
/*
 * Directories and links to / change places while the test ends, while results
 * are collected and while its files go away.
 * Outcome: PASSED:
 */
#include "hostile.h"

#ifndef RENAME_EXCHANGE
#define RENAME_EXCHANGE 2
#endif

static _Noreturn void exchange(const char *place)
{
	if (chdir(place) < 0) _exit(1);
	mkdir("d", 0755);
	try_open("d/file", O_CREAT | O_WRONLY);
	if (symlink("/", "l") < 0) _exit(1);
	for (;;)
		syscall(SYS_renameat2, AT_FDCWD, "d", AT_FDCWD, "l", RENAME_EXCHANGE);
}

int main(void)
{
	static const char *const places[] = {"/skill", "/tmp", "/home/skill", "/run", "/dev/shm"};
	size_t i;

	for (i = 0; i < sizeof places / sizeof *places; i++)
		if (fork() == 0) exchange(places[i]);
	usleep(100000);
	return ending();
}
