/* SPDX-License-Identifier: MIT */
/*
 * What libarchive may use: a musl or glibc system of Linux 5.15 or later, and
 * only what reading tar and zip from memory or a descriptor needs. There is
 * no iconv, no crypto library, no ACL, no xattr, no compression but zlib and
 * zstd: what is not listed here is not compiled in.
 */
#ifndef SV_LIBARCHIVE_CONFIG_H
#define SV_LIBARCHIVE_CONFIG_H

#define __LIBARCHIVE_CONFIG_H_INCLUDED 1
#define ICONV_CONST

#define SIZEOF_SHORT              2
#define SIZEOF_INT                4
#define SIZEOF_LONG               8
#define SIZEOF_LONG_LONG          8
#define SIZEOF_UNSIGNED_SHORT     2
#define SIZEOF_UNSIGNED           4
#define SIZEOF_UNSIGNED_LONG      8
#define SIZEOF_UNSIGNED_LONG_LONG 8
#define SIZEOF_WCHAR_T            4

#define HAVE_DECL_INT32_MAX   1
#define HAVE_DECL_INT32_MIN   1
#define HAVE_DECL_INT64_MAX   1
#define HAVE_DECL_INT64_MIN   1
#define HAVE_DECL_INTMAX_MAX  1
#define HAVE_DECL_INTMAX_MIN  1
#define HAVE_DECL_SIZE_MAX    1
#define HAVE_DECL_SSIZE_MAX   1
#define HAVE_DECL_UINT32_MAX  1
#define HAVE_DECL_UINT64_MAX  1
#define HAVE_DECL_UINTMAX_MAX 1
#define HAVE_DECL_STRERROR_R  1

#define STDC_HEADERS     1
#define HAVE_CTYPE_H     1
#define HAVE_DIRENT_H    1
#define HAVE_ERRNO_H     1
#define HAVE_FCNTL_H     1
#define HAVE_GRP_H       1
#define HAVE_INTTYPES_H  1
#define HAVE_LANGINFO_H  1
#define HAVE_LIMITS_H    1
#define HAVE_LOCALE_H    1
#define HAVE_MEMORY_H    1
#define HAVE_POLL_H      1
#define HAVE_PWD_H       1
#define HAVE_SIGNAL_H    1
#define HAVE_STDARG_H    1
#define HAVE_STDINT_H    1
#define HAVE_STDLIB_H    1
#define HAVE_STRINGS_H   1
#define HAVE_STRING_H    1
#define HAVE_SYS_PARAM_H 1
#define HAVE_SYS_STAT_H  1
#define HAVE_SYS_TIME_H  1
#define HAVE_SYS_TYPES_H 1
#define HAVE_SYS_WAIT_H  1
#define HAVE_TIME_H      1
#define HAVE_UNISTD_H    1
#define HAVE_WCHAR_H     1
#define HAVE_WCTYPE_H    1
#define HAVE_ZLIB_H      1
#define HAVE_ZSTD_H      1

#define HAVE_LIBZ    1
#define HAVE_LIBZSTD 1

#define HAVE_EILSEQ                      1
#define HAVE_FCNTL                       1
#define HAVE_FSEEKO                      1
#define HAVE_FSTAT                       1
#define HAVE_GETPID                      1
#define HAVE_GMTIME_R                    1
#define HAVE_INTMAX_T                    1
#define HAVE_LOCALTIME_R                 1
#define HAVE_LONG_LONG_INT               1
#define HAVE_LSTAT                       1
#define HAVE_MBRTOWC                     1
#define HAVE_MEMMOVE                     1
#define HAVE_MEMSET                      1
#define HAVE_MKSTEMP                     1 /* never called; without it the linker misses archive_random */
#define HAVE_MKTIME                      1
#define HAVE_NL_LANGINFO                 1
#define HAVE_PIPE                        1
#define HAVE_SETLOCALE                   1
#define HAVE_STRCHR                      1
#define HAVE_STRDUP                      1
#define HAVE_STRERROR                    1
#define HAVE_STRERROR_R                  1
#define HAVE_STRFTIME                    1
#define HAVE_STRNLEN                     1
#define HAVE_STRRCHR                     1
#define HAVE_STRUCT_STAT_ST_BLKSIZE      1
#define HAVE_STRUCT_STAT_ST_MTIM_TV_NSEC 1
#define HAVE_STRUCT_TM_TM_GMTOFF         1
#define HAVE_TIMEGM                      1
#define HAVE_UINTMAX_T                   1
#define HAVE_UNSIGNED_LONG_LONG          1
#define HAVE_UNSIGNED_LONG_LONG_INT      1
#define HAVE_WCHAR_T                     1
#define HAVE_WCRTOMB                     1
#define HAVE_WCSCMP                      1
#define HAVE_WCSCPY                      1
#define HAVE_WCSLEN                      1
#define HAVE_WCTOMB                      1
#define HAVE_WMEMCMP                     1
#define HAVE_WMEMCPY                     1
#define HAVE_WMEMMOVE                    1
#define TIME_WITH_SYS_TIME               1

#define PLATFORM_CONFIG_H_DONE 1

#endif
