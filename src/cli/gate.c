/* SPDX-License-Identifier: MIT */
/*
 * `gate`: one request of a host on standard input, one answer on standard output.
 * A child decides; this process only waits for it, so that whatever becomes of the
 * child (too slow, out of memory, dead) is an answer too, and that answer blocks.
 * Runs on the command line.
 */
#include "cli/gate.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fdio.h"
#include "base/text.h"
#include "cli/cli.h"
#include "gate/response.h"

/* Below the second that is promised, with room to start and to write. */
#define DEADLINE_MS 850

#define COMMAND "gate"

static struct gate_reasons reasons;
static uint8_t answer_mem[GATE_RESPONSE_BYTES];

/* ---- answering a host ------------------------------------------------------------------- */

/* E_OK when all of it was written: then, and only then, the exit status is 0. */
static int put_answer(struct slice text)
{
	return fd_write_all(STDOUT_FILENO, text) ? EXIT_CANNOT : EXIT_YES;
}

/* The answer for one reason alone. */
static int answer_only(enum gate_rule rule, const char *detail)
{
	struct buf b = buf_on(answer_mem, sizeof answer_mem);

	memset(&reasons, 0, sizeof reasons);
	gate_add(&reasons, rule, slice_str(detail), SLICE_NONE, 0);
	gate_response(&b, &reasons);
	return put_answer(buf_slice(&b));
}

static void decide(const struct gate_options *o)
{
	static struct gate_setup setup;
	static struct gate_request request;
	struct buf text = buf_heap(GATE_REQUEST_BYTES + 1);
	struct why why = WHY_INIT;
	enum err e = fd_read_all(STDIN_FILENO, &text);
	char detail[GATE_DETAIL];

	/* What does not fit is too long; the reader says so. */
	if (e == E_TOO_LARGE) why_set(&why, e, "more than %d bytes", GATE_REQUEST_BYTES);
	if (!e) e = gate_request_read(buf_slice(&text), &request, &why);
	if (e) {
		snprintf(detail, sizeof detail, "%s%s%s", err_text(e), why.text[0] ? ": " : "",
			why.text);
		gate_add(&reasons, e == E_NO_MEMORY ? RULE_INTERNAL : RULE_REQUEST,
			slice_str(detail), SLICE_NONE, 0);
	} else if (gate_setup(o, &setup, &why)) {
		gate_add(&reasons, RULE_POLICY, slice_str(why.text), SLICE_NONE, 0);
	} else {
		gate_judge_request(&setup, &request, &reasons);
	}
	gate_setup_drop(&setup);
	gate_request_drop(&request);
	buf_drop(&text);
}

static _Noreturn void child(const struct gate_options *o, int out)
{
	struct buf b = buf_on(answer_mem, sizeof answer_mem);

	/* Whatever is started here ends with its group, and with us. */
	setpgid(0, 0);
	prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
	decide(o);
	gate_response(&b, &reasons);
	_exit(b.err || fd_write_all(out, buf_slice(&b)) ? EXIT_FAILURE : EXIT_SUCCESS);
}

/* Everything that the child writes until it ends, or E_TIMEOUT. */
static enum err collect(int fd, int64_t end, struct buf *b)
{
	for (;;) {
		int64_t left = (end - clock_mono_us()) / 1000;
		struct pollfd p = {fd, POLLIN, 0};
		uint8_t *room;
		ssize_t n;

		if (left <= 0) return E_TIMEOUT;
		if (poll(&p, 1, (int)left + 1) <= 0) continue;
		room = buf_reserve(b, 4096);
		if (!room) return E_TOO_LARGE;
		n = read(fd, room, 4096);
		if (n < 0 && errno == EINTR) continue;
		if (n < 0) return E_SYSTEM;
		if (n == 0) return E_OK;
		buf_commit(b, (size_t)n);
	}
}

static int serve_request(const struct gate_options *o)
{
	int64_t end = clock_mono_us() + DEADLINE_MS * 1000L;
	struct buf b = buf_on(answer_mem, sizeof answer_mem);
	int pair[2], status = -1;
	enum err e;
	pid_t pid;

	signal(SIGPIPE, SIG_IGN);
	if (pipe2(pair, O_CLOEXEC) < 0) return answer_only(RULE_INTERNAL, strerror(errno));
	pid = fork();
	if (pid == 0) child(o, pair[1]);
	if (pid < 0) return answer_only(RULE_INTERNAL, strerror(errno));
	/* Both do this: neither knows who comes first. */
	setpgid(pid, pid);
	fd_close(&pair[1]);
	e = collect(pair[0], end, &b);
	kill(-pid, SIGKILL);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (e == E_TIMEOUT) return answer_only(RULE_DEADLINE, "");
	/* Its end may be ours, once all is written; an answer is a whole line. */
	if (e || !b.n || b.p[b.n - 1] != '\n')
		return answer_only(RULE_INTERNAL, e ? err_text(e) : "");
	return put_answer(buf_slice(&b));
}

/* ---- for a person --------------------------------------------------------------------------- */

static void print_reason(const struct gate_reason *r)
{
	char mem[2 * GATE_DETAIL];
	struct buf b = buf_on(mem, sizeof mem);

	gate_reason_text(&b, r);
	printf("%-5s %s", gate_effect_name(r->effect), gate_rule_id(r->rule));
	if (r->path[0]) printf("  %s", r->path);
	if (r->path[0] && r->line) printf(":%u", (unsigned)r->line);
	printf("\n      %s\n", buf_text(&b));
	if (r->effect > GATE_ALLOW) printf("      changed by: %s\n", gate_rule_mend(r->rule));
}

