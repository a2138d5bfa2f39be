/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * mfw_parse(): one look at the headers, the same in every matcher object. It is weak: where objects
 * are linked, one copy stays. It is global: the verifier looks at it once, not once per call.
 *
 * State is kept in *pkt rather than in locals on purpose: the verifier does not follow values
 * through that memory, so paths join instead of multiplying.
 */
#ifndef MFW_PARSE_H
#define MFW_PARSE_H

#include <stdbool.h>

#include <linux/bpf.h>
#include <linux/in.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#include <mfw/packet.h>

#ifndef IPPROTO_ICMPV6
#define IPPROTO_ICMPV6 58
#endif

#define MFW_IP6_HOPOPTS  0
#define MFW_IP6_ROUTING  43
#define MFW_IP6_FRAGMENT 44
#define MFW_IP6_DSTOPTS  60
/* The set of extension headers, with AH. */
#define MFW_IP6_EXT                                                                                \
	(1ULL << MFW_IP6_HOPOPTS | 1ULL << MFW_IP6_ROUTING | 1ULL << MFW_IP6_FRAGMENT |            \
	 1ULL << MFW_IP6_DSTOPTS | 1ULL << IPPROTO_AH)
/* Extension headers that are followed; a packet with more has no MFW_PKT_L4. */
#define MFW_IP6_EXT_MAX 8

#define MFW_IP4_LEN 20
#define MFW_IP6_LEN 40
#define MFW_L4_LEN  20 /* what is looked at */

union mfw_headers {
	__u8 b[64];
	__be16 h[32];
	__be32 w[16];
	__u64 d[8];
};

union mfw_l4 {
	__u8 b[24];
	__be16 h[12];
	__u64 d[3];
};

/*
 * Loads n bytes, 1..max, n not known to the compiler. What verifiers before Linux 6.8 learn of n
 * from n != 0 is nothing: so n - 1 is compared, in a register of its own, and n made of it again.
 */
static __always_inline long mfw_load_some(struct __sk_buff *skb, __u32 off, void *to, __u32 n,
					  __u32 max)
{
	__u32 last = n - 1;

	asm volatile("" : "+r"(last));
	if (last >= max)
		return -1;
	asm volatile("" : "+r"(last));
	return bpf_skb_load_bytes(skb, off, to, last + 1);
}

/* The end of the IP packet that claims `claimed` bytes, of which skb has `have`. */
static __always_inline void mfw_set_end(struct mfw_pkt *pkt, __u32 claimed, __u32 have)
{
	pkt->end = claimed;
	if (claimed > have) {
		pkt->end = have;
		pkt->flags |= MFW_PKT_CUT;
	}
}

/*
 * tot_len 0 is a TCP super-packet of more than 65 535 bytes (BIG TCP): the length is skb->len.
 * Returns whether an L4 header follows.
 */
static __always_inline int mfw_parse_ip4(struct mfw_pkt *pkt, const union mfw_headers *h,
					 __u32 have)
{
	__u32 hdr = (h->b[0] & 15) * 4, total = bpf_ntohs(h->h[1]), frag = bpf_ntohs(h->h[3]);

	if (!total)
		total = have;
	if (hdr < MFW_IP4_LEN || total < hdr || have < hdr)
		return 0;
	pkt->version = 4;
	pkt->ttl = h->b[8];
	pkt->proto = h->b[9];
	pkt->saddr[0] = h->w[3];
	pkt->daddr[0] = h->w[4];
	pkt->l4_off = hdr;
	mfw_set_end(pkt, total, have);
	if (!(frag & 0x3fff))
		return 1;
	pkt->flags |= MFW_PKT_FRAGMENT;
	pkt->frag_off = (frag & 0x1fff) * 8;
	return !pkt->frag_off;
}

static __always_inline bool mfw_is_ext6(__u32 proto)
{
	return proto <= 63 && MFW_IP6_EXT >> proto & 1;
}

/*
 * Steps over one extension header; 0: there is no L4 header behind it. Global, since half of what
 * the verifier does for a program would else be this, again for each header.
 */
__weak int mfw_parse_ext6(struct __sk_buff *skb, struct mfw_pkt *pkt)
{
	__u32 proto, off, len;
	struct {
		__u8 next, len;
		__be16 frag;
	} ext;

	if (!pkt)
		return 0;
	proto = pkt->proto;
	off = pkt->l4_off;
	if (bpf_skb_load_bytes(skb, off, &ext, sizeof(ext)))
		return 0;
	len = (ext.len + 1) * 8;
	if (proto == IPPROTO_AH)
		len = (ext.len + 2) * 4;
	if (proto == MFW_IP6_FRAGMENT)
		len = 8;
	if (off + len > pkt->end)
		return 0;
	pkt->l4_off = off + len;
	pkt->proto = ext.next;
	if (proto != MFW_IP6_FRAGMENT || !(ext.frag & bpf_htons(0xfff9)))
		return 1;
	pkt->flags |= MFW_PKT_FRAGMENT;
	pkt->frag_off = bpf_ntohs(ext.frag) & 0xfff8;
	return !pkt->frag_off;
}

/*
 * payload_len 0 with headers behind is a jumbogram, or BIG TCP with or without its hop-by-hop
 * header: the length is skb->len. Returns whether an L4 header follows.
 */
