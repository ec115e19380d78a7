/* SPDX-License-Identifier: MIT */
/*
 * Every limit of the program: LIMIT(name, value, unit, failure, reason). The
 * command `limits` prints this table; "failure" is what a user meets at the
 * limit. Values that an operator may lower are marked with their ini key in
 * src/cli/README.md; the effective values are part of the policy digest.
 * Runs in every role; pure.
 */
#ifndef BASE_LIMITS_H
#define BASE_LIMITS_H

#include <stdint.h>

#define KIB 1024
#define MIB (1024 * 1024)

/* clang-format off */
#define LIMIT_LIST(X) \
	/* packages: specs/skills.md 2.1 */ \
	X(LIMIT_PACKAGE_BYTES, 16 * MIB, "bytes", "413 package-too-large", "three times the largest of 3102 published skills") \
	X(LIMIT_UNPACKED_BYTES, 64 * MIB, "bytes", "package-bomb", "what one job may hold in memory beside its test") \
	X(LIMIT_FILE_BYTES, 16 * MIB, "bytes", "package-bomb", "no single file needs more than a whole package") \
	X(LIMIT_RATIO, 200, "to 1", "package-bomb", "text compresses about 10 to 1, zeros 1000 to 1") \
	X(LIMIT_RATIO_FROM, 1 * MIB, "bytes", "-", "small packages may be mostly zeros") \
	X(LIMIT_MEMBERS, 4096, "members", "package-entries", "the largest published skill has 130 files") \
	X(LIMIT_PATH_BYTES, 512, "bytes", "path-too-long", "the longest published path has 125 bytes") \
	X(LIMIT_COMPONENT_BYTES, 255, "bytes", "path-too-long", "NAME_MAX of Linux file systems") \
	X(LIMIT_PATH_DEPTH, 16, "levels", "path-too-long", "the deepest published path has 6 levels") \
	X(LIMIT_HEADER_BYTES, 1 * MIB, "bytes", "package-header", "extended headers are names, not content") \
	X(LIMIT_EXTENSIONS, 8 * KIB, "headers", "package-header", "one long name and one pax header for each of 4096 members") \
	X(LIMIT_EXTENSIONS_EACH, 8, "headers", "package-header", "extended headers before one member; real archives have at most 3") \
	X(LIMIT_PAX_RECORDS, 256, "records", "package-header", "records of one pax header; real ones have about 20") \
	X(LIMIT_ZSTD_WINDOW_LOG, 23, "log2 bytes", "package-format", "8 MiB is what RFC 8878 asks of readers; zstd -19 needs no more") \
	X(LIMIT_ZIP_COMMENT, 1 * KIB, "bytes", "package-format", "git writes a commit id there; long ones hide other archives") \
	X(LIMIT_UNPACK_MS, 20000, "ms", "package-timeout", "unpacking 64 MiB takes under a second") \
	X(LIMIT_MANIFEST_BYTES, 256 * KIB, "bytes", "manifest-too-large", "what the most used reader reads of SKILL.md") \
	X(LIMIT_FRONTMATTER_BYTES, 64 * KIB, "bytes", "frontmatter-too-large", "the largest published one has 2192 bytes") \
	X(LIMIT_YAML_NODES, 2000, "nodes", "yaml-limits", "bounds work on hostile YAML") \
	X(LIMIT_YAML_DEPTH, 16, "levels", "yaml-limits", "bounds nesting of hostile YAML") \
	X(LIMIT_YAML_KEY_BYTES, 1 * KIB, "bytes", "yaml-limits", "what YAML itself allows a plain key") \
	X(LIMIT_NAME_BYTES, 256, "bytes", "name-invalid", "names are shown in pages and badges") \
	X(LIMIT_VERSION_BYTES, 64, "bytes", "version-invalid", "versions are shown in pages and badges") \
	X(LIMIT_DESCRIPTION_BYTES, 16 * KIB, "bytes", "description-invalid", "the standard says 1024 characters") \
	X(LIMIT_ARGS, 64, "arguments", "test-command-invalid", "a command is a line, not a program") \
	X(LIMIT_ARGS_BYTES, 32 * KIB, "bytes", "test-command-invalid", "keeps the statement small") \
	X(LIMIT_ENV, 64, "entries", "environment-invalid", "keeps the statement small") \
	X(LIMIT_ENV_NAME_BYTES, 128, "bytes", "environment-invalid", "keeps the statement small") \
	X(LIMIT_ENV_VALUE_BYTES, 4096, "bytes", "environment-invalid", "keeps the statement small") \
	X(LIMIT_ENV_BYTES, 32 * KIB, "bytes", "environment-invalid", "C31: the whole environment of a test") \
	/* what text search finds in a package: src/facts */ \
	X(LIMIT_FACTS_KIND, 32, "rows a kind", "counted in more", "SKILL.md of 45 published skills names at most 9 programs, the largest kind but commands") \
	X(LIMIT_FACTS_TEXT, 2560, "bytes a kind", "counted in more", "the largest of everything still fits into a statement") \
	X(LIMIT_FACTS_HIDDEN, 16, "files", "counted in more", "files with characters that people do not see") \
	X(LIMIT_FACT_BYTES, 200, "bytes", "cut", "a name, a host or one line of a command") \
	X(LIMIT_WARNINGS, 64, "warnings", "-", "there are fewer kinds of warnings") \
	X(LIMIT_SIGNATURE_BYTES, 1 * MIB, "bytes", "signature-too-large", "4096 files with paths of 40 bytes take about 800 KB") \
	X(LIMIT_SIGNATURE_CERTS, 4, "certificates", "signature-format", "real chains have 3") \
	X(LIMIT_SIGNER_BYTES, 512, "bytes", "signature-certificate", "the signer's name stands in the statement") \
	X(LIMIT_ANCHORS, 8, "certificates", "configuration refused", "they travel to the roles in one message") \
	X(LIMIT_ANCHOR_NAME_BYTES, 256, "bytes", "configuration refused", "the name of a real root has 83") \
	/* tests */ \
	X(LIMIT_TIMEOUT_MS, 600000, "ms", "timeout-range", "a job holds a runner slot") \
	X(LIMIT_TIMEOUT_DEFAULT_MS, 30000, "ms", "verdict TIMEOUT", "as the original service") \
	X(LIMIT_TEST_MEMORY, 512 * MIB, "bytes", "verdict LIMIT, memory", "enough for Node.js and CPython") \
	X(LIMIT_TEST_PIDS, 256, "processes", "reason limit-hit:pids", "test runners start one worker a core") \
	X(LIMIT_TEST_CPU_PERCENT, 200, "% of a core", "-", "two cores, so that parallel tests run") \
	X(LIMIT_TEST_CPU_MS, 1200000, "ms of processor time", "verdict TIMEOUT, cpu-time", "two cores for the longest timeout; less where timeout times share is less") \
	X(LIMIT_TEST_FILES, 1024, "descriptors", "reason limit-hit:files", "the usual soft limit of a shell") \
	X(LIMIT_TEST_DISK, 256 * MIB, "bytes", "reason limit-hit:disk", "all that a test may write, in memory") \
	X(LIMIT_TEST_FILE_BYTES, 256 * MIB, "bytes", "SIGXFSZ or EFBIG in the test", "one file may fill all that a test may write") \
	X(LIMIT_TEST_INOTIFY, 8, "instances", "EMFILE in the test", "kernels have 128 for all jobs and the machine's root together") \
	X(LIMIT_TEST_INODES, 65536, "inodes", "reason limit-hit:disk", "npm installs make tens of thousands of files") \
	X(LIMIT_OUTPUT_KEPT, 1 * MIB, "bytes a stream", "truncated", "C24: the first MiB is kept") \
	X(LIMIT_OUTPUT_TOTAL, 64 * MIB, "bytes", "verdict LIMIT, output", "C24: beyond this the job is ended") \
	X(LIMIT_WATCH_MS, 100, "ms", "-", "how often a running test is looked at for memory, processor time, disk and descriptors") \
	X(LIMIT_SETUP_MS, 10000, "ms", "ERROR sandbox-setup", "mounts and ids take a millisecond; seconds mean that something hangs") \
	X(LIMIT_END_MS, 5000, "ms", "ERROR internal", "a killed tree that is not gone by then makes the runner unhealthy") \
	X(LIMIT_WORKER_MARGIN_MS, 5000, "ms", "attempt crashed", "a worker that is later than all its own deadlines by this hangs") \
	/* what a run did: src/runner/observer.h */ \
	X(LIMIT_OBSERVED_KIND, 14, "rows a kind", "counted in more", "an honest test of a published skill makes at most 12 of the largest kind") \
	X(LIMIT_OBSERVED_TEXT, 1280, "bytes a kind", "counted in more", "the largest of everything still fits into a statement") \
	X(LIMIT_OBSERVED_BYTES, 256, "bytes", "cut", "specs/sandbox.md 15.4: a path or an address") \
	X(LIMIT_OBSERVED_CALLS, 200000, "calls looked at, a job", "LIMIT observation-flood", "specs/sandbox.md 15.4: a flood slows only the test, but no honest one makes it") \
	X(LIMIT_CANARIES, 32, "canaries", "-", "files and variables that lie about as decoys") \
	X(LIMIT_CANARY_BYTES, 64, "bytes", "-", "name of a canary") \
	/* what the sinkhole of an observed phase keeps: src/runner/sandbox/sinkhole.h */ \
	X(LIMIT_SINK_STREAM, 64 * KIB, "bytes a stream", "counted, not complete", "a request with what it carries; a flood would only fill memory") \
	X(LIMIT_SINK_TRAFFIC, 4 * MIB, "bytes a phase", "counted, not complete", "what is searched for leaked canaries") \
	X(LIMIT_SINK_NAMES, 256, "names", "forgotten, oldest first", "names whose addresses lead back to them") \
	X(LIMIT_SINK_STREAMS, 32, "connections", "the oldest is closed", "open at the same time; answers take a moment each") \
	X(LIMIT_SINK_PLACES, 32, "listeners", "not complete", "asked for at the same time") \
	X(LIMIT_SINK_ASKS, 200000, "listeners a phase", "not complete", "as many as calls are looked at") \
	X(LIMIT_SINK_IDLE_MS, 1000, "ms", "closed", "a connection on which nothing comes; a listener to which nobody does") \
	X(LIMIT_SINK_ASK_MS, 250, "ms", "not complete", "a program waits until somebody listens: a tenth of a millisecond, more where many jobs share processors") \
	X(LIMIT_SINK_WAIT_MS, 50, "ms", "not complete", "what was sent when the command ended is still read") \
	X(LIMIT_SINK_END_MS, 1000, "ms", "not complete", "the sinkhole's end behind that of the command, before it counts as hung") \
	X(LIMIT_WRITTEN_FILES, 65536, "files", "dropped", "as many as the inodes of a job") \
	X(LIMIT_WRITTEN_PATH, 1024, "bytes", "dropped", "twice the longest path of a package") \
	X(LIMIT_WRITTEN_DEPTH, 64, "levels", "dropped", "node_modules of real projects have about 20") \
	X(LIMIT_WRITTEN_BYTES, 512 * MIB, "bytes", "dropped", "twice what a test may write; files with holes have more") \
	X(LIMIT_LEAK_BYTES, 64 * MIB, "bytes", "dropped", "output, written files and traffic that are searched for tokens of decoys") \
	X(LIMIT_WRITTEN_MS, 5000, "ms", "dropped", "walking and hashing 256 MiB takes under a second") \
	/* scripts of a package without a test: src/runner/probes.h */ \
	X(LIMIT_PROBES, 32, "scripts", "not started, counted", "95 of 100 published packages have at most 17 files of all kinds") \
	X(LIMIT_PROBE_MS, 5000, "ms", "outcome timeout", "usage text comes at once; a script that waits for input or network never ends") \
	X(LIMIT_PROBES_MS, 30000, "ms", "not started, counted", "as the longest that a test may take unless it says more") \
	X(LIMIT_PROBE_MEMORY, 256 * MIB, "bytes", "outcome error, memory", "Node.js and CPython start in a quarter of it") \
	X(LIMIT_PROBE_PIDS, 64, "processes", "error of the script", "Node.js starts with 11 threads") \
	X(LIMIT_PROBE_DISK, 16 * MIB, "bytes", "error of the script", "whoever is asked for usage has little to write") \
	X(LIMIT_PROBE_INODES, 4096, "inodes", "error of the script", "whoever is asked for usage has little to write") \
	X(LIMIT_PROBE_KEPT, 16 * KIB, "bytes a stream", "rest not looked at", "usage texts and error messages are shorter") \
	X(LIMIT_PROBE_OUTPUT, 1 * MIB, "bytes", "outcome error, output", "a flood says nothing") \
	X(LIMIT_PROBE_DETAIL, 160, "bytes", "cut", "one line of an error message") \
	X(LIMIT_PROBE_WORD, 40, "bytes", "cut", "name or version of an interpreter") \
	/* statement and bundle */ \
	X(LIMIT_STATEMENT_BYTES, 256 * KIB, "bytes", "ERROR internal", "specs/skills.md 4.3") \
	X(LIMIT_RECORD_BYTES, 224 * KIB, "bytes", "ERROR internal", "a record becomes a statement of at most 256 KiB") \
	X(LIMIT_BUNDLE_BYTES, 24 * MIB, "bytes", "BUNDLE_FORMAT", "quote, log, compose text, file list and envelope") \
	X(LIMIT_QUOTE_BYTES, 64 * KIB, "bytes", "QUOTE_FORMAT", "real quotes have 5 to 8 KB") \
	X(LIMIT_EVENTS, 4096, "events", "LOG_FORMAT", "real logs have about 30") \
	X(LIMIT_EVENT_LOG_BYTES, 4 * MIB, "bytes", "LOG_FORMAT", "real logs have about 30 KB") \
	X(LIMIT_COMPOSE_BYTES, 1 * MIB, "bytes", "COMPOSE_FORMAT", "dstack 0.5 guests take 256 KiB") \
	/* relying party */ \
	X(LIMIT_PEM_BYTES, 16 * KIB, "bytes", "PCK_CHAIN", "a chain of three certificates has under 4 KB") \
	X(LIMIT_DER_DEPTH, 10, "levels", "CERT_FORMAT", "the deepest structure of a PCK certificate has 7") \
	X(LIMIT_COLLATERAL_BYTES, 1 * MIB, "bytes", "COLLATERAL_FORMAT", "real bundles have 14 to 24 KB") \
	X(LIMIT_TCB_LEVELS, 64, "levels", "TCB_INFO_FORMAT", "real TCB infos have up to 20") \
	X(LIMIT_TCB_IDENTITIES, 16, "identities", "TCB_INFO_FORMAT", "real TCB infos have up to 3") \
	X(LIMIT_ADVISORIES, 128, "advisories", "TCB_INFO_FORMAT", "the oldest platforms have about 40") \
	X(LIMIT_ATTESTATION_BYTES, 10 * MIB, "bytes", "ATTESTATION_FORMAT", "specs/dstack.md 2.6") \
	X(LIMIT_COMPOSE_YAML_BYTES, 256 * KIB, "bytes", "COMPOSE_YAML", "specs/trust-chain.md 7") \
	X(LIMIT_COMPOSE_NODES, 20000, "nodes", "COMPOSE_YAML", "bounds aliases that multiply") \
	X(LIMIT_COMPOSE_DEPTH, 64, "levels", "COMPOSE_YAML", "specs/trust-chain.md 7") \
	X(LIMIT_COMPOSE_SERVICES, 64, "services", "COMPOSE_YAML", "real applications have under 10") \
	X(LIMIT_FINDINGS, 96, "findings", "shortened", "what a person can read") \
	/* asking other machines, command line only */ \
	X(LIMIT_URL_BYTES, 2 * KIB, "bytes", "url-invalid", "the longest URL that we build has under 300 bytes") \
	X(LIMIT_RESPONSE_HEAD, 64 * KIB, "bytes", "too-large", "issuer chains in headers have 5 KB") \
	X(LIMIT_ANCHORS_BYTES, 4 * MIB, "bytes", "too-large", "Debian's bundle of authorities has 220 KB") \
	X(LIMIT_CONNECT_MS, 10000, "ms", "next address", "an address that does not answer; others may") \
	X(LIMIT_NET_MS, 30000, "ms", "timeout", "a whole request; a service that needs longer is named with --timeout") \
	X(LIMIT_RPC_BYTES, 1 * MIB, "bytes", "too-large", "a block with the hashes of some thousand transactions has 300 KB") \
	X(LIMIT_RPC_NODES, 8, "nodes", "usage", "two or three that do not know each other say enough") \
	/* guest agent */ \
	X(LIMIT_AGENT_BYTES, 12 * MIB, "bytes", "retry", "an answer with event log and compose text") \
	X(LIMIT_AGENT_MS, 45000, "ms", "retry", "C16: quotes take seconds; at least 30 s") \
	X(LIMIT_AGENT_RETRY_MIN_MS, 200, "ms", "-", "first pause after a failed quote") \
	X(LIMIT_AGENT_RETRY_MAX_MS, 10000, "ms", "-", "longest pause after a failed quote") \
	X(LIMIT_ATTEST_MS, 600000, "ms", "failed attestation-unavailable", "after ten minutes without a quote") \
	/* service */ \
	X(LIMIT_QUEUE, 64, "jobs", "429 queue-full", "accepted jobs that are not finished") \
	X(LIMIT_CONNECTIONS, 4096, "connections", "503 too-many-connections", "C48") \
	X(LIMIT_UPLOADS, 64, "uploads", "503 too-many-connections", "each holds a file of up to 16 MiB") \
	X(LIMIT_HTTP_HEADER, 16 * KIB, "bytes", "431 header-too-large", "specs/skills.md 3.2") \
	X(LIMIT_HTTP_TARGET, 8 * KIB, "bytes", "414 uri-too-long", "our longest path has 100 bytes") \
	X(LIMIT_HTTP_HEADER_MS, 15000, "ms", "408 request-timeout", "specs/skills.md 3.2") \
	X(LIMIT_HTTP_BODY_MS, 60000, "ms", "408 request-timeout", "16 MiB at 2.2 Mbit/s") \
	X(LIMIT_HTTP_IDLE_MS, 60000, "ms", "closed", "specs/skills.md 3.2") \
	X(LIMIT_HTTP_REQUESTS, 100, "requests", "closed", "requests on one connection") \
	X(LIMIT_INLINE_OUTPUT, 64 * KIB, "bytes", "shortened", "output inside a JSON answer") \
	X(LIMIT_LIST, 500, "jobs", "400 limit-invalid", "jobs in one listing") \
	X(LIMIT_CRASHES, 3, "crashes", "failed poison", "C28") \
	X(LIMIT_ROLE_DEATHS, 10, "in 60 s", "503 not-ready", "sandbox.md 16: then something is broken for good") \
	X(LIMIT_PING_MS, 15000, "ms", "role restarted", "a role that does not answer init") \
	X(LIMIT_STOP_MS, 4500, "ms", "killed", "an orderly stop ends within 5 s")
/* clang-format on */

enum {
#define LIMIT(name, value, unit, failure, reason) name = (value),
	LIMIT_LIST(LIMIT)
#undef LIMIT
};

struct limit {
	const char *name, *unit, *failure, *reason;
	uint64_t value;
};

/* The table above, ended by a NULL name. */
extern const struct limit limit_table[];

#endif
