/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The language's own functions: a table of them, and their arguments. */
#include "base/nearest.h"
#include "expr/literal.h"
#include "expr/parser.h"

#include <errno.h>
#include <string.h>

enum arg_kind {
	ARG_HEADER, /* ip, tcp, udp, icmp */
	ARG_BYTES,
	ARG_INDEX,
	ARG_TEXT,
};

#define ARGS_MAX 3

static const struct function {
	const char *name;
	enum value_kind kind;
	enum field_type type;
	unsigned required, allowed;
	enum arg_kind args[ARGS_MAX];
	const char *usage;
} functions[] = {
	{"bit_slice",
	 VALUE_BIT_SLICE,
	 FIELD_INT,
	 3,
	 3,
	 {ARG_HEADER, ARG_INDEX, ARG_INDEX},
	 "bit_slice(HEADER, START, END), such as bit_slice(udp, 64, 96)"},
	{"lower", VALUE_LOWER, FIELD_BYTES, 1, 1, {ARG_BYTES}, "lower(BYTES)"},
	{"len", VALUE_LEN, FIELD_INT, 1, 1, {ARG_BYTES}, "len(BYTES)"},
	{"substring",
	 VALUE_SUBSTRING,
	 FIELD_BYTES,
	 2,
	 3,
	 {ARG_BYTES, ARG_INDEX, ARG_INDEX},
	 "substring(BYTES, START) or substring(BYTES, START, END)"},
	{"starts_with",
	 VALUE_STARTS_WITH,
	 FIELD_BOOL,
	 2,
	 2,
	 {ARG_BYTES, ARG_TEXT},
	 "starts_with(BYTES, \"text\")"},
	{"ends_with",
	 VALUE_ENDS_WITH,
	 FIELD_BOOL,
	 2,
	 2,
	 {ARG_BYTES, ARG_TEXT},
	 "ends_with(BYTES, \"text\")"},
};

static const struct function *find(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(functions); i++)
		if (!strcmp(functions[i].name, name))
			return &functions[i];
	return NULL;
}

bool function_exists(const char *name)
{
	return find(name);
}

const char *function_nearest(const char *name)
{
	struct nearest nearest = NEAREST_INIT(name);

	for (size_t i = 0; i < ARRAY_SIZE(functions); i++)
		nearest_try(&nearest, functions[i].name);
	return nearest.best;
}

/* One argument as it was read: one of value, text, number. */
struct arg {
	size_t offset, length;
	struct value *value;
	struct buf text;
	struct number number;
	bool is_number;
};

static void arg_clear(struct arg *arg)
{
	value_free(arg->value);
	buf_clear(&arg->text);
}

static bool is_hex_bytes(const struct lexer *lex, size_t at)
{
	const char *text = lex->text + at;

	return literal_hex_digit(text[0]) >= 0 && literal_hex_digit(text[1]) >= 0 && text[2] == ':';
}

static bool is_number(const char *text)
{
	return (*text >= '0' && *text <= '9') || (*text == '-' && text[1] >= '0' && text[1] <= '9');
}

static bool is_text(const struct lexer *lex, size_t at)
{
	const char *text = lex->text + at;

	return *text == '"' || (*text == 'r' && (text[1] == '"' || text[1] == '#')) ||
	       is_hex_bytes(lex, at);
}

static int read_arg(struct parser *p, struct arg *arg)
{
	struct lexer *lex = &p->lex;
	size_t end = 0;
	int r;

	arg->offset = lex->token.offset;
	if (is_text(lex, arg->offset)) {
		r = literal_bytes(lex, arg->offset, false, &arg->text, &end);
	} else if (is_number(lex->text + arg->offset)) {
		arg->is_number = true;
		r = literal_number(lex, arg->offset, &arg->number, &end);
		r = r ? r : literal_check_end(lex, end);
	} else {
		r = parse_value(p, &arg->value);
		end = lex->end;
	}
	if (r)
		return r;
	arg->length = end - arg->offset;
	lex_next_from(lex, end);
	return 0;
}

static bool fits(enum arg_kind kind, const struct arg *arg)
{
	const struct value *value = arg->value;

	switch (kind) {
	case ARG_HEADER:
		return value && value->kind == VALUE_FIELD && value->field->kind == FIELD_OF_HEADER;
	case ARG_BYTES: return value && value->type == FIELD_BYTES;
	case ARG_INDEX: return arg->is_number;
	default: return !value && !arg->is_number;
	}
}

static int wrong_kind(struct parser *p, const struct function *f, unsigned i, const struct arg *arg)
{
	static const char *const expected[] = {
		[ARG_HEADER] = "a header (ip, tcp, udp, icmp)",
		[ARG_BYTES] = "a field of type Bytes",
		[ARG_INDEX] = "a number",
		[ARG_TEXT] = "text in quotes, or bytes as 75:64:70",
	};
	const char *found = arg->is_number ? "a number"
			    : arg->value   ? field_type_name(arg->value->type)
					   : "text";

	if (arg->value && arg->value->type == FIELD_BYTES)
		found = "another value";
	return lex_error(&p->lex, arg->offset, arg->length, "expr.type",
			 "argument %u of %s is %s, not %s: write %s", i + 1, f->name,
			 expected[f->args[i]], found, f->usage);
}

