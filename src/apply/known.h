/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is known about addresses, for the evaluator: the data that was given when the library was
 * opened, else what is loaded; the same as programs look into.
 */
#ifndef APPLY_KNOWN_H
#define APPLY_KNOWN_H

#include "apply/context.h"

/* KNOWN_NOTHING, or opened; it lives no longer than the struct mfw. */
struct known {
	struct kernel_array arrays[GEO_KINDS]; /* what is loaded, if that is it */
	const uint64_t *words[GEO_KINDS];      /* NULL: nothing is known */
	size_t n[GEO_KINDS];
	char country[16];
};

#define KNOWN_NOTHING ((struct known){.arrays = {KERNEL_NO_ARRAY, KERNEL_NO_ARRAY}})

/* Of what cannot be read, nothing is known. */
void known_open(struct mfw *mfw, struct known *ret);
void known_close(struct known *known);

/* As eval_hooks want them. The text is good until the next call. */
const char *known_country(struct known *known, const struct ip *ip);
bool known_asnum(const struct known *known, const struct ip *ip, uint32_t *ret);

#endif
