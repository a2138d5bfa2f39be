/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Addresses: each family has its own part of the question. */
#include "codegen/ask.h"

#include <endian.h>
#include <string.h>

/* ---- what is asked ---- */

/* The set of one family, as ranges; lt and its like are ranges from or to an end of the family. */
struct asked {
	struct ranges four;
	struct ranges6 six;
};

static void asked_clear(struct asked *asked)
{
	ranges_clear(&asked->four);
	ranges6_clear(&asked->six);
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

static void gather(struct code *code, const struct expr *compare, struct asked *ret)
{
	for (size_t i = 0; i < compare->n_literals; i++) {
		const struct literal *l = &compare->literals[i];

		if (l->first.family == 4)
			add4(code, compare->op, number4(&l->first), number4(&l->last), &ret->four);
		else
			ranges6_add(code, &ret->six, compare->op, number6(&l->first),
				    number6(&l->last));
	}
	ranges_tidy(&ret->four);
	ranges6_tidy(&ret->six);
}

/* ---- how it is asked ---- */

static void ask4(struct asker *a, int field, const struct ranges *ranges, struct ways ways)
{
	code_load(a->code, 4, BPF_REG_1, BPF_REG_10, field);
	code_from_network(a->code, BPF_REG_1, 32);
	ask_ranges(a, ranges, UINT32_MAX, ways);
}

static void ask6(struct asker *a, int field, const struct ranges6 *six, struct ways ways)
{
	code_load(a->code, 8, BPF_REG_1, BPF_REG_10, field);
	code_load(a->code, 8, BPF_REG_2, BPF_REG_10, field + 8);
	code_from_network(a->code, BPF_REG_1, 64);
	code_from_network(a->code, BPF_REG_2, 64);
	ask_ranges6(a, six, ways);
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
	six = asked.six.items.len && !(a->known & KNOWN_IP4);
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
