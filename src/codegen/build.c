/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The shape of a program: parser, questions joined by jumps, two exits. */
#include "codegen/build.h"
#include "codegen/ask.h"
#include "codegen/order.h"
#include "codegen/prologue.h"
#include "expr/constant.h"

#include <errno.h>

static void ask(struct asker *a, const struct expr *expr, struct ways ways);

/* ---- leaves ---- */

/* Whether the program calls it already, at another place. */
static bool is_called(const struct code *code, const struct matcher *matcher)
{
	for (size_t i = 0; i < CODE_COUNT(code->functions, struct code_function); i++)
		if (CODE_AT(code->functions, struct code_function, i)->matcher == matcher)
			return true;
	return false;
}

/* The matcher answers any int: what is not 0 is true. */
static void ask_matcher(struct asker *a, const struct expr *test, struct ways ways)
{
	const struct value *value = test->value;
	const struct matcher *matcher = value->matcher;

	if (matcher->keeps_state && is_called(a->code, matcher))
		code_refuse(
			a->code,
			"the matcher keeps state, of which a rule has one, and is called twice: "
			"make it two rules");
	code_move(a->code, BPF_REG_1, BPF_REG_6);
	ask_set_frame(a, BPF_REG_2, FRAME_PKT);
	if (matcher->params_len)
		code_set_data(a->code, BPF_REG_3, value->params, matcher->params_len, false);
	code_call(a->code, (struct code_function){.matcher = matcher});
	if (test->list) {
		code_jump32(a->code, BPF_JEQ, BPF_REG_0, 0, ways.no);
		ask_names(a, test, ways);
		return;
	}
	ask_end_jump32(a, BPF_JNE, BPF_REG_0, 0, ways);
}

/* The flags are 0 where there is no TCP header. */
static void ask_flag(struct asker *a, const struct field *field, struct ways ways)
{
	code_load(a->code, 1, BPF_REG_1, BPF_REG_10, PKT(tcp_flags));
	ask_end_jump32(a, BPF_JSET, BPF_REG_1, field->mask, ways);
}

static void ask_compare(struct asker *a, const struct expr *expr, struct ways ways)
{
	switch (expr->value->type) {
	case FIELD_INT: ask_number(a, expr, ways); break;
	case FIELD_IP: ask_address(a, expr, ways); break;
	default: ask_bytes(a, expr, ways); break;
	}
}

/* ne is the opposite of eq, for missing values too. */
static void ask_leaf(struct asker *a, const struct expr *expr, struct ways ways)
{
	const struct field *field = value_field(expr->value);

	if (expr->kind == EXPR_COMPARE && expr->op == OP_NE) {
		struct expr equal = *expr;

		equal.op = OP_EQ;
		ask_leaf(a, &equal, (struct ways){ways.no, ways.yes, ways.next});
		return;
	}
	if (!field)
		ask_matcher(a, expr, ways);
	else if (expr->kind == EXPR_COMPARE && expr->op == OP_IN_LIST)
		ask_list(a, expr, ways);
	else if (field->kind == FIELD_OF_NODE)
		code_refuse(a->code, NODE_UNKNOWN);
	else if (field->id == FIELD_IP_PROTO)
		ask_proto(a, expr, ways);
	else if (field->kind == FIELD_OF_ADDRESS && field->type == FIELD_BYTES)
		ask_country(a, expr, ways);
	else if (expr->kind == EXPR_COMPARE)
		ask_compare(a, expr, ways);
	else if (expr->value->kind == VALUE_FIELD && field->kind == FIELD_OF_MATCHER)
		ask_field_test(a, field, ways);
	else if (expr->value->kind == VALUE_FIELD)
		ask_flag(a, field, ways);
	else
		ask_bytes(a, expr, ways);
}

/* ---- what an answer says about the packet ---- */

/* The one family that all addresses of a comparison have. */
static unsigned known_family(const struct expr *compare)
{
	unsigned families = 0;

	if (compare->value->type != FIELD_IP || compare->op == OP_IN_LIST)
		return 0;
	for (size_t i = 0; i < compare->n_literals; i++)
		families |= compare->literals[i].first.family == 4 ? KNOWN_IP4 : KNOWN_IP6;
	return families == (KNOWN_IP4 | KNOWN_IP6) ? 0 : families;
}

