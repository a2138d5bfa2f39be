/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The expression language: text <-> typed tree. Knows no matcher by itself: a scheme supplies them.
 */
#ifndef EXPR_EXPR_H
#define EXPR_EXPR_H

#include "base/buf.h"
#include "base/err.h"
#include "model/matcher.h"

/* Longest expression in bytes, deepest nesting. */
#define EXPR_TEXT_MAX  65536
#define EXPR_DEPTH_MAX 128

enum expr_kind {
	EXPR_CONST, /* true or false */
	EXPR_NOT,
	EXPR_CALL, /* a matcher */
};

struct expr {
	enum expr_kind kind;
	size_t offset, length; /* where in the source text, bytes */
	bool value;            /* EXPR_CONST */
	struct expr *operand;  /* EXPR_NOT */
	/* EXPR_CALL: params holds matcher->params_len bytes, as the program will see them. */
	const struct matcher *matcher;
	unsigned char *params;
};

/* Where the names in an expression come from. */
struct scheme {
	void *ctx;
	/*
	 * The matcher of that name, which outlives the tree; NULL with *err untouched when there
	 * is none, with *err set when there is one that cannot be used.
	 */
	const struct matcher *(*matcher)(void *ctx, const char *name, struct mfw_err **err);
	/* The known name nearest to a wrong one, or NULL. */
	const char *(*nearest)(void *ctx, const char *name);
};

/*
 * Parses and checks. Errors (with the place in text): expr.syntax, expr.type, expr.value,
 * expr.too_long, expr.too_deep, matcher.unknown, matcher.broken.
 */
int expr_parse(const char *text, const struct scheme *scheme, struct expr **ret,
	       struct mfw_err **err);
/* The canonical text: expr_parse() of it gives an equal tree. 0 or -ENOMEM. */
int expr_print(const struct expr *expr, struct buf *out);
void expr_free(struct expr *expr);

DEFINE_CLEANUP(expr_cleanup, struct expr *, expr_free)
#define cleanup_expr cleanup(expr_cleanup_p)

#endif
