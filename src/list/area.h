/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The memory of one generation of a list (mfw/list.h), while it is written or read. Programs may
 * be reading it at the same time.
 */
#ifndef LIST_AREA_H
#define LIST_AREA_H

#include "list/entry.h"

struct area {
	union mfw_line *lines;
	size_t n; /* lines */
};

static inline struct mfw_list_head *area_head(const struct area *area)
{
	return (struct mfw_list_head *)area->lines;
}

static inline struct mfw_list_book *area_book(const struct area *area)
{
	return (struct mfw_list_book *)&area->lines[MFW_LIST_BOOK_LINE];
}

/* Whether it has a number for each IPv4 /16. */
static inline bool area_is_flat(const struct area *area)
{
	return area_head(area)->kind == MFW_LIST_IP &&
	       area_book(area)->n_lines > MFW_LIST_FLAT_LINE;
}

/* The first of n lines that nobody has used yet, all zero; 0: there are not so many. */
uint32_t area_take(struct area *area, uint32_t n);

/* The one write that makes visible what was written before it. */
#define AREA_PUBLISH(to, value) __atomic_store_n((to), (value), __ATOMIC_RELEASE)

/* ---- heaps: see mfw/list.h ---- */

/* The bit of the network of n more bits, which are the first of the byte. */
static inline unsigned heap_bit(uint8_t byte, unsigned n)
{
	return 1u << n | byte >> (8 - n);
}

static inline bool heap_has(const __u64 *heap, unsigned bit)
{
	return heap[bit / 64] >> bit % 64 & 1;
}

static inline void heap_set(__u64 *heap, unsigned bit, bool value)
{
	heap[bit / 64] &= ~(1ULL << bit % 64);
	heap[bit / 64] |= (uint64_t)value << bit % 64;
}

/* Whether a network of the heap has all of that byte; those of fewer than `from` bits apart. */
bool heap_covers(const __u64 *heap, uint8_t byte, unsigned from, unsigned to);

#endif
