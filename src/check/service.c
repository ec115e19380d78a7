/* SPDX-License-Identifier: MIT */
/* One service of a compose file. Runs in the command line; pure. */
#include "check/service.h"

#include "base/ct.h"
#include "base/text.h"
#include "check/image_ref.h"
#include "check/mounts.h"

static enum err refuse(const struct service *s, uint32_t at, const char *what)
{
	char name[64];
	uint32_t line = at ? ytree_at(s->tree, at)->line : ytree_at(s->tree, s->node)->line;

	why_set(s->why, E_COMPOSE_YAML, "line %u: service %s: %s", (unsigned)line,
		text_ascii(name, sizeof name, s->name), what);
	if (s->why) s->why->line = line;
	return E_COMPOSE_YAML;
}

static void note(
	const struct service *s, enum finding_code code, const char *key, struct slice text)
{
	findings_add(s->findings, code, "services", s->name, key, text);
}

/* The service can start code that is not in this text, or reach what others hold. */
static void launcher(
	const struct service *s, enum finding_code code, const char *key, struct slice text)
{
	s->image->launcher = s->image->agent = true;
	findings_put(s->findings, code, s->reviewed ? WEIGHT_AUDIT : WEIGHT_FATAL, "services",
		s->name, key, text);
}

static bool is_x(struct slice key)
{
	return slice_starts(key, "x-");
}

static bool listed(struct slice key, const char *const *list)
{
	size_t i;

	for (i = 0; list[i]; i++)
		if (slice_is(key, list[i])) return true;
	return false;
}

/* Anything but a plain "false" may be true by the time it is used. */
static bool maybe_true(const struct ytree *t, uint32_t i)
{
	return i && !ytree_is_null(t, i) && !slice_is(ytree_text(t, i), "false");
}

/* Present, and neither null nor an empty list or mapping. */
static bool present(const struct ytree *t, uint32_t i)
{
	if (ytree_is_null(t, i)) return false;
	return ytree_is(t, i, Y_SCALAR) || ytree_first(t, i);
}

/* Keys of services that need no judgement, and those that are judged below. */
static enum err check_keys(const struct service *s)
{
	static const char *const known[] = {"annotations", "attach", "blkio_config", "build",
		"cap_add", "cap_drop", "cgroup", "cgroup_parent", "command", "configs",
		"container_name", "cpu_count", "cpu_percent", "cpu_period", "cpu_quota",
		"cpu_rt_period", "cpu_rt_runtime", "cpu_shares", "cpus", "cpuset",
		"credential_spec", "depends_on", "deploy", "develop", "device_cgroup_rules",
		"devices", "dns", "dns_opt", "dns_search", "domainname", "driver_opts",
		"entrypoint", "env_file", "environment", "expose", "extends", "external_links",
		"extra_hosts", "gpus", "group_add", "healthcheck", "hostname", "image", "init",
		"ipc", "isolation", "label_file", "labels", "links", "logging", "mac_address",
		"mem_limit", "mem_reservation", "mem_swappiness", "memswap_limit", "models",
		"network_mode", "networks", "oom_kill_disable", "oom_score_adj", "pid",
		"pids_limit", "platform", "ports", "post_start", "pre_stop", "privileged",
		"profiles", "provider", "pull_policy", "pull_refresh_after", "read_only", "restart",
		"runtime", "scale", "secrets", "security_opt", "shm_size", "stdin_open",
		"stop_grace_period", "stop_signal", "storage_opt", "sysctls", "tmpfs", "tty",
		"ulimits", "use_api_socket", "user", "userns_mode", "uts", "volumes",
		"volumes_from", "working_dir", NULL};
	static const char *const lists[] = {"volumes", "cap_add", "devices", "device_cgroup_rules",
		"post_start", "pre_stop", "volumes_from", NULL};
	uint32_t k;
	size_t i;

