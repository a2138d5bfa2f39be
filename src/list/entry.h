/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What somebody entered into a list: addresses, networks, names, in order once sorted. Numbers are
 * in host order; bits behind a prefix are 0.
 */
#ifndef LIST_ENTRY_H
#define LIST_ENTRY_H

#include <mfw/list.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"

/* More than a list holds is refused: 16 777 216 entries. */
#define LIST_ENTRIES_MAX (1u << 24)

struct net4 {
	uint32_t address;
	uint8_t length; /* 0 to 32 */
};

/* An IPv6 address is one of length 128. */
struct net6 {
	uint64_t high, low;
	uint8_t length;
};

struct name {
	uint32_t at; /* in entries->text */
	uint8_t len; /* 1 to MFW_LIST_NAME_MAX */
};

/* {} has none; entries_clear() ends any. An IP list's are in the first three, a name list's in
 * names. */
struct entries {
	struct buf hosts; /* uint32_t */
	struct buf nets;  /* struct net4, length 0 to 31 */
	struct buf six;   /* struct net6 */
	struct buf names; /* struct name */
	struct buf text;
};

#define ENTRIES_N(buf, type)     ((buf).len / sizeof(type))
#define ENTRIES_AT(buf, type, i) (&((type *)(void *)(buf).data)[i])

/* All: 0 or -ENOMEM. */
int entries_add4(struct entries *entries, uint32_t address, unsigned length);
int entries_add6(struct entries *entries, uint64_t high, uint64_t low, unsigned length);
int entries_add_name(struct entries *entries, const char *name, size_t len);
size_t entries_count(const struct entries *entries);
const char *entries_name(const struct entries *entries, const struct name *name);

struct entries_noted {
	size_t twice;   /* entries that were there twice, and are there once now */
	size_t covered; /* entries inside of wider ones, which stay */
};

/* The order of tidy ones: below 0, 0, above 0. */
int net4_order(const void *a, const void *b);
int net6_order(const void *a, const void *b);
int number_order(const void *a, const void *b);

/* Sorts and takes out what is there twice. noted may be NULL. 0 or -ENOMEM. */
int entries_tidy(struct entries *entries, struct entries_noted *noted);
void entries_clear(struct entries *entries);
#define cleanup_entries cleanup(entries_clear)

/* The first bits of a number, n of 32 or 64. */
static inline uint32_t bits_first32(unsigned n)
{
	return n ? UINT32_MAX << (32 - n) : 0;
}

static inline uint64_t bits_first64(unsigned n)
{
	return n ? UINT64_MAX << (64 - n) : 0;
}

#endif
