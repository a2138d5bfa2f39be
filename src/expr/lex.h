/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Text to tokens. Literals and operators are context's business: see literal.h, op.h. */
#ifndef EXPR_LEX_H
#define EXPR_LEX_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "expr/expr.h"

enum token_kind {
	TOKEN_END,
	TOKEN_WORD, /* [A-Za-z_] then letters, digits, '_' and '.' */
	TOKEN_OPEN,
	TOKEN_CLOSE,
	TOKEN_COMMA,
	TOKEN_ASSIGN, /* one '=' */
	TOKEN_BANG,
	TOKEN_OTHER, /* one byte: an operator or a literal starts here */
};

struct token {
	enum token_kind kind;
	size_t offset, length; /* END: where the text ends, length 1 */
};

struct lexer {
	const char *text;
	size_t len;         /* white space at the end left out */
	struct token token; /* the one that is next */
	size_t end;         /* where the one before it ended */
	struct mfw_err **err;
	struct expr_report *report; /* for warnings; NULL: nobody wants them */
};

void lex_init(struct lexer *lex, const char *text, size_t len, struct mfw_err **err);
/* Steps over the next token. */
void lex_next(struct lexer *lex);
/* Steps over the next token, which is one that ends at offset `end`. */
void lex_next_from(struct lexer *lex, size_t end);
/* Whether the next token is this word. */
bool lex_is_word(const struct lexer *lex, const char *word);
/* Whether the text at an offset begins like that. */
bool lex_starts(const struct lexer *lex, size_t offset, const char *with);
bool lex_is_word_char(char c);
/* The end of the line at an offset, or of the text. */
size_t lex_line_end(const struct lexer *lex, size_t offset);

/*
 * A copy of a piece of the text for a message, cut where it gets long; freed by the caller, NULL
 * without memory.
 */
char *lex_quote(const struct lexer *lex, size_t offset, size_t length);

/*
 * Makes an error at a place of the text, cut at the end of its line and at least 1 long; a negative
 * errno.
 */
int lex_error(struct lexer *lex, size_t offset, size_t length, const char *kind, const char *fmt,
	      ...) ERR_PRINTF(5, 6);
/* The same, kind expr.syntax, for a place where something else was expected: to the line's end. */
int lex_error_rest(struct lexer *lex, size_t offset, const char *fmt, ...) ERR_PRINTF(3, 4);
/* A warning; 0 or -ENOMEM. */
int lex_warn(struct lexer *lex, size_t offset, size_t length, const char *kind, const char *fmt,
	     ...) ERR_PRINTF(5, 6);

#endif
