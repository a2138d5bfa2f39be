/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 *	right = literal | "{" {item} "}" | "$" name
 *	item  = literal | number ".." number | address ".." address | address "/" number
 */
#include "expr/address.h"
#include "expr/literal.h"
#include "expr/op.h"
#include "expr/parser.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#define LIST_NAME_MAX 63

void value_range(const struct value *value, uint64_t *ret_min, uint64_t *ret_max)
{
	*ret_min = 0;
	*ret_max = UINT32_MAX;
	if (value->kind == VALUE_FIELD) {
		*ret_min = value->field->min;
		*ret_max = value->field->max;
	} else if (value->kind == VALUE_BIT_SLICE) {
		*ret_max = UINT64_MAX >> (64 - (value->end - value->start));
	}
}

static bool is_proto(const struct value *value)
{
	while (value->kind == VALUE_LOWER)
		value = value->of;
	return value->field && value->field->id == FIELD_IP_PROTO;
}

/* ---- numbers ---- */

static int out_of_range(struct parser *p, const struct value *value, size_t at, size_t length)
{
	uint64_t min, max;
	cleanup_buf struct buf name = {};

	value_range(value, &min, &max);
	if (value_print(value, &name))
		return err_nomem(p->lex.err);
	return lex_error(&p->lex, at, length, "expr.value",
			 "%s is never %.*s: it is %" PRIu64 " to %" PRIu64, name.data, (int)length,
			 p->lex.text + at, min, max);
}

static int read_number(struct parser *p, const struct value *value, size_t at, uint64_t *ret,
		       size_t *ret_end)
{
	struct number number;
	uint64_t min, max;
	int r = literal_number(&p->lex, at, &number, ret_end);

	if (r)
		return r;
	value_range(value, &min, &max);
	if (number.negative || number.magnitude > max)
		return out_of_range(p, value, at, *ret_end - at);
	*ret = number.magnitude;
	return 0;
}

/* x > 65535 asks for the same as x >= 65536. */
static int check_greater(struct parser *p, const struct expr *expr, const struct literal *literal)
{
	uint64_t min, max;
	cleanup_buf struct buf name = {};

	value_range(expr->value, &min, &max);
	if (expr->op != OP_GT || literal->low < max)
		return 0;
	if (value_print(expr->value, &name))
		return err_nomem(p->lex.err);
	return lex_error(&p->lex, literal->offset, literal->length, "expr.value",
			 "%s is never greater than %" PRIu64 ": it is %" PRIu64 " to %" PRIu64,
			 name.data, literal->low, min, max);
}

static int read_int(struct parser *p, const struct expr *expr, struct literal *ret)
{
	size_t end;
	int r = read_number(p, expr->value, ret->offset, &ret->low, &end);

	if (r)
		return r;
	ret->high = ret->low;
	ret->length = end - ret->offset;
	r = check_greater(p, expr, ret);
	return r ? r : literal_check_end(&p->lex, end);
}

static int read_int_item(struct parser *p, const struct value *value, struct literal *ret)
{
	struct lexer *lex = &p->lex;
	size_t end;
	int r = read_number(p, value, ret->offset, &ret->low, &end);

	if (r)
		return r;
	ret->high = ret->low;
	if (lex_starts(lex, end, "..")) {
		r = read_number(p, value, end + 2, &ret->high, &end);
		if (r)
			return r;
	}
	ret->length = end - ret->offset;
	if (ret->high < ret->low)
		return lex_error(lex, ret->offset, ret->length, "expr.value",
				 "the range is upside down: write %" PRIu64 "..%" PRIu64, ret->high,
				 ret->low);
	if (end < lex->len && lex->text[end] == '-') {
		ret->length += 1 + strspn(lex->text + end + 1, "0123456789abcdefABCDEFx");
		return lex_error(lex, ret->offset, ret->length, "expr.syntax",
				 "a range is written with two dots: %" PRIu64 "..%.*s", ret->low,
				 (int)(ret->offset + ret->length - end - 1), lex->text + end + 1);
	}
	return literal_check_end(lex, end);
}

/* ---- literals ---- */

static int read_by_type(struct parser *p, const struct expr *expr, struct literal *ret,
			size_t *ret_end)
{
	const struct value *value = expr->value;
	bool item = expr->op == OP_IN;
	int r;

	switch (value->type) {
	case FIELD_INT:
		r = item ? read_int_item(p, value, ret) : read_int(p, expr, ret);
		*ret_end = ret->offset + ret->length;
		return r;
	case FIELD_IP:
		if (item)
			return address_read_item(&p->lex, ret->offset, ret, ret_end);
		return address_read(&p->lex, ret->offset, ret, ret_end);
	default:
		if (expr->op == OP_WILDCARD || expr->op == OP_STRICT_WILDCARD)
			return literal_pattern(&p->lex, ret->offset, &ret->bytes, ret_end);
		return literal_bytes(&p->lex, ret->offset, is_proto(value), &ret->bytes, ret_end);
	}
}