	for (k = ytree_first(s->tree, s->node); k;
		k = ytree_next(s->tree, ytree_next(s->tree, k))) {
		struct slice key = ytree_text(s->tree, k);

		if (!is_x(key) && !listed(key, known)) note(s, FIND_UNKNOWN_KEY, "", key);
	}
	/* As compose's schema has it; another form would slip through the rules below. */
	for (i = 0; lists[i]; i++) {
		k = ytree_get(s->tree, s->node, lists[i]);
		if (!ytree_is_null(s->tree, k) && !ytree_is(s->tree, k, Y_SEQUENCE))
			return refuse(s, k, "a value is no list");
	}
	/* Another file, or another service whose keys would have to be merged. */
	if (ytree_get(s->tree, s->node, "extends"))
		return refuse(s, ytree_get(s->tree, s->node, "extends"), "extends is not resolved");
	return E_OK;
}

static bool reviewed(const struct service *s)
{
	size_t i;

	for (i = 0; s->policy && s->image->pinned && i < s->policy->n_launchers; i++)
		if (ct_equal(s->policy->launcher[i], s->image->digest, SHA256_LEN)) return true;
	return false;
}

static enum err judge_image(const struct service *s)
{
	const struct ytree *t = s->tree;
	uint32_t image = ytree_get(t, s->node, "image"),
		 pull = ytree_get(t, s->node, "pull_policy");
	struct slice ref = ytree_text(t, image), policy = ytree_text(t, pull);

	s->image->reference = ref;
	if (image && !ytree_is(t, image, Y_SCALAR)) return refuse(s, image, "image is no text");
	if (ytree_is_null(t, image))
		note(s, FIND_NO_IMAGE, "image", SLICE_NONE);
	else if (image_ref_pinned(ref, s->image->digest))
		s->image->pinned = true;
	else
		note(s, FIND_IMAGE_UNPINNED, "image", ref);
	/* The guest passes --build, so a build section wins over the image. */
	if (ytree_get(t, s->node, "build")) {
		s->image->pinned = false;
		note(s, FIND_BUILD, "build", SLICE_NONE);
	}
	if (ytree_get(t, s->node, "provider")) {
		s->image->pinned = false;
		note(s, FIND_PROVIDER, "provider", SLICE_NONE);
	}
	if (slice_is(policy, "build") || slice_find(policy, 0, '$') < policy.n) {
		s->image->pinned = false;
		note(s, FIND_BUILD, "pull_policy", policy);
	} else if (pull) {
		note(s, FIND_PULL_POLICY, "pull_policy", policy);
	}
	return E_OK;
}

enum finding_code mount_finding(struct slice source, bool read_only)
{
	switch (mount_classify(source)) {
	case MOUNT_ENGINE: return FIND_ENGINE;
	case MOUNT_VARIABLE: return FIND_VARIABLE_MOUNT;
	case MOUNT_AGENT: return FIND_AGENT_SOCKET;
	case MOUNT_SYSTEM: return read_only ? FIND_HOST_MOUNT : FIND_SYSTEM_MOUNT;
	case MOUNT_HOST: return FIND_HOST_MOUNT;
	default: return FINDING_COUNT;
	}
}

static void judge_mount(const struct service *s, struct slice source, bool read_only)
{
	enum finding_code code = mount_finding(source, read_only);

	if (mount_has_agent(source)) s->image->agent = true;
	if (code == FIND_ENGINE || code == FIND_VARIABLE_MOUNT || code == FIND_SYSTEM_MOUNT)
		launcher(s, code, "volumes", source);
	else if (code != FINDING_COUNT)
		note(s, code, "volumes", source);
}

/* "source:target:mode" */
static void judge_short_volume(const struct service *s, struct slice text)
{
	size_t at = slice_find(text, 0, ':');
	struct slice source = slice_sub(text, 0, at), rest = slice_from(text, at + 1), option;
	bool read_only = false;

	/* A variable may hold colons of its own. */
	if (slice_find(text, 0, '$') < text.n) {
		launcher(s, FIND_VARIABLE_MOUNT, "volumes", text);
		return;
	}
	if (at == text.n || !mount_is_path(source)) return;
	slice_split(&rest, ':');
	while (rest.n) {
		option = slice_split(&rest, ',');
		read_only = read_only || slice_is(option, "ro");
	}
	judge_mount(s, source, read_only);
}

