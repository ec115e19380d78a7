/* SPDX-License-Identifier: MIT */
/* base/: slices, readers, builders, numbers, text, clocks, JSON, hashes, keys. */
#include <string.h>

#include "base/clock.h"
#include "base/cur.h"
#include "base/dsse.h"
#include "base/hash.h"
#include "base/json.h"
#include "base/json_write.h"
#include "base/limits.h"
#include "base/p256.h"
#include "base/text.h"
#include "test.h"

TEST(slice_basics)
{
	struct slice s = SLICE("  a,b,,c "), part;

	CHECK_SLICE(slice_trim(s), SLICE("a,b,,c"));
	s = slice_trim(s);
	part = slice_split(&s, ',');
	CHECK_SLICE(part, SLICE("a"));
	CHECK_SLICE(s, SLICE("b,,c"));
	CHECK(slice_search(SLICE("xxabab"), 0, SLICE("ab")) == 2);
	CHECK(slice_search(SLICE("xxabab"), 3, SLICE("ab")) == 4);
	CHECK(slice_search(SLICE("xx"), 0, SLICE("ab")) == 2);
	CHECK(slice_cmp(SLICE("a"), SLICE("ab")) < 0 && slice_cmp(SLICE("b"), SLICE("ab")) > 0);
	CHECK(slice_is_nocase(SLICE("Content-Type"), "content-type"));
	CHECK(!slice_is(SLICE("a"), "A"));
	CHECK(slice_sub(SLICE("abc"), 5, 2).n == 0 && slice_sub(SLICE("abc"), 1, 9).n == 2);
}

TEST(slice_text_refuses_nul_and_length)
{
	char t[4] = "zzz";

	CHECK(!slice_text(t, sizeof t, SLICE("abcd")));
	CHECK(!slice_text(t, sizeof t, SLICE("a\0b")));
	CHECK(strcmp(t, "zzz") == 0);
	CHECK(slice_text(t, sizeof t, SLICE("abc")) && strcmp(t, "abc") == 0);
}

TEST(cur_sticks_and_checks_the_end)
{
	struct cur c = cur_of(SLICE("\x01\x02\x03\x04\x05"));

	CHECK(cur_le16(&c) == 0x0201 && cur_be16(&c) == 0x0304);
	CHECK_ERR(cur_end(&c), E_TRAILING);
	CHECK(cur_le32(&c) == 0);
	CHECK_ERR(cur_end(&c), E_TRUNCATED);
	CHECK(cur_u8(&c) == 0 && cur_take(&c, 0).n == 0);
	CHECK_ERR(cur_end(&c), E_TRUNCATED);
	c = cur_of(SLICE_NONE);
	CHECK_ERR(cur_end(&c), E_OK);
}

TEST(buf_overflow_sticks)
{
	uint8_t mem[4];
	struct buf b = buf_on(mem, sizeof mem), h = buf_heap(1000);

	buf_str(&b, "abc");
	buf_le16(&b, 1);
	CHECK_ERR(b.err, E_TOO_LARGE);
	buf_u8(&b, 'd');
	CHECK(b.n == 3);
	buf_zeros(&h, 999);
	buf_u8(&h, 1);
	CHECK_ERR(h.err, E_OK);
	buf_u8(&h, 1);
	CHECK_ERR(h.err, E_TOO_LARGE);
	CHECK(h.n == 1000);
	buf_drop(&h);
	buf_drop(&h);
}

TEST(numbers_are_strict)
{
	static const char *const bad[] = {"", "+1", "-1", " 1", "1 ", "01", "00", "1e3", "0x1"};
	uint64_t v = 7;
	size_t i;

	for (i = 0; i < sizeof bad / sizeof *bad; i++)
		CHECK_ERR(parse_u64(slice_str(bad[i]), UINT64_MAX, &v), E_FORMAT);
	CHECK_ERR(parse_u64(SLICE("18446744073709551616"), UINT64_MAX, &v), E_RANGE);
	CHECK_ERR(parse_u64(SLICE("101"), 100, &v), E_RANGE);
	CHECK(v == 7);
	CHECK(!parse_u64(SLICE("18446744073709551615"), UINT64_MAX, &v) && v == UINT64_MAX);
	CHECK(!parse_u64(SLICE("0"), 0, &v) && v == 0);
}

