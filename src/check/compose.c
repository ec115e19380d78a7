/* SPDX-License-Identifier: MIT */
/* The app-compose text. Runs in the command line; pure. */
#include "check/compose.h"

#include "base/ct.h"
#include "base/limits.h"
#include "base/num.h"
#include "base/text.h"

/* Types a member may have. */
enum { T_TEXT = 1, T_BOOL = 2, T_NUMBER = 4, T_ARRAY = 8, T_OBJECT = 16 };

/* Every member that a guest or a well-known script reads, specs/dstack.md 3.3. */
static const struct {
	const char *name;
	unsigned types;
} members[] = {
	{"manifest_version", T_TEXT | T_NUMBER},
	{"name", T_TEXT},
	{"runner", T_TEXT},
	{"docker_compose_file", T_TEXT},
	{"bash_script", T_TEXT},
	{"pre_launch_script", T_TEXT},
	{"init_script", T_TEXT | T_ARRAY},
	{"features", T_ARRAY},
	{"docker_config", T_OBJECT},
	{"kms_enabled", T_BOOL},
	{"local_key_provider_enabled", T_BOOL},
	{"key_provider", T_TEXT},
	{"key_provider_id", T_TEXT},
	{"gateway_enabled", T_BOOL},
	{"tproxy_enabled", T_BOOL},
	{"public_logs", T_BOOL},
	{"public_sysinfo", T_BOOL},
	{"public_tcbinfo", T_BOOL},
	{"allowed_envs", T_ARRAY},
	{"no_instance_id", T_BOOL},
	{"secure_time", T_BOOL},
	{"storage_fs", T_TEXT},
	{"swap_size", T_NUMBER | T_TEXT},
	{"event_log_version", T_NUMBER},
	{"port_policy", T_OBJECT},
	{"requirements", T_OBJECT},
	{"verity_volumes", T_ARRAY},
	{"snapshotter", T_TEXT},
	{"launch_token_hash", T_TEXT},
};

/* Scripts in an init_script array. */
#define INIT_SCRIPTS_MAX 5

static enum err bad(struct why *why, const char *member, const char *what)
{
	return why_set(why, E_COMPOSE_FORMAT, "app-compose: %s %s", member, what);
}

enum err compose_hash_check(struct slice text, struct slice measured, struct why *why)
{
	uint8_t digest[SHA256_LEN];

	sha256(text, digest);
	if (measured.n == sizeof digest && ct_equal(digest, measured.p, sizeof digest)) return E_OK;
	return why_set(why, E_COMPOSE_HASH, "the text hashes to %02x%02x%02x%02x...", digest[0],
		digest[1], digest[2], digest[3]);
}

static unsigned type_of(const struct cJSON *j)
{
	struct slice s;
	bool b;

	if (!json_str(j, &s)) return T_TEXT;
	if (!json_bool(j, &b)) return T_BOOL;
	if (json_is_array(j)) return T_ARRAY;
	if (json_is_object(j)) return T_OBJECT;
	return T_NUMBER;
}

/* Types of known members; unknown ones are refused or remarked on. Null counts as absent. */
static enum err check_members(const struct compose *c, const struct compose_policy *policy,
	struct findings *f, struct why *why)
{
	const size_t n = sizeof members / sizeof *members;
	const struct cJSON *j;
	char shown[64];
	size_t i;

	for (j = json_child(c->tree); j; j = json_next(j)) {
		struct slice name = json_name(j);

		for (i = 0; i < n && !slice_is(name, members[i].name); i++)
			continue;
		if (i == n && !(policy && policy->allow_unknown_members))
			return why_set(why, E_COMPOSE_MEMBER, "app-compose: unknown member %s",
				text_ascii(shown, sizeof shown, name));
		if (i == n) {
			findings_add(f, FIND_UNKNOWN_MEMBER, "", name, "", SLICE_NONE);
			continue;
		}
		if (!json_is_null(j) && !(type_of(j) & members[i].types))
			return bad(why, members[i].name, "has a wrong type");
	}
	return E_OK;
}

/* A text member; false when absent or null. */
static bool text_of(const struct compose *c, const char *name, struct slice *out)
{
	return json_get_str(c->tree, name, out) == E_OK;
}

static bool flag_of(const struct compose *c, const char *name, bool otherwise)
{
	bool v = otherwise;

	json_get_bool(c->tree, name, &v);
	return v;
}

/* 1 or 2 as a number, or a decimal text; from 3 on only a text. */
static enum err check_version(const struct compose *c, struct why *why)
{
	const struct cJSON *j = json_get(c->tree, "manifest_version");
	struct slice s;
	uint64_t v;