static __always_inline int mfw_parse_ip6(struct __sk_buff *skb, struct mfw_pkt *pkt,
					 const union mfw_headers *h, __u32 have)
{
	__u32 payload = bpf_ntohs(h->h[2]), next = h->b[6];
	int more = 1;

	if (have < MFW_IP6_LEN)
		return 0;
	if (!payload && (next == MFW_IP6_HOPOPTS || next == IPPROTO_TCP))
		payload = have - MFW_IP6_LEN;
	pkt->version = 6;
	pkt->ttl = h->b[7];
	pkt->proto = next;
	__builtin_memcpy(pkt->saddr, &h->d[1], 16);
	__builtin_memcpy(pkt->daddr, &h->d[3], 16);
	pkt->l4_off = MFW_IP6_LEN;
	mfw_set_end(pkt, MFW_IP6_LEN + payload, have);
#pragma clang loop unroll(disable)
	for (int i = 0; i < MFW_IP6_EXT_MAX && more && mfw_is_ext6(pkt->proto); i++)
		more = mfw_parse_ext6(skb, pkt);
	return more && !mfw_is_ext6(pkt->proto);
}

static __always_inline __u32 mfw_l4_min(__u32 proto)
{
	switch (proto) {
	case IPPROTO_TCP: return 20;
	case IPPROTO_UDP:
	case IPPROTO_ICMP:
	case IPPROTO_ICMPV6: return 8;
	case IPPROTO_SCTP: return 12;
	case IPPROTO_GRE: return 4;
	default: return 0;
	}
}

static __always_inline void mfw_set_payload(struct mfw_pkt *pkt, __u32 off, __u32 end)
{
	if (end > pkt->end)
		end = pkt->end;
	if (off > end)
		return;
	pkt->payload_off = off;
	pkt->payload_end = end;
	pkt->flags |= MFW_PKT_PAYLOAD;
}

static __always_inline void mfw_parse_tcp(struct mfw_pkt *pkt, const union mfw_l4 *l4)
{
	__u32 hdr = (l4->b[12] >> 4) * 4;

	pkt->tcp_flags = l4->b[13];
	if (hdr >= 20)
		mfw_set_payload(pkt, pkt->l4_off + hdr, pkt->end);
}

/* As the kernel: length 0 is a jumbogram in IPv6, and nonsense in IPv4. */
static __always_inline void mfw_parse_udp(struct mfw_pkt *pkt, const union mfw_l4 *l4)
{
	__u32 len = bpf_ntohs(l4->h[2]), have = pkt->end - pkt->l4_off;

	if (!len && pkt->version == 6)
		len = have;
	if (len < 8)
		return;
	if (len > have && !(pkt->flags & (MFW_PKT_CUT | MFW_PKT_FRAGMENT)))
		return;
	mfw_set_payload(pkt, pkt->l4_off + 8, pkt->l4_off + len);
}

static __always_inline void mfw_parse_l4(struct mfw_pkt *pkt, const union mfw_l4 *l4)
{
	__u32 proto = pkt->proto, min = mfw_l4_min(proto);

	if (!min || pkt->l4_off + min > pkt->end)
		return;
	pkt->flags |= MFW_PKT_L4;
	if (proto == IPPROTO_ICMP || proto == IPPROTO_ICMPV6) {
		pkt->icmp_type = l4->b[0];
		pkt->icmp_code = l4->b[1];
	} else if (proto != IPPROTO_GRE) {
		pkt->sport = bpf_ntohs(l4->h[0]);
		pkt->dport = bpf_ntohs(l4->h[1]);
	}
	if (proto == IPPROTO_TCP)
		mfw_parse_tcp(pkt, l4);
	else if (proto == IPPROTO_UDP)
		mfw_parse_udp(pkt, l4);
}

/* The first bytes of the L4 header: from those that were loaded, or by a second load. */
static __always_inline long mfw_load_l4(struct __sk_buff *skb, const struct mfw_pkt *pkt,
					const union mfw_headers *h, union mfw_l4 *l4)
{
	__u32 off = pkt->l4_off, n = pkt->end - off;

	if (off == MFW_IP4_LEN) {
		__builtin_memcpy(l4->b, h->b + MFW_IP4_LEN, MFW_L4_LEN);
		return 0;
	}
	if (off == MFW_IP6_LEN) {
		__builtin_memcpy(l4->b, h->b + MFW_IP6_LEN, MFW_L4_LEN);
		return 0;
	}
	return mfw_load_some(skb, off, l4, n < MFW_L4_LEN ? n : MFW_L4_LEN, MFW_L4_LEN);
}

/*
 * Fills *pkt, which the caller has set to zero. Returns the IP version, 0 when there is no sound IP
 * header: not IP, a header length below 20, a total length below the header's, a header cut off.
 */
__weak int mfw_parse(struct __sk_buff *skb, struct mfw_pkt *pkt)
{
	union mfw_headers h = {};
	union mfw_l4 l4 = {};
	__u32 have, version;
	int more = 0;

	if (!pkt)
		return 0;
	have = skb->len;
	if (have < MFW_IP4_LEN || mfw_load_some(skb, 0, &h, have < 60 ? have : 60, 60))
		return 0;
	version = h.b[0] >> 4;
	if (version == 4)
		more = mfw_parse_ip4(pkt, &h, have);
	else if (version == 6)
		more = mfw_parse_ip6(skb, pkt, &h, have);
	if (more && !mfw_load_l4(skb, pkt, &h, &l4))
		mfw_parse_l4(pkt, &l4);
	return pkt->version;
}

#endif
