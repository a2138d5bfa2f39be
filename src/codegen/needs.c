/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "codegen/needs.h"
#include "base/cleanup.h"

/* What is not here has no need but that of the header that it stands in. */
static const unsigned by_field[] = {
	[FIELD_IP_SRC] = NEED_SADDR,        [FIELD_IP_DST] = NEED_DADDR,
	[FIELD_IP_PROTO] = NEED_PROTO,      [FIELD_IP_LEN] = NEED_END,
	[FIELD_IP_HDR_LEN] = NEED_L4_OFF,   [FIELD_IP_OPT_TYPE] = NEED_L4_OFF,
	[FIELD_TCP_SRCPORT] = NEED_SPORT,   [FIELD_TCP_DSTPORT] = NEED_DPORT,
	[FIELD_UDP_SRCPORT] = NEED_SPORT,   [FIELD_UDP_DSTPORT] = NEED_DPORT,
	[FIELD_TCP_FLAGS] = NEED_TCP_FLAGS, [FIELD_TCP_FLAG] = NEED_TCP_FLAGS,
	[FIELD_ICMP_TYPE] = NEED_ICMP,      [FIELD_ICMP_CODE] = NEED_ICMP,
};

static unsigned of_l4(enum field_l4 l4)
{
	switch (l4) {
	case FIELD_L4_NONE: return 0;
	case FIELD_L4_TCP: return NEED_TCP | NEED_PROTO;
	default: return NEED_SHORT | NEED_PROTO;
	}
}

static unsigned of_field(const struct field *field)
{
	switch (field->kind) {
	case FIELD_OF_HEADER: return NEED_END | NEED_L4_OFF | of_l4(field->l4);
	case FIELD_OF_PACKET:
		return of_l4(field->l4) |
		       (field->id < ARRAY_SIZE(by_field) ? by_field[field->id] : 0);
	default: return NEED_ALL;
	}
}

static unsigned of_value(const struct value *value)
{
	while (value->of)
		value = value->of;
	return value->field ? of_field(value->field) : NEED_ALL;
}

unsigned needs_of(const struct expr *expr)
{
	unsigned needs = 0;

	if (expr->value)
		needs = of_value(expr->value);
	for (size_t i = 0; i < expr->n_operands; i++)
		needs |= needs_of(expr->operands[i]);
	return needs;
}

int needs_l4_len(unsigned needs)
{
	return needs & NEED_TCP ? 20 : needs & NEED_SHORT ? 8 : 0;
}

size_t needs_count(const struct expr *expr)
{
	size_t n = !expr->n_operands;

	for (size_t i = 0; i < expr->n_operands; i++)
		n += needs_count(expr->operands[i]);
	return n;
}
