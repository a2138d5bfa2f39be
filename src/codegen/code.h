/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Instructions in the making, with what the object file must say about them. Nothing here returns
 * an error: the first one is kept in code->error, and what is emitted after it does not matter.
 */
#ifndef CODEGEN_CODE_H
#define CODEGEN_CODE_H

#include <linux/bpf.h>
#include <stdint.h>

#include "base/buf.h"
#include "codegen/runtime.h"
#include "expr/expr.h"

/* A function outside of the program: a matcher's, or one of the runtime's. */
struct code_function {
	const struct matcher *matcher; /* NULL: of the runtime */
	const struct field *field;     /* of the matcher; NULL: its test */
	enum runtime_function runtime;
};

/* Data that the program refers to by address. */
struct code_data {
	struct buf bytes;
	/* In .rodata; otherwise in .data, as what is lent to a global function has to be. */
	bool read_only;
};

/* A map of the program: of a list, which is a map of maps with one place; or room of its own. */
struct code_map {
	const char *list; /* NULL: it is the room */
	bool shared;
};

enum code_reloc_kind {
	RELOC_CALL, /* of functions[index] */
	RELOC_DATA, /* datas[index] */
	RELOC_MAP,  /* maps[index] */
};

/* A reference from an instruction to something outside of the code. */
struct code_reloc {
	uint32_t insn;
	enum code_reloc_kind kind;
	uint32_t index;
};

/* From this instruction on, this piece of the expression is being asked. */
struct code_line {
	uint32_t insn;
	const struct expr *expr;
};

/* A jump whose distance is known at the end. */
struct code_jump {
	uint32_t insn;
	uint32_t label;
};

/* A part of the expression that cannot be said in instructions. */
struct code_refusal {
	const struct expr *expr;
	const char *reason;
};

struct code {
	struct buf insns;     /* struct bpf_insn */
	struct buf relocs;    /* struct code_reloc */
	struct buf lines;     /* struct code_line */
	struct buf functions; /* struct code_function, each once */
	struct buf datas;     /* struct code_data */
	struct buf maps;      /* struct code_map, each once */
	struct buf labels;    /* uint32_t: the instruction, once placed */
	struct buf jumps;     /* struct code_jump */
	struct buf refusals;  /* struct code_refusal */
	int error;            /* -ENOMEM, -E2BIG (too far a jump), -EOPNOTSUPP (refusals) or 0 */
};

void code_clear(struct code *code);
uint32_t code_here(const struct code *code);
/* Of the part that is being asked. */
void code_refuse(struct code *code, const char *reason);

/* Takes out what no path leads to, which verifiers refuse, and fills in the jumps' distances. */
void code_finish(struct code *code);

uint32_t code_label(struct code *code);
void code_place(struct code *code, uint32_t label);
void code_goto(struct code *code, uint32_t label);
/* op: BPF_JEQ and so on; 32-bit and 64-bit compares with a constant, 64-bit with a register. */
void code_jump32(struct code *code, int op, int reg, uint32_t value, uint32_t label);
void code_jump64(struct code *code, int op, int reg, int other, uint32_t label);
/* When the register, of 64 bits, is 0: a pointer that is none. */
void code_jump_null(struct code *code, int reg, uint32_t label);

/* size: 1, 2, 4 or 8 bytes. */
void code_load(struct code *code, int size, int to, int base, int offset);
void code_store(struct code *code, int size, int base, int offset, int from);
void code_store_value(struct code *code, int size, int base, int offset, int32_t value);
void code_set(struct code *code, int to, int32_t value);
void code_set64(struct code *code, int to, uint64_t value);
void code_move(struct code *code, int to, int from);
/* op: BPF_ADD and so on. */
void code_alu32(struct code *code, int op, int reg, int32_t value);
void code_alu64(struct code *code, int op, int reg, int32_t value);
void code_alu32_reg(struct code *code, int op, int reg, int other);
void code_alu64_reg(struct code *code, int op, int reg, int other);
/* Network order to host order, 16, 32 or 64 bits. */
void code_from_network(struct code *code, int reg, int bits);
/* Puts the register's 8 bytes there, and what was there into the register, at once. */
void code_exchange(struct code *code, int base, int offset, int reg);
void code_exit(struct code *code);

void code_call(struct code *code, struct code_function function);
void code_call_runtime(struct code *code, enum runtime_function function);
void code_call_helper(struct code *code, int helper);
/* The address of a copy of these bytes; the same ones are kept once. */
void code_set_data(struct code *code, int to, const void *bytes, size_t len, bool read_only);
/* A map, which is one of the code's from now on. */
void code_set_map(struct code *code, int to, struct code_map map);
void code_line(struct code *code, const struct expr *expr);

static inline size_t code_count(const struct buf *buf, size_t size)
{
	return buf->len / size;
}

#define CODE_COUNT(buf, type) code_count(&(buf), sizeof(type))
#define CODE_AT(buf, type, i) (&((type *)(void *)(buf).data)[i])
#define cleanup_code          cleanup(code_clear)

#endif
