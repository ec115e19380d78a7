/* SPDX-License-Identifier: MIT */
/* The files of a package, one after the other. Runs in unpack. */
#include "unpack/inspect.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "base/fdio.h"
#include "facts/facts.h"
#include "proc/memfd.h"
#include "unpack/manifest_read.h"

struct inspect {
	struct facts facts;
	struct facts_package package;
	struct slice paths[LIMIT_MEMBERS];
	struct manifest manifest;
	struct needs needs;
	struct slice environment[REQUIRES_MAX + 2 * LIMIT_ENV], hosts[REQUIRES_MAX + LIMIT_ENV];
	struct manifest_memory *manifest_memory;
	uint8_t text[FACTS_MEMORY];
};

/*
 * Mapped, not read: the tree is memory already, and a copy of its largest file
 * would be 16 MiB more. Links are followed nowhere: the tree holds none, whoever
 * says otherwise.
 */
static enum err map_file(int dir, struct slice path, struct slice *out)
{
	char name[LIMIT_PATH_BYTES + 1];
	struct stat st;
	void *p = NULL;
	int fd;

	if (!slice_text(name, sizeof name, path)) return E_INTERNAL;
	fd = openat(dir, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (fd < 0) return E_INTERNAL;
	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode) || st.st_size > LIMIT_FILE_BYTES)
		p = MAP_FAILED;
	else if (st.st_size > 0)
		p = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_SHARED, fd, 0);
	fd_close(&fd);
	if (p == MAP_FAILED) return E_INTERNAL;
	*out = p ? slice_of(p, (size_t)st.st_size) : SLICE_NONE;
	return E_OK;
}

/* What the manifest declares, when there is one that can be read. */
static void read_declared(struct inspect *m, int dir, struct slice path)
{
	struct facts_declared *d = &m->package.declared;
	struct slice file = SLICE_NONE;
	struct why why = WHY_INIT;
	unsigned i, n = 0, n_hosts = 0;

	if (!path.n || map_file(dir, path, &file)) return;
	if (file.n > LIMIT_MANIFEST_BYTES ||
		manifest_read(file, SLICE("skill"), m->manifest_memory, &m->manifest, &why))
		m->manifest = (struct manifest){0};
	/* What was read stands in memory of its own. */
	map_drop(&file);
	manifest_requires(m->manifest_memory, &m->needs);
	for (i = 0; i < m->needs.n_environment; i++)
		m->environment[n++] = m->needs.environment[i];
	for (i = 0; i < m->manifest.n_env; i++)
		m->environment[n++] = m->manifest.env[i].name;
	for (i = 0; i < m->manifest.n_secrets; i++)
		m->environment[n++] = m->manifest.secrets[i];
	d->environment = m->environment;
	d->n_environment = n;
	d->binaries = m->needs.binaries;
	d->n_binaries = m->needs.n_binaries;
	for (i = 0; i < m->needs.n_hosts; i++)
		m->hosts[n_hosts++] = m->needs.hosts[i];
	for (i = 0; i < m->manifest.n_hosts; i++)
		m->hosts[n_hosts++] = m->manifest.hosts[i];
	d->hosts = m->hosts;
	d->n_hosts = n_hosts;
	d->test = m->manifest.command.n > 0;
	d->macos_only = m->needs.macos_only;
}

static void forget(const struct facts_source *s, size_t used)
{
	map_forget(s->bytes, s->forgotten, used);
}

static enum err search(struct inspect *m, const struct inspection_request *r, int dir)
{
	enum err e = E_OK;
	unsigned i;

	for (i = 0; i < r->n_files; i++)
		m->paths[i] = r->files[i].path;
	m->package.paths = m->paths;
	m->package.n_paths = r->n_files;
	read_declared(m, dir, r->manifest);
	facts_begin(&m->facts, &m->package, m->text);
	for (i = 0; !e && i < r->n_files; i++) {
		size_t forgotten = 0;
		struct facts_source s = {.path = r->files[i].path,
			.executable = r->files[i].executable,
			.passed = forget,
			.forgotten = &forgotten};

		e = map_file(dir, s.path, &s.bytes);
		if (!e) facts_file(&m->facts, &s);
		map_drop(&s.bytes);
	}
	facts_end(&m->facts);
	return e;
}

enum err inspect_package(
	struct inspect **mem, const struct inspection_request *r, int root, struct inspection **out)
{
	struct inspect *m = calloc(1, sizeof *m);
	char name[LIMIT_COMPONENT_BYTES + 1] = ".";
	enum err e;
	int dir;

	*mem = m;
	if (!m) return E_NO_MEMORY;
	m->manifest_memory = manifest_memory_new();
	if (!m->manifest_memory) return E_NO_MEMORY;
	if (r->skill_root.n && !slice_text(name, sizeof name, r->skill_root)) return E_INTERNAL;
	dir = openat(root, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	e = dir < 0 ? E_INTERNAL : search(m, r, dir);
	fd_close(&dir);
	*out = &m->facts.out;
	return e;
}

void inspect_free(struct inspect **mem)
{
	if (*mem) manifest_memory_free(&(*mem)->manifest_memory);
	free(*mem);
	*mem = NULL;
}
