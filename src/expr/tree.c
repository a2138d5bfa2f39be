/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "expr/tree.h"

#include <errno.h>
#include <string.h>

void value_free(struct value *value)
{
	while (value) {
		struct value *of = value->of;

		free(value->params);
		free(value->list);
		buf_clear(&value->text);
		free(value);
		value = of;
	}
}

static void free_literals(struct literal *literals, size_t n)
{
	for (size_t i = 0; i < n; i++)
		buf_clear(&literals[i].bytes);
	free(literals);
}

void expr_free(struct expr *expr)
{
	if (!expr)
		return;
	for (size_t i = 0; i < expr->n_operands; i++)
		expr_free(expr->operands[i]);
	free(expr->operands);
	value_free(expr->value);
	free_literals(expr->literals, expr->n_literals);
	free(expr->list);
	free(expr);
}

struct expr *expr_new(enum expr_kind kind, size_t offset)
{
	struct expr *expr = calloc(1, sizeof(*expr));

	if (!expr)
		return NULL;
	expr->kind = kind;
	expr->offset = offset;
	return expr;
}

/* Room for one more, in powers of two. */
static int grow(void **items, size_t n, size_t size)
{
	void *grown;

	if (n & (n - 1))
		return 0;
	grown = reallocarray(*items, n ? n * 2 : 1, size);
	if (!grown)
		return -ENOMEM;
	*items = grown;
	return 0;
}

int expr_add_operand(struct expr *expr, struct expr *operand)
{
	if (grow((void **)&expr->operands, expr->n_operands, sizeof(operand))) {
		expr_free(operand);
		return -ENOMEM;
	}
	expr->operands[expr->n_operands++] = operand;
	return 0;
}

int expr_add_literal(struct expr *expr, struct literal *literal)
{
	if (grow((void **)&expr->literals, expr->n_literals, sizeof(*literal)))
		return -ENOMEM;
	expr->literals[expr->n_literals++] = *literal;
	*literal = (struct literal){};
	return 0;
}

/* ---- equality ---- */

static bool buf_equal(const struct buf *a, const struct buf *b)
{
	return a->len == b->len && (!a->len || !memcmp(a->data, b->data, a->len));
}

bool value_equal(const struct value *a, const struct value *b)
{
	for (; a && b; a = a->of, b = b->of) {
		if (a->kind != b->kind || a->type != b->type || a->field != b->field ||
		    a->matcher != b->matcher || a->start != b->start || a->end != b->end ||
		    a->has_end != b->has_end || !buf_equal(&a->text, &b->text))
			return false;
		if (a->matcher && a->matcher->params_len &&
		    memcmp(a->params, b->params, a->matcher->params_len))
			return false;
	}
	return !a && !b;
}

static bool literal_equal(const struct literal *a, const struct literal *b)
{
	return a->low == b->low && a->high == b->high && a->prefix == b->prefix &&
	       !memcmp(&a->first, &b->first, sizeof(a->first)) &&
	       !memcmp(&a->last, &b->last, sizeof(a->last)) && buf_equal(&a->bytes, &b->bytes);
}

static bool own_equal(const struct expr *a, const struct expr *b)
{
	if (a->kind != b->kind || a->constant != b->constant || a->op != b->op ||
	    a->shared != b->shared || a->n_operands != b->n_operands ||
	    a->n_literals != b->n_literals || !a->list != !b->list)
		return false;
	if (a->list && strcmp(a->list, b->list))
		return false;
	for (size_t i = 0; i < a->n_literals; i++)
		if (!literal_equal(&a->literals[i], &b->literals[i]))
			return false;
	return value_equal(a->value, b->value);
}

bool expr_equal(const struct expr *a, const struct expr *b)
{
	if (!own_equal(a, b))
		return false;
	for (size_t i = 0; i < a->n_operands; i++)
		if (!expr_equal(a->operands[i], b->operands[i]))
			return false;
	return true;
}
