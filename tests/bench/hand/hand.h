/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * For the programs of tests/bench/match that are written by hand: what the same questions cost when
 * somebody writes C for each of them. The headers are loaded at once, everything is inlined, and
 * the compiler leaves out what a program does not ask for. The meaning is that of the language:
 * options, fragments, extension headers, lengths.
 */
#ifndef BENCH_HAND_H
#define BENCH_HAND_H

#include <stdbool.h>

#include <linux/bpf.h>
#include <linux/in.h>
#include <linux/in6.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#define HEAD_MAX        60
#define EXT_MAX         8
#define IP4(a, b, c, d) ((__u32)(a) << 24 | (b) << 16 | (c) << 8 | (d))

union head {
	__u8 b[64];
	__be16 h[32];
	__be32 w[16];
	__be64 d[8];
};

/* What is behind the IP header: the first 20 bytes of it, and where it is. */
struct l4 {
	union {
		__u8 b[20];
		__be16 h[10];
	};
	__u32 off;
	__u8 proto;
	bool there;
};

static __always_inline bool load(struct __sk_buff *skb, __u32 off, void *to, __u32 n, __u32 max)
{
	__u32 last = n - 1;

	asm volatile("" : "+r"(last));
	if (last >= max)
		return false;
	asm volatile("" : "+r"(last));
	return !bpf_skb_load_bytes(skb, off, to, last + 1);
}

/* The headers, as far as they are in the first 60 bytes. */
static __always_inline bool load_head(struct __sk_buff *skb, union head *h)
{
	__u32 have = skb->len;

	return have >= 20 && load(skb, 0, h, have < HEAD_MAX ? have : HEAD_MAX, HEAD_MAX);
}

/* Where a sound IPv4 packet ends; 0: it is not one. */
static __always_inline __u32 end4(const struct __sk_buff *skb, const union head *h)
{
	__u32 total = bpf_ntohs(h->h[1]), len = (h->b[0] & 15) * 4, have = skb->len;

	if (h->b[0] >> 4 != 4)
		return 0;
	if (!total)
		total = have;
	if (len < 20 || total < len || have < len)
		return 0;
	return total < have ? total : have;
}

static __always_inline __u32 end6(const struct __sk_buff *skb, const union head *h)
{
	__u32 payload = bpf_ntohs(h->h[2]), have = skb->len;

	if (h->b[0] >> 4 != 6 || have < 40)
		return 0;
	if (!payload && (h->b[6] == IPPROTO_HOPOPTS || h->b[6] == IPPROTO_TCP))
		return have;
	return payload + 40 < have ? payload + 40 : have;
}

static __always_inline bool is_ext(__u32 proto)
{
	return proto <= 60 &&
	       ((1ULL << IPPROTO_HOPOPTS | 1ULL << IPPROTO_ROUTING | 1ULL << IPPROTO_FRAGMENT |
		 1ULL << IPPROTO_DSTOPTS | 1ULL << IPPROTO_AH) >>
			proto &
		1);
}

/* Steps over extension headers; false: there is no upper header behind them. */
static __always_inline bool skip_ext(struct __sk_buff *skb, struct l4 *l4, __u32 end)
{
#pragma clang loop unroll(disable)
	for (int i = 0; i < EXT_MAX && is_ext(l4->proto); i++) {
		struct {
			__u8 next, len;
			__be16 frag;
		} ext;
		__u32 len;

		if (bpf_skb_load_bytes(skb, l4->off, &ext, sizeof(ext)))
			return false;
		len = l4->proto == IPPROTO_AH         ? (ext.len + 2) * 4
		      : l4->proto == IPPROTO_FRAGMENT ? 8
						      : (ext.len + 1) * 8;
		if (l4->proto == IPPROTO_FRAGMENT && ext.frag & bpf_htons(0xfff8))
			return false;
		if (l4->off + len > end)
			return false;
		l4->off += len;
		l4->proto = ext.next;
	}
	return !is_ext(l4->proto);
}

/* The header behind IPv4's when it is `proto` and `min` bytes of it are there. */
static __always_inline bool find4(struct __sk_buff *skb, const union head *h, __u32 proto,
				  __u32 min, struct l4 *l4)
{
	__u32 end = end4(skb, h);

	if (!end || h->b[9] != proto || h->h[3] & bpf_htons(0x1fff))
		return false;
	l4->off = (h->b[0] & 15) * 4;
	l4->proto = proto;
	if (l4->off + min > end)
		return false;
	if (l4->off == 20) {
		__builtin_memcpy(l4->b, h->b + 20, 20);
		return true;
	}
	return !bpf_skb_load_bytes(skb, l4->off, l4->b, min);
}

static __always_inline bool find6(struct __sk_buff *skb, const union head *h, __u32 proto,
				  __u32 min, struct l4 *l4)
{
	__u32 end = end6(skb, h);

	if (!end)
		return false;
	l4->off = 40;
	l4->proto = h->b[6];
	if (l4->proto == proto) {
		__builtin_memcpy(l4->b, h->b + 40, 20);
		return 40 + min <= end;
	}
	if (!is_ext(l4->proto) || !skip_ext(skb, l4, end) || l4->proto != proto)
		return false;
	return l4->off + min <= end && !bpf_skb_load_bytes(skb, l4->off, l4->b, min);
}

static __always_inline bool find(struct __sk_buff *skb, const union head *h, __u32 proto, __u32 min,
				 struct l4 *l4)
{
	return find4(skb, h, proto, min, l4) || find6(skb, h, proto, min, l4);
}

#define PROGRAM SEC("socket") int hand(struct __sk_buff *skb)
#define LICENSE char _license[] SEC("license") = "GPL"

#endif
