/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "expr/truth.h"
#include "expr/country.h"
#include "expr/parser.h"

#include <string.h>

/* Operands beyond this many are not compared with each other. */
#define PAIRS_MAX 64

/* ---- numbers ---- */

static enum truth of_int_set(const struct expr *expr, uint64_t min, uint64_t max)
{
	bool possible = false;

	for (size_t i = 0; i < expr->n_literals; i++) {
		const struct literal *item = &expr->literals[i];

		if (item->low <= min && item->high >= max)
			return TRUTH_THERE;
		possible |= item->high >= min && item->low <= max;
	}
	return possible ? TRUTH_OPEN : TRUTH_NEVER;
}

static enum truth of_int(const struct expr *expr)
{
	uint64_t min, max, number = expr->n_literals ? expr->literals[0].low : 0;

	value_range(expr->value, &min, &max);
	switch (expr->op) {
	case OP_EQ: return number < min || number > max ? TRUTH_NEVER : TRUTH_OPEN;
	case OP_NE: return number < min || number > max ? TRUTH_ALWAYS : TRUTH_OPEN;
	case OP_LT: return number <= min ? TRUTH_NEVER : TRUTH_OPEN;
	case OP_LE: return number >= max ? TRUTH_THERE : number < min ? TRUTH_NEVER : TRUTH_OPEN;
	case OP_GE: return number <= min ? TRUTH_THERE : TRUTH_OPEN;
	case OP_GT: return number < min ? TRUTH_THERE : number >= max ? TRUTH_NEVER : TRUTH_OPEN;
	case OP_BITS: return number ? TRUTH_OPEN : TRUTH_NEVER;
	case OP_IN: return of_int_set(expr, min, max);
	default: return TRUTH_OPEN;
	}
}

/* ---- addresses ---- */

static bool is_all(const struct ip *ip, uint8_t byte)
{
	size_t n = ip->family == 4 ? 4 : 16;

	for (size_t i = 0; i < n; i++)
		if (ip->bytes[i] != byte)
			return false;
	return true;
}

static enum truth of_ip(const struct expr *expr)
{
	bool all4 = false, all6 = false;

	if (expr->op == OP_LT)
		return is_all(&expr->literals[0].first, 0) ? TRUTH_NEVER : TRUTH_OPEN;
	if (expr->op == OP_GT)
		return is_all(&expr->literals[0].first, 255) ? TRUTH_NEVER : TRUTH_OPEN;
	if (expr->op != OP_IN)
		return TRUTH_OPEN;
	for (size_t i = 0; i < expr->n_literals; i++) {
		const struct literal *item = &expr->literals[i];
		bool all = is_all(&item->first, 0) && is_all(&item->last, 255);

		all4 |= all && item->first.family == 4;
		all6 |= all && item->first.family == 6;
	}
	return !expr->n_literals ? TRUTH_NEVER : all4 && all6 ? TRUTH_THERE : TRUTH_OPEN;
}

/* ---- bytes ---- */

static bool has_upper(const struct buf *bytes)
{
	for (size_t i = 0; i < bytes->len; i++)
		if (bytes->data[i] >= 'A' && bytes->data[i] <= 'Z')
			return true;
	return false;
}

/* Whether the value can hold these bytes somewhere, or be them. */
static bool can_hold(const struct value *value, const struct buf *bytes)
{
	if (!bytes->len)
		return true;
	if (value->kind == VALUE_LOWER)
		return !has_upper(bytes) && can_hold(value->of, bytes);
	if (value->kind == VALUE_SUBSTRING && value->has_end &&
	    (value->start < 0) == (value->end < 0))
		return value->end - value->start >= (int64_t)bytes->len;
	return true;
}

static bool can_be_in(const struct expr *expr)
{
	for (size_t i = 0; i < expr->n_literals; i++)
		if (can_hold(expr->value, &expr->literals[i].bytes))
			return true;
	return false;
}

static enum truth of_bytes(const struct expr *expr)
{
	const struct buf *bytes = expr->n_literals ? &expr->literals[0].bytes : NULL;

	switch (expr->op) {
	case OP_EQ: return can_hold(expr->value, bytes) ? TRUTH_OPEN : TRUTH_NEVER;
	case OP_NE: return can_hold(expr->value, bytes) ? TRUTH_OPEN : TRUTH_ALWAYS;
	case OP_LT: return bytes->len ? TRUTH_OPEN : TRUTH_NEVER;
	case OP_GE: return bytes->len ? TRUTH_OPEN : TRUTH_THERE;
	case OP_CONTAINS:
		if (!bytes->len)
			return TRUTH_THERE;
		return can_hold(expr->value, bytes) ? TRUTH_OPEN : TRUTH_NEVER;
	case OP_WILDCARD:
	case OP_STRICT_WILDCARD:
		return bytes->len == 1 && *bytes->data == '*' ? TRUTH_THERE : TRUTH_OPEN;
	case OP_IN: return can_be_in(expr) ? TRUTH_OPEN : TRUTH_NEVER;
	default: return TRUTH_OPEN;
	}
}

