/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ip.src in {2001:db8::/32} and udp.dstport in {53 5353} */
#include "hand.h"

PROGRAM
{
	union head h = {};
	struct l4 l4 = {};

	if (!load_head(skb, &h) || h.w[2] != bpf_htonl(0x20010db8))
		return 0;
	return find6(skb, &h, IPPROTO_UDP, 8, &l4) &&
	       (l4.h[1] == bpf_htons(53) || l4.h[1] == bpf_htons(5353));
}

LICENSE;
