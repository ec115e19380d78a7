/* SPDX-License-Identifier: MIT */
/* Default places of runtimes. Runs on the command line. */
#include "cli/runtimes.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void runtimes_default(char *out, size_t cap)
{
	char exe[4096], try[4200];
	ssize_t n = readlink("/proc/self/exe", exe, sizeof exe - 1);
	char *slash;

	out[0] = '\0';
	if (n > 0) {
		exe[n] = '\0';
		slash = strrchr(exe, '/');
		if (slash) *slash = '\0';
		snprintf(try, sizeof try, "%s/../runtimes", exe);
		/* The path goes into other mount namespaces: without "..". */
		if (access(try, R_OK) == 0 && realpath(try, exe) && strlen(exe) < cap) {
			snprintf(out, cap, "%s", exe);
			return;
		}
	}
	if (access("/usr/share/skill-verifier/runtimes", R_OK) == 0)
		snprintf(out, cap, "/usr/share/skill-verifier/runtimes");
}
