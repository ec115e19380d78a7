/* SPDX-License-Identifier: MIT */
/*
 * System calls that no test needs (cases 53 to 57, 62, 65).
 * Outcome: PASSED:
 */
#include <sys/personality.h>

#include "hostile.h"

#define CALL(name, want)                                                                           \
	{                                                                                          \
#name, SYS_##name, want                                                            \
	}
static const struct {
	const char *name;
	long nr;
	int want;
} calls[] = {
	{"cachestat", 451, ENOSYS},
	CALL(io_uring_setup, ENOSYS),
	CALL(io_uring_enter, ENOSYS),
	CALL(io_uring_register, ENOSYS),
	CALL(keyctl, ENOSYS),
	CALL(add_key, ENOSYS),
	CALL(request_key, ENOSYS),
	CALL(io_setup, ENOSYS),
	CALL(mq_open, ENOSYS),
	CALL(bpf, EPERM),
	CALL(perf_event_open, EPERM),
	CALL(userfaultfd, EPERM),
	CALL(fanotify_init, EPERM),
	CALL(kexec_load, EPERM),
	CALL(kexec_file_load, EPERM),
	CALL(init_module, EPERM),
	CALL(finit_module, EPERM),
	CALL(delete_module, EPERM),
	CALL(ptrace, EPERM),
	CALL(process_vm_readv, EPERM),
	CALL(process_vm_writev, EPERM),
	CALL(kcmp, EPERM),
	CALL(pidfd_getfd, EPERM),
	CALL(process_madvise, EPERM),
	CALL(swapon, EPERM),
	CALL(swapoff, EPERM),
	CALL(reboot, EPERM),
	CALL(acct, EPERM),
	CALL(quotactl, EPERM),
	CALL(syslog, EPERM),
	CALL(iopl, EPERM),
	CALL(ioperm, EPERM),
	CALL(vhangup, EPERM),
	CALL(modify_ldt, EPERM),
	CALL(sethostname, EPERM),
	CALL(setdomainname, EPERM),
	CALL(lookup_dcookie, EPERM),
	CALL(move_pages, EPERM),
	CALL(migrate_pages, EPERM),
	CALL(mbind, EPERM),
	CALL(set_mempolicy, EPERM),
	CALL(name_to_handle_at, EPERM),
	CALL(open_by_handle_at, EPERM),
	CALL(setns, EPERM),
	CALL(unshare, EPERM),
	CALL(remap_file_pages, EPERM),
	CALL(ioprio_set, EPERM),
	CALL(fanotify_mark, EPERM),
	CALL(uselib, EPERM),
	CALL(nfsservctl, EPERM),
};

int main(void)
{
	size_t i;
	long nr;

	for (i = 0; i < sizeof calls / sizeof *calls; i++)
		fails_with(calls[i].name, syscall(calls[i].nr, 0, 0, 0, 0, 0, 0), calls[i].want);
	for (nr = 463; nr < 1100; nr++)
		fails_with("a number that is not known", syscall(nr, 0, 0, 0, 0, 0, 0), ENOSYS);
	fails("READ_IMPLIES_EXEC", personality(READ_IMPLIES_EXEC));
	fails("ADDR_NO_RANDOMIZE", personality(ADDR_NO_RANDOMIZE));
	return ending();
}
