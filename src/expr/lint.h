/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Warnings about expressions that are right, and may not be meant. See struct expr_report. */
#ifndef EXPR_LINT_H
#define EXPR_LINT_H

#include "expr/lex.h"

/* Adds to lex->report, and sorts what is there by place. 0 or -ENOMEM. */
int lint(struct lexer *lex, const struct expr *expr);

/* lint_set.c: names of protocols, and items that overlap, in one comparison. */
int lint_names(struct lexer *lex, const struct expr *expr);
int lint_overlap(struct lexer *lex, const struct expr *expr);
/* lint_missing.c: `ne` and `not` on fields that other protocols do not have. */
int lint_missing(struct lexer *lex, const struct expr *expr);

#endif