static void print_reasons(void)
{
	static const enum gate_effect order[] = {GATE_BLOCK, GATE_WARN, GATE_ALLOW, GATE_NOTE};
	const struct gate_reason *head = gate_headline(&reasons);
	size_t i, k;

	printf("%s: %s\n\n", gate_effect_name(gate_decision(&reasons)),
		gate_rule_text(head ? head->rule : RULE_INTERNAL));
	for (k = 0; k < sizeof order / sizeof *order; k++)
		for (i = 0; i < reasons.n; i++)
			if (reasons.item[i].effect == order[k]) print_reason(&reasons.item[i]);
	if (reasons.more) printf("and %zu more reasons\n", reasons.more);
	printf("\nThis holds for the files as they are now; a host asks again when it installs.\n");
}

static int explain(struct gate_setup *s, const struct gate_candidate *c)
{
	bool refused;
	enum err e = gate_candidate_code(c, &refused);

	if (!gate_candidate_tree(c) && !refused) return cli_cannot(COMMAND, e, NULL);
	gate_judge(s, c, &reasons);
	print_reasons();
	if (refused) return EXIT_REFUSED;
	switch (gate_decision(&reasons)) {
	case GATE_ALLOW: return EXIT_YES;
	case GATE_WARN: return EXIT_UNDECIDED;
	default: return EXIT_NO;
	}
}

/* What is new in what is being approved, before it is. */
static void print_since(const struct gate_approval *a, const struct gate_tree *t)
{
	size_t i;

	gate_approval(&reasons, a, t);
	for (i = 0; i < reasons.n; i++)
		if (reasons.item[i].rule != RULE_APPROVED) print_reason(&reasons.item[i]);
}

static int approve(const struct gate_setup *s, const struct gate_candidate *c)
{
	const struct gate_tree *t = gate_candidate_tree(c);
	struct gate_approval a = {0};
	struct buf text = buf_heap(GATE_APPROVAL_BYTES);
	struct why why = WHY_INIT;
	char id[300];
	bool refused;
	enum err e = gate_candidate_code(c, &refused);

	if (!t && !refused) return cli_cannot(COMMAND, e, NULL);
	if (!t) {
		cli_say("skill-verifier gate: a package that is refused cannot be approved; see "
			"skill-verifier inspect");
		return EXIT_REFUSED;
	}
	if (!s->state) return cli_usage(COMMAND, "--state DIR is needed where there is no HOME");
	e = gate_state_read(s->state, t->name, &a, &why);
	if (!e) {
		gate_approval_write(&text, &a, t, clock_wall_ms());
		e = text.err;
	}
	if (!e) e = gate_state_write(s->state, t->name, buf_slice(&text), &why);
	if (!e) {
		print_since(&a, t);
		buf_reset(&text);
		buf_hex(&text, SLICE_OF(t->files_sha256));
		printf("approved %s, files sha256 %s, %zu files\n",
			text_shown(id, sizeof id, t->skill_id), buf_text(&text), t->files.n);
	}
	gate_approval_drop(&a);
	buf_drop(&text);
	return e ? cli_cannot(COMMAND, e, &why) : EXIT_YES;
}

static int with_candidate(const struct gate_options *o, bool approves, const char *path)
{
	static struct gate_setup setup;
	struct why why = WHY_INIT;
	struct gate_candidate *c;
	int status;

	if (gate_setup(o, &setup, &why)) return cli_cannot(COMMAND, E_CONFIG, &why);
	c = gate_candidate_read(path);
	status = approves ? approve(&setup, c) : explain(&setup, c);
	gate_candidate_drop(c);
	gate_setup_drop(&setup);
	return status;
}

static const char usage[] = "gate --policy FILE\n"
			    "       skill-verifier gate explain|approve PATH [--policy FILE]";
static const char about[] =
	"Decides whether a skill may be installed. Without a word it reads one request of\n"
	"OpenClaw's install policy on standard input and answers on standard output: allow, warn\n"
	"or block, with every reason; whatever goes wrong blocks. explain shows the same for a\n"
	"person. approve keeps digests and facts of a skill that you looked at: exactly these\n"
	"files are allowed from then on, and of later versions the difference is shown.";
static const char more[] =
	"The section [gate] of a policy has evidence-dir, evidence-url, collateral, root, state,\n"
	"plugin (warn, block, allow) and block* (a rule that only warns otherwise). Nobody is\n"
	"asked anything unless evidence-url is there. src/gate/README.md has the rules.\n"
	"Exit codes: 0 whenever an answer was written. explain: 0 allow, 2 warn, 1 block,\n"
	"4 package refused, 3 could not run. approve: 0, 4 or 3.";

int cmd_gate(int argc, char **argv)
{
	struct gate_options o = {0};
	bool help = false, person;
	const struct cli_option table[] = {
		{"--policy", &o.policy, NULL, "FILE", "what you accept; see policy --help"},
		{"--state", &o.state, NULL, "DIR",
			"your approvals ($XDG_STATE_HOME or ~/.local/state, /skill-verifier)"},
		{"--help", NULL, &help, NULL, "this text"},
		{NULL, NULL, NULL, NULL, NULL},
	};
	int n = cli_options(argc, argv, table);

	if (help) {
		cli_help(usage, about, table, more);
		return EXIT_YES;
	}
	if (n == 0) return serve_request(&o);
	person = n == 2 && (strcmp(argv[0], "explain") == 0 || strcmp(argv[0], "approve") == 0);
	if (n > 0 && person) return with_candidate(&o, strcmp(argv[0], "approve") == 0, argv[1]);
	/* Who asks here is a host: it gets an answer that it understands. */
	cli_usage(COMMAND, "gate --policy FILE, gate explain PATH or gate approve PATH is needed");
	return answer_only(RULE_POLICY, "the arguments of the command are not understood");
}
