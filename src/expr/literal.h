/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Literals: "text" with \" \\ \xHH \OOO, r"raw", r#"raw"#, hex bytes 75:64:70, integers in decimal,
 * 0x and octal (leading 0), true and false.
 */
#ifndef EXPR_LITERAL_H
#define EXPR_LITERAL_H

#include "base/buf.h"
#include "expr/lex.h"

enum literal_kind {
	LITERAL_INT,
	LITERAL_BOOL,
	LITERAL_BYTES,
};

struct literal {
	enum literal_kind kind;
	size_t offset, length;
	uint64_t number; /* INT, BOOL */
	struct buf bytes;
};

/*
 * Reads the literal that is the next token and steps over it. ret is {} before, and is cleared by
 * literal_clear() after, also on failure. Errors: expr.syntax, expr.value.
 */
int literal_parse(struct lexer *lex, struct literal *ret);
void literal_clear(struct literal *literal);

#define cleanup_literal cleanup(literal_clear)

#endif