static void judge_long_volume(const struct service *s, uint32_t v)
{
	const struct ytree *t = s->tree;
	struct slice type = ytree_text(t, ytree_get(t, v, "type"));
	struct slice source = ytree_text(t, ytree_get(t, v, "source"));
	struct slice ro = ytree_text(t, ytree_get(t, v, "read_only"));
	uint8_t digest[32];

	if (slice_find(type, 0, '$') < type.n || slice_find(source, 0, '$') < source.n) {
		launcher(s, FIND_VARIABLE_MOUNT, "volumes", source);
	} else if (slice_is(type, "image")) {
		if (!image_ref_pinned(source, digest))
			note(s, FIND_IMAGE_VOLUME, "volumes", source);
	} else if (slice_is(type, "bind") || mount_is_path(source)) {
		judge_mount(s, source, slice_is(ro, "true"));
	}
}

static enum err judge_volumes(const struct service *s)
{
	const struct ytree *t = s->tree;
	uint32_t list = ytree_get(t, s->node, "volumes"), v;

	for (v = ytree_first(t, list); v; v = ytree_next(t, v)) {
		if (ytree_is(t, v, Y_SCALAR))
			judge_short_volume(s, ytree_text(t, v));
		else if (ytree_is(t, v, Y_MAPPING))
			judge_long_volume(s, v);
		else
			return refuse(s, v, "a volume is neither text nor mapping");
	}
	return E_OK;
}

/* Capabilities with which one leaves a container (capabilities(7)). */
static bool cap_is_powerful(struct slice cap)
{
	static const char *const powerful[] = {"ALL", "SYS_ADMIN", "SYS_MODULE", "SYS_RAWIO",
		"SYS_PTRACE", "SYS_BOOT", "BPF", "DAC_READ_SEARCH", "MAC_ADMIN", NULL};
	struct slice bare = cap;
	size_t i;

	if (slice_is_nocase(slice_sub(cap, 0, 4), "CAP_")) bare = slice_from(cap, 4);
	for (i = 0; powerful[i]; i++)
		if (slice_is_nocase(bare, powerful[i])) return true;
	return slice_find(cap, 0, '$') < cap.n;
}

/* What gives rights on the machine. */
static void judge_rights(const struct service *s)
{
	static const char *const devices[] = {"devices", "device_cgroup_rules", NULL};
	const struct ytree *t = s->tree;
	struct slice pid = ytree_text(t, ytree_get(t, s->node, "pid"));
	uint32_t cap;
	size_t i;

	if (maybe_true(t, ytree_get(t, s->node, "privileged")))
		launcher(s, FIND_PRIVILEGED, "privileged", SLICE_NONE);
	if (maybe_true(t, ytree_get(t, s->node, "use_api_socket")))
		launcher(s, FIND_ENGINE, "use_api_socket", SLICE_NONE);
	if (slice_is(pid, "host") || slice_find(pid, 0, '$') < pid.n)
		launcher(s, FIND_HOST_PID, "pid", pid);
	else if (pid.n)
		note(s, FIND_HOST_NAMESPACE, "pid", pid);
	/* Through another container's processes or volumes its sockets can be reached. */
	if (pid.n || present(t, ytree_get(t, s->node, "volumes_from"))) s->image->agent = true;
	for (i = 0; devices[i]; i++)
		if (present(t, ytree_get(t, s->node, devices[i])))
			launcher(s, FIND_DEVICES, devices[i],
				ytree_text(t, ytree_first(t, ytree_get(t, s->node, devices[i]))));
	for (cap = ytree_first(t, ytree_get(t, s->node, "cap_add")); cap;
		cap = ytree_next(t, cap)) {
		if (cap_is_powerful(ytree_text(t, cap)))
			launcher(s, FIND_CAPABILITY, "cap_add", ytree_text(t, cap));
		else
			note(s, FIND_CAP_ADD, "cap_add", ytree_text(t, cap));
	}
}

