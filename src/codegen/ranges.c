/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Membership of a number in a set: by compares, as a balanced tree, or, for large sets, by a search
 * in a table whose steps are the same whatever the number is.
 */
#include "codegen/ask.h"

#include <errno.h>
#include <stdlib.h>

/* Ranges that are compared with one after the other; above TREE_MAX they become a table. */
#define CHAIN_MAX 3
#define TREE_MAX  256

static struct range *items(const struct ranges *ranges)
{
	return (struct range *)(void *)ranges->items.data;
}

static size_t count(const struct ranges *ranges)
{
	return ranges->items.len / sizeof(struct range);
}

void ranges_add(struct code *code, struct ranges *ranges, uint32_t low, uint32_t high)
{
	const struct range range = {low, high};

	if (low <= high && buf_add(&ranges->items, &range, sizeof(range)) && !code->error)
		code->error = -ENOMEM;
}

static int by_low(const void *a, const void *b)
{
	uint32_t x = ((const struct range *)a)->low, y = ((const struct range *)b)->low;

	return (x > y) - (x < y);
}

void ranges_tidy(struct ranges *ranges)
{
	struct range *r = items(ranges);
	size_t n = count(ranges), kept = 0;

	if (n)
		qsort(r, n, sizeof(*r), by_low);
	for (size_t i = 1; i < n; i++) {
		if (r[kept].high != UINT32_MAX && r[i].low > r[kept].high + 1)
			r[++kept] = r[i];
		else if (r[i].high > r[kept].high)
			r[kept].high = r[i].high;
	}
	if (n)
		ranges->items.len = (kept + 1) * sizeof(*r);
}

bool ranges_have(const struct ranges *ranges, uint32_t value)
{
	for (size_t i = 0; i < count(ranges); i++)
		if (value >= items(ranges)[i].low && value <= items(ranges)[i].high)
			return true;
	return false;
}

void ranges_clear(struct ranges *ranges)
{
	buf_clear(&ranges->items);
}

/* ---- compares ---- */

/* Ranges [0, n) of r; the number is known to be within low..high. */
struct span {
	const struct range *r;
	size_t n;
	uint32_t low, high;
};

static void ask_range(struct asker *a, const struct range *r, uint32_t low, uint32_t high,
		      struct ways ways)
{
	if (r->low <= low && r->high >= high)
		ask_end(a, true, ways);
	else if (r->low == r->high)
		ask_end_jump32(a, BPF_JEQ, BPF_REG_1, r->low, ways);
	else if (r->low <= low)
		ask_end_jump32(a, BPF_JLE, BPF_REG_1, r->high, ways);
	else if (r->high >= high)
		ask_end_jump32(a, BPF_JGE, BPF_REG_1, r->low, ways);
	else {
		code_jump32(a->code, BPF_JLT, BPF_REG_1, r->low, ways.no);
		ask_end_jump32(a, BPF_JLE, BPF_REG_1, r->high, ways);
	}
}

static bool all_single(const struct span *s)
{
	for (size_t i = 0; i < s->n; i++)
		if (s->r[i].low != s->r[i].high)
			return false;
	return true;
}

static void ask_chain(struct asker *a, const struct span *s, struct ways ways)
{
	for (size_t i = 0; i + 1 < s->n; i++)
		code_jump32(a->code, BPF_JEQ, BPF_REG_1, s->r[i].low, ways.yes);
	ask_end_jump32(a, BPF_JEQ, BPF_REG_1, s->r[s->n - 1].low, ways);
}

static void ask_tree(struct asker *a, struct span s, struct ways ways)
{
	size_t half = s.n / 2;
	struct span below, above;
	uint32_t right;

	if (s.n <= 1 || (s.n <= CHAIN_MAX && all_single(&s))) {
		if (!s.n)
			ask_end(a, false, ways);
		else if (s.n == 1)
			ask_range(a, s.r, s.low, s.high, ways);
		else
			ask_chain(a, &s, ways);
		return;
	}
	below = (struct span){s.r, half, s.low, s.r[half].low - 1};
	above = (struct span){s.r + half, s.n - half, s.r[half].low, s.high};
	right = code_label(a->code);
	code_jump32(a->code, BPF_JGE, BPF_REG_1, s.r[half].low, right);
	ask_tree(a, below, (struct ways){ways.yes, ways.no, right});
	code_place(a->code, right);
	ask_tree(a, above, ways);
}

