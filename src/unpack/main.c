/* SPDX-License-Identifier: MIT */
/*
 * Entry of the helper processes `unpack`, `manifest`, `inspect` and `signature`, which the
 * runner starts for each package (the last for a signed one), and `leaks`, for each
 * phase that was observed. All are gone before their result is believed.
 *
 *   uid            the slot's payload id, no capabilities
 *   root           the package's tmpfs, empty when unpack starts
 *   descriptors    2 log, 3 result, 4 source, 5 root, 6 this filter
 *   limits         memory, processor time, file size, descriptors (runner/helper.c)
 *   system calls   those below; everything else ends the process
 *   never          sockets, processes, execution
 */
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>

#include "base/limits.h"
#include "base/log.h"
#include "base/num.h"
#include "proc/helper.h"
#include "proc/memfd.h"
#include "proc/unpack_result.h"
#include "unpack/unpack.h"

/* clang-format off */
#define S(name) SYS_##name
/* openat2 has no name in this libc's table; its number is the same everywhere. */
#define NR_OPENAT2 437
static const int calls_files[] = {
	S(read), S(pread64), S(write), S(writev), S(lseek), S(close), S(fstat), S(newfstatat), S(fcntl),
	S(openat), NR_OPENAT2, S(mkdirat), S(fchmod), S(fchmodat), S(utimensat), S(getdents64),
};
static const int calls_process[] = {
	S(brk), S(munmap), S(mremap), S(madvise), S(clock_gettime), S(gettimeofday), S(exit_group), S(rt_sigreturn),
	S(rt_sigprocmask), S(gettid), S(tkill),
};
/* clang-format on */
static const struct filter_group groups[] = {
	FILTER_ALLOWS("files below the package's root", calls_files),
	FILTER_ALLOWS("own memory, clocks, end", calls_process),
};
static const struct filter_guard guards[] = {
	FILTER_NO_EXEC,
};
const struct filter_spec helper_calls = {
	groups, FILTER_COUNT(groups), guards, FILTER_COUNT(guards), FILTER_KILL, 0, NULL};

/* The program that the runner compiled, loaded before the first byte is read. */
static enum err confine(void)
{
	struct slice program;
	enum err e = map_sealed(HELPER_FD_FILTER, 64 * KIB, &program);

	if (e) return e;
	return filter_load(program) < 0 ? E_SANDBOX_SETUP : E_OK;
}

int helper_main(const char *name, const char *argument_hex)
{
	uint8_t mem[LIMIT_COMPONENT_BYTES];
	struct buf argument = buf_on(mem, sizeof mem);

	log_role(name);
	if (hex_into(slice_str(argument_hex), &argument) || confine()) return 100;
	if (strcmp(name, "unpack") == 0)
		return unpack_process(HELPER_FD_RESULT, HELPER_FD_SOURCE, HELPER_FD_ROOT);
	if (strcmp(name, "manifest") == 0)
		/* No name of a folder is not the same as an empty one. */
		return manifest_process(HELPER_FD_RESULT, HELPER_FD_SOURCE,
			argument.n ? buf_slice(&argument) : SLICE_NONE);
	if (strcmp(name, "signature") == 0)
		return signature_process(HELPER_FD_RESULT, HELPER_FD_SOURCE);
	if (strcmp(name, "inspect") == 0)
		return inspect_process(HELPER_FD_RESULT, HELPER_FD_SOURCE, HELPER_FD_ROOT);
	if (strcmp(name, "leaks") == 0) return leaks_process(HELPER_FD_RESULT, HELPER_FD_SOURCE);
	return 100;
}
