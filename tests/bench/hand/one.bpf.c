/* SPDX-License-Identifier: GPL-2.0-or-later */
/* udp.dstport == 5060 */
#include "hand.h"

PROGRAM
{
	union head h = {};
	struct l4 l4 = {};

	return load_head(skb, &h) && find(skb, &h, IPPROTO_UDP, 8, &l4) &&
	       l4.h[1] == bpf_htons(5060);
}

LICENSE;