/* Commands that the engine runs inside the container. */
static void judge_hooks(const struct service *s, const char *key)
{
	const struct ytree *t = s->tree;
	uint32_t list = ytree_get(t, s->node, key), h;

	for (h = ytree_first(t, list); h; h = ytree_next(t, h)) {
		note(s, FIND_HOOK, key, ytree_text(t, ytree_get(t, h, "command")));
		if (maybe_true(t, ytree_get(t, h, "privileged")))
			launcher(s, FIND_PRIVILEGED, key, SLICE_NONE);
	}
}

/* Keys that only have to be seen, with their first text. */
static void judge_rest(const struct service *s)
{
	static const struct {
		const char *key;
		enum finding_code code;
	} keys[] = {{"security_opt", FIND_SECURITY_OPT}, {"sysctls", FIND_SECURITY_OPT},
		{"cgroup_parent", FIND_SECURITY_OPT}, {"credential_spec", FIND_SECURITY_OPT},
		{"ipc", FIND_HOST_NAMESPACE}, {"network_mode", FIND_HOST_NAMESPACE},
		{"userns_mode", FIND_HOST_NAMESPACE}, {"uts", FIND_HOST_NAMESPACE},
		{"cgroup", FIND_HOST_NAMESPACE}, {"volumes_from", FIND_HOST_NAMESPACE},
		{"env_file", FIND_ENV_FILE}, {"label_file", FIND_ENV_FILE}, {"deploy", FIND_DEPLOY},
		{"gpus", FIND_DEPLOY}, {"scale", FIND_DEPLOY}, {"develop", FIND_DEVELOP},
		{"runtime", FIND_RUNTIME}, {"isolation", FIND_RUNTIME}, {"models", FIND_MODEL},
		{"ports", FIND_PORT}, {"profiles", FIND_PROFILE}};
	const struct ytree *t = s->tree;
	size_t i;

	for (i = 0; i < sizeof keys / sizeof *keys; i++) {
		uint32_t v = ytree_get(t, s->node, keys[i].key);
		struct ytree_walk w = ytree_walk(v);

		if (present(t, v))
			note(s, keys[i].code, keys[i].key, ytree_text(t, ytree_walk_next(t, &w)));
	}
	judge_hooks(s, "post_start");
	judge_hooks(s, "pre_stop");
}

/* The first variable in a text, without its "$"; empty when there is none. */
static struct slice variable_in(struct slice text)
{
	size_t at = 0, n;

	for (;;) {
		at = slice_find(text, at, '$');
		if (at >= text.n) return SLICE_NONE;
		/* "$$" is a plain dollar sign. */
		if (at + 1 >= text.n || text.p[at + 1] != '$') break;
		at += 2;
	}
	text = slice_from(text, at + 1);
	if (slice_starts(text, "{")) text = slice_from(text, 1);
	for (n = 0; n < text.n; n++) {
		uint8_t c = text.p[n] | 0x20;

		if (!(c >= 'a' && c <= 'z') && text.p[n] != '_' &&
			!(text.p[n] >= '0' && text.p[n] <= '9'))
			break;
	}
	return n ? slice_sub(text, 0, n) : SLICE("?");
}

/* Every text of the service that is filled in at start. */
static void judge_variables(const struct service *s)
{
	struct ytree_walk w = ytree_walk(s->node);
	uint32_t i;

	for (i = ytree_walk_next(s->tree, &w); i; i = ytree_walk_next(s->tree, &w)) {
		struct slice name = variable_in(ytree_text(s->tree, i));

		if (name.n == 0) continue;
		note(s, FIND_VARIABLE,
			compose_allows_env(s->compose, name) ? "(set by the host)" : "", name);
	}
}

enum err service_judge(struct service *s)
{
	enum err e;

	if (!ytree_is(s->tree, s->node, Y_MAPPING)) return refuse(s, s->node, "not a mapping");
	s->image->service = s->name;
	e = check_keys(s);
	if (!e) e = judge_image(s);
	if (e) return e;
	s->reviewed = reviewed(s);
	e = judge_volumes(s);
	if (e) return e;
	judge_rights(s);
	judge_rest(s);
	judge_variables(s);
	if (s->image->launcher && s->reviewed)
		note(s, FIND_REVIEWED_LAUNCHER, "image", s->image->reference);
	return E_OK;
}
