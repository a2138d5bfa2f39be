/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Tree to instructions. r6 holds the skb; struct mfw_pkt is at the top of the stack, filled once
 * before the first question. A subtree's answer is in w0: 0 or 1.
 */
#include "codegen/code.h"

#include <mfw/packet.h>

#include <errno.h>

#define PKT_AT (-(int)sizeof(struct mfw_pkt))

_Static_assert(sizeof(struct mfw_pkt) % 8 == 0, "struct mfw_pkt is cleared in words");

static uint32_t here(const struct code *code)
{
	return CODE_COUNT(code->insns, struct bpf_insn);
}

static int emit(struct code *code, struct bpf_insn insn)
{
	return buf_add(&code->insns, &insn, sizeof(insn));
}

static int move(struct code *code, int to, int from)
{
	return emit(code, (struct bpf_insn){.code = BPF_ALU64 | BPF_MOV | BPF_X,
					    .dst_reg = to,
					    .src_reg = from});
}

static int set(struct code *code, int to, int value)
{
	return emit(code, (struct bpf_insn){.code = BPF_ALU64 | BPF_MOV | BPF_K,
					    .dst_reg = to,
					    .imm = value});
}

/* Address of the packet's description. */
static int set_pkt(struct code *code, int to)
{
	if (move(code, to, BPF_REG_10))
		return -ENOMEM;
	return emit(code, (struct bpf_insn){.code = BPF_ALU64 | BPF_ADD | BPF_K,
					    .dst_reg = to,
					    .imm = PKT_AT});
}

static int call(struct code *code, const struct matcher *matcher)
{
	struct code_reloc reloc = {.insn = here(code), .matcher = matcher};

	if (buf_add(&code->relocs, &reloc, sizeof(reloc)))
		return -ENOMEM;
	return emit(code, (struct bpf_insn){.code = BPF_JMP | BPF_CALL,
					    .src_reg = BPF_PSEUDO_CALL,
					    .imm = -1});
}

/* r3 = address of this call's own parameters. */
static int set_params(struct code *code, const struct value *value)
{
	struct code_reloc reloc = {
		.insn = here(code),
		.data = true,
		.param = CODE_COUNT(code->params, const struct value *),
	};

	if (buf_add(&code->params, &value, sizeof(value)) ||
	    buf_add(&code->relocs, &reloc, sizeof(reloc)))
		return -ENOMEM;
	if (emit(code, (struct bpf_insn){.code = BPF_LD | BPF_DW | BPF_IMM, .dst_reg = BPF_REG_3}))
		return -ENOMEM;
	return emit(code, (struct bpf_insn){});
}

static int add_matcher(struct code *code, const struct matcher *matcher)
{
	for (size_t i = 0; i < CODE_COUNT(code->matchers, matcher); i++)
		if (*CODE_AT(code->matchers, const struct matcher *, i) == matcher)
			return 0;
	return buf_add(&code->matchers, &matcher, sizeof(matcher));
}

static int add_line(struct code *code, const struct expr *expr)
{
	struct code_line line = {here(code), expr};

	return buf_add(&code->lines, &line, sizeof(line));
}

/* The matcher answers any int: it becomes 0 or 1, looking at the lower half only. */
static int make_bool(struct code *code)
{
	if (emit(code, (struct bpf_insn){.code = BPF_JMP32 | BPF_JEQ | BPF_K, .off = 1}))
		return -ENOMEM;
	return set(code, BPF_REG_0, 1);
}

static int emit_call(struct code *code, const struct expr *expr)
{
	const struct matcher *matcher = expr->value->matcher;

	if (add_matcher(code, matcher) || add_line(code, expr) ||
	    move(code, BPF_REG_1, BPF_REG_6) || set_pkt(code, BPF_REG_2) ||
	    (matcher->params_len && set_params(code, expr->value)) || call(code, matcher))
		return -ENOMEM;
	return make_bool(code);
}

static int emit_expr(struct code *code, const struct expr *expr)
{
	bool invert = false;

	for (; expr->kind == EXPR_NOT; expr = expr->operands[0])
		invert = !invert;
	if (expr->kind == EXPR_CONST)
		return set(code, BPF_REG_0, expr->constant != invert);
	if (emit_call(code, expr))
		return -ENOMEM;
	if (!invert)
		return 0;
	return emit(code, (struct bpf_insn){.code = BPF_ALU | BPF_XOR | BPF_K, .imm = 1});
}

/*
 * Saves the skb, clears struct mfw_pkt (before Linux 6.3 the verifier wants the memory that it
 * lends out to be written) and fills it.
 */
static int emit_parse(struct code *code)
{
	if (move(code, BPF_REG_6, BPF_REG_1))
		return -ENOMEM;
	for (int at = PKT_AT; at < 0; at += 8)
		if (emit(code, (struct bpf_insn){.code = BPF_ST | BPF_MEM | BPF_DW,
						 .dst_reg = BPF_REG_10,
						 .off = at}))
			return -ENOMEM;
	if (set_pkt(code, BPF_REG_2))
		return -ENOMEM;
	return call(code, NULL);
}

static bool has_call(const struct expr *expr)
{
	while (expr->kind == EXPR_NOT)
		expr = expr->operands[0];
	return expr->kind == EXPR_TEST;
}

const struct expr *code_unsupported(const struct expr *expr)
{
	while (expr->kind == EXPR_NOT)
		expr = expr->operands[0];
	if (expr->kind == EXPR_CONST)
		return NULL;
	return expr->kind == EXPR_TEST && expr->value->kind == VALUE_MATCHER ? NULL : expr;
}

int code_build(const struct expr *expr, struct code *ret)
{
	if (add_line(ret, expr) || (has_call(expr) && emit_parse(ret)) || emit_expr(ret, expr))
		return -ENOMEM;
	return emit(ret, (struct bpf_insn){.code = BPF_JMP | BPF_EXIT});
}

void code_clear(struct code *code)
{
	buf_clear(&code->insns);
	buf_clear(&code->relocs);
	buf_clear(&code->lines);
	buf_clear(&code->params);
	buf_clear(&code->matchers);
}
