/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Comparisons of one value that settle an `and` or an `or` together: port == 80 and port == 443,
 * addr != a or addr != b. Where the answers of comparisons change, a literal begins or ends: so to
 * try each of those, and the value missing, is to try all there is.
 */
#include "expr/settle.h"
#include "expr/compare.h"
#include "expr/tree.h"

#include <string.h>

/* More is not compared with each other: all are tried for all. */
#define LITERALS_MAX 256

/* What the value may be. */
struct sample {
	bool missing;
	uint64_t number;
	struct ip ip;
	const struct buf *bytes;
};

/* Some operands of one expression, all about one value. */
struct group {
	const struct expr *many;
	const struct value *value;
	bool wanted; /* the answer that all of them must give to leave the whole open */
};

/* The comparison that an operand is, or denies; NULL: it is something else. */
static const struct expr *comparison(const struct expr *operand, bool *ret_denied)
{
	*ret_denied = false;
	for (; operand->kind == EXPR_NOT; operand = operand->operands[0])
		*ret_denied = !*ret_denied;
	if (operand->kind != EXPR_COMPARE || operand->op == OP_IN_LIST || operand->op == OP_BITS)
		return NULL;
	return operand;
}

static const struct expr *member(const struct group *group, size_t i, bool *ret_denied)
{
	const struct expr *found = comparison(group->many->operands[i], ret_denied);

	return found && value_equal(found->value, group->value) ? found : NULL;
}

static bool compare(const struct expr *expr, const struct sample *sample)
{
	if (sample->missing)
		return expr->op == OP_NE;
	switch (expr->value->type) {
	case FIELD_INT: return compare_number(expr, sample->number);
	case FIELD_IP: return compare_ip(expr, &sample->ip);
	default: return compare_bytes(expr, sample->bytes);
	}
}

static bool leaves_open(const struct group *group, const struct sample *sample)
{
	for (size_t i = 0; i < group->many->n_operands; i++) {
		bool denied;
		const struct expr *one = member(group, i, &denied);

		if (one && (compare(one, sample) != denied) != group->wanted)
			return false;
	}
	return true;
}

/* ---- samples ---- */

static bool ip_next(struct ip *ip)
{
	for (size_t i = ip->family == 4 ? 4 : 16; i-- > 0;)
		if (++ip->bytes[i])
			return true;
	return false;
}

static bool literal_leaves_open(const struct group *group, const struct literal *literal)
{
	struct sample low = {
		.number = literal->low, .ip = literal->first, .bytes = &literal->bytes};
	struct sample behind = {.number = literal->high + 1, .ip = literal->last};

	if (leaves_open(group, &low))
		return true;
	switch (group->value->type) {
	case FIELD_INT: return behind.number && leaves_open(group, &behind);
	case FIELD_IP: return ip_next(&behind.ip) && leaves_open(group, &behind);
	default: return false;
	}
}

static bool literals_leave_open(const struct group *group)
{
	bool denied;

	for (size_t i = 0; i < group->many->n_operands; i++) {
		const struct expr *one = member(group, i, &denied);

		for (size_t n = 0; one && n < one->n_literals; n++)
			if (literal_leaves_open(group, &one->literals[n]))
				return true;
	}
	return false;
}

static bool first_leaves_open(const struct group *group)
{
	const struct sample number = {}, four = {.ip = {.family = 4}}, six = {.ip = {.family = 6}};

	if (group->value->type == FIELD_IP)
		return leaves_open(group, &four) || leaves_open(group, &six);
	return leaves_open(group, &number);
}

/* Bytes have no end of values between literals: one comparison must let through no others. */
static bool only_literals(const struct group *group)
{
	for (size_t i = 0; i < group->many->n_operands; i++) {
		bool denied;
		const struct expr *one = member(group, i, &denied);

		if (one && (one->op == OP_EQ || one->op == OP_IN || one->op == OP_NE) &&
		    ((one->op != OP_NE) != denied) == group->wanted)
			return true;
	}
	return false;
}

static bool is_settled(const struct group *group)
{
	const struct sample missing = {.missing = true};

	if (leaves_open(group, &missing) || literals_leave_open(group))
		return false;
	return group->value->type == FIELD_BYTES ? only_literals(group) : !first_leaves_open(group);
}

/* How many literals the comparisons have. */
static size_t count_literals(const struct expr *many)
{
	size_t n = 0;
	bool denied;

	for (size_t i = 0; i < many->n_operands; i++) {
		const struct expr *one = comparison(many->operands[i], &denied);

		n += one ? one->n_literals : 0;
	}
	return n;
}

const struct value *settling_value(const struct expr *many)
{
	bool denied;

	if (count_literals(many) > LITERALS_MAX)
		return NULL;
	for (size_t i = 0; i < many->n_operands; i++) {
		const struct expr *one = comparison(many->operands[i], &denied);
		const struct group group = {.many = many,
					    .value = one ? one->value : NULL,
					    .wanted = many->kind == EXPR_AND};

		if (one && is_settled(&group))
			return one->value;
	}
	return NULL;
}
