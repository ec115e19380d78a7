/* SPDX-License-Identifier: MIT */
/* URLs. Runs on the command line; pure. */
#include "net/url.h"

#include <arpa/inet.h>
#include <string.h>

#include "base/num.h"

#define LABEL_MAX 63 /* RFC 1035 2.3.4 */

static enum err bad(struct why *why, const char *what)
{
	return why_set(why, E_URL, "%s", what);
}

static bool is_digit(uint8_t c)
{
	return c >= '0' && c <= '9';
}

static bool is_letter(uint8_t c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_label(struct slice s)
{
	size_t i;

	if (s.n == 0 || s.n > LABEL_MAX || s.p[0] == '-' || s.p[s.n - 1] == '-') return false;
	for (i = 0; i < s.n; i++)
		if (!is_letter(s.p[i]) && !is_digit(s.p[i]) && s.p[i] != '-') return false;
	return true;
}

/*
 * A name whose last label begins with a letter: libraries read "127.1" and
 * "0x7f.1" as addresses, people do not.
 */
static bool is_name(struct slice host)
{
	struct slice rest = host, label = SLICE_NONE;

	if (host.n == 0 || host.p[host.n - 1] == '.') return false;
	while (rest.n) {
		label = slice_split(&rest, '.');
		if (!is_label(label)) return false;
	}
	return label.n && is_letter(label.p[0]);
}

static enum err read_address(struct url *u, struct why *why)
{
	struct in6_addr six;
	struct in_addr four;

	if (u->v6) {
		if (inet_pton(AF_INET6, u->host, &six) != 1)
			return bad(why, "no IPv6 address in the brackets");
		u->numeric = true;
		u->loopback = IN6_IS_ADDR_LOOPBACK(&six);
		return E_OK;
	}
	if (inet_pton(AF_INET, u->host, &four) == 1) {
		u->numeric = true;
		u->loopback = ntohl(four.s_addr) >> 24 == 127;
		return E_OK;
	}
	if (!is_name(slice_str(u->host)))
		return bad(why, "the host is neither a name nor an address");
	u->loopback = strcmp(u->host, "localhost") == 0;
	return E_OK;
}

/* "host", "host:port" or "[v6]:port" */
static enum err read_authority(struct slice s, struct url *u, struct why *why)
{
	struct slice host, port = SLICE_NONE;
	uint64_t number = u->tls ? 443 : 80;
	size_t at, i;

	if (slice_find(s, 0, '@') < s.n) return bad(why, "user names are not taken");
	if (slice_starts(s, "[")) {
		at = slice_find(s, 0, ']');
		if (at == s.n) return bad(why, "a bracket is not closed");
		host = slice_sub(s, 1, at - 1);
		s = slice_from(s, at + 1);
		u->v6 = true;
	} else {
		at = slice_find(s, 0, ':');
		host = slice_sub(s, 0, at);
		s = slice_from(s, at);
	}
	if (s.n && s.p[0] != ':') return bad(why, "something stands behind the host");
	if (s.n) port = slice_from(s, 1);
	if (s.n && (parse_u64(port, 65535, &number) || number == 0))
		return bad(why, "the port is no number from 1 to 65535");
	if (!slice_text(u->host, sizeof u->host, host)) return bad(why, "the host is too long");
	for (i = 0; u->host[i]; i++)
		if (u->host[i] >= 'A' && u->host[i] <= 'Z') u->host[i] = (char)(u->host[i] + 32);
	u->port = (uint16_t)number;
	return read_address(u, why);
}

/* Visible ASCII that RFC 3986 allows in paths and queries; escapes are whole. */
static enum err check_target(struct slice s, struct why *why)
{
	size_t i;

	for (i = 0; i < s.n; i++) {
		uint8_t c = s.p[i];

		if (c == '#') return bad(why, "a fragment is not taken");
		if (c <= 0x20 || c >= 0x7f || strchr("\"<>\\^`{|}", c))
			return bad(why, "the path holds a character that needs an escape");
		if (c == '%' &&
			(i + 2 >= s.n || hex_digit(s.p[i + 1]) < 0 || hex_digit(s.p[i + 2]) < 0))
			return bad(why, "an escape is not % and two hex digits");
	}
	return E_OK;
}

static enum err read_target(struct slice s, struct url *u, struct why *why)
{
	struct buf b = buf_on(u->target, sizeof u->target - 1);
	enum err e = check_target(s, why);

	if (e) return e;
	if (s.n == 0 || s.p[0] != '/') buf_u8(&b, '/');
	buf_put(&b, s);
	if (b.err) return bad(why, "it is too long");
	u->target[b.n] = '\0';
	return E_OK;
}

enum err url_read(struct slice text, struct url *out, struct why *why)
{
	struct url u = {0};
	struct slice rest;
	size_t at = 0;
	enum err e;

	u.tls = slice_starts(text, "https://");
	if (!u.tls && !slice_starts(text, "http://"))
		return bad(why, "it begins with neither https:// nor http://");
	rest = slice_from(text, u.tls ? 8 : 7);
	while (at < rest.n && rest.p[at] != '/' && rest.p[at] != '?' && rest.p[at] != '#')
		at++;
	e = read_authority(slice_sub(rest, 0, at), &u, why);
	if (!e) e = read_target(slice_from(rest, at), &u, why);
	if (e) return e;
	/* BearSSL compares names only, never the addresses of a certificate. */
	if (u.tls && u.numeric)
		return bad(why, "https needs a host name, which the certificate can carry");
	*out = u;
	return E_OK;
}

enum err url_below(const struct url *base, const char *rest, struct url *out, struct why *why)
{
	struct slice path = slice_str(base->target);
	struct url u = *base;
	struct buf b = buf_on(u.target, sizeof u.target - 1);

	if (slice_find(path, 0, '?') < path.n) return bad(why, "a query has no place here");
	if (slice_ends(path, "/")) path.n--;
	buf_put(&b, path);
	buf_str(&b, rest);
	if (b.err) return bad(why, "it is too long");
	u.target[b.n] = '\0';
	*out = u;
	return E_OK;
}

void url_put_host(struct buf *b, const struct url *u)
{
	if (u->v6) buf_u8(b, '[');
	buf_str(b, u->host);
	if (u->v6) buf_u8(b, ']');
	if (u->port == (u->tls ? 443 : 80)) return;
	buf_u8(b, ':');
	buf_u64_dec(b, u->port);
}

void url_put(struct buf *b, const struct url *u)
{
	buf_str(b, u->tls ? "https://" : "http://");
	url_put_host(b, u);
	buf_str(b, u->target);
}
