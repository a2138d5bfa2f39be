/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The value that a field or a function has for a packet. */
#ifndef EXPR_EVAL_VALUE_H
#define EXPR_EVAL_VALUE_H

#include "expr/eval.h"

/* The member of the value's type holds; none when it is missing. {} is an empty one. */
struct eval_value {
	bool missing;
	bool truth;
	uint64_t number;
	struct ip ip;
	struct buf bytes;
};

/* Not for what a matcher says. 0 or -ENOMEM. */
int eval_value(const struct value *value, const struct eval_packet *packet,
	       const struct eval_hooks *hooks, struct eval_value *ret);
void eval_value_clear(struct eval_value *value);
#define cleanup_eval_value cleanup(eval_value_clear)

#endif
