/* SPDX-License-Identifier: MIT */
/* Environment, secrets and network of a declaration. Runs in unpack; no I/O. */
#include "base/num.h"
#include "unpack/values.h"

#define HOST_BYTES   253 /* RFC 1035: the longest name, as text */
#define LABEL_BYTES  63
#define PORT_DEFAULT "443"
#define PORT_MAX     65535

static bool is_letter(uint8_t c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_digit(uint8_t c)
{
	return c >= '0' && c <= '9';
}

/* [A-Za-z_][A-Za-z0-9_]{0,127} */
static bool env_name_ok(struct slice s)
{
	size_t i;

	if (s.n == 0 || s.n > LIMIT_ENV_NAME_BYTES || is_digit(s.p[0])) return false;
	for (i = 0; i < s.n; i++)
		if (!is_letter(s.p[i]) && !is_digit(s.p[i]) && s.p[i] != '_') return false;
	return true;
}

/* Rules that hold for every name, whether it comes with a value or is a secret. */
static enum err check_env_name(
	struct reading *r, const char *field, const struct matter_node *n, struct slice name)
{
	const struct matter_node shown_name = {.kind = MATTER_TEXT, .text = name};
	char shown[SHOWN];
	unsigned i;
	bool twice = false;

	shown_value(shown, &shown_name);
	if (!env_name_ok(name))
		return refuse_field(r, E_ENV_INVALID, n,
			"'%s' has the name '%s'; use letters, digits and _, at most %d", field,
			shown, LIMIT_ENV_NAME_BYTES);
	if (slice_starts(name, "LD_") || slice_starts(name, "SKILL_VERIFIER_") ||
		slice_starts(name, "DSTACK_"))
		return refuse_field(r, E_ENV_RESERVED, n,
			"'%s' sets %s; names beginning LD_, SKILL_VERIFIER_ and DSTACK_ may not be "
			"set",
			field, shown);
	for (i = 0; i < r->m->n_env; i++)
		twice = twice || slice_eq(r->m->env[i].name, name);
	for (i = 0; i < r->m->n_secrets; i++)
		twice = twice || slice_eq(r->m->secrets[i], name);
	if (twice)
		return refuse_field(
			r, E_ENV_DUPLICATE, n, "'%s' names %s twice; keep one", field, shown);
	if (r->m->n_env + r->m->n_secrets == LIMIT_ENV)
		return refuse_field(
			r, E_ENV_INVALID, n, "'%s' has more than %d entries", field, LIMIT_ENV);
	return E_OK;
}

/* As execve counts: "NAME=value" and a NUL, for all entries together. */
static size_t env_bytes(const struct manifest *m)
{
	size_t sum = 0;
	unsigned i;

	for (i = 0; i < m->n_env; i++)
		sum += m->env[i].name.n + m->env[i].value.n + 2;
	return sum;
}

static enum err add_env(struct reading *r, const char *field, const struct matter_node *n,
	struct slice name, struct slice value)
{
	enum err e = check_env_name(r, field, n, name);

	if (e) return e;
	if (value.n > LIMIT_ENV_VALUE_BYTES)
		return refuse_field(r, E_ENV_INVALID, n,
			"'%s' has a value of %zu bytes, at most %d are allowed; put it into a file",
			field, value.n, LIMIT_ENV_VALUE_BYTES);
	/* An empty value is a value: it keeps a pointer. */
	r->m->env[r->m->n_env++] = (struct env_entry){name, value.p ? value : SLICE("")};
	if (env_bytes(r->m) > LIMIT_ENV_BYTES)
		return refuse_field(r, E_ENV_INVALID, n, "'%s' has more than %d bytes in all",
			field, LIMIT_ENV_BYTES);
	return E_OK;
}

static enum err add_secret(
	struct reading *r, const char *field, const struct matter_node *n, struct slice name)
{
	enum err e = check_env_name(r, field, n, name);

	if (!e) r->m->secrets[r->m->n_secrets++] = name;
	return e;
}

/* "NAME=value", or "NAME" alone: a secret. */
static enum err add_entry(
	struct reading *r, const char *field, const struct matter_node *n, struct slice entry)
{
	size_t equal = slice_find(entry, 0, '=');

	if (equal == entry.n) return add_secret(r, field, n, entry);
	return add_env(r, field, n, slice_sub(entry, 0, equal), slice_from(entry, equal + 1));
}

static enum err env_lines(struct reading *r, const char *field, const struct matter_node *n)
{
	struct slice left = n->text;
	enum err e = E_OK;

	while (left.n && !e) {
		struct slice line = slice_split(&left, '\n');

		if (slice_trim(line).n) e = add_entry(r, field, n, line);
	}
	return e;
}

static enum err env_list(struct reading *r, const char *field, const struct matter_node *n)
{
	const struct matter_node *item;
	enum err e = E_OK;

	for (item = matter_first(r->matter, n); item && !e; item = matter_next(r->matter, item)) {
		if (item->kind != MATTER_TEXT)
			return refuse_field(r, E_ENV_INVALID, item,
				"an entry of '%s' is not a text; write NAME=value", field);
		e = add_entry(r, field, item, item->text);
	}
	return e;
}

static enum err env_map(struct reading *r, const char *field, const struct matter_node *n)
{
	const struct matter_node *key = matter_first(r->matter, n), *value;
	enum err e = E_OK;

	for (; key && !e; key = matter_next(r->matter, value)) {
		value = matter_next(r->matter, key);
		/* Nothing could mean empty, unset or taken over: it has to be said. */
		if (!value || value->kind != MATTER_TEXT || matter_is_null(value))
			return refuse_field(r, E_ENV_INVALID, key,
				"a value of '%s' is not a text; write \"\" for an empty one",
				field);
		e = add_env(r, field, key, key->text, value->text);
	}
	return e;
}

enum err value_environment(
	struct reading *r, const char *field, const struct matter_node *n, bool lines)
{
	if (n->kind == MATTER_LIST) return env_list(r, field, n);
	if (n->kind == MATTER_MAP) return env_map(r, field, n);
	if (lines) return env_lines(r, field, n);
	return refuse_field(r, E_ENV_INVALID, n,
		"'%s' is one text; write a list: [NAME=value, OTHER=value]", field);
}

enum err value_secrets(struct reading *r, const char *field, const struct matter_node *n)
{
	const struct matter_node *item;
	enum err e = E_OK;

	if (n->kind != MATTER_LIST)
		return refuse_field(
			r, E_ENV_INVALID, n, "'%s' is not a list; write [API_TOKEN]", field);
	for (item = matter_first(r->matter, n); item && !e; item = matter_next(r->matter, item)) {
		if (item->kind != MATTER_TEXT)
			return refuse_field(r, E_ENV_INVALID, item,
				"an entry of '%s' is not a text; write only its name", field);
		e = add_secret(r, field, item, item->text);
	}
	return e;
}

static bool label_ok(struct slice s)
{
	size_t i;

	if (s.n == 0 || s.n > LABEL_BYTES || s.p[0] == '-' || s.p[s.n - 1] == '-') return false;
	for (i = 0; i < s.n; i++)
		if (!is_digit(s.p[i]) && !(s.p[i] >= 'a' && s.p[i] <= 'z') && s.p[i] != '-')
			return false;
	return true;
}

/* Lower-case DNS name with a dot. Its last label begins with a letter, so it is no address. */
static bool host_ok(struct slice s)
{
	struct slice left = s, label = SLICE_NONE;
	unsigned labels = 0;

	if (s.n == 0 || s.n > HOST_BYTES || s.p[s.n - 1] == '.') return false;
	while (left.n) {
		label = slice_split(&left, '.');
		if (!label_ok(label)) return false;
		labels++;
	}
	return labels >= 2 && !is_digit(label.p[0]);
}

static enum err add_host(
	struct reading *r, const char *field, const struct matter_node *n, struct slice text)
{
	const struct matter_node shown_host = {.kind = MATTER_TEXT, .text = text};
	struct slice host, port = text, made;
	size_t start = r->text->n;
	uint64_t number;
	char shown[SHOWN];
	unsigned i;

	host = slice_split(&port, ':');
	if (host.n == text.n) port = SLICE(PORT_DEFAULT);
	if (!host_ok(host) || parse_u64(port, PORT_MAX, &number) || number == 0)
		return refuse_field(r, E_NETWORK_INVALID, n,
			"'%s' names '%s'; write a full DNS name in lower case, such as "
			"api.example.org or api.example.org:8443",
			field, shown_value(shown, &shown_host));
	buf_put(r->text, host);
	buf_u8(r->text, ':');
	buf_put(r->text, port);
	made = made_text(r, start);
	for (i = 0; i < r->m->n_hosts; i++)
		if (slice_eq(r->m->hosts[i], made)) return E_OK;
	if (r->m->n_hosts == LIMIT_ENV || !made.p)
		return refuse_field(
			r, E_NETWORK_INVALID, n, "'%s' has more than %d hosts", field, LIMIT_ENV);
	r->m->hosts[r->m->n_hosts++] = made;
	return E_OK;
}

static enum err host_list(struct reading *r, const char *field, const struct matter_node *n)
{
	const struct matter_node *item;
	enum err e = E_OK;

	for (item = matter_first(r->matter, n); item && !e; item = matter_next(r->matter, item)) {
		if (item->kind != MATTER_TEXT)
			return refuse_field(r, E_NETWORK_INVALID, item,
				"an entry of '%s' is not a text; write api.example.org", field);
		e = add_host(r, field, item, item->text);
	}
	return e;
}

static enum err host_commas(struct reading *r, const char *field, const struct matter_node *n)
{
	struct slice left = n->text;
	enum err e = E_OK;

	do {
		e = add_host(r, field, n, slice_trim(slice_split(&left, ',')));
	} while (left.n && !e);
	return e;
}

/* { allow: [hosts] } and nothing else. */
static enum err host_map(struct reading *r, const char *field, const struct matter_node *n)
{
	const struct matter_node *allow = matter_get(r->matter, n, "allow");
	const struct matter_node *first = matter_first(r->matter, n);

	if (!allow || allow->kind != MATTER_LIST ||
		matter_next(r->matter, matter_next(r->matter, first)))
		return refuse_field(r, E_NETWORK_INVALID, n,
			"'%s' is not understood; write allow: [api.example.org]", field);
	return host_list(r, field, allow);
}

enum err value_network(
	struct reading *r, const char *field, const struct matter_node *n, bool commas)
{
	if (n->kind == MATTER_LIST) return host_list(r, field, n);
	if (n->kind == MATTER_MAP) return host_map(r, field, n);
	if (slice_is(n->text, "none") || slice_is(n->text, "false")) return E_OK;
	if (commas) return host_commas(r, field, n);
	return refuse_field(r, E_NETWORK_INVALID, n,
		"'%s' is one text; write none, or a list: [api.example.org]", field);
}
