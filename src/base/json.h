/* SPDX-License-Identifier: MIT */
/*
 * The one strict JSON reader (C37). A pass of our own over the bytes refuses
 * all that readers disagree about: ill-formed UTF-8, lone surrogates, U+0000,
 * duplicate member names at any level, trailing bytes, numbers that are not
 * plain integers, excess of depth or size. Only then does cJSON build the
 * tree. Look-ups compare names byte by byte.
 * Runs in attest, http and the command line; no I/O; input is attacker
 * controlled. A tree lives on the heap until json_drop.
 */
#ifndef BASE_JSON_H
#define BASE_JSON_H

#include "base/buf.h"
#include "base/err.h"
#include "base/slice.h"

struct cJSON; /* opaque outside json.c; read through this header */

#define JSON_DEPTH     64     /* our deepest document has 9 levels, app-compose may hold more */
#define JSON_MAX_NODES 200000 /* bounds memory to about 20 MiB whatever the text */

enum json_numbers {
	JSON_INTEGERS, /* integers of at most 2^53 - 1 only */
	JSON_NUMBERS,  /* any JSON number; json_u64 still takes integers only */
};

/*
 * Parses text whole. E_JSON (with line, column and a reason in why), E_UTF8 or
 * E_NO_MEMORY. On success *out is to be dropped by the caller.
 */
enum err json_parse(
	struct slice text, enum json_numbers numbers, struct cJSON **out, struct why *why);
/* Frees a tree and sets the pointer to NULL; safe on NULL. */
void json_drop(struct cJSON **j);

bool json_is_object(const struct cJSON *j);
bool json_is_array(const struct cJSON *j);
bool json_is_string(const struct cJSON *j);
bool json_is_null(const struct cJSON *j);
/* The member with exactly this name; NULL when absent or when obj is no object. */
const struct cJSON *json_get(const struct cJSON *obj, const char *name);
/* First child, next sibling, name of a member, number of children. */
const struct cJSON *json_child(const struct cJSON *j);
const struct cJSON *json_next(const struct cJSON *j);
struct slice json_name(const struct cJSON *j);
size_t json_count(const struct cJSON *j);

/* Value accessors: E_FORMAT when j is NULL or of another type; slices live as long as the tree. */
enum err json_str(const struct cJSON *j, struct slice *out);
enum err json_u64(const struct cJSON *j, uint64_t max, uint64_t *out);
enum err json_bool(const struct cJSON *j, bool *out);
/* A string of exactly 2n hex digits of either case. */
enum err json_hex(const struct cJSON *j, void *dst, size_t n);
/* The same for a member of obj. */
enum err json_get_str(const struct cJSON *obj, const char *name, struct slice *out);
enum err json_get_u64(const struct cJSON *obj, const char *name, uint64_t max, uint64_t *out);
/* After a check of the form: nothing, or 0, for what is absent or null there. */
struct slice json_text_of(const struct cJSON *obj, const char *name);
uint64_t json_count_of(const struct cJSON *obj, const char *name);
enum err json_get_bool(const struct cJSON *obj, const char *name, bool *out);
enum err json_get_hex(const struct cJSON *obj, const char *name, void *dst, size_t n);

/* Prints a tree of JSON_INTEGERS in RFC 8785 form; E_FORMAT when members are not sorted. */
enum err json_canonical(const struct cJSON *j, struct buf *out);

#endif
