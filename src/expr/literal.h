/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Literals, read at an offset of the text: "text" with \" \\ \xHH \OOO, r"raw", r#"raw"#, hex bytes
 * 75:64:70, integers in decimal, 0x and octal (leading 0). Each gives the offset of its end.
 *
 * Where the reading goes wrong is where the error is: a place in a literal, or the rest of the line
 * from where another kind of thing stands.
 */
#ifndef EXPR_LITERAL_H
#define EXPR_LITERAL_H

#include "base/buf.h"
#include "expr/lex.h"

/* Whether a string, quoted or raw, begins there. */
bool literal_is_string(const struct lexer *lex, size_t at);
/* Adds to ret. Errors: expr.syntax. */
int literal_string(struct lexer *lex, size_t at, struct buf *ret, size_t *ret_end);
/* A string or hex bytes. proto: it is one that ip.proto is compared with, for the hint. */
int literal_bytes(struct lexer *lex, size_t at, bool proto, struct buf *ret, size_t *ret_end);
/* A string that is a wildcard's pattern. */
int literal_pattern(struct lexer *lex, size_t at, struct buf *ret, size_t *ret_end);

struct number {
	uint64_t magnitude;
	bool negative;
};

/* Errors: expr.syntax, expr.value; warns of octals. */
int literal_number(struct lexer *lex, size_t at, struct number *ret, size_t *ret_end);

/* An error when a word begins at `at`, where a literal ended: `443or`. */
int literal_check_end(struct lexer *lex, size_t at);

int literal_hex_digit(char c);
/* How many bytes the next n characters (UTF-8) have; what is there when there are fewer. */
size_t literal_chars(const struct lexer *lex, size_t at, unsigned n);

#endif
