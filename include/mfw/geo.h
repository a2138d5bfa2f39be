/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is known about addresses, as one array of 64-bit words in host order: written by libmfw
 * (src/geo), read by the functions in bpf/lib. Not for matchers: its layout may change at any time.
 *
 *	word 0                    MFW_GEO_MAGIC
 *	words 1..                 struct mfw_geo_head
 *	MFW_GEO_INDEX4 + i        where the segments of addresses with i in their first 16 bits are,
 *	MFW_GEO_INDEX6 + i        as number of the first one's word << 32 | number of segments
 *	MFW_GEO_SEGMENTS..        the segments, as the index says
 *
 * A segment reaches from its first address to the next one's. The first one that an index word
 * names may begin before the index's own addresses; the others begin within them, in order.
 *
 *	IPv4  one word: the last 16 bits of the first address << 48 | what is said
 *	IPv6  three: the first address, upper and lower half, and what is said
 *
 * What is said: 0 for nothing, otherwise a number of 32 bits, plus 1. A country AB is the number
 * (A - 'A') * 26 + (B - 'A').
 */
#ifndef MFW_GEO_H
#define MFW_GEO_H

#include <linux/types.h>

#define MFW_GEO_MAGIC    0x316f65672e77666dULL /* "mfw.geo1" */
#define MFW_GEO_INDEX    65536
#define MFW_GEO_INDEX4   128
#define MFW_GEO_INDEX6   (MFW_GEO_INDEX4 + MFW_GEO_INDEX)
#define MFW_GEO_SEGMENTS (MFW_GEO_INDEX6 + MFW_GEO_INDEX)
#define MFW_GEO_WORDS6   3
/* In the upper 16 bits the address, below it what is said. */
#define MFW_GEO_SHIFT4   48
/* Halvings that find a segment among as many as there may be: 2^STEPS of them at most. */
#define MFW_GEO_STEPS4   16
#define MFW_GEO_STEPS6   24

struct mfw_geo_head {
	__u64 ranges4, ranges6;     /* in the file */
	__u64 segments4, segments6; /* what they came to */
	__u64 loaded;               /* seconds since 1970 */
	char file[512];             /* where it was read from; cut off, ends with NUL */
};

#endif
