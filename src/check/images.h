/* SPDX-License-Identifier: MIT */
/*
 * Which code the compose file of an application starts, and whether the
 * measured text pins all of it (specs/trust-chain.md 7). Every service counts,
 * profiles included. A pinned image that can start others (container engine,
 * privileged, devices, host processes...) is as good as unpinned unless the
 * policy names its digest.
 * Runs in the command line; pure; input is attacker controlled.
 */
#ifndef CHECK_IMAGES_H
#define CHECK_IMAGES_H

#include "check/compose.h"
#include "check/ytree.h"

/* What one service runs. Slices live as long as struct images. */
struct image {
	struct slice service, reference;
	bool pinned;
	uint8_t digest[32]; /* when pinned */
	bool launcher;      /* can start other code */
	bool agent;         /* reaches the guest agent's socket */
};

struct images {
	struct ytree tree;
	size_t n; /* 0 for the bash runner */
	struct image item[LIMIT_COMPOSE_SERVICES];
};

/*
 * Judges the compose file of c. Refused with E_COMPOSE_YAML (see
 * check/ytree.h; also includes, `extends`, and values of a wrong shape) or
 * E_NO_MEMORY. Otherwise findings_verdict over f, remarks of compose_read
 * included, says whether all of it is pinned. out is to be dropped after success.
 */
enum err images_read(const struct compose *c, const struct compose_policy *policy,
	struct images *out, struct findings *f, struct why *why);
void images_drop(struct images *im);

/*
 * The image with this digest runs, pinned, and it alone reaches the guest
 * agent (anyone else who does could get quotes for any data). E_IMAGE_OTHER.
 * Says nothing about the other images: see findings_verdict.
 */
enum err images_expect(const struct images *im, const uint8_t digest[32], struct why *why);

#endif
