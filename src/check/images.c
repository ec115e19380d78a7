/* SPDX-License-Identifier: MIT */
/* What a compose file starts. Runs in the command line; pure. */
#include "check/images.h"

#include "base/ct.h"
#include "base/text.h"
#include "check/service.h"

/* State of one reading. */
struct reading {
	const struct compose *compose;
	const struct compose_policy *policy;
	struct images *im;
	struct findings *findings;
	struct why *why;
	bool agent_for_all; /* some shared resource is the agent's socket */
};

static enum err refuse(const struct reading *r, uint32_t at, const char *what)
{
	uint32_t line = ytree_at(&r->im->tree, at)->line;

	why_set(r->why, E_COMPOSE_YAML, "line %u: %s", (unsigned)line, what);
	if (r->why) r->why->line = line;
	return E_COMPOSE_YAML;
}

static enum err check_top(const struct reading *r)
{
	static const char *const known[] = {"version", "name", "services", "networks", "volumes",
		"configs", "secrets", "models", NULL};
	const struct ytree *t = &r->im->tree;
	uint32_t k;
	size_t i;

	for (k = ytree_first(t, t->root); k; k = ytree_next(t, ytree_next(t, k))) {
		struct slice key = ytree_text(t, k);

		if (slice_is(key, "include")) return refuse(r, k, "include is not resolved");
		for (i = 0; known[i] && !slice_is(key, known[i]); i++)
			continue;
		if (!known[i] && !slice_starts(key, "x-"))
			findings_add(r->findings, FIND_UNKNOWN_KEY, "", SLICE_NONE, "", key);
		if (slice_is(key, "models"))
			findings_add(r->findings, FIND_MODEL, "", SLICE_NONE, "models", SLICE_NONE);
	}
	return E_OK;
}

/* A path that a volume, config or secret of the whole file stands for. */
static void judge_path(struct reading *r, const char *group, struct slice name, const char *member,
	struct slice path, bool read_only)
{
	enum finding_code code = mount_finding(path, read_only);

	if (code == FINDING_COUNT) return;
	findings_add(r->findings, code, group, name, member, path);
	if (code == FIND_AGENT_SOCKET) r->agent_for_all = true;
}

/* Options of the local driver are those of mount(8). */
static void judge_driver_options(struct reading *r, struct slice name, uint32_t opts)
{
	static const char *const remote[] = {"tmpfs", "nfs", "nfs4", "cifs", NULL};
	const struct ytree *t = &r->im->tree;
	struct slice type = ytree_text(t, ytree_get(t, opts, "type"));
	struct slice device = ytree_text(t, ytree_get(t, opts, "device"));
	struct slice o = ytree_text(t, ytree_get(t, opts, "o"));
	size_t i;

	for (i = 0; remote[i]; i++)
		if (slice_is(type, remote[i])) {
			findings_add(r->findings, FIND_VOLUME_DRIVER, "volumes", name,
				"driver_opts", device);
			return;
		}
	if (slice_is(type, "none") && slice_is(o, "bind") && device.n)
		judge_path(r, "volumes", name, "driver_opts", device, false);
	else
		findings_add(
			r->findings, FIND_VOLUME_OPTIONS, "volumes", name, "driver_opts", device);
}

static void judge_volume(struct reading *r, struct slice name, uint32_t v)
{
	const struct ytree *t = &r->im->tree;
	uint32_t driver = ytree_get(t, v, "driver"), opts = ytree_get(t, v, "driver_opts");

	if (!ytree_is_null(t, driver) && !slice_is(ytree_text(t, driver), "local"))
		findings_add(r->findings, FIND_VOLUME_DRIVER, "volumes", name, "driver",
			ytree_text(t, driver));
	if (ytree_first(t, opts)) judge_driver_options(r, name, opts);
}

static void judge_file(struct reading *r, const char *group, struct slice name, uint32_t v)
{
	const struct ytree *t = &r->im->tree;
	struct slice file = ytree_text(t, ytree_get(t, v, "file"));
	struct slice env = ytree_text(t, ytree_get(t, v, "environment"));

	if (file.n) {
		findings_add(r->findings, FIND_FILE_RESOURCE, group, name, "file", file);
		judge_path(r, group, name, "file", file, true);
	}
	if (env.n) findings_add(r->findings, FIND_FILE_RESOURCE, group, name, "environment", env);
}

