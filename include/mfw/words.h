/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Text in blocks, for matchers: 64 bytes are loaded at once and looked at eight at a time, without
 * a branch, so that the verifier has one path to follow where a loop over bytes gives it hundreds.
 * Places of a character are bits of a __u64: bit i is byte i of the block.
 */
#ifndef MFW_WORDS_H
#define MFW_WORDS_H

#include <mfw/parse.h>

#define MFW_ONES  0x0101010101010101ULL
#define MFW_LOW7  (MFW_ONES * 0x7f)
#define MFW_HIGH  (MFW_ONES * 0x80)
#define MFW_BLOCK 64

/* 64 bytes, and the eight behind them for what begins in the block and ends behind it. */
union mfw_block {
	__u8 b[MFW_BLOCK + 8];
	__u64 w[MFW_BLOCK / 8 + 1];
};

/* Loads what there is of a block at off, before end; the rest becomes 0. */
static __always_inline long mfw_load_block(struct __sk_buff *skb, __u32 off, __u32 end,
					   union mfw_block *b)
{
	__u32 have = end - off;

	__builtin_memset(b, 0, sizeof(*b));
	return mfw_load_some(skb, off, b, have < sizeof(*b) ? have : sizeof(*b), sizeof(*b));
}

/* 0x80 in the bytes of the word that are 0, and only in those. */
static __always_inline __u64 mfw_zero_bytes(__u64 w)
{
	return ~(((w & MFW_LOW7) + MFW_LOW7) | w) & MFW_HIGH;
}

/* A..Z to a..z in the eight bytes. */
static __always_inline __u64 mfw_fold_word(__u64 w)
{
	__u64 low = w & MFW_LOW7;
	__u64 from_a = low + MFW_ONES * (0x80 - 'A'), behind_z = low + MFW_ONES * (0x7f - 'Z');

	return w | ((from_a ^ behind_z) & ~w & MFW_HIGH) >> 2;
}

/*
 * Where the character is among the 64 bytes. Global, for the verifier to look at it once, and weak:
 * where objects are linked, one copy stays.
 */
__weak __u64 mfw_find_char(const union mfw_block *b, __u32 c)
{
	__u64 found = 0, all = MFW_ONES * (__u8)c;

	if (!b)
		return 0;
#pragma clang loop unroll(full)
	for (int i = 0; i < MFW_BLOCK / 8; i++)
		found |=
			(mfw_zero_bytes(b->w[i] ^ all) >> 7) * 0x0102040810204080ULL >> 56 << i * 8;
	return found;
}

/* How many bits are set. */
static __always_inline __u32 mfw_count_bits(__u64 x)
{
	x -= x >> 1 & MFW_ONES * 0x55;
	x = (x & MFW_ONES * 0x33) + (x >> 2 & MFW_ONES * 0x33);
	x = (x + (x >> 4)) & MFW_ONES * 0x0f;
	return x * MFW_ONES >> 56;
}

/* The bits below the lowest one that is set; all of them when none is. */
static __always_inline __u64 mfw_bits_below(__u64 x)
{
	return (x & -x) - 1;
}

/* The number of the highest bit that is set, plus 1; 0 when none is. */
static __always_inline __u32 mfw_bits_used(__u64 x)
{
	x |= x >> 1;
	x |= x >> 2;
	x |= x >> 4;
	x |= x >> 8;
	x |= x >> 16;
	x |= x >> 32;
	return mfw_count_bits(x);
}

/* The number of the lowest bit that is set; 64 when none is. */
static __always_inline __u32 mfw_lowest_bit(__u64 x)
{
	return mfw_count_bits(mfw_bits_below(x));
}

#endif
