/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Several errors in one go, warnings in order, lists that a scheme knows. */
#include "test.h"

#include <errno.h>
#include <string.h>

static void assert_column(const struct mfw_err *err, unsigned column, const char *kind)
{
	unsigned found;

	mfw_err_place(err, NULL, &found, NULL);
	assert_int_equal(found, column);
	assert_string_equal(mfw_err_kind(err), kind);
}

static void gives_all_errors(void **state)
{
	cleanup_expr_report struct expr_report report = {};
	struct expr *expr = NULL;

	(void)state;
	assert_int_equal(expr_check("ip.sec == 1.1.1.1 and (tcp.dstport == 70000 or "
				    "not lower(ip.src) == \"a)\") and sip",
				    &test_scheme, &expr, &report),
			 -EINVAL);
	assert_null(expr);
	assert_int_equal(report.errors.n, 3);
	assert_column(report.errors.items[0], 1, "expr.unknown");
	assert_column(report.errors.items[1], 39, "expr.value");
	assert_column(report.errors.items[2], 58, "expr.type");
}

/* Behind an error of syntax nothing can be trusted. */
static void stops_at_syntax(void **state)
{
	cleanup_expr_report struct expr_report report = {};
	struct expr *expr = NULL;

	(void)state;
	assert_int_equal(
		expr_check("nosuch and tcp.dstport == x and nosuch", &test_scheme, &expr, &report),
		-EINVAL);
	assert_int_equal(report.errors.n, 2);
	assert_column(report.errors.items[0], 1, "matcher.unknown");
	assert_column(report.errors.items[1], 27, "expr.syntax");
}

static void bounds_what_it_says(void **state)
{
	cleanup_expr_report struct expr_report report = {};
	cleanup_buf struct buf text = {};
	struct expr *expr = NULL;

	(void)state;
	for (int i = 0; i < 100; i++)
		buf_printf(&text, "%snosuch", i ? " or " : "");
	assert_int_equal(expr_check(text.data, &test_scheme, &expr, &report), -EINVAL);
	assert_int_equal(report.errors.n, EXPR_REPORT_MAX);
}

static void orders_warnings(void **state)
{
	cleanup_expr_report struct expr_report report = {};
	cleanup_expr struct expr *expr = NULL;

	(void)state;
	assert_int_equal(expr_check("tcp.dstport ne 443 or\nip.ttl == 010 or ip.len in {}",
				    &test_scheme, &expr, &report),
			 0);
	assert_int_equal(report.warnings.n, 3);
	assert_column(report.warnings.items[0], 1, "expr.missing");
	assert_column(report.warnings.items[1], 11, "expr.octal");
	assert_column(report.warnings.items[2], 18, "expr.never");
}

static int find_list(void *ctx, const char *name, bool shared, enum field_type type,
		     struct mfw_err **err)
{
	(void)ctx;
	if (shared && type == FIELD_IP && !strcmp(name, "bad"))
		return 0;
	return err_make(err, ENOENT, "list.missing", "there is no list '%s'", name);
}

static void asks_for_lists(void **state)
{
	struct scheme scheme = test_scheme;
	cleanup_expr_report struct expr_report report = {};
	cleanup_expr struct expr *expr = NULL;

	(void)state;
	scheme.list = find_list;
	assert_int_equal(
		expr_check("ip.src in $bad or ip.src in $shared.bad", &scheme, &expr, &report),
		-ENOENT);
	assert_int_equal(report.errors.n, 1);
	assert_column(report.errors.items[0], 11, "list.missing");
	assert_int_equal(expr_parse("ip.src in $bad", &scheme, &expr, NULL), -ENOENT);
	assert_int_equal(expr_parse("ip.src in $shared.bad", &scheme, &expr, NULL), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(gives_all_errors),    cmocka_unit_test(stops_at_syntax),
		cmocka_unit_test(bounds_what_it_says), cmocka_unit_test(orders_warnings),
		cmocka_unit_test(asks_for_lists),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
