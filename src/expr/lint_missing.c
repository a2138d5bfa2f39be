/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * `tcp.dstport ne 443` is true for UDP, and so is `not tcp.dstport eq 443`: rarely what is meant,
 * unless something beside it says which protocol the packet is of.
 */
#include "expr/lint.h"
#include "expr/protos.h"

#include <errno.h>

struct walk {
	struct lexer *lex;
	struct protos protos;       /* what stands beside leaves this possible */
	const struct expr *negated; /* the innermost `not`, when the number of them is odd */
	const struct expr *said;    /* the one that was warned of last */
};

static const char *proto_word(enum field_l4 l4)
{
	return l4 == FIELD_L4_TCP ? "tcp" : l4 == FIELD_L4_UDP ? "udp" : "icmp";
}

static int leaf(struct walk *walk, const struct expr *expr)
{
	bool ne = expr->kind == EXPR_COMPARE && expr->op == OP_NE;
	const struct expr *place = walk->negated ? walk->negated : expr;
	enum field_l4 l4 = expr->value ? value_l4(expr->value) : FIELD_L4_NONE;
	struct protos has = protos_of_l4(l4);

	if (ne == !!walk->negated || l4 == FIELD_L4_NONE || protos_within(&walk->protos, &has) ||
	    place == walk->said)
		return 0;
	walk->said = place;
	return lex_warn(
		walk->lex, place->offset, place->length, "expr.missing",
		"this is also true for packets that are not %s: if that is not meant, write "
		"ip.proto == \"%s\" and ...",
		proto_word(l4), proto_word(l4));
}

static int step(struct walk *walk, const struct expr *expr);

/* Beside each part of an `and` stand the others: those before it, and (behind[i]) those after it.
 */
static int step_parts(struct walk *walk, const struct expr *expr, struct protos *behind)
{
	struct protos before = walk->protos, one;
	bool exact;

	for (size_t i = 0; i < expr->n_operands; i++) {
		walk->protos = protos_and(&before, &behind[i]);
		if (step(walk, expr->operands[i]))
			return -ENOMEM;
		one = protos_of(expr->operands[i], &exact);
		before = protos_and(&before, &one);
	}
	return 0;
}

static int step_and(struct walk *walk, const struct expr *expr)
{
	struct protos outer = walk->protos, one;
	size_t n = expr->n_operands;
	cleanup_free struct protos *behind = calloc(n, sizeof(*behind));
	bool exact;
	int r;

	if (!behind)
		return -ENOMEM;
	behind[n - 1] = protos_all();
	for (size_t i = n - 1; i; i--) {
		one = protos_of(expr->operands[i], &exact);
		behind[i - 1] = protos_and(&behind[i], &one);
	}
	r = step_parts(walk, expr, behind);
	walk->protos = outer;
	return r;
}

static int step(struct walk *walk, const struct expr *expr)
{
	const struct expr *negated = walk->negated;
	int r = 0;

	if (expr->kind == EXPR_AND)
		return step_and(walk, expr);
	if (!expr->n_operands)
		return leaf(walk, expr);
	if (expr->kind == EXPR_NOT)
		walk->negated = negated ? NULL : expr;
	for (size_t i = 0; i < expr->n_operands && !r; i++)
		r = step(walk, expr->operands[i]);
	walk->negated = negated;
	return r;
}

int lint_missing(struct lexer *lex, const struct expr *expr)
{
	struct walk walk = {.lex = lex, .protos = protos_all()};

	return step(&walk, expr);
}
