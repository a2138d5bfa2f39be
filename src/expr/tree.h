/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Building trees. */
#ifndef EXPR_TREE_H
#define EXPR_TREE_H

#include "expr/expr.h"

/* NULL without memory. */
struct expr *expr_new(enum expr_kind kind, size_t offset);
/* Takes operand; frees it on failure. 0 or -ENOMEM. */
int expr_add_operand(struct expr *expr, struct expr *operand);
/* Takes what literal holds, and leaves it empty; on failure it is as it was. 0 or -ENOMEM. */
int expr_add_literal(struct expr *expr, struct literal *literal);
/* The same value, places apart. */
bool value_equal(const struct value *a, const struct value *b);
void value_free(struct value *value);

DEFINE_CLEANUP(value_cleanup, struct value *, value_free)
#define cleanup_value cleanup(value_cleanup_p)

#endif
