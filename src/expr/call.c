/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "expr/call.h"
#include "base/nearest.h"
#include "expr/argument.h"
#include "expr/parser.h"
#include "model/param.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

/* What may be written for it. The words of an enumeration are said by wrong_word(). */
static const char *type_help(enum param_type type)
{
	static const char *const help[] = {
		[PARAM_INT] = "a number",
		[PARAM_BOOL] = "true or false",
		[PARAM_BYTES] = "bytes, such as \"text\" or 75:64:70",
		[PARAM_ENUM] = "a word in quotes",
		[PARAM_DURATION] = "a time, such as 500ms or 10s",
		[PARAM_RATE] = "a rate, such as 100/second",
		[PARAM_ADDRESS] = "an address, such as 192.0.2.1",
		[PARAM_PREFIX] = "an address with its bits, such as 192.0.2.0/24",
	};

	return help[type];
}

static int unknown_param(struct lexer *lex, const struct matcher *matcher, const char *name)
{
	struct nearest nearest = NEAREST_INIT(name);
	cleanup_buf struct buf all = {};

	for (size_t i = 0; i < matcher->pub.n_params; i++) {
		nearest_try(&nearest, matcher->params[i].pub.name);
		if (buf_printf(&all, "%s%s", i ? ", " : "", matcher->params[i].pub.name))
			return err_nomem(lex->err);
	}
	if (nearest.best)
		return lex_error(lex, lex->token.offset, lex->token.length, "expr.type",
				 "%s has no parameter '%s': did you mean '%s'?", matcher->pub.name,
				 name, nearest.best);
	if (!all.len)
		return lex_error(lex, lex->token.offset, lex->token.length, "expr.type",
				 "%s takes no parameters: write it without parentheses",
				 matcher->pub.name);
	return lex_error(lex, lex->token.offset, lex->token.length, "expr.type",
			 "%s has no parameter '%s': it has %s", matcher->pub.name, name, all.data);
}

static int find_param(struct lexer *lex, const struct matcher *matcher, size_t *ret)
{
	cleanup_free char *name = strndup(lex->text + lex->token.offset, lex->token.length);

	if (!name)
		return err_nomem(lex->err);
	for (*ret = 0; *ret < matcher->pub.n_params; ++*ret)
		if (!strcmp(matcher->params[*ret].pub.name, name))
			return 0;
	return unknown_param(lex, matcher, name);
}

static int wrong_type(struct lexer *lex, const struct param *param, const struct argument *value)
{
	cleanup_free char *found = lex_quote(lex, value->offset, value->length);

	return lex_error(lex, value->offset, value->length, "expr.type",
			 "%s is %s: expected %s, found %s", param->pub.name, param->pub.type,
			 type_help(param->type), found ? found : "another type");
}

static bool fits(const struct param *param, const struct argument *value)
{
	static const enum argument_kind kinds[] = {
		[PARAM_INT] = ARGUMENT_INT,           [PARAM_BOOL] = ARGUMENT_BOOL,
		[PARAM_BYTES] = ARGUMENT_BYTES,       [PARAM_ENUM] = ARGUMENT_BYTES,
		[PARAM_DURATION] = ARGUMENT_DURATION, [PARAM_RATE] = ARGUMENT_RATE,
		[PARAM_ADDRESS] = ARGUMENT_ADDRESS,   [PARAM_PREFIX] = ARGUMENT_ADDRESS,
	};

	if (kinds[param->type] != value->kind)
		return false;
	return param->type != PARAM_ADDRESS || value->address.prefix == EXPR_NO_PREFIX ||
	       !value->address.first.family;
}

/* The greatest and least value as expressions write it. */
static int print_limit(const struct param *param, uint64_t limit, struct buf *out)
{
	struct param plain = *param;

	plain.offset = 0;
	if (param->type == PARAM_DURATION)
		return param_print(&plain, (const unsigned char *)&limit, out);
	return buf_printf(out, "%" PRIu64, limit);
}

