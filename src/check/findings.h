/* SPDX-License-Identifier: MIT */
/*
 * What an auditor of an application has to see: remarks with a stable code, a
 * place and a text. The weight says what follows from one: a note, something
 * to look at, or code that nothing pins.
 * Runs in the command line; pure.
 */
#ifndef CHECK_FINDINGS_H
#define CHECK_FINDINGS_H

#include "base/err.h"
#include "base/limits.h"
#include "base/slice.h"

enum finding_weight {
	WEIGHT_NOTE,  /* how the application is set up */
	WEIGHT_AUDIT, /* weakens it; a person should know why */
	WEIGHT_FATAL, /* code runs that the measured text does not pin */
};

/* X(enum, stable name, weight, sentence) */
/* clang-format off */
#define FINDING_LIST(X) \
	/* app-compose: specs/dstack.md 3.3 */ \
	X(FIND_UNKNOWN_MEMBER, "unknown-member", WEIGHT_AUDIT, "a member that this program does not know; the policy allows it") \
	X(FIND_PRE_LAUNCH_SCRIPT, "pre-launch-script", WEIGHT_FATAL, "runs as root beside the containers, before they start") \
	X(FIND_INIT_SCRIPT, "init-script", WEIGHT_FATAL, "runs as root before the container engine starts") \
	X(FIND_BASH_SCRIPT, "bash-script", WEIGHT_FATAL, "the application is a script that runs as root") \
	X(FIND_REVIEWED_SCRIPT, "reviewed-script", WEIGHT_AUDIT, "a script that the policy names by its hash") \
	X(FIND_ALLOWED_ENV, "allowed-env", WEIGHT_AUDIT, "a value that is not measured and that the host can replace") \
	X(FIND_KEY_PROVIDER, "key-provider", WEIGHT_NOTE, "where the keys of the application come from") \
	X(FIND_KEY_PROVIDER_UNPINNED, "key-provider-unpinned", WEIGHT_AUDIT, "any key provider is accepted") \
	X(FIND_PUBLIC_LOGS, "public-logs", WEIGHT_AUDIT, "output of the containers is readable by anyone") \
	X(FIND_PUBLIC_SYSINFO, "public-sysinfo", WEIGHT_NOTE, "load of the machine is readable by anyone") \
	X(FIND_PRIVATE_TCBINFO, "private-tcbinfo", WEIGHT_AUDIT, "the application does not publish its app-compose text") \
	X(FIND_INSECURE_TIME, "insecure-time", WEIGHT_AUDIT, "the clock may be wrong at start") \
	X(FIND_STORAGE, "storage-without-integrity", WEIGHT_AUDIT, "the file system does not notice changes by the host") \
	X(FIND_NO_INSTANCE_ID, "no-instance-id", WEIGHT_NOTE, "instances cannot be told apart") \
	X(FIND_GATEWAY, "gateway", WEIGHT_NOTE, "reachable through the gateway's network") \
	X(FIND_DEPRECATED, "deprecated-member", WEIGHT_NOTE, "a member of older releases") \
	X(FIND_UNUSED_SCRIPT, "unused-script", WEIGHT_NOTE, "text that this runner does not run") \
	/* compose file: specs/dstack.md 3.4, specs/trust-chain.md 7 */ \
	X(FIND_IMAGE_UNPINNED, "image-unpinned", WEIGHT_FATAL, "write name@sha256:<64 hex digits>") \
	X(FIND_NO_IMAGE, "no-image", WEIGHT_FATAL, "nothing says what runs") \
	X(FIND_BUILD, "build", WEIGHT_FATAL, "built at start, also when an image is named") \
	X(FIND_PROVIDER, "provider", WEIGHT_FATAL, "run by a plug-in instead of an image") \
	X(FIND_IMAGE_VOLUME, "image-volume-unpinned", WEIGHT_FATAL, "a volume from an image that is not pinned") \
	X(FIND_ENGINE, "container-engine", WEIGHT_FATAL, "reaches the container engine, so it can start anything") \
	X(FIND_PRIVILEGED, "privileged", WEIGHT_FATAL, "has all rights on the machine") \
	X(FIND_HOST_PID, "host-pid", WEIGHT_FATAL, "sees and controls the processes of the machine") \
	X(FIND_DEVICES, "devices", WEIGHT_FATAL, "reaches devices of the machine") \
	X(FIND_CAPABILITY, "powerful-capability", WEIGHT_FATAL, "a capability that amounts to all rights") \
	X(FIND_VARIABLE_MOUNT, "variable-mount", WEIGHT_FATAL, "what is mounted depends on a variable") \
	X(FIND_SYSTEM_MOUNT, "writable-system-mount", WEIGHT_FATAL, "can change what the machine runs") \
	X(FIND_VOLUME_OPTIONS, "volume-options", WEIGHT_FATAL, "driver options that can mount anything") \
	X(FIND_UNKNOWN_KEY, "unknown-key", WEIGHT_FATAL, "a key that this program does not know") \
	X(FIND_REVIEWED_LAUNCHER, "reviewed-launcher", WEIGHT_AUDIT, "can start anything; the policy names its image") \
	X(FIND_CAP_ADD, "cap-add", WEIGHT_AUDIT, "an added capability") \
	X(FIND_HOST_MOUNT, "host-mount", WEIGHT_AUDIT, "a path of the machine") \
	X(FIND_AGENT_SOCKET, "agent-socket", WEIGHT_NOTE, "can ask for quotes and keys") \
	X(FIND_AGENT_SHARED, "agent-socket-shared", WEIGHT_AUDIT, "a second service that can get a quote for any data") \
	X(FIND_SECOND_SERVICE, "second-service", WEIGHT_AUDIT, "another service beside the first") \
	X(FIND_HOST_NAMESPACE, "host-namespace", WEIGHT_AUDIT, "shares a namespace of the machine or of another container") \
	X(FIND_SECURITY_OPT, "security-opt", WEIGHT_AUDIT, "changes the confinement of the container") \
	X(FIND_ENV_FILE, "env-file", WEIGHT_AUDIT, "values from a file that is not measured here") \
	X(FIND_FILE_RESOURCE, "file-resource", WEIGHT_AUDIT, "a config or secret from outside this text") \
	X(FIND_EXTERNAL, "external-resource", WEIGHT_AUDIT, "defined outside this text") \
	X(FIND_VOLUME_DRIVER, "volume-driver", WEIGHT_AUDIT, "a volume with a driver or options of its own") \
	X(FIND_HOOK, "lifecycle-hook", WEIGHT_AUDIT, "a command that runs inside the container at start or stop") \
	X(FIND_PULL_POLICY, "pull-policy", WEIGHT_NOTE, "when the image is fetched") \
	X(FIND_DEPLOY, "deploy", WEIGHT_AUDIT, "replicas, resources or devices") \
	X(FIND_DEVELOP, "develop", WEIGHT_AUDIT, "settings for development") \
	X(FIND_RUNTIME, "runtime", WEIGHT_AUDIT, "another container runtime") \
	X(FIND_MODEL, "model", WEIGHT_AUDIT, "a model fetched at start") \
	X(FIND_PORT, "port", WEIGHT_NOTE, "reachable from outside the machine") \
	X(FIND_PROFILE, "profile", WEIGHT_NOTE, "can be switched on by the environment") \
	X(FIND_VARIABLE, "variable", WEIGHT_NOTE, "filled in from the environment at start")
