/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * (tcp.dstport in {80 443 8080} and ip.src in {10.0.0.0/8 172.16.0.0/12 192.168.0.0/16
 * 198.51.100.0/24} or udp.dstport in {5060..5070} and not ip.src in {203.0.113.0/24}) and
 * ip.ttl gt 5 and ip.len lt 1400
 */
#include "hand.h"

static __always_inline bool in(__be32 addr, __u32 net, int bits)
{
	return (addr & bpf_htonl(~0U << (32 - bits))) == bpf_htonl(net);
}

static __always_inline bool near(const union head *h)
{
	__be32 src = h->w[3];

	return in(src, IP4(10, 0, 0, 0), 8) || in(src, IP4(172, 16, 0, 0), 12) ||
	       in(src, IP4(192, 168, 0, 0), 16) || in(src, IP4(198, 51, 100, 0), 24);
}

static __always_inline bool tcp(struct __sk_buff *skb, const union head *h)
{
	struct l4 l4 = {};

	return near(h) && find4(skb, h, IPPROTO_TCP, 20, &l4) &&
	       (l4.h[1] == bpf_htons(80) || l4.h[1] == bpf_htons(443) ||
		l4.h[1] == bpf_htons(8080));
}

static __always_inline bool udp(struct __sk_buff *skb, const union head *h)
{
	bool four = h->b[0] >> 4 == 4;
	struct l4 l4 = {};
	__u32 port;

	if (four && in(h->w[3], IP4(203, 0, 113, 0), 24))
		return false;
	if (!find(skb, h, IPPROTO_UDP, 8, &l4))
		return false;
	port = bpf_ntohs(l4.h[1]);
	return port >= 5060 && port <= 5070;
}

PROGRAM
{
	union head h = {};
	__u32 ttl, len;

	if (!load_head(skb, &h))
		return 0;
	if (h.b[0] >> 4 == 4) {
		ttl = h.b[8];
		len = bpf_ntohs(h.h[1]);
	} else {
		ttl = h.b[7];
		len = bpf_ntohs(h.h[2]) + 40;
	}
	if (ttl <= 5 || len >= 1400)
		return 0;
	return tcp(skb, &h) || udp(skb, &h);
}

LICENSE;
