/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "expr/constant.h"
#include "expr/tree.h"
#include "expr/truth.h"

#include <errno.h>
#include <string.h>

static bool is_const(const struct expr *expr, bool constant)
{
	return expr->kind == EXPR_CONST && expr->constant == constant;
}

static bool asks_matcher(const struct expr *expr)
{
	for (const struct value *value = expr->value; value; value = value->of)
		if (value->kind == VALUE_MATCHER)
			return true;
	for (size_t i = 0; i < expr->n_operands; i++)
		if (asks_matcher(expr->operands[i]))
			return true;
	return false;
}

static int make_const(struct expr **expr, bool constant)
{
	struct expr *made = expr_new(EXPR_CONST, (*expr)->offset);

	if (!made)
		return -ENOMEM;
	made->length = (*expr)->length;
	made->constant = constant;
	expr_free(*expr);
	*expr = made;
	return 0;
}

/* Puts its only operand into the place of *expr. */
static void unwrap(struct expr **expr)
{
	struct expr *operand = (*expr)->operands[0];

	(*expr)->n_operands = 0;
	expr_free(*expr);
	*expr = operand;
}

/* Frees operand i and closes the gap. */
static void drop(struct expr *expr, size_t i)
{
	expr_free(expr->operands[i]);
	expr->n_operands--;
	memmove(&expr->operands[i], &expr->operands[i + 1],
		(expr->n_operands - i) * sizeof(*expr->operands));
}

/* ---- leaves ---- */

static int fold_node(struct expr **expr, const struct scheme *scheme)
{
	const char *text = scheme->node(scheme->ctx, value_field((*expr)->value));
	cleanup_buf struct buf bytes = {};
	bool answer;

	if (text && buf_add_str(&bytes, text))
		return -ENOMEM;
	if (constant_answer(*expr, text ? &bytes : NULL, &answer))
		return -ENOMEM;
	return make_const(expr, answer);
}

/* The list is known to the program only; what is asked of it, here. Folding it again does nothing.
 */
static int fold_node_list(struct expr **expr, const struct scheme *scheme)
{
	const char *text = scheme->node(scheme->ctx, value_field((*expr)->value));
	struct literal asked = {.prefix = EXPR_NO_PREFIX};
	cleanup_buf struct buf bytes = {};

	if ((*expr)->n_literals)
		return 0;
	if (!text)
		return make_const(expr, false);
	if (buf_add_str(&bytes, text) || constant_bytes((*expr)->value, &bytes, &asked.bytes) ||
	    expr_add_literal(*expr, &asked)) {
		buf_clear(&asked.bytes);
		return -ENOMEM;
	}
	return 0;
}

static int fold_leaf(struct expr **expr, const struct scheme *scheme)
{
	const struct field *field = (*expr)->value ? value_field((*expr)->value) : NULL;
	bool list = (*expr)->kind == EXPR_COMPARE && (*expr)->op == OP_IN_LIST;
	enum truth truth;

	if (field && field->kind == FIELD_OF_NODE && scheme->node)
		return list ? fold_node_list(expr, scheme) : fold_node(expr, scheme);
	if ((*expr)->kind == EXPR_CONST)
		return 0;
	truth = truth_of_leaf(*expr, NULL);
	if (truth == TRUTH_ALWAYS || truth == TRUTH_NEVER)
		return make_const(expr, truth == TRUTH_ALWAYS);
	return 0;
}

/* ---- not, and, or, xor ---- */

static int fold_not(struct expr **expr)
{
	struct expr *operand = (*expr)->operands[0];

	if (operand->kind == EXPR_CONST)
		return make_const(expr, !operand->constant);
	if (operand->kind == EXPR_NOT) {
		unwrap(expr);
		unwrap(expr);
	}
	return 0;
}

/*
 * settles: the constant that makes the whole what it is. Behind it nothing is asked. Before it
 * matchers are, and may count what they are asked: with one of them, it stays.
 */
static int fold_many(struct expr **expr, bool settles)
{
	struct expr *many = *expr;
	bool asked = false;

	for (size_t i = 0; i < many->n_operands; i++) {
		if (is_const(many->operands[i], settles) && !asked)
			return make_const(expr, settles);
		if (is_const(many->operands[i], settles))
			while (many->n_operands > i + 1)
				drop(many, i + 1);
		else if (is_const(many->operands[i], !settles))
			drop(many, i--);
		else
			asked |= asks_matcher(many->operands[i]);
	}
	if (!many->n_operands)
		return make_const(expr, !settles);
	if (many->n_operands == 1)
		unwrap(expr);
	return 0;
}

/* Constants out of the list; an odd number of true ones is a `not` around the rest. */
static int fold_xor(struct expr **expr)
{
	struct expr *many = *expr, *negated;
	bool odd = false;

	for (size_t i = 0; i < many->n_operands; i++) {
		if (many->operands[i]->kind != EXPR_CONST)
			continue;
		odd ^= many->operands[i]->constant;
		drop(many, i--);
	}
	if (!many->n_operands)
		return make_const(expr, odd);
	if (many->n_operands == 1)
		unwrap(expr);
	if (!odd)
		return 0;
	negated = expr_new(EXPR_NOT, (*expr)->offset);
	if (!negated)
		return -ENOMEM;
	negated->length = (*expr)->length;
	if (expr_add_operand(negated, *expr)) {
		*expr = negated;
		return -ENOMEM;
	}
	*expr = negated;
	return fold_not(expr);
}

/* Operands that became of the kind of the whole give it theirs. */
static int flatten(struct expr *expr)
{
	for (size_t i = 0; i < expr->n_operands; i++) {
		struct expr *inner = expr->operands[i];
		size_t n = expr->n_operands - 1 + inner->n_operands;
		struct expr **grown;

		if (inner->kind != expr->kind || expr->kind == EXPR_NOT)
			continue;
		/* Room for what expr_add_operand() adds before it grows at the next power of two.
		 */
		grown = calloc(n * 2, sizeof(*grown));
		if (!grown)
			return -ENOMEM;
		memcpy(grown, expr->operands, i * sizeof(*grown));
		memcpy(grown + i, inner->operands, inner->n_operands * sizeof(*grown));
		memcpy(grown + i + inner->n_operands, expr->operands + i + 1,
		       (expr->n_operands - i - 1) * sizeof(*grown));
		free(expr->operands);
		expr->operands = grown;
		expr->n_operands = n;
		i += inner->n_operands - 1;
		inner->n_operands = 0;
		expr_free(inner);
	}
	return 0;
}

int expr_fold(struct expr **expr, const struct scheme *scheme)
{
	for (size_t i = 0; i < (*expr)->n_operands; i++)
		if (expr_fold(&(*expr)->operands[i], scheme))
			return -ENOMEM;
	if (flatten(*expr))
		return -ENOMEM;
	switch ((*expr)->kind) {
	case EXPR_NOT: return fold_not(expr);
	case EXPR_AND: return fold_many(expr, false);
	case EXPR_OR: return fold_many(expr, true);
	case EXPR_XOR: return fold_xor(expr);
	default: return fold_leaf(expr, scheme);
	}
}