TEST(hex_and_base64)
{
	uint8_t raw[3] = {9, 9, 9};
	uint8_t mem[16];
	struct buf b = buf_on(mem, sizeof mem);
	static const char *const bad[] = {
		"Zg=", "Zg", "Zh==", "Zm9=", "Z===", "====", "Zg==Zg==", "Zm 9", "Zm9v\n"};
	static const char *const plain[] = {"", "f", "fo", "foo", "foob", "fooba", "foobar"};
	static const char *const coded[] = {
		"", "Zg==", "Zm8=", "Zm9v", "Zm9vYg==", "Zm9vYmE=", "Zm9vYmFy"};
	size_t i;

	CHECK_ERR(hex_exact(SLICE("0aFf1"), raw, 3), E_FORMAT);
	CHECK_ERR(hex_exact(SLICE("0aFfg1"), raw, 3), E_FORMAT);
	CHECK(raw[0] == 9);
	CHECK(!hex_exact(SLICE("0aFf10"), raw, 3) && raw[1] == 0xff);
	for (i = 0; i < sizeof bad / sizeof *bad; i++) {
		buf_reset(&b);
		CHECK_ERR(base64_into(slice_str(bad[i]), &b), E_FORMAT);
		CHECK(b.n == 0);
	}
	for (i = 0; i < 7; i++) {
		buf_reset(&b);
		CHECK_ERR(base64_into(slice_str(coded[i]), &b), E_OK);
		CHECK_SLICE(buf_slice(&b), slice_str(plain[i]));
		buf_reset(&b);
		buf_base64(&b, slice_str(plain[i]));
		CHECK_SLICE(buf_slice(&b), slice_str(coded[i]));
	}
}

/* Every byte at every place of a text of three groups: a digit, or refused. */
TEST(base64_every_byte)
{
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	char text[] = "Zm9vYmFyZm9v";
	uint8_t mem[16];
	struct buf b = buf_on(mem, sizeof mem);
	size_t at, i;
	bool digit;

	for (at = 0; at + 1 < sizeof text; at++)
		for (i = 0; i < 256; i++) {
			char was = text[at];

			text[at] = (char)i;
			digit = i && strchr(digits, (int)i);
			buf_reset(&b);
			/* One padding character at the end: "v" before it has bits to spare. */
			CHECK((base64_into(slice_of(text, 12), &b) == E_OK) == digit);
			CHECK(!digit || at % 4 ||
				mem[at / 4 * 3] >> 2 == strchr(digits, (int)i) - digits);
			text[at] = was;
		}
}

TEST(utf8_refuses_what_is_not)
{
	static const char *const bad[] = {"\xc0\xaf", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xff",
		"\xe2\x82", "\x80", "\xf8\x88\x80\x80\x80", "\xe0\x80\x80"};
	char t[32];
	size_t i;

	for (i = 0; i < sizeof bad / sizeof *bad; i++)
		CHECK(!utf8_valid(slice_str(bad[i])));
	CHECK(utf8_valid(SLICE("a\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80")));
	CHECK(utf8_count(SLICE("a\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80")) == 4);
	CHECK(strcmp(text_ascii(t, sizeof t, SLICE("a\n\x1b\\\xff\xc3\xa9")),
		      "a\\x0a\\x1b\\\\\\xff\\u{e9}") == 0);
	CHECK(strcmp(text_ascii(t, 8, SLICE("abcdefghij")), "abcd...") == 0);
	CHECK(strcmp(text_shown(t, sizeof t, SLICE("a\\x1b")), "a\\x1b") == 0);
	CHECK(strcmp(text_shown(t, sizeof t, SLICE("\\\x1b")), "\\\\\\x1b") == 0);
	CHECK(strcmp(text_shown(t, 8, SLICE("abcdefghij")), "abcd...") == 0);
	CHECK(strcmp(text_ascii(t, 8, SLICE("abcdefg")), "abcdefg") == 0);
}

