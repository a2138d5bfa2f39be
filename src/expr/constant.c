/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "expr/constant.h"
#include "expr/compare.h"

#include <errno.h>

const struct field *value_field(const struct value *value)
{
	while (value->of)
		value = value->of;
	return value->field;
}

int constant_bytes(const struct value *value, const struct buf *bytes, struct buf *ret)
{
	if (value->kind == VALUE_FIELD)
		return buf_add(ret, bytes->data ? bytes->data : "", bytes->len);
	if (constant_bytes(value->of, bytes, ret))
		return -ENOMEM;
	if (value->kind == VALUE_LOWER)
		bytes_lower(ret);
	return value->kind == VALUE_SUBSTRING ? bytes_substring(value, ret) : 0;
}

int constant_answer(const struct expr *expr, const struct buf *bytes, bool *ret)
{
	const struct value *value = expr->value;
	cleanup_buf struct buf left = {};

	if (!bytes) {
		*ret = expr->kind == EXPR_COMPARE && expr->op == OP_NE;
		return 0;
	}
	if (constant_bytes(value->type == FIELD_BYTES ? value : value->of, bytes, &left))
		return -ENOMEM;
	if (expr->kind == EXPR_TEST)
		*ret = bytes_have_edge(value, &left);
	else if (value->type == FIELD_INT)
		*ret = compare_number(expr, left.len);
	else
		*ret = compare_bytes(expr, &left);
	return 0;
}
