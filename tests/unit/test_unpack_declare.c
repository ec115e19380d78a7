/* SPDX-License-Identifier: MIT */
/* unpack/: test declarations in all dialects (specs/skills.md 2.6, H60 to H63). */
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "manifest_run.h"
#include "test.h"

/* argv joined with "|", after "exec " or "shell "; "" when there is none. */
static const char *joined(char out[512], const struct command *c)
{
	struct buf b = buf_on(out, 512);
	unsigned i;

	for (i = 0; i < c->n; i++) {
		buf_str(&b, i ? "|" : c->form == FORM_EXEC ? "exec " : "shell ");
		buf_put(&b, c->argv[i]);
	}
	return buf_text(&b);
}

TEST(unpack_declare_commands)
{
	static const struct {
		const char *lines;
		enum err want;
		const char *command;
	} rows[] = {
		{"test_command: npm test\n", E_OK, "shell /bin/sh|-c|npm test"},
		{"test_command: [npm, test]\n", E_OK, "exec npm|test"},
		{"test_command:\n- npm\n- \"\"\n", E_OK, "exec npm|"},
		{"test_command: '[\"npm\", \"a\\u00e9\"]'\n", E_OK, "exec npm|a\xc3\xa9"},
		{"test_command: ' [\"npm\"] '\n", E_OK, "exec npm"},
		{"test_command: |\n  a\n  b\n", E_OK, "shell /bin/sh|-c|a\nb\n"},
		{"test: sh t.sh\n", E_OK, "shell /bin/sh|-c|sh t.sh"},
		{"test: [sh, t.sh]\n", E_OK, "exec sh|t.sh"},
		{"test: {command: sh t.sh}\n", E_OK, "shell /bin/sh|-c|sh t.sh"},
		{"test: {command: [sh, t.sh]}\n", E_OK, "exec sh|t.sh"},
		{"metadata: {verifier.test_command: sh t.sh}\n", E_OK, "shell /bin/sh|-c|sh t.sh"},
		{"metadata: '{\"verifier.test_command\": \"[\\\"sh\\\"]\"}'\n", E_OK, "exec sh"},
		{"test_command: ~\n", E_OK, ""},
		{"test:\n", E_OK, ""},
		{"test_command: ''\n", E_TEST_COMMAND_INVALID, ""},
		{"test_command: '  '\n", E_TEST_COMMAND_INVALID, ""},
		{"test_command: []\n", E_TEST_COMMAND_INVALID, ""},
		{"test_command: ['']\n", E_TEST_COMMAND_INVALID, ""},
		{"test_command: [a, ~]\n", E_TEST_COMMAND_INVALID, ""},
		{"test_command: [a, [b]]\n", E_TEST_COMMAND_INVALID, ""},
		{"test_command: {a: b}\n", E_TEST_COMMAND_INVALID, ""},
		{"test_command: '[]'\n", E_TEST_COMMAND_INVALID, ""},
		{"test_command: '[\"\"]'\n", E_TEST_COMMAND_INVALID, ""},
		{"test_command: '[1]'\n", E_TEST_COMMAND_INVALID, ""},
		{"test_command: '[\"a\", null]'\n", E_TEST_COMMAND_INVALID, ""},
		{"test_command: '[\"a\"] x'\n", E_TEST_COMMAND_INVALID, ""},
		{"test_command: '[ -f x ]'\n", E_TEST_COMMAND_INVALID, ""},
		{"test_command: '[\"a\\u0000\"]'\n", E_TEST_COMMAND_INVALID, ""},
		{"test_command: \"a\\0b\"\n", E_MANIFEST_CONTROL, ""},
	};
	char text[512];
	size_t i;

	for (i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct read_manifest r = read_lines(rows[i].lines);

		check_read(__FILE__, (int)i + 1000, r, rows[i].want);
		if (!r.code)
			CHECK_SLICE(
				slice_str(joined(text, &r.m.command)), slice_str(rows[i].command));
	}
}