TEST(dates_both_ways)
{
	static const char *const bad[] = {"2026-02-29T00:00:00Z", "2026-13-01T00:00:00Z",
		"2026-01-01T24:00:00Z", "2026-01-01 00:00:00Z", "1999-01-01T00:00:00Z",
		"2026-01-01T00:00:00", "2026-1-01T00:00:00Z"};
	char t[ISO_LEN];
	int64_t ms = 0, day;
	size_t i;

	CHECK(!clock_parse_iso(SLICE("2026-03-01T00:00:00Z"), &ms) && ms == 1772323200000LL);
	CHECK(!clock_parse_iso(SLICE("2024-02-29T23:59:59.999Z"), &ms));
	CHECK(strcmp(clock_iso(t, ms), "2024-02-29T23:59:59.999Z") == 0);
	for (i = 0; i < sizeof bad / sizeof *bad; i++)
		CHECK_ERR(clock_parse_iso(slice_str(bad[i]), &ms), E_FORMAT);
	/* Every day of eleven centuries survives the way there and back. */
	for (day = 0; day < 400000; day += 37) {
		int64_t back = -1;

		clock_iso(t, (10957 + day) * 86400000LL);
		CHECK(!clock_parse_iso(slice_str(t), &back) && back == (10957 + day) * 86400000LL);
	}
}

TEST(json_is_strict)
{
	static const char *const bad[] = {"", " ", "{", "[1,]", "{\"a\":1,}", "{'a':1}", "01",
		"1.5", "1e3", "-0", "9007199254740992", "\"\\u0000\"", "\"\\ud800\"",
		"\"\\ud800x\"", "\"\\udc00\"", "\"a\nb\"", "nul", "{\"a\":1,\"a\":2}",
		"[{\"b\":{\"c\":1,\"d\":2,\"c\":3}}]", "{\"a\":1,\"\\u0061\":2}", "[1] x",
		"\"\xff\"", "{\"a\" 1}", "{1:2}", "[1 2]", "\"\\x\"", "tru", "[\"a\":1]", "{\"a\"}",
		"]", "[}"};
	struct cJSON *j = NULL;
	char deep[200];
	uint64_t v = 0;
	struct slice s;
	size_t i;

	for (i = 0; i < sizeof bad / sizeof *bad; i++) {
		enum err e = json_parse(slice_str(bad[i]), JSON_INTEGERS, &j, NULL);

		CHECK_ERR(e, E_JSON);
		if (!e) printf("#   accepted: %s\n", bad[i]);
	}
	memset(deep, '[', 65);
	memset(deep + 65, ']', 65);
	CHECK_ERR(json_parse(slice_of(deep, 130), JSON_INTEGERS, &j, NULL), E_JSON);
	CHECK_ERR(json_parse(slice_of(deep + 1, 128), JSON_INTEGERS, &j, NULL), E_OK);
	json_drop(&j);
	CHECK_ERR(json_parse(SLICE(" {\"a\":[1,-2,{}],\"A\":\"\\ud83d\\ude00\\n\",\"n\":null} "),
			  JSON_INTEGERS, &j, NULL),
		E_OK);
	CHECK(json_count(json_get(j, "a")) == 3);
	CHECK(!json_u64(json_child(json_get(j, "a")), 1, &v) && v == 1);
	CHECK_ERR(json_u64(json_next(json_child(json_get(j, "a"))), 9, &v), E_FORMAT);
	CHECK(!json_get_str(j, "A", &s) && slice_is(s, "\xf0\x9f\x98\x80\n"));
	CHECK(json_is_null(json_get(j, "n")) && !json_get(j, "N"));
	json_drop(&j);
	CHECK_ERR(json_parse(SLICE("[1.5,-0.0e+1]"), JSON_NUMBERS, &j, NULL), E_OK);
	CHECK_ERR(json_u64(json_child(j), 9, &v), E_FORMAT);
	json_drop(&j);
}

/* Two equal names among two to twelve, wherever they stand. */
TEST(json_refuses_equal_names)
{
	struct cJSON *j = NULL;
	char text[12 * 6 + 3];
	unsigned n, i, k, m;
	size_t len;

	for (n = 1; n <= 12; n++)
		for (i = 0; i < n; i++)
			for (k = i; k < n; k++) {
				for (len = 0, m = 0; m < n; m++)
					len += (size_t)snprintf(text + len, sizeof text - len,
						"%c\"%c\":1", m ? ',' : '{',
						(int)('a' + (m == k ? i : m)));
				text[len++] = '}';
				CHECK_ERR(json_parse(slice_of(text, len), JSON_INTEGERS, &j, NULL),
					i == k ? E_OK : E_JSON);
				json_drop(&j);
			}
}