static enum truth of_country(const struct expr *expr)
{
	bool answers[COUNTRIES];
	size_t n = 0;

	if (country_answers(expr, answers))
		return TRUTH_OPEN;
	for (size_t i = 0; i < COUNTRIES; i++)
		n += answers[i];
	if (expr->kind == EXPR_COMPARE && expr->op == OP_NE)
		return n == COUNTRIES ? TRUTH_ALWAYS : TRUTH_OPEN;
	return !n ? TRUTH_NEVER : n == COUNTRIES ? TRUTH_THERE : TRUTH_OPEN;
}

/* ---- leaves ---- */

static const char *reason(const struct expr *expr)
{
	if (country_is_asked(expr) && (expr->kind != EXPR_COMPARE || expr->n_literals))
		return "a country is two capital letters, such as \"BR\"";
	if (expr->kind == EXPR_COMPARE && expr->op == OP_IN && !expr->n_literals)
		return "the set is empty";
	if (expr->kind == EXPR_COMPARE && expr->op == OP_BITS)
		return "no bit is asked for";
	if (expr->value && expr->value->kind == VALUE_LOWER && expr->n_literals == 1 &&
	    has_upper(&expr->literals[0].bytes))
		return "lower() leaves no capital letters";
	if (expr->value && expr->value->type == FIELD_BYTES)
		return "of what the value can be, or the text is empty";
	return "of what the value can be";
}

static enum truth of_test(const struct value *value)
{
	if (value->kind != VALUE_STARTS_WITH && value->kind != VALUE_ENDS_WITH)
		return TRUTH_OPEN;
	if (!value->text.len)
		return TRUTH_THERE;
	return can_hold(value->of, &value->text) ? TRUTH_OPEN : TRUTH_NEVER;
}

static enum truth of_compare(const struct expr *expr)
{
	switch (expr->value->type) {
	case FIELD_INT: return of_int(expr);
	case FIELD_IP: return of_ip(expr);
	default: return of_bytes(expr);
	}
}

enum truth truth_of_leaf(const struct expr *expr, const char **why)
{
	if (why)
		*why = reason(expr);
	if (country_is_asked(expr))
		return of_country(expr);
	switch (expr->kind) {
	case EXPR_CONST: return expr->constant ? TRUTH_ALWAYS : TRUTH_NEVER;
	case EXPR_TEST: return of_test(expr->value);
	case EXPR_COMPARE: return of_compare(expr);
	default: return TRUTH_OPEN;
	}
}

/* ---- trees ---- */

/* Asked twice, a matcher that counts may answer twice differently. */
static bool has_matcher(const struct expr *expr)
{
	for (const struct value *value = expr->value; value; value = value->of)
		if (value->kind == VALUE_MATCHER)
			return true;
	for (size_t i = 0; i < expr->n_operands; i++)
		if (has_matcher(expr->operands[i]))
			return true;
	return false;
}

/* Whether among the operands are x and not x. */
static bool has_opposites(const struct expr *expr)
{
	size_t n = expr->n_operands < PAIRS_MAX ? expr->n_operands : PAIRS_MAX;

	for (size_t i = 0; i < n; i++)
		for (size_t j = 0; j < n; j++)
			if (expr->operands[i]->kind == EXPR_NOT &&
			    expr_equal(expr->operands[i]->operands[0], expr->operands[j]) &&
			    !has_matcher(expr->operands[j]))
				return true;
	return false;
}

static enum truth negate(enum truth truth)
{
	switch (truth) {
	case TRUTH_ALWAYS: return TRUTH_NEVER;
	case TRUTH_NEVER: return TRUTH_ALWAYS;
	default: return TRUTH_OPEN;
	}
}

/* and: one that is never true settles it; or: one that always is. */
static enum truth of_many(const struct expr *expr, enum truth settles)
{
	bool open = false;

	for (size_t i = 0; i < expr->n_operands; i++) {
		enum truth one = truth_of(expr->operands[i]);

		if (one == settles)
			return settles;
		open |= one != negate(settles);
	}
	if (has_opposites(expr))
		return settles;
	return open ? TRUTH_OPEN : negate(settles);
}

static enum truth of_xor(const struct expr *expr)
{
	enum truth all = TRUTH_NEVER;

	for (size_t i = 0; i < expr->n_operands; i++) {
		enum truth one = truth_of(expr->operands[i]);

		if (one != TRUTH_ALWAYS && one != TRUTH_NEVER)
			return TRUTH_OPEN;
		all = one == TRUTH_ALWAYS ? negate(all) : all;
	}
	return all;
}

enum truth truth_of(const struct expr *expr)
{
	switch (expr->kind) {
	case EXPR_NOT: return negate(truth_of(expr->operands[0]));
	case EXPR_AND: return of_many(expr, TRUTH_NEVER);
	case EXPR_OR: return of_many(expr, TRUTH_ALWAYS);
	case EXPR_XOR: return of_xor(expr);
	default: return truth_of_leaf(expr, NULL);
	}
}