TEST(unpack_declare_command_limits)
{
	struct buf b = buf_heap(1 << 17);
	size_t n, i;

	for (n = LIMIT_ARGS; n <= LIMIT_ARGS + 1; n++) {
		buf_reset(&b);
		buf_str(&b, "test_command: [");
		for (i = 0; i < n; i++)
			buf_str(&b, "x,");
		buf_str(&b, "]\n");
		CHECK_LINES(buf_text(&b), n == LIMIT_ARGS ? E_OK : E_TEST_COMMAND_INVALID);
	}
	/* "/bin/sh" and "-c" count */
	for (n = LIMIT_ARGS_BYTES - 9; n <= LIMIT_ARGS_BYTES - 8; n++) {
		buf_reset(&b);
		buf_str(&b, "test_command: ");
		for (i = 0; i < n; i++)
			buf_u8(&b, 'x');
		buf_str(&b, "\n");
		CHECK_LINES(
			buf_text(&b), n == LIMIT_ARGS_BYTES - 9 ? E_OK : E_TEST_COMMAND_INVALID);
	}
	buf_drop(&b);
}

TEST(unpack_declare_dialects)
{
	struct read_manifest r;
	char text[512];

	r = read_lines("test:\n  command: [a]\n  deps: b\n  timeout: 5\n  environment: [A=1, S]\n"
		       "  network: [x.example.org]\n  runtime: alpine:3\n  workdir: ./sub/\n"
		       "  secrets: [T]\n  expect_exit: 3\n");
	CHECK_ERR(r.code, E_OK);
	CHECK(r.m.test_source == TEST_NESTED && r.m.timeout_ms == 5000 && r.m.expect_exit == 3);
	CHECK_SLICE(slice_str(joined(text, &r.m.setup)), SLICE("shell /bin/sh|-c|b"));
	CHECK(r.m.n_env == 1 && r.m.n_secrets == 2 && r.m.n_hosts == 1);
	CHECK_SLICE(r.m.secrets[0], SLICE("S"));
	CHECK_SLICE(r.m.secrets[1], SLICE("T"));
	CHECK_SLICE(r.m.hosts[0], SLICE("x.example.org:443"));
	CHECK_SLICE(r.m.runtime, SLICE("alpine:3"));
	CHECK_SLICE(r.m.workdir, SLICE("sub"));
	r = read_lines("test_command: a\ntest_deps: [b]\ntest_timeout: 2500ms\n"
		       "test_environment: {A: '1'}\ntest_network: none\nruntime: node\n");
	CHECK_ERR(r.code, E_OK);
	CHECK(r.m.test_source == TEST_FLAT && r.m.timeout_ms == 2500 && r.m.n_env == 1);
	CHECK_SLICE(slice_str(joined(text, &r.m.setup)), SLICE("exec b"));
	CHECK_SLICE(r.m.runtime, SLICE("node"));
	r = read_lines("test_command: a\ntimeout: 7\n");
	CHECK(!r.code && r.m.timeout_ms == 7000);
	r = read_lines(
		"metadata:\n  verifier.test_command: a\n  verifier.test_deps: b\n"
		"  verifier.timeout: 1m\n  verifier.network: x.example.org, y.example.org:8443\n"
		"  verifier.runtime: alpine\n  verifier.environment: |\n    A=1\n\n    B=2\n");
	CHECK_ERR(r.code, E_OK);
	CHECK(r.m.test_source == TEST_METADATA && r.m.timeout_ms == 60000 && r.m.n_env == 2);
	CHECK(r.m.n_hosts == 2 && r.m.setup.n == 3);
	CHECK_SLICE(r.m.hosts[1], SLICE("y.example.org:8443"));
	/* defaults */
	r = read_lines("test_command: a\n");
	CHECK(!r.code && r.m.timeout_ms == 30000 && r.m.expect_exit == 0 && !r.m.runtime.p);
	CHECK(!r.m.workdir.p && r.m.n_hosts == 0 && r.m.setup.n == 0);
	/* no test: fields around one have no effect, also when they are not ours */
	r = read_lines("timeout: soon\nruntime: Node.js 18+\ntest_network: [bad]\n");
	CHECK(!r.code && r.m.test_source == TEST_NONE && !r.m.runtime.p);
	CHECK(strcmp(r.warnings, "") == 0 && r.m.command.n == 0);
	r = read_lines("runtime: python:3.12-slim\n");
	CHECK(!r.code && r.m.test_source == TEST_NONE);
	CHECK_SLICE(r.m.runtime, SLICE("python:3.12-slim"));
	r = read_lines("test_deps: a\n");
	CHECK(!r.code && r.m.setup.n == 0 && strcmp(r.warnings, "test-deps-ignored") == 0);
	r = read_lines("metadata: {verifier.test_deps: a}\n");
	CHECK(!r.code && strcmp(r.warnings, "test-deps-ignored") == 0);
}

