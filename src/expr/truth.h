/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What can be said of an expression without a packet. */
#ifndef EXPR_TRUTH_H
#define EXPR_TRUTH_H

#include "expr/expr.h"

enum truth {
	TRUTH_OPEN,   /* depends on the packet */
	TRUTH_ALWAYS, /* true for every packet */
	TRUTH_NEVER,  /* false for every packet */
	TRUTH_THERE,  /* true for every packet that has the value */
};

/*
 * Of a constant, a test or a comparison; why: a sentence's part about the reason (NULL: none
 * wanted; static).
 */
enum truth truth_of_leaf(const struct expr *expr, const char **why);
/* Of any; as far as it follows from leaves, and from `x and not x`. */
enum truth truth_of(const struct expr *expr);

#endif