static unsigned known_by(const struct expr *expr, bool answer)
{
	bool all = (expr->kind == EXPR_AND) == answer;
	unsigned known = all ? 0 : ~0u;

	switch (expr->kind) {
	case EXPR_NOT: return known_by(expr->operands[0], !answer);
	case EXPR_AND:
	case EXPR_OR: break;
	case EXPR_TEST: return answer ? ask_known(expr->value) : 0;
	case EXPR_COMPARE:
		return answer == (expr->op != OP_NE) ? ask_known(expr->value) | known_family(expr)
						     : 0;
	default: return 0;
	}
	for (size_t i = 0; i < expr->n_operands; i++) {
		unsigned k = known_by(expr->operands[i], answer);

		known = all ? known | k : known & k;
	}
	return known;
}

/* ---- branches ---- */

/* and: an answer `no` ends it; or: `yes`. */
static void ask_operands(struct asker *a, const struct expr *expr, struct ways ways)
{
	cleanup_free const struct expr **operands = order_operands(expr);
	unsigned known = a->known;
	size_t i = 0;

	if (!operands) {
		a->code->error = -ENOMEM;
		return;
	}
	for (; i + 1 < expr->n_operands; i++) {
		uint32_t next = code_label(a->code);
		bool is_and = expr->kind == EXPR_AND;

		ask(a, operands[i],
		    (struct ways){is_and ? next : ways.yes, is_and ? ways.no : next, next});
		code_place(a->code, next);
		a->known |= known_by(operands[i], is_and);
	}
	ask(a, operands[i], ways);
	a->known = known;
}

/* Every operand is asked, and turns a byte in the stack over. */
static void ask_xor(struct asker *a, const struct expr *expr, struct ways ways)
{
	int parity = a->slots.bottom - 1 - (int)a->xors++;
	unsigned known = a->known;

	code_store_value(a->code, 1, BPF_REG_10, parity, 0);
	for (size_t i = 0; i < expr->n_operands; i++) {
		uint32_t yes = code_label(a->code), no = code_label(a->code);

		ask(a, expr->operands[i], (struct ways){yes, no, yes});
		code_place(a->code, yes);
		code_load(a->code, 1, BPF_REG_1, BPF_REG_10, parity);
		code_alu32(a->code, BPF_XOR, BPF_REG_1, 1);
		code_store(a->code, 1, BPF_REG_10, parity, BPF_REG_1);
		code_place(a->code, no);
		a->known = known;
	}
	a->xors--;
	code_line(a->code, expr);
	code_load(a->code, 1, BPF_REG_1, BPF_REG_10, parity);
	ask_end_jump32(a, BPF_JNE, BPF_REG_1, 0, ways);
}

static void ask(struct asker *a, const struct expr *expr, struct ways ways)
{
	code_line(a->code, expr);
	switch (expr->kind) {
	case EXPR_CONST: ask_end(a, expr->constant, ways); break;
	case EXPR_NOT:
		ask(a, expr->operands[0], (struct ways){ways.no, ways.yes, ways.next});
		break;
	case EXPR_AND:
	case EXPR_OR: ask_operands(a, expr, ways); break;
	case EXPR_XOR: ask_xor(a, expr, ways); break;
	default: ask_leaf(a, expr, ways); break;
	}
}

/* ---- program ---- */

static bool is_constant(const struct expr *expr)
{
	while (expr->kind == EXPR_NOT)
		expr = expr->operands[0];
	return expr->kind == EXPR_CONST;
}

/* Of which families a packet can be that the answer is yes for. */
static unsigned families_of(const struct expr *expr)
{
	unsigned known = known_by(expr, true) & (KNOWN_IP4 | KNOWN_IP6);

	return known ? known : KNOWN_IP4 | KNOWN_IP6;
}

int build_program(const struct expr *expr, struct code *ret)
{
	struct asker a = {.code = ret};
	uint32_t yes = code_label(ret), no = code_label(ret), out = code_label(ret);

	code_line(ret, expr);
	slots_plan(expr, &a.slots);
	if (!is_constant(expr))
		prologue(&a, expr, families_of(expr), out);
	ask_list_begin(&a, out);
	ask_room_begin(&a, out);
	ask_field_begin(&a);
	ask(&a, expr, (struct ways){yes, no, yes});
	code_place(ret, yes);
	ask_room_end(&a);
	code_set(ret, BPF_REG_0, 1);
	code_exit(ret);
	code_place(ret, no);
	ask_room_end(&a);
	code_place(ret, out);
	code_set(ret, BPF_REG_0, 0);
	code_exit(ret);
	code_finish(ret);
	return ret->error;
}
