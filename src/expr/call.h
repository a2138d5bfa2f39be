/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A matcher's name with its arguments. */
#ifndef EXPR_CALL_H
#define EXPR_CALL_H

#include "expr/expr.h"
#include "expr/lex.h"

/* Reads the arguments behind the name, if any, into call->params, and checks them. */
int call_parse_args(struct lexer *lex, struct value *call);

#endif
