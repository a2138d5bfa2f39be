/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The value of a matcher's argument: bytes, a number, true or false. */
#ifndef EXPR_ARGUMENT_H
#define EXPR_ARGUMENT_H

#include "base/buf.h"
#include "expr/lex.h"

enum argument_kind {
	ARGUMENT_INT,
	ARGUMENT_BOOL,
	ARGUMENT_BYTES,
};

struct argument {
	enum argument_kind kind;
	size_t offset, length;
	uint64_t number; /* INT, BOOL */
	struct buf bytes;
};

/*
 * Reads the literal that is the next token and steps over it. ret is {} before, and is cleared by
 * argument_clear() after, also on failure. Errors: expr.syntax, expr.value.
 */
int argument_parse(struct lexer *lex, struct argument *ret);
void argument_clear(struct argument *argument);

#define cleanup_argument cleanup(argument_clear)

#endif