/* ---- table ---- */

/*
 * The ranges' bounds (first number inside, first behind, and so on) in order: a number is inside
 * when the last bound that is not above it has an odd place. The table is a power of two long, with
 * 0 in front and UINT32_MAX behind, whose last place is odd: so where UINT32_MAX is outside, the
 * bounds are one place higher, and even is inside.
 */
static uint32_t *make_table(const struct ranges *ranges, size_t *ret_n, bool *ret_odd)
{
	const struct range *r = items(ranges);
	size_t n = count(ranges), need, size = 4, at;
	uint32_t *table;

	*ret_odd = r[n - 1].high == UINT32_MAX;
	at = *ret_odd ? 1 : 2;
	need = at + 2 * n;
	while (size < need)
		size *= 2;
	table = calloc(size, sizeof(*table));
	if (!table)
		return NULL;
	for (size_t i = 0; i < n; i++) {
		table[at++] = r[i].low;
		if (r[i].high != UINT32_MAX)
			table[at++] = r[i].high + 1;
	}
	while (at < size)
		table[at++] = UINT32_MAX;
	*ret_n = size;
	return table;
}

/* w3 = the bound that is so many bytes behind r2: a load reaches only INT16_MAX bytes itself. */
static void load_bound(struct code *code, int offset)
{
	if (offset <= INT16_MAX) {
		code_load(code, 4, BPF_REG_3, BPF_REG_2, offset);
		return;
	}
	code_move(code, BPF_REG_3, BPF_REG_2);
	code_alu64(code, BPF_ADD, BPF_REG_3, offset);
	code_load(code, 4, BPF_REG_3, BPF_REG_3, 0);
}

/*
 * One step: r2 += 4 << log2_step if that one is <= w1, without a branch that the verifier would
 * follow. It would also follow both results of a shift that fills with the sign.
 */
static void table_step(struct code *code, int log2_step)
{
	load_bound(code, 4 << log2_step);
	/* below 0 if and only if the bound is at most the number */
	code_alu64(code, BPF_SUB, BPF_REG_3, 1);
	code_alu64_reg(code, BPF_SUB, BPF_REG_3, BPF_REG_1);
	code_alu64(code, BPF_RSH, BPF_REG_3, 63);
	code_alu64(code, BPF_LSH, BPF_REG_3, 2 + log2_step);
	code_alu64_reg(code, BPF_ADD, BPF_REG_2, BPF_REG_3);
	code_alu64_reg(code, BPF_ADD, BPF_REG_4, BPF_REG_3);
}

void ask_place(struct asker *a, const uint32_t *table, size_t n)
{
	code_set_data(a->code, BPF_REG_2, table, n * sizeof(*table), true);
	code_set(a->code, BPF_REG_4, 0);
	for (int log2_step = __builtin_ctzl(n) - 1; log2_step >= 0; log2_step--)
		table_step(a->code, log2_step);
}

static void ask_table(struct asker *a, const struct ranges *ranges, struct ways ways)
{
	size_t n;
	bool odd;
	cleanup_free uint32_t *table = make_table(ranges, &n, &odd);

	if (!table) {
		a->code->error = -ENOMEM;
		return;
	}
	ask_place(a, table, n);
	code_alu32(a->code, BPF_AND, BPF_REG_4, 4);
	ask_end_jump32(a, odd ? BPF_JNE : BPF_JEQ, BPF_REG_4, 0, ways);
}

void ask_ranges(struct asker *a, const struct ranges *ranges, uint32_t max, struct ways ways)
{
	if (count(ranges) > TREE_MAX)
		ask_table(a, ranges, ways);
	else
		ask_tree(a, (struct span){items(ranges), count(ranges), 0, max}, ways);
}
