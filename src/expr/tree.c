/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "expr/expr.h"

/* Not recursive: a tree that was built by hand may be deeper than the parser allows. */
void expr_free(struct expr *expr)
{
	while (expr) {
		struct expr *operand = expr->operand;

		free(expr->params);
		free(expr);
		expr = operand;
	}
}
