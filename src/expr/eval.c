/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "expr/eval.h"
#include "expr/compare.h"
#include "expr/constant.h"
#include "expr/eval_value.h"

#include <errno.h>

struct evaluation {
	const struct eval_packet *packet;
	const struct eval_hooks *hooks;
};

static int answer(const struct expr *expr, const struct evaluation *e, bool *ret,
		  struct mfw_err **err);

/* ---- leaves ---- */

static bool leaf_asks_matcher(const struct expr *leaf)
{
	const struct field *field = leaf->value ? value_field(leaf->value) : NULL;

	return leaf->value && (!field || field->kind == FIELD_OF_MATCHER);
}

static int ask_matcher(const struct expr *leaf, const struct evaluation *e, bool *ret,
		       struct mfw_err **err)
{
	if (!e->hooks->matcher)
		return err_make(err, EOPNOTSUPP, "eval.matcher",
				"only the kernel can say what a matcher answers");
	return e->hooks->matcher(e->hooks->ctx, leaf, e->packet, ret, err);
}

static bool is_in_list(const struct expr *compare, const struct eval_value *value,
		       const struct eval_hooks *hooks)
{
	if (compare->value->type == FIELD_IP)
		return hooks->list_has_ip &&
		       hooks->list_has_ip(hooks->ctx, compare->list, compare->shared, &value->ip);
	return hooks->list_has_name &&
	       hooks->list_has_name(hooks->ctx, compare->list, compare->shared,
				    value->bytes.data ? value->bytes.data : "", value->bytes.len);
}

static bool compare(const struct expr *expr, const struct eval_value *value,
		    const struct eval_hooks *hooks)
{
	if (expr->op == OP_IN_LIST)
		return is_in_list(expr, value, hooks);
	switch (expr->value->type) {
	case FIELD_INT: return compare_number(expr, value->number);
	case FIELD_IP: return compare_ip(expr, &value->ip);
	default: return compare_bytes(expr, &value->bytes);
	}
}

static int answer_leaf(const struct expr *leaf, const struct evaluation *e, bool *ret,
		       struct mfw_err **err)
{
	cleanup_eval_value struct eval_value value = {};

	if (leaf_asks_matcher(leaf))
		return ask_matcher(leaf, e, ret, err);
	if (eval_value(leaf->value, e->packet, e->hooks, &value))
		return err_nomem(err);
	if (value.missing)
		*ret = leaf->kind == EXPR_COMPARE && leaf->op == OP_NE;
	else if (leaf->kind == EXPR_TEST)
		*ret = value.truth;
	else
		*ret = compare(leaf, &value, e->hooks);
	return 0;
}

/* ---- trees ---- */

/* Asks on until an operand answers `last`, which settles it. */
static int answer_until(const struct expr *expr, bool last, const struct evaluation *e, bool *ret,
			struct mfw_err **err)
{
	bool one = !last;
	int r = 0;

	for (size_t i = 0; i < expr->n_operands && !r && one != last; i++)
		r = answer(expr->operands[i], e, &one, err);
	*ret = one;
	return r;
}

static int answer_xor(const struct expr *expr, const struct evaluation *e, bool *ret,
		      struct mfw_err **err)
{
	bool odd = false, one = false;
	int r = 0;

	for (size_t i = 0; i < expr->n_operands && !r; i++) {
		r = answer(expr->operands[i], e, &one, err);
		odd ^= one;
	}
	*ret = odd;
	return r;
}

static int answer_not(const struct expr *expr, const struct evaluation *e, bool *ret,
		      struct mfw_err **err)
{
	int r = answer(expr->operands[0], e, ret, err);

	*ret = !*ret;
	return r;
}

static int answer(const struct expr *expr, const struct evaluation *e, bool *ret,
		  struct mfw_err **err)
{
	switch (expr->kind) {
	case EXPR_CONST: *ret = expr->constant; return 0;
	case EXPR_NOT: return answer_not(expr, e, ret, err);
	case EXPR_AND: return answer_until(expr, false, e, ret, err);
	case EXPR_OR: return answer_until(expr, true, e, ret, err);
	case EXPR_XOR: return answer_xor(expr, e, ret, err);
	default: return answer_leaf(expr, e, ret, err);
	}
}

int eval(const struct expr *expr, const uint8_t *bytes, size_t len, const struct eval_hooks *hooks,
	 bool *ret, struct mfw_err **err)
{
	struct eval_packet packet;
	const struct evaluation e = {&packet, hooks};
	bool found = false;
	int r;

	eval_packet_read(&packet, bytes, len);
	r = answer(expr, &e, &found, err);
	if (!r)
		*ret = found;
	return r;
}

bool eval_asks_matcher(const struct expr *expr)
{
	for (size_t i = 0; i < expr->n_operands; i++)
		if (eval_asks_matcher(expr->operands[i]))
			return true;
	return leaf_asks_matcher(expr);
}
