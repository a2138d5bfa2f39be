/* SPDX-License-Identifier: GPL-2.0-or-later */
/* IPv4 in a list. */
#ifndef LIST_FOUR_H
#define LIST_FOUR_H

#include "list/area.h"

/* How many lines the entries (tidy) take. */
size_t four_lines(const struct entries *entries);
/* Writes them into an empty area. 0 or -ENOSPC. */
int four_build(struct area *area, const struct entries *entries);
/* Whether what leads to the rest lies inside. */
bool four_is_sound(const struct area *area);
/* -EEXIST, -ENOSPC, -ENOMEM. */
int four_add(struct area *area, struct net4 net);
/* -ENOENT, -ENOSPC, -ENOMEM. */
int four_del(struct area *area, struct net4 net);
/* As a packet is answered. */
bool four_find(const struct area *area, uint32_t address);
/* Adds what was entered, addresses in order. 0 or -ENOMEM. */
int four_read(const struct area *area, struct entries *ret);

#endif
