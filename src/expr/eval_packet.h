/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An IP packet taken apart in user space: the plain second reading of what include/mfw/parse.h
 * reads in the kernel. It shares nothing with that one, so that the two can judge each other.
 */
#ifndef EXPR_EVAL_PACKET_H
#define EXPR_EVAL_PACKET_H

#include "model/field.h"

struct eval_packet {
	const uint8_t *bytes; /* from the IP header's first byte on; the caller's */
	size_t len;           /* how many there are, padding included */
	unsigned version;     /* 4, 6, or 0: no sound IP header, and nothing below holds */
	size_t claimed;       /* the packet's length, as its IP header says */
	size_t end;           /* the end of what there is of it: claimed, or len when cut off */
	size_t header_len;    /* IPv4: with options; IPv6: 40 */
	uint8_t ttl;          /* or hop limit */
	uint8_t proto;        /* behind IPv6's extension headers, as far as they can be followed */
	size_t l4;            /* where proto's header begins */
	bool has_l4; /* it can begin there: extension headers are whole, no later fragment */
};

/* How many extension headers are followed. */
#define EVAL_EXT_MAX 8

void eval_packet_read(struct eval_packet *ret, const uint8_t *bytes, size_t len);
/* Whether the packet has what a field of that header needs: see model/field.h. */
bool eval_packet_has(const struct eval_packet *packet, enum field_l4 l4);

#endif
