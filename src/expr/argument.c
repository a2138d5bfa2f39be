/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "expr/argument.h"

#include <string.h>

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

static bool is_octal(char c)
{
	return c >= '0' && c <= '7';
}

static int add_byte(struct lexer *lex, struct argument *ret, unsigned char byte)
{
	return buf_add(&ret->bytes, &byte, 1) ? err_nomem(lex->err) : 0;
}

/* at is behind the backslash, and is set behind the escape. */
static int parse_escape(struct lexer *lex, size_t *at, struct argument *ret)
{
	const char *text = lex->text + *at;
	int value;

	if (*text == '"' || *text == '\\') {
		*at += 1;
		return add_byte(lex, ret, *text);
	}
	if (*text == 'x' && hex_digit(text[1]) >= 0 && hex_digit(text[2]) >= 0) {
		*at += 3;
		return add_byte(lex, ret, hex_digit(text[1]) * 16 + hex_digit(text[2]));
	}
	if (is_octal(*text) && is_octal(text[1]) && is_octal(text[2])) {
		value = (text[0] - '0') * 64 + (text[1] - '0') * 8 + (text[2] - '0');
		*at += 3;
		if (value <= 255)
			return add_byte(lex, ret, value);
		return lex_error(lex, *at - 4, 4, "expr.syntax",
				 "an octal escape is at most \\377: a byte");
	}
	return lex_error(lex, *at - 1, *text ? 2 : 1, "expr.syntax",
			 "unknown escape: write \\\" \\\\ \\xHH (two hex digits) or \\OOO (three "
			 "octal digits), or a raw string r\"...\"");
}

static int unterminated(struct lexer *lex, size_t from, const char *close)
{
	return lex_error(lex, from, lex->len - from, "expr.syntax",
			 "the string has no end: expected %s", close);
}

static int parse_string(struct lexer *lex, size_t at, struct argument *ret)
{
	size_t from = ++at;
	int r;

	while (at < lex->len && lex->text[at] != '"') {
		if (lex->text[at] == '\\') {
			at++;
			r = parse_escape(lex, &at, ret);
		} else {
			r = add_byte(lex, ret, lex->text[at++]);
		}
		if (r)
			return r;
	}
	if (at >= lex->len)
		return unterminated(lex, from, "\"");
	ret->length = at + 1 - ret->offset;
	return 0;
}

/* r, hashes, quote: the string ends at a quote with as many hashes. */
static int parse_raw(struct lexer *lex, size_t at, struct argument *ret)
{
	size_t hashes = strspn(lex->text + at + 1, "#"), from = at + hashes + 2;
	const char *end = lex->text + from - 1;

	do {
		end = strchr(end + 1, '"');
		if (!end)
			return unterminated(lex, from,
					    hashes ? "a quote and as many # as before it" : "\"");
	} while (strspn(end + 1, "#") < hashes);
	if (buf_add(&ret->bytes, lex->text + from, end - lex->text - from))
		return err_nomem(lex->err);
	ret->length = end + 1 + hashes - lex->text - ret->offset;
	return 0;
}

static bool is_hex_pair(const char *text)
{
	return hex_digit(text[0]) >= 0 && hex_digit(text[1]) >= 0;
}

static int parse_hex_bytes(struct lexer *lex, size_t at, struct argument *ret)
{
	const char *text = lex->text + at;

	while (is_hex_pair(text)) {
		if (add_byte(lex, ret, hex_digit(text[0]) * 16 + hex_digit(text[1])))
			return err_nomem(lex->err);
		text += 2;
		if (*text != ':')
			break;
		text++;
	}
	ret->length = text - lex->text - ret->offset;
	if (text[-1] == ':' || hex_digit(*text) >= 0)
		return lex_error(lex, at, ret->length + (hex_digit(*text) >= 0), "expr.syntax",
				 "hex bytes are pairs of hex digits with ':' between them, such as "
				 "75:64:70");
	return 0;
}

/* The digits of one number; its end is where letters and digits end. */
static int parse_int(struct lexer *lex, size_t at, struct argument *ret)
{
	const char *text = lex->text + at;
	size_t len =
		strspn(text, "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_");
	unsigned base = 10;
	size_t i = 0;

	ret->length = len;
	if (text[0] == '0' && len > 1) {
		base = text[1] == 'x' ? 16 : 8;
		i = base == 16 ? 2 : 1;
	}
	if (i == len)
		return lex_error(lex, at, len, "expr.syntax", "expected hex digits after 0x");
	for (; i < len; i++) {
		int digit = hex_digit(text[i]);

		if (digit < 0 || digit >= (int)base)
			return lex_error(lex, at, len, "expr.syntax",
					 "'%c' is no digit of %s number", text[i],
					 base == 8    ? "an octal (leading 0)"
					 : base == 16 ? "a hexadecimal (0x)"
						      : "a decimal");
		if (__builtin_mul_overflow(ret->number, base, &ret->number) ||
		    __builtin_add_overflow(ret->number, digit, &ret->number))
			return lex_error(lex, at, len, "expr.value",
					 "the number is too large: at most 18446744073709551615");
	}
	return 0;
}

static bool is_raw(const char *text)
{
	return text[0] == 'r' && text[1 + strspn(text + 1, "#")] == '"';
}

static int parse_bool(struct lexer *lex, struct argument *ret)
{
	ret->kind = ARGUMENT_BOOL;
	ret->number = lex_is_word(lex, "true");
	ret->length = lex->token.length;
	return 0;
}

static int parse_any(struct lexer *lex, struct argument *ret)
{
	cleanup_free char *found = NULL;
	const char *text = lex->text + ret->offset;

	ret->kind = ARGUMENT_BYTES;
	if (*text == '"')
		return parse_string(lex, ret->offset, ret);
	if (is_raw(text))
		return parse_raw(lex, ret->offset, ret);
	if (is_hex_pair(text) && text[2] == ':')
		return parse_hex_bytes(lex, ret->offset, ret);
	ret->kind = ARGUMENT_INT;
	if (*text >= '0' && *text <= '9')
		return parse_int(lex, ret->offset, ret);
	if (lex_is_word(lex, "true") || lex_is_word(lex, "false"))
		return parse_bool(lex, ret);
	found = lex_quote(lex, ret->offset, lex->token.length);
	return lex_error(
		lex, ret->offset, lex->token.length, "expr.syntax",
		"expected a value, found %s: write \"text\", 75:64:70, a number, true or false",
		found ? found : "something else");
}

int argument_parse(struct lexer *lex, struct argument *ret)
{
	int r;

	ret->offset = lex->token.offset;
	r = parse_any(lex, ret);
	if (!r)
		lex_next_from(lex, ret->offset + ret->length);
	return r;
}

void argument_clear(struct argument *literal)
{
	buf_clear(&literal->bytes);
}
