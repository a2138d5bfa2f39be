/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * SipHash-2-4 with 128 bits (Aumasson and Bernstein), for telling apart what nobody gains by
 * confusing: it takes a tenth of the time of a cryptographic digest.
 */
#ifndef BASE_SIPHASH_H
#define BASE_SIPHASH_H

#include <stddef.h>
#include <stdint.h>

#define SIPHASH_LEN 16

struct siphash {
	uint64_t v[4];
	unsigned char tail[8];
	size_t len; /* of all that was added */
};

void siphash_init(struct siphash *s, const unsigned char key[16]);
void siphash_add(struct siphash *s, const void *data, size_t len);
/* s is spent then. */
void siphash_end(struct siphash *s, unsigned char ret[SIPHASH_LEN]);

#endif
