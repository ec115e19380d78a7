/* SPDX-License-Identifier: MIT */
/*
 * JSON writer for everything that leaves the program. The bytes are those of
 * RFC 8785 as far as the writer can know: no white space, the one escaping of
 * strings, integers only. In canonical mode it also insists on sorted, unique
 * member names, so that a statement cannot come out in another form.
 * Strings that are not valid UTF-8 are an error unless written with jw_lossy.
 * Errors stick in the buffer's err. Runs in every role; pure.
 */
#ifndef BASE_JSON_WRITE_H
#define BASE_JSON_WRITE_H

#include "base/buf.h"

/* Nesting of what we write ourselves; our deepest document has 9 levels. */
#define JW_DEPTH 16

struct jw {
	struct buf *b;
	bool canonical;
	unsigned depth;
	struct {
		bool object, filled, keyed;
		struct slice name; /* last member name */
	} level[JW_DEPTH];
};

struct jw jw_to(struct buf *b, bool canonical);
void jw_object(struct jw *w);
void jw_object_end(struct jw *w);
void jw_array(struct jw *w);
void jw_array_end(struct jw *w);
/* A member name; printable ASCII of our own. Returns w for chaining by callers. */
void jw_key(struct jw *w, const char *name);
/* A member name out of data; must stay readable until the next name or the end. */
void jw_key_slice(struct jw *w, struct slice name);
void jw_str(struct jw *w, struct slice s);
void jw_cstr(struct jw *w, const char *s);
/* Bytes as a string, every ill-formed sequence replaced by U+FFFD. */
void jw_lossy(struct jw *w, struct slice s);
void jw_hex(struct jw *w, struct slice s);
void jw_base64(struct jw *w, struct slice s);
/* |v| at most 2^53 - 1, the largest integer every JSON reader keeps exact. */
void jw_u64(struct jw *w, uint64_t v);
void jw_i64(struct jw *w, int64_t v);
void jw_bool(struct jw *w, bool v);
void jw_null(struct jw *w);
/* Milliseconds since 1970 as an ISO date. */
void jw_time(struct jw *w, int64_t ms);
/* Text that is JSON already, of our own making. */
void jw_raw(struct jw *w, struct slice json);

/* Name and value in one. */
void jw_key_cstr(struct jw *w, const char *name, const char *s);
void jw_key_str(struct jw *w, const char *name, struct slice s);
void jw_key_hex(struct jw *w, const char *name, struct slice s);
void jw_key_u64(struct jw *w, const char *name, uint64_t v);
void jw_key_bool(struct jw *w, const char *name, bool v);
/* The value, or null for a text, bytes or time that is absent (p NULL, n 0, 0). */
void jw_key_str_or_null(struct jw *w, const char *key, struct slice s);
void jw_key_cstr_or_null(struct jw *w, const char *key, const char *s);
void jw_key_hex_or_null(struct jw *w, const char *key, struct slice s);
void jw_key_null(struct jw *w, const char *name);
/* An array of texts. */
void jw_key_strs(struct jw *w, const char *name, const struct slice *list, size_t n);
void jw_key_time(struct jw *w, const char *name, int64_t ms);

#endif
