/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "expr/constant.h"
#include "expr/pattern.h"

#include <errno.h>
#include <string.h>

const struct field *value_field(const struct value *value)
{
	while (value->of)
		value = value->of;
	return value->field;
}

/* ---- values ---- */

static void make_lower(struct buf *bytes)
{
	for (size_t i = 0; i < bytes->len; i++)
		if (bytes->data[i] >= 'A' && bytes->data[i] <= 'Z')
			bytes->data[i] += 'a' - 'A';
}

static size_t position(int32_t index, size_t len)
{
	if (index < 0)
		return (size_t)-index > len ? 0 : len - (size_t)-index;
	return (size_t)index > len ? len : (size_t)index;
}

static int cut(const struct value *value, struct buf *bytes)
{
	size_t start = position(value->start, bytes->len);
	size_t end = value->has_end ? position(value->end, bytes->len) : bytes->len;
	struct buf part = {};

	if (buf_add(&part, bytes->data + start, end > start ? end - start : 0))
		return -ENOMEM;
	buf_clear(bytes);
	*bytes = part;
	return 0;
}

/* The Bytes that a value is when its field is `bytes`. */
static int bytes_of(const struct value *value, const struct buf *bytes, struct buf *ret)
{
	if (value->kind == VALUE_FIELD)
		return buf_add(ret, bytes->data ? bytes->data : "", bytes->len);
	if (bytes_of(value->of, bytes, ret))
		return -ENOMEM;
	if (value->kind == VALUE_LOWER)
		make_lower(ret);
	return value->kind == VALUE_SUBSTRING ? cut(value, ret) : 0;
}

/* ---- comparisons ---- */

static int order(const struct buf *a, const struct buf *b)
{
	size_t len = a->len < b->len ? a->len : b->len;
	int first = len ? memcmp(a->data, b->data, len) : 0;

	return first ? first : a->len < b->len ? -1 : a->len > b->len;
}

static bool contains(const struct buf *bytes, const struct buf *part)
{
	return !part->len || (bytes->len && memmem(bytes->data, bytes->len, part->data, part->len));
}

static bool is_in(const struct expr *expr, const struct buf *bytes)
{
	for (size_t i = 0; i < expr->n_literals; i++)
		if (!order(bytes, &expr->literals[i].bytes))
			return true;
	return false;
}

static bool compare_bytes(const struct expr *expr, const struct buf *bytes)
{
	const struct buf *right = expr->n_literals ? &expr->literals[0].bytes : NULL;

	switch (expr->op) {
	case OP_EQ: return !order(bytes, right);
	case OP_NE: return order(bytes, right);
	case OP_LT: return order(bytes, right) < 0;
	case OP_LE: return order(bytes, right) <= 0;
	case OP_GT: return order(bytes, right) > 0;
	case OP_GE: return order(bytes, right) >= 0;
	case OP_CONTAINS: return contains(bytes, right);
	case OP_WILDCARD:
	case OP_STRICT_WILDCARD:
		return pattern_fits(right->data ? right->data : "", right->len,
				    bytes->data ? bytes->data : "", bytes->len,
				    expr->op == OP_STRICT_WILDCARD);
	default: return is_in(expr, bytes);
	}
}

static bool is_in_numbers(const struct expr *expr, uint64_t number)
{
	for (size_t i = 0; i < expr->n_literals; i++)
		if (number >= expr->literals[i].low && number <= expr->literals[i].high)
			return true;
	return false;
}

static bool compare_number(const struct expr *expr, uint64_t number)
{
	uint64_t right = expr->n_literals ? expr->literals[0].low : 0;

	switch (expr->op) {
	case OP_EQ: return number == right;
	case OP_NE: return number != right;
	case OP_LT: return number < right;
	case OP_LE: return number <= right;
	case OP_GT: return number > right;
	case OP_GE: return number >= right;
	case OP_BITS: return number & right;
	default: return is_in_numbers(expr, number);
	}
}

static bool has_edge(const struct value *value, const struct buf *bytes)
{
	const struct buf *text = &value->text;

	if (!text->len)
		return true;
	if (bytes->len < text->len)
		return false;
	return !memcmp(value->kind == VALUE_STARTS_WITH ? bytes->data
							: bytes->data + bytes->len - text->len,
		       text->data, text->len);
}

int constant_answer(const struct expr *expr, const struct buf *bytes, bool *ret)
{
	const struct value *value = expr->value;
	cleanup_buf struct buf left = {};

	if (!bytes) {
		*ret = expr->kind == EXPR_COMPARE && expr->op == OP_NE;
		return 0;
	}
	if (bytes_of(value->type == FIELD_BYTES ? value : value->of, bytes, &left))
		return -ENOMEM;
	if (expr->kind == EXPR_TEST)
		*ret = has_edge(value, &left);
	else if (value->type == FIELD_INT)
		*ret = compare_number(expr, left.len);
	else
		*ret = compare_bytes(expr, &left);
	return 0;
}
