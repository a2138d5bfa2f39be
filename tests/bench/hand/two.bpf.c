/* SPDX-License-Identifier: GPL-2.0-or-later */
/* udp.dstport in {53 5060..5070} and ip.src in {198.51.100.0/24} */
#include "hand.h"

PROGRAM
{
	union head h = {};
	struct l4 l4 = {};
	__u32 port;

	if (!load_head(skb, &h) ||
	    (h.w[3] & bpf_htonl(0xffffff00)) != bpf_htonl(IP4(198, 51, 100, 0)))
		return 0;
	if (!find4(skb, &h, IPPROTO_UDP, 8, &l4))
		return 0;
	port = bpf_ntohs(l4.h[1]);
	return port == 53 || (port >= 5060 && port <= 5070);
}

LICENSE;
