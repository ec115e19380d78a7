/* SPDX-License-Identifier: MIT */
/*
 * A filter that answers for itself; one without a listener is permitted.
 * Outcome: PASSED:
 */
#include <linux/filter.h>
#include <linux/seccomp.h>

#include "hostile.h"

int main(void)
{
	struct sock_filter allow = BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
	struct sock_fprog program = {1, &allow};

	fails_with("listener",
		syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_NEW_LISTENER,
			&program),
		EPERM);
	holds("a filter of its own",
		syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program) == 0);
	/* It says yes to all; ours still says no. */
	fails_with("keyctl", syscall(SYS_keyctl, 0, 0, 0, 0, 0), ENOSYS);
	return ending();
}
