/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Canonical text: one space where one is needed, arguments in the matcher's order, no defaults. */
#include "expr/expr.h"
#include "model/param.h"

#include <errno.h>

static bool is_printed(const struct value *call, const struct param *param)
{
	return !param->pub.default_value ||
	       !param_equal(param, call->params, call->matcher->defaults);
}

static int print_args(const struct value *call, struct buf *out)
{
	const char *before = "(";

	for (size_t i = 0; i < call->matcher->pub.n_params; i++) {
		const struct param *param = &call->matcher->params[i];

		if (!is_printed(call, param))
			continue;
		if (buf_printf(out, "%s%s=", before, param->pub.name) ||
		    param_print(param, call->params, out))
			return -ENOMEM;
		before = ", ";
	}
	return *before == ',' ? buf_add_str(out, ")") : 0;
}

int expr_print(const struct expr *expr, struct buf *out)
{
	for (; expr->kind == EXPR_NOT; expr = expr->operands[0])
		if (buf_add_str(out, "not "))
			return -ENOMEM;
	if (expr->kind == EXPR_CONST)
		return buf_add_str(out, expr->constant ? "true" : "false");
	if (buf_add_str(out, expr->value->matcher->pub.name))
		return -ENOMEM;
	return print_args(expr->value, out);
}
