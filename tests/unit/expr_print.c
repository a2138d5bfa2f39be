/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "test.h"

#include <string.h>

static void assert_prints(const char *text, const char *expected)
{
	cleanup_expr struct expr *expr = NULL;
	cleanup_buf struct buf out = {};

	assert_int_equal(expr_parse(text, &test_scheme, &expr, NULL), 0);
	assert_int_equal(expr_print(expr, &out), 0);
	assert_string_equal(out.data, expected);
}

static void leaves_defaults_out(void **state)
{
	(void)state;
	assert_prints("probe(n=64, on=false)", "probe");
	assert_prints("probe(on=true, n=65)", "probe(n=65, on=true)");
	assert_prints("sip()", "sip");
}

/* Every byte, printed and parsed again, is itself. */
static void returns_every_byte(void **state)
{
	(void)state;
	for (int byte = 0; byte < 256; byte++) {
		cleanup_expr struct expr *first = NULL, *second = NULL;
		cleanup_buf struct buf out = {};
		char text[40];

		snprintf(text, sizeof(text), "suffix(bytes=\"\\x%02x\\%03o\")", byte, byte);
		assert_int_equal(expr_parse(text, &test_scheme, &first, NULL), 0);
		assert_int_equal(expr_print(first, &out), 0);
		assert_int_equal(expr_parse(out.data, &test_scheme, &second, NULL), 0);
		assert_memory_equal(first->value->params, second->value->params,
				    first->value->matcher->params_len);
		assert_int_equal(first->value->params[8], byte);
		assert_int_equal(first->value->params[9], byte);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(leaves_defaults_out),
		cmocka_unit_test(returns_every_byte),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