TEST(json_every_byte_in_a_string)
{
	struct cJSON *j = NULL;
	char text[] = "\"abcd\"";
	unsigned i;

	for (i = 0; i < 256; i++) {
		bool plain = i >= 0x20 && i < 0x80 && i != '"' && i != '\\';

		text[3] = (char)i;
		CHECK((json_parse(slice_of(text, sizeof text - 1), JSON_INTEGERS, &j, NULL) ==
			      E_OK) == plain);
		json_drop(&j);
	}
}

TEST(json_error_says_where)
{
	struct cJSON *j = NULL;
	struct why w = WHY_INIT;

	CHECK_ERR(json_parse(SLICE("{\n \"a\": tru\n}"), JSON_INTEGERS, &j, &w), E_JSON);
	CHECK(w.line == 2 && w.column == 7);
}

TEST(json_canonical_form)
{
	static const char *const sorted[] = {
		"{\"a\":[1,-2,true,null,\"\\u0001\\t\xc3\xa9\"],\"b\":{\"c\":{}}}", "[]", "\"x\"",
		"[[],{}]",
		/* RFC 8785: U+20AC before U+1F600 before U+FB33 */
		"{\"\xe2\x82\xac\":1,\"\xf0\x9f\x98\x80\":2,\"\xef\xac\xb3\":3}"};
	struct cJSON *j = NULL;
	struct buf b = buf_heap(4096);
	size_t i;

	for (i = 0; i < sizeof sorted / sizeof *sorted; i++) {
		buf_reset(&b);
		CHECK_ERR(json_parse(slice_str(sorted[i]), JSON_INTEGERS, &j, NULL), E_OK);
		CHECK_ERR(json_canonical(j, &b), E_OK);
		CHECK_SLICE(buf_slice(&b), slice_str(sorted[i]));
		json_drop(&j);
	}
	buf_reset(&b);
	CHECK_ERR(json_parse(SLICE("{\"b\":1,\"a\":2}"), JSON_INTEGERS, &j, NULL), E_OK);
	CHECK_ERR(json_canonical(j, &b), E_FORMAT);
	json_drop(&j);
	buf_drop(&b);
}

TEST(json_writer_keeps_its_rules)
{
	struct buf b = buf_heap(4096);
	struct jw w = jw_to(&b, true);

	jw_object(&w);
	jw_key_u64(&w, "b", 1);
	jw_key_u64(&w, "a", 1);
	jw_object_end(&w);
	CHECK_ERR(b.err, E_INTERNAL);
	buf_reset(&b);
	w = jw_to(&b, false);
	jw_array(&w);
	jw_lossy(&w, SLICE("a\xff\x01"));
	jw_hex(&w, SLICE("\x0f"));
	jw_array_end(&w);
	CHECK_SLICE(buf_slice(&b), SLICE("[\"a\xef\xbf\xbd\\u0001\",\"0f\"]"));
	buf_reset(&b);
	w = jw_to(&b, false);
	jw_str(&w, SLICE("\xff"));
	CHECK_ERR(b.err, E_UTF8);
	buf_reset(&b);
	w = jw_to(&b, false);
	jw_u64(&w, 9007199254740992ULL);
	CHECK_ERR(b.err, E_INTERNAL);
	buf_drop(&b);
}

TEST(hashes_known_answers)
{
	uint8_t out[64];

	sha256(SLICE("abc"), out);
	CHECK_SLICE(slice_of(out, 32),
		test_hex("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"));
	sha384(SLICE("abc"), out);
	CHECK_SLICE(slice_of(out, 48),
		test_hex("cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed"
			 "8086072ba1e7cc2358baeca134c825a7"));
	hmac_sha256(SLICE("Jefe"), SLICE("what do ya want for nothing?"), out);
	CHECK_SLICE(slice_of(out, 32),
		test_hex("5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"));
}

