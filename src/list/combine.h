/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Entries of two lists together. All of them are tidy, and stay so. */
#ifndef LIST_COMBINE_H
#define LIST_COMBINE_H

#include "list/entry.h"

/* Whether both have the same. */
bool entries_same(const struct entries *a, const struct entries *b);
/* Adds what more has. 0 or -ENOMEM. */
int entries_join(struct entries *entries, const struct entries *more, struct entries_noted *noted);
/* Takes out what less has and the entries have; returns how many that were. */
size_t entries_subtract(struct entries *entries, const struct entries *less);

#endif
