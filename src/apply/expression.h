/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An expression on its way to a program. */
#ifndef APPLY_EXPRESSION_H
#define APPLY_EXPRESSION_H

#include "apply/context.h"
#include "codegen/codegen.h"

/* {} is an empty one. */
struct expression {
	struct expr *written;
	struct expr *folded; /* what is compiled */
	struct buf text;     /* of what was written, canonical */
	struct codegen_input input;
};

/* Parses and folds. Errors: as expr_parse(), node.file. */
int expression_open(struct mfw *mfw, const char *text, struct expression *ret,
		    struct mfw_err **err);
void expression_clear(struct expression *e);

#define cleanup_expression cleanup(expression_clear)

#endif