/* Volumes, configs, secrets and networks of the whole file. */
static void judge_shared(struct reading *r, const char *group)
{
	const struct ytree *t = &r->im->tree;
	uint32_t k = ytree_first(t, ytree_get(t, t->root, group));

	for (; k; k = ytree_next(t, ytree_next(t, k))) {
		struct slice name = ytree_text(t, k);
		uint32_t v = ytree_next(t, k), external = ytree_get(t, v, "external");

		if (!ytree_is_null(t, external) && !slice_is(ytree_text(t, external), "false"))
			findings_add(
				r->findings, FIND_EXTERNAL, group, name, "external", SLICE_NONE);
		if (slice_is(slice_str(group), "volumes"))
			judge_volume(r, name, v);
		else
			judge_file(r, group, name, v);
	}
}

static enum err check_shared(struct reading *r)
{
	static const char *const groups[] = {"volumes", "configs", "secrets", "networks"};
	const struct ytree *t = &r->im->tree;
	size_t i;

	for (i = 0; i < 4; i++) {
		uint32_t v = ytree_get(t, t->root, groups[i]);

		/* A list would be walked in pairs. */
		if (!ytree_is_null(t, v) && !ytree_is(t, v, Y_MAPPING))
			return refuse(r, v, "volumes, configs, secrets and networks are mappings");
		judge_shared(r, groups[i]);
	}
	return E_OK;
}

static enum err judge_services(struct reading *r)
{
	struct images *im = r->im;
	const struct ytree *t = &im->tree;
	uint32_t services = ytree_get(t, t->root, "services"), k;
	enum err e = E_OK;

	if (!services) return refuse(r, t->root, "there are no services");
	if (!ytree_is(t, services, Y_MAPPING) || !ytree_first(t, services))
		return refuse(r, services, "services is empty or no mapping");
	for (k = ytree_first(t, services); k && !e; k = ytree_next(t, ytree_next(t, k))) {
		struct service s = {.compose = r->compose,
			.policy = r->policy,
			.tree = t,
			.findings = r->findings,
			.why = r->why,
			.name = ytree_text(t, k),
			.node = ytree_next(t, k)};

		if (im->n == LIMIT_COMPOSE_SERVICES) return refuse(r, k, "too many services");
		if (im->n > 0)
			findings_add(r->findings, FIND_SECOND_SERVICE, "services", s.name, "",
				SLICE_NONE);
		s.image = &im->item[im->n++];
		e = service_judge(&s);
	}
	return e;
}

/* Who reaches the agent, once all services are known. */
static void judge_agents(struct reading *r)
{
	struct images *im = r->im;
	size_t i, n = 0;

	for (i = 0; i < im->n; i++) {
		if (r->agent_for_all) im->item[i].agent = true;
		if (im->item[i].agent && n++ > 0)
			findings_add(r->findings, FIND_AGENT_SHARED, "services",
				im->item[i].service, "", SLICE_NONE);
	}
}

enum err images_read(const struct compose *c, const struct compose_policy *policy,
	struct images *out, struct findings *f, struct why *why)
{
	struct reading r = {c, policy, out, f, why, false};
	enum err e = E_OK;

	*out = (struct images){0};
	if (c->runner != RUNNER_BASH) {
		e = ytree_read(c->compose_file, &out->tree, why);
		if (e) return e;
		e = check_top(&r);
		if (!e) e = judge_services(&r);
		if (!e) e = check_shared(&r);
		if (!e) judge_agents(&r);
	}
	if (e) images_drop(out);
	return e;
}

void images_drop(struct images *im)
{
	ytree_drop(&im->tree);
}

enum err images_expect(const struct images *im, const uint8_t digest[32], struct why *why)
{
	char name[64];
	bool found = false;
	size_t i;

	for (i = 0; i < im->n; i++) {
		const struct image *m = &im->item[i];
		bool ours = m->pinned && ct_equal(m->digest, digest, 32);

		found = found || (ours && m->agent);
		if (m->agent && !ours)
			return why_set(why, E_IMAGE_OTHER,
				"service %s reaches the guest agent with another image",
				text_ascii(name, sizeof name, m->service));
	}
	if (found) return E_OK;
	return why_set(why, E_IMAGE_OTHER, "no service with this image reaches the guest agent");
}
