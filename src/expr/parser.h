/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the parts of the parser share. */
#ifndef EXPR_PARSER_H
#define EXPR_PARSER_H

#include "expr/lex.h"
#include "expr/tree.h"

struct parser {
	struct lexer lex;
	const struct scheme *scheme;
	unsigned depth;
	struct err_list *errors; /* NULL: stop at the first one */
};

/* parse_value.c: a field, a function, a matcher: what can stand on the left. */
int parse_value(struct parser *p, struct value **ret);
/* parse_function.c: whether there is a function of that name; its arguments and what they make. */
bool function_exists(const char *name);
const char *function_nearest(const char *name);
int parse_function(struct parser *p, const char *name, struct value *value);
/* parse_compare.c: a test, or a comparison. */
int parse_comparison(struct parser *p, struct expr **ret);
/* parse_right.c: the right side, with op set, into expr->literals or expr->list. */
int parse_right(struct parser *p, struct expr *expr, size_t op_at);

/* Reads $name or $shared.name, which is the next token, and steps over it. */
int parse_list_name(struct lexer *lex, char **ret, bool *ret_shared);
/* Whether there is such a list, for values of that type; its place is for the error. */
int parse_list_check(struct parser *p, const struct expr *expr, enum field_type type, size_t at,
		     size_t end);

/* The least and the greatest number that an Int may be. */
void value_range(const struct value *value, uint64_t *ret_min, uint64_t *ret_max);

/* One level deeper; an error when that is too deep, whose place is the next token. */
int parser_enter(struct parser *p);

/* unknown.c: the error for a name that nobody knows, which is `length` bytes long at `at`. */
int unknown_name(struct parser *p, const char *name, size_t at, size_t length);
/*
 * The error for what stands in the place of what is expected, from `at` on, with help for what it
 * may be. behind: a whole expression stands before it.
 */
int unexpected(struct parser *p, size_t at, const char *expected, bool behind);

#endif
