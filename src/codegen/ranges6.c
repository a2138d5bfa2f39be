/* SPDX-License-Identifier: GPL-2.0-or-later */
/* As ranges.c, of numbers with 128 bits. */
#include "codegen/ask.h"

#include <errno.h>
#include <stdlib.h>

/* Ranges that are compared with; more become a table. */
#define TREE_MAX 256

static const struct wide none = {}, all = {UINT64_MAX, UINT64_MAX};

static struct range6 *items(const struct ranges6 *ranges)
{
	return (struct range6 *)(void *)ranges->items.data;
}

static size_t count(const struct ranges6 *ranges)
{
	return ranges->items.len / sizeof(struct range6);
}

static int compare(struct wide a, struct wide b)
{
	if (a.high != b.high)
		return a.high < b.high ? -1 : 1;
	return (a.low > b.low) - (a.low < b.low);
}

static struct wide next_to(struct wide a)
{
	a.low++;
	a.high += !a.low;
	return a;
}

static struct wide before(struct wide a)
{
	a.high -= !a.low;
	a.low--;
	return a;
}

static bool is_last(struct wide a)
{
	return !compare(a, all);
}

static void add(struct code *code, struct ranges6 *ranges, struct wide first, struct wide last)
{
	const struct range6 range = {first, last};

	if (buf_add(&ranges->items, &range, sizeof(range)) && !code->error)
		code->error = -ENOMEM;
}

void ranges6_add(struct code *code, struct ranges6 *ranges, enum expr_op op, struct wide first,
		 struct wide last)
{
	switch (op) {
	case OP_LT:
		if (compare(first, none))
			add(code, ranges, none, before(first));
		break;
	case OP_LE: add(code, ranges, none, first); break;
	case OP_GT:
		if (!is_last(first))
			add(code, ranges, next_to(first), all);
		break;
	case OP_GE: add(code, ranges, first, all); break;
	default: add(code, ranges, first, last); break;
	}
}

static int by_first(const void *a, const void *b)
{
	return compare(((const struct range6 *)a)->first, ((const struct range6 *)b)->first);
}

void ranges6_tidy(struct ranges6 *ranges)
{
	struct range6 *r = items(ranges);
	size_t n = count(ranges), kept = 0;

	if (n)
		qsort(r, n, sizeof(*r), by_first);
	for (size_t i = 1; i < n; i++) {
		if (!is_last(r[kept].last) && compare(r[i].first, next_to(r[kept].last)) > 0)
			r[++kept] = r[i];
		else if (compare(r[i].last, r[kept].last) > 0)
			r[kept].last = r[i].last;
	}
	if (n)
		ranges->items.len = (kept + 1) * sizeof(*r);
}

void ranges6_clear(struct ranges6 *ranges)
{
	buf_clear(&ranges->items);
}

/* ---- compares ---- */

/* Jumps to `at_least` when the number in r1 and r2 is at least bound; falls through otherwise. */
static void split(struct code *code, struct wide bound, uint32_t at_least)
{
	uint32_t below = code_label(code);

	code_set64(code, BPF_REG_3, bound.high);
	if (!bound.low) {
		code_jump64(code, BPF_JGE, BPF_REG_1, BPF_REG_3, at_least);
	} else {
		code_jump64(code, BPF_JGT, BPF_REG_1, BPF_REG_3, at_least);
		code_jump64(code, BPF_JNE, BPF_REG_1, BPF_REG_3, below);
		code_set64(code, BPF_REG_3, bound.low);
		code_jump64(code, BPF_JGE, BPF_REG_2, BPF_REG_3, at_least);
	}
	code_place(code, below);
}

static void ask_one(struct asker *a, const struct range6 *r, struct ways ways)
{
	uint32_t inside = code_label(a->code);

	if (!compare(r->first, r->last)) {
		code_set64(a->code, BPF_REG_3, r->first.high);
		code_jump64(a->code, BPF_JNE, BPF_REG_1, BPF_REG_3, ways.no);
		code_set64(a->code, BPF_REG_3, r->first.low);
		code_jump64(a->code, BPF_JNE, BPF_REG_2, BPF_REG_3, ways.no);
		ask_end(a, true, ways);
		return;
	}
	if (compare(r->first, none)) {
		split(a->code, r->first, inside);
		code_goto(a->code, ways.no);
	}
	code_place(a->code, inside);
	if (!is_last(r->last))
		split(a->code, next_to(r->last), ways.no);
	ask_end(a, true, ways);
}

