/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What lines in tests/golden/expr.txt cannot say: trees, values, limits. */
#include "model/param.h"
#include "test.h"

#include <errno.h>
#include <string.h>

static struct expr *parse(const char *text)
{
	struct mfw_err *err = NULL;
	struct expr *expr = NULL;

	if (expr_parse(text, &test_scheme, &expr, &err))
		fail_msg("%s: %s", text, mfw_err_message(err));
	return expr;
}

static void assert_refused(const char *text, const char *kind, unsigned column)
{
	cleanup_err struct mfw_err *err = NULL;
	struct expr *expr = (struct expr *)0x1;
	unsigned found;

	assert_int_equal(expr_parse(text, &test_scheme, &expr, &err), -EINVAL);
	assert_ptr_equal(expr, (struct expr *)0x1);
	assert_string_equal(mfw_err_kind(err), kind);
	mfw_err_place(err, NULL, &found, NULL);
	assert_int_equal(found, column);
	/* Without anybody who wants to know why, too. */
	assert_int_equal(expr_parse(text, &test_scheme, &expr, NULL), -EINVAL);
}

static void notes_places(void **state)
{
	cleanup_expr struct expr *expr = parse("  not ( suffix( bytes = \"x\" ) ) ");

	(void)state;
	assert_int_equal(expr->kind, EXPR_NOT);
	assert_int_equal(expr->offset, 2);
	assert_int_equal(expr->length, 29);
	assert_int_equal(expr->operands[0]->kind, EXPR_TEST);
	assert_int_equal(expr->operands[0]->offset, 8);
	assert_int_equal(expr->operands[0]->length, 21);
}

static void fills_parameters(void **state)
{
	cleanup_expr struct expr *expr =
		parse("probe(tag=\"ab\", wide=18446744073709551615, on=true)");
	const struct param *params = expr->value->matcher->params;
	const unsigned char *tag;
	size_t len;

	(void)state;
	assert_int_equal(param_number(&params[0], expr->value->params), 64);
	assert_int_equal(param_number(&params[1], expr->value->params), 1);
	assert_true(param_number(&params[2], expr->value->params) == UINT64_MAX);
	tag = param_bytes(&params[3], expr->value->params, &len);
	assert_int_equal(len, 2);
	assert_memory_equal(tag, "ab\0\0\0\0\0\0\0\0\0\0\0\0\0", 16);
}

static void bounds_depth(void **state)
{
	char text[EXPR_DEPTH_MAX * 2 + 16];
	struct expr *expr;

	(void)state;
	memset(text, '!', EXPR_DEPTH_MAX);
	strcpy(text + EXPR_DEPTH_MAX, "true");
	expr = parse(text);
	expr_free(expr);
	strcpy(text + EXPR_DEPTH_MAX, "!true");
	assert_refused(text, "expr.too_deep", EXPR_DEPTH_MAX + 1);
	memset(text, '(', EXPR_DEPTH_MAX);
	strcpy(text + EXPR_DEPTH_MAX, "(true");
	assert_refused(text, "expr.too_deep", EXPR_DEPTH_MAX + 1);
}

static void bounds_functions(void **state)
{
	cleanup_buf struct buf text = {};

	(void)state;
	for (int i = 0; i < EXPR_DEPTH_MAX; i++)
		buf_add_str(&text, "lower(");
	buf_add_str(&text, "udp");
	for (int i = 0; i < EXPR_DEPTH_MAX; i++)
		buf_add_str(&text, ")");
	buf_add_str(&text, " == \"a\"");
	expr_free(parse(text.data));
	buf_clear(&text);
	for (int i = 0; i <= EXPR_DEPTH_MAX; i++)
		buf_add_str(&text, "lower(");
	assert_refused(text.data, "expr.too_deep", (EXPR_DEPTH_MAX + 1) * 6);
}

static void takes_large_sets(void **state)
{
	cleanup_expr struct expr *expr = NULL;
	cleanup_buf struct buf text = {};

	(void)state;
	buf_add_str(&text, "tcp.dstport in {");
	for (int i = 0; i < 10000; i++)
		buf_printf(&text, "%d ", i);
	buf_add_str(&text, "}");
	expr = parse(text.data);
	assert_int_equal(expr->n_literals, 10000);
	assert_int_equal(expr->literals[9999].high, 9999);
}

/* Each `and`, `or`, `xor` is one node, however its operands were written, with its place. */
static void gathers_operands(void **state)
{
	cleanup_expr struct expr *expr = parse("(sip and (sip and not sip)) and sip or sip");

	(void)state;
	assert_int_equal(expr->kind, EXPR_OR);
	assert_int_equal(expr->n_operands, 2);
	assert_int_equal(expr->length, 42);
	assert_int_equal(expr->operands[0]->kind, EXPR_AND);
	assert_int_equal(expr->operands[0]->n_operands, 4);
	assert_int_equal(expr->operands[0]->offset, 0);
	assert_int_equal(expr->operands[0]->length, 35);
	assert_int_equal(expr->operands[0]->operands[2]->kind, EXPR_NOT);
}

static void reads_literals(void **state)
{
	cleanup_expr struct expr *expr = parse("ip.src in {10.0.0.0/8 ::1..::2}");
	static const uint8_t end[16] = {10, 255, 255, 255};

	(void)state;
	assert_int_equal(expr->kind, EXPR_COMPARE);
	assert_int_equal(expr->op, OP_IN);
	assert_int_equal(expr->value->field->id, FIELD_IP_SRC);
	assert_int_equal(expr->n_literals, 2);
	assert_int_equal(expr->literals[0].prefix, 8);
	assert_int_equal(expr->literals[0].last.family, 4);
	assert_memory_equal(expr->literals[0].last.bytes, end, 16);
	assert_int_equal(expr->literals[1].offset, 22);
	assert_int_equal(expr->literals[1].length, 8);
	assert_int_equal(expr->literals[1].prefix, EXPR_NO_PREFIX);
	assert_int_equal(expr->literals[1].first.bytes[15], 1);
	assert_int_equal(expr->literals[1].last.bytes[15], 2);
}

static void bounds_length(void **state)
{
	cleanup_free char *text = malloc(EXPR_TEXT_MAX + 2);

	(void)state;
	memset(text, ' ', EXPR_TEXT_MAX + 1);
	memcpy(text, "true", 4);
	text[EXPR_TEXT_MAX] = 0;
	expr_free(parse(text));
	text[EXPR_TEXT_MAX] = ' ';
	text[EXPR_TEXT_MAX + 1] = 0;
	assert_refused(text, "expr.too_long", EXPR_TEXT_MAX + 1);
}

static void carries_matchers_error(void **state)
{
	(void)state;
	assert_refused("not broken", "matcher.broken", 5);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(notes_places),           cmocka_unit_test(fills_parameters),
		cmocka_unit_test(bounds_depth),           cmocka_unit_test(bounds_length),
		cmocka_unit_test(carries_matchers_error), cmocka_unit_test(bounds_functions),
		cmocka_unit_test(takes_large_sets),       cmocka_unit_test(gathers_operands),
		cmocka_unit_test(reads_literals),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