/* Whatever is added at once or bit by bit: the library's own code gives the reference. */
TEST(hashes_same_in_every_cut)
{
	static uint8_t text[2048];
	uint8_t want[SHA256_LEN], have[SHA256_LEN];
	br_sha256_context reference;
	struct sha256 h;
	size_t n, cut;

	for (n = 0; n < sizeof text; n++)
		text[n] = (uint8_t)(n * 7 + n / 256);
	for (n = 0; n <= sizeof text; n += n < 400 ? 1 : 61) {
		br_sha256_init(&reference);
		br_sha256_update(&reference, text, n);
		br_sha256_out(&reference, want);
		for (cut = 0; cut <= n; cut += 37) {
			sha256_init(&h);
			sha256_add(&h, slice_of(text, cut));
			sha256_add(&h, slice_of(text + cut, n - cut));
			sha256_out(&h, have);
			CHECK_SLICE(SLICE_OF(have), SLICE_OF(want));
		}
	}
	/* FIPS 180-4: a million times "a". */
	memset(text, 'a', sizeof text);
	sha256_init(&h);
	for (n = 0; n < 1000; n++)
		sha256_add(&h, slice_of(text, 1000));
	sha256_out(&h, have);
	CHECK_SLICE(SLICE_OF(have),
		test_hex("cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"));
}

TEST(p256_signs_deterministically)
{
	struct p256_key key;
	uint8_t digest[32], sig[P256_SIG_MAX], again[P256_SIG_MAX], raw[64], spki[P256_SPKI_LEN],
		point[64];
	size_t n, m;

	/* RFC 6979 A.2.5, SHA-256, message "sample". */
	CHECK_ERR(
		p256_from_secret(
			test_hex("C9AFA9D845BA75166B5C215767B1D6934E50C3DB36E89B127B8A622B120F6721")
				.p,
			&key),
		E_OK);
	CHECK_SLICE(slice_of(key.point, 32),
		test_hex("60FED4BA255A9D31C961EB74C6356D68C049B8923B61FA6CE669622E60F29FB6"));
	sha256(SLICE("sample"), digest);
	p256_sign_raw(&key, digest, raw);
	CHECK_SLICE(SLICE_OF(raw),
		test_hex("EFD48B2AACB6A8FD1140DD9CD45E81D69D2C877B56AAF991C34D0EA84EAF3716"
			 "F7CB1C942D657C41D436C7A1B6E29F65F3E900DBB9AFF4064DC4AB2F843ACDA8"));
	n = p256_sign(&key, digest, sig);
	m = p256_sign(&key, digest, again);
	CHECK_SLICE(slice_of(sig, n), slice_of(again, m));
	CHECK(p256_verify(SLICE_OF(key.point), digest, slice_of(sig, n)));
	CHECK(p256_verify_raw(SLICE_OF(key.point), digest, SLICE_OF(raw)));
	raw[5] ^= 1;
	CHECK(!p256_verify_raw(SLICE_OF(key.point), digest, SLICE_OF(raw)));
	digest[0] ^= 1;
	CHECK(!p256_verify(SLICE_OF(key.point), digest, slice_of(sig, n)));
	p256_spki(key.point, spki);
	CHECK_ERR(p256_spki_point(SLICE_OF(spki), point), E_OK);
	CHECK_SLICE(SLICE_OF(point), SLICE_OF(key.point));
	spki[3] ^= 1;
	CHECK_ERR(p256_spki_point(SLICE_OF(spki), point), E_FORMAT);
	CHECK_ERR(p256_from_secret((const uint8_t[32]){0}, &key), E_RANGE);
	CHECK_ERR(p256_generate(&key), E_OK);
}

TEST(report_data_example)
{
	uint8_t out[64], nonce[32] = {0xc0, 0xff, 0xee};
	struct slice st = test_file(test_vector("skills/statement-example/statement.json"));

	if (!st.p) SKIP("statement example not found below VECTORS");
	report_data(REPORT_RESULT, st, nonce, out);
	CHECK_SLICE(SLICE_OF(out),
		test_hex("f4ae7fefdf11013b779d189228888677b6494628350540b2b0b1bde574f800e3"
			 "c0ffee0000000000000000000000000000000000000000000000000000000000"));
	report_data(REPORT_IDENTITY, st, NULL, out);
	CHECK(out[0] != 0xf4 && out[40] == 0);
}

TEST(error_names_are_unique)
{
	unsigned i;

	for (i = 0; i < E_COUNT; i++)
		CHECK(err_by_name(err_name((enum err)i)) == (enum err)i);
	CHECK(err_by_name("no such code") == E_COUNT);
}

TEST(limits_table_is_complete)
{
	size_t n = 0;

	while (limit_table[n].name) {
		CHECK(limit_table[n].value > 0 && limit_table[n].unit[0] &&
			limit_table[n].reason[0]);
		n++;
	}
	CHECK(n > 50);
}
