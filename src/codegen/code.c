/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "codegen/code.h"

#include <errno.h>
#include <string.h>

static void fail(struct code *code, int error)
{
	if (!code->error)
		code->error = error;
}

static void add(struct code *code, struct buf *buf, const void *data, size_t len)
{
	if (buf_add(buf, data, len))
		fail(code, -ENOMEM);
}

uint32_t code_here(const struct code *code)
{
	return CODE_COUNT(code->insns, struct bpf_insn);
}

void code_refuse(struct code *code, const char *reason)
{
	size_t n = CODE_COUNT(code->lines, struct code_line);
	struct code_refusal refusal = {.reason = reason};

	if (!n)
		return;
	refusal.expr = CODE_AT(code->lines, struct code_line, n - 1)->expr;
	fail(code, -EOPNOTSUPP);
	add(code, &code->refusals, &refusal, sizeof(refusal));
}

static void emit(struct code *code, struct bpf_insn insn)
{
	add(code, &code->insns, &insn, sizeof(insn));
}

/* ---- jumps ---- */

#define UNPLACED UINT32_MAX

uint32_t code_label(struct code *code)
{
	const uint32_t nowhere = UNPLACED;

	add(code, &code->labels, &nowhere, sizeof(nowhere));
	return CODE_COUNT(code->labels, uint32_t) - 1;
}

void code_place(struct code *code, uint32_t label)
{
	if (label < CODE_COUNT(code->labels, uint32_t))
		*CODE_AT(code->labels, uint32_t, label) = code_here(code);
}

static void emit_jump(struct code *code, struct bpf_insn insn, uint32_t label)
{
	const struct code_jump jump = {code_here(code), label};

	add(code, &code->jumps, &jump, sizeof(jump));
	emit(code, insn);
}

void code_goto(struct code *code, uint32_t label)
{
	emit_jump(code, (struct bpf_insn){.code = BPF_JMP | BPF_JA}, label);
}

void code_jump32(struct code *code, int op, int reg, uint32_t value, uint32_t label)
{
	emit_jump(code,
		  (struct bpf_insn){
			  .code = BPF_JMP32 | op | BPF_K, .dst_reg = reg, .imm = (int32_t)value},
		  label);
}

void code_jump64(struct code *code, int op, int reg, int other, uint32_t label)
{
	emit_jump(code,
		  (struct bpf_insn){.code = BPF_JMP | op | BPF_X, .dst_reg = reg, .src_reg = other},
		  label);
}

void code_jump_null(struct code *code, int reg, uint32_t label)
{
	emit_jump(code, (struct bpf_insn){.code = BPF_JMP | BPF_JEQ | BPF_K, .dst_reg = reg},
		  label);
}

/* ---- memory and arithmetic ---- */

static int size_bits(int size)
{
	switch (size) {
	case 1: return BPF_B;
	case 2: return BPF_H;
	case 4: return BPF_W;
	default: return BPF_DW;
	}
}

/* Instructions have 16 bits for the distance from a base. */
static int16_t distance(struct code *code, int offset)
{
	if (offset != (int16_t)offset)
		fail(code, -E2BIG);
	return offset;
}

void code_load(struct code *code, int size, int to, int base, int offset)
{
	emit(code, (struct bpf_insn){.code = BPF_LDX | BPF_MEM | size_bits(size),
				     .dst_reg = to,
				     .src_reg = base,
				     .off = distance(code, offset)});
}

void code_store(struct code *code, int size, int base, int offset, int from)
{
	emit(code, (struct bpf_insn){.code = BPF_STX | BPF_MEM | size_bits(size),
				     .dst_reg = base,
				     .src_reg = from,
				     .off = distance(code, offset)});
}

void code_store_value(struct code *code, int size, int base, int offset, int32_t value)
{
	emit(code, (struct bpf_insn){.code = BPF_ST | BPF_MEM | size_bits(size),
				     .dst_reg = base,
				     .off = distance(code, offset),
				     .imm = value});
}

static void alu(struct code *code, int class, int op, int reg, int32_t value)
{
	emit(code, (struct bpf_insn){.code = class | op | BPF_K, .dst_reg = reg, .imm = value});
}

static void alu_reg(struct code *code, int class, int op, int reg, int other)
{
	emit(code, (struct bpf_insn){.code = class | op | BPF_X, .dst_reg = reg, .src_reg = other});
}

void code_set(struct code *code, int to, int32_t value)
{
	alu(code, BPF_ALU64, BPF_MOV, to, value);
}

void code_set64(struct code *code, int to, uint64_t value)
{
	emit(code, (struct bpf_insn){.code = BPF_LD | BPF_DW | BPF_IMM,
				     .dst_reg = to,
				     .imm = (int32_t)value});
	emit(code, (struct bpf_insn){.imm = (int32_t)(value >> 32)});
}

void code_move(struct code *code, int to, int from)
{
	alu_reg(code, BPF_ALU64, BPF_MOV, to, from);
}

