/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "random.h"
#include "expr/constant.h"
#include "expr/op.h"
#include "expr/tree.h"
#include "test.h"

#include <string.h>

static uint64_t state;

void random_seed(uint64_t seed)
{
	state = seed ? seed : 1;
}

uint64_t random_next(void)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return state;
}

unsigned random_below(unsigned n)
{
	return random_next() % n;
}

bool random_one_in(unsigned n)
{
	return random_below(n) == 0;
}

static const struct random_kinds *kinds;

static void random_bytes(struct buf *ret, unsigned max)
{
	unsigned len = random_below(max + 1);

	if (kinds->text && !random_one_in(4)) {
		kinds->text(ret);
		return;
	}

	for (unsigned i = 0; i < len; i++) {
		char byte = random_below(4) ? "ab\"\\*\n\0\xff"[random_below(8)]
					    : (char)random_below(256);

		buf_add(ret, &byte, 1);
	}
	if (!len)
		buf_add(ret, "", 0);
}

/* ---- values ---- */

static bool is_wanted(const struct field *field)
{
	return field->kind != FIELD_OF_ADDRESS || !kinds->packets_only;
}

static const struct field *random_field(enum field_kind kind, int type)
{
	const struct field *field;
	size_t n = 0;

	while (field_at(n))
		n++;
	do
		field = field_at(random_below(n));
	while ((type >= 0 ? field->type != (enum field_type)type : field->kind != kind) ||
	       !is_wanted(field));
	return field;
}

static struct value *new_value(enum value_kind kind, enum field_type type)
{
	struct value *value = calloc(1, sizeof(*value));

	value->kind = kind;
	value->type = type;
	return value;
}

static struct value *random_value(enum field_type type, unsigned depth);

static int random_index(void)
{
	int max = kinds->packets_only && !random_one_in(8) ? 40 : EXPR_INDEX_MAX;

	return (int)random_below(2 * max + 1) - max;
}

static struct value *random_substring(unsigned depth)
{
	struct value *value = new_value(VALUE_SUBSTRING, FIELD_BYTES);

	value->of = random_value(FIELD_BYTES, depth - 1);
	value->start = random_index();
	value->has_end = random_below(2);
	if (value->has_end)
		value->end = random_index();
	return value;
}

static struct value *random_slice(void)
{
	struct value *value = new_value(VALUE_BIT_SLICE, FIELD_INT);

	value->field = random_field(FIELD_OF_HEADER, -1);
	value->start = random_below(random_one_in(4) ? EXPR_BIT_START_MAX + 1 : 200);
	value->end = value->start + 1 + random_below(EXPR_BITS_MAX);
	value->has_end = true;
	return value;
}

static struct value *random_edge(unsigned depth)
{
	struct value *value =
		new_value(random_below(2) ? VALUE_STARTS_WITH : VALUE_ENDS_WITH, FIELD_BOOL);

	value->of = random_value(FIELD_BYTES, depth - 1);
	random_bytes(&value->text, 6);
	return value;
}

static struct value *random_matcher(void)
{
	struct value *value = new_value(VALUE_MATCHER, FIELD_BOOL);

	value->matcher = test_scheme.matcher(NULL, random_below(2) ? "probe" : "sip", NULL);
	value->params = malloc(value->matcher->params_len + 1);
	if (value->matcher->params_len) {
		memcpy(value->params, value->matcher->defaults, value->matcher->params_len);
		value->params[0] = 1 + random_below(200);
	}
	return value;
}

static struct value *random_value(enum field_type type, unsigned depth)
{
	struct value *value;

	if (depth && type == FIELD_INT && !random_below(3))
		return random_slice();
	if (depth && type == FIELD_BYTES && !random_below(3))
		return random_substring(depth);
	if (depth && type == FIELD_BOOL && !random_below(2))
		return kinds->packets_only || random_below(2) ? random_edge(depth)
							      : random_matcher();
	if (depth && (type == FIELD_BYTES || type == FIELD_INT) && !random_below(3)) {
		value = new_value(type == FIELD_INT ? VALUE_LEN : VALUE_LOWER, type);
		value->of = random_value(FIELD_BYTES, depth - 1);
		return value;
	}
	value = new_value(VALUE_FIELD, type);
	value->field = random_field(0, type);
	return value;
}

/* ---- comparisons ---- */

static uint64_t number_for(const struct value *value)
{
	uint64_t max = UINT32_MAX;

	if (value->kind == VALUE_FIELD)
		max = value->field->max;
	else if (value->kind == VALUE_BIT_SLICE)
		max = UINT64_MAX >> (64 - (value->end - value->start));
	/* Not the greatest: nothing is greater. */
	if (kinds->number && !random_one_in(4))
		return kinds->number(value) % (max ? max : 1);
	return random_next() % (max ? max : 1);
}

