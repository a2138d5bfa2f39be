/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The expression language: text <-> typed tree. Knows no name by itself: a scheme supplies fields
 * and matchers.
 *
 * What an expression means
 * ------------------------
 * A tree answers true or false for a packet. A value (struct value) may be missing for a packet:
 * model/field.h says when a field is, struct value when the result of a function is.
 *
 *   Missing: a comparison on a missing value is false, except OP_NE, which is true. A test
 *   (EXPR_TEST) of a missing Bool is false. EXPR_NOT is plain negation of the answer.
 *
 *   Int: unsigned. Ranges are inclusive. OP_BITS (`&`) is true when value & literal is not 0.
 *
 *   IP: addresses of different families are never equal, and never in order: lt, le, gt, ge are
 *   false, ne is true. Within a family the order is that of the bytes. ::ffff:1.2.3.4 is an IPv6
 *   address. A range has both ends in one family and is inclusive; a CIDR is a range.
 *
 *   Bytes: eq is all bytes and the length. Order is by unsigned byte; a prefix of another comes
 *   before it. OP_CONTAINS: the literal occurs somewhere (an empty one always does).
 *   OP_WILDCARD: the pattern fits the whole value; `*` is any run of bytes, also none and also
 *   newlines, `\*` is a star and `\\` a backslash; ASCII letters of both cases are the same.
 *   OP_STRICT_WILDCARD: the same, but letters' case counts. A backslash before anything else, and
 *   two stars in a row, are refused by the parser. pattern_fits() in expr/pattern.h is this.
 *
 *   OP_IN: the value is in one of the items; an empty set has none. OP_IN_LIST: the address (or the
 *   bytes, exactly) is in the list.
 *
 *   Order of asking cannot be seen, but for matchers that count: those that stand behind an
 *   `and` whose left side is false, or an `or` whose left side is true, are not asked; xor asks
 *   all.
 */
#ifndef EXPR_EXPR_H
#define EXPR_EXPR_H

#include "base/buf.h"
#include "base/err.h"
#include "base/err_list.h"
#include "model/field.h"
#include "model/matcher.h"

/* Longest expression in bytes; deepest nesting of parentheses, `not` and function calls. */
#define EXPR_TEXT_MAX  65536
#define EXPR_DEPTH_MAX 128

/* ---- values ---- */

enum value_kind {
	VALUE_FIELD,       /* field */
	VALUE_MATCHER,     /* Bool: matcher with params */
	VALUE_BIT_SLICE,   /* Int: bits start..end of the header that field names */
	VALUE_LEN,         /* Int: how many bytes `of` has */
	VALUE_LOWER,       /* Bytes: `of` with A..Z as a..z, other bytes as they are */
	VALUE_SUBSTRING,   /* Bytes: bytes start..end of `of` */
	VALUE_STARTS_WITH, /* Bool: `of` begins with text; an empty one always does */
	VALUE_ENDS_WITH,   /* Bool: `of` ends with text */
};

/* The function's result is missing when `of` is; all others are said. */
struct value {
	enum value_kind kind;
	enum field_type type;
	size_t offset, length;     /* where in the source text, bytes */
	const struct field *field; /* FIELD; BIT_SLICE: one of FIELD_OF_HEADER */
	/* MATCHER: params holds matcher->params_len bytes, as the program will see them. */
	const struct matcher *matcher;
	unsigned char *params;
	char *list; /* MATCHER: its PARAM_NAMES, as in struct expr, which has it, too; or NULL */
	bool shared;
	struct value *of; /* LEN, LOWER, SUBSTRING, STARTS_WITH, ENDS_WITH: Bytes */
	struct buf text;  /* STARTS_WITH, ENDS_WITH */
	/*
	 * BIT_SLICE: bits from the header's first one, most significant bit of each byte first, end
	 * exclusive: 0 <= start < end <= start + 32, start <= 2040. The result is the bits as a
	 * number, the first the most significant. Missing when any of them is behind the packet's
	 * end.
	 * SUBSTRING: bytes from 0, end exclusive; negative ones count from the end (-1 is before
	 * the last byte). has_end false: to the end. What lies outside is cut off, so the result
	 * may be empty; it is missing only with `of`. Both within +-EXPR_INDEX_MAX.
	 */
	int32_t start, end;
	bool has_end;
};

#define EXPR_BIT_START_MAX 2040
#define EXPR_BITS_MAX      32
#define EXPR_INDEX_MAX     65535

/* ---- literals ---- */

struct ip {
	uint8_t family; /* 4 or 6 */
	/* Network order; IPv4 in the first 4, the others 0 (as in struct mfw_pkt). */
	uint8_t bytes[16];
};

#define EXPR_NO_PREFIX 255

/* The right side of a comparison, or one item of a set: the members of the value's type hold. */
struct literal {
	size_t offset, length;
	/* INT: low == high when it is one number, as always outside of a set. */
	uint64_t low, high;
	/* IP: the same. prefix: as written with /N, with low and high its ends; or EXPR_NO_PREFIX.
	 */
	struct ip first, last;
	uint8_t prefix;
	struct buf bytes; /* BYTES. Without an end: for wildcards the pattern as written */
};