static int read_literal(struct parser *p, struct expr *expr)
{
	struct literal literal = {.offset = p->lex.token.offset, .prefix = EXPR_NO_PREFIX};
	size_t end;
	int r = read_by_type(p, expr, &literal, &end);

	if (!r) {
		literal.length = end - literal.offset;
		lex_next_from(&p->lex, end);
		r = expr_add_literal(expr, &literal) ? err_nomem(p->lex.err) : 0;
	}
	buf_clear(&literal.bytes);
	return r;
}

static bool at_char(const struct lexer *lex, char c)
{
	return lex->token.kind != TOKEN_END && lex->text[lex->token.offset] == c;
}

static int no_set(struct parser *p)
{
	size_t at = p->lex.token.offset, len = strcspn(p->lex.text + at, " \t\r\n)}");
	cleanup_free char *found = lex_quote(&p->lex, at, len);

	if (p->lex.token.kind == TOKEN_END || strchr("([", p->lex.text[at]))
		return lex_error_rest(&p->lex, at,
				      "expected a set or a list behind in: {...} or $name, found "
				      "%s",
				      found ? found : "something else");
	return lex_error_rest(&p->lex, at,
			      "a set stands in braces, even of one item: write in {%.*s}",
			      (int)(len < 80 ? len : 80), p->lex.text + at);
}

/* Where the next item of Bytes should be, what is wrong is two characters, as for hex bytes. */
static int comma(struct parser *p, const struct expr *expr)
{
	struct lexer *lex = &p->lex;
	size_t at = lex->token.offset;
	bool bytes = expr->value->type == FIELD_BYTES;

	return lex_error(lex, at, bytes ? literal_chars(lex, at, 2) : lex->len - at, "expr.syntax",
			 "items of a set are separated by spaces, without ','");
}

static int parse_set(struct parser *p, struct expr *expr)
{
	int r;

	if (!at_char(&p->lex, '{'))
		return no_set(p);
	lex_next(&p->lex);
	while (!at_char(&p->lex, '}')) {
		if (at_char(&p->lex, ','))
			return comma(p, expr);
		if (p->lex.token.kind == TOKEN_END)
			return lex_error_rest(&p->lex, p->lex.token.offset,
					      "the set has no end: expected '}'");
		r = read_literal(p, expr);
		if (r)
			return r;
	}
	lex_next(&p->lex);
	return 0;
}

/* ---- lists ---- */

static bool is_list_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '.';
}

static int bad_list(struct lexer *lex, size_t at)
{
	return lex_error_rest(lex, at,
			      "a list's name is of lower-case letters, digits and '_', at most %d; "
			      "shared ones are $shared.name",
			      LIST_NAME_MAX);
}

int parse_list_check(struct parser *p, const struct expr *expr, enum field_type type, size_t at,
		     size_t end)
{
	const struct scheme *s = p->scheme;
	int r;

	cleanup_err struct mfw_err *err = NULL;

	if (!s->list)
		return 0;
	r = s->list(s->ctx, expr->list, expr->shared, type, &err);
	if (r > 0)
		return lex_warn(&p->lex, at, end - at, mfw_err_kind(err), "%s",
				mfw_err_message(err));
	if (r && p->lex.err) {
		err_at_offset(&err, p->lex.text, at, end - at);
		mfw_err_free(*p->lex.err);
		*p->lex.err = steal_ptr(err);
	}
	return r;
}

int parse_list_name(struct lexer *lex, char **ret, bool *ret_shared)
{
	size_t at = lex->token.offset + 1, end = at, name = at;
	char *list;

	while (end < lex->len && is_list_char(lex->text[end]))
		end++;
	*ret_shared = lex_starts(lex, at, "shared.");
	if (*ret_shared)
		name += strlen("shared.");
	if (end <= name || end - name > LIST_NAME_MAX || memchr(lex->text + name, '.', end - name))
		return bad_list(lex, at);
	list = strndup(lex->text + name, end - name);
	if (!list)
		return err_nomem(lex->err);
	free(*ret);
	*ret = list;
	lex_next_from(lex, end);
	return 0;
}

static int parse_list(struct parser *p, struct expr *expr, size_t op_at)
{
	struct lexer *lex = &p->lex;
	size_t at = lex->token.offset + 1, end;
	int r = parse_list_name(lex, &expr->list, &expr->shared);

	if (r)
		return r;
	end = lex->end;
	expr->op = OP_IN_LIST;
	if (!op_is_for(OP_IN_LIST, expr->value->type))
		return lex_error(lex, op_at, end - op_at, "expr.type",
				 "lists hold addresses or names, and this is %s: write a set, "
				 "in {...}",
				 field_type_name(expr->value->type));
	return parse_list_check(p, expr, expr->value->type, at - 1, end);
}

int parse_right(struct parser *p, struct expr *expr, size_t op_at)
{
	if (expr->op == OP_IN && at_char(&p->lex, '$'))
		return parse_list(p, expr, op_at);
	if (expr->op == OP_IN)
		return parse_set(p, expr);
	return read_literal(p, expr);
}