TEST(unpack_declare_conflicts_and_unknown_fields)
{
	static const struct {
		const char *lines;
		enum err want;
	} rows[] = {
		{"test: a\ntest_command: b\n", E_TEST_CONFLICT},
		{"test: a\nmetadata: {verifier.test_command: b}\n", E_TEST_CONFLICT},
		{"test_command: a\nmetadata: {verifier.test_command: b}\n", E_TEST_CONFLICT},
		{"test_command: a\ntest_command: a\n", E_YAML_DUPLICATE_KEY},
		{"test: a\ntest_deps: b\n", E_TEST_CONFLICT},
		{"test: {command: a}\ntest_timeout: 5\n", E_TEST_CONFLICT},
		{"test: a\ntest_environment: [A=1]\n", E_TEST_CONFLICT},
		{"test: a\ntest_network: none\n", E_TEST_CONFLICT},
		{"test: a\nmetadata: {verifier.timeout: '5'}\n", E_TEST_CONFLICT},
		{"test_command: a\nmetadata: {verifier.runtime: alpine}\n", E_TEST_CONFLICT},
		{"metadata: {verifier.test_command: a}\ntest_deps: b\n", E_TEST_CONFLICT},
		{"test_command: a\ntimeout: 5\ntest_timeout: 5\n", E_TEST_CONFLICT},
		{"test: {command: a, runtime: node}\nruntime: alpine\n", E_TEST_CONFLICT},
		{"test: {command: a, runtime: node}\nruntime: node\n", E_OK},
		{"test: {command: a}\nruntime: node\n", E_OK},
		{"test: a\ntimeout: later\n", E_OK},
		{"test: {}\n", E_TEST_INVALID},
		{"test: {timeout: 5}\n", E_TEST_INVALID},
		{"test: {command: ~}\n", E_TEST_INVALID},
		{"test: {command: a, comand: b}\n", E_TEST_UNKNOWN_FIELD},
		{"test: {command: a, Timeout: 5}\n", E_TEST_UNKNOWN_FIELD},
		{"metadata: {verifier.test_comand: a}\n", E_TEST_UNKNOWN_FIELD},
		{"metadata: {verifier.: a}\n", E_TEST_UNKNOWN_FIELD},
		{"metadata: {verifier: a, other.verifier.x: b}\n", E_OK},
		{"tests: a\ntest-command: b\n", E_OK},
	};
	struct read_manifest r;
	size_t i;

	for (i = 0; i < sizeof rows / sizeof *rows; i++)
		check_read(__FILE__, (int)i + 2000, read_lines(rows[i].lines), rows[i].want);
	r = read_lines("test: {command: a}\nruntime: node\n");
	CHECK_SLICE(r.m.runtime, SLICE("node"));
	r = read_lines("test:\n  command: a\n  comand: b\n");
	CHECK(r.why.line == 7 && r.why.column == 3 && strstr(r.why.text, "'comand'"));
	r = read_lines("test: a\ntest_command: b\n");
	CHECK(strstr(r.why.text, "(line 5)") && strstr(r.why.text, "(line 6)"));
}