/* ---- numbers ---- */

static int bad_slice(struct parser *p, const struct arg *arg, const char *why)
{
	return lex_error(&p->lex, arg->offset, arg->length, "expr.value",
			 "bit_slice: %s; it takes bits START to END (not included), at most %d of "
			 "them, START at most %d",
			 why, EXPR_BITS_MAX, EXPR_BIT_START_MAX);
}

static int check_start(struct parser *p, const struct arg *start)
{
	if (start->number.negative)
		return bad_slice(p, start, "bits are counted from 0");
	if (start->number.magnitude > EXPR_BIT_START_MAX)
		return bad_slice(p, start, "the start is too far behind the header's begin");
	return 0;
}

static int check_end(struct parser *p, const struct arg *start, const struct arg *end)
{
	if (end->number.negative || end->number.magnitude <= start->number.magnitude)
		return bad_slice(p, end, "the end is not behind the start");
	if (end->number.magnitude - start->number.magnitude > EXPR_BITS_MAX)
		return bad_slice(p, end, "that is too many bits");
	return 0;
}

static int check_index(struct parser *p, const struct arg *arg)
{
	if (arg->number.magnitude <= EXPR_INDEX_MAX)
		return 0;
	return lex_error(&p->lex, arg->offset, arg->length, "expr.value",
			 "substring: positions are -%d to %d, in bytes, negative ones from the end",
			 EXPR_INDEX_MAX, EXPR_INDEX_MAX);
}

static int32_t index_of(const struct arg *arg)
{
	return arg->number.negative ? -(int32_t)arg->number.magnitude
				    : (int32_t)arg->number.magnitude;
}

/* ---- arguments ---- */

static int take_number(struct parser *p, unsigned i, struct arg *args, struct value *value)
{
	int r;

	if (value->kind == VALUE_SUBSTRING)
		r = check_index(p, &args[i]);
	else
		r = i == 1 ? check_start(p, &args[1]) : check_end(p, &args[1], &args[2]);
	if (r)
		return r;
	if (i == 1)
		value->start = index_of(&args[1]);
	else
		value->end = index_of(&args[2]);
	value->has_end = i == 2;
	return 0;
}

/* Moves what the argument holds into the value. */
static int take(struct parser *p, const struct function *f, unsigned i, struct arg *args,
		struct value *value)
{
	if (!fits(f->args[i], &args[i]))
		return wrong_kind(p, f, i, &args[i]);
	switch (f->args[i]) {
	case ARG_HEADER: value->field = args[i].value->field; return 0;
	case ARG_BYTES: value->of = steal_ptr(args[i].value); return 0;
	case ARG_TEXT:
		value->text = args[i].text;
		args[i].text = (struct buf){};
		return 0;
	default: return take_number(p, i, args, value);
	}
}

static int wrong_count(struct parser *p, const struct function *f)
{
	return lex_error_rest(&p->lex, p->lex.token.offset, "%s takes %u%s argument%s: write %s",
			      f->name, f->required, f->allowed > f->required ? " or 3" : "",
			      f->allowed > 1 ? "s" : "", f->usage);
}

static int parse_args(struct parser *p, const struct function *f, struct arg *args,
		      struct value *value)
{
	struct lexer *lex = &p->lex;
	unsigned n = 0;
	int r;

	while (lex->token.kind != TOKEN_CLOSE && lex->token.kind != TOKEN_END) {
		if (n && lex->token.kind != TOKEN_COMMA)
			return unexpected(p, lex->token.offset, "',' or ')'", false);
		if (n)
			lex_next(lex);
		if (n == f->allowed)
			return wrong_count(p, f);
		r = read_arg(p, &args[n]);
		r = r ? r : take(p, f, n, args, value);
		if (r)
			return r;
		n++;
	}
	if (n < f->required)
		return wrong_count(p, f);
	if (lex->token.kind == TOKEN_END)
		return lex_error_rest(lex, lex->token.offset,
				      "expected ')' after the arguments of %s, found the end",
				      f->name);
	lex_next(lex);
	return 0;
}

int parse_function(struct parser *p, const char *name, struct value *value)
{
	const struct function *f = find(name);
	struct arg args[ARGS_MAX] = {};
	int r;

	value->kind = f->kind;
	value->type = f->type;
	if (p->lex.token.kind != TOKEN_OPEN)
		return lex_error_rest(&p->lex, p->lex.token.offset,
				      "expected '(' after the function's name: write %s", f->usage);
	r = parser_enter(p);
	if (r)
		return r;
	lex_next(&p->lex);
	r = parse_args(p, f, args, value);
	p->depth--;
	for (size_t i = 0; i < ARGS_MAX; i++)
		arg_clear(&args[i]);
	return r;
}
