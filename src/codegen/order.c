/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "codegen/order.h"

#include <stdlib.h>

enum cost {
	COST_HEADER, /* a few instructions on what the parser has found */
	COST_SET,    /* many compares */
	COST_LIST,   /* a map */
	COST_CALL,   /* bytes of the packet, one place */
	COST_SEARCH, /* bytes of the packet, all of them */
	COST_MATCHER,
};

#define SET_BIG 16

static enum cost cost_of_value(const struct value *value)
{
	switch (value->kind) {
	case VALUE_MATCHER: return COST_MATCHER;
	case VALUE_FIELD:
		return value->field->kind == FIELD_OF_ADDRESS   ? COST_LIST
		       : value->field->kind == FIELD_OF_MATCHER ? COST_MATCHER
		       : value->field->kind == FIELD_OF_HEADER  ? COST_CALL
								: COST_HEADER;
	case VALUE_BIT_SLICE: return COST_CALL;
	default: return value->of ? cost_of_value(value->of) : COST_CALL;
	}
}

static enum cost cost_of_compare(const struct expr *expr)
{
	enum cost cost = cost_of_value(expr->value);

	if (expr->op == OP_IN_LIST)
		return cost > COST_LIST ? cost : COST_LIST;
	if (cost == COST_CALL &&
	    (expr->op == OP_CONTAINS || expr->op == OP_WILDCARD || expr->op == OP_STRICT_WILDCARD))
		return COST_SEARCH;
	return cost == COST_HEADER && expr->n_literals > SET_BIG ? COST_SET : cost;
}

static enum cost cost_of(const struct expr *expr)
{
	enum cost cost = COST_HEADER;

	if (expr->kind == EXPR_TEST)
		return cost_of_value(expr->value);
	if (expr->kind == EXPR_COMPARE)
		return cost_of_compare(expr);
	for (size_t i = 0; i < expr->n_operands; i++) {
		enum cost c = cost_of(expr->operands[i]);

		cost = c > cost ? c : cost;
	}
	return cost;
}

static bool value_keeps_state(const struct value *value)
{
	for (; value; value = value->of) {
		const struct matcher *matcher = value->matcher ? value->matcher
						: value->field ? value->field->matcher
							       : NULL;

		if (matcher && matcher->keeps_state)
			return true;
	}
	return false;
}

static bool keeps_state(const struct expr *expr)
{
	for (size_t i = 0; i < expr->n_operands; i++)
		if (keeps_state(expr->operands[i]))
			return true;
	return value_keeps_state(expr->value);
}

/* What is compared when sorting: what is behind a barrier stays behind it. */
struct rank {
	const struct expr *expr;
	unsigned barrier;
	enum cost cost;
	size_t place;
};

static int by_rank(const void *a, const void *b)
{
	const struct rank *x = a, *y = b;

	if (x->barrier != y->barrier)
		return x->barrier < y->barrier ? -1 : 1;
	if (x->cost != y->cost)
		return x->cost < y->cost ? -1 : 1;
	return (x->place > y->place) - (x->place < y->place);
}

const struct expr **order_operands(const struct expr *expr)
{
	const struct expr **sorted = calloc(expr->n_operands, sizeof(const struct expr *));
	struct rank *ranks = calloc(expr->n_operands, sizeof(*ranks));
	unsigned barrier = 0;

	for (size_t i = 0; sorted && ranks && i < expr->n_operands; i++) {
		bool state = keeps_state(expr->operands[i]);

		barrier += state;
		ranks[i] = (struct rank){expr->operands[i], barrier, cost_of(expr->operands[i]), i};
		barrier += state;
	}
	if (sorted && ranks) {
		qsort(ranks, expr->n_operands, sizeof(*ranks), by_rank);
		for (size_t i = 0; i < expr->n_operands; i++)
			sorted[i] = ranks[i].expr;
	} else {
		free(sorted);
		sorted = NULL;
	}
	free(ranks);
	return sorted;
}
