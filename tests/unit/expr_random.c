/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Random trees, built without the parser: what is printed of one parses to its equal. The seed of a
 * failing one is printed; MFW_SEED begins with it.
 */
#include "expr/op.h"
#include "expr/tree.h"
#include "test.h"

#include <string.h>

#define TREES 4000

static uint64_t state;

static uint64_t next(void)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return state;
}

static unsigned below(unsigned n)
{
	return next() % n;
}

static void random_bytes(struct buf *ret, unsigned max)
{
	unsigned len = below(max + 1);

	for (unsigned i = 0; i < len; i++) {
		char byte = below(4) ? "ab\"\\*\n\0\xff"[below(8)] : (char)below(256);

		buf_add(ret, &byte, 1);
	}
	if (!len)
		buf_add(ret, "", 0);
}

/* ---- values ---- */

static const struct field *random_field(enum field_kind kind, int type)
{
	const struct field *field;
	size_t n = 0;

	while (field_at(n))
		n++;
	do
		field = field_at(below(n));
	while (type >= 0 ? field->type != (enum field_type)type : field->kind != kind);
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

static struct value *random_substring(unsigned depth)
{
	struct value *value = new_value(VALUE_SUBSTRING, FIELD_BYTES);

	value->of = random_value(FIELD_BYTES, depth - 1);
	value->start = (int)below(2 * EXPR_INDEX_MAX + 1) - EXPR_INDEX_MAX;
	value->has_end = below(2);
	if (value->has_end)
		value->end = (int)below(2 * EXPR_INDEX_MAX + 1) - EXPR_INDEX_MAX;
	return value;
}

static struct value *random_slice(void)
{
	struct value *value = new_value(VALUE_BIT_SLICE, FIELD_INT);

	value->field = random_field(FIELD_OF_HEADER, -1);
	value->start = below(EXPR_BIT_START_MAX + 1);
	value->end = value->start + 1 + below(EXPR_BITS_MAX);
	value->has_end = true;
	return value;
}

static struct value *random_edge(unsigned depth)
{
	struct value *value = new_value(below(2) ? VALUE_STARTS_WITH : VALUE_ENDS_WITH, FIELD_BOOL);

	value->of = random_value(FIELD_BYTES, depth - 1);
	random_bytes(&value->text, 6);
	return value;
}

static struct value *random_matcher(void)
{
	struct value *value = new_value(VALUE_MATCHER, FIELD_BOOL);

	value->matcher = test_scheme.matcher(NULL, below(2) ? "probe" : "sip", NULL);
	value->params = malloc(value->matcher->params_len + 1);
	if (value->matcher->params_len) {
		memcpy(value->params, value->matcher->defaults, value->matcher->params_len);
		value->params[0] = 1 + below(200);
	}
	return value;
}

static struct value *random_value(enum field_type type, unsigned depth)
{
	struct value *value;

	if (depth && type == FIELD_INT && !below(3))
		return random_slice();
	if (depth && type == FIELD_BYTES && !below(3))
		return random_substring(depth);
	if (depth && type == FIELD_BOOL && !below(2))
		return below(2) ? random_edge(depth) : random_matcher();
	if (depth && (type == FIELD_BYTES || type == FIELD_INT) && !below(3)) {
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
	return next() % (max ? max : 1);
}

static void random_ip(struct ip *ret, unsigned family)
{
	*ret = (struct ip){.family = family};
	for (unsigned i = 0; i < (family == 4 ? 4 : 16); i++)
		ret->bytes[i] = below(2) ? 0 : (char)below(256);
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
	ret->prefix = below(family == 4 ? 32 : 128);
	for (unsigned bit = ret->prefix; bit < (family == 4 ? 32 : 128); bit++)
		ret->first.bytes[bit / 8] &= ~(0x80 >> bit % 8);
	ret->last = ret->first;
	for (unsigned bit = ret->prefix; bit < (family == 4 ? 32 : 128); bit++)
		ret->last.bytes[bit / 8] |= 0x80 >> bit % 8;
}

static void fill_ip(const struct expr *expr, struct literal *ret)
{
	unsigned family = below(2) ? 4 : 6, form = expr->op == OP_IN ? below(3) : 0;

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
	unsigned n = below(5);

	buf_add(&ret->bytes, "", 0);
	while (n--)
		buf_add_str(&ret->bytes, parts[below(ARRAY_SIZE(parts))]);
}

static void add_literal(struct expr *expr)
{
	struct literal literal = {.prefix = EXPR_NO_PREFIX};

	if (expr->value->type == FIELD_INT) {
		literal.low = literal.high = number_for(expr->value);
		if (expr->op == OP_IN && below(2))
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

static struct expr *random_compare(void)
{
	static const enum field_type types[] = {FIELD_INT, FIELD_IP, FIELD_BYTES};
	struct expr *expr = expr_new(EXPR_COMPARE, 0);
	unsigned n = 1;

	expr->value = random_value(types[below(3)], 3);
	do
		expr->op = below(OP_IN_LIST + 1);
	while (!op_is_for(expr->op, expr->value->type));
	if (expr->op == OP_IN_LIST) {
		expr->list = strdup(below(2) ? "bad" : "a_1");
		expr->shared = below(2);
		return expr;
	}
	if (expr->op == OP_IN)
		n = below(5);
	while (n--)
		add_literal(expr);
	return expr;
}

/* ---- trees ---- */

static struct expr *random_leaf(void)
{
	struct expr *expr;

	if (below(4))
		return random_compare();
	expr = expr_new(below(3) ? EXPR_TEST : EXPR_CONST, 0);
	if (expr->kind == EXPR_TEST)
		expr->value = random_value(FIELD_BOOL, 3);
	else
		expr->constant = below(2);
	return expr;
}

static struct expr *random_tree(unsigned depth)
{
	static const enum expr_kind kinds[] = {EXPR_NOT, EXPR_AND, EXPR_OR, EXPR_XOR};
	struct expr *expr, *operand;
	unsigned n;

	if (!depth || !below(3))
		return random_leaf();
	expr = expr_new(kinds[below(4)], 0);
	for (n = expr->kind == EXPR_NOT ? 1 : 2 + below(3); n; n--) {
		do
			operand = random_tree(depth - 1);
		while (operand->kind == expr->kind && expr->kind != EXPR_NOT &&
		       (expr_free(operand), true));
		expr_add_operand(expr, operand);
	}
	return expr;
}

static void check(uint64_t seed)
{
	cleanup_expr struct expr *tree = NULL, *parsed = NULL;
	cleanup_err struct mfw_err *err = NULL;
	cleanup_buf struct buf text = {};

	state = seed;
	tree = random_tree(5);
	assert_int_equal(expr_print(tree, &text), 0);
	if (text.len > EXPR_TEXT_MAX)
		return;
	if (expr_parse(text.data, &test_scheme, &parsed, &err))
		fail_msg("MFW_SEED=%llu: %s: %s", (unsigned long long)seed, text.data,
			 mfw_err_message(err));
	if (!expr_equal(tree, parsed))
		fail_msg("MFW_SEED=%llu: %s", (unsigned long long)seed, text.data);
}

static void parses_what_is_printed(void **unused)
{
	const char *given = getenv("MFW_SEED");
	uint64_t seed = given ? strtoull(given, NULL, 10) : 1;

	(void)unused;
	for (int i = 0; i < (given ? 1 : TREES); i++)
		check(seed + i * 0x9e3779b97f4a7c15ull);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parses_what_is_printed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
