/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 *	value = name                            a field
 *	      | name "(" argument {"," ...} ")" a function
 *	      | name ["(" named arguments ")"]  a matcher
 */
#include "expr/call.h"
#include "expr/parser.h"

#include <errno.h>
#include <string.h>

/* The end of a name; an error where a dot has none behind it. */
static int read_name(struct parser *p, size_t at, size_t *ret_end)
{
	struct lexer *lex = &p->lex;
	cleanup_free char *found = NULL;

	for (;;) {
		size_t from = at;

		while (at < lex->len && lex_is_word_char(lex->text[at]))
			at++;
		if (at == from)
			break;
		*ret_end = at;
		if (at >= lex->len || lex->text[at] != '.')
			return 0;
		at++;
	}
	found = lex_quote(lex, at, lex->len);
	if (at == lex->token.offset)
		return unexpected(p, at, "a field, a matcher, not or '('", false);
	return lex_error_rest(lex, at, "expected the rest of the name behind the dot, found %s",
			      found ? found : "something else");
}

static int find_matcher(struct parser *p, const char *name, size_t length,
			const struct matcher **ret)
{
	cleanup_err struct mfw_err *broken = NULL;
	size_t at = p->lex.token.offset;

	*ret = p->scheme->matcher ? p->scheme->matcher(p->scheme->ctx, name, &broken) : NULL;
	if (*ret)
		return 0;
	if (!broken)
		return unknown_name(p, name, at, length);
	if (!p->lex.err)
		return -mfw_err_code(broken);
	mfw_err_free(*p->lex.err);
	*p->lex.err = steal_ptr(broken);
	return err_at_offset(p->lex.err, p->lex.text, at, length);
}

static int parse_matcher(struct parser *p, const char *name, size_t end, struct value *value)
{
	int r;

	value->kind = VALUE_MATCHER;
	value->type = FIELD_BOOL;
	r = find_matcher(p, name, end - value->offset, &value->matcher);
	if (r)
		return r;
	lex_next_from(&p->lex, end);
	return call_parse_args(&p->lex, value);
}

static int parse_named(struct parser *p, const char *name, size_t end, struct value *value)
{
	if (function_exists(name)) {
		lex_next_from(&p->lex, end);
		return parse_function(p, name, value);
	}
	if (p->scheme->field)
		value->field = p->scheme->field(p->scheme->ctx, name);
	if (!value->field)
		return parse_matcher(p, name, end, value);
	value->kind = VALUE_FIELD;
	value->type = value->field->type;
	lex_next_from(&p->lex, end);
	return 0;
}

static int refuse_index(struct parser *p)
{
	size_t at = p->lex.end;
	const char *close = strchr(p->lex.text + at, ']');
	size_t end = close ? (size_t)(close - p->lex.text) + 1 : p->lex.len;

	return lex_error(&p->lex, at, end - at, "expr.type",
			 "values have no parts with an index: bytes of one are "
			 "substring(VALUE, START, END), bits bit_slice(HEADER, START, END)");
}

int parse_value(struct parser *p, struct value **ret)
{
	cleanup_value struct value *value = calloc(1, sizeof(*value));
	cleanup_free char *name = NULL;
	size_t at = p->lex.token.offset, end = at;
	int r;

	if (!value)
		return err_nomem(p->lex.err);
	r = read_name(p, at, &end);
	if (r)
		return r;
	name = strndup(p->lex.text + at, end - at);
	if (!name)
		return err_nomem(p->lex.err);
	value->offset = at;
	r = parse_named(p, name, end, value);
	if (r)
		return r;
	if (p->lex.end < p->lex.len && p->lex.text[p->lex.end] == '[')
		return refuse_index(p);
	value->length = p->lex.end - at;
	*ret = steal_ptr(value);
	return 0;
}
