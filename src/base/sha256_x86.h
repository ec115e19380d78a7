/* SPDX-License-Identifier: MIT */
/* SHA-256 blocks with the processor's own instructions. Runs in every role; pure. */
#ifndef BASE_SHA256_X86_H
#define BASE_SHA256_X86_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* True when the processor has them: every one that can run TDX does. */
bool sha256_x86_present(void);
/* Compresses n blocks of 64 bytes into state; only where present. */
void sha256_x86_blocks(uint32_t state[8], const uint8_t *p, size_t n);

#endif