TEST(unpack_declare_timeouts_h61)
{
	static const struct {
		const char *value;
		enum err want;
		uint32_t ms;
	} rows[] = {
		{"30", E_OK, 30000},
		{"0030", E_OK, 30000},
		{"1", E_OK, 1000},
		{"30s", E_OK, 30000},
		{"1m30s", E_OK, 90000},
		{"2500ms", E_OK, 2500},
		{"100ms", E_OK, 100},
		{"10m", E_OK, 600000},
		{"600", E_OK, 600000},
		{"0h1m", E_OK, 60000},
		{"1m1s1ms", E_OK, 61001},
		{"0h0m1s0ms", E_OK, 1000},
		{"1s1ms", E_OK, 1001},
		{"\"5s\"", E_OK, 5000},
		{"1e3", E_TIMEOUT_INVALID, 0},
		{"\"-1\"", E_TIMEOUT_INVALID, 0},
		{"0", E_TIMEOUT_RANGE, 0},
		{"99999999999", E_TIMEOUT_INVALID, 0},
		{"10m1ms", E_TIMEOUT_RANGE, 0},
		{"1.5s", E_TIMEOUT_INVALID, 0},
		{"30 s", E_TIMEOUT_INVALID, 0},
		{"30sec", E_TIMEOUT_INVALID, 0},
		{"1h", E_TIMEOUT_RANGE, 0},
		{"99ms", E_TIMEOUT_RANGE, 0},
		{"9999999h", E_TIMEOUT_RANGE, 0},
		{"9999999", E_TIMEOUT_RANGE, 0},
		{"10000000", E_TIMEOUT_INVALID, 0},
		{"601", E_TIMEOUT_RANGE, 0},
		{"30s1m", E_TIMEOUT_INVALID, 0},
		{"1m1m", E_TIMEOUT_INVALID, 0},
		{"1ms1s", E_TIMEOUT_INVALID, 0},
		{"1m30", E_TIMEOUT_INVALID, 0},
		{"m", E_TIMEOUT_INVALID, 0},
		{"1S", E_TIMEOUT_INVALID, 0},
		{"\"\"", E_TIMEOUT_INVALID, 0},
		{"1d", E_TIMEOUT_INVALID, 0},
		{"[30]", E_TIMEOUT_INVALID, 0},
		{"{s: 30}", E_TIMEOUT_INVALID, 0},
		{"1m s", E_TIMEOUT_INVALID, 0},
		{"00000030", E_TIMEOUT_INVALID, 0},
	};
	struct buf b = buf_heap(1 << 12);
	size_t i;

	for (i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct read_manifest r;

		buf_reset(&b);
		buf_fmt(&b, "test:\n  command: a\n  timeout: %s\n", rows[i].value);
		r = read_lines(buf_text(&b));
		check_read(__FILE__, (int)i + 3000, r, rows[i].want);
		if (!r.code) CHECK(r.m.timeout_ms == rows[i].ms);
		if (r.code) CHECK(r.why.line == 7 && r.why.column == 12);
	}
	buf_drop(&b);
}

TEST(unpack_declare_environment_h62)
{
	static const struct {
		const char *value;
		enum err want;
		unsigned n_env, n_secrets;
	} rows[] = {
		{"[A=1, B=, PATH=]", E_OK, 3, 0},
		{"[A=b=c]", E_OK, 1, 0},
		{"[API_TOKEN, A=1]", E_OK, 1, 1},
		{"{A: 1, B: \"\", _c9: x y}", E_OK, 3, 0},
		{"[]", E_OK, 0, 0},
		{"{}", E_OK, 0, 0},
		{"[BASH_ENV=/skill/x, CI=1]", E_OK, 2, 0},
		{"[\"A\\0B=1\"]", E_MANIFEST_CONTROL, 0, 0},
		{"[=x]", E_ENV_INVALID, 0, 0},
		{"[\"\"]", E_ENV_INVALID, 0, 0},
		{"[1A=x]", E_ENV_INVALID, 0, 0},
		{"[A-B=x]", E_ENV_INVALID, 0, 0},
		{"[\"A =x\"]", E_ENV_INVALID, 0, 0},
		{"[\"\\u00e9=x\"]", E_ENV_INVALID, 0, 0},
		{"[[A=1]]", E_ENV_INVALID, 0, 0},
		{"[{A: 1}]", E_ENV_INVALID, 0, 0},
		{"{A: }", E_ENV_INVALID, 0, 0},
		{"{A: ~}", E_ENV_INVALID, 0, 0},
		{"{A: [1]}", E_ENV_INVALID, 0, 0},
		{"A=1", E_ENV_INVALID, 0, 0},
		{"[A=1, A=2]", E_ENV_DUPLICATE, 0, 0},
		{"[A=1, A]", E_ENV_DUPLICATE, 0, 0},
		{"[A, A]", E_ENV_DUPLICATE, 0, 0},
		{"[A=1, a=2]", E_OK, 2, 0},
		{"[LD_PRELOAD=x]", E_ENV_RESERVED, 0, 0},
		{"{LD_LIBRARY_PATH: x}", E_ENV_RESERVED, 0, 0},
		{"[SKILL_VERIFIER_X=1]", E_ENV_RESERVED, 0, 0},
		{"[DSTACK_X]", E_ENV_RESERVED, 0, 0},
		{"[LDX=1, SKILL=1, DSTACK=1]", E_OK, 3, 0},
	};
	struct buf b = buf_heap(1 << 17);
	struct read_manifest r;
	size_t i, n;

	for (i = 0; i < sizeof rows / sizeof *rows; i++) {
		buf_reset(&b);
		buf_fmt(&b, "test:\n  command: a\n  environment: %s\n", rows[i].value);
		r = read_lines(buf_text(&b));
		check_read(__FILE__, (int)i + 4000, r, rows[i].want);
		if (!r.code)
			CHECK(r.m.n_env == rows[i].n_env && r.m.n_secrets == rows[i].n_secrets);
	}
	r = read_lines("test: {command: a, environment: [A=b=c, B=]}\n");
	CHECK_SLICE(r.m.env[0].value, SLICE("b=c"));
	CHECK(r.m.env[1].value.p && r.m.env[1].value.n == 0);
	for (n = LIMIT_ENV; n <= LIMIT_ENV + 1; n++) {
		buf_reset(&b);
		buf_str(&b, "test:\n  command: a\n  environment:\n");
		for (i = 0; i < n; i++)
			buf_fmt(&b, "  - E%zu%s\n", i, i % 2 ? "=v" : "");
		CHECK_LINES(buf_text(&b), n == LIMIT_ENV ? E_OK : E_ENV_INVALID);
	}
	for (n = LIMIT_ENV_NAME_BYTES; n <= LIMIT_ENV_NAME_BYTES + 1; n++) {
		buf_reset(&b);
		buf_fmt(&b, "test:\n  command: a\n  environment: [A%0*d=1]\n", (int)n - 1, 0);
		CHECK_LINES(buf_text(&b), n == LIMIT_ENV_NAME_BYTES ? E_OK : E_ENV_INVALID);
	}
	buf_drop(&b);
}

