/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "expr/lint.h"
#include "expr/protos.h"
#include "expr/settle.h"
#include "expr/truth.h"

#include <errno.h>

static int warn_truth(struct lexer *lex, const struct expr *expr, enum truth truth, const char *why)
{
	if (truth == TRUTH_NEVER)
		return lex_warn(lex, expr->offset, expr->length, "expr.never",
				"this is never true: because %s", why);
	return lex_warn(
		lex, expr->offset, expr->length, "expr.always", "this is %strue: because %s",
		truth == TRUTH_THERE ? "for every packet that has the value " : "always ", why);
}

static int lint_leaf(struct lexer *lex, const struct expr *expr)
{
	size_t before = lex->report->warnings.n;
	const char *why;
	enum truth truth;

	if (lint_names(lex, expr) || lint_overlap(lex, expr))
		return -ENOMEM;
	if (lex->report->warnings.n != before || expr->kind == EXPR_CONST)
		return 0;
	truth = truth_of_leaf(expr, &why);
	return truth == TRUTH_OPEN ? 0 : warn_truth(lex, expr, truth, why);
}

/* Whether a part already is what the whole is: then that was said there. */
static bool is_news(const struct expr *expr, enum truth truth)
{
	for (size_t i = 0; i < expr->n_operands; i++) {
		const struct expr *one = expr->operands[i];

		if (one->kind != EXPR_CONST && truth_of(one) == truth)
			return false;
	}
	return true;
}

/* Protocols that the parts ask for exclude each other; each part alone is possible. */
static bool is_impossible(const struct expr *expr)
{
	struct protos protos;
	bool exact;

	for (size_t i = 0; i < expr->n_operands; i++) {
		protos = protos_of(expr->operands[i], &exact);
		if (protos_empty(&protos))
			return false;
	}
	protos = protos_of(expr, &exact);
	return protos_empty(&protos);
}

/* What the same field is asked for in two ways: the usual mix-up of and with or. */
static int warn_settled(struct lexer *lex, const struct expr *expr, const struct value *value)
{
	cleanup_buf struct buf text = {};

	if (value_print(value, &text))
		return -ENOMEM;
	if (expr->kind == EXPR_AND)
		return lex_warn(lex, expr->offset, expr->length, "expr.never",
				"this is never true: no %s fits all that is asked of it. Did you "
				"mean `or`?",
				text.data);
	return lex_warn(lex, expr->offset, expr->length, "expr.always",
			"this is always true: every %s fits one part or another. Did you mean "
			"`and`?",
			text.data);
}

static int lint_many(struct lexer *lex, const struct expr *expr)
{
	enum truth truth = truth_of(expr);
	const struct value *settled;

	if (truth == TRUTH_ALWAYS || truth == TRUTH_NEVER)
		return is_news(expr, truth) ? warn_truth(lex, expr, truth,
							 "its parts settle it without a packet")
					    : 0;
	if (expr->kind == EXPR_AND && is_impossible(expr))
		return warn_truth(lex, expr, TRUTH_NEVER,
				  "its parts ask for different protocols, and a packet is of one");
	settled = expr->kind == EXPR_XOR ? NULL : settling_value(expr);
	return settled ? warn_settled(lex, expr, settled) : 0;
}

static int walk(struct lexer *lex, const struct expr *expr)
{
	if (!expr->n_operands)
		return lint_leaf(lex, expr);
	for (size_t i = 0; i < expr->n_operands; i++)
		if (walk(lex, expr->operands[i]))
			return -ENOMEM;
	return expr->kind == EXPR_NOT ? 0 : lint_many(lex, expr);
}

static int by_place(const void *a, const void *b)
{
	unsigned line[2], column[2];

	mfw_err_place(*(struct mfw_err *const *)a, &line[0], &column[0], NULL);
	mfw_err_place(*(struct mfw_err *const *)b, &line[1], &column[1], NULL);
	if (line[0] != line[1])
		return line[0] < line[1] ? -1 : 1;
	return column[0] < column[1] ? -1 : column[0] > column[1];
}

int lint(struct lexer *lex, const struct expr *expr)
{
	struct err_list *warnings = &lex->report->warnings;

	if (walk(lex, expr) || lint_missing(lex, expr))
		return -ENOMEM;
	if (warnings->n)
		qsort(warnings->items, warnings->n, sizeof(*warnings->items), by_place);
	return 0;
}
