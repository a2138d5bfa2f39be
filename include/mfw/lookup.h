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

/*
 * Masks, all ones or 0, for what would be a branch, of which the verifier follows both ways. The
 * compiler would make one of it again.
 */
static __always_inline __u64 mfw_if_negative(__s64 x)
{
	asm volatile("" : "+r"(x));
	x >>= 63;
	asm volatile("" : "+r"(x));
	return x;
}

static __always_inline __u64 mfw_if_zero(__u64 x)
{
	return ~mfw_if_negative(x | -x);
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

#endif
