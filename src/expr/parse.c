/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 *	expression = xors {("or" | "||") xors}
 *	xors       = ands {("xor" | "^^") ands}
 *	ands       = unary {("and" | "&&") unary}
 *	unary      = ("not" | "!") unary | "(" expression ")" | "true" | "false" | comparison
 */
#include "expr/lint.h"
#include "expr/op.h"
#include "expr/parser.h"

#include <errno.h>
#include <string.h>

/* From the loosest. */
static const enum expr_kind levels[] = {EXPR_OR, EXPR_XOR, EXPR_AND};

static int parse_unary(struct parser *p, struct expr **ret);

int parser_enter(struct parser *p)
{
	if (p->depth < EXPR_DEPTH_MAX) {
		p->depth++;
		return 0;
	}
	return lex_error(&p->lex, p->lex.token.offset, p->lex.len, "expr.too_deep",
			 "nested too deep: at most %d levels of parentheses, 'not' and functions",
			 EXPR_DEPTH_MAX);
}

/* Adds operand; the operands of one of the same kind instead of itself. */
static int add_operand(struct parser *p, struct expr *expr, struct expr *operand)
{
	if (operand->kind != expr->kind)
		return expr_add_operand(expr, operand) ? err_nomem(p->lex.err) : 0;
	for (size_t i = 0; i < operand->n_operands; i++) {
		struct expr *one = steal_ptr(operand->operands[i]);

		if (expr_add_operand(expr, one)) {
			expr_free(operand);
			return err_nomem(p->lex.err);
		}
	}
	expr_free(operand);
	return 0;
}

/* Makes *expr a node of that kind if it is none that is being filled, and adds operand. */
static int combine(struct parser *p, struct expr **expr, enum expr_kind kind, size_t at,
		   struct expr *operand)
{
	cleanup_expr struct expr *second = operand;
	struct expr *first;

	if ((*expr)->kind != kind || (*expr)->length) {
		first = *expr;
		*expr = expr_new(kind, at);
		if (!*expr) {
			*expr = first;
			return err_nomem(p->lex.err);
		}
		if (add_operand(p, *expr, first))
			return -ENOMEM;
	}
	return add_operand(p, *expr, steal_ptr(second));
}

static int parse_level(struct parser *p, unsigned level, struct expr **ret)
{
	cleanup_expr struct expr *expr = NULL;
	size_t at = p->lex.token.offset, end;
	struct expr *operand = NULL;
	enum expr_kind kind;
	int r;

	if (level == ARRAY_SIZE(levels))
		return parse_unary(p, ret);
	r = parse_level(p, level + 1, &expr);
	while (!r && op_read_logical(&p->lex, &kind, &end) && kind == levels[level]) {
		lex_next_from(&p->lex, end);
		r = parse_level(p, level + 1, &operand);
		r = r ? r : combine(p, &expr, kind, at, operand);
	}
	if (r)
		return r;
	if (!expr->length)
		expr->length = p->lex.end - at;
	*ret = steal_ptr(expr);
	return 0;
}

static int parse_const(struct parser *p, struct expr **ret)
{
	struct expr *expr = expr_new(EXPR_CONST, p->lex.token.offset);

	if (!expr)
		return err_nomem(p->lex.err);
	expr->constant = lex_is_word(&p->lex, "true");
	lex_next(&p->lex);
	expr->length = p->lex.end - expr->offset;
	*ret = expr;
	return 0;
}

static int parse_group(struct parser *p, struct expr **ret)
{
	cleanup_expr struct expr *inner = NULL;
	int r;

	lex_next(&p->lex);
	r = parse_level(p, 0, &inner);
	if (r)
		return r;
	if (p->lex.token.kind != TOKEN_CLOSE)
		return unexpected(p, p->lex.token.offset, "')'", true);
	lex_next(&p->lex);
	*ret = steal_ptr(inner);
	return 0;
}

