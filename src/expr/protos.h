/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which protocols an expression leaves possible. */
#ifndef EXPR_PROTOS_H
#define EXPR_PROTOS_H

#include "expr/expr.h"

/* One for every protocol, and one for packets without any (no sound IP header). */
#define PROTOS_N 257

struct protos {
	uint64_t bits[(PROTOS_N + 63) / 64];
};

struct protos protos_all(void);
bool protos_empty(const struct protos *protos);
struct protos protos_and(const struct protos *a, const struct protos *b);
bool protos_within(const struct protos *inner, const struct protos *outer);
/* Those that the header of an L4 field is of. */
struct protos protos_of_l4(enum field_l4 l4);
/*
 * Those of packets for which the expression can be true. exact: it is true for all of these
 * packets, as it asks for nothing but ip.proto.
 */
struct protos protos_of(const struct expr *expr, bool *ret_exact);
/* The L4 header that a value is read from; FIELD_L4_NONE for others. */
enum field_l4 value_l4(const struct value *value);

#endif
