/* SPDX-License-Identifier: GPL-2.0-or-later */
/* comparison = value [operator right]: without an operator exactly when the value is a Bool. */
#include "expr/literal.h"
#include "expr/op.h"
#include "expr/parser.h"

#include <string.h>

/* A word that begins with an operator: `eq443`. */
static int glued(struct parser *p)
{
	struct token t = p->lex.token;
	const char *word = p->lex.text + t.offset;

	for (size_t len = t.length - 1; t.kind == TOKEN_WORD && len >= 2; len--)
		if (op_is_word(word, len) && word[len] >= '0' && word[len] <= '9')
			return lex_error(&p->lex, t.offset, t.length, "expr.syntax",
					 "a space is missing behind '%.*s': write '%.*s %.*s'",
					 (int)len, word, (int)len, word, (int)(t.length - len),
					 word + len);
	return 0;
}

/* `udp and ...`: a header by itself, as if that it is there were asked. */
static bool is_bare_header(struct parser *p, const struct value *value)
{
	enum expr_kind kind;
	size_t end;

	return value->kind == VALUE_FIELD && value->field->kind == FIELD_OF_HEADER &&
	       (p->lex.token.kind == TOKEN_END || p->lex.token.kind == TOKEN_CLOSE ||
		op_read_logical(&p->lex, &kind, &end));
}

static int refuse_bare_header(struct parser *p, const struct field *field)
{
	const char *help =
		field->l4 == FIELD_L4_NONE ? "every packet matches true"
		: field->l4 == FIELD_L4_ICMP
			? "packets of that protocol are ip.proto in {\"icmp\" \"icmpv6\"}"
		: field->l4 == FIELD_L4_TCP ? "packets of that protocol are ip.proto == \"tcp\""
					    : "packets of that protocol are ip.proto == \"udp\"";

	return lex_error_rest(&p->lex, p->lex.token.offset,
			      "'%s' is the bytes from that header on, and needs an operator behind "
			      "it: %s",
			      field->name, help);
}

static int no_operator(struct parser *p, const struct value *value)
{
	cleanup_buf struct buf expected = {};
	int r = glued(p);

	if (r)
		return r;
	if (is_bare_header(p, value))
		return refuse_bare_header(p, value->field);
	if (buf_printf(&expected, "an operator for a value of type %s (%s)",
		       field_type_name(value->type), op_list(value->type)))
		return err_nomem(p->lex.err);
	return unexpected(p, p->lex.token.offset, expected.data, false);
}

/* `matches`: the right side is read, so that what is wrong with it is said first. */
static int refuse_regex(struct parser *p, size_t at, size_t end)
{
	cleanup_buf struct buf text = {};
	size_t right;
	int r;

	lex_next_from(&p->lex, end);
	right = p->lex.token.offset;
	if (!literal_is_string(&p->lex, right))
		return lex_error_rest(&p->lex, right, "expected a regular expression in quotes");
	r = literal_string(&p->lex, right, &text, &right);
	if (r)
		return r;
	return lex_error(&p->lex, at, end - at, "expr.unsupported",
			 "regular expressions cannot run on packets: no bound on their time is "
			 "known; use contains, wildcard \"a*b\", starts_with() or ends_with()");
}

static int wrong_operator(struct parser *p, const struct value *value, size_t at, size_t end)
{
	return lex_error(&p->lex, at, end - at, "expr.type",
			 "'%.*s' is no operator of type %s: it has %s", (int)(end - at),
			 p->lex.text + at, field_type_name(value->type), op_list(value->type));
}

static int parse_operator(struct parser *p, struct expr *expr)
{
	size_t at = p->lex.token.offset, end;
	bool regex;

	end = op_read(&p->lex, &expr->op, &regex);
	if (!end)
		return no_operator(p, expr->value);
	if (!op_is_for(expr->op, expr->value->type))
		return wrong_operator(p, expr->value, at, end);
	if (regex)
		return refuse_regex(p, at, end);
	lex_next_from(&p->lex, end);
	return parse_right(p, expr, at);
}

/* The list that a matcher was given is the test's, for all who look for lists. */
static int take_list(struct parser *p, struct expr *expr)
{
	const struct value *value = expr->value;

	if (!value->list)
		return 0;
	expr->list = strdup(value->list);
	expr->shared = value->shared;
	if (!expr->list)
		return err_nomem(p->lex.err);
	return parse_list_check(p, expr, FIELD_BYTES, value->offset, value->offset + value->length);
}

int parse_comparison(struct parser *p, struct expr **ret)
{
	cleanup_expr struct expr *expr = expr_new(EXPR_TEST, p->lex.token.offset);
	int r;

	if (!expr)
		return err_nomem(p->lex.err);
	r = parse_value(p, &expr->value);
	if (!r && expr->value->type != FIELD_BOOL) {
		expr->kind = EXPR_COMPARE;
		r = parse_operator(p, expr);
	} else if (!r) {
		r = take_list(p, expr);
	}
	if (r)
		return r;
	expr->length = p->lex.end - expr->offset;
	*ret = steal_ptr(expr);
	return 0;
}