static void ask_tree(struct asker *a, const struct range6 *r, size_t n, struct ways ways)
{
	uint32_t right;

	if (n == 1) {
		ask_one(a, r, ways);
		return;
	}
	right = code_label(a->code);
	split(a->code, r[n / 2].first, right);
	ask_tree(a, r, n / 2, (struct ways){ways.yes, ways.no, right});
	code_place(a->code, right);
	ask_tree(a, r + n / 2, n - n / 2, ways);
}

/* ---- table ---- */

/* A bound as programs compare it: in words of 32 bits, the least significant one first. */
struct bound {
	uint32_t w[4];
};

static struct bound bound_of(struct wide a)
{
	return (struct bound){{(uint32_t)a.low, (uint32_t)(a.low >> 32), (uint32_t)a.high,
			       (uint32_t)(a.high >> 32)}};
}

/* As make_table() of ranges.c. */
static struct bound *make_table(const struct ranges6 *ranges, size_t *ret_n, bool *ret_odd)
{
	const struct range6 *r = items(ranges);
	size_t n = count(ranges), need, size = 4, at;
	struct bound *table;

	*ret_odd = is_last(r[n - 1].last);
	at = *ret_odd ? 1 : 2;
	need = at + 2 * n;
	while (size < need)
		size *= 2;
	table = calloc(size, sizeof(*table));
	if (!table)
		return NULL;
	for (size_t i = 0; i < n; i++) {
		table[at++] = bound_of(r[i].first);
		if (!is_last(r[i].last))
			table[at++] = bound_of(next_to(r[i].last));
	}
	while (at < size)
		table[at++] = bound_of(all);
	*ret_n = size;
	return table;
}

/* r1, r2 and r7, r8: the number's words, the least significant one in r2. */
static const uint8_t words[] = {BPF_REG_2, BPF_REG_7, BPF_REG_1, BPF_REG_8};

static void take_words(struct code *code)
{
	code_move(code, BPF_REG_7, BPF_REG_2);
	code_alu64(code, BPF_RSH, BPF_REG_7, 32);
	code_move(code, BPF_REG_8, BPF_REG_1);
	code_alu64(code, BPF_RSH, BPF_REG_8, 32);
	code_alu32_reg(code, BPF_MOV, BPF_REG_1, BPF_REG_1);
	code_alu32_reg(code, BPF_MOV, BPF_REG_2, BPF_REG_2);
}

/*
 * One step: r3 += 16 << log2_step if the bound there is at most the number. That is so when the
 * bound minus the number minus 1 is below 0, word by word with a borrow, which is in r0 and in r5
 * in turn. Without a branch, as in ranges.c.
 */
static void table_step(struct code *code, int log2_step)
{
	int offset = (int)sizeof(struct bound) << log2_step, base = BPF_REG_3;
	int borrow = BPF_REG_0, word = BPF_REG_5;

	if (offset > INT16_MAX - (int)sizeof(struct bound)) {
		base = BPF_REG_9;
		code_move(code, base, BPF_REG_3);
		code_alu64(code, BPF_ADD, base, offset);
		offset = 0;
	}
	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		int last = borrow;

		code_load(code, 4, word, base, offset + (int)i * 4);
		if (i)
			code_alu64_reg(code, BPF_SUB, word, last);
		else
			code_alu64(code, BPF_SUB, word, 1);
		code_alu64_reg(code, BPF_SUB, word, words[i]);
		code_alu64(code, BPF_RSH, word, 63);
		borrow = word;
		word = last;
	}
	code_alu64(code, BPF_LSH, borrow, __builtin_ctz(sizeof(struct bound)) + log2_step);
	code_alu64_reg(code, BPF_ADD, BPF_REG_3, borrow);
	code_alu64_reg(code, BPF_ADD, BPF_REG_4, borrow);
}

static void ask_table(struct asker *a, const struct ranges6 *ranges, struct ways ways)
{
	size_t n;
	bool odd;
	cleanup_free struct bound *table = make_table(ranges, &n, &odd);

	if (!table) {
		a->code->error = -ENOMEM;
		return;
	}
	take_words(a->code);
	code_set_data(a->code, BPF_REG_3, table, n * sizeof(*table), true);
	code_set(a->code, BPF_REG_4, 0);
	for (int log2_step = __builtin_ctzl(n) - 1; log2_step >= 0; log2_step--)
		table_step(a->code, log2_step);
	code_alu32(a->code, BPF_AND, BPF_REG_4, sizeof(struct bound));
	ask_end_jump32(a, odd ? BPF_JNE : BPF_JEQ, BPF_REG_4, 0, ways);
}

void ask_ranges6(struct asker *a, const struct ranges6 *ranges, struct ways ways)
{
	if (count(ranges) > TREE_MAX)
		ask_table(a, ranges, ways);
	else
		ask_tree(a, items(ranges), count(ranges), ways);
}
