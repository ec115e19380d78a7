/* SPDX-License-Identifier: MIT */
/*
 * Another user, more capabilities, a set-user-id copy of this program.
 * Outcome: PASSED:
 */
#include <grp.h>
#include <linux/capability.h>
#include <sys/prctl.h>

#include "hostile.h"

static void copy_self(const char *to)
{
	char mem[1 << 16];
	int in = open("/skill/t", O_RDONLY), out = open(to, O_CREAT | O_WRONLY, 0755);
	ssize_t n;

	while ((n = read(in, mem, sizeof mem)) > 0)
		if (write(out, mem, (size_t)n) != n) break;
	close(in);
	close(out);
}

static void ids(void)
{
	struct __user_cap_header_struct head = {_LINUX_CAPABILITY_VERSION_3, 0};
	struct __user_cap_data_struct caps[2];
	gid_t group = 0;
	int i;

	holds("ids are 1000",
		getuid() == 1000 && geteuid() == 1000 && getgid() == 1000 && getegid() == 1000);
	fails("setuid 0", setuid(0));
	fails("setgid 0", setgid(0));
	fails("setresuid 0", setresuid(0, 0, 0));
	fails("setuid 999", setuid(999));
	fails("setgroups", setgroups(1, &group));
	holds("capget", syscall(SYS_capget, &head, caps) == 0);
	for (i = 0; i < 2; i++)
		holds("no capability",
			(caps[i].effective | caps[i].permitted | caps[i].inheritable) == 0);
	caps[0].effective = caps[0].permitted = 1;
	fails("capset", syscall(SYS_capset, &head, caps));
	holds("empty bounding set", prctl(PR_CAPBSET_READ, CAP_SYS_ADMIN, 0, 0, 0) == 0 &&
					    prctl(PR_CAPBSET_READ, CAP_CHOWN, 0, 0, 0) == 0);
	holds("no new privileges", prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1);
	fails("securebits", prctl(PR_SET_SECUREBITS, 0, 0, 0, 0));
}

int main(int argc, char **argv)
{
	ids();
	fails("give a file away", chown("/skill/SKILL.md", 0, 0));
	if (argc > 1) return ending();
	copy_self("/tmp/again");
	chmod("/tmp/again", 06755);
	execl("/tmp/again", argv[0], "again", (char *)NULL);
	return 3;
}
