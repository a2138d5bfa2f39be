/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Numbers of the packet: header fields, bits of a header, how many bytes there are. */
#include "codegen/ask.h"
#include "codegen/view.h"

#include <linux/bpf.h>

/* ---- where numbers are ---- */

/* A field that stands in struct mfw_pkt as it is. */
struct place {
	int size;
	int offset;
	/* Where the packet does not have the field, 0 stands there. */
	bool zero;
};

static const struct place places[] = {
	[FIELD_IP_TTL] = {1, PKT(ttl), true},
	[FIELD_TCP_SRCPORT] = {2, PKT(sport), false},
	[FIELD_TCP_DSTPORT] = {2, PKT(dport), false},
	[FIELD_UDP_SRCPORT] = {2, PKT(sport), false},
	[FIELD_UDP_DSTPORT] = {2, PKT(dport), false},
	[FIELD_TCP_FLAGS] = {1, PKT(tcp_flags), true},
	[FIELD_ICMP_TYPE] = {1, PKT(icmp_type), true},
	[FIELD_ICMP_CODE] = {1, PKT(icmp_code), true},
};

static const struct place *find_place(const struct value *value)
{
	if (value->kind != VALUE_FIELD || value->field->id >= ARRAY_SIZE(places) ||
	    !places[value->field->id].size)
		return NULL;
	return &places[value->field->id];
}

/* ---- w1 = the number, or a jump to missing ---- */

/* What stands in the packet's description is at most what the header claims. */
static void load_ip_len(struct asker *a, uint32_t missing)
{
	struct code *code = a->code;
	uint32_t have = code_label(code), four = code_label(code);

	ask_present(a, FIELD_L4_NONE, missing);
	code_load(code, 4, BPF_REG_1, BPF_REG_10, PKT(end));
	code_load(code, 1, BPF_REG_2, BPF_REG_10, PKT(flags));
	code_alu32(code, BPF_AND, BPF_REG_2, MFW_PKT_CUT);
	code_jump32(code, BPF_JEQ, BPF_REG_2, 0, have);
	code_load(code, 1, BPF_REG_7, BPF_REG_10, PKT(version));
	code_set(code, BPF_REG_2, 2);
	code_jump32(code, BPF_JEQ, BPF_REG_7, 4, four);
	code_set(code, BPF_REG_2, 4);
	code_place(code, four);
	ask_load_scratch(a, 2);
	code_load(code, 2, BPF_REG_1, BPF_REG_10, FRAME_SCRATCH);
	code_from_network(code, BPF_REG_1, 16);
	code_jump32(code, BPF_JEQ, BPF_REG_7, 4, have);
	code_alu32(code, BPF_ADD, BPF_REG_1, 40);
	code_place(code, have);
}

static void load_ip_hdr_len(struct asker *a, uint32_t missing)
{
	struct code *code = a->code;
	uint32_t have = code_label(code);

	ask_present(a, FIELD_L4_NONE, missing);
	code_load(code, 1, BPF_REG_2, BPF_REG_10, PKT(version));
	code_set(code, BPF_REG_1, 40);
	code_jump32(code, BPF_JEQ, BPF_REG_2, 6, have);
	code_load(code, 4, BPF_REG_1, BPF_REG_10, PKT(l4_off));
	code_place(code, have);
}

/* The first option's type stands behind the header's fixed part. */
static void load_ip_option(struct asker *a, uint32_t missing)
{
	struct code *code = a->code;

	code_load(code, 1, BPF_REG_1, BPF_REG_10, PKT(version));
	code_jump32(code, BPF_JNE, BPF_REG_1, 4, missing);
	code_load(code, 4, BPF_REG_1, BPF_REG_10, PKT(l4_off));
	code_jump32(code, BPF_JLE, BPF_REG_1, 20, missing);
	code_set(code, BPF_REG_2, 20);
	ask_load_scratch(a, 1);
	code_load(code, 1, BPF_REG_1, BPF_REG_10, FRAME_SCRATCH);
}