	if (!json_str(j, &s) ? !parse_u64(s, UINT32_MAX, &v) && v >= 1
			     : !json_u64(j, 2, &v) && v >= 1)
		return E_OK;
	return bad(why, "manifest_version", "is missing or not valid");
}

static enum err read_runner(struct compose *c, struct why *why)
{
	struct slice s = SLICE_NONE;

	text_of(c, "runner", &s);
	text_of(c, "docker_compose_file", &c->compose_file);
	if (slice_is(s, "docker-compose"))
		c->runner = RUNNER_DOCKER_COMPOSE;
	else if (slice_is(s, "nerdctl-compose"))
		c->runner = RUNNER_NERDCTL_COMPOSE;
	else if (slice_is(s, "bash"))
		c->runner = RUNNER_BASH;
	else
		return bad(why, "runner", "is missing or unknown");
	if (c->runner == RUNNER_BASH)
		c->compose_file = SLICE_NONE;
	else if (!c->compose_file.p)
		return bad(why, "docker_compose_file", "is missing");
	return E_OK;
}

/* What a script seems to do: only for the message, never for the verdict. */
static const char *script_hint(struct slice script)
{
	static const char *const telling[] = {"docker run", "docker pull", "podman run",
		"nerdctl run", "ctr run", "COMPOSE_FILE", "curl", "wget", NULL};
	size_t i;

	for (i = 0; telling[i]; i++)
		if (slice_search(script, 0, slice_str(telling[i])) < script.n) return telling[i];
	return NULL;
}

/* One script: reviewed by its hash, or code that nothing pins. */
static void judge_script(const struct compose_policy *policy, struct findings *f,
	enum finding_code code, const char *member, struct slice script)
{
	uint8_t digest[SHA256_LEN];
	char text[160];
	struct buf b = buf_on(text, sizeof text);
	const char *hint = script_hint(script);
	size_t i;

	if (script.n == 0) return;
	sha256(script, digest);
	buf_str(&b, "sha256 ");
	buf_hex(&b, SLICE_OF(digest));
	if (hint) buf_fmt(&b, ", holds \"%s\"", hint);
	for (i = 0; policy && i < policy->n_scripts; i++)
		if (ct_equal(digest, policy->script[i], sizeof digest)) code = FIND_REVIEWED_SCRIPT;
	findings_add(f, code, "", SLICE_NONE, member, buf_slice(&b));
}

static enum err judge_init_scripts(const struct compose *c, const struct compose_policy *policy,
	struct findings *f, struct why *why)
{
	const struct cJSON *j = json_get(c->tree, "init_script");
	struct slice s;
	size_t n = 0;

	if (!json_str(j, &s)) {
		judge_script(policy, f, FIND_INIT_SCRIPT, "init_script", s);
		return E_OK;
	}
	for (j = json_child(j); j; j = json_next(j)) {
		if (json_str(j, &s)) return bad(why, "init_script", "holds what is no text");
		if (++n > INIT_SCRIPTS_MAX)
			return bad(why, "init_script", "holds too many scripts");
		judge_script(policy, f, FIND_INIT_SCRIPT, "init_script", s);
	}
	return E_OK;
}

static enum err judge_scripts(const struct compose *c, const struct compose_policy *policy,
	struct findings *f, struct why *why)
{
	struct slice s = SLICE_NONE;

	if (text_of(c, "pre_launch_script", &s))
		judge_script(policy, f, FIND_PRE_LAUNCH_SCRIPT, "pre_launch_script", s);
	s = SLICE_NONE;
	text_of(c, "bash_script", &s);
	if (c->runner == RUNNER_BASH && s.n)
		judge_script(policy, f, FIND_BASH_SCRIPT, "bash_script", s);
	else if (c->runner == RUNNER_BASH)
		findings_add(f, FIND_BASH_SCRIPT, "", SLICE_NONE, "bash_script", SLICE("empty"));
	else if (s.n)
		findings_add(f, FIND_UNUSED_SCRIPT, "", SLICE_NONE, "bash_script", SLICE_NONE);
	return judge_init_scripts(c, policy, f, why);
}

/* key_provider, or what the two older members say (specs/dstack.md 3.3). */
static enum err read_key_provider(struct compose *c, struct findings *f, struct why *why)
{
	static const char *const known[] = {"none", "kms", "local", "tpm"};
	size_t i;

