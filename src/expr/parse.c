/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 *	expression = unary
 *	unary      = ("not" | "!") unary | primary
 *	primary    = "(" expression ")" | "true" | "false" | call
 *	call       = word ["(" [word "=" literal {"," word "=" literal}] ")"]
 */
#include "base/nearest.h"
#include "expr/call.h"
#include "expr/expr.h"
#include "expr/lex.h"
#include "expr/tree.h"

#include <errno.h>
#include <string.h>

struct parser {
	struct lexer lex;
	const struct scheme *scheme;
	unsigned depth;
};

static int parse_unary(struct parser *p, struct expr **ret);

static int error_here(struct parser *p, const char *kind, const char *what)
{
	struct token at = p->lex.token;
	cleanup_free char *found = lex_quote(&p->lex, at.offset, at.length);

	return lex_error(&p->lex, at.offset, at.length, kind, "%s, found %s", what,
			 found ? found : "something else");
}

static bool is_one_of(const char *word, const char *const *words, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!strcmp(word, words[i]))
			return true;
	return false;
}

/* Words that look at the packet by themselves. A matcher of that name goes first. */
static bool is_field(const char *word)
{
	static const char *const words[] = {"ip",        "tcp",   "udp",         "icmp",
					    "bit_slice", "lower", "starts_with", "ends_with",
					    "substring", "len"};

	return strchr(word, '.') || is_one_of(word, words, ARRAY_SIZE(words));
}

static bool is_operator(const char *word)
{
	static const char *const words[] = {
		"and", "or", "xor",      "in",       "eq",     "ne",      "lt",         "le",
		"gt",  "ge", "contains", "wildcard", "strict", "matches", "bitwise_and"};

	return is_one_of(word, words, ARRAY_SIZE(words));
}

static const char *suggestion(struct parser *p, const char *word)
{
	struct nearest nearest = NEAREST_INIT(word);
	const char *known = p->scheme->nearest ? p->scheme->nearest(p->scheme->ctx, word) : NULL;

	if (known)
		nearest_try(&nearest, known);
	nearest_try(&nearest, "true");
	nearest_try(&nearest, "false");
	nearest_try(&nearest, "not");
	return nearest.best ? nearest.best : known;
}

static bool is_known(struct parser *p, const char *word)
{
	cleanup_err struct mfw_err *broken = NULL;

	return !strcmp(word, "true") || !strcmp(word, "false") ||
	       p->scheme->matcher(p->scheme->ctx, word, &broken) || broken;
}

static int unknown_word(struct parser *p, const char *word)
{
	size_t at = p->lex.token.offset, len = p->lex.token.length;
	const char *near;

	if (is_operator(word))
		return lex_error(&p->lex, at, len, "expr.syntax",
				 "expected true, false, not, '(' or a matcher before '%s'", word);
	if (is_field(word))
		return lex_error(
			&p->lex, at, len, "expr.syntax",
			"'%s' is no matcher, and this version compares no packet fields: an "
			"expression is true, false or a matcher, with 'not' before it at will",
			word);
	if (!strncmp(word, "not", 3) && is_known(p, word + 3))
		return lex_error(&p->lex, at, len, "matcher.unknown",
				 "there is no matcher '%s': did you mean 'not %s'?", word,
				 word + 3);
	near = suggestion(p, word);
	if (near)
		return lex_error(&p->lex, at, len, "matcher.unknown",
				 "there is no matcher '%s': did you mean '%s'?", word, near);
	return lex_error(&p->lex, at, len, "matcher.unknown",
			 "there is no matcher '%s': `mfwctl matcher list` shows those there are",
			 word);
}

static int find_matcher(struct parser *p, const struct matcher **ret)
{
	size_t at = p->lex.token.offset, len = p->lex.token.length;
	cleanup_free char *word = strndup(p->lex.text + at, len);
	cleanup_err struct mfw_err *broken = NULL;

	if (!word)
		return err_nomem(p->lex.err);
	*ret = p->scheme->matcher(p->scheme->ctx, word, &broken);
	if (*ret)
		return 0;
	if (!broken)
		return unknown_word(p, word);
	if (!p->lex.err)
		return -mfw_err_code(broken);
	mfw_err_free(*p->lex.err);
	*p->lex.err = steal_ptr(broken);
	return err_at_offset(p->lex.err, p->lex.text, at, len);
}

static struct expr *new_node(struct parser *p, enum expr_kind kind)
{
	struct expr *expr = expr_new(kind, p->lex.token.offset);

	if (!expr)
		err_nomem(p->lex.err);
	return expr;
}

