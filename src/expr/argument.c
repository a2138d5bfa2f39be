/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "expr/argument.h"
#include "expr/literal.h"

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_bytes(const struct lexer *lex, size_t at)
{
	const char *text = lex->text + at;

	if (*text == '"' || (*text == 'r' && (text[1] == '"' || text[1] == '#')))
		return true;
	return literal_hex_digit(text[0]) >= 0 && literal_hex_digit(text[1]) >= 0 && text[2] == ':';
}

static int read_number(struct lexer *lex, struct argument *ret, size_t *ret_end)
{
	struct number number;
	int r = literal_number(lex, ret->offset, &number, ret_end);

	if (r)
		return r;
	if (number.negative)
		return lex_error(lex, ret->offset, *ret_end - ret->offset, "expr.value",
				 "numbers are 0 or more here");
	ret->kind = ARGUMENT_INT;
	ret->number = number.magnitude;
	return literal_check_end(lex, *ret_end);
}

static int refuse(struct lexer *lex, size_t at)
{
	cleanup_free char *found = lex_quote(lex, at, lex->token.length);

	return lex_error(lex, at, lex->token.length, "expr.syntax",
			 "expected a value, found %s: write \"text\", 75:64:70, a number, true or "
			 "false",
			 found ? found : "something else");
}

static int read_any(struct lexer *lex, struct argument *ret, size_t *ret_end)
{
	const char *text = lex->text + ret->offset;

	*ret_end = ret->offset + lex->token.length;
	if (ret->offset >= lex->len)
		return refuse(lex, ret->offset);
	if (is_bytes(lex, ret->offset)) {
		ret->kind = ARGUMENT_BYTES;
		return literal_bytes(lex, ret->offset, false, &ret->bytes, ret_end);
	}
	if (is_digit(*text) || (*text == '-' && is_digit(text[1])))
		return read_number(lex, ret, ret_end);
	if (!lex_is_word(lex, "true") && !lex_is_word(lex, "false"))
		return refuse(lex, ret->offset);
	ret->kind = ARGUMENT_BOOL;
	ret->number = lex_is_word(lex, "true");
	return 0;
}

int argument_parse(struct lexer *lex, struct argument *ret)
{
	size_t end;
	int r;

	ret->offset = lex->token.offset;
	r = read_any(lex, ret, &end);
	if (r)
		return r;
	ret->length = end - ret->offset;
	lex_next_from(lex, end);
	return 0;
}

void argument_clear(struct argument *argument)
{
	buf_clear(&argument->bytes);
}
