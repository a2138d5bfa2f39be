/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The value of a matcher's argument. */
#ifndef EXPR_ARGUMENT_H
#define EXPR_ARGUMENT_H

#include "base/buf.h"
#include "expr/expr.h"
#include "expr/lex.h"

enum argument_kind {
	ARGUMENT_INT,
	ARGUMENT_BOOL,
	ARGUMENT_BYTES,
	ARGUMENT_DURATION, /* number: ns */
	ARGUMENT_RATE,     /* number in ns */
	ARGUMENT_ADDRESS,  /* address, one or a prefix; or the word none */
};

struct argument {
	enum argument_kind kind;
	size_t offset, length;
	uint64_t number; /* INT, BOOL, DURATION, RATE */
	uint64_t ns;
	struct literal address; /* family 0: none */
	struct buf bytes;
};

/*
 * Reads the literal that is the next token and steps over it. What begins as a number may be an
 * address: it is read as one where `type` is. ret is {} before, and is cleared by
 * argument_clear() after, also on failure. Errors: expr.syntax, expr.value.
 */
int argument_parse(struct lexer *lex, enum param_type type, struct argument *ret);
void argument_clear(struct argument *argument);

#define cleanup_argument cleanup(argument_clear)

#endif
