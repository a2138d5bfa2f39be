/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "expr/lex.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>

#define QUOTE_MAX 40

static bool is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static bool is_word_start(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static bool is_word(char c)
{
	return is_word_start(c) || (c >= '0' && c <= '9');
}

/* A dot belongs to a word only between two of its characters: `a..b` is not one. */
static size_t word_end(const char *text, size_t at)
{
	while (is_word(text[at]) || (text[at] == '.' && is_word(text[at + 1])))
		at++;
	return at;
}

static enum token_kind one_char(const char *at)
{
	switch (*at) {
	case '(': return TOKEN_OPEN;
	case ')': return TOKEN_CLOSE;
	case ',': return TOKEN_COMMA;
	case '=': return at[1] == '=' ? TOKEN_OTHER : TOKEN_ASSIGN;
	case '!': return at[1] == '=' ? TOKEN_OTHER : TOKEN_BANG;
	default: return TOKEN_OTHER;
	}
}

void lex_next_from(struct lexer *lex, size_t end)
{
	size_t at = end;

	lex->end = end;
	while (is_space(lex->text[at]))
		at++;
	lex->token = (struct token){TOKEN_END, at, 1};
	if (at == lex->len)
		return;
	if (is_word_start(lex->text[at])) {
		lex->token.kind = TOKEN_WORD;
		lex->token.length = word_end(lex->text, at) - at;
	} else {
		lex->token.kind = one_char(lex->text + at);
	}
}

void lex_next(struct lexer *lex)
{
	size_t end = lex->token.offset;

	if (lex->token.kind != TOKEN_END)
		end += lex->token.length;
	lex_next_from(lex, end);
}

void lex_init(struct lexer *lex, const char *text, size_t len, struct mfw_err **err)
{
	*lex = (struct lexer){.text = text, .len = len, .err = err};
	lex_next_from(lex, 0);
	lex->end = 0;
}

bool lex_is_word(const struct lexer *lex, const char *word)
{
	return lex->token.kind == TOKEN_WORD && lex->token.length == strlen(word) &&
	       !memcmp(lex->text + lex->token.offset, word, lex->token.length);
}

char *lex_quote(const struct lexer *lex, size_t offset, size_t length)
{
	char *quote;

	if (offset >= lex->len)
		return strdup("the end");
	if (length <= QUOTE_MAX)
		return asprintf(&quote, "'%.*s'", (int)length, lex->text + offset) < 0 ? NULL
										       : quote;
	return asprintf(&quote, "'%.*s...'", QUOTE_MAX, lex->text + offset) < 0 ? NULL : quote;
}

int lex_error(struct lexer *lex, size_t offset, size_t length, const char *kind, const char *fmt,
	      ...)
{
	cleanup_free char *message = NULL;
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vasprintf(&message, fmt, ap);
	va_end(ap);
	if (n < 0) {
		message = NULL;
		return err_nomem(lex->err);
	}
	err_make(lex->err, EINVAL, kind, "%s", message);
	err_at_offset(lex->err, lex->text, offset, length ? length : 1);
	return -EINVAL;
}
