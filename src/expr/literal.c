/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "expr/literal.h"
#include "expr/op.h"

#include <string.h>

int literal_hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

int literal_check_end(struct lexer *lex, size_t at)
{
	const char *text = lex->text + at;
	size_t len = 0;

	if (at >= lex->len || !lex_is_word_char(*text))
		return 0;
	while (at + len < lex->len && lex_is_word_char(text[len]))
		len++;
	if (op_is_word(text, len))
		return lex_error(lex, at, len, "expr.syntax",
				 "a space is missing before '%.*s': write ' %.*s '", (int)len, text,
				 (int)len, text);
	return lex_error_rest(lex, at, "'%.*s' cannot stand right behind the value", (int)len,
			      text);
}

/* ---- numbers ---- */

static const char *base_name(unsigned base)
{
	switch (base) {
	case 8: return "an octal (leading 0)";
	case 16: return "a hexadecimal (0x)";
	default: return "a decimal";
	}
}

static int bad_digit(struct lexer *lex, size_t at, size_t end, size_t bad, unsigned base)
{
	size_t len = 0;

	while (bad + len < lex->len && lex_is_word_char(lex->text[bad + len]))
		len++;
	if (op_is_word(lex->text + bad, len))
		return lex_error(lex, at, end - at, "expr.syntax",
				 "a space is missing before '%.*s'", (int)len, lex->text + bad);
	if (bad == at && base == 10)
		return lex_error(lex, at, end - at, "expr.syntax",
				 "expected a number, such as 443 or 0x1bb, found '%.*s'",
				 (int)(len < 40 ? len : 40), lex->text + bad);
	return lex_error(lex, at, end - at, "expr.syntax", "'%c' is no digit of %s number",
			 lex->text[bad], base_name(base));
}

/* The digits from `from` on, of the number whose error has its place from `at` on. */
static int read_digits(struct lexer *lex, size_t at, size_t from, unsigned base, uint64_t *ret,
		       size_t *ret_end)
{
	size_t end = from;

	while (end < lex->len && literal_hex_digit(lex->text[end]) >= 0)
		end++;
	for (size_t i = from; i < end; i++)
		if (literal_hex_digit(lex->text[i]) >= (int)base)
			return bad_digit(lex, at, end, i, base);
	*ret = 0;
	for (size_t i = from; i < end; i++)
		if (__builtin_mul_overflow(*ret, base, ret) ||
		    __builtin_add_overflow(*ret, literal_hex_digit(lex->text[i]), ret))
			return lex_error(lex, at, end - at, "expr.value",
					 "the number is too large: at most 18446744073709551615");
	*ret_end = end;
	return 0;
}

static int no_number(struct lexer *lex, size_t at)
{
	cleanup_free char *found = lex_quote(lex, at, lex->len);

	if (at + 1 < lex->len && lex->text[at] == '"' && lex->text[at + 1] >= '0' &&
	    lex->text[at + 1] <= '9')
		return lex_error_rest(lex, at,
				      "expected a number, found %s: numbers stand without "
				      "quotes",
				      found ? found : "something else");
	return lex_error_rest(lex, at, "expected a number, such as 443 or 0x1bb, found %s",
			      found ? found : "something else");
}

int literal_number(struct lexer *lex, size_t at, struct number *ret, size_t *ret_end)
{
	const char *text = lex->text + at;
	size_t from = at, begin = at;
	unsigned base = 10;
	int r;

	ret->negative = at < lex->len && *text == '-';
	if (lex_starts(lex, at, "0x")) {
		base = 16;
		begin = from = at + 2;
	} else if (at < lex->len && *text == '0') {
		base = 8;
	} else if (ret->negative) {
		from = at + 1;
	}
	if (from >= lex->len || literal_hex_digit(lex->text[from]) < 0)
		return no_number(lex, from);
	r = read_digits(lex, begin, from, base, &ret->magnitude, ret_end);
	if (r)
		return r;
	if (base == 8 && *ret_end - from > 1)
		return lex_warn(lex, at, *ret_end - at, "expr.octal",
				"%.*s is octal, because of its leading 0: it is %llu; write that, "
				"or leave the 0 out",
				(int)(*ret_end - at), text, (unsigned long long)ret->magnitude);
	return 0;
}