static int parse_const(struct parser *p, struct expr **ret)
{
	struct expr *expr = new_node(p, EXPR_CONST);

	if (!expr)
		return -ENOMEM;
	expr->constant = lex_is_word(&p->lex, "true");
	lex_next(&p->lex);
	expr->length = p->lex.end - expr->offset;
	*ret = expr;
	return 0;
}

static int parse_call(struct parser *p, struct expr **ret)
{
	cleanup_expr struct expr *test = new_node(p, EXPR_TEST);
	struct value *call = calloc(1, sizeof(*call));
	int r;

	if (!test || !call)
		return err_nomem(p->lex.err);
	test->value = call;
	call->kind = VALUE_MATCHER;
	call->offset = test->offset;
	r = find_matcher(p, &call->matcher);
	if (r)
		return r;
	lex_next(&p->lex);
	r = call_parse_args(&p->lex, call);
	if (r)
		return r;
	test->length = call->length = p->lex.end - call->offset;
	*ret = steal_ptr(test);
	return 0;
}

static int parse_group(struct parser *p, struct expr **ret)
{
	cleanup_expr struct expr *inner = NULL;
	int r;

	lex_next(&p->lex);
	r = parse_unary(p, &inner);
	if (r)
		return r;
	if (p->lex.token.kind != TOKEN_CLOSE)
		return error_here(p, "expr.syntax", "expected ')'");
	lex_next(&p->lex);
	*ret = steal_ptr(inner);
	return 0;
}

static int parse_primary(struct parser *p, struct expr **ret)
{
	if (p->lex.token.kind == TOKEN_OPEN)
		return parse_group(p, ret);
	if (lex_is_word(&p->lex, "true") || lex_is_word(&p->lex, "false"))
		return parse_const(p, ret);
	if (p->lex.token.kind == TOKEN_WORD)
		return parse_call(p, ret);
	return error_here(p, "expr.syntax", "expected true, false, not, '(' or a matcher");
}

static int parse_not(struct parser *p, struct expr **ret)
{
	cleanup_expr struct expr *expr = new_node(p, EXPR_NOT);
	struct expr *operand = NULL;
	int r;

	if (!expr)
		return -ENOMEM;
	lex_next(&p->lex);
	r = parse_unary(p, &operand);
	if (!r && expr_add_operand(expr, operand))
		r = err_nomem(p->lex.err);
	if (r)
		return r;
	expr->length = p->lex.end - expr->offset;
	*ret = steal_ptr(expr);
	return 0;
}

static int parse_unary(struct parser *p, struct expr **ret)
{
	bool negated = p->lex.token.kind == TOKEN_BANG || lex_is_word(&p->lex, "not");
	int r;

	if (!negated && p->lex.token.kind != TOKEN_OPEN)
		return parse_primary(p, ret);
	if (p->depth == EXPR_DEPTH_MAX)
		return lex_error(&p->lex, p->lex.token.offset, p->lex.token.length, "expr.too_deep",
				 "nested too deep: at most %d levels of 'not' and parentheses",
				 EXPR_DEPTH_MAX);
	p->depth++;
	r = negated ? parse_not(p, ret) : parse_group(p, ret);
	p->depth--;
	return r;
}

/* What stands behind a whole expression: the place is all of it, as the rest cannot be trusted. */
static int error_rest(struct parser *p)
{
	struct token at = p->lex.token;
	cleanup_free char *word = strndup(p->lex.text + at.offset, at.length);
	cleanup_free char *found = lex_quote(&p->lex, at.offset, p->lex.len - at.offset);
	size_t from = p->lex.end;
	const char *help = "; expected the end";

	if (!word || !found)
		return err_nomem(p->lex.err);
	if (is_operator(word) || strchr("&|^=!<>~", *word))
		help = ": this version has no operators but 'not'; put other conditions into rules "
		       "of their own";
	return lex_error(&p->lex, from, p->lex.len - from, "expr.syntax",
			 "cannot go on with %s after the expression%s", found, help);
}

int expr_parse(const char *text, const struct scheme *scheme, struct expr **ret,
	       struct mfw_err **err)
{
	cleanup_expr struct expr *expr = NULL;
	struct parser p = {.scheme = scheme};
	size_t len = strnlen(text, EXPR_TEXT_MAX + 1);
	int r;

	lex_init(&p.lex, text, len, err);
	if (len > EXPR_TEXT_MAX)
		return lex_error(
			&p.lex, EXPR_TEXT_MAX, 1, "expr.too_long",
			"the expression is longer than %d bytes: put large sets into lists",
			EXPR_TEXT_MAX);
	r = parse_unary(&p, &expr);
	if (r)
		return r;
	if (p.lex.token.kind != TOKEN_END)
		return error_rest(&p);
	*ret = steal_ptr(expr);
	return 0;
}
