/* SPDX-License-Identifier: MIT */
/* Name, version, description, entrypoint, metadata. Runs in unpack; no I/O. */
#include "unpack/fields.h"

#include "base/json.h"
#include "base/text.h"
#include "unpack/path.h"

/* The Agent Skills standard: longer ones only draw a warning. */
#define STANDARD_NAME_CHARS        64
#define STANDARD_DESCRIPTION_CHARS 1024

#define ENTRYPOINT_ADVICE "write a path inside the package such as scripts/run.sh"

static bool is_digit(uint8_t c)
{
	return c >= '0' && c <= '9';
}

static bool is_alnum(uint8_t c)
{
	return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* Marks that turn text around or cannot be seen. */
static bool is_invisible(int32_t c)
{
	return (c >= 0x200b && c <= 0x200f) || (c >= 0x202a && c <= 0x202e) ||
	       (c >= 0x2060 && c <= 0x2069) || c == 0xfeff || (c >= 0xe0000 && c <= 0xe007f);
}

const char *name_problem(struct slice name)
{
	size_t at = 0;

	if (name.n == 0) return "it is empty";
	if (name.n > LIMIT_NAME_BYTES) return "it has more than 256 bytes";
	if (slice_is(name, ".") || slice_is(name, "..")) return "it is a directory link";
	while (at < name.n) {
		int32_t c = utf8_next(name, &at);

		if (c < 0) return "it is not valid UTF-8";
		if (c < 0x20 || (c >= 0x7f && c < 0xa0)) return "it holds a control character";
		if (c == '/' || c == '\\') return "it holds a slash";
		if (code_point_combines(c)) return "it holds a combining mark";
		if (is_invisible(c)) return "it holds an invisible or direction mark";
	}
	return NULL;
}

_Static_assert(LIMIT_NAME_BYTES == 256, "name_problem() says so");

bool name_is_standard(struct slice name)
{
	size_t i;

	if (name.n == 0 || name.n > STANDARD_NAME_CHARS) return false;
	for (i = 0; i < name.n; i++) {
		bool dash = name.p[i] == '-';

		if (!dash && !(is_digit(name.p[i]) || (name.p[i] >= 'a' && name.p[i] <= 'z')))
			return false;
		if (dash && (i == 0 || i + 1 == name.n || name.p[i - 1] == '-')) return false;
	}
	return true;
}

static enum err read_name(struct reading *r)
{
	const struct matter_node *n = matter_get(r->matter, r->root, "name");
	struct slice name = n && n->kind == MATTER_TEXT ? slice_trim(n->text) : SLICE_NONE;
	const char *problem;

	if (n && n->kind != MATTER_TEXT)
		return refuse_field(r, E_NAME_INVALID, n, "it is not a text; write name: my-skill");
	if (name.n == 0) {
		if (!r->top_directory.p)
			return refuse_field(r, E_NAME_MISSING, n,
				"the package has no top directory either; write name: my-skill");
		name = slice_trim(r->top_directory);
		r->m->name_source = NAME_DIRECTORY;
		manifest_warn(r->m, "name-from-directory");
	} else {
		r->m->name_source = NAME_FRONTMATTER;
	}
	problem = name_problem(name);
	if (problem)
		return refuse_field(r, E_NAME_INVALID, n,
			"%s; use lower-case letters, digits and single dashes", problem);
	if (!name_is_standard(name)) manifest_warn(r->m, "name-nonstandard");
	if (r->m->name_source == NAME_FRONTMATTER && r->top_directory.p &&
		!slice_eq(name, r->top_directory))
		manifest_warn(r->m, "name-directory-mismatch");
	r->m->name = name;
	return E_OK;
}

/* [0-9A-Za-z][0-9A-Za-z.+_-]{0,63} */
static bool version_ok(struct slice v)
{
	size_t i;

	if (v.n == 0 || v.n > LIMIT_VERSION_BYTES || !is_alnum(v.p[0])) return false;
	for (i = 0; i < v.n; i++)
		if (!is_alnum(v.p[i]) && v.p[i] != '.' && v.p[i] != '+' && v.p[i] != '_' &&
			v.p[i] != '-')
			return false;
	return true;
}

/* Digits without a leading zero. */
static bool is_number(struct slice s)
{
	size_t i;

	for (i = 0; i < s.n; i++)
		if (!is_digit(s.p[i])) return false;
	return s.n == 1 || (s.n > 1 && s.p[0] != '0');
}

/* Identifiers between dots: [0-9A-Za-z-]+, and, where strict, numbers without leading zeros. */
static bool identifiers_ok(struct slice s, bool strict)
{
	do {
		struct slice part;
		bool digits = true, more = slice_find(s, 0, '.') < s.n;
		size_t i;

		part = slice_split(&s, '.');
		for (i = 0; i < part.n; i++) {
			if (!is_alnum(part.p[i]) && part.p[i] != '-') return false;
			digits = digits && is_digit(part.p[i]);
		}
		if (part.n == 0 || (strict && digits && !is_number(part))) return false;
		if (more && s.n == 0) return false; /* a dot at the end */
	} while (s.n);
	return true;
}

bool version_is_semver(struct slice v)
{
	size_t plus = slice_find(v, 0, '+'), dash;
	struct slice build = slice_from(v, plus), core = slice_sub(v, 0, plus), pre;

	dash = slice_find(core, 0, '-');
	pre = slice_from(core, dash);
	core = slice_sub(core, 0, dash);
	if (build.n && !identifiers_ok(slice_from(build, 1), false)) return false;
	if (pre.n && !identifiers_ok(slice_from(pre, 1), true)) return false;
	return is_number(slice_split(&core, '.')) && is_number(slice_split(&core, '.')) &&
	       is_number(core);
}

static enum err read_version(struct reading *r)
{
	const struct matter_node *n = matter_get(r->matter, r->root, "version");
	char shown[SHOWN];

	r->m->version_source = VERSION_FRONTMATTER;
	if (!n) {
		n = matter_get(r->matter, r->metadata, "version");
		r->m->version_source = VERSION_METADATA;
	}
	if (!n) {
		r->m->version_source = VERSION_NONE;
		manifest_warn(r->m, "version-missing");
		return E_OK;
	}
	if (n->kind != MATTER_TEXT || !version_ok(n->text))
		return refuse_field(r, E_VERSION_INVALID, n,
			"'%s'; use at most %d letters, digits, dots and dashes, such as 1.0.0",
			shown_value(shown, n), LIMIT_VERSION_BYTES);
	if (!version_is_semver(n->text)) manifest_warn(r->m, "version-not-semver");
	r->m->version = n->text;
	return E_OK;
}

static enum err read_description(struct reading *r)
{
	const struct matter_node *n = matter_get(r->matter, r->root, "description");
	struct slice text = n && n->kind == MATTER_TEXT ? slice_trim(n->text) : SLICE_NONE;

	if (n && n->kind != MATTER_TEXT)
		return refuse_field(
			r, E_DESCRIPTION_INVALID, n, "it is not a text; put quotes around it");
	if (text.n > LIMIT_DESCRIPTION_BYTES)
		return refuse_field(r, E_DESCRIPTION_INVALID, n,
			"it has %zu bytes, at most %d are allowed; move text below the frontmatter",
			text.n, LIMIT_DESCRIPTION_BYTES);
	if (text.n == 0)
		manifest_warn(r->m, "description-missing");
	else
		r->m->description = text;
	if (utf8_count(text) > STANDARD_DESCRIPTION_CHARS) manifest_warn(r->m, "description-long");
	return E_OK;
}

static enum err read_entrypoint(struct reading *r)
{
	const struct matter_node *n = matter_get(r->matter, r->root, "entrypoint");
	struct path p;
	struct why reason = WHY_INIT;

	if (!n) return E_OK;
	if (n->kind != MATTER_TEXT)
		return refuse_field(
			r, E_ENTRYPOINT_INVALID, n, "it is not a text; " ENTRYPOINT_ADVICE);
	if (path_read(n->text, &p, &reason))
		return refuse_field(
			r, E_ENTRYPOINT_INVALID, n, "%s; " ENTRYPOINT_ADVICE, reason.text);
	if (p.root || p.slash)
		return refuse_field(
			r, E_ENTRYPOINT_INVALID, n, "it names a directory; " ENTRYPOINT_ADVICE);
	r->m->entrypoint = p.text;
	return E_OK;
}

/* Appends one member of a JSON object to a map of ours; values that are no texts are left out. */
static enum err add_member(struct reading *r, uint32_t map, uint32_t *last, const struct cJSON *j)
{
	const struct matter_node *at = &r->matter->nodes[map];
	struct slice parts[2], copy[2];
	uint32_t key, value;
	unsigned i;

	parts[0] = json_name(j);
	if (json_str(j, &parts[1])) return E_OK;
	for (i = 0; i < 2; i++) {
		size_t start = r->text->n;

		buf_put(r->text, parts[i]);
		copy[i] = made_text(r, start);
	}
	key = matter_add(r->matter, MATTER_TEXT, copy[0], at);
	value = matter_add(r->matter, MATTER_TEXT, copy[1], at);
	if (!key || !value || r->text->err)
		return refuse_field(r, E_YAML_LIMITS, at, "metadata has too many members");
	if (*last)
		r->matter->nodes[*last].next = key;
	else
		r->matter->nodes[map].first = key;
	r->matter->nodes[key].next = value;
	*last = value;
	return E_OK;
}

/* metadata given as a text that holds a JSON object becomes a map of its texts. */
static enum err read_metadata_json(struct reading *r, const struct matter_node *n)
{
	struct cJSON *j = NULL;
	const struct cJSON *member;
	uint32_t map, last = 0;
	enum err e = json_parse(slice_trim(n->text), JSON_NUMBERS, &j, NULL);

	if (e == E_NO_MEMORY) return e;
	if (e || !json_is_object(j)) {
		manifest_warn(r->m, "metadata-opaque");
		json_drop(&j);
		return E_OK;
	}
	map = matter_add(r->matter, MATTER_MAP, SLICE_NONE, n);
	e = map ? E_OK : refuse_field(r, E_YAML_LIMITS, n, "metadata has too many members");
	for (member = json_child(j); member && !e; member = json_next(member))
		e = add_member(r, map, &last, member);
	if (!e) r->metadata = &r->matter->nodes[map];
	json_drop(&j);
	return e;
}

static enum err read_metadata(struct reading *r)
{
	const struct matter_node *n = matter_get(r->matter, r->root, "metadata");

	if (!n) return E_OK;
	if (n->kind == MATTER_TEXT) return read_metadata_json(r, n);
	if (n->kind == MATTER_MAP)
		r->metadata = n;
	else
		manifest_warn(r->m, "metadata-opaque");
	return E_OK;
}

enum err fields_read(struct reading *r)
{
	enum err e = read_name(r);

	if (!e) e = read_metadata(r);
	if (!e) e = read_version(r);
	if (!e) e = read_description(r);
	if (!e) e = read_entrypoint(r);
	return e;
}
