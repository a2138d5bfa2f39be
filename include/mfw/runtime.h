/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What programs that are made of expressions share with the functions in bpf/lib that they call.
 * Not for matchers: its layout may change at any time.
 */
#ifndef MFW_RUNTIME_H
#define MFW_RUNTIME_H

#include <mfw/packet.h>

#define MFW_TEXT_MAX 256

/* Bytes of an expression, 0 from len on. */
struct mfw_text {
	__u16 len;
	__u8 fold; /* the packet's A..Z count as a..z; data has been made so */
	/*
	 * 0, which the verifier does not know. Before Linux 6.7 it looks at the body of bpf_loop()
	 * as if it ran once: what it knows to be 0 before it takes to be so every time.
	 */
	__u8 zero;
	__u8 pad[4];
	__u64 data[MFW_TEXT_MAX / 8];
};

/* A..Z to a..z, in eight bytes at once. */
static inline __u64 mfw_lower(__u64 x)
{
	__u64 ones = 0x0101010101010101ULL, low = x & ones * 0x7f;
	__u64 from_a = low + ones * (0x80 - 'A'), behind_z = low + ones * (0x7f - 'Z');

	return x | ((from_a ^ behind_z) & ~x & ones * 0x80) >> 2;
}

/*
 * A number for a text, by which large sets have it: of its words, up to a whole block of them. The
 * seed is chosen so that no two texts of the set have the same.
 */
#define MFW_TEXT_HASHED(len) (((len) + 63) & ~63u)

static inline __u64 mfw_text_hash_begin(__u32 seed, __u32 len)
{
	return (__u64)seed << 32 | len;
}

static inline __u64 mfw_text_hash_word(__u64 hash, __u64 word)
{
	hash = (hash ^ word) * 0x9e3779b97f4a7c15ULL;
	return hash ^ hash >> 32;
}

static inline __u32 mfw_text_hash_end(__u64 hash)
{
	return hash * 0xd6e8feb86659fd93ULL >> 32;
}

#endif
