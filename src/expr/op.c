/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "expr/op.h"

#include <string.h>
#include <strings.h>

#define INT   (1 << FIELD_INT)
#define IP    (1 << FIELD_IP)
#define BYTES (1 << FIELD_BYTES)
#define REGEX 1

#define BYTES_OPS                                                                                  \
	"eq, ne, lt, le, gt, ge, in {...}, in $list, contains, wildcard and strict wildcard"

/* In this order: a sign goes before those that are its beginning. */
static const struct op {
	const char *word, *sign;
	enum expr_op op;
	unsigned types, regex;
} ops[] = {
	{"eq", "==", OP_EQ, INT | IP | BYTES, 0},
	{"ne", "!=", OP_NE, INT | IP | BYTES, 0},
	{"ge", ">=", OP_GE, INT | IP | BYTES, 0},
	{"le", "<=", OP_LE, INT | IP | BYTES, 0},
	{"gt", ">", OP_GT, INT | IP | BYTES, 0},
	{"lt", "<", OP_LT, INT | IP | BYTES, 0},
	{"in", NULL, OP_IN, INT | IP | BYTES, 0},
	{"in", NULL, OP_IN_LIST, IP | BYTES, 0},
	{"bitwise_and", "&", OP_BITS, INT, 0},
	{"contains", NULL, OP_CONTAINS, BYTES, 0},
	{"wildcard", NULL, OP_WILDCARD, BYTES, 0},
	{"strict wildcard", NULL, OP_STRICT_WILDCARD, BYTES, 0},
	{"matches", "~", OP_CONTAINS, BYTES, REGEX},
};

static const struct {
	const char *word, *sign;
	enum expr_kind kind;
} logical[] = {
	{"or", "||", EXPR_OR},
	{"xor", "^^", EXPR_XOR},
	{"and", "&&", EXPR_AND},
};

/* `strict` and `wildcard` are two words; what is between them is any white space. */
static size_t strict_end(const struct lexer *lex)
{
	struct lexer ahead = *lex;

	if (!lex_is_word(lex, "strict"))
		return 0;
	lex_next(&ahead);
	return lex_is_word(&ahead, "wildcard") ? ahead.token.offset + ahead.token.length : 0;
}

static size_t op_end(const struct lexer *lex, const struct op *op)
{
	size_t at = lex->token.offset;

	if (op->op == OP_STRICT_WILDCARD)
		return strict_end(lex);
	if (lex_is_word(lex, op->word))
		return at + lex->token.length;
	return op->sign && lex_starts(lex, at, op->sign) ? at + strlen(op->sign) : 0;
}

size_t op_read(const struct lexer *lex, enum expr_op *ret, bool *ret_regex)
{
	size_t end;

	for (size_t i = 0; i < ARRAY_SIZE(ops); i++) {
		end = op_end(lex, &ops[i]);
		if (!end)
			continue;
		*ret = ops[i].op;
		*ret_regex = ops[i].regex;
		return end;
	}
	return 0;
}

const char *op_text(enum expr_op op)
{
	for (size_t i = 0; i < ARRAY_SIZE(ops); i++)
		if (ops[i].op == op)
			return ops[i].sign ? ops[i].sign : ops[i].word;
	return "";
}

bool op_is_for(enum expr_op op, enum field_type type)
{
	for (size_t i = 0; i < ARRAY_SIZE(ops); i++)
		if (ops[i].op == op)
			return ops[i].types & 1u << type;
	return false;
}

const char *op_list(enum field_type type)
{
	static const char *const lists[] = {
		[FIELD_BOOL] = "none",
		[FIELD_INT] = "eq, ne, lt, le, gt, ge, in {...} and &",
		[FIELD_IP] = "eq, ne, lt, le, gt, ge, in {...} and in $list",
		[FIELD_BYTES] = BYTES_OPS,
	};

	return lists[type];
}

static bool is(const char *word, size_t len, const char *known)
{
	return strlen(known) == len && !strncasecmp(word, known, len);
}

bool op_is_word(const char *word, size_t len)
{
	for (size_t i = 0; i < ARRAY_SIZE(ops); i++)
		if (is(word, len, ops[i].word))
			return true;
	for (size_t i = 0; i < ARRAY_SIZE(logical); i++)
		if (is(word, len, logical[i].word))
			return true;
	return is(word, len, "not") || is(word, len, "strict");
}

bool op_read_logical(const struct lexer *lex, enum expr_kind *ret, size_t *ret_end)
{
	for (size_t i = 0; i < ARRAY_SIZE(logical); i++) {
		if (!lex_is_word(lex, logical[i].word) &&
		    !lex_starts(lex, lex->token.offset, logical[i].sign))
			continue;
		*ret = logical[i].kind;
		*ret_end = lex->token.offset + (lex->token.kind == TOKEN_WORD
							? lex->token.length
							: strlen(logical[i].sign));
		return true;
	}
	return false;
}
