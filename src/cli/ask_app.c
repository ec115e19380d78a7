/* SPDX-License-Identifier: MIT */
/* Questions to a running application. Runs on the command line. */
#include "cli/ask_app.h"

#include <string.h>
#include <sys/random.h>

#include "base/num.h"
#include "cli/check.h"

#define NONCE_MARK "{nonce}"
/* Where the guest agent of dstack shows its public information (specs/dstack.md 1.6). */
#define INFO_PORT "-8090"
#define INFO_PATH "/prpc/Info"

bool ask_is_url(const char *text)
{
	struct slice s = slice_str(text);

	return slice_starts(s, "https://") || slice_starts(s, "http://");
}

static enum err make_nonce(const char *name, const struct ask_options *o, struct asking *a)
{
	static const uint8_t zero[NONCE_LEN];

	if (o->nonce) {
		if (check_digest("--nonce", o->nonce, a->question.nonce)) return E_USAGE;
	} else if (getrandom(a->question.nonce, NONCE_LEN, 0) != NONCE_LEN) {
		cli_cannot(name, E_SYSTEM, NULL);
		return E_SYSTEM;
	}
	if (memcmp(a->question.nonce, zero, NONCE_LEN) != 0) return E_OK;
	cli_usage(name, "a nonce of zeros asks nothing");
	return E_USAGE;
}

static enum err read_data_kind(const char *name, const char *text, enum app_data *out)
{
	static const char *const names[] = {"identity", "raw", "hex-ascii"};
	unsigned i;

	for (i = 0; i < sizeof names / sizeof *names; i++)
		if (!text || strcmp(text, names[i]) == 0) {
			*out = (enum app_data)i;
			return E_OK;
		}
	cli_usage(name, "--report-data takes identity, raw or hex-ascii");
	return E_USAGE;
}

enum err ask_begin(const char *name, const struct ask_options *o, const struct net_options *net,
	const char *url, struct asking *a)
{
	struct buf origin = buf_on(a->origin, sizeof a->origin);
	enum err e = net_url(name, url, &a->base);

	if (!e) e = read_data_kind(name, o->report_data, &a->question.data);
	if (!e) e = make_nonce(name, o, a);
	if (!e) e = net_client(name, net, &a->client);
	if (e) return e;
	buf_str(&origin, a->base.tls ? "https://" : "http://");
	url_put_host(&origin, &a->base);
	buf_text(&origin);
	return origin.err;
}

/* "<40 hex>[-port][s|g]." in front of a gateway's domain; *rest is the domain. */
static bool gateway_id(const struct url *u, uint8_t id[APP_ID_LEN], struct slice *rest)
{
	struct slice host = slice_str(u->host), label = slice_split(&host, '.');
	struct slice name = slice_split(&label, '-');

	if (!host.n || hex_exact(slice_sub(name, 0, 2L * APP_ID_LEN), id, APP_ID_LEN)) return false;
	name = slice_from(name, 2L * APP_ID_LEN);
	*rest = host;
	return name.n == 0 || slice_is(name, "s") || slice_is(name, "g");
}

/* Where the public information is: as named, behind the gateway, or /info of the same server. */
static enum err info_url(
	const char *name, const struct ask_options *o, const struct asking *a, struct url *out)
{
	struct slice domain;
	uint8_t id[APP_ID_LEN];
	char text[LIMIT_URL_BYTES];
	struct buf b = buf_on(text, sizeof text);

	if (o->info) return net_url(name, o->info, out);
	if (!gateway_id(&a->base, id, &domain)) return url_below(&a->base, "/info", out, NULL);
	buf_str(&b, a->base.tls ? "https://" : "http://");
	buf_hex(&b, SLICE_OF(id));
	buf_str(&b, INFO_PORT ".");
	buf_put(&b, domain);
	if (a->base.port != (a->base.tls ? 443 : 80)) buf_fmt(&b, ":%u", (unsigned)a->base.port);
	buf_str(&b, INFO_PATH);
	return url_read(slice_str(buf_text(&b)), out, NULL);
}

/* The path with the nonce in the place of its mark, or behind it. */
static enum err quote_url(
	const struct ask_options *o, const struct asking *a, struct url *out, struct why *why)
{
	struct slice path = slice_str(o->quote_path ? o->quote_path : "/quote?nonce=" NONCE_MARK);
	size_t at = slice_search(path, 0, SLICE(NONCE_MARK));
	char target[LIMIT_URL_BYTES];
	struct buf b = buf_on(target, sizeof target - 1);
	struct url u;
	enum err e;

	if (!slice_starts(path, "/")) return why_set(why, E_URL, "--quote-path begins with /");
	buf_put(&b, slice_sub(path, 0, at));
	buf_hex(&b, SLICE_OF(a->question.nonce));
	buf_put(&b, slice_from(path, at + sizeof NONCE_MARK - 1));
	if (b.err) return why_set(why, E_URL, "it is too long");
	e = url_below(&a->base, buf_text(&b), &u, why);
	if (e) return e;
	/* Once more through the reader: the path is the caller's text. */
	buf_reset(&b);
	url_put(&b, &u);
	return b.err ? E_URL : url_read(buf_slice(&b), out, why);
}

static enum err questions(
	const char *name, const struct ask_options *o, struct asking *a, struct why *why)
{
	struct slice domain;
	struct url u;
	enum err e = quote_url(o, a, &u, why);

	if (e) return e;
	a->question.has_id = gateway_id(&a->base, a->question.id, &domain);
	e = client_get(&a->client, &u, LIMIT_BUNDLE_BYTES, &a->quote, why);
	if (!e) e = app_answer_read(buf_slice(&a->quote.body), &a->answer, why);
	if (e || (a->answer.app_compose.p && !o->info)) return e;
	e = info_url(name, o, a, &u);
	if (!e) e = client_get(&a->client, &u, LIMIT_BUNDLE_BYTES, &a->info, why);
	return e ? e : app_answer_info(buf_slice(&a->info.body), &a->answer, why);
}

enum err ask_app(const char *name, const struct ask_options *o, struct asking *a)
{
	struct why why = WHY_INIT;
	enum err e = questions(name, o, a, &why);

	if (e) cli_cannot(name, e, &why);
	return e;
}

void asking_drop(struct asking *a)
{
	app_answer_drop(&a->answer);
	response_drop(&a->quote);
	response_drop(&a->info);
	client_drop(&a->client);
}
