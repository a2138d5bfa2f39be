/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "expr/protos.h"
#include "model/proto.h"

#include <string.h>

#define WORDS  ARRAY_SIZE(((struct protos *)NULL)->bits)
#define ICMPV6 58

static void add(struct protos *protos, unsigned proto)
{
	protos->bits[proto / 64] |= 1ull << proto % 64;
}

struct protos protos_all(void)
{
	struct protos all;

	memset(&all, 0xff, sizeof(all));
	all.bits[WORDS - 1] = (1ull << PROTOS_N % 64) - 1;
	return all;
}

bool protos_empty(const struct protos *protos)
{
	static const struct protos none;

	return !memcmp(protos, &none, sizeof(none));
}

struct protos protos_and(const struct protos *a, const struct protos *b)
{
	struct protos both;

	for (size_t i = 0; i < WORDS; i++)
		both.bits[i] = a->bits[i] & b->bits[i];
	return both;
}

static struct protos either(const struct protos *a, const struct protos *b)
{
	struct protos all;

	for (size_t i = 0; i < WORDS; i++)
		all.bits[i] = a->bits[i] | b->bits[i];
	return all;
}

static struct protos others(const struct protos *a)
{
	struct protos all = protos_all();

	for (size_t i = 0; i < WORDS; i++)
		all.bits[i] &= ~a->bits[i];
	return all;
}

bool protos_within(const struct protos *inner, const struct protos *outer)
{
	struct protos both = protos_and(inner, outer);

	return !memcmp(&both, inner, sizeof(both));
}

struct protos protos_of_l4(enum field_l4 l4)
{
	struct protos some = {};

	if (l4 == FIELD_L4_NONE)
		return protos_all();
	add(&some, l4);
	if (l4 == FIELD_L4_ICMP)
		add(&some, ICMPV6);
	return some;
}

enum field_l4 value_l4(const struct value *value)
{
	while (value->of)
		value = value->of;
	return value->field ? value->field->l4 : FIELD_L4_NONE;
}

/* ---- leaves ---- */

static bool is_proto(const struct expr *expr)
{
	const struct value *value = expr->value;

	if (expr->kind != EXPR_COMPARE ||
	    (expr->op != OP_EQ && expr->op != OP_NE && expr->op != OP_IN))
		return false;
	while (value->kind == VALUE_LOWER)
		value = value->of;
	return value->kind == VALUE_FIELD && value->field->id == FIELD_IP_PROTO;
}

static struct protos of_proto(const struct expr *expr)
{
	struct protos named = {};

	for (size_t i = 0; i < expr->n_literals; i++) {
		const struct buf *name = &expr->literals[i].bytes;
		int proto = name->len ? proto_find(name->data, name->len) : -1;

		if (proto >= 0)
			add(&named, proto);
	}
	return expr->op == OP_NE ? others(&named) : named;
}

static struct protos of_leaf(const struct expr *expr, bool *ret_exact)
{
	*ret_exact = is_proto(expr) || expr->kind == EXPR_CONST;
	if (is_proto(expr))
		return of_proto(expr);
	if (expr->kind == EXPR_CONST)
		return expr->constant ? protos_all() : (struct protos){};
	if (expr->kind == EXPR_COMPARE && expr->op == OP_NE)
		return protos_all();
	return protos_of_l4(value_l4(expr->value));
}

/* ---- trees ---- */

static struct protos of_not(const struct expr *expr, bool *ret_exact)
{
	struct protos inner = protos_of(expr->operands[0], ret_exact);

	return *ret_exact ? others(&inner) : protos_all();
}

static struct protos of_many(const struct expr *expr, bool *ret_exact)
{
	struct protos all = expr->kind == EXPR_AND ? protos_all() : (struct protos){};
	bool exact;

	*ret_exact = expr->kind != EXPR_XOR;
	for (size_t i = 0; i < expr->n_operands; i++) {
		struct protos one = protos_of(expr->operands[i], &exact);

		*ret_exact &= exact;
		all = expr->kind == EXPR_AND ? protos_and(&all, &one) : either(&all, &one);
	}
	return all;
}

struct protos protos_of(const struct expr *expr, bool *ret_exact)
{
	switch (expr->kind) {
	case EXPR_NOT: return of_not(expr, ret_exact);
	case EXPR_AND:
	case EXPR_OR:
	case EXPR_XOR: return of_many(expr, ret_exact);
	default: return of_leaf(expr, ret_exact);
	}
}
