/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ip.src in {64 networks /24, N.51.100.0 for N = 1, 4, 7, ..., 190} */
#include "hand.h"

/* In order, for a search by halves. */
#define NET(n) IP4(n, 51, 100, 0)
#define EIGHT(n)                                                                                   \
	NET(n), NET(n + 3), NET(n + 6), NET(n + 9), NET(n + 12), NET(n + 15), NET(n + 18),         \
		NET(n + 21)
static const __u32 nets[64] = {EIGHT(1),  EIGHT(25),  EIGHT(49),  EIGHT(73),
			       EIGHT(97), EIGHT(121), EIGHT(145), EIGHT(169)};

PROGRAM
{
	union head h = {};
	__u32 net, at = 0;

	if (!load_head(skb, &h) || !end4(skb, &h))
		return 0;
	net = bpf_ntohl(h.w[3]) & 0xffffff00;
	for (__u32 step = 32; step; step /= 2)
		if (nets[(at + step) & 63] <= net)
			at += step;
	return nets[at & 63] == net;
}

LICENSE;
