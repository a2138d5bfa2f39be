/* SPDX-License-Identifier: GPL-2.0-or-later */
/* bit_slice(udp, 64, 96) == 0x48656c6c */
#include "hand.h"

PROGRAM
{
	union head h = {};
	struct l4 l4 = {};
	__be32 word;
	__u32 end;

	if (!load_head(skb, &h) || !find(skb, &h, IPPROTO_UDP, 8, &l4))
		return 0;
	end = h.b[0] >> 4 == 4 ? end4(skb, &h) : end6(skb, &h);
	if (l4.off + 12 > end || bpf_skb_load_bytes(skb, l4.off + 8, &word, sizeof(word)))
		return 0;
	return word == bpf_htonl(0x48656c6c);
}

LICENSE;
