/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Any text is parsed or refused with a place in it; what is parsed prints to its own equal. */
#include "../unit/test.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_place(const char *text, const struct mfw_err *err)
{
	unsigned line, column, length;

	mfw_err_place(err, &line, &column, &length);
	if (!line || !column || !length || column > strlen(text) + 1 || !*mfw_err_message(err))
		abort();
}

static void check_print(const struct expr *expr)
{
	cleanup_buf struct buf first = {}, second = {};
	cleanup_expr struct expr *again = NULL;

	if (expr_print(expr, &first))
		abort();
	/* Escapes may make a long text longer than is allowed. */
	if (first.len > EXPR_TEXT_MAX)
		return;
	if (expr_parse(first.data, &test_scheme, &again, NULL) || expr_print(again, &second) ||
	    strcmp(first.data, second.data))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	cleanup_err struct mfw_err *err = NULL;
	cleanup_expr struct expr *expr = NULL;
	cleanup_free char *text = strndup((const char *)data, size);

	if (expr_parse(text, &test_scheme, &expr, &err))
		check_place(text, err);
	else
		check_print(expr);
	return 0;
}
