/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Looking into a list (mfw/list.h), for eBPF programs. `list` is the inner map: the generation that
 * one look into the map-in-map gave.
 */
#ifndef MFW_LOOKUP_H
#define MFW_LOOKUP_H

#include <linux/bpf.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#include <mfw/list.h>

/* A line of the chunk that is there. */
static __always_inline const union mfw_line *mfw_list_line_in(const union mfw_line *chunk,
							      __u32 line)
{
	return &chunk[line & (MFW_LIST_CHUNK_LINES - 1)];
}

static __always_inline const union mfw_line *mfw_list_line(void *list, __u32 line)
{
	__u32 key = line / MFW_LIST_CHUNK_LINES;
	const union mfw_line *chunk = bpf_map_lookup_elem(list, &key);

	return chunk ? mfw_list_line_in(chunk, line) : 0;
}

/* The number of the lowest bit; 0 has none. */
static __always_inline __u32 mfw_lowest_bit(__u64 x)
{
	x = (x & -x) - 1;
	x -= x >> 1 & 0x5555555555555555ULL;
	x = (x & 0x3333333333333333ULL) + (x >> 2 & 0x3333333333333333ULL);
	x = (x + (x >> 4)) & 0x0f0f0f0f0f0f0f0fULL;
	return x * 0x0101010101010101ULL >> 56;
}

static __always_inline __u32 mfw_count_bits(__u64 x)
{
	x -= x >> 1 & 0x5555555555555555ULL;
	x = (x & 0x3333333333333333ULL) + (x >> 2 & 0x3333333333333333ULL);
	x = (x + (x >> 4)) & 0x0f0f0f0f0f0f0f0fULL;
	return x * 0x0101010101010101ULL >> 56;
}

/* ---- IPv4; addresses in host order ---- */

/* Whether one of the numbers is the address's low half: branch-free, four at a time. */
static __always_inline int mfw_list_in_row(const __u64 *row, int words, __u32 address)
{
	__u64 wanted = (address & 0xffff) * 0x0001000100010001ULL, zeros = 0;

	for (int i = 0; i < words; i++) {
		__u64 x = row[i] ^ wanted;

		zeros |= (x - 0x0001000100010001ULL) & ~x;
	}
	return !!(zeros & 0x8000800080008000ULL);
}

static __always_inline int mfw_list_in_table(void *list, const union mfw_line *line, __u32 address)
{
	const struct mfw_list_table *table = (const void *)line;
	__u32 word = address >> 14 & 3, bit = address >> 8 & 63, cell, half;
	__u64 any = table->any[word];

	if (table->wide) {
		const union mfw_line *wide = mfw_list_line(list, table->wide);

		if (wide && wide->d[word] >> bit & 1)
			return 1;
	}
	if (!(any >> bit & 1))
		return 0;
	cell = table->bitmaps + table->before[word] + mfw_count_bits(any & ((1ULL << bit) - 1));
	line = mfw_list_line(list, cell >> 1);
	half = (cell & 1) << 2;
	/* A sum that stays one: before Linux 6.7 an `or` has no bounds to the verifier. */
	asm volatile("" : "+r"(half));
	return line && line->d[half + (address >> 6 & 3)] >> (address & 63) & 1;
}

/* Numbers and pairs of them, by their place in the whole list. */
#define MFW_LIST_CHUNK_WORDS (MFW_LIST_CHUNK / 4)
#define MFW_LIST_CHUNK_PAIRS (MFW_LIST_CHUNK / 8)

static __always_inline __u32 mfw_list_word_in(const void *chunk, __u32 word)
{
	return ((const __u32 *)chunk)[word & (MFW_LIST_CHUNK_WORDS - 1)];
}

/* A node's number; 0: it leads nowhere. */
static __always_inline __u32 mfw_list_word(void *list, __u32 word)
{
	__u32 key = word / MFW_LIST_CHUNK_WORDS;
	const void *chunk = bpf_map_lookup_elem(list, &key);

	return chunk ? mfw_list_word_in(chunk, word) : 0;
}

