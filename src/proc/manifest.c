/* SPDX-License-Identifier: MIT */
/* The manifest between processes. Runs in unpack, runner, attest, http, cli; pure. */
#include "proc/manifest.h"

#include <string.h>

static void codec_command(struct codec *c, struct command *cmd)
{
	codec_u8(c, &cmd->form, FORM_SHELL);
	codec_texts(c, cmd->argv, &cmd->n, LIMIT_ARGS, TEXT_UTF8, LIMIT_ARGS_BYTES);
}

void codec_manifest(struct codec *c, struct manifest *m)
{
	unsigned i;

	codec_text(c, &m->name, TEXT_UTF8, LIMIT_NAME_BYTES);
	codec_text_opt(c, &m->version, TEXT_WORD, LIMIT_VERSION_BYTES);
	codec_text_opt(c, &m->description, TEXT_UTF8, LIMIT_DESCRIPTION_BYTES);
	codec_text_opt(c, &m->entrypoint, TEXT_UTF8, LIMIT_PATH_BYTES);
	codec_text_opt(c, &m->runtime, TEXT_WORD, LIMIT_PATH_BYTES);
	codec_u8(c, &m->name_source, NAME_DIRECTORY);
	codec_u8(c, &m->version_source, VERSION_METADATA);
	codec_u8(c, &m->test_source, TEST_METADATA);
	codec_command(c, &m->command);
	codec_command(c, &m->setup);
	codec_u32(c, &m->timeout_ms, LIMIT_TIMEOUT_MS);
	codec_u8(c, &m->expect_exit, 255);
	codec_text_opt(c, &m->workdir, TEXT_UTF8, LIMIT_PATH_BYTES);
	codec_count(c, &m->n_env, LIMIT_ENV);
	for (i = 0; i < m->n_env; i++) {
		codec_text(c, &m->env[i].name, TEXT_WORD, LIMIT_ENV_NAME_BYTES);
		codec_text(c, &m->env[i].value, TEXT_UTF8, LIMIT_ENV_VALUE_BYTES);
	}
	codec_texts(c, m->secrets, &m->n_secrets, LIMIT_ENV, TEXT_WORD, LIMIT_ENV_NAME_BYTES);
	codec_texts(c, m->hosts, &m->n_hosts, LIMIT_ENV, TEXT_WORD, 300);
	codec_texts(c, m->warnings, &m->n_warnings, LIMIT_WARNINGS, TEXT_WORD, 64);
}

const char *name_source_text(uint8_t source)
{
	return source == NAME_FRONTMATTER ? "frontmatter" : "directory";
}

const char *version_source_text(uint8_t source)
{
	return source == VERSION_FRONTMATTER ? "frontmatter"
	       : source == VERSION_METADATA  ? "metadata"
					     : NULL;
}

const char *test_source_text(uint8_t source)
{
	return source == TEST_NESTED     ? "test"
	       : source == TEST_FLAT     ? "test_command"
	       : source == TEST_METADATA ? "metadata"
					 : NULL;
}

const char *command_form_text(uint8_t form)
{
	return form == FORM_EXEC ? "exec" : "shell";
}

const char *manifest_slug(char out[SLUG_MAX], struct slice name, const uint8_t dir_hash1[32])
{
	size_t i, n = 0;
	bool gap = false;

	for (i = 0; i < name.n && n < SLUG_MAX - 1; i++) {
		uint8_t c = name.p[i];

		if (c >= 'A' && c <= 'Z') c = (uint8_t)(c + ('a' - 'A'));
		if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'))) {
			gap = n > 0;
			continue;
		}
		if (gap) out[n++] = '-';
		gap = false;
		if (n < SLUG_MAX - 1) out[n++] = (char)c;
	}
	if (n > 0 && out[n - 1] == '-') n--;
	out[n] = '\0';
	if (n == 0) {
		struct buf b = buf_on(out, SLUG_MAX);

		buf_str(&b, "skill-");
		buf_hex(&b, slice_of(dir_hash1, 6));
		buf_text(&b);
	}
	return out;
}

struct slice manifest_skill_id(
	char out[SKILL_ID_MAX], const struct manifest *m, const uint8_t dir_hash1[32])
{
	struct buf b = buf_on(out, SKILL_ID_MAX);

	buf_put(&b, m->name);
	buf_u8(&b, '@');
	if (m->version.p) {
		buf_put(&b, m->version);
	} else {
		buf_str(&b, "0.0.0-t");
		buf_hex(&b, slice_of(dir_hash1, 6));
	}
	return buf_slice(&b);
}

void warnings_add(struct slice *list, unsigned *n, unsigned max, struct slice code)
{
	unsigned at = 0;

	while (at < *n && slice_cmp(list[at], code) < 0)
		at++;
	if ((at < *n && slice_eq(list[at], code)) || *n >= max) return;
	memmove(list + at + 1, list + at, (*n - at) * sizeof *list);
	list[at] = code;
	*n += 1;
}

void manifest_warn(struct manifest *m, const char *code)
{
	warnings_add(m->warnings, &m->n_warnings, LIMIT_WARNINGS, slice_str(code));
}
