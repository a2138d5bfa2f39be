/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ends_with(udp, "xyzzy") */
#include "hand.h"

PROGRAM
{
	union head h = {};
	struct l4 l4 = {};
	__u32 end;
	union {
		__u8 b[8];
		__u64 d;
	} last = {};

	if (!load_head(skb, &h) || !find(skb, &h, IPPROTO_UDP, 8, &l4))
		return 0;
	end = h.b[0] >> 4 == 4 ? end4(skb, &h) : end6(skb, &h);
	if (end < l4.off + 5 || bpf_skb_load_bytes(skb, end - 5, last.b, 5))
		return 0;
	return last.d == bpf_cpu_to_be64(0x78797a7a79000000);
}

LICENSE;