/* ---- expressions ---- */

enum expr_kind {
	EXPR_CONST,   /* true or false */
	EXPR_NOT,     /* operands[0] */
	EXPR_AND,     /* all of at least two operands; none of them is itself an EXPR_AND */
	EXPR_OR,      /* any; none is an EXPR_OR */
	EXPR_XOR,     /* an odd number of them; none is an EXPR_XOR */
	EXPR_TEST,    /* value, a Bool */
	EXPR_COMPARE, /* value, op, and what it says */
};

/* Which of them a type has: op_is_for() in expr/op.h. */
enum expr_op {
	OP_EQ, /* literals[0], like all up to STRICT_WILDCARD */
	OP_NE,
	OP_LT,
	OP_LE,
	OP_GT,
	OP_GE,
	OP_BITS,
	OP_CONTAINS,
	OP_WILDCARD,
	OP_STRICT_WILDCARD,
	OP_IN,      /* any of n_literals literals; 0: none, so always false */
	OP_IN_LIST, /* list, shared; folded, of a node's field: literals[0] is what it says */
};

struct expr {
	enum expr_kind kind;
	size_t offset, length; /* where in the source text, bytes; parentheses around it left out */
	bool constant;         /* CONST */
	struct expr **operands; /* NOT, AND, OR, XOR */
	size_t n_operands;
	struct value *value; /* TEST, COMPARE */
	enum expr_op op;     /* COMPARE, like all below */
	struct literal *literals;
	size_t n_literals;
	char *list;  /* without $ and `shared.`; also TEST, when its value has one */
	bool shared; /* everybody's list rather than the customer's own */
};

/* ---- scheme ---- */

/* Where the names in an expression come from. Any function may be NULL: then there are none. */
struct scheme {
	void *ctx;
	/* The field of that name, which outlives the tree, or NULL. Fields go before matchers. */
	const struct field *(*field)(void *ctx, const char *name);
	/*
	 * The matcher of that name, which outlives the tree; NULL with *err untouched when there
	 * is none, with *err set when there is one that cannot be used.
	 */
	const struct matcher *(*matcher)(void *ctx, const char *name, struct mfw_err **err);
	/* The known name nearest to a wrong one, or NULL. */
	const char *(*nearest)(void *ctx, const char *name);
	/* What others call so: known names, as prose, or NULL. NULL: nothing is known of others. */
	const char *(*meant)(void *ctx, const char *name);
	/*
	 * Whether a value of that type may be asked for in that list: 0, or an error (kind list.*)
	 * whose place expr sets; or 1 with *err, which is a warning. NULL: every list is fine.
	 */
	int (*list)(void *ctx, const char *name, bool shared, enum field_type type,
		    struct mfw_err **err);
	/* The text of a FIELD_OF_NODE: NULL when the node has none. See expr_fold(). */
	const char *(*node)(void *ctx, const struct field *field);
};

/* ---- text to tree and back ---- */

/* What expr_check() has to say; each has its place. At most EXPR_REPORT_MAX of each. */
struct expr_report {
	struct err_list errors; /* in the order of the text */
	struct err_list
		warnings; /* kinds expr.octal, .protocol, .always, .never, .overlap, .missing */
};

#define EXPR_REPORT_MAX 32

/*
 * Parses and checks. Errors (with the place in text): expr.syntax, expr.type, expr.value,
 * expr.too_long, expr.too_deep, expr.unsupported, expr.unknown and matcher.unknown (a name: with a
 * dot and without), matcher.broken, list.*.
 * The first error is given.
 */
int expr_parse(const char *text, const struct scheme *scheme, struct expr **ret,
	       struct mfw_err **err);
/*
 * The same with all errors that can be told apart, and warnings. Returns 0 with *ret, or -errno of
 * the first error, *ret untouched. report is {} before, and ends by expr_report_clear().
 */
int expr_check(const char *text, const struct scheme *scheme, struct expr **ret,
	       struct expr_report *report);
void expr_report_clear(struct expr_report *report);

/* The canonical text: expr_parse() of it gives an equal tree. 0 or -ENOMEM. */
int expr_print(const struct expr *expr, struct buf *out);
/* The same of a part. */
int value_print(const struct value *value, struct buf *out);
/* The same tree, places apart. */
bool expr_equal(const struct expr *a, const struct expr *b);
void expr_free(struct expr *expr);

/*
 * Replaces *expr by a simpler one of the same meaning: node constants become true or false (asked
 * of a list, what is asked), always and never true comparisons too; constants under not, and, or,
 * xor go away, but for matchers that would no longer be asked: those stay. Without scheme->node,
 * node fields stay. 0 or -ENOMEM.
 */
int expr_fold(struct expr **expr, const struct scheme *scheme);

DEFINE_CLEANUP(expr_cleanup, struct expr *, expr_free)
#define cleanup_expr        cleanup(expr_cleanup_p)
#define cleanup_expr_report cleanup(expr_report_clear)

#endif
