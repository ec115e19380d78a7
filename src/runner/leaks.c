/* SPDX-License-Identifier: MIT */
/* The search for tokens, from the runner's side. Runs in runner workers and the command line. */
#include "runner/leaks.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>

#include "base/ct.h"
#include "base/fdio.h"
#include "base/log.h"

/* How long the process may leave us waiting before it is given up. */
#define SEND_S 5

static enum err send_all(int fd, struct slice s)
{
	while (s.n) {
		ssize_t n = send(fd, s.p, s.n, MSG_NOSIGNAL);

		if (n < 0 && errno == EINTR) continue;
		if (n <= 0) return E_SYSTEM;
		s = slice_from(s, (size_t)n);
	}
	return E_OK;
}

static enum err send_tokens(int fd, const struct canaries *c)
{
	uint8_t mem[4 + LIMIT_CANARIES * LEAK_TOKEN];
	struct buf b = buf_on(mem, sizeof mem);
	unsigned i;
	enum err e;

	buf_le32(&b, c->n);
	for (i = 0; i < c->n; i++)
		buf_put(&b, SLICE_OF(c->list[i].core));
	e = b.err ? b.err : send_all(fd, buf_slice(&b));
	wipe(mem, sizeof mem);
	return e;
}

static void unsearched(struct leak_search *s, const struct why *why)
{
	log_event(LOG_WARN, "leaks.unsearched", "why=\"%s\"", why->text);
	s->cut = true;
}

void leak_search_begin(struct leak_search *s, const struct helper_env *env,
	const struct workspace *ws, uint32_t uid, const struct canaries *c)
{
	struct timeval patience = {.tv_sec = SEND_S};
	struct why why = WHY_INIT;
	int pair[2] = {-1, -1};
	enum err e = E_OK;

	*s = (struct leak_search){.to = -1, .left = LIMIT_LEAK_BYTES};
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0 ||
		setsockopt(pair[0], SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience) < 0)
		e = why_sys(&why, E_SYSTEM, "socket");
	if (!e)
		e = helper_start(
			&s->helper, env, HELPER_LEAKS, pair[1], ws->pkg, uid, SLICE_NONE, &why);
	s->started = !e;
	if (!e && send_tokens(pair[0], c)) e = why_set(&why, E_SYSTEM, "no tokens were taken");
	s->to = pair[0];
	fd_close(&pair[1]);
	if (e) unsearched(s, &why);
}

void leak_search_place(struct leak_search *s, const char *channel, struct slice name)
{
	if (s->n == s->cap) {
		unsigned cap = s->cap ? 2 * s->cap : 64;
		struct leak_place *places = realloc(s->places, cap * sizeof *places);

		if (!places) {
			s->cut = true;
			return;
		}
		s->places = places;
		s->cap = cap;
	}
	s->places[s->n++] = (struct leak_place){channel, name};
}

void leak_search_add(struct leak_search *s, struct slice bytes)
{
	while (bytes.n && !s->cut) {
		struct slice part = slice_sub(bytes, 0, LEAK_FRAME);
		uint8_t mem[8];
		struct buf head = buf_on(mem, sizeof mem);

		buf_le32(&head, s->n - 1);
		buf_le32(&head, (uint32_t)part.n);
		if (part.n > s->left || send_all(s->to, buf_slice(&head)) ||
			send_all(s->to, part)) {
			s->cut = true;
			return;
		}
		s->left -= part.n;
		bytes = slice_from(bytes, part.n);
	}
}

static void show(const struct leak_search *s, const struct leak *l, const struct canaries *c,
	struct observer *o)
{
	const struct leak_place *at = &s->places[l->place];
	uint8_t mem[LIMIT_WRITTEN_PATH + 64];
	struct buf b = buf_on(mem, sizeof mem);
	char how[40];

	if (strcmp(at->channel, "file") == 0 && canaries_own(c, at->name) == &c->list[l->token])
		return;
	buf_str(&b, at->channel);
	buf_u8(&b, ' ');
	buf_str(&b, leak_text(how, sizeof how, l));
	if (at->name.n) buf_u8(&b, ' ');
	buf_put(&b, at->name);
	observer_saw(o, OBSERVED_CANARY_LEAKED, canary_name(&c->list[l->token]), buf_slice(&b));
}

static enum err take(
	struct leak_search *s, const struct canaries *c, struct observer *o, struct slice bytes)
{
	static struct leaks_found found;
	struct codec r = codec_reader(bytes);
	unsigned i;

	codec_leaks(&r, &found);
	for (i = 0; i < found.n; i++)
		codec_rule(&r, found.list[i].token < c->n && found.list[i].place < s->n);
	if (codec_end(&r)) return E_PROTOCOL;
	for (i = 0; i < found.n; i++)
		show(s, &found.list[i], c, o);
	s->cut |= found.cut;
	return E_OK;
}

void leak_search_end(struct leak_search *s, const struct canaries *c, struct observer *o)
{
	struct buf b = buf_heap(LEAKS_FOUND_BYTES);
	struct why why = WHY_INIT;
	enum err e = E_OK;

	/* The end of the stream is what it waits for. */
	fd_close(&s->to);
	if (s->started) e = helper_end(&s->helper, &b, &why);
	if (s->started && !e && take(s, c, o, buf_slice(&b)))
		e = why_set(&why, E_PROTOCOL, "the leaks process broke its contract");
	if (e) unsearched(s, &why);
	if (!s->started || e) observer_broken(o);
	if (s->cut) observer_dropped(o, 1);
	free(s->places);
	buf_drop(&b);
	*s = (struct leak_search){.to = -1};
}
