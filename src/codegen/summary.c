/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a program is made of, and why there can be none. */
#include "codegen/build.h"
#include "codegen/codegen.h"

#include <errno.h>
#include <stdlib.h>

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

/* How much of a part a message has in it. */
#define SHOWN_MAX 60

static int refuse_part(const struct codegen_input *input, const struct code_refusal *refusal,
		       struct mfw_err **err)
{
	cleanup_buf struct buf text = {};

	if (expr_print(refusal->expr, &text))
		return err_nomem(err);
	err_make(err, EOPNOTSUPP, "codegen.unsupported", "cannot make a program of '%.*s%s': %s",
		 SHOWN_MAX, text.data, text.len > SHOWN_MAX ? "..." : "", refusal->reason);
	if (input->written)
		err_at_offset(err, input->written, refusal->expr->offset, refusal->expr->length);
	return -EOPNOTSUPP;
}

static int refuse_all(const struct codegen_input *input, const struct code *code,
		      struct mfw_err **err)
{
	err_make(err, E2BIG, "codegen.too_long",
		 "the expression is too long for one program (%u instructions): what one value is "
		 "compared with can be one set, in {...}, or a list; or make it several rules",
		 code_here(code));
	if (input->written)
		err_at_offset(err, input->written, input->expr->offset, input->expr->length);
	return -E2BIG;
}

/* The part that stands first in the text is refused first; each once. */
static int by_offset(const void *a, const void *b)
{
	const struct code_refusal *x = a, *y = b;

	return (x->expr->offset > y->expr->offset) - (x->expr->offset < y->expr->offset);
}

static size_t sort_refusals(struct code *code)
{
	size_t n = CODE_COUNT(code->refusals, struct code_refusal), kept = 0;
	struct code_refusal *all = CODE_AT(code->refusals, struct code_refusal, 0);

	qsort(all, n, sizeof(*all), by_offset);
	for (size_t i = 1; i < n; i++)
		if (all[i].expr != all[kept].expr)
			all[++kept] = all[i];
	return kept + 1;
}

int build_checked(const struct codegen_input *input, struct code *code, struct mfw_err **err)
{
	switch (build_program(input->expr, code)) {
	case 0: return 0;
	case -EOPNOTSUPP:
		sort_refusals(code);
		return refuse_part(input, CODE_AT(code->refusals, struct code_refusal, 0), err);
	case -E2BIG: return refuse_all(input, code, err);
	default: return err_nomem(err);
	}
}

static int note_refusals(const struct codegen_input *input, struct code *code,
			 struct err_list *errors)
{
	size_t n = sort_refusals(code);

	for (size_t i = 0; i < n && errors->n < EXPR_REPORT_MAX; i++) {
		struct mfw_err *err = NULL;

		refuse_part(input, CODE_AT(code->refusals, struct code_refusal, i), &err);
		if (err_list_add(errors, err))
			return -ENOMEM;
	}
	return 0;
}

int codegen_check(const struct codegen_input *input, struct err_list *errors)
{
	cleanup_code struct code code = {};
	struct mfw_err *err = NULL;

	switch (build_program(input->expr, &code)) {
	case 0: return 0;
	case -EOPNOTSUPP: return note_refusals(input, &code, errors);
	case -E2BIG: refuse_all(input, &code, &err); return err_list_add(errors, err);
	default: return -ENOMEM;
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
