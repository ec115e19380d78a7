/* SPDX-License-Identifier: MIT */
/* Writing SARIF. Runs on the command line. */
#include "cli/sarif.h"

#include "base/limits.h"
#include "base/version.h"

static void text_member(struct jw *w, const char *name, const char *text)
{
	jw_key(w, name);
	jw_object(w);
	jw_key_cstr(w, "text", text);
	jw_object_end(w);
}

static void driver(struct jw *w, const struct sarif_rule *rules, unsigned n)
{
	unsigned i;

	jw_key(w, "tool");
	jw_object(w);
	jw_key(w, "driver");
	jw_object(w);
	jw_key_cstr(w, "name", SV_NAME);
	jw_key_cstr(w, "semanticVersion", SV_VERSION);
	jw_key(w, "rules");
	jw_array(w);
	for (i = 0; i < n; i++) {
		jw_object(w);
		jw_key_cstr(w, "id", rules[i].id);
		text_member(w, "shortDescription", rules[i].what);
		if (rules[i].help) text_member(w, "help", rules[i].help);
		jw_key(w, "defaultConfiguration");
		jw_object(w);
		jw_key_cstr(w, "level", rules[i].level);
		jw_object_end(w);
		jw_object_end(w);
	}
	jw_array_end(w);
	jw_object_end(w);
	jw_object_end(w);
}

/* RFC 3986: everything but unreserved bytes and the slash as %XX. */
static void path_uri(struct jw *w, struct slice path)
{
	uint8_t mem[3 * LIMIT_PATH_BYTES];
	struct buf b = buf_on(mem, sizeof mem);
	size_t i;

	for (i = 0; i < path.n; i++) {
		uint8_t c = path.p[i];

		if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
			c == '-' || c == '.' || c == '_' || c == '~' || c == '/')
			buf_u8(&b, c);
		else
			buf_fmt(&b, "%%%02X", c);
	}
	jw_key_str(w, "uri", buf_slice(&b));
}

void sarif_result(struct jw *w, const struct sarif_rule *rules, unsigned rule, const char *text,
	struct slice path, uint64_t line)
{
	jw_object(w);
	jw_key_cstr(w, "ruleId", rules[rule].id);
	jw_key_u64(w, "ruleIndex", rule);
	jw_key_cstr(w, "level", rules[rule].level);
	text_member(w, "message", text);
	jw_key(w, "locations");
	jw_array(w);
	if (path.n) {
		jw_object(w);
		jw_key(w, "physicalLocation");
		jw_object(w);
		jw_key(w, "artifactLocation");
		jw_object(w);
		path_uri(w, path);
		jw_object_end(w);
		if (line) {
			jw_key(w, "region");
			jw_object(w);
			jw_key_u64(w, "startLine", line);
			jw_object_end(w);
		}
		jw_object_end(w);
		jw_object_end(w);
	}
	jw_array_end(w);
	jw_object_end(w);
}

void sarif_begin(struct jw *w, const struct sarif_rule *rules, unsigned n)
{
	jw_object(w);
	jw_key_cstr(w, "$schema", "https://json.schemastore.org/sarif-2.1.0.json");
	jw_key_cstr(w, "version", "2.1.0");
	jw_key(w, "runs");
	jw_array(w);
	jw_object(w);
	driver(w, rules, n);
	jw_key(w, "results");
	jw_array(w);
}

void sarif_end(struct jw *w, const char *headline)
{
	jw_array_end(w);
	if (headline) {
		jw_key(w, "properties");
		jw_object(w);
		jw_key_cstr(w, "headline", headline);
		jw_object_end(w);
	}
	jw_object_end(w);
	jw_array_end(w);
	jw_object_end(w);
}
