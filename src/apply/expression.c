/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "apply/expression.h"

int expression_open(struct mfw *mfw, const char *text, struct expression *ret, struct mfw_err **err)
{
	int r = expr_parse(text, &mfw->scheme, &ret->written, err);

	r = r ? r : expr_parse(text, &mfw->scheme, &ret->folded, err);
	r = r ? r : context_node(mfw, ret->written, err);
	if (r)
		return r;
	if (expr_print(ret->written, &ret->text) || expr_fold(&ret->folded, &mfw->scheme))
		return err_nomem(err);
	ret->input = (struct codegen_input){
		.expr = ret->folded,
		.source = ret->text.data,
		.path = mfw->lib_path,
	};
	return 0;
}

void expression_clear(struct expression *e)
{
	expr_free(e->written);
	expr_free(e->folded);
	buf_clear(&e->text);
}
