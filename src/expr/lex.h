/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Text to tokens. Literals are context's business: see literal.h. */
#ifndef EXPR_LEX_H
#define EXPR_LEX_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

enum token_kind {
	TOKEN_END,
	TOKEN_WORD, /* [A-Za-z_] then letters, digits, '_' and '.' */
	TOKEN_OPEN,
	TOKEN_CLOSE,
	TOKEN_COMMA,
	TOKEN_ASSIGN, /* one '=' */
	TOKEN_BANG,   /* '!', not before '=' */
	TOKEN_OTHER,  /* one that the grammar has no place for; a literal starts here too */
};

struct token {
	enum token_kind kind;
	size_t offset, length; /* END: where the text ends, length 1 */
};

struct lexer {
	const char *text;
	size_t len;
	struct token token; /* the one that is next */
	size_t end;         /* where the one before it ended */
	struct mfw_err **err;
};

void lex_init(struct lexer *lex, const char *text, size_t len, struct mfw_err **err);
/* Steps over the next token. */
void lex_next(struct lexer *lex);
/* Steps over the next token, which is a literal that ends at offset `end`. */
void lex_next_from(struct lexer *lex, size_t end);
/* Whether the next token is this word. */
bool lex_is_word(const struct lexer *lex, const char *word);

/*
 * A copy of a piece of the text for a message, cut where it gets long; freed by the caller, NULL
 * without memory.
 */
char *lex_quote(const struct lexer *lex, size_t offset, size_t length);

/* Makes an error at a place of the text; a negative errno. */
int lex_error(struct lexer *lex, size_t offset, size_t length, const char *kind, const char *fmt,
	      ...) ERR_PRINTF(5, 6);

#endif