TEST(unpack_declare_environment_bytes)
{
	struct buf b = buf_heap(1 << 17);
	size_t n, i, value;

	for (value = LIMIT_ENV_VALUE_BYTES; value <= LIMIT_ENV_VALUE_BYTES + 1; value++) {
		buf_reset(&b);
		buf_str(&b, "test:\n  command: a\n  environment: [A=");
		for (i = 0; i < value; i++)
			buf_u8(&b, 'v');
		buf_str(&b, "]\n");
		CHECK_LINES(buf_text(&b), value == LIMIT_ENV_VALUE_BYTES ? E_OK : E_ENV_INVALID);
	}
	/* C31: 32 KiB for all, counted as "NAME=value" and a NUL: eight times 4096 */
	for (value = 4091; value <= 4092; value++) {
		buf_reset(&b);
		buf_str(&b, "test:\n  command: a\n  environment:\n");
		for (n = 0; n < 8; n++) {
			buf_fmt(&b, "  - E%zu%s=", n, n ? "x" : "");
			for (i = 0; i < value + (n ? 0 : 1); i++)
				buf_u8(&b, 'v');
			buf_str(&b, "\n");
		}
		CHECK_LINES(buf_text(&b), value == 4091 ? E_OK : E_ENV_INVALID);
	}
	buf_drop(&b);
}

TEST(unpack_declare_secrets)
{
	CHECK_LINES("test: {command: a, secrets: [A, B]}\n", E_OK);
	CHECK_LINES("test: {command: a, secrets: []}\n", E_OK);
	CHECK_LINES("test: {command: a, secrets: A}\n", E_ENV_INVALID);
	CHECK_LINES("test: {command: a, secrets: {A: b}}\n", E_ENV_INVALID);
	CHECK_LINES("test: {command: a, secrets: [A=b]}\n", E_ENV_INVALID);
	CHECK_LINES("test: {command: a, secrets: [[A]]}\n", E_ENV_INVALID);
	CHECK_LINES("test: {command: a, secrets: [LD_X]}\n", E_ENV_RESERVED);
	CHECK_LINES("test: {command: a, secrets: [A], environment: [A=1]}\n", E_ENV_DUPLICATE);
	CHECK_LINES("test: {command: a, secrets: [A], environment: [A]}\n", E_ENV_DUPLICATE);
}

