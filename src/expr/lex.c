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

bool lex_is_word_char(char c)
{
	return is_word_start(c) || (c >= '0' && c <= '9');
}

/* A dot belongs to a word only between two of its characters: `a..b` is not one. */
static size_t word_end(const char *text, size_t at)
{
	while (lex_is_word_char(text[at]) || (text[at] == '.' && lex_is_word_char(text[at + 1])))
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
	case '!': return TOKEN_BANG;
	default: return TOKEN_OTHER;
	}
}

void lex_next_from(struct lexer *lex, size_t end)
{
	size_t at = end;

	lex->end = end;
	while (at < lex->len && is_space(lex->text[at]))
		at++;
	lex->token = (struct token){TOKEN_END, at, 1};
	if (at >= lex->len)
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
	while (len && is_space(text[len - 1]))
		len--;
	*lex = (struct lexer){.text = text, .len = len, .err = err};
	lex_next_from(lex, 0);
	lex->end = 0;
}

bool lex_is_word(const struct lexer *lex, const char *word)
{
	return lex->token.kind == TOKEN_WORD && lex->token.length == strlen(word) &&
	       !memcmp(lex->text + lex->token.offset, word, lex->token.length);
}

bool lex_starts(const struct lexer *lex, size_t offset, const char *with)
{
	return lex->len - offset >= strlen(with) && !memcmp(lex->text + offset, with, strlen(with));
}

size_t lex_line_end(const struct lexer *lex, size_t offset)
{
	const char *end = memchr(lex->text + offset, '\n', lex->len - offset);

	return end ? (size_t)(end - lex->text) : lex->len;
}

char *lex_quote(const struct lexer *lex, size_t offset, size_t length)
{
	size_t end;
	char *quote;

	if (offset >= lex->len)
		return strdup("the end");
	end = lex_line_end(lex, offset);
	if (offset + length > end && end > offset)
		length = end - offset;
	if (length <= QUOTE_MAX)
		return asprintf(&quote, "'%.*s'", (int)length, lex->text + offset) < 0 ? NULL
										       : quote;
	return asprintf(&quote, "'%.*s...'", QUOTE_MAX, lex->text + offset) < 0 ? NULL : quote;
}

static int make(struct lexer *lex, struct mfw_err **err, size_t offset, size_t length,
		const char *kind, const char *fmt, va_list ap)
{
	char *message = NULL;
	size_t left = 0;

	if (vasprintf(&message, fmt, ap) < 0)
		return err_nomem(err);
	err_make(err, EINVAL, kind, "%s", message);
	free(message);
	if (offset <= lex->len)
		left = lex_line_end(lex, offset) - offset;
	if (length > left && offset <= lex->len)
		length = left;
	err_at_offset(err, lex->text, offset, length ? length : 1);
	return -EINVAL;
}

int lex_error(struct lexer *lex, size_t offset, size_t length, const char *kind, const char *fmt,
	      ...)
{
	va_list ap;
	int r;

	va_start(ap, fmt);
	r = make(lex, lex->err, offset, length, kind, fmt, ap);
	va_end(ap);
	return r;
}

int lex_error_rest(struct lexer *lex, size_t offset, const char *fmt, ...)
{
	va_list ap;
	int r;

	va_start(ap, fmt);
	r = make(lex, lex->err, offset, lex->len, "expr.syntax", fmt, ap);
	va_end(ap);
	return r;
}

int lex_warn(struct lexer *lex, size_t offset, size_t length, const char *kind, const char *fmt,
	     ...)
{
	struct mfw_err *warning = NULL;
	va_list ap;

	if (!lex->report || lex->report->warnings.n >= EXPR_REPORT_MAX)
		return 0;
	va_start(ap, fmt);
	make(lex, &warning, offset, length, kind, fmt, ap);
	va_end(ap);
	return err_list_add(&lex->report->warnings, warning);
}
