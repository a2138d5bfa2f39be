/* SPDX-License-Identifier: GPL-2.0-or-later */
/* tcp.dstport in {20..25 53 80 110 143 443 465 587 993 995 3306 5432 8080 8443} */
#include "hand.h"

PROGRAM
{
	union head h = {};
	struct l4 l4 = {};

	if (!load_head(skb, &h) || !find(skb, &h, IPPROTO_TCP, 20, &l4))
		return 0;
	switch (bpf_ntohs(l4.h[1])) {
	case 20 ... 25:
	case 53:
	case 80:
	case 110:
	case 143:
	case 443:
	case 465:
	case 587:
	case 993:
	case 995:
	case 3306:
	case 5432:
	case 8080:
	case 8443: return 1;
	default: return 0;
	}
}

LICENSE;
