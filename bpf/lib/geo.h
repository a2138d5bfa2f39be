/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is known about addresses, for functions that each have a map of their own: one slot, whose
 * array (mfw/geo.h) is replaced as a whole. A slot without an array says nothing of any address.
 */
#ifndef LIB_GEO_H
#define LIB_GEO_H

#include <linux/bpf.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#include <mfw/geo.h>
#include <mfw/packet.h>

struct geo_words {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_INNER_MAP | BPF_F_MMAPABLE);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64);
};

#define GEO_MAP(name)                                                                              \
	struct {                                                                                   \
		__uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);                                          \
		__uint(max_entries, 1);                                                            \
		__type(key, __u32);                                                                \
		__array(values, struct geo_words);                                                 \
	} name SEC(".maps")

/* All ones when a is below b: without a branch, which the verifier would follow both ways. */
static __always_inline __u64 geo_below(__u64 a, __u64 b)
{
	return (__s64)((~a & b) | ((~a | b) & (a - b))) >> 63;
}

/* The last of the `count` segments from `at` on that begins at the address or before it. */
static __always_inline __u64 geo_find4(void *words, __u32 address)
{
	__u32 key = MFW_GEO_INDEX4 + (address >> 16), at, count;
	__u64 *word = bpf_map_lookup_elem(words, &key), last = address & 0xffff;

	if (!word)
		return 0;
	at = *word >> 32;
	count = *word;
#pragma clang loop unroll(disable)
	for (int i = 0; i < MFW_GEO_STEPS4 && count > 1; i++) {
		__u32 half = count / 2;

		key = at + half;
		word = bpf_map_lookup_elem(words, &key);
		if (!word)
			return 0;
		at += half & ~geo_below(last, *word >> MFW_GEO_SHIFT4);
		count -= half;
	}
	word = bpf_map_lookup_elem(words, &at);
	return word ? *word & ((1ULL << MFW_GEO_SHIFT4) - 1) : 0;
}

/*
 * Moves *at to the last segment that begins at the address or before it, as far as the address's
 * upper half tells, or (whole) both. Negative: the array ends before.
 */
static __always_inline int geo_search6(void *words, __u32 *at, __u32 count, __u64 high, __u64 low,
				       bool whole)
{
#pragma clang loop unroll(disable)
	for (int i = 0; i < MFW_GEO_STEPS6 && count > 1; i++) {
		__u32 half = count / 2, key = *at + half * MFW_GEO_WORDS6;
		__u64 *word = bpf_map_lookup_elem(words, &key), reaches, first;

		if (!word)
			return -1;
		first = *word;
		reaches = ~geo_below(high, first);
		if (whole) {
			key++;
			word = bpf_map_lookup_elem(words, &key);
			if (!word)
				return -1;
			reaches &= geo_below(first, high) | ~geo_below(low, *word);
		}
		*at += half * MFW_GEO_WORDS6 & reaches;
		count -= half;
	}
	return 0;
}

/* Few addresses are in the first /64 of a segment: only for these both halves are looked at. */
static __always_inline __u64 geo_find6(void *words, __u64 high, __u64 low)
{
	__u32 key = MFW_GEO_INDEX6 + (high >> 48), from, at, count;
	__u64 *word = bpf_map_lookup_elem(words, &key);

	if (!word)
		return 0;
	from = at = *word >> 32;
	count = *word;
	if (geo_search6(words, &at, count, high, low, false))
		return 0;
	word = bpf_map_lookup_elem(words, &at);
	if (!word)
		return 0;
	if (*word == high) {
		at = from;
		if (geo_search6(words, &at, count, high, low, true))
			return 0;
	}
	at += 2;
	word = bpf_map_lookup_elem(words, &at);
	return word ? *word : 0;
}

/* What is said about the packet's source, or destination; 0: nothing. */
static __always_inline __u64 geo_find(void *map, const struct mfw_pkt *pkt, __u32 destination)
{
	const __be32 *address = destination ? pkt->daddr : pkt->saddr;
	const __u64 *half = (const void *)address;
	__u32 slot = 0;
	void *words = bpf_map_lookup_elem(map, &slot);

	if (!words)
		return 0;
	if (pkt->version == 4)
		return geo_find4(words, bpf_ntohl(*address));
	if (pkt->version == 6)
		return geo_find6(words, bpf_be64_to_cpu(half[0]), bpf_be64_to_cpu(half[1]));
	return 0;
}

#endif
