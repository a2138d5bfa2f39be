/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A list as it lies in one map: an array of lines of 64 bytes that user space writes through mmap()
 * and programs look into (mfw/lookup.h, bpf/lib/list.bpf.c). One map is one generation of a list,
 * with all that it has; programs come to it through a map-in-map of one slot, so a generation is
 * replaced by one write. Numbers are in host order, little-endian; a line's number 0 (it is the
 * head) means: none.
 *
 * Single entries change in place. Whatever a program may be reading is never written again, but
 * for one aligned number that leads to it: a change writes new lines behind those in use, then
 * that number. When no lines are left the list is built anew, into another map.
 *
 * IPv4 addresses are found in steps of 8, 8 and 16 bits: root, page, record; in large lists of 16
 * and 16. Next to what answers a packet lies what was entered, as heaps: a heap of 512 bits has the
 * networks of up to 8 more bits than its place, bit (1 << n | those n bits) each. To take an entry
 * out is to make the answers of that one place anew from its heap.
 *
 * IPv6 entries are hashed, networks and addresses alike, with their prefix length: a look-up asks
 * for each length that there is. Names are hashed too; the full name is compared.
 */
#ifndef MFW_LIST_H
#define MFW_LIST_H

#include <linux/types.h>

#define MFW_LIST_LINE        64
/*
 * A value of the map is 64 lines: the head and, unless it was changed since, the root of IPv4 are
 * in the first one, and take one look together.
 */
#define MFW_LIST_CHUNK       4096
#define MFW_LIST_CHUNK_LINES (MFW_LIST_CHUNK / MFW_LIST_LINE)

union mfw_line {
	__u64 d[8];
	__u32 w[16];
	__u16 h[32];
	__u8 b[64];
};

enum mfw_list_kind {
	MFW_LIST_IP = 1,
	MFW_LIST_NAME = 2,
};

#define MFW_LIST_MAGIC 0x0200747369776d66ULL

/* Line 0: what programs begin with. */
struct mfw_list_head {
	__u64 magic;
	__u64 seed;        /* of the hashes */
	__u64 lengths[2];  /* bit n: there are IPv6 entries of prefix length n + 1 */
	__u32 root;        /* of IPv4: a line; in a large list that of the heap */
	__u32 buckets;     /* their first line */
	__u32 bucket_mask; /* how many there are, less one; a power of two */
	__u8 kind;         /* enum mfw_list_kind */
	__u8 six_all;      /* ::/0 is in the list */
	__u8 pad[2];
	__u32 zero; /* 0, which the verifier does not know */
};

/* Lines 1 to 11: for user space. */
struct mfw_list_book {
	__u32 n_lines, used; /* of the map; those before `used` are in use, all others are zero */
	__u32 cells_end, used_cells; /* the same for the cells of names, see below */
	__u32 quarter;               /* of a line of short rows, the next one: line * 4; 0: none */
	/* A change is being written. Found so when there is no writer: the counts may be wrong. */
	__u32 busy;
	__u32 n_hosts, n_nets; /* IPv4: addresses, networks */
	__u32 n_six;           /* IPv6 */
	__u32 n_names;
	__u32 by_length[129]; /* of IPv6 entries */
};

#define MFW_LIST_BOOK_LINE  1
#define MFW_LIST_FIRST_LINE 12

/* ---- IPv4 ---- */

/*
 * Root and pages: 16 lines of 256 numbers, then a line with the heap. The root leads to pages, a
 * page to records. A number is a place (line * 4 + quarter of it) << 3, enum mfw_list_shape << 1,
 * and MFW_LIST_ALL: all below is in the list; what was entered below stays known.
 */
#define MFW_LIST_NODE_LINES 17
#define MFW_LIST_NODE_HEAP  16
#define MFW_LIST_ALL        1u
#define MFW_LIST_LINE_SHIFT 5

/*
 * A row: up to 8 or 32 addresses by their low 16 bits, the first repeated to the end. For most of a
 * million addresses at random that is all there is.
 */
enum mfw_list_shape {
	MFW_LIST_SHORT, /* a quarter of a line */
	MFW_LIST_LONG,  /* a line */
	MFW_LIST_TABLE,
	MFW_LIST_FEW, /* in the number itself, in large lists */
};

#define MFW_LIST_SHORT_MAX 8
#define MFW_LIST_LONG_MAX  32

#define MFW_LIST_NUMBER(line, quarter, shape)                                                      \
	((__u32)(line) << MFW_LIST_LINE_SHIFT | (__u32)(quarter) << 3 | (shape) << 1)
