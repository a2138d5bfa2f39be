/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Strings and hex bytes. */
#include "expr/literal.h"
#include "model/proto.h"

#include <string.h>

static int add_byte(struct lexer *lex, struct buf *ret, unsigned char byte)
{
	return buf_add(ret, &byte, 1) ? err_nomem(lex->err) : 0;
}

size_t literal_chars(const struct lexer *lex, size_t at, unsigned n)
{
	size_t end = at;

	while (n-- && end < lex->len) {
		end++;
		while (end < lex->len && ((unsigned char)lex->text[end] & 0xc0) == 0x80)
			end++;
	}
	return end - at;
}

/* ---- quoted ---- */

static bool is_octal(char c)
{
	return c >= '0' && c <= '7';
}

static bool is_hex_pair(const struct lexer *lex, size_t at)
{
	return at + 1 < lex->len && literal_hex_digit(lex->text[at]) >= 0 &&
	       literal_hex_digit(lex->text[at + 1]) >= 0;
}

static int hex_pair(const struct lexer *lex, size_t at)
{
	return literal_hex_digit(lex->text[at]) * 16 + literal_hex_digit(lex->text[at + 1]);
}

static int read_octal(struct lexer *lex, size_t *at, struct buf *ret)
{
	const char *text = lex->text + *at;
	int value;

	if (!is_octal(text[1]) || !is_octal(text[2]) || *text > '3')
		return lex_error(lex, *at, literal_chars(lex, *at, 3), "expr.syntax",
				 "an octal escape has three digits, from \\000 to \\377");
	value = (text[0] - '0') * 64 + (text[1] - '0') * 8 + (text[2] - '0');
	*at += 3;
	return add_byte(lex, ret, value);
}

/* at is behind the backslash, and is set behind the escape. */
static int read_escape(struct lexer *lex, size_t *at, struct buf *ret)
{
	char c = lex->text[*at];

	if (c == '"' || c == '\\') {
		*at += 1;
		return add_byte(lex, ret, c);
	}
	if (is_octal(c))
		return read_octal(lex, at, ret);
	if (c == 'x' && is_hex_pair(lex, *at + 1)) {
		*at += 3;
		return add_byte(lex, ret, hex_pair(lex, *at - 2));
	}
	if (c == 'x')
		return lex_error(lex, *at + 1, literal_chars(lex, *at + 1, 2), "expr.syntax",
				 "an escape \\x has two hex digits, such as \\x0a");
	return lex_error(lex, *at, literal_chars(lex, *at, 1), "expr.syntax",
			 "unknown escape: write \\\" \\\\ \\xHH (two hex digits) or \\OOO (three "
			 "octal digits), or a raw string r\"...\"");
}

static int unterminated(struct lexer *lex, size_t from, const char *close)
{
	return lex_error(lex, from, lex->len - from, "expr.syntax",
			 "the string has no end: expected %s", close);
}

static int read_quoted(struct lexer *lex, size_t at, struct buf *ret, size_t *ret_end)
{
	size_t from = ++at;
	int r = 0;

	while (at < lex->len && lex->text[at] != '"') {
		bool escape = lex->text[at] == '\\';

		at += escape;
		if (at >= lex->len)
			break;
		r = escape ? read_escape(lex, &at, ret) : add_byte(lex, ret, lex->text[at++]);
		if (r)
			return r;
	}
	if (at >= lex->len)
		return unterminated(lex, from, "\"");
	*ret_end = at + 1;
	return 0;
}

/* ---- raw ---- */

#define HASHES_MAX 255

/* r, hashes, quote: the string ends at a quote with as many hashes. */
static int read_raw(struct lexer *lex, size_t at, struct buf *ret, size_t *ret_end)
{
	size_t hashes = strspn(lex->text + at + 1, "#"), from = at + hashes + 2;
	const char *end = lex->text + from - 1;

	if (hashes > HASHES_MAX)
		return lex_error_rest(lex, at + 1, "a raw string has at most %d #", HASHES_MAX);
	if (from > lex->len || *end != '"')
		return lex_error_rest(
			lex, from - 1,
			"expected \" after r: raw strings are r\"...\" or r#\"...\"#");
	do {
		end = strchr(end + 1, '"');
		if (!end)
			return unterminated(lex, at + 1,
					    hashes ? "a quote and as many # as before it" : "\"");
	} while (strspn(end + 1, "#") < hashes);
	if (buf_add(ret, lex->text + from, end - lex->text - from))
		return err_nomem(lex->err);
	*ret_end = end + 1 + hashes - lex->text;
	return 0;
}

