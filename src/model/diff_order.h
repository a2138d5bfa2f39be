/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which rules of a chain are which, and which of them need not be moved. */
#ifndef MODEL_DIFF_ORDER_H
#define MODEL_DIFF_ORDER_H

#include "model/ruleset.h"

#define DIFF_NONE SIZE_MAX

struct diff_order {
	const struct ruleset_chain *from, *to;
	size_t *old_of; /* for each new rule the index of what it was, or DIFF_NONE */
	bool *stays;    /* for each new rule, whether it was there and is not moved */
	bool *kept;     /* for each old rule, whether it is in the new chain */
};

/* Pairs rules by ref. 0 or -ENOMEM. */
int diff_order_make(const struct ruleset_chain *from, const struct ruleset_chain *to,
		    struct diff_order *ret);
/* Parts an old rule from what it has become: they are no longer the same one. */
void diff_order_part(struct diff_order *order, size_t old);
/* Chooses as many as can stay. 0 or -ENOMEM. */
int diff_order_choose(struct diff_order *order);
void diff_order_clear(struct diff_order *order);

#endif
