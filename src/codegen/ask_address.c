/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Addresses: each family has its own part of the question. */
#include "codegen/ask.h"

#include <endian.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* An IPv6 address as two numbers. */
struct wide {
	uint64_t high, low;
};

struct wide_range {
	struct wide first, last;
};

static int compare_wide(struct wide a, struct wide b)
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

static bool is_last(struct wide a)
{
	return a.high == UINT64_MAX && a.low == UINT64_MAX;
}

/* ---- what is asked ---- */

/* The set of one family, as ranges; lt and its like are ranges from or to an end of the family. */
struct asked {
	struct ranges four;
	struct buf six; /* struct wide_range, in order, apart */
};

static void asked_clear(struct asked *asked)
{
	ranges_clear(&asked->four);
	buf_clear(&asked->six);
}

static uint32_t number4(const struct ip *ip)
{
	uint32_t be;

	memcpy(&be, ip->bytes, sizeof(be));
	return be32toh(be);
}

static struct wide number6(const struct ip *ip)
{
	uint64_t be[2];

	memcpy(be, ip->bytes, sizeof(be));
	return (struct wide){be64toh(be[0]), be64toh(be[1])};
}

static void add4(struct code *code, enum expr_op op, uint32_t first, uint32_t last,
		 struct ranges *ranges)
{
	switch (op) {
	case OP_LT:
		if (first)
			ranges_add(code, ranges, 0, first - 1);
		break;
	case OP_LE: ranges_add(code, ranges, 0, first); break;
	case OP_GT:
		if (first != UINT32_MAX)
			ranges_add(code, ranges, first + 1, UINT32_MAX);
		break;
	case OP_GE: ranges_add(code, ranges, first, UINT32_MAX); break;
	default: ranges_add(code, ranges, first, last); break;
	}
}

static void add6(struct code *code, enum expr_op op, struct wide first, struct wide last,
		 struct buf *six)
{
	struct wide_range r = {first, last};

	if ((op == OP_LT && !first.high && !first.low) || (op == OP_GT && is_last(first)))
		return;
	if (op == OP_LT || op == OP_LE) {
		r.first = (struct wide){};
		r.last = first;
		if (op == OP_LT) {
			r.last.high -= !first.low;
			r.last.low--;
		}
	} else if (op == OP_GT || op == OP_GE) {
		r.first = op == OP_GT ? next_to(first) : first;
		r.last = (struct wide){UINT64_MAX, UINT64_MAX};
	}
	if (buf_add(six, &r, sizeof(r)) && !code->error)
		code->error = -ENOMEM;
}

static int by_first(const void *a, const void *b)
{
	return compare_wide(((const struct wide_range *)a)->first,
			    ((const struct wide_range *)b)->first);
}

static void tidy6(struct buf *six)
{
	struct wide_range *r = (struct wide_range *)(void *)six->data;
	size_t n = six->len / sizeof(*r), kept = 0;

	if (n)
		qsort(r, n, sizeof(*r), by_first);
	for (size_t i = 1; i < n; i++) {
		if (!is_last(r[kept].last) && compare_wide(r[i].first, next_to(r[kept].last)) > 0)
			r[++kept] = r[i];
		else if (compare_wide(r[i].last, r[kept].last) > 0)
			r[kept].last = r[i].last;
	}
	if (n)
		six->len = (kept + 1) * sizeof(*r);
}

static void gather(struct code *code, const struct expr *compare, struct asked *ret)
{
	for (size_t i = 0; i < compare->n_literals; i++) {
		const struct literal *l = &compare->literals[i];

		if (l->first.family == 4)
			add4(code, compare->op, number4(&l->first), number4(&l->last), &ret->four);
		else
			add6(code, compare->op, number6(&l->first), number6(&l->last), &ret->six);
	}
	ranges_tidy(&ret->four);
	tidy6(&ret->six);
}

/* ---- how it is asked ---- */

static void ask4(struct asker *a, int field, const struct ranges *ranges, struct ways ways)
{
	code_load(a->code, 4, BPF_REG_1, BPF_REG_10, field);
	code_from_network(a->code, BPF_REG_1, 32);
	ask_ranges(a, ranges, UINT32_MAX, ways);
}

/* Jumps to `at_least` when the address in r1 and r2 is at least bound; falls through otherwise. */
static void split6(struct code *code, struct wide bound, uint32_t at_least)
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

static void ask_one6(struct asker *a, const struct wide_range *r, struct ways ways)
{
	uint32_t inside = code_label(a->code);

	if (!compare_wide(r->first, r->last)) {
		code_set64(a->code, BPF_REG_3, r->first.high);
		code_jump64(a->code, BPF_JNE, BPF_REG_1, BPF_REG_3, ways.no);
		code_set64(a->code, BPF_REG_3, r->first.low);
		code_jump64(a->code, BPF_JNE, BPF_REG_2, BPF_REG_3, ways.no);
		ask_end(a, true, ways);
		return;
	}
	if (r->first.high || r->first.low) {
		split6(a->code, r->first, inside);
		code_goto(a->code, ways.no);
	}
	code_place(a->code, inside);
	if (!is_last(r->last))
		split6(a->code, next_to(r->last), ways.no);
	ask_end(a, true, ways);
}

static void ask_tree6(struct asker *a, const struct wide_range *r, size_t n, struct ways ways)
{
	uint32_t right;

	if (n == 1) {
		ask_one6(a, r, ways);
		return;
	}
	right = code_label(a->code);
	split6(a->code, r[n / 2].first, right);
	ask_tree6(a, r, n / 2, (struct ways){ways.yes, ways.no, right});
	code_place(a->code, right);
	ask_tree6(a, r + n / 2, n - n / 2, ways);
}

static void ask6(struct asker *a, int field, const struct buf *six, struct ways ways)
{
	code_load(a->code, 8, BPF_REG_1, BPF_REG_10, field);
	code_load(a->code, 8, BPF_REG_2, BPF_REG_10, field + 8);
	code_from_network(a->code, BPF_REG_1, 64);
	code_from_network(a->code, BPF_REG_2, 64);
	ask_tree6(a, (const struct wide_range *)(void *)six->data,
		  six->len / sizeof(struct wide_range), ways);
}

/* Addresses of the family that nothing is asked of are not in the set, like missing ones. */
void ask_address(struct asker *a, const struct expr *compare, struct ways ways)
{
	int field = compare->value->field->id == FIELD_IP_SRC ? PKT(saddr) : PKT(daddr);
	cleanup(asked_clear) struct asked asked = {};
	bool four, six;
	uint32_t at_six;

	gather(a->code, compare, &asked);
	four = asked.four.items.len && !(a->known & KNOWN_IP6);
	six = asked.six.len && !(a->known & KNOWN_IP4);
	if (!four && !six) {
		ask_end(a, false, ways);
		return;
	}
	at_six = code_label(a->code);
	if (!(a->known & (four ? KNOWN_IP4 : KNOWN_IP6)) || (four && six)) {
		code_load(a->code, 1, BPF_REG_1, BPF_REG_10, PKT(version));
		code_jump32(a->code, BPF_JNE, BPF_REG_1, four ? 4 : 6,
			    four && six ? at_six : ways.no);
	}
	if (four)
		ask4(a, field, &asked.four, six ? (struct ways){ways.yes, ways.no, at_six} : ways);
	if (four && six) {
		code_place(a->code, at_six);
		code_load(a->code, 1, BPF_REG_1, BPF_REG_10, PKT(version));
		code_jump32(a->code, BPF_JNE, BPF_REG_1, 6, ways.no);
	}
	if (six)
		ask6(a, field, &asked.six, ways);
}
