/* SPDX-License-Identifier: MIT */
/*
 * Signals to everybody, and to the job's init.
 * Outcome: PASSED:
 */
#include <sys/ptrace.h>
#include <sys/uio.h>

#include "hostile.h"

int main(void)
{
	char mem[16];
	struct iovec here = {mem, sizeof mem}, there = {mem, sizeof mem};
	int i, others = 0;

	/* A watched job has the sinkhole: to "everybody" the kernel says yes then, and kills nobody. */
	for (i = 2; i < 4000; i++)
		if (kill(i, 0) < 0 && errno == EPERM) others = 1;
	if (kill(-1, SIGKILL) == 0) holds("somebody who cannot be killed", others);
	for (i = 0; i < 65; i++)
		fails("signal to init", kill(1, i));
	fails("tgkill init", syscall(SYS_tgkill, 1, 1, SIGKILL));
	fails("ptrace attach init", ptrace(PTRACE_ATTACH, 1, NULL, NULL));
	fails("ptrace seize init", ptrace(PTRACE_SEIZE, 1, NULL, NULL));
	fails("read memory of init", process_vm_readv(1, &here, 1, &there, 1, 0));
	fails("write memory of init", process_vm_writev(1, &here, 1, &there, 1, 0));
	for (i = 2; i < 4000; i++)
		if (i != getpid()) fails("kill somebody", kill(i, SIGKILL));
	return ending();
}
