/* SPDX-License-Identifier: GPL-2.0-or-later */
/* In which order the operands of `and` and `or` are asked. */
#ifndef CODEGEN_ORDER_H
#define CODEGEN_ORDER_H

#include "expr/expr.h"

/*
 * Cheap questions first, as written among equals. Nothing is moved across a matcher that keeps
 * state, since that one would see other packets. The array is the caller's to free; NULL without
 * memory.
 */
const struct expr **order_operands(const struct expr *expr);

#endif
