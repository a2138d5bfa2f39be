/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Comparison operators: their words and signs, and which types have them. */
#ifndef EXPR_OP_H
#define EXPR_OP_H

#include "expr/lex.h"

/*
 * The operator that is the next token. Returns its end, and 0 when there is none. regex: it is
 * `matches` or `~`, which the language knows and this version does not run.
 */
size_t op_read(const struct lexer *lex, enum expr_op *ret, bool *ret_regex);
/* As it is printed: the sign where there is one. OP_IN_LIST is "in". */
const char *op_text(enum expr_op op);
bool op_is_for(enum expr_op op, enum field_type type);
/* The operators of a type as a list for messages: "eq, ne, lt, ...". */
const char *op_list(enum field_type type);
/* Whether a word is an operator of comparisons, or and, or, xor, not, in some other case too. */
bool op_is_word(const char *word, size_t len);
/* The kind of EXPR_AND, EXPR_OR, EXPR_XOR that the next token is; ret_end: its end. */
bool op_read_logical(const struct lexer *lex, enum expr_kind *ret, size_t *ret_end);

#endif
