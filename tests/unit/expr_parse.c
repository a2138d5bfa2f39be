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
		cmocka_unit_test(carries_matchers_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
