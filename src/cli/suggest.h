/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The word that was probably meant. */
#ifndef CLI_SUGGEST_H
#define CLI_SUGGEST_H

#include <stddef.h>

/* Offers candidates one by one; begin with {.typed = WORD}. */
struct suggestion {
	const char *typed;
	const char *best; /* NULL: nothing is near enough */
	size_t distance;
};

void suggest(struct suggestion *suggestion, const char *candidate);
/* "; did you mean 'BEST'?" in buf, or "". Returns buf. */
const char *suggestion_text(const struct suggestion *suggestion, char *buf, size_t size);

#endif