static int out_of_range(struct lexer *lex, const struct param *param, const struct argument *value,
			uint64_t size)
{
	const char *unit = param->type == PARAM_BYTES ? " bytes" : "";
	cleanup_buf struct buf is = {}, min = {}, max = {};

	if (print_limit(param, size, &is) || print_limit(param, param->pub.min, &min) ||
	    print_limit(param, param->pub.max, &max))
		return err_nomem(lex->err);
	return lex_error(lex, value->offset, value->length, "expr.value",
			 "%s is %s%s: expected %s to %s%s", param->pub.name, is.data,
			 *unit ? " bytes long" : "", min.data, max.data, unit);
}

static int check_range(struct lexer *lex, const struct param *param, const struct argument *value)
{
	uint64_t size = param->type == PARAM_BYTES ? value->bytes.len : value->number;

	if (!param_has_range(param) || (size >= param->pub.min && size <= param->pub.max))
		return 0;
	return out_of_range(lex, param, value, size);
}

static int wrong_word(struct lexer *lex, const struct param *param, const struct argument *value)
{
	cleanup_free char *word =
		strndup(value->bytes.len ? value->bytes.data : "", value->bytes.len);
	cleanup_buf struct buf all = {};
	struct nearest nearest;

	if (!word)
		return err_nomem(lex->err);
	nearest = (struct nearest)NEAREST_INIT(word);
	for (size_t i = 0; i < param->pub.n_words; i++) {
		nearest_try(&nearest, param->pub.words[i]);
		if (buf_printf(&all, "%s\"%s\"", i ? ", " : "", param->pub.words[i]))
			return err_nomem(lex->err);
	}
	if (nearest.best)
		return lex_error(lex, value->offset, value->length, "expr.value",
				 "%s is never that: did you mean \"%s\"?", param->pub.name,
				 nearest.best);
	return lex_error(lex, value->offset, value->length, "expr.value",
			 "%s is never that: it is %s", param->pub.name, all.data);
}

static int set_word(struct lexer *lex, const struct param *param, const struct argument *value,
		    unsigned char *params)
{
	uint32_t number;

	if (!param_find_word(param, value->bytes.len ? value->bytes.data : "", value->bytes.len,
			     &number))
		return wrong_word(lex, param, value);
	param_set_number(param, params, number);
	return 0;
}

/* An address where a prefix is wanted is one of all bits. */
static void set_address(const struct param *param, const struct argument *value,
			unsigned char *params)
{
	const struct literal *address = &value->address;
	uint8_t family = address->first.family;
	uint8_t bits = address->prefix != EXPR_NO_PREFIX ? address->prefix : family == 4 ? 32 : 128;

	param_set_address(param, params, family, address->first.bytes, family ? bits : 0);
}

static int set_param(struct lexer *lex, const struct param *param, const struct argument *value,
		     unsigned char *params)
{
	int r;

	if (!fits(param, value))
		return wrong_type(lex, param, value);
	r = check_range(lex, param, value);
	if (r)
		return r;
	switch (param->type) {
	case PARAM_BYTES:
		param_set_bytes(param, params, value->bytes.data, value->bytes.len);
		return 0;
	case PARAM_ENUM: return set_word(lex, param, value, params);
	case PARAM_RATE: param_set_rate(param, params, value->number, value->ns); return 0;
	case PARAM_ADDRESS:
	case PARAM_PREFIX: set_address(param, value, params); return 0;
	default: param_set_number(param, params, value->number); return 0;
	}
}

static int expect_assign(struct lexer *lex, const char *matcher)
{
	cleanup_free char *found = NULL;

	if (lex->token.kind == TOKEN_ASSIGN) {
		lex_next(lex);
		return 0;
	}
	found = lex_quote(lex, lex->token.offset, lex->token.length);
	return lex_error(
		lex, lex->token.offset, lex->token.length, "expr.syntax",
		"expected one '=' after the parameter's name, found %s: write %s(NAME=VALUE)",
		found ? found : "something else", matcher);
}

