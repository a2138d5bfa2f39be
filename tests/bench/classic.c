/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "classic.h"

#include <linux/filter.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FILTER_MAX 512
/* The accumulator has to be r0, where loads from the packet leave their result. */
#define A          BPF_REG_0
#define X          BPF_REG_7
#define SKB        BPF_REG_6

struct translation {
	struct bpf_insn *insns;
	size_t n;
	size_t first[FILTER_MAX + 1]; /* of each classic instruction */
	const struct sock_filter *at;
	size_t index;
	/* Where a jump's distance is still to be filled in, and which instruction it leads to. */
	struct {
		size_t insn, target;
	} jumps[2 * FILTER_MAX];
	size_t n_jumps;
};

static void emit(struct translation *t, struct bpf_insn insn)
{
	t->insns[t->n++] = insn;
}

static void jump(struct translation *t, struct bpf_insn insn, size_t distance)
{
	t->jumps[t->n_jumps].insn = t->n;
	t->jumps[t->n_jumps++].target = t->index + 1 + distance;
	emit(t, insn);
}

static void move(struct translation *t, int to, int from)
{
	emit(t,
	     (struct bpf_insn){.code = BPF_ALU | BPF_MOV | BPF_X, .dst_reg = to, .src_reg = from});
}

static void slot(struct translation *t, bool store, int reg)
{
	int off = -4 * ((int)t->at->k % BPF_MEMWORDS + 1);

	emit(t, store ? (struct bpf_insn){.code = BPF_STX | BPF_MEM | BPF_W,
					  .dst_reg = BPF_REG_10,
					  .src_reg = reg,
					  .off = off}
		      : (struct bpf_insn){.code = BPF_LDX | BPF_MEM | BPF_W,
					  .dst_reg = reg,
					  .src_reg = BPF_REG_10,
					  .off = off});
}

static void length(struct translation *t, int reg)
{
	emit(t, (struct bpf_insn){.code = BPF_LDX | BPF_MEM | BPF_W,
				  .dst_reg = reg,
				  .src_reg = SKB,
				  .off = offsetof(struct __sk_buff, len)});
}

static void set(struct translation *t, int reg)
{
	emit(t, (struct bpf_insn){
			.code = BPF_ALU | BPF_MOV | BPF_K, .dst_reg = reg, .imm = (int)t->at->k});
}

/* x = 4 * (packet[k] & 15), which keeps the accumulator. */
static void header_length(struct translation *t)
{
	move(t, BPF_REG_8, A);
	emit(t, (struct bpf_insn){.code = BPF_LD | BPF_ABS | BPF_B, .imm = (int)t->at->k});
	emit(t, (struct bpf_insn){.code = BPF_ALU | BPF_AND | BPF_K, .dst_reg = A, .imm = 15});
	emit(t, (struct bpf_insn){.code = BPF_ALU | BPF_LSH | BPF_K, .dst_reg = A, .imm = 2});
	move(t, X, A);
	move(t, A, BPF_REG_8);
}

static bool load(struct translation *t, int reg)
{
	const struct sock_filter *f = t->at;

	switch (BPF_MODE(f->code)) {
	case BPF_IMM: set(t, reg); break;
	case BPF_MEM: slot(t, false, reg); break;
	case BPF_LEN: length(t, reg); break;
	case BPF_MSH: header_length(t); break;
	case BPF_ABS:
		emit(t, (struct bpf_insn){.code = f->code, .imm = (int)f->k});
		return reg == A;
	case BPF_IND:
		emit(t, (struct bpf_insn){.code = f->code, .src_reg = X, .imm = (int)f->k});
		return reg == A;
	default: return false;
	}
	return true;
}

static void branch(struct translation *t)
{
	const struct sock_filter *f = t->at;
	struct bpf_insn insn = {
		.code = BPF_JMP32 | BPF_OP(f->code) | BPF_SRC(f->code), .dst_reg = A, .src_reg = X};

	if (BPF_OP(f->code) == BPF_JA) {
		jump(t, (struct bpf_insn){.code = BPF_JMP | BPF_JA}, f->k);
		return;
	}
	if (BPF_SRC(f->code) == BPF_K) {
		insn.src_reg = 0;
		insn.imm = (int)f->k;
	}
	jump(t, insn, f->jt);
	if (f->jf)
		jump(t, (struct bpf_insn){.code = BPF_JMP | BPF_JA}, f->jf);
}

static void arithmetic(struct translation *t)
{
	const struct sock_filter *f = t->at;
	bool by_x = BPF_SRC(f->code) == BPF_X;

	emit(t, (struct bpf_insn){.code = f->code,
				  .dst_reg = A,
				  .src_reg = by_x ? X : 0,
				  .imm = by_x ? 0 : (int)f->k});
}

static bool one(struct translation *t)
{
	const struct sock_filter *f = t->at;

	switch (BPF_CLASS(f->code)) {
	case BPF_LD: return load(t, A);
	case BPF_LDX: return load(t, X);
	case BPF_ST: slot(t, true, A); return true;
	case BPF_STX: slot(t, true, X); return true;
	case BPF_ALU: arithmetic(t); return true;
	case BPF_JMP: branch(t); return true;
	case BPF_RET:
		if (BPF_RVAL(f->code) == BPF_K)
			set(t, A);
		emit(t, (struct bpf_insn){.code = BPF_JMP | BPF_EXIT});
		return true;
	default:
		if (BPF_MISCOP(f->code) == BPF_TAX)
			move(t, X, A);
		else
			move(t, A, X);
		return true;
	}
}

static size_t parse(const char *code, struct sock_filter filter[FILTER_MAX])
{
	size_t n = strtoul(code, NULL, 10);

	for (size_t i = 0; i < n && i < FILTER_MAX; i++) {
		code = strchr(code, ',');
		if (!code || sscanf(++code, "%hu %hhu %hhu %u", &filter[i].code, &filter[i].jt,
				    &filter[i].jf, &filter[i].k) != 4)
			return 0;
	}
	return n <= FILTER_MAX ? n : 0;
}

static void fill_jumps(struct translation *t)
{
	for (size_t i = 0; i < t->n_jumps; i++)
		t->insns[t->jumps[i].insn].off =
			(int)t->first[t->jumps[i].target] - (int)t->jumps[i].insn - 1;
}

size_t classic_translate(const char *code, struct bpf_insn ret[CLASSIC_INSNS_MAX])
{
	struct sock_filter filter[FILTER_MAX];
	struct translation t = {.insns = ret};
	size_t n = parse(code, filter);

	emit(&t, (struct bpf_insn){.code = BPF_ALU64 | BPF_MOV | BPF_X,
				   .dst_reg = SKB,
				   .src_reg = BPF_REG_1});
	emit(&t, (struct bpf_insn){.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = A});
	emit(&t, (struct bpf_insn){.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = X});
	for (t.index = 0; t.index < n; t.index++) {
		t.at = &filter[t.index];
		t.first[t.index] = t.n;
		if (!one(&t))
			return 0;
	}
	fill_jumps(&t);
	return n ? t.n : 0;
}
