/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The typed tree for people: a line for each node, its operands indented below. */
#ifndef EXPR_OUTLINE_H
#define EXPR_OUTLINE_H

#include "expr/expr.h"

/* Appends. 0 or -ENOMEM. */
int expr_outline(const struct expr *expr, struct buf *out);

#endif
