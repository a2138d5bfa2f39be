/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a program is made of, and why there can be none. */
#include "codegen/build.h"
#include "codegen/codegen.h"

#include <errno.h>

bool build_has_before(const struct code *code, size_t i, const struct matcher *matcher)
{
	while (i--)
		if (CODE_AT(code->functions, struct code_function, i)->matcher == matcher)
			return true;
	return false;
}

unsigned build_objects(const struct code *code)
{
	unsigned needed = 0;

	for (size_t i = 0; i < CODE_COUNT(code->functions, struct code_function); i++) {
		const struct code_function *f = CODE_AT(code->functions, struct code_function, i);

		if (!f->matcher)
			needed |= 1u << runtime_at(f->runtime)->object;
	}
	return needed;
}

/* ---- what cannot be made ---- */

static int refuse_part(const struct code *code, struct mfw_err **err)
{
	cleanup_buf struct buf text = {};

	if (expr_print(code->refused, &text))
		return err_nomem(err);
	return err_make(err, EOPNOTSUPP, "codegen.unsupported",
			"cannot make a program of '%.200s': %s", text.data, code->reason);
}

int build_checked(const struct codegen_input *input, struct code *code, struct mfw_err **err)
{
	switch (build_program(input->expr, code)) {
	case 0: return 0;
	case -EOPNOTSUPP: return refuse_part(code, err);
	case -E2BIG:
		return err_make(err, E2BIG, "codegen.too_long",
				"the expression is too long for one program (%u instructions): put "
				"large sets into lists, or make it several rules",
				code_here(code));
	default: return err_nomem(err);
	}
}

/* ---- what it is made of ---- */

static void add_name(struct buf *names, const char *name)
{
	buf_printf(names, "%s%s", names->len ? ", " : "", name);
}

int codegen_summarize(const struct codegen_input *input, struct codegen_summary *ret,
		      struct mfw_err **err)
{
	cleanup_code struct code code = {};
	int r = build_checked(input, &code, err);
	unsigned needed;

	if (r)
		return r;
	needed = build_objects(&code);
	ret->insns = code_here(&code);
	for (enum runtime_object i = 0; i < RUNTIME_OBJECTS; i++)
		if (needed & 1u << i)
			add_name(&ret->library, runtime_object_name(i));
	for (size_t i = 0; i < CODE_COUNT(code.functions, struct code_function); i++) {
		const struct code_function *f = CODE_AT(code.functions, struct code_function, i);

		if (f->matcher && !build_has_before(&code, i, f->matcher))
			add_name(&ret->matchers, f->matcher->pub.name);
	}
	return 0;
}

void codegen_summary_clear(struct codegen_summary *summary)
{
	buf_clear(&summary->matchers);
	buf_clear(&summary->library);
}
