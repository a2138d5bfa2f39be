/* SPDX-License-Identifier: GPL-2.0-or-later */
/* IPv4 entries, from one /16 to the next. */
#ifndef LIST_WALK_H
#define LIST_WALK_H

#include "list/record.h"

struct walk {
	const struct entries *entries; /* tidy */
	size_t host, net;
	uint32_t base; /* of the current /16 */
	struct part part;
};

/* Goes to the next /16 with entries of more than 16 bits in it; false at the end. */
bool walk_next(struct walk *w);

#endif
