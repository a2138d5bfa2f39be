/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ip.src in {198.51.100.0/24} and ip.dst == 192.0.2.10 and tcp.dstport in {80 443} and
 * ip.ttl gt 10 and tcp.flags.syn
 */
#include "hand.h"

PROGRAM
{
	union head h = {};
	struct l4 l4 = {};

	if (!load_head(skb, &h))
		return 0;
	if ((h.w[3] & bpf_htonl(0xffffff00)) != bpf_htonl(IP4(198, 51, 100, 0)))
		return 0;
	if (h.w[4] != bpf_htonl(IP4(192, 0, 2, 10)) || h.b[8] <= 10)
		return 0;
	if (!find4(skb, &h, IPPROTO_TCP, 20, &l4) || !(l4.b[13] & 2))
		return 0;
	return l4.h[1] == bpf_htons(80) || l4.h[1] == bpf_htons(443);
}

LICENSE;
