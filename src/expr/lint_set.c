/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "expr/lint.h"
#include "model/proto.h"

#include <errno.h>
#include <string.h>

/* ---- names of protocols ---- */

static bool asks_for_proto(const struct expr *expr)
{
	const struct value *value = expr->value;

	if (expr->kind != EXPR_COMPARE ||
	    (expr->op != OP_EQ && expr->op != OP_NE && expr->op != OP_IN))
		return false;
	while (value->kind == VALUE_LOWER)
		value = value->of;
	return value->kind == VALUE_FIELD && value->field->id == FIELD_IP_PROTO;
}

static int warn_name(struct lexer *lex, const struct literal *literal)
{
	cleanup_free char *name =
		strndup(literal->bytes.len ? literal->bytes.data : "", literal->bytes.len);
	const char *near;

	if (!name)
		return -ENOMEM;
	near = proto_nearest(name);
	return lex_warn(lex, literal->offset, literal->length, "expr.protocol",
			near ? "no protocol is called that: did you mean \"%s\"?"
			     : "no protocol is called that: ip.proto is a name in lower case, such "
			       "as \"udp\", or the number of one that has none",
			near);
}

int lint_names(struct lexer *lex, const struct expr *expr)
{
	if (!asks_for_proto(expr))
		return 0;
	for (size_t i = 0; i < expr->n_literals; i++) {
		const struct literal *literal = &expr->literals[i];

		if (literal->bytes.len && proto_find(literal->bytes.data, literal->bytes.len) >= 0)
			continue;
		if (warn_name(lex, literal))
			return -ENOMEM;
	}
	return 0;
}

/* ---- items that overlap ---- */

static int compare_bytes(const struct buf *a, const struct buf *b)
{
	size_t len = a->len < b->len ? a->len : b->len;
	int order = len ? memcmp(a->data, b->data, len) : 0;

	return order ? order : a->len < b->len ? -1 : a->len > b->len;
}

static int compare_ip(const struct ip *a, const struct ip *b)
{
	if (a->family != b->family)
		return a->family < b->family ? -1 : 1;
	return memcmp(a->bytes, b->bytes, sizeof(a->bytes));
}

static int by_number(const void *a, const void *b)
{
	const struct literal *x = *(const struct literal *const *)a;
	const struct literal *y = *(const struct literal *const *)b;

	return x->low < y->low ? -1 : x->low > y->low;
}

static int by_ip(const void *a, const void *b)
{
	return compare_ip(&(*(const struct literal *const *)a)->first,
			  &(*(const struct literal *const *)b)->first);
}

static int by_bytes(const void *a, const void *b)
{
	return compare_bytes(&(*(const struct literal *const *)a)->bytes,
			     &(*(const struct literal *const *)b)->bytes);
}

/* How an item's beginning compares with another one's end. */
static int against_end(enum field_type type, const struct literal *item,
		       const struct literal *other)
{
	switch (type) {
	case FIELD_INT: return item->low < other->high ? -1 : item->low > other->high;
	case FIELD_IP: return compare_ip(&item->first, &other->last);
	default: return compare_bytes(&item->bytes, &other->bytes);
	}
}

static bool ends_later(enum field_type type, const struct literal *item,
		       const struct literal *other)
{
	switch (type) {
	case FIELD_INT: return item->high > other->high;
	case FIELD_IP: return compare_ip(&item->last, &other->last) > 0;
	default: return true;
	}
}

static int warn_pair(struct lexer *lex, const struct literal *a, const struct literal *b)
{
	const struct literal *first = a->offset < b->offset ? a : b;
	const struct literal *second = first == a ? b : a;

	return lex_warn(lex, second->offset, second->length, "expr.overlap",
			"this overlaps with %.*s, which stands before it",
			(int)(first->length < 80 ? first->length : 80), lex->text + first->offset);
}

int lint_overlap(struct lexer *lex, const struct expr *expr)
{
	static int (*const orders[])(const void *, const void *) = {
		[FIELD_INT] = by_number,
		[FIELD_IP] = by_ip,
		[FIELD_BYTES] = by_bytes,
	};
	cleanup_free const struct literal **items = NULL;
	const struct literal *reach;

	if (expr->kind != EXPR_COMPARE || expr->op != OP_IN || expr->n_literals < 2)
		return 0;
	items = calloc(expr->n_literals, sizeof(*items));
	if (!items)
		return -ENOMEM;
	for (size_t i = 0; i < expr->n_literals; i++)
		items[i] = &expr->literals[i];
	qsort(items, expr->n_literals, sizeof(*items), orders[expr->value->type]);
	reach = items[0];
	for (size_t i = 1; i < expr->n_literals; i++) {
		if (against_end(expr->value->type, items[i], reach) <= 0 &&
		    warn_pair(lex, items[i], reach))
			return -ENOMEM;
		if (ends_later(expr->value->type, items[i], reach))
			reach = items[i];
	}
	return 0;
}