	c->key_provider = flag_of(c, "kms_enabled", false)                  ? SLICE("kms")
			  : flag_of(c, "local_key_provider_enabled", false) ? SLICE("local")
									    : SLICE("none");
	text_of(c, "key_provider", &c->key_provider);
	text_of(c, "key_provider_id", &c->key_provider_id);
	for (i = 0; i < 4 && !slice_is(c->key_provider, known[i]); i++)
		continue;
	if (i == 4) return bad(why, "key_provider", "is unknown");
	findings_add(f, FIND_KEY_PROVIDER, "", SLICE_NONE, "key_provider", c->key_provider);
	if (!slice_is(c->key_provider, "none") && c->key_provider_id.n == 0)
		findings_add(f, FIND_KEY_PROVIDER_UNPINNED, "", SLICE_NONE, "key_provider_id",
			SLICE_NONE);
	return E_OK;
}

static enum err read_envs(struct compose *c, struct findings *f, struct why *why)
{
	const struct cJSON *array = json_get(c->tree, "allowed_envs"), *j;
	struct slice s;

	c->allowed_envs = array;
	for (j = json_child(array); j; j = json_next(j)) {
		if (json_str(j, &s)) return bad(why, "allowed_envs", "holds what is no text");
		findings_add(f, FIND_ALLOWED_ENV, "", SLICE_NONE, "allowed_envs", s);
	}
	return E_OK;
}

static void note_if(struct findings *f, bool is, enum finding_code code, const char *member)
{
	if (is) findings_add(f, code, "", SLICE_NONE, member, SLICE_NONE);
}

/* Members that change what an outsider sees or what an attack can do. */
static void judge_settings(struct compose *c, struct findings *f)
{
	struct slice fs = SLICE_NONE;

	c->public_tcbinfo = flag_of(c, "public_tcbinfo", true);
	c->public_logs = flag_of(c, "public_logs", false);
	c->no_instance_id = flag_of(c, "no_instance_id", false);
	c->gateway = flag_of(c, "gateway_enabled", false) || flag_of(c, "tproxy_enabled", false);
	note_if(f, !c->public_tcbinfo, FIND_PRIVATE_TCBINFO, "public_tcbinfo");
	note_if(f, c->public_logs, FIND_PUBLIC_LOGS, "public_logs");
	note_if(f, flag_of(c, "public_sysinfo", false), FIND_PUBLIC_SYSINFO, "public_sysinfo");
	note_if(f, c->no_instance_id, FIND_NO_INSTANCE_ID, "no_instance_id");
	note_if(f, c->gateway, FIND_GATEWAY, "gateway_enabled");
	note_if(f, !flag_of(c, "secure_time", true), FIND_INSECURE_TIME, "secure_time");
	note_if(f, json_count(json_get(c->tree, "features")) > 0, FIND_DEPRECATED, "features");
	note_if(f, json_count(json_get(c->tree, "docker_config")) > 0, FIND_DEPRECATED,
		"docker_config");
	text_of(c, "storage_fs", &fs);
	note_if(f, fs.n && !slice_is(fs, "zfs"), FIND_STORAGE, "storage_fs");
}

enum err compose_read(struct slice text, const struct compose_policy *policy, struct compose *out,
	struct findings *f, struct why *why)
{
	struct compose c = {0};
	struct why inner = WHY_INIT;
	enum err e;

	if (text.n > LIMIT_COMPOSE_BYTES) return bad(why, "text", "is too large");
	sha256(text, c.sha256);
	e = json_parse(text, JSON_NUMBERS, &c.tree, &inner);
	if (e == E_NO_MEMORY) return e;
	if (e) return bad(why, "text:", inner.text);
	e = json_is_object(c.tree) ? E_OK : bad(why, "text", "is no object");
	if (!e) e = check_members(&c, policy, f, why);
	if (!e) e = check_version(&c, why);
	if (!e) e = read_runner(&c, why);
	text_of(&c, "name", &c.name);
	if (!e) e = judge_scripts(&c, policy, f, why);
	if (!e) e = read_key_provider(&c, f, why);
	if (!e) e = read_envs(&c, f, why);
	if (e) {
		compose_drop(&c);
		return e;
	}
	judge_settings(&c, f);
	*out = c;
	return E_OK;
}

void compose_drop(struct compose *c)
{
	json_drop(&c->tree);
}

bool compose_allows_env(const struct compose *c, struct slice name)
{
	const struct cJSON *j;
	struct slice s;

	for (j = json_child(c->allowed_envs); j; j = json_next(j))
		if (!json_str(j, &s) && slice_eq(s, name)) return true;
	return false;
}
