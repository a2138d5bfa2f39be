/* SPDX-License-Identifier: GPL-2.0-or-later */
/* answers_eval FILE: what the evaluator answers, to the tree as written and folded. */
#include "../unit/test.h"
#include "answers.h"
#include "expr/eval.h"

static int ask(void *ctx, const uint8_t *packet, size_t len)
{
	const struct eval_hooks hooks = {};
	bool answer;

	return eval(ctx, packet, len, &hooks, &answer, NULL) ? -1 : answer;
}

static void try_case(struct answers *answers, const char *text, const char *letters)
{
	cleanup_err struct mfw_err *err = NULL;
	cleanup_expr struct expr *expr = NULL;
	struct expr not = {.kind = EXPR_NOT, .operands = &expr, .n_operands = 1};

	if (expr_parse(text, &test_scheme, &expr, &err)) {
		answers_check(answers, false, text, mfw_err_message(err));
		return;
	}
	answers_compare(answers, text, letters, false, ask, expr);
	answers_compare(answers, text, letters, true, ask, &not );
	answers_check(answers, !expr_fold(&expr, &test_scheme), text, "is folded");
	answers_compare(answers, text, letters, false, ask, expr);
}

int main(int argc, char **argv)
{
	static struct answers answers;

	return argc == 2 ? answers_run(&answers, argv[1], try_case) : 2;
}
