/* SPDX-License-Identifier: MIT */
/* What libseccomp's sources ask of their configuration. */
#define HAVE_LINUX_SECCOMP_H 1
#define HAVE_INTTYPES_H      1
#define HAVE_STDINT_H        1
#define HAVE_STDLIB_H        1
#define HAVE_STRING_H        1
#define HAVE_SYS_STAT_H      1
#define HAVE_SYS_TYPES_H     1
#define HAVE_UNISTD_H        1
#define STDC_HEADERS         1