/* clang-format on */

enum finding_code {
#define FINDING(code, name, weight, text) code,
	FINDING_LIST(FINDING)
#undef FINDING
		FINDING_COUNT
};

struct finding {
	enum finding_code code;
	enum finding_weight weight;
	char where[96]; /* for example "services.web.volumes"; printable ASCII */
	char text[160]; /* what stands there, printable ASCII and shortened */
};

struct findings {
	size_t n;    /* at most LIMIT_FINDINGS are kept, fatal ones in any case */
	size_t more; /* those left out */
	bool fatal;  /* one of them, kept or not, is fatal */
	struct finding item[LIMIT_FINDINGS];
};

/*
 * Adds a remark. where is "<group>.<name>.<member>" with empty parts left out;
 * name and detail may be outside text. When the list is full, a fatal remark
 * takes the place of one that is not.
 */
void findings_add(struct findings *f, enum finding_code code, const char *group, struct slice name,
	const char *member, struct slice detail);

/* The same with another weight than the code's own. */
void findings_put(struct findings *f, enum finding_code code, enum finding_weight weight,
	const char *group, struct slice name, const char *member, struct slice detail);

/*
 * What the fatal remarks come to: E_OK without any, E_IMAGE_UNPINNED when an
 * image is not pinned, else E_COMPOSE_POLICY; why names the remark.
 */
enum err findings_verdict(const struct findings *f, struct why *why);

const char *finding_name(enum finding_code code);
const char *finding_text(enum finding_code code);

#endif