/* The bytes that the bits are in, at most five, are read as eight. */
static void load_bits(struct asker *a, const struct value *value, uint32_t missing)
{
	struct code *code = a->code;
	int first = value->start / 8, n = (value->end + 7) / 8 - first;
	int bits = value->end - value->start;

	ask_present(a, value->field->l4, missing);
	code_set(code, BPF_REG_2, first);
	if (value->field->id != FIELD_IP_HEADER) {
		code_load(code, 4, BPF_REG_2, BPF_REG_10, PKT(l4_off));
		code_alu64(code, BPF_ADD, BPF_REG_2, first);
	}
	code_load(code, 4, BPF_REG_1, BPF_REG_10, PKT(end));
	code_move(code, BPF_REG_3, BPF_REG_2);
	code_alu64(code, BPF_ADD, BPF_REG_3, n);
	code_jump64(code, BPF_JGT, BPF_REG_3, BPF_REG_1, missing);
	code_store_value(code, 8, BPF_REG_10, FRAME_SCRATCH, 0);
	ask_load_scratch(a, n);
	code_load(code, 8, BPF_REG_1, BPF_REG_10, FRAME_SCRATCH);
	code_from_network(code, BPF_REG_1, 64);
	if (value->start % 8)
		code_alu64(code, BPF_LSH, BPF_REG_1, value->start % 8);
	code_alu64(code, BPF_RSH, BPF_REG_1, 64 - bits);
}

static void load_field(struct asker *a, const struct value *value, bool may_be_zero,
		       uint32_t missing)
{
	const struct place *place = find_place(value);

	if (value->field->kind == FIELD_OF_MATCHER) {
		ask_field_load(a, value->field, missing);
		code_load(a->code, 4, BPF_REG_1, BPF_REG_10, FRAME_SCRATCH);
	} else if (value->field->kind == FIELD_OF_ADDRESS) {
		ask_load_asnum(a, value->field, missing);
	} else if (value->field->id == FIELD_IP_LEN) {
		load_ip_len(a, missing);
	} else if (value->field->id == FIELD_IP_HDR_LEN) {
		load_ip_hdr_len(a, missing);
	} else if (value->field->id == FIELD_IP_OPT_TYPE) {
		load_ip_option(a, missing);
	} else {
		if (!place->zero || may_be_zero)
			ask_present(a, value->field->l4, missing);
		code_load(a->code, place->size, BPF_REG_1, BPF_REG_10, place->offset);
	}
}

/* may_be_zero: whether 0 would lead elsewhere than a missing value does. */
static void load_number(struct asker *a, const struct value *value, bool may_be_zero,
			uint32_t missing)
{
	if (value->kind == VALUE_BIT_SLICE)
		load_bits(a, value, missing);
	else if (value->kind == VALUE_LEN)
		view_load_len(a, value->of, missing);
	else
		load_field(a, value, may_be_zero, missing);
}

static uint32_t greatest(const struct value *value)
{
	const struct place *place = find_place(value);

	return !place ? UINT32_MAX : place->size == 1 ? UINT8_MAX : UINT16_MAX;
}

/* ---- what is asked ---- */

static void add_literal(struct code *code, enum expr_op op, const struct literal *literal,
			struct ranges *ranges)
{
	uint64_t low = 0, high = UINT32_MAX;

	switch (op) {
	case OP_LT:
		if (!literal->low)
			return;
		high = literal->low - 1;
		break;
	case OP_LE: high = literal->low; break;
	case OP_GT:
		if (literal->low == UINT64_MAX)
			return;
		low = literal->low + 1;
		break;
	case OP_GE: low = literal->low; break;
	default:
		low = literal->low;
		high = literal->high;
		break;
	}
	if (low <= UINT32_MAX)
		ranges_add(code, ranges, low, high < UINT32_MAX ? high : UINT32_MAX);
}

void ask_number(struct asker *a, const struct expr *compare, struct ways ways)
{
	cleanup_ranges struct ranges ranges = {};

	if (compare->op == OP_BITS) {
		load_number(a, compare->value, false, ways.no);
		ask_end_jump32(a, BPF_JSET, BPF_REG_1, compare->literals[0].low, ways);
		return;
	}
	for (size_t i = 0; i < compare->n_literals; i++)
		add_literal(a->code, compare->op, &compare->literals[i], &ranges);
	ranges_tidy(&ranges);
	load_number(a, compare->value, ranges_have(&ranges, 0), ways.no);
	ask_ranges(a, &ranges, greatest(compare->value), ways);
}
