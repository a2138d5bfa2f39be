/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Instructions in the making, with what the object file must say about them. */
#ifndef CODEGEN_CODE_H
#define CODEGEN_CODE_H

#include <linux/bpf.h>
#include <stdint.h>

#include "base/buf.h"
#include "expr/expr.h"

/* A reference from an instruction to something outside of the code. */
struct code_reloc {
	uint32_t insn;
	/* Call of the function of this matcher; NULL: of the parser; see data. */
	const struct matcher *matcher;
	/* Address of `params[param]` instead of a call. */
	bool data;
	uint32_t param;
};

/* From this instruction on, this piece of the expression's text is being asked. */
struct code_line {
	uint32_t insn;
	const struct expr *expr;
};

struct code {
	struct buf insns;  /* struct bpf_insn */
	struct buf relocs; /* struct code_reloc */
	struct buf lines;  /* struct code_line */
	/* Calls, in the order of their parameter structures; an entry per call site with some. */
	struct buf params;   /* const struct value * */
	struct buf matchers; /* const struct matcher *, each once */
};

/* The first part of a tree that code_build() has no instructions for, or NULL. */
const struct expr *code_unsupported(const struct expr *expr);
/* The program of an expression. {} before; code_clear() after, also on failure. 0 or -ENOMEM. */
int code_build(const struct expr *expr, struct code *ret);
void code_clear(struct code *code);

static inline size_t code_count(const struct buf *buf, size_t size)
{
	return buf->len / size;
}

#define CODE_COUNT(buf, type) code_count(&(buf), sizeof(type))
#define CODE_AT(buf, type, i) (&((type *)(void *)(buf).data)[i])
#define cleanup_code          cleanup(code_clear)

#endif