bool literal_is_string(const struct lexer *lex, size_t at)
{
	return at < lex->len && (lex->text[at] == '"' || lex->text[at] == 'r');
}

int literal_string(struct lexer *lex, size_t at, struct buf *ret, size_t *ret_end)
{
	if (lex->text[at] == '"')
		return read_quoted(lex, at, ret, ret_end);
	return read_raw(lex, at, ret, ret_end);
}

/* ---- hex bytes, and what is none ---- */

static bool is_separator(char c)
{
	return c == ':' || c == '-' || c == '.';
}

/* What stands in the place of bytes, as it should have been written. */
static int refuse(struct lexer *lex, size_t start, size_t at, size_t length, bool proto)
{
	size_t len = strcspn(lex->text + start, " \t\r\n(){},'\"");
	const char *word = lex->text + start, *name = NULL;
	cleanup_free char *copy = strndup(word, len);
	char *end = NULL;
	long number;

	if (start < lex->len && *word == '\'')
		return lex_error(lex, at, length, "expr.syntax",
				 "strings stand in double quotes: \"...\", not in '...'");
	if (!copy || !*copy)
		return lex_error(lex, at, length, "expr.syntax",
				 "expected bytes: write \"text\", r\"raw text\" or 75:64:70");
	number = strtol(copy, &end, 10);
	if (proto && !*end && number >= 0 && number <= 255)
		name = proto_name(number);
	if (name)
		return lex_error(lex, at, length, "expr.syntax",
				 "ip.proto is the protocol's name: write \"%s\"", name);
	if (strpbrk(copy, ":-."))
		return lex_error(lex, at, length, "expr.syntax",
				 "hex bytes are pairs of hex digits with ':' between them, such as "
				 "75:64:70; text stands in quotes");
	return lex_error(lex, at, length, "expr.syntax",
			 "expected bytes, found '%.40s': write text in quotes, \"%.40s\", or bytes "
			 "as 75:64:70",
			 copy, copy);
}

static int read_hex(struct lexer *lex, size_t start, bool proto, struct buf *ret, size_t *ret_end)
{
	size_t at = start;

	for (;;) {
		if (at + 1 >= lex->len)
			return refuse(lex, start, at, lex->len - at, proto);
		if (!is_hex_pair(lex, at))
			return refuse(lex, start, at, literal_chars(lex, at, 2), proto);
		if (add_byte(lex, ret, hex_pair(lex, at)))
			return err_nomem(lex->err);
		at += 2;
		if (at >= lex->len || !is_separator(lex->text[at]))
			break;
		at++;
	}
	if (at == start + 2)
		return refuse(lex, start, at, literal_chars(lex, at, 1), proto);
	*ret_end = at;
	return literal_check_end(lex, at);
}

int literal_bytes(struct lexer *lex, size_t at, bool proto, struct buf *ret, size_t *ret_end)
{
	if (at >= lex->len)
		return lex_error_rest(lex, at,
				      "expected bytes, found the end: write \"text\" or "
				      "75:64:70");
	if (lex->text[at] == 'r' && lex_is_word_char(lex->text[at + 1]))
		return refuse(lex, at, at + 1, lex->len, proto);
	if (literal_is_string(lex, at))
		return literal_string(lex, at, ret, ret_end);
	return read_hex(lex, at, proto, ret, ret_end);
}

/* ---- patterns ---- */

static const char *pattern_fault(const struct buf *pattern)
{
	const char *text = pattern->data;

	for (size_t i = 0; i < pattern->len; i++) {
		if (text[i] == '*' && i + 1 < pattern->len && text[i + 1] == '*')
			return "two '*' in a row mean what one means: write one, or \\* for a star";
		if (text[i] != '\\')
			continue;
		if (++i == pattern->len || (text[i] != '*' && text[i] != '\\'))
			return "in a pattern a backslash stands before '*' or another backslash "
			       "only; in \"...\" each backslash is written twice, in r\"...\" once";
	}
	return NULL;
}

int literal_pattern(struct lexer *lex, size_t at, struct buf *ret, size_t *ret_end)
{
	const char *fault;
	int r;

	if (!literal_is_string(lex, at))
		return lex_error_rest(lex, at,
				      "expected a pattern in quotes, such as \"*.example\"");
	r = literal_string(lex, at, ret, ret_end);
	if (r)
		return r;
	fault = pattern_fault(ret);
	return fault ? lex_error_rest(lex, at, "%s", fault) : 0;
}