void code_alu32(struct code *code, int op, int reg, int32_t value)
{
	alu(code, BPF_ALU, op, reg, value);
}

void code_alu64(struct code *code, int op, int reg, int32_t value)
{
	alu(code, BPF_ALU64, op, reg, value);
}

void code_alu32_reg(struct code *code, int op, int reg, int other)
{
	alu_reg(code, BPF_ALU, op, reg, other);
}

void code_alu64_reg(struct code *code, int op, int reg, int other)
{
	alu_reg(code, BPF_ALU64, op, reg, other);
}

void code_from_network(struct code *code, int reg, int bits)
{
	emit(code,
	     (struct bpf_insn){.code = BPF_ALU | BPF_END | BPF_TO_BE, .dst_reg = reg, .imm = bits});
}

void code_exchange(struct code *code, int base, int offset, int reg)
{
	emit(code, (struct bpf_insn){.code = BPF_STX | BPF_ATOMIC | BPF_DW,
				     .dst_reg = base,
				     .src_reg = reg,
				     .off = offset,
				     .imm = BPF_XCHG});
}

void code_exit(struct code *code)
{
	emit(code, (struct bpf_insn){.code = BPF_JMP | BPF_EXIT});
}

/* ---- references ---- */

static uint32_t function_index(struct code *code, const struct code_function *function)
{
	size_t n = CODE_COUNT(code->functions, struct code_function);

	for (size_t i = 0; i < n; i++) {
		const struct code_function *f = CODE_AT(code->functions, struct code_function, i);

		if (f->matcher == function->matcher && f->field == function->field &&
		    f->runtime == function->runtime)
			return i;
	}
	add(code, &code->functions, function, sizeof(*function));
	return n;
}

void code_call(struct code *code, struct code_function function)
{
	const struct code_reloc reloc = {
		.insn = code_here(code),
		.kind = RELOC_CALL,
		.index = function_index(code, &function),
	};

	add(code, &code->relocs, &reloc, sizeof(reloc));
	emit(code,
	     (struct bpf_insn){.code = BPF_JMP | BPF_CALL, .src_reg = BPF_PSEUDO_CALL, .imm = -1});
}

void code_call_runtime(struct code *code, enum runtime_function function)
{
	code_call(code, (struct code_function){.runtime = function});
}

void code_call_helper(struct code *code, int helper)
{
	emit(code, (struct bpf_insn){.code = BPF_JMP | BPF_CALL, .imm = helper});
}

static uint32_t data_index(struct code *code, const void *bytes, size_t len, bool read_only)
{
	size_t n = CODE_COUNT(code->datas, struct code_data);
	struct code_data data = {.read_only = read_only};

	for (size_t i = 0; i < n; i++) {
		const struct code_data *d = CODE_AT(code->datas, struct code_data, i);

		if (d->read_only == read_only && d->bytes.len == len &&
		    !memcmp(d->bytes.data, bytes, len))
			return i;
	}
	add(code, &data.bytes, bytes, len);
	if (buf_add(&code->datas, &data, sizeof(data))) {
		buf_clear(&data.bytes);
		fail(code, -ENOMEM);
	}
	return n;
}

void code_set_data(struct code *code, int to, const void *bytes, size_t len, bool read_only)
{
	const struct code_reloc reloc = {
		.insn = code_here(code),
		.kind = RELOC_DATA,
		.index = data_index(code, bytes, len, read_only),
	};

	add(code, &code->relocs, &reloc, sizeof(reloc));
	code_set64(code, to, 0);
}

void code_set_map(struct code *code, int to, struct code_map map)
{
	const struct code_reloc reloc = {
		.insn = code_here(code),
		.kind = RELOC_MAP,
		.index = CODE_COUNT(code->maps, struct code_map),
	};

	add(code, &code->maps, &map, sizeof(map));
	add(code, &code->relocs, &reloc, sizeof(reloc));
	code_set64(code, to, 0);
}

/* One record an instruction: where two parts begin, the inner one says more. */
void code_line(struct code *code, const struct expr *expr)
{
	const struct code_line line = {code_here(code), expr};
	size_t n = CODE_COUNT(code->lines, struct code_line);

	if (n && CODE_AT(code->lines, struct code_line, n - 1)->insn == line.insn)
		CODE_AT(code->lines, struct code_line, n - 1)->expr = expr;
	else
		add(code, &code->lines, &line, sizeof(line));
}

void code_clear(struct code *code)
{
	for (size_t i = 0; i < CODE_COUNT(code->datas, struct code_data); i++)
		buf_clear(&CODE_AT(code->datas, struct code_data, i)->bytes);
	buf_clear(&code->insns);
	buf_clear(&code->relocs);
	buf_clear(&code->lines);
	buf_clear(&code->functions);
	buf_clear(&code->datas);
	buf_clear(&code->maps);
	buf_clear(&code->labels);
	buf_clear(&code->jumps);
	buf_clear(&code->refusals);
}
