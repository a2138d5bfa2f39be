/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Canonical text: signs where an operator has one, one space where one is needed, parentheses where
 * they are needed, numbers in decimal, arguments in the matcher's order, no defaults.
 */
#include "expr/op.h"
#include "model/param.h"

#include <arpa/inet.h>
#include <errno.h>
#include <inttypes.h>
#include <string.h>

/* ---- values ---- */

static bool is_printed(const struct value *call, const struct param *param)
{
	return !param->pub.default_value ||
	       !param_equal(param, call->params, call->matcher->defaults);
}

static int print_param(const struct value *call, const struct param *param, struct buf *out)
{
	if (param->type != PARAM_NAMES)
		return param_print(param, call->params, out);
	return buf_printf(out, "$%s%s", call->shared ? "shared." : "", call->list);
}

static int print_call(const struct value *call, struct buf *out)
{
	const char *before = "(";

	if (buf_add_str(out, call->matcher->pub.name))
		return -ENOMEM;
	for (size_t i = 0; i < call->matcher->pub.n_params; i++) {
		const struct param *param = &call->matcher->params[i];

		if (param->type == PARAM_NAMES ? !call->list : !is_printed(call, param))
			continue;
		if (buf_printf(out, "%s%s=", before, param->pub.name) ||
		    print_param(call, param, out))
			return -ENOMEM;
		before = ", ";
	}
	return *before == ',' ? buf_add_str(out, ")") : 0;
}

static int print_of(const struct value *value, const char *name, struct buf *out)
{
	if (buf_printf(out, "%s(", name))
		return -ENOMEM;
	return value_print(value->of, out);
}

static int print_edge(const struct value *value, const char *name, struct buf *out)
{
	if (print_of(value, name, out) || buf_add_str(out, ", ") ||
	    buf_add_quoted(out, value->text.data, value->text.len))
		return -ENOMEM;
	return buf_add_str(out, ")");
}

static int print_substring(const struct value *value, struct buf *out)
{
	if (print_of(value, "substring", out) || buf_printf(out, ", %d", value->start))
		return -ENOMEM;
	if (value->has_end && buf_printf(out, ", %d", value->end))
		return -ENOMEM;
	return buf_add_str(out, ")");
}

int value_print(const struct value *value, struct buf *out)
{
	switch (value->kind) {
	case VALUE_FIELD: return buf_add_str(out, value->field->name);
	case VALUE_MATCHER: return print_call(value, out);
	case VALUE_BIT_SLICE:
		return buf_printf(out, "bit_slice(%s, %d, %d)", value->field->name, value->start,
				  value->end);
	case VALUE_LEN: return print_of(value, "len", out) ? -ENOMEM : buf_add_str(out, ")");
	case VALUE_LOWER: return print_of(value, "lower", out) ? -ENOMEM : buf_add_str(out, ")");
	case VALUE_SUBSTRING: return print_substring(value, out);
	case VALUE_STARTS_WITH: return print_edge(value, "starts_with", out);
	case VALUE_ENDS_WITH: return print_edge(value, "ends_with", out);
	}
	return 0;
}

/* ---- literals ---- */

static int print_address(const struct ip *ip, struct buf *out)
{
	char text[INET6_ADDRSTRLEN];

	inet_ntop(ip->family == 4 ? AF_INET : AF_INET6, ip->bytes, text, sizeof(text));
	return buf_add_str(out, text);
}

static int print_ip(const struct literal *literal, struct buf *out)
{
	if (print_address(&literal->first, out))
		return -ENOMEM;
	if (literal->prefix != EXPR_NO_PREFIX)
		return buf_printf(out, "/%u", literal->prefix);
	if (!memcmp(&literal->first, &literal->last, sizeof(literal->last)))
		return 0;
	return buf_add_str(out, "..") ? -ENOMEM : print_address(&literal->last, out);
}

static int print_literal(enum field_type type, const struct literal *literal, struct buf *out)
{
	switch (type) {
	case FIELD_BYTES: return buf_add_quoted(out, literal->bytes.data, literal->bytes.len);
	case FIELD_IP: return print_ip(literal, out);
	default: break;
	}
	if (buf_printf(out, "%" PRIu64, literal->low))
		return -ENOMEM;
	return literal->low == literal->high ? 0 : buf_printf(out, "..%" PRIu64, literal->high);
}

static int print_set(const struct expr *expr, struct buf *out)
{
	if (buf_add_str(out, "{"))
		return -ENOMEM;
	for (size_t i = 0; i < expr->n_literals; i++)
		if ((i && buf_add_str(out, " ")) ||
		    print_literal(expr->value->type, &expr->literals[i], out))
			return -ENOMEM;
	return buf_add_str(out, "}");
}

/* ---- expressions ---- */

static int print_compare(const struct expr *expr, struct buf *out)
{
	if (value_print(expr->value, out) || buf_printf(out, " %s ", op_text(expr->op)))
		return -ENOMEM;
	if (expr->op == OP_IN_LIST)
		return buf_printf(out, "$%s%s", expr->shared ? "shared." : "", expr->list);
	if (expr->op == OP_IN)
		return print_set(expr, out);
	return print_literal(expr->value->type, &expr->literals[0], out);
}

static int print_operand(const struct expr *operand, enum expr_kind parent, struct buf *out)
{
	static const unsigned binds[] = {
		[EXPR_OR] = 1,    [EXPR_XOR] = 2,  [EXPR_AND] = 3,     [EXPR_NOT] = 4,
		[EXPR_CONST] = 5, [EXPR_TEST] = 5, [EXPR_COMPARE] = 5,
	};
	bool group = binds[operand->kind] < binds[parent];

	if (group && buf_add_str(out, "("))
		return -ENOMEM;
	if (expr_print(operand, out))
		return -ENOMEM;
	return group ? buf_add_str(out, ")") : 0;
}

static int print_many(const struct expr *expr, const char *op, struct buf *out)
{
	for (size_t i = 0; i < expr->n_operands; i++)
		if ((i && buf_add_str(out, op)) ||
		    print_operand(expr->operands[i], expr->kind, out))
			return -ENOMEM;
	return 0;
}

int expr_print(const struct expr *expr, struct buf *out)
{
	switch (expr->kind) {
	case EXPR_CONST: return buf_add_str(out, expr->constant ? "true" : "false");
	case EXPR_NOT:
		if (buf_add_str(out, "not "))
			return -ENOMEM;
		return print_operand(expr->operands[0], EXPR_NOT, out);
	case EXPR_AND: return print_many(expr, " and ", out);
	case EXPR_OR: return print_many(expr, " or ", out);
	case EXPR_XOR: return print_many(expr, " xor ", out);
	case EXPR_TEST: return value_print(expr->value, out);
	case EXPR_COMPARE: return print_compare(expr, out);
	}
	return 0;
}