static int parse_names(struct lexer *lex, struct value *call)
{
	size_t at = lex->token.offset;
	cleanup_free char *found = NULL;

	if (at < lex->len && lex->text[at] == '$')
		return parse_list_name(lex, &call->list, &call->shared);
	found = lex_quote(lex, at, lex->token.length);
	return lex_error(lex, at, lex->token.length, "expr.type",
			 "expected a list of names, $name or $shared.name, found %s",
			 found ? found : "something else");
}

/* NAME=VALUE; given[i] notes that parameter i was. */
static int parse_arg(struct lexer *lex, struct value *call, bool *given)
{
	cleanup_argument struct argument value = {};
	const char *matcher = call->matcher->pub.name;
	size_t i = 0;
	int r;

	if (lex->token.kind != TOKEN_WORD)
		return lex_error(
			lex, lex->token.offset, lex->token.length, "expr.syntax",
			"expected a parameter's name: arguments are named, %s(%s=VALUE)", matcher,
			call->matcher->pub.n_params ? call->matcher->params[0].pub.name : "NAME");
	r = find_param(lex, call->matcher, &i);
	if (r)
		return r;
	if (given[i])
		return lex_error(lex, lex->token.offset, lex->token.length, "expr.syntax",
				 "'%s' is given twice: leave one out",
				 call->matcher->params[i].pub.name);
	given[i] = true;
	lex_next(lex);
	r = expect_assign(lex, matcher);
	if (!r && call->matcher->params[i].type == PARAM_NAMES)
		return parse_names(lex, call);
	if (!r)
		r = argument_parse(lex, call->matcher->params[i].type, &value);
	return r ? r : set_param(lex, &call->matcher->params[i], &value, call->params);
}

static int parse_list(struct lexer *lex, struct value *call, bool *given)
{
	cleanup_free char *found = NULL;
	int r;

	lex_next(lex);
	if (lex->token.kind == TOKEN_CLOSE) {
		lex_next(lex);
		return 0;
	}
	for (;;) {
		r = parse_arg(lex, call, given);
		if (r)
			return r;
		if (lex->token.kind != TOKEN_COMMA)
			break;
		lex_next(lex);
	}
	if (lex->token.kind == TOKEN_CLOSE) {
		lex_next(lex);
		return 0;
	}
	found = lex_quote(lex, lex->token.offset, lex->token.length);
	return lex_error(lex, lex->token.offset, lex->token.length, "expr.syntax",
			 "expected ',' or ')' after the argument, found %s",
			 found ? found : "something else");
}

static int check_required(struct lexer *lex, const struct value *call, const bool *given)
{
	for (size_t i = 0; i < call->matcher->pub.n_params; i++) {
		const struct mfw_param *param = &call->matcher->params[i].pub;

		if (param->default_value || given[i])
			continue;
		return lex_error(lex, call->offset, lex->end - call->offset, "expr.type",
				 "%s needs %s (%s): write %s(%s=...)", call->matcher->pub.name,
				 param->name, param->doc, call->matcher->pub.name, param->name);
	}
	return 0;
}

int call_parse_args(struct lexer *lex, struct value *call)
{
	const struct matcher *matcher = call->matcher;
	cleanup_free bool *given = calloc(matcher->pub.n_params + 1, sizeof(*given));
	int r = 0;

	call->params = malloc(matcher->params_len + 1);
	if (!given || !call->params)
		return err_nomem(lex->err);
	if (matcher->params_len)
		memcpy(call->params, matcher->defaults, matcher->params_len);
	if (lex->token.kind == TOKEN_OPEN)
		r = parse_list(lex, call, given);
	return r ? r : check_required(lex, call, given);
}
