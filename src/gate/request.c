/* SPDX-License-Identifier: MIT */
/* A request of the install-policy protocol. Runs on the command line; pure. */
#include "gate/request.h"

#include <string.h>

#include "base/text.h"

static enum err wrong(struct why *why, const char *name, const char *what)
{
	return why_set(why, E_FORMAT, "%s: %s", name, what);
}

/* One of two words. */
static enum err read_word(const struct cJSON *obj, const char *name, const char *no,
	const char *yes, bool *out, struct why *why)
{
	struct slice s;

	if (json_get_str(obj, name, &s) || (!slice_is(s, no) && !slice_is(s, yes)))
		return why_set(why, E_FORMAT, "%s: \"%s\" or \"%s\" is needed", name, no, yes);
	*out = slice_is(s, yes);
	return E_OK;
}

static bool is_blank(struct slice s)
{
	size_t at = 0;

	while (at < s.n) {
		int32_t c = utf8_next(s, &at);

		if (c > ' ' && c != 0xa0 && c != 0x3000 && !(c >= 0x2000 && c <= 0x200b))
			return false;
	}
	return true;
}

/* What may be absent, but has this form when it is there. */
static enum err read_optional(const struct gate_request *r, struct why *why)
{
	static const char *const texts[] = {"kind", "authority"}, *const flags[] = {
									  "mutable", "network"};
	static const char *const objects[] = {"source", "skill", "plugin"};
	const struct cJSON *source = json_get(r->tree, "source"), *j;
	struct slice s;
	bool flag;
	size_t i;

	j = json_get(r->tree, "openclawVersion");
	if (j && json_str(j, &s)) return wrong(why, "openclawVersion", "a text is needed");
	for (i = 0; i < sizeof objects / sizeof *objects; i++) {
		j = json_get(r->tree, objects[i]);
		if (j && !json_is_object(j)) return wrong(why, objects[i], "an object is needed");
	}
	for (i = 0; i < sizeof texts / sizeof *texts; i++) {
		j = json_get(source, texts[i]);
		if (j && json_str(j, &s))
			return wrong(why, "source", "kind and authority are texts");
		j = json_get(source, flags[i]);
		if (j && json_bool(j, &flag))
			return wrong(why, "source", "mutable and network are true or false");
	}
	return E_OK;
}

/* The member "request": which kind of installation this is. */
static enum err read_kind(struct gate_request *r, struct why *why)
{
	static const char *const kinds[] = {
		"plugin-dir", "plugin-archive", "plugin-file", "plugin-npm", "plugin-git"};
	const struct cJSON *request = json_get(r->tree, "request"), *j;
	bool known = false;
	struct slice kind, s;
	size_t i;

	if (!json_is_object(request)) return wrong(why, "request", "an object is needed");
	if (json_get_str(request, "kind", &kind))
		return wrong(why, "request.kind", "a text is needed");
	for (i = 0; r->plugin && i < sizeof kinds / sizeof *kinds; i++)
		known |= slice_is(kind, kinds[i]);
	if (!r->plugin) known = slice_is(kind, "skill-install");
	if (!known) return wrong(why, "request.kind", "no kind of installation of this target");
	j = json_get(request, "requestedSpecifier");
	if (j && json_str(j, &s))
		return wrong(why, "request.requestedSpecifier", "a text is needed");
	return read_word(request, "mode", "install", "update", &r->update, why);
}

static enum err read_members(struct gate_request *r, struct why *why)
{
	struct slice path;
	uint64_t version;
	enum err e;

	if (!json_is_object(r->tree)) return wrong(why, "request", "an object is needed");
	if (json_get_u64(r->tree, "protocolVersion", UINT32_MAX, &version) ||
		version != GATE_PROTOCOL)
		return wrong(why, "protocolVersion", "1 is needed");
	e = read_word(r->tree, "targetType", "skill", "plugin", &r->plugin, why);
	if (e) return e;
	if (json_get_str(r->tree, "targetName", &r->name) || is_blank(r->name))
		return wrong(why, "targetName", "a text that is not blank is needed");
	if (json_get_str(r->tree, "sourcePath", &path) || !slice_starts(path, "/"))
		return wrong(why, "sourcePath", "an absolute path is needed");
	if (!slice_text(r->path, sizeof r->path, path)) return wrong(why, "sourcePath", "too long");
	e = read_word(r->tree, "sourcePathKind", "file", "directory", &r->directory, why);
	if (e) return e;
	if (json_get_str(json_get(r->tree, "origin"), "type", &r->origin))
		return wrong(why, "origin.type", "a text is needed");
	e = read_kind(r, why);
	return e ? e : read_optional(r, why);
}

enum err gate_request_read(struct slice text, struct gate_request *out, struct why *why)
{
	enum err e;

	memset(out, 0, sizeof *out);
	if (text.n > GATE_REQUEST_BYTES)
		return why_set(why, E_TOO_LARGE, "more than %d bytes", GATE_REQUEST_BYTES);
	e = json_parse(text, JSON_NUMBERS, &out->tree, why);
	return e ? e : read_members(out, why);
}

void gate_request_drop(struct gate_request *r)
{
	json_drop(&r->tree);
}
