/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Comparisons that contradict or complete each other. */
#ifndef EXPR_SETTLE_H
#define EXPR_SETTLE_H

#include "expr/expr.h"

/*
 * The value whose comparisons among the operands can never all be true (of an EXPR_AND), or of
 * which one always is (of an EXPR_OR), whatever the value is and also when it is missing. NULL:
 * none is found. Not looked for beyond 256 literals.
 */
const struct value *settling_value(const struct expr *many);

#endif
