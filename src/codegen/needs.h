/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a program wants to know of the packet before it begins to ask. */
#ifndef CODEGEN_NEEDS_H
#define CODEGEN_NEEDS_H

#include "expr/expr.h"

/* Members of struct mfw_pkt that are looked at. version, proto, ttl and flags always may be. */
enum need {
	NEED_PROTO = 1 << 0,
	NEED_SADDR = 1 << 1,
	NEED_DADDR = 1 << 2,
	NEED_END = 1 << 3,
	NEED_L4_OFF = 1 << 4,
	NEED_SPORT = 1 << 5,
	NEED_DPORT = 1 << 6,
	NEED_TCP_FLAGS = 1 << 7,
	NEED_ICMP = 1 << 8, /* type and code */
	/* Whether headers are there: of TCP, and of UDP or ICMP. */
	NEED_TCP = 1 << 9,
	NEED_SHORT = 1 << 10,
	/* All members: it is lent to functions that may look at any of them. */
	NEED_ALL = 1 << 11,
};

unsigned needs_of(const struct expr *expr);
/* How many bytes of the L4 header have to be there for any of it. */
int needs_l4_len(unsigned needs);
/* How many questions there are. */
size_t needs_count(const struct expr *expr);

#endif