static __always_inline int mfw_list_in_record(void *list, __u32 number, __u32 address)
{
	__u32 key = number / (MFW_LIST_CHUNK_LINES << MFW_LIST_LINE_SHIFT), pair;
	const void *chunk = bpf_map_lookup_elem(list, &key);
	const __u64 *pairs = chunk;

	if (!chunk)
		return 0;
	/* A line has 8 pairs, a quarter of it 2; a long row's quarter is 0. */
	pair = number >> 3 << 1 & (MFW_LIST_CHUNK_PAIRS - 1);
	switch (MFW_LIST_SHAPE(number)) {
	case MFW_LIST_SHORT: return mfw_list_in_row(&pairs[pair], 2, address);
	case MFW_LIST_LONG: return mfw_list_in_row(&pairs[pair & ~7u], 8, address);
	default:
		return mfw_list_in_table(
			list, mfw_list_line_in(chunk, number >> MFW_LIST_LINE_SHIFT), address);
	}
}

static __always_inline int mfw_list_find4(void *list, const struct mfw_list_head *head,
					  __u32 address)
{
	__u32 word = head->root * 16 + (address >> 24), next;

	next = word < MFW_LIST_CHUNK_WORDS ? mfw_list_word_in(head, word)
					   : mfw_list_word(list, word);
	if (next & MFW_LIST_ALL || !next)
		return next & MFW_LIST_ALL;
	next = mfw_list_word(list, (next >> MFW_LIST_LINE_SHIFT) * 16 + (address >> 16 & 255));
	if (next & MFW_LIST_ALL || !next)
		return next & MFW_LIST_ALL;
	return mfw_list_in_record(list, next, address);
}

/* ---- IPv6 ---- */

struct mfw_list_search {
	void *list;
	__u64 high, low;  /* what is looked for */
	__u64 lengths[2]; /* still to be asked for */
	__u64 seed;
	__u32 buckets, bucket_mask;
	__u32 found;
};

/* 0x8000...: the first n bits, 1 to 64 of them. */
static __always_inline __u64 mfw_first_bits(__u32 n)
{
	return ~0ULL << (64 - n & 63);
}

/* Whether the bucket has the entry; -1: it is not there, nor in the next one. */
static __always_inline int mfw_list_in_bucket(const struct mfw_list_six *bucket, __u64 high,
					      __u64 low, __u32 length)
{
	for (int i = 0; i < MFW_LIST_SIX_SLOTS; i++)
		if (bucket->address[i][0] == high && bucket->address[i][1] == low &&
		    bucket->state[i] == length + 1)
			return 1;
	return bucket->more ? 0 : -1;
}

/* Asks for one length. */
static long mfw_list_search_step(__u32 i, struct mfw_list_search *s)
{
	__u32 which = !s->lengths[0], length;
	__u64 left = which ? s->lengths[1] : s->lengths[0], high, low, hash;

	(void)i;
	if (!left)
		return 1;
	length = mfw_lowest_bit(left) + 1;
	left &= left - 1;
	if (which) {
		s->lengths[1] = left;
		high = s->high;
		low = s->low & mfw_first_bits(length);
		length += 64;
	} else {
		s->lengths[0] = left;
		high = s->high & mfw_first_bits(length);
		low = 0;
	}
	hash = mfw_list_six_hash(s->seed, high, low, length);
#pragma clang loop unroll(disable)
	for (__u32 probe = 0; probe < MFW_LIST_PROBES; probe++) {
		const union mfw_line *line = mfw_list_line(
			s->list, s->buckets + (((__u32)hash + probe) & s->bucket_mask));
		int found = line ? mfw_list_in_bucket((const void *)line, high, low, length) : -1;

		if (found > 0)
			s->found = 1;
		if (found)
			break;
	}
	return s->found != 0;
}

static __always_inline int mfw_list_find6(void *list, const struct mfw_list_head *head,
					  const __be64 *address)
{
	struct mfw_list_search s = {
		.list = list,
		.high = bpf_be64_to_cpu(address[0]),
		.low = bpf_be64_to_cpu(address[1]),
		.lengths = {head->lengths[0], head->lengths[1]},
		.seed = head->seed,
		.buckets = head->buckets,
		.bucket_mask = head->bucket_mask,
	};

	if (head->six_all)
		return 1;
	if (!(s.lengths[0] | s.lengths[1]))
		return 0;
	bpf_loop(128, mfw_list_search_step, &s, 0);
	return s.found;
}

/* address: 8-byte aligned, as in struct mfw_pkt; version 4 or 6, else there is none. */
static __always_inline int mfw_list_find(void *list, const __be32 *address, __u32 version)
{
	const struct mfw_list_head *head = (const void *)mfw_list_line(list, 0);

	if (!head)
		return 0;
	if (version == 4)
		return mfw_list_find4(list, head, bpf_ntohl(address[0]));
	if (version == 6)
		return mfw_list_find6(list, head, (const __be64 *)(const void *)address);
	return 0;
}

#endif
