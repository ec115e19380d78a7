/* SPDX-License-Identifier: MIT */
/*
 * Unit test harness: TEST(name) { ... } registers itself; CHECK(expr) records
 * a failure and goes on; SKIP(reason) ends the test as skipped. Output lines
 * "ok NAME", "not ok NAME", "skip NAME: why" are what tests/run counts.
 */
#ifndef TEST_H
#define TEST_H

#include <stdbool.h>
#include <stdio.h>

#include "base/buf.h"
#include "base/num.h"
#include "base/slice.h"

struct test {
	const char *name;
	void (*run)(void);
	struct test *next;
};

void test_register(struct test *t);
void test_fail(const char *file, int line, const char *what);
void test_skip(const char *why);

#define TEST(id)                                                                                   \
	static void test_##id(void);                                                               \
	__attribute__((constructor)) static void register_##id(void)                               \
	{                                                                                          \
		static struct test t = {#id, test_##id, NULL};                                     \
		test_register(&t);                                                                 \
	}                                                                                          \
	static void test_##id(void)

#define CHECK(expr)                                                                                \
	do {                                                                                       \
		if (!(expr)) test_fail(__FILE__, __LINE__, #expr);                                 \
	} while (0)

/* Compares two slices and shows both when they differ. */
#define CHECK_SLICE(a, b) test_slice(__FILE__, __LINE__, (a), (b))
void test_slice(const char *file, int line, struct slice a, struct slice b);
/* Compares an error code with the expected one and shows both names. */
#define CHECK_ERR(a, b) test_err(__FILE__, __LINE__, (a), (b))
void test_err(const char *file, int line, enum err got, enum err want);

#define SKIP(why)                                                                                  \
	do {                                                                                       \
		test_skip(why);                                                                    \
		return;                                                                            \
	} while (0)

/* Filters know the calls of musl; the sanitizers' build has another libc, and calls of its own. */
#ifdef __GLIBC__
#define NEEDS_MUSL() SKIP("the table of system calls is that of musl")
#else
#define NEEDS_MUSL() (void)0
#endif

/* Path of a file below the vectors folder (environment VECTORS); a static buffer. */
const char *test_vector(const char *name);
/* A whole file, on the heap until the process ends; n == 0 and p == NULL when absent. */
struct slice test_file(const char *path);
/* Takes over what b holds, until the process ends. */
struct slice test_keep(struct buf *b);
/* Bytes of a hex literal, on the heap until the process ends. */
struct slice test_hex(const char *hex);

#endif
