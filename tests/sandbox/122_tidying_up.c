/* SPDX-License-Identifier: MIT */
/*
 * 122, CVE-2024-23652 (BuildKit): what was made for mounts was removed by path after
 * the build, through links of the build's making. 123, CVE-2024-23651 (BuildKit): two
 * builds with one cache raced a link under a mount. Here nothing is removed by path,
 * and no two jobs share a place: the test ends with links to / in place of all it
 * was given, the setup command has left the same for the test.
 * Setup: ["./t", "again"]
 * Outcome: PASSED:
 */
#include <dirent.h>

#include "hostile.h"

static void replace(const char *dir)
{
	char from[512], to[512];
	DIR *d = opendir(dir);
	struct dirent *entry;

	while (d && (entry = readdir(d))) {
		if (entry->d_name[0] == '.' || strcmp(entry->d_name, "t") == 0) continue;
		snprintf(from, sizeof from, "%s/%s", dir, entry->d_name);
		snprintf(to, sizeof to, "%s/.gone-%s", dir, entry->d_name);
		holds("moved away", rename(from, to) == 0 && symlink("/", from) == 0);
	}
	if (d) closedir(d);
	snprintf(to, sizeof to, "%s/etc", dir);
	holds("a link", symlink("/etc", to) == 0 || errno == EEXIST);
}

int main(void)
{
	static const char *const places[] = {
		"/skill", "/tmp", "/var/tmp", "/run", "/home/skill", "/dev/shm"};
	size_t i;

	for (i = 0; i < sizeof places / sizeof *places; i++)
		replace(places[i]);
	fails("through the link", try_open("/tmp/etc/made", O_CREAT | O_WRONLY));
	return ending();
}
