/* SPDX-License-Identifier: MIT */
/* JSON writer, canonical on demand. Runs in every role; pure. */
#include "base/json_write.h"

#include "base/clock.h"
#include "base/num.h"
#include "base/text.h"

/* Largest integer that a double keeps exact (RFC 7493 section 2.2). */
#define JSON_INT_MAX 9007199254740991ULL

struct jw jw_to(struct buf *b, bool canonical)
{
	struct jw w = {.b = b, .canonical = canonical};

	return w;
}

static void fail(struct jw *w)
{
	if (!w->b->err) w->b->err = E_INTERNAL;
}

/* Before any value: the comma of an array, and a check that a member is named. */
static void value(struct jw *w)
{
	if (w->depth == 0) return;
	if (w->level[w->depth].object) {
		if (!w->level[w->depth].keyed) fail(w);
		w->level[w->depth].keyed = false;
		return;
	}
	if (w->level[w->depth].filled) buf_u8(w->b, ',');
	w->level[w->depth].filled = true;
}

static void open(struct jw *w, bool object)
{
	value(w);
	if (w->depth + 1 >= JW_DEPTH) {
		fail(w);
		return;
	}
	w->depth++;
	w->level[w->depth].object = object;
	w->level[w->depth].filled = w->level[w->depth].keyed = false;
	w->level[w->depth].name = SLICE_NONE;
	buf_u8(w->b, object ? '{' : '[');
}

static void close(struct jw *w, bool object)
{
	if (w->depth == 0 || w->level[w->depth].object != object || w->level[w->depth].keyed) {
		fail(w);
		return;
	}
	w->depth--;
	buf_u8(w->b, object ? '}' : ']');
}

void jw_object(struct jw *w)
{
	open(w, true);
}

void jw_object_end(struct jw *w)
{
	close(w, true);
}

void jw_array(struct jw *w)
{
	open(w, false);
}

void jw_array_end(struct jw *w)
{
	close(w, false);
}

static void escape(struct buf *b, struct slice s, bool lossy)
{
	static const char hex[] = "0123456789abcdef";
	size_t at = 0, from = 0;

	buf_u8(b, '"');
	while (at < s.n) {
		size_t here = at;
		int32_t c = utf8_next(s, &at);
		const char *esc = c == '"'    ? "\\\""
				  : c == '\\' ? "\\\\"
				  : c == '\b' ? "\\b"
				  : c == '\t' ? "\\t"
				  : c == '\n' ? "\\n"
				  : c == '\f' ? "\\f"
				  : c == '\r' ? "\\r"
					      : NULL;

		if (c >= 0x20 && !esc) continue;
		buf_put(b, slice_sub(s, from, here - from));
		if (c < 0) {
			at = here + 1;
			if (lossy)
				buf_utf8(b, 0xfffd);
			else if (!b->err)
				b->err = E_UTF8;
		} else if (esc) {
			buf_str(b, esc);
		} else {
			buf_str(b, "\\u00");
			buf_u8(b, (uint8_t)hex[c >> 4]);
			buf_u8(b, (uint8_t)hex[c & 15]);
		}
		from = at;
	}
	buf_put(b, slice_from(s, from));
	buf_u8(b, '"');
}

void jw_key_slice(struct jw *w, struct slice name)
{
	if (w->depth == 0 || !w->level[w->depth].object || w->level[w->depth].keyed) {
		fail(w);
		return;
	}
	if (w->level[w->depth].filled) {
		if (w->canonical && text_cmp_utf16(w->level[w->depth].name, name) >= 0) fail(w);
		buf_u8(w->b, ',');
	}
	escape(w->b, name, false);
	buf_u8(w->b, ':');
	w->level[w->depth].name = name;
	w->level[w->depth].filled = w->level[w->depth].keyed = true;
}

void jw_key(struct jw *w, const char *name)
{
	jw_key_slice(w, slice_str(name));
}

void jw_str(struct jw *w, struct slice s)
{
	value(w);
	escape(w->b, s, false);
}

void jw_cstr(struct jw *w, const char *s)
{
	jw_str(w, slice_str(s));
}

void jw_lossy(struct jw *w, struct slice s)
{
	value(w);
	escape(w->b, s, true);
}

void jw_hex(struct jw *w, struct slice s)
{
	value(w);
	buf_u8(w->b, '"');
	buf_hex(w->b, s);
	buf_u8(w->b, '"');
}

void jw_base64(struct jw *w, struct slice s)
{
	value(w);
	buf_u8(w->b, '"');
	buf_base64(w->b, s);
	buf_u8(w->b, '"');
}

void jw_u64(struct jw *w, uint64_t v)
{
	value(w);
	if (v > JSON_INT_MAX) fail(w);
	buf_u64_dec(w->b, v);
}

void jw_i64(struct jw *w, int64_t v)
{
	value(w);
	if (v > (int64_t)JSON_INT_MAX || v < -(int64_t)JSON_INT_MAX) fail(w);
	buf_i64_dec(w->b, v);
}

void jw_bool(struct jw *w, bool v)
{
	value(w);
	buf_str(w->b, v ? "true" : "false");
}

void jw_null(struct jw *w)
{
	value(w);
	buf_str(w->b, "null");
}

void jw_time(struct jw *w, int64_t ms)
{
	char t[ISO_LEN];

	jw_cstr(w, clock_iso(t, ms));
}

void jw_raw(struct jw *w, struct slice json)
{
	value(w);
	buf_put(w->b, json);
}

void jw_key_cstr(struct jw *w, const char *name, const char *s)
{
	jw_key(w, name);
	jw_cstr(w, s);
}

void jw_key_str(struct jw *w, const char *name, struct slice s)
{
	jw_key(w, name);
	jw_str(w, s);
}

void jw_key_hex(struct jw *w, const char *name, struct slice s)
{
	jw_key(w, name);
	jw_hex(w, s);
}

void jw_key_u64(struct jw *w, const char *name, uint64_t v)
{
	jw_key(w, name);
	jw_u64(w, v);
}

void jw_key_bool(struct jw *w, const char *name, bool v)
{
	jw_key(w, name);
	jw_bool(w, v);
}

void jw_key_null(struct jw *w, const char *name)
{
	jw_key(w, name);
	jw_null(w);
}

void jw_key_time(struct jw *w, const char *name, int64_t ms)
{
	jw_key(w, name);
	jw_time(w, ms);
}

void jw_key_str_or_null(struct jw *w, const char *key, struct slice s)
{
	if (s.p)
		jw_key_str(w, key, s);
	else
		jw_key_null(w, key);
}

void jw_key_hex_or_null(struct jw *w, const char *key, struct slice s)
{
	if (s.n)
		jw_key_hex(w, key, s);
	else
		jw_key_null(w, key);
}

void jw_key_cstr_or_null(struct jw *w, const char *key, const char *s)
{
	jw_key_str_or_null(w, key, slice_str(s));
}

void jw_key_strs(struct jw *w, const char *name, const struct slice *list, size_t n)
{
	size_t i;

	jw_key(w, name);
	jw_array(w);
	for (i = 0; i < n; i++)
		jw_str(w, list[i]);
	jw_array_end(w);
}
