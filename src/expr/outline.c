/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "expr/outline.h"

#include <errno.h>

static const char *joint(enum expr_kind kind)
{
	switch (kind) {
	case EXPR_NOT: return "not";
	case EXPR_AND: return "and";
	case EXPR_OR: return "or";
	default: return "xor";
	}
}

static int outline(const struct expr *expr, unsigned depth, struct buf *out)
{
	if (buf_printf(out, "%*s", (int)depth * 2, ""))
		return -ENOMEM;
	if (!expr->n_operands) {
		if (expr_print(expr, out))
			return -ENOMEM;
		if (!expr->value)
			return buf_add_str(out, "\n");
		return buf_printf(out, "  (%s)\n", field_type_name(expr->value->type));
	}
	if (buf_printf(out, "%s\n", joint(expr->kind)))
		return -ENOMEM;
	for (size_t i = 0; i < expr->n_operands; i++)
		if (outline(expr->operands[i], depth + 1, out))
			return -ENOMEM;
	return 0;
}

int expr_outline(const struct expr *expr, struct buf *out)
{
	return outline(expr, 0, out);
}
