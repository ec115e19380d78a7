/* SPDX-License-Identifier: MIT */
/*
 * The rules for one service of a compose file. Only for images.c.
 * Runs in the command line; pure; input is attacker controlled.
 */
#ifndef CHECK_SERVICE_H
#define CHECK_SERVICE_H

#include "check/images.h"

struct service {
	const struct compose *compose;
	const struct compose_policy *policy;
	const struct ytree *tree;
	struct findings *findings;
	struct why *why;
	struct slice name;
	uint32_t node;
	struct image *image; /* filled */
	bool reviewed;       /* the policy lets this image start others */
};

/* E_COMPOSE_YAML for what is refused; everything else becomes findings. */
enum err service_judge(struct service *s);

/* The remark that mounting this path deserves; FINDING_COUNT for none. */
enum finding_code mount_finding(struct slice source, bool read_only);

#endif
