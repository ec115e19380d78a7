/* SPDX-License-Identifier: MIT */
/*
 * Runs a command as a container does whose profile nobody changed: no new
 * namespace, no mount, no way into another, and clone3 as if it did not exist.
 * Capabilities are whoever starts it has. Arguments: the command.
 */
#include <errno.h>
#include <seccomp.h>
#include <stdio.h>
#include <unistd.h>

#include "proc/filter.h"
#include "proc/sys.h"

/* clang-format off */
static const int refused[] = {
	SCMP_SYS(unshare), SCMP_SYS(setns), SCMP_SYS(mount), SCMP_SYS(umount2), SCMP_SYS(pivot_root),
	SCMP_SYS(fsopen), SCMP_SYS(fsconfig), SCMP_SYS(fsmount), SCMP_SYS(fspick), SCMP_SYS(open_tree),
	SCMP_SYS(move_mount), SCMP_SYS(mount_setattr),
};
static const int absent[] = {SCMP_SYS(clone3)};
static const struct filter_group groups[] = {
	{"rights of CAP_SYS_ADMIN", EPERM, FILTER_COUNT(refused), refused},
	{"flags in memory", ENOSYS, FILTER_COUNT(absent), absent},
};
/* clang-format on */
static const struct filter_case plain_clone[] = {
	{FILTER_ALLOW, 1, {{0, (uint32_t)SV_CLONE_NAMESPACES, 0}}}};
static const struct filter_guard guards[] = {{SCMP_SYS(clone), EPERM, 1, plain_clone}};
static const struct filter_spec stock = {.groups = groups,
	.n_groups = FILTER_COUNT(groups),
	.guards = guards,
	.n_guards = FILTER_COUNT(guards),
	.otherwise = FILTER_ALLOW};

int main(int argc, char **argv)
{
	struct filter f = FILTER_INIT;
	struct why why = WHY_INIT;

	if (argc < 2) return 2;
	if (filter_compile(&stock, &f, &why) || filter_load(buf_slice(&f.program)) < 0) {
		fprintf(stderr, "stock_profile: %s\n", why.text);
		return 2;
	}
	execvp(argv[1], argv + 1);
	return 2;
}
