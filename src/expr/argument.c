/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "expr/argument.h"
#include "expr/address.h"
#include "expr/literal.h"
#include "model/param.h"

#include <string.h>

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

static int too_large(struct lexer *lex, const struct argument *value, size_t end)
{
	return lex_error(lex, value->offset, end - value->offset, "expr.value",
			 "the number is too large");
}

/* What stands behind a number: the unit of a time. NULL: something else. */
static const struct param_unit *find_unit(const struct param_unit *units, const char *text,
					  size_t *ret_len)
{
	for (*ret_len = 0; text[*ret_len] >= 'a' && text[*ret_len] <= 'z';)
		++*ret_len;
	for (; units->name; units++)
		if (strlen(units->name) == *ret_len && !strncmp(units->name, text, *ret_len))
			return units;
	return NULL;
}

static int read_rate(struct lexer *lex, struct argument *ret, size_t *ret_end)
{
	const char *text = lex->text + *ret_end + 1;
	const struct param_unit *unit;
	size_t len;

	unit = find_unit(param_periods, text, &len);
	if (!unit)
		return lex_error(lex, *ret_end + 1, len ? len : 1, "expr.syntax",
				 "a rate is a number /second, /minute, /hour or /day");
	ret->kind = ARGUMENT_RATE;
	ret->ns = unit->ns;
	*ret_end += 1 + len;
	return 0;
}

static int read_number(struct lexer *lex, struct argument *ret, size_t *ret_end)
{
	const struct param_unit *unit;
	struct number number;
	size_t len;
	int r = literal_number(lex, ret->offset, &number, ret_end);

	if (r)
		return r;
	if (number.negative)
		return lex_error(lex, ret->offset, *ret_end - ret->offset, "expr.value",
				 "numbers are 0 or more here");
	ret->kind = ARGUMENT_INT;
	ret->number = number.magnitude;
	if (lex->text[*ret_end] == '/')
		return read_rate(lex, ret, ret_end);
	unit = find_unit(param_times, lex->text + *ret_end, &len);
	if (!unit)
		return literal_check_end(lex, *ret_end);
	*ret_end += len;
	ret->kind = ARGUMENT_DURATION;
	if (__builtin_mul_overflow(ret->number, unit->ns, &ret->number))
		return too_large(lex, ret, *ret_end);
	return literal_check_end(lex, *ret_end);
}

/* One address, or a prefix; ranges are none. */
static int read_address(struct lexer *lex, struct argument *ret, size_t *ret_end)
{
	int r;

	ret->kind = ARGUMENT_ADDRESS;
	ret->address = (struct literal){.offset = ret->offset, .prefix = EXPR_NO_PREFIX};
	r = address_read_item(lex, ret->offset, &ret->address, ret_end);
	if (r || ret->address.prefix != EXPR_NO_PREFIX ||
	    !memcmp(&ret->address.first, &ret->address.last, sizeof(ret->address.first)))
		return r;
	return lex_error(lex, ret->offset, *ret_end - ret->offset, "expr.value",
			 "a range is no address and no prefix: write 192.0.2.1, 192.0.2.0/24");
}

static int refuse(struct lexer *lex, size_t at)
{
	cleanup_free char *found = lex_quote(lex, at, lex->token.length);

	return lex_error(lex, at, lex->token.length, "expr.syntax",
			 "expected a value, found %s: write \"text\", 75:64:70, a number, true or "
			 "false",
			 found ? found : "something else");
}

static int read_any(struct lexer *lex, enum param_type type, struct argument *ret, size_t *ret_end)
{
	const char *text = lex->text + ret->offset;

	*ret_end = ret->offset + lex->token.length;
	if (ret->offset >= lex->len)
		return refuse(lex, ret->offset);
	if (lex_is_word(lex, "none")) {
		ret->kind = ARGUMENT_ADDRESS;
		return 0;
	}
	if ((type == PARAM_ADDRESS || type == PARAM_PREFIX) &&
	    (literal_hex_digit(*text) >= 0 || *text == ':'))
		return read_address(lex, ret, ret_end);
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

int argument_parse(struct lexer *lex, enum param_type type, struct argument *ret)
{
	size_t end;
	int r;

	ret->offset = lex->token.offset;
	r = read_any(lex, type, ret, &end);
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