#define MFW_LIST_SHAPE(number)   ((number) >> 1 & 3)
#define MFW_LIST_QUARTER(number) ((number) >> 3 & 3)

/*
 * A table, one line: bits for each /24. Behind it, if networks were entered here, two lines: wide,
 * and the heap of /17 to /24. Then the /24s' bitmaps, two a line, in their order. Then, for each
 * /24 with networks of /25 to /31 in it, a line: their heap (256 bits), and the addresses entered.
 */
struct mfw_list_table {
	__u64 any[4];    /* the /24 has a bitmap */
	__u32 bitmaps;   /* the first one: its line * 2 */
	__u32 mixed;     /* the first line of those for /25 to /31 */
	__u16 before[4]; /* how many bitmaps those before any[i] have */
	__u32 wide;      /* a line, or 0 */
	__u32 pad[3];
};

struct mfw_list_wide {
	__u64 all[4];   /* the /24 is in the list as a whole */
	__u64 mixed[4]; /* it has a line of its own */
};

/*
 * A large list is one of more lines than MFW_LIST_FLAT_LINE. From that line on it has a number for
 * each /16, of 64 bits, instead of root and pages: most packets are answered with one look into the
 * map. The look itself tells whether the list is large: others have no such line.
 *
 * The lower half is a page's number, the upper one a bit for each 2048 addresses that has
 * something. With MFW_LIST_FEW it is 3 addresses from bit 16 on, by their low 16 bits, the first
 * repeated. Networks of up to 16 bits are in one heap; to change one is to build the list anew.
 */
#define MFW_LIST_FLAT_LINE       8192
#define MFW_LIST_FLAT_LINES      8192
#define MFW_LIST_FLAT_HEAP_LINES 256 /* 1 << 17 bits */
#define MFW_LIST_FEW_MAX         3

/* ---- hashes ---- */

/* A bucket has MFW_LIST_PROBES - 1 neighbours where an entry may be. */
#define MFW_LIST_PROBES 8

static inline __u64 mfw_list_mix(__u64 h, __u64 more)
{
	h = (h ^ more) * 0x9e3779b97f4a7c15ULL;
	return h ^ h >> 32;
}

/* ---- IPv6 ---- */

/*
 * state[i]: the prefix length + 1 of address i, MFW_LIST_SIX_FREE, or MFW_LIST_SIX_GONE: its
 * address stays as it is, since somebody may be comparing it, and can only come back.
 */
#define MFW_LIST_SIX_SLOTS 3
#define MFW_LIST_SIX_FREE  0
#define MFW_LIST_SIX_GONE  255
struct mfw_list_six {
	__u64 address[MFW_LIST_SIX_SLOTS][2]; /* high, low */
	__u8 state[MFW_LIST_SIX_SLOTS];
	__u8 more; /* an entry that belongs here is in the next bucket or further */
	__u8 pad[12];
};

static inline __u64 mfw_list_six_hash(__u64 seed, __u64 high, __u64 low, __u32 length)
{
	return mfw_list_mix(mfw_list_mix(mfw_list_mix(seed, high), low), length);
}

/* ---- names ---- */

/*
 * A bucket is eight slots; a name is in the first bucket from its own on that had room. A slot is
 * cell << 32 | length << 24 | the hash's top 24 bits; 0: free and always was; MFW_LIST_NAME_GONE.
 * The name's bytes are in cells of 32, padded with 0; a cell's number is that of its line times 2,
 * and 1 more for the second half.
 */
#define MFW_LIST_NAME_MAX   255
#define MFW_LIST_NAME_SLOTS 8
#define MFW_LIST_NAME_GONE  1ULL
#define MFW_LIST_CELL       32

/* Whole cells of the name, padded with 0, are mixed in, beginning with this. */
static inline __u64 mfw_list_name_begin(__u64 seed, __u32 length)
{
	return mfw_list_mix(seed, length);
}

static inline __u64 mfw_list_name_cell(__u64 hash, const __u64 cell[4])
{
	hash = mfw_list_mix(mfw_list_mix(hash, cell[0]), cell[1]);
	return mfw_list_mix(mfw_list_mix(hash, cell[2]), cell[3]);
}

/* The low half of a name's slot. */
static inline __u32 mfw_list_name_mark(__u64 hash, __u32 length)
{
	return length << 24 | (__u32)(hash >> 40);
}

#endif
