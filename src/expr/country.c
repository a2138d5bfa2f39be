/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "expr/country.h"
#include "expr/constant.h"

#include <errno.h>
#include <string.h>

bool country_is_asked(const struct expr *expr)
{
	const struct field *field = expr->value ? value_field(expr->value) : NULL;
	bool list = expr->kind == EXPR_COMPARE && expr->op == OP_IN_LIST;

	return field && field->kind == FIELD_OF_ADDRESS && field->type == FIELD_BYTES && !list;
}

static bool is_capital(char c)
{
	return c >= 'A' && c <= 'Z';
}

/* Sets of texts need no trying. */
static bool is_set(const struct expr *expr)
{
	return expr->kind == EXPR_COMPARE && expr->value->kind == VALUE_FIELD &&
	       (expr->op == OP_EQ || expr->op == OP_NE || expr->op == OP_IN);
}

static void answer_set(const struct expr *expr, bool ret[COUNTRIES])
{
	bool in = expr->op != OP_NE;

	memset(ret, !in, COUNTRIES * sizeof(*ret));
	for (size_t i = 0; i < expr->n_literals; i++) {
		const struct buf *text = &expr->literals[i].bytes;

		if (text->len == 2 && is_capital(text->data[0]) && is_capital(text->data[1]))
			ret[(text->data[0] - 'A') * 26 + text->data[1] - 'A'] = in;
	}
}

int country_answers(const struct expr *expr, bool ret[COUNTRIES])
{
	char name[] = "AA";
	struct buf text = {.data = name, .len = 2};

	if (is_set(expr)) {
		answer_set(expr, ret);
		return 0;
	}
	for (int i = 0; i < COUNTRIES; i++) {
		name[0] = (char)('A' + i / 26);
		name[1] = (char)('A' + i % 26);
		if (constant_answer(expr, &text, &ret[i]))
			return -ENOMEM;
	}
	return 0;
}
