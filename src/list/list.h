/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A list in one piece of memory (mfw/list.h): building it, changing it, reading it back. Pure. */
#ifndef LIST_LIST_H
#define LIST_LIST_H

#include "list/area.h"

/* One entry of a list of either kind. */
struct list_entry {
	uint8_t family; /* 4: four, 6: six, 0: name */
	union {
		struct net4 four;
		struct net6 six;
		struct {
			const char *text;
			size_t len;
		} name;
	};
};

/* How a list is laid out: from the entries, before its memory is made. */
struct list_plan {
	enum mfw_list_kind kind;
	uint64_t seed;     /* random: nobody can make entries that hash alike */
	size_t lines;      /* in all */
	size_t buckets;    /* of these, for hashes */
	size_t cell_lines; /* of names' text */
};

/*
 * entries are tidy. attempt: 0, and one more each time that list_build() finds the hashes too
 * crowded. Room for changes is part of the plan: an eighth, and some lines.
 */
struct list_plan list_plan(enum mfw_list_kind kind, const struct entries *entries, uint64_t seed,
			   unsigned attempt);
/* How many of the map's values so many lines take. */
static inline size_t list_chunks(size_t lines)
{
	return (lines + MFW_LIST_CHUNK_LINES - 1) / MFW_LIST_CHUNK_LINES;
}

/* Builds the list in zeroed memory of plan->lines. 0 or -ENOSPC: plan another attempt. */
int list_build(const struct list_plan *plan, const struct entries *entries, struct area *area);

/* Whether the memory is a list that this code understands, and its parts lie inside of it. */
bool list_is_sound(const struct area *area);
/* Makes good for a writer who was killed. The list must have no other writer. */
void list_mend(struct area *area);

/* -EEXIST, -ENOSPC (no lines left: build it anew with the entry), -ENOMEM. */
int list_add(struct area *area, const struct list_entry *entry);
/* -ENOENT, -ENOSPC, -ENOMEM. An entry that a wider one covers is its own. */
int list_del(struct area *area, const struct list_entry *entry);
/* As a packet is answered: an address or a whole name. */
bool list_find(const struct area *area, const struct list_entry *entry);
/* Adds what was entered; entries_tidy() puts it in order. 0 or -ENOMEM. */
int list_read(const struct area *area, struct entries *ret);
size_t list_count(const struct area *area);

/* The same on entries that are not in memory of a list yet; -ENOMEM, -ENOENT. */
int entries_add(struct entries *entries, const struct list_entry *entry);

#endif
