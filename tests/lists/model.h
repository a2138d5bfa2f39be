/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A list as a plain array of entries, to judge the real one by; and random entries that are near
 * each other, so that they meet.
 */
#ifndef TESTS_LISTS_MODEL_H
#define TESTS_LISTS_MODEL_H

#include "list/list.h"

/* What does not hold memory of its own: names point into a table of the model's. */
struct model {
	struct list_entry entries[4096];
	size_t n;
};

/* A random entry: an address or a network (of family 4 or 6), or a name (0). */
struct list_entry model_random(uint8_t family);
/* What a packet may have: a random entry without a prefix. */
struct list_entry model_random_key(uint8_t family);

/* Whether it is entered, just so. */
bool model_has(const struct model *model, const struct list_entry *entry);
/* False: it is there already; it is not there. */
bool model_add(struct model *model, const struct list_entry *entry);
bool model_del(struct model *model, const struct list_entry *entry);
/* What a packet is answered. */
bool model_find(const struct model *model, const struct list_entry *key);
/* Its entries, tidy. */
void model_entries(const struct model *model, struct entries *ret);

#endif