static void random_ip(struct ip *ret, unsigned family)
{
	*ret = (struct ip){.family = family};
	if (kinds->ip && !random_one_in(4)) {
		kinds->ip(ret, family);
		return;
	}
	for (unsigned i = 0; i < (family == 4 ? 4 : 16); i++)
		ret->bytes[i] = random_below(2) ? 0 : (char)random_below(256);
}

static void fill_range(struct literal *ret, unsigned family)
{
	struct ip other;

	random_ip(&ret->first, family);
	random_ip(&other, family);
	ret->last = ret->first;
	if (memcmp(other.bytes, ret->first.bytes, sizeof(other.bytes)) < 0)
		ret->first = other;
	else
		ret->last = other;
}

static void fill_network(struct literal *ret, unsigned family)
{
	random_ip(&ret->first, family);
	ret->prefix = random_below(family == 4 ? 32 : 128);
	for (unsigned bit = ret->prefix; bit < (family == 4 ? 32 : 128); bit++)
		ret->first.bytes[bit / 8] &= ~(0x80 >> bit % 8);
	ret->last = ret->first;
	for (unsigned bit = ret->prefix; bit < (family == 4 ? 32 : 128); bit++)
		ret->last.bytes[bit / 8] |= 0x80 >> bit % 8;
}

static void fill_ip(const struct expr *expr, struct literal *ret)
{
	unsigned family = random_below(2) ? 4 : 6, form = expr->op == OP_IN ? random_below(3) : 0;

	if (form == 1) {
		fill_range(ret, family);
	} else if (form == 2) {
		fill_network(ret, family);
	} else {
		random_ip(&ret->first, family);
		ret->last = ret->first;
	}
}

static void fill_pattern(struct literal *ret)
{
	static const char *const parts[] = {"*a", "\\*", "\\\\", "b", "\xff"};
	unsigned n = random_below(5);

	buf_add(&ret->bytes, "", 0);
	while (n--)
		buf_add_str(&ret->bytes, parts[random_below(ARRAY_SIZE(parts))]);
}

static void add_literal(struct expr *expr)
{
	struct literal literal = {.prefix = EXPR_NO_PREFIX};

	if (expr->value->type == FIELD_INT) {
		literal.low = literal.high = number_for(expr->value);
		if (expr->op == OP_IN && random_below(2))
			literal.high += number_for(expr->value) % (literal.low + 1) / 2;
		if (literal.high < literal.low || literal.high > number_for(expr->value))
			literal.high = literal.low;
	} else if (expr->value->type == FIELD_IP) {
		fill_ip(expr, &literal);
	} else if (expr->op == OP_WILDCARD || expr->op == OP_STRICT_WILDCARD) {
		fill_pattern(&literal);
	} else {
		random_bytes(&literal.bytes, 8);
	}
	expr_add_literal(expr, &literal);
}

static const char *list_for(const struct value *value)
{
	if (kinds->lists)
		return value->type == FIELD_IP ? "bad" : "names";
	return random_below(2) ? "bad" : "a_1";
}

static struct expr *random_compare(void)
{
	static const enum field_type types[] = {FIELD_INT, FIELD_IP, FIELD_BYTES};
	struct expr *expr = expr_new(EXPR_COMPARE, 0);
	unsigned n = 1;

	expr->value = random_value(types[random_below(3)], 3);
	do
		expr->op = random_below(OP_IN_LIST + 1);
	while (!op_is_for(expr->op, expr->value->type) ||
	       (expr->op == OP_IN_LIST && kinds->packets_only && !kinds->lists));
	if (expr->op == OP_IN_LIST) {
		expr->list = strdup(list_for(expr->value));
		expr->shared = random_below(2);
		return expr;
	}
	if (expr->op == OP_IN)
		n = random_one_in(8) ? random_below(60) : random_below(5);
	while (n--)
		add_literal(expr);
	return expr;
}

/* ---- trees ---- */

static struct expr *random_leaf(void)
{
	struct expr *expr;

	if (random_below(4))
		return random_compare();
	expr = expr_new(random_below(3) ? EXPR_TEST : EXPR_CONST, 0);
	if (expr->kind == EXPR_TEST)
		expr->value = random_value(FIELD_BOOL, 3);
	else
		expr->constant = random_below(2);
	return expr;
}

static struct expr *tree(unsigned depth)
{
	static const enum expr_kind forms[] = {EXPR_NOT, EXPR_AND, EXPR_OR, EXPR_XOR};
	struct expr *expr, *operand;
	unsigned n;

	if (!depth || !random_below(3))
		return random_leaf();
	expr = expr_new(forms[random_below(4)], 0);
	for (n = expr->kind == EXPR_NOT ? 1 : 2 + random_below(3); n; n--) {
		do
			operand = tree(depth - 1);
		while (operand->kind == expr->kind && expr->kind != EXPR_NOT &&
		       (expr_free(operand), true));
		expr_add_operand(expr, operand);
	}
	return expr;
}

struct expr *random_tree(const struct random_kinds *wanted, unsigned depth)
{
	kinds = wanted;
	return tree(depth);
}
