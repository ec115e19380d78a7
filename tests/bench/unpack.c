/* SPDX-License-Identifier: MIT */
/*
 * The unpack process alone, without the confinement and the digests around it:
 * what a peer that extracts does. Usage: unpack ARCHIVE EMPTY-DIRECTORY
 */
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "base/fdio.h"
#include "base/limits.h"
#include "proc/memfd.h"
#include "proc/unpack_result.h"
#include "unpack/unpack.h"

/* 0 when the archive was accepted. */
static int accepted(int fd)
{
	struct buf b = buf_heap(UNPACK_RESULT_BYTES);
	struct unpack_result r = {0};
	struct codec c;
	int status = 1;

	if (lseek(fd, 0, SEEK_SET) == 0 && fd_read_all(fd, &b) == E_OK) {
		c = codec_reader(buf_slice(&b));
		codec_unpack_result(&c, &r);
		if (!codec_end(&c) && r.refusal.code == E_OK) status = 0;
	}
	if (status) fprintf(stderr, "unpack: %s\n", err_text(r.refusal.code));
	buf_drop(&b);
	return status;
}

int main(int argc, char **argv)
{
	int result = memfd_open("result"), source = memfd_open("package"), from, dst;

	if (argc != 3 || result < 0 || source < 0) return 2;
	from = open(argv[1], O_RDONLY | O_CLOEXEC);
	dst = open(argv[2], O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (from < 0 || dst < 0 || fd_copy(from, source, LIMIT_PACKAGE_BYTES) ||
		memfd_seal(source) || unpack_process(result, source, dst)) {
		perror("unpack");
		return 1;
	}
	return accepted(result);
}
