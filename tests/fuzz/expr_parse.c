/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Any text is parsed or refused with places in it; what is parsed prints to its own equal; folded,
 * it is still an expression that does, and folding that changes nothing more.
 */
#include "../unit/test.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_places(const char *text, const struct err_list *list)
{
	unsigned line, column, length;

	for (size_t i = 0; i < list->n; i++) {
		mfw_err_place(list->items[i], &line, &column, &length);
		if (!line || !column || !length || column > strlen(text) + 1 ||
		    !*mfw_err_message(list->items[i]))
			abort();
	}
}

static void check_print(const struct expr *expr)
{
	cleanup_expr struct expr *again = NULL;
	cleanup_buf struct buf text = {};

	if (expr_print(expr, &text))
		abort();
	/* Escapes may make a long text longer than is allowed. */
	if (text.len > EXPR_TEXT_MAX)
		return;
	if (expr_parse(text.data, &test_scheme, &again, NULL) || !expr_equal(expr, again))
		abort();
}

static void check_fold(struct expr **expr)
{
	cleanup_buf struct buf once = {}, twice = {};

	if (expr_fold(expr, &test_scheme))
		abort();
	check_print(*expr);
	if (expr_print(*expr, &once) || expr_fold(expr, &test_scheme) ||
	    expr_print(*expr, &twice) || strcmp(once.data, twice.data))
		abort();
}

/* The first error is the same with and without those behind it. */
static void check_error(const char *text, const struct expr_report *report)
{
	cleanup_err struct mfw_err *err = NULL;
	struct expr *expr = NULL;

	if (!report->errors.n || !expr_parse(text, &test_scheme, &expr, &err) || expr ||
	    strcmp(mfw_err_message(err), mfw_err_message(report->errors.items[0])))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	cleanup_expr_report struct expr_report report = {};
	cleanup_expr struct expr *expr = NULL;
	cleanup_free char *text = strndup((const char *)data, size);

	if (expr_check(text, &test_scheme, &expr, &report)) {
		check_error(text, &report);
	} else {
		check_print(expr);
		check_fold(&expr);
	}
	check_places(text, &report.errors);
	check_places(text, &report.warnings);
	return 0;
}
