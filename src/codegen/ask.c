/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "codegen/ask.h"
#include "expr/constant.h"

#include <linux/in.h>

/* Which of the packet's bytes 0..3 (version, proto, ttl, flags) say that an L4 header is there. */
#define L4_IS(proto) ((uint32_t)MFW_PKT_L4 << 24 | (uint32_t)(proto) << 8)
#define L4_FLAG_MASK ((uint32_t)MFW_PKT_L4 << 24 | 0xff00u)
#define PROTO_ICMPV6 58

_Static_assert(offsetof(struct mfw_pkt, proto) == 1 && offsetof(struct mfw_pkt, flags) == 3,
	       "the four first members are looked at in one");

void ask_set_frame(struct asker *a, int reg, int offset)
{
	code_move(a->code, reg, BPF_REG_10);
	code_alu64(a->code, BPF_ADD, reg, offset);
}

void ask_load_scratch(struct asker *a, int n)
{
	code_move(a->code, BPF_REG_1, BPF_REG_6);
	ask_set_frame(a, BPF_REG_3, FRAME_SCRATCH);
	code_set(a->code, BPF_REG_4, n);
	code_call_helper(a->code, BPF_FUNC_skb_load_bytes);
}

/* ---- ends ---- */

void ask_end(struct asker *a, bool answer, struct ways ways)
{
	uint32_t to = answer ? ways.yes : ways.no;

	if (to != ways.next)
		code_goto(a->code, to);
}

/* The compare that holds when op does not; 0: there is none. */
static int opposite(int op)
{
	static const int pairs[][2] = {
		{BPF_JEQ, BPF_JNE},   {BPF_JLT, BPF_JGE},   {BPF_JLE, BPF_JGT},
		{BPF_JSLT, BPF_JSGE}, {BPF_JSLE, BPF_JSGT},
	};

	for (size_t i = 0; i < ARRAY_SIZE(pairs); i++)
		for (int j = 0; j < 2; j++)
			if (pairs[i][j] == op)
				return pairs[i][1 - j];
	return 0;
}

void ask_end_jump32(struct asker *a, int op, int reg, uint32_t value, struct ways ways)
{
	if (ways.yes == ways.next && opposite(op)) {
		code_jump32(a->code, opposite(op), reg, value, ways.no);
		return;
	}
	code_jump32(a->code, op, reg, value, ways.yes);
	ask_end(a, false, ways);
}

/* ---- what is there ---- */

static unsigned known_of(enum field_l4 l4)
{
	switch (l4) {
	case FIELD_L4_TCP: return KNOWN_TCP | KNOWN_IP;
	case FIELD_L4_UDP: return KNOWN_UDP | KNOWN_IP;
	case FIELD_L4_ICMP: return KNOWN_ICMP | KNOWN_IP;
	default: return KNOWN_IP;
	}
}

unsigned ask_known(const struct value *value)
{
	const struct field *field = value_field(value);

	return field && field->kind != FIELD_OF_NODE ? known_of(field->l4) : 0;
}

void ask_present(struct asker *a, enum field_l4 l4, uint32_t missing)
{
	struct code *code = a->code;
	uint32_t here;

	if ((a->known & known_of(l4)) == known_of(l4))
		return;
	if (l4 == FIELD_L4_NONE) {
		code_load(code, 1, BPF_REG_1, BPF_REG_10, PKT(version));
		code_jump32(code, BPF_JEQ, BPF_REG_1, 0, missing);
		return;
	}
	here = code_label(code);
	code_load(code, 4, BPF_REG_1, BPF_REG_10, FRAME_PKT);
	code_alu32(code, BPF_AND, BPF_REG_1, L4_FLAG_MASK);
	if (l4 == FIELD_L4_ICMP) {
		code_jump32(code, BPF_JEQ, BPF_REG_1, L4_IS(PROTO_ICMPV6), here);
		code_jump32(code, BPF_JNE, BPF_REG_1, L4_IS(IPPROTO_ICMP), missing);
	} else {
		code_jump32(code, BPF_JNE, BPF_REG_1, L4_IS(l4), missing);
	}
	code_place(code, here);
}
