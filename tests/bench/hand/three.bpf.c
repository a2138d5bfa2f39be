/* SPDX-License-Identifier: GPL-2.0-or-later */
/* tcp.dstport == 443 and ip.dst in {192.0.2.0/24} and tcp.flags.syn */
#include "hand.h"

PROGRAM
{
	union head h = {};
	struct l4 l4 = {};

	if (!load_head(skb, &h) || (h.w[4] & bpf_htonl(0xffffff00)) != bpf_htonl(IP4(192, 0, 2, 0)))
		return 0;
	return find4(skb, &h, IPPROTO_TCP, 20, &l4) && l4.h[1] == bpf_htons(443) && l4.b[13] & 2;
}

LICENSE;