static const struct {
	const char *value;
	enum err want;
	unsigned n;
} network_rows[] = {
	{"none", E_OK, 0},
	{"false", E_OK, 0},
	{"\"none\"", E_OK, 0},
	{"[]", E_OK, 0},
	{"~", E_OK, 0},
	{"{allow: []}", E_OK, 0},
	{"[api.example.org]", E_OK, 1},
	{"[a.b:1, a.b:65535]", E_OK, 2},
	{"{allow: [api.example.org, \"mirror.example.org:8443\"]}", E_OK, 2},
	{"[a.b, \"a.b:443\"]", E_OK, 1},
	{"[xn--bcher-kva.example]", E_OK, 1},
	{"[1and1.com]", E_OK, 1},
	{"[a--b.c-d.e]", E_OK, 1},
	{"[\"*\"]", E_NETWORK_INVALID, 0},
	{"[\"*.x.y\"]", E_NETWORK_INVALID, 0},
	{"[127.0.0.1]", E_NETWORK_INVALID, 0},
	{"[\"[::1]:80\"]", E_NETWORK_INVALID, 0},
	{"[localhost]", E_NETWORK_INVALID, 0},
	{"[\"x.y:0\"]", E_NETWORK_INVALID, 0},
	{"[metadata.internal.]", E_NETWORK_INVALID, 0},
	{"[\"169.254.169.254:80\"]", E_NETWORK_INVALID, 0},
	{"[1.0x7f]", E_NETWORK_INVALID, 0},
	{"[x.1]", E_NETWORK_INVALID, 0},
	{"[\"x.y:65536\"]", E_NETWORK_INVALID, 0},
	{"[\"x.y:\"]", E_NETWORK_INVALID, 0},
	{"[\"x.y:080\"]", E_NETWORK_INVALID, 0},
	{"[\"x.y:1:2\"]", E_NETWORK_INVALID, 0},
	{"[X.y]", E_NETWORK_INVALID, 0},
	{"[x_z.y]", E_NETWORK_INVALID, 0},
	{"[-x.y]", E_NETWORK_INVALID, 0},
	{"[x-.y]", E_NETWORK_INVALID, 0},
	{"[x..y]", E_NETWORK_INVALID, 0},
	{"[.x.y]", E_NETWORK_INVALID, 0},
	{"[\"\"]", E_NETWORK_INVALID, 0},
	{"[\" x.y\"]", E_NETWORK_INVALID, 0},
	{"[\"http://x.y\"]", E_NETWORK_INVALID, 0},
	{"[\"x.y/p\"]", E_NETWORK_INVALID, 0},
	{"[\"u@x.y\"]", E_NETWORK_INVALID, 0},
	{"[\"\\u00e9.com\"]", E_NETWORK_INVALID, 0},
	{"api.example.org", E_NETWORK_INVALID, 0},
	{"true", E_NETWORK_INVALID, 0},
	{"[[a.b]]", E_NETWORK_INVALID, 0},
	{"{allow: a.b}", E_NETWORK_INVALID, 0},
	{"{deny: [a.b]}", E_NETWORK_INVALID, 0},
	{"{}", E_NETWORK_INVALID, 0},
	{"{allow: [a.b], deny: [c.d]}", E_NETWORK_INVALID, 0},
};

TEST(unpack_declare_network_h63)
{
	struct buf b = buf_heap(1 << 14);
	struct read_manifest r;
	size_t i, n;

	for (i = 0; i < sizeof network_rows / sizeof *network_rows; i++) {
		buf_reset(&b);
		buf_fmt(&b, "test:\n  command: a\n  network: %s\n", network_rows[i].value);
		r = read_lines(buf_text(&b));
		check_read(__FILE__, (int)i + 5000, r, network_rows[i].want);
		if (!r.code) CHECK(r.m.n_hosts == network_rows[i].n);
	}
	r = read_lines("test: {command: a, network: [b.c, a.b]}\n");
	CHECK_SLICE(r.m.hosts[0], SLICE("b.c:443"));
	CHECK_SLICE(r.m.hosts[1], SLICE("a.b:443"));
	CHECK_LINES("metadata: {verifier.test_command: a, verifier.network: none}\n", E_OK);
	CHECK_LINES("metadata: {verifier.test_command: a, verifier.network: 'a.b,,c.d'}\n",
		E_NETWORK_INVALID);
	for (n = LIMIT_ENV; n <= LIMIT_ENV + 1; n++) {
		buf_reset(&b);
		buf_str(&b, "test:\n  command: a\n  network:\n");
		for (i = 0; i < n; i++)
			buf_fmt(&b, "  - h%zu.example.org\n", i);
		CHECK_LINES(buf_text(&b), n == LIMIT_ENV ? E_OK : E_NETWORK_INVALID);
	}
	buf_drop(&b);
}

