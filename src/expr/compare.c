/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "expr/compare.h"
#include "expr/pattern.h"

#include <errno.h>
#include <string.h>

static const struct literal *right_side(const struct expr *compare)
{
	return &compare->literals[0];
}

/* order: of the value to what is on the right, below, equal to or above 0. */
static bool in_order(enum expr_op op, int order)
{
	switch (op) {
	case OP_EQ: return order == 0;
	case OP_NE: return order != 0;
	case OP_LT: return order < 0;
	case OP_LE: return order <= 0;
	case OP_GT: return order > 0;
	case OP_GE: return order >= 0;
	default: return false;
	}
}

/* ---- Int ---- */

static bool is_in_numbers(const struct expr *compare, uint64_t number)
{
	for (size_t i = 0; i < compare->n_literals; i++)
		if (number >= compare->literals[i].low && number <= compare->literals[i].high)
			return true;
	return false;
}

bool compare_number(const struct expr *compare, uint64_t number)
{
	uint64_t right;

	if (compare->op == OP_IN)
		return is_in_numbers(compare, number);
	right = right_side(compare)->low;
	if (compare->op == OP_BITS)
		return number & right;
	return in_order(compare->op, (number > right) - (number < right));
}

/* ---- IP ---- */

static int ip_order(const struct ip *a, const struct ip *b)
{
	return memcmp(a->bytes, b->bytes, sizeof(a->bytes));
}

static bool is_in_networks(const struct expr *compare, const struct ip *ip)
{
	for (size_t i = 0; i < compare->n_literals; i++) {
		const struct literal *item = &compare->literals[i];

		if (ip->family == item->first.family && ip_order(ip, &item->first) >= 0 &&
		    ip_order(ip, &item->last) <= 0)
			return true;
	}
	return false;
}

bool compare_ip(const struct expr *compare, const struct ip *ip)
{
	const struct ip *right;

	if (compare->op == OP_IN)
		return is_in_networks(compare, ip);
	right = &right_side(compare)->first;
	if (ip->family != right->family)
		return compare->op == OP_NE;
	return in_order(compare->op, ip_order(ip, right));
}

/* ---- Bytes ---- */

static int bytes_order(const struct buf *a, const struct buf *b)
{
	size_t len = a->len < b->len ? a->len : b->len;
	int first = len ? memcmp(a->data, b->data, len) : 0;

	return first ? first : (a->len > b->len) - (a->len < b->len);
}

static bool contains(const struct buf *bytes, const struct buf *part)
{
	return !part->len || (bytes->len && memmem(bytes->data, bytes->len, part->data, part->len));
}

static bool is_in_texts(const struct expr *compare, const struct buf *bytes)
{
	for (size_t i = 0; i < compare->n_literals; i++)
		if (!bytes_order(bytes, &compare->literals[i].bytes))
			return true;
	return false;
}

bool compare_bytes(const struct expr *compare, const struct buf *bytes)
{
	const struct buf *right;

	if (compare->op == OP_IN)
		return is_in_texts(compare, bytes);
	right = &right_side(compare)->bytes;
	switch (compare->op) {
	case OP_CONTAINS: return contains(bytes, right);
	case OP_WILDCARD:
	case OP_STRICT_WILDCARD:
		return pattern_fits(right->data ? right->data : "", right->len,
				    bytes->data ? bytes->data : "", bytes->len,
				    compare->op == OP_STRICT_WILDCARD);
	default: return in_order(compare->op, bytes_order(bytes, right));
	}
}

/* ---- functions of Bytes ---- */

bool bytes_have_edge(const struct value *value, const struct buf *bytes)
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

void bytes_lower(struct buf *bytes)
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

int bytes_substring(const struct value *value, struct buf *bytes)
{
	size_t start = position(value->start, bytes->len);
	size_t end = value->has_end ? position(value->end, bytes->len) : bytes->len;
	struct buf part = {};

	if (buf_add(&part, bytes->data ? bytes->data + start : "", end > start ? end - start : 0))
		return -ENOMEM;
	buf_clear(bytes);
	*bytes = part;
	return 0;
}