static int parse_not(struct parser *p, struct expr **ret)
{
	cleanup_expr struct expr *expr = expr_new(EXPR_NOT, p->lex.token.offset);
	struct expr *operand = NULL;
	int r;

	if (!expr)
		return err_nomem(p->lex.err);
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

/* ---- several errors in one go ---- */

/* Steps behind the string, set or parentheses that begin at `at`, or over one byte or word. */
static size_t skip(const struct lexer *lex, size_t at)
{
	const char *text = lex->text;

	if (text[at] == '"') {
		for (at++; at < lex->len && text[at] != '"'; at++)
			at += text[at] == '\\';
		return at + 1;
	}
	if (!lex_is_word_char(text[at]))
		return at + 1;
	while (at < lex->len && (lex_is_word_char(text[at]) || text[at] == '.'))
		at++;
	return at;
}

/* To the operator, the ')' or the end behind the comparison that begins at `at`. */
static void resume(struct parser *p, size_t at)
{
	struct lexer *lex = &p->lex;
	unsigned depth = 0;
	enum expr_kind kind;
	size_t end;

	for (lex_next_from(lex, at); lex->token.kind != TOKEN_END;
	     lex_next_from(lex, skip(lex, lex->token.offset))) {
		char c = lex->text[lex->token.offset];

		if (!depth && (c == ')' || op_read_logical(lex, &kind, &end)))
			break;
		depth += c == '(' || c == '{';
		depth -= depth && (c == ')' || c == '}');
	}
	if (lex->token.kind == TOKEN_END)
		lex_next_from(lex, lex->len);
}

/* Whether what stands behind an error can be trusted: its shape is clear, its meaning is not. */
static bool can_resume(struct parser *p)
{
	static const char *const fatal[] = {"expr.syntax", "expr.too_deep", "expr.too_long"};

	if (!p->errors || p->errors->n + 1 >= EXPR_REPORT_MAX || !p->lex.err || !*p->lex.err ||
	    mfw_err_code(*p->lex.err) == ENOMEM)
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(fatal); i++)
		if (!strcmp(mfw_err_kind(*p->lex.err), fatal[i]))
			return false;
	return true;
}

/* A comparison; one with an error is noted, and stepped over as if it were `true`. */
static int parse_or_note(struct parser *p, struct expr **ret)
{
	size_t at = p->lex.token.offset;
	unsigned depth = p->depth;
	int r = parse_comparison(p, ret);

	if (!r || !can_resume(p))
		return r;
	if (err_list_add(p->errors, steal_ptr(*p->lex.err)))
		return err_nomem(p->lex.err);
	p->depth = depth;
	resume(p, at);
	*ret = expr_new(EXPR_CONST, at);
	return *ret ? 0 : err_nomem(p->lex.err);
}

static int parse_unary(struct parser *p, struct expr **ret)
{
	bool negated = p->lex.token.kind == TOKEN_BANG || lex_is_word(&p->lex, "not");
	int r;

	if (lex_is_word(&p->lex, "true") || lex_is_word(&p->lex, "false"))
		return parse_const(p, ret);
	if (!negated && p->lex.token.kind != TOKEN_OPEN)
		return parse_or_note(p, ret);
	r = parser_enter(p);
	if (r)
		return r;
	r = negated ? parse_not(p, ret) : parse_group(p, ret);
	p->depth--;
	return r;
}

static int parse_all(struct parser *p, const char *text, struct expr **ret)
{
	cleanup_expr struct expr *expr = NULL;
	int r;

	if (strnlen(text, EXPR_TEXT_MAX + 1) > EXPR_TEXT_MAX)
		return lex_error(&p->lex, EXPR_TEXT_MAX, 1, "expr.too_long",
				 "the expression is longer than %d bytes: put large sets into "
				 "lists",
				 EXPR_TEXT_MAX);
	r = parse_level(p, 0, &expr);
	if (r)
		return r;
	if (p->lex.token.kind != TOKEN_END)
		return unexpected(p, p->lex.end, "and, or, xor, or the end", true);
	*ret = steal_ptr(expr);
	return 0;
}

int expr_parse(const char *text, const struct scheme *scheme, struct expr **ret,
	       struct mfw_err **err)
{
	struct parser p = {.scheme = scheme};

	lex_init(&p.lex, text, strnlen(text, EXPR_TEXT_MAX + 1), err);
	return parse_all(&p, text, ret);
}

int expr_check(const char *text, const struct scheme *scheme, struct expr **ret,
	       struct expr_report *report)
{
	struct parser p = {.scheme = scheme, .errors = &report->errors};
	cleanup_err struct mfw_err *err = NULL;
	cleanup_expr struct expr *expr = NULL;
	int r;

	lex_init(&p.lex, text, strnlen(text, EXPR_TEXT_MAX + 1), &err);
	p.lex.report = report;
	r = parse_all(&p, text, &expr);
	if (r && err)
		err_list_add(&report->errors, steal_ptr(err));
	if (report->errors.n)
		return -mfw_err_code(report->errors.items[0]);
	r = r ? r : lint(&p.lex, expr);
	if (r)
		return r;
	*ret = steal_ptr(expr);
	return 0;
}

void expr_report_clear(struct expr_report *report)
{
	err_list_clear(&report->errors);
	err_list_clear(&report->warnings);
}
