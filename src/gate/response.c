/* SPDX-License-Identifier: MIT */
/* The answer of the install-policy protocol. Runs on the command line; pure. */
#include "gate/response.h"

#include "base/json_write.h"
#include "base/text.h"

#define REPLACEMENT 0xfffd
#define TEXT_BYTES  (4 * GATE_TEXT_CHARS + 1)

/* Of Unicode's classes Cc and Cf those that a terminal or a line of text acts on. */
static bool is_control(int32_t c)
{
	return c < 0x20 || (c >= 0x7f && c < 0xa0) || (c >= 0x200b && c <= 0x200f) ||
	       (c >= 0x2028 && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069) || c == 0xfeff ||
	       (c >= 0xe0000 && c <= 0xe007f);
}

void gate_clean(struct buf *b, struct slice text)
{
	size_t at = 0, n = 0;

	while (at < text.n && n++ < GATE_TEXT_CHARS) {
		int32_t c = utf8_next(text, &at);

		if (c < 0) at++;
		buf_utf8(b, is_control(c) ? REPLACEMENT : (uint32_t)c);
	}
}

void gate_reason_text(struct buf *b, const struct gate_reason *r)
{
	buf_str(b, gate_rule_text(r->rule));
	if (r->detail[0]) buf_str(b, ": ");
	buf_str(b, r->detail);
	if (r->accepted == EXACT) buf_str(b, " (accepted: you approved these files)");
	if (r->accepted == LATER)
		buf_str(b, " (you approved an earlier version: what is new since is listed)");
}

static void text_member(struct jw *w, const char *name, struct slice text)
{
	uint8_t mem[TEXT_BYTES];
	struct buf b = buf_on(mem, sizeof mem);

	gate_clean(&b, text);
	jw_key_str(w, name, buf_slice(&b));
}

static void finding(struct jw *w, const struct gate_reason *r)
{
	static const char *const severities[] = {"info", "info", "warn", "critical"};
	char mem[2 * TEXT_BYTES];
	struct buf b = buf_on(mem, sizeof mem);

	gate_reason_text(&b, r);
	buf_fmt(&b, ". What would change it: %s.", gate_rule_mend(r->rule));
	jw_object(w);
	jw_key_cstr(w, "ruleId", gate_rule_id(r->rule));
	jw_key_cstr(w, "severity", severities[r->effect]);
	text_member(w, "message", buf_slice(&b));
	if (r->path[0]) {
		buf_reset(&b);
		buf_str(&b, r->path);
		if (r->line) buf_fmt(&b, ":%u", (unsigned)r->line);
		text_member(w, "evidence", buf_slice(&b));
	}
	jw_object_end(w);
}

static void findings(struct jw *w, const struct gate_reasons *l)
{
	static const enum gate_effect order[] = {GATE_BLOCK, GATE_WARN, GATE_ALLOW, GATE_NOTE};
	size_t i, k, listed = 0, room = l->more ? GATE_REASONS - 1 : GATE_REASONS;
	struct gate_reason more = {.rule = RULE_MORE};
	struct buf detail = buf_on(more.detail, sizeof more.detail);

	jw_key(w, "findings");
	jw_array(w);
	for (k = 0; k < sizeof order / sizeof *order; k++)
		for (i = 0; i < l->n && listed < room; i++) {
			if (l->item[i].effect != order[k]) continue;
			finding(w, &l->item[i]);
			listed++;
		}
	if (l->more) {
		buf_u64_dec(&detail, l->more + l->n - listed);
		buf_text(&detail);
		finding(w, &more);
	}
	jw_array_end(w);
}

void gate_response(struct buf *b, const struct gate_reasons *l)
{
	const struct gate_reason *head = gate_headline(l);
	const struct gate_reason nothing = {.rule = RULE_INTERNAL, .effect = GATE_BLOCK};
	enum gate_effect decision = gate_decision(l);
	char mem[TEXT_BYTES];
	struct buf text = buf_on(mem, sizeof mem);
	struct jw w = jw_to(b, false);

	if (!head) head = &nothing;
	gate_reason_text(&text, head);
	jw_object(&w);
	jw_key_u64(&w, "protocolVersion", 1);
	jw_key_cstr(&w, "decision", gate_effect_name(decision));
	jw_key_cstr(&w, "code", gate_rule_id(head->rule));
	text_member(&w, "reason", buf_slice(&text));
	findings(&w, l);
	jw_object_end(&w);
	buf_u8(b, '\n');
}