TEST(unpack_declare_runtime_h60)
{
	static const struct {
		const char *value;
		enum err want;
	} rows[] = {
		{"alpine", E_OK},
		{"alpine:latest", E_OK},
		{"node:20-alpine", E_OK},
		{"python:3.12-slim", E_OK},
		{"ghcr.io/a/b-c_d:v1", E_OK},
		{"a:_x.Y-z", E_OK},
		{"a@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef", E_OK},
		{"a:b@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
			E_OK},
		{"\"alpine\\nRUN id\"", E_RUNTIME_INVALID},
		{"alpine latest", E_RUNTIME_INVALID},
		{"alpine:latest; rm -rf /", E_RUNTIME_INVALID},
		{"../rootfs", E_RUNTIME_INVALID},
		{"/rootfs", E_RUNTIME_INVALID},
		{"Alpine", E_RUNTIME_INVALID},
		{"a..b", E_RUNTIME_INVALID},
		{"a-", E_RUNTIME_INVALID},
		{"-a", E_RUNTIME_INVALID},
		{"\"\"", E_RUNTIME_INVALID},
		{"\"a:\"", E_RUNTIME_INVALID},
		{"a:.x", E_RUNTIME_INVALID},
		{"a:-x", E_RUNTIME_INVALID},
		{"a:b:c", E_RUNTIME_INVALID},
		{"\":a\"", E_RUNTIME_INVALID},
		{"a@sha256:abc", E_RUNTIME_INVALID},
		{"a@sha256:0123456789ABCDEF0123456789abcdef0123456789abcdef0123456789abcdef",
			E_RUNTIME_INVALID},
		{"a@md5:0123456789abcdef0123456789abcdef", E_RUNTIME_INVALID},
		{"\"a@\"", E_RUNTIME_INVALID},
		{"[a]", E_RUNTIME_INVALID},
		{"{a: b}", E_RUNTIME_INVALID},
	};
	struct buf b = buf_heap(1 << 12);
	size_t i, n;

	for (i = 0; i < sizeof rows / sizeof *rows; i++) {
		buf_reset(&b);
		buf_fmt(&b, "test_command: a\nruntime: %s\n", rows[i].value);
		check_read(__FILE__, (int)i + 6000, read_lines(buf_text(&b)), rows[i].want);
	}
	for (n = 128; n <= 129; n++) {
		buf_reset(&b);
		buf_fmt(&b, "test_command: a\nruntime: a:%0*d\n", (int)n, 0);
		CHECK_LINES(buf_text(&b), n == 128 ? E_OK : E_RUNTIME_INVALID);
	}
	buf_drop(&b);
}

TEST(unpack_declare_workdir_and_exit)
{
	struct read_manifest r;

	r = read_lines("test: {command: a, workdir: ./a/b/, expect_exit: 255}\n");
	CHECK(!r.code && r.m.expect_exit == 255);
	CHECK_SLICE(r.m.workdir, SLICE("a/b"));
	r = read_lines("test: {command: a, workdir: ., expect_exit: ~}\n");
	CHECK(!r.code && !r.m.workdir.p && r.m.expect_exit == 0);
	CHECK_LINES("test: {command: a, workdir: ../x}\n", E_TEST_INVALID);
	CHECK_LINES("test: {command: a, workdir: /skill}\n", E_TEST_INVALID);
	CHECK_LINES("test: {command: a, workdir: ''}\n", E_TEST_INVALID);
	CHECK_LINES("test: {command: a, workdir: [a]}\n", E_TEST_INVALID);
	CHECK_LINES("test: {command: a, expect_exit: 256}\n", E_TEST_INVALID);
	CHECK_LINES("test: {command: a, expect_exit: -1}\n", E_TEST_INVALID);
	CHECK_LINES("test: {command: a, expect_exit: x}\n", E_TEST_INVALID);
	CHECK_LINES("test: {command: a, expect_exit: [0]}\n", E_TEST_INVALID);
}
